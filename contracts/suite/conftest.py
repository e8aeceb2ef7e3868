"""What the tests of this suite are given."""

from __future__ import annotations

from contracts.suite.fixtures import bench, judged_in_process, judged_over_http

__all__ = ["bench", "judged_in_process", "judged_over_http"]
