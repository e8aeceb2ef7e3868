"""Hooks for the command line of schemathesis: ``SCHEMATHESIS_HOOKS=mockseller.hooks``.

Importing this module registers them: docs/fuzzing.md section 1.4.
"""

from __future__ import annotations

from mockseller.packages import load

load("contracts.checks.fuzz.hooks")
