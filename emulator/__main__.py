"""``python -m emulator``: the same as ``python -m mockseller``."""

from emulator.cli import main

main()
