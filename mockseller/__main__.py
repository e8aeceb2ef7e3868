"""The command ``mockseller``, and ``python -m mockseller``."""

from __future__ import annotations

from mockseller.packages import prefer_own


def main() -> None:
    """Runs the command line, also in a folder that has an ``emulator`` of its own."""
    prefer_own()
    from emulator.cli import main as run

    run()


if __name__ == "__main__":
    main()
