"""Imported first by a worker process of a command: our packages come before a project's.

Python 3.11 starts the server of such processes with the present folder in front of ``sys.path``.
"""

from __future__ import annotations

from mockseller.packages import prefer_own

prefer_own()
