"""``python -m contracts.grading.adapter``: the former name of the reference adapter."""

from __future__ import annotations

import sys

from contracts.checks.client.adapter.__main__ import main

if __name__ == "__main__":
    sys.stderr.write(
        "contracts.grading.adapter is now called contracts.checks.client.adapter;"
        " the old name still works\n"
    )
    main()
