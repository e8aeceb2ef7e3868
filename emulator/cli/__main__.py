"""``python -m emulator.cli``: the same as the command ``mockseller``."""

from emulator.cli import main

main()
