"""The judge's sellers, for the tests of the judge."""

from __future__ import annotations

from contracts.suite.fixtures import bench, judged_in_process, judged_over_http

__all__ = ["bench", "judged_in_process", "judged_over_http"]
