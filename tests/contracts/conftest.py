"""The judge's sellers, for the tests of the judge."""

from __future__ import annotations

from contracts.suite.fixtures import judged_in_process, judged_over_http, target

__all__ = ["judged_in_process", "judged_over_http", "target"]
