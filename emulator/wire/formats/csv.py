"""Writes an answer as comma-separated values (``out=csv``).

Source: docs/wire.md section 3.3 (documented: rows and fields); errors and csv of anything but a
list are assumed.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from emulator.wire.document import Shape
from emulator.wire.formats.text import cells, error_parts, one_line, pairs, table_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from emulator.wire.document import Document


def render(document: Document) -> bytes:
    """Return a header and the rows of a list; of anything else its names and its values.

    The numbers beside labels are the last columns (``item_status_orig``). No rows, no header: the
    names are the rows'. An error is one line ``error,TYPE,OBJECT,MSG``.
    """
    out = io.StringIO()
    write = csv.writer(out)
    if document.shape is Shape.LISTING:
        rows = [_columns(cells(node)) for node in document.nodes if node.name == "elem"]
        write.writerows(_table(rows))
    elif document.shape is Shape.ERROR:
        write.writerow(["error", *map(one_line, error_parts(document))])
    elif fields := list(pairs(document)):
        write.writerow([name for name, _ in fields])
        write.writerow([value for _, value in fields])
    else:  # A document of tables alone, such as the promotions.
        write.writerows(_table([_columns(row) for row in table_rows(document)]))
    return out.getvalue().encode()


def _table(rows: list[dict[tuple[str, int], str]]) -> list[list[str]]:
    """Return the header and the rows; nothing where there are none."""
    # A dict, for an ordered set: rows may lack a column that others have.
    columns = list({column: None for row in rows for column in row})
    if not rows:
        return []
    header = [name for name, _ in columns]
    return [header, *([row.get(column, "") for column in columns] for row in rows)]


def _columns(row: Iterable[tuple[str, str]]) -> dict[tuple[str, int], str]:
    """Return the fields by name and by how often the name was there before: names may repeat."""
    out: dict[tuple[str, int], str] = {}
    for name, text in row:
        nth = 0
        while (name, nth) in out:
            nth += 1
        out[name, nth] = text
    return out
