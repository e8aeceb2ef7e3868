"""The former name of `contracts.checks.fuzz.hooks`, as ``SCHEMATHESIS_HOOKS`` may still have it.

Loading it registers the hooks, as loading the new module does.
"""

from __future__ import annotations

import sys

import contracts.checks.fuzz.hooks  # noqa: F401 - loading it registers the hooks

sys.stderr.write(
    "contracts.fuzz.hooks is now contracts.checks.fuzz.hooks; the old name still works\n"
)
