"""The tree of an answer, independent of the output format.

Source: docs/wire.md sections 3 to 5. A renderer (``xml``, ``json``, ``text``) turns one
:class:`Document` into bytes; nothing above it knows which format was asked for.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Node:
    """One element: a name, a text, attributes, children. Everything is a string."""

    name: str
    text: str = ""
    attrs: dict[str, str] | None = None
    children: list[Node] | None = None


class Shape(enum.Enum):
    """The kind of an answer; only bjson, text, csv and ajax depend on it."""

    LISTING = "listing"
    """Rows: nodes named ``elem``, then paging."""

    FORM = "form"
    """A form: fields, ``slist``, ``list``."""

    RESULT = "result"
    """A submit or an action: ``ok``, ids, maybe an inner ``doc``."""

    RAW = "raw"
    """A document with a structure of its own (``whoami``, ``menu``, ``pricelist.export``)."""

    ERROR = "error"
    """One ``error`` node, and nothing around it."""


@dataclass(slots=True)
class Document:
    """One answer.

    ``nodes``    the children of ``doc`` in order, the echo of the parameters included;
    ``attrs``    attributes of ``doc`` (none on an error);
    ``layout``   ``metadata`` and ``messages``, shown by the formats a user interface reads
                 (json, sjson, xjson, devel) and by no other.
    """

    func: str
    shape: Shape
    nodes: list[Node]
    attrs: dict[str, str] = field(default_factory=dict)
    layout: Sequence[Node] = ()
    stream: Iterable[Node] | None = None
    """Nodes of one name that come before ``nodes``, produced while they are written."""
    stream_name: str = ""
    stream_single: bool = False
    """One node was asked for by its number; json then writes it as an object."""

    def collected(self) -> Document:
        """The document with the stream in ``nodes``, for formats that are written whole."""
        if self.stream is None:
            return self
        nodes = [*self.stream, *self.nodes]
        return Document(self.func, self.shape, nodes, self.attrs, self.layout)
