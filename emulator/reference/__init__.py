"""The reference under docs/reference, written from the program itself.

``python -m emulator.reference`` writes it; with ``--check`` nothing is written, and the command
fails where a page would change. Every answer shown is the answer of a seller run here: its clock
stands still and its secrets are replaced, so that the same program always writes the same pages.
"""

COMMAND = "python -m emulator.reference"
HEAD = f"<!-- Written by `{COMMAND}`; change the program, not this page. -->\n"


def prose(text: str) -> str:
    """A text of the sources as Markdown: code is between single backticks there."""
    return text.replace("``", "`")
