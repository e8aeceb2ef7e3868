"""What the tests of this suite are given."""

from __future__ import annotations

from contracts.suite.fixtures import judged_in_process, judged_over_http, target

__all__ = ["judged_in_process", "judged_over_http", "target"]
