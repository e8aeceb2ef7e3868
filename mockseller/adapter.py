"""``python -m mockseller.adapter``: our own client, for ``mockseller verify client --command``.

It reads one step on stdin and writes one answer to stdout: docs/grading.md.
"""

from __future__ import annotations

from mockseller.packages import prefer_own

if __name__ == "__main__":
    prefer_own()
    from contracts.checks.client.adapter.__main__ import main

    main()
