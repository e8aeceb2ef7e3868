"""Memory of worker processes, where the system tells it in /proc."""

from __future__ import annotations

import re
from pathlib import Path

PROC = Path("/proc")
RESIDENT = re.compile(r"^VmRSS:\s+(\d+) kB", re.MULTILINE)


def worker_megabytes(master: int) -> float | None:
    """Resident memory of the largest worker of a server, pages that it shares included.

    None where there is no /proc.
    """
    children = PROC / str(master) / "task" / str(master) / "children"
    if not children.is_file():
        return None
    sizes = []
    for worker in children.read_text().split():
        match = RESIDENT.search((PROC / worker / "status").read_text())
        sizes.append(int(match[1]) / 1024 if match else 0.0)
    return round(max(sizes), 1) if sizes else None
