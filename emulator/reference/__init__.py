"""Generates the reference under docs/reference from the program.

``python -m emulator.reference`` writes it; ``--check`` writes nothing and fails where a page would
change. The examples are answers of a seller with a frozen clock and replaced secrets, so that the
same program always writes the same pages.
"""

COMMAND = "python -m emulator.reference"
HEAD = f"<!-- Written by `{COMMAND}`; change the program, not this page. -->\n"


def prose(text: str) -> str:
    """A docstring as Markdown, which has code between single backticks."""
    return text.replace("``", "`")
