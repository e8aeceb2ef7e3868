"""Reads lists as csv, and the line that is an error in this format.

Source: docs/wire.md section 3 (`csv`, observed); the format of an error is assumed.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from reseller_client.errors import NotUnderstood, Refusal, refused
from reseller_client.transport.document import Answer, Node
from reseller_client.transport.front import recognize
from reseller_client.transport.reader import read_document, read_refusal

if TYPE_CHECKING:
    from reseller_client.transport.wire import Reply

_OK: Final = 200
_REFUSAL: Final = 4


def read_table(reply: Reply, func: str) -> tuple[Node, ...]:
    """Return the rows of a csv answer.

    Raises a kind of Refused, and NotUnderstood for an answer that is not a table.
    """
    text = reply.body.decode("utf-8-sig", "replace")
    if reply.status != _OK or text.lstrip().startswith(("<", "{")):
        raise _not_a_table(reply, func)
    lines = list(csv.reader(io.StringIO(text, newline="")))
    if len(lines) == 1 and lines[0][:1] == ["error"] and len(lines[0]) == _REFUSAL:
        _, kind, name, message = lines[0]
        raise refused(Refusal(kind, name, message), func)
    names, *rows = [line for line in lines if line] or [[]]
    if any(len(row) != len(names) for row in rows):
        raise NotUnderstood(f"{func} answered a table whose rows differ in length")
    return tuple(
        Node("elem", children=tuple(map(_cell, names, row)))  # every row as long as the header
        for row in rows
    )


def _cell(name: str, text: str) -> Node:
    return Node(name, text=text)


def _not_a_table(reply: Reply, func: str) -> Exception:
    """Return the error for another answer: a refusal in another format, or a foreign page."""
    try:
        answer: Answer = read_document(reply.body)
    except NotUnderstood as problem:
        return recognize(reply) or NotUnderstood(
            problem.reason, status=reply.status, beginning=str(reply.body[:80])
        )
    refusal = read_refusal(answer)
    if refusal is not None:
        return refused(refusal, func)
    return NotUnderstood(f"{func} does not answer as csv", status=reply.status)
