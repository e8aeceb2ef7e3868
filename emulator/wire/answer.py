"""Turns a handler's answer, or an error, into a document: fields, texts, layout.

Source: docs/wire.md sections 3 to 5. Knows the declarations of functions, but no function.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping, Sequence
from typing import Any

from emulator.api.context import (
    ActionResult,
    Choice,
    FormAnswer,
    LoggedIn,
    Part,
    Raw,
    Rows,
    Streamed,
)
from emulator.api.fields import Rest
from emulator.api.registry import Function
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain.world import Generation
from emulator.errors import TEXTS, ApiError, AuthFailed, BadValue
from emulator.journal import is_secret
from emulator.texts import REASONS, in_language, label
from emulator.wire import layout as layouts
from emulator.wire.document import Document, Node, Shape
from emulator.wire.request import Request

XML_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.\-]{0,79}\Z")
LONGEST_ECHO = 4096
THEMES: Mapping[Generation, str] = {5: "orion", 6: "dragon"}
"""``themename`` by generation: one recording each (docs/evidence.md 156)."""
MANY_IN_FORMS = frozenset({"slist", "flist", "list"})


def error_document(
    error: ApiError, func: str, lang: str, generation: Generation = 6, *, in_xml: bool = True
) -> Document:
    """The document of an error: no attributes of ``doc``, no echo of the parameters (observed).

    A refused login has no ``group``, and in xml a legacy ``code`` and the ``stack`` (both from one
    recording each, docs/evidence.md 127); ``detail`` is of generation 6.
    """
    named = isinstance(error, BadValue) or error.type == "exists"
    name = label(error.object, lang) if named else error.object
    # A password that is too long is refused like any text, but never echoed.
    value = None if named and is_secret(error.object) else error.value
    params: list[Node] = []
    if error.object:
        attrs = {"name": "object", "type": "msg"}
        if named:
            attrs["msg"] = name
        params.append(Node("param", error.object, attrs))
    if value is not None:
        params.append(Node("param", value, {"name": "value"}))
    template, desc = _template(error, lang)
    if desc:
        attrs = {"name": "desc", "type": "msg", "msg": desc}
        params.append(Node("param", f"desck_{error.desc}", attrs))
    params += [Node("param", text, {"name": name}) for name, text in error.params.items()]
    filled = {
        "object": name,
        "value": value or "",
        "desc": desc,
        **error.params,
        **error.text_params,
    }
    message = _fill(template, filled)
    attrs = {"type": error.type}
    if error.object:
        attrs["object"] = error.object
    attrs["lang"] = lang
    children = params
    if not isinstance(error, AuthFailed):
        # What has no param of its own is filled in: clients fill in the rest.
        children.append(Node("group", _fill(template, error.text_params)))
    elif in_xml:
        attrs["code"] = "1"
        children.append(Node("stack", children=[Node("action", func, {"level": "0"})]))
    if generation != 5:  # noqa: PLR2004 - its name
        children.append(Node("detail", message))
    children.append(Node("msg", message))
    return Document(func, Shape.ERROR, [Node("error", attrs=attrs, children=children)])


def _template(error: ApiError, lang: str) -> tuple[str, str]:
    texts = TEXTS.get(error.message_key) or TEXTS["value"]
    template = error.text or in_language(texts, lang)
    desc = ""
    if error.desc:
        desc = _fill(in_language(REASONS[error.desc], lang), error.params)
    return (template if desc else template.replace(" __desc__", "")), desc


def _fill(template: str, values: Mapping[str, str]) -> str:
    """Fills placeholders in one pass, so that a value that looks like one is left alone."""
    return re.sub(r"__([a-z]+)__", lambda m: values.get(m[1], m[0]), template).strip()


class Writer:
    """Turns answers into documents. One per process; caches the layout of each function."""

    def __init__(self) -> None:
        self._layouts: dict[tuple[str, str, Generation], tuple[Node, ...]] = {}

    def document(
        self,
        function: Function,
        answer: object,
        request: Request,
        lang: str,
        generation: Generation,
        *,
        layout: bool,
    ) -> Document:
        """The whole document: data, echo of the parameters, and layout for formats that show it."""
        shape, nodes = _content(function, answer, generation)
        around = [
            Node("saved_filters", children=_saved(answer)),
            Node("tparams", children=_echo(request.params)),
        ]
        attrs = _attributes(function, request, lang, generation)
        if isinstance(answer, LoggedIn):  # as recorded, docs/evidence.md 127
            around.reverse()
            theme = f"/manimg/{THEMES[generation]}/"
            attrs |= {"theme": theme, "stylesheet": "login", "branddir": "/"}
        document = Document(function.answers_as, shape, [*nodes, *around], attrs)
        if isinstance(answer, Streamed):
            document.stream, document.stream_name = map(_part, answer.parts), answer.name
            document.stream_single = answer.single
        if layout:
            document.layout = self._layout(function, answer, lang, generation)
        return document

    def _layout(
        self, function: Function, answer: object, lang: str, generation: Generation
    ) -> tuple[Node, ...]:
        key = (function.name, lang, generation)
        layout = self._layouts.get(key)
        if layout is None:
            layout = self._layouts[key] = (
                layouts.metadata(function, generation),
                layouts.messages(function, lang, {}),
            )
        form = answer if isinstance(answer, FormAnswer) else None
        if form is not None and (form.labels or form.sliders or form.lists):
            tables = [(name, _key_of(function, rows)) for name, rows in form.lists.items()]
            is_open = any(isinstance(f, Rest) for f in function.takes.wire_fields.values())
            further = tuple(form.fields) if is_open else ()
            addons = [name for name in form.labels if name.startswith("addon_")]
            shown = layouts.metadata(function, generation, form.sliders, tables, further, addons)
            return (shown, layouts.messages(function, lang, form.labels))
        return layout


def _key_of(function: Function, rows: Sequence[Mapping[str, Any]]) -> str:
    """The column of a form's table that a choice sends: a parameter of the form, id, or none."""
    names = rows[0] if rows else {}
    columns = (*function.takes.wire_fields, "id")
    return next((name for name in columns if name in names), "")


def _saved(answer: object) -> list[Node] | None:
    """The saved filter that applies to this list, or that a form shows (docs/evidence.md 140)."""
    saved = answer.saved if isinstance(answer, Rows | FormAnswer) else None
    if saved is None or not saved.fields:
        return None
    fields = [Node(name, text) for name, text in saved.fields.items() if _can_be_named(name)]
    return [Node("filter", attrs={"name": saved.listed}, children=fields)]


def _content(
    function: Function, answer: object, generation: Generation
) -> tuple[Shape, list[Node]]:
    if isinstance(answer, Rows):
        return Shape.LISTING, _rows(function, answer, generation)
    if isinstance(answer, FormAnswer):
        nodes = _shown(function, answer, generation)
        if answer.inner:
            nodes.append(Node("doc", children=_shown(function, answer, generation)))
        return Shape.FORM, nodes
    if isinstance(answer, Streamed):
        return Shape.RAW, []
    if isinstance(answer, Raw):
        return Shape.RAW, [_part(part) for part in answer.parts]
    if isinstance(answer, LoggedIn):
        attrs = {"id": answer.session_id, "level": str(answer.level)}
        nodes = [Node("auth", answer.session_id, attrs)]
        return Shape.FORM, [*nodes, Node("ok")] if answer.done else nodes
    result = answer if isinstance(answer, ActionResult) else ActionResult()
    return Shape.RESULT, _done(function, result, generation)


def _done(function: Function, answer: ActionResult, generation: Generation) -> list[Node]:
    nodes = _leaves(function.returns, answer.fields, generation)
    nodes.append(Node("ok", answer.ok, {"type": answer.ok_type} if answer.ok_type else None))
    if answer.form is not None:
        shown = _shown(function, answer.form, generation)
        if answer.flat:
            names = {node.name for node in nodes}
            nodes += [n for n in shown if n.name in MANY_IN_FORMS or n.name not in names]
        nodes.append(Node("doc", children=shown))
    return nodes


def _shown(function: Function, form: FormAnswer, generation: Generation) -> list[Node]:
    nodes = _leaves(function.returns, form.fields, generation)
    for name, choices in form.slists.items():
        nodes.append(Node("slist", attrs={"name": name}, children=_choices(choices)))
    for name, choices in form.flists.items():
        nodes.append(Node("flist", attrs={"name": name}, children=_choices(choices)))
    for name, rows in form.lists.items():
        elems = [Node("elem", children=_leaves(None, row, generation)) for row in rows]
        nodes.append(Node("list", attrs={"name": name}, children=elems))
    return nodes


def _choices(choices: Sequence[Choice]) -> list[Node]:
    return [Node("val", choice.label, {"key": choice.key, **choice.attrs}) for choice in choices]


def _rows(function: Function, page: Rows, generation: Generation) -> list[Node]:
    nodes = _leaves(None, page.head, generation)
    returns = function.returns
    nodes += [Node("elem", children=_leaves(returns, row, generation)) for row in page.rows]
    nodes.append(Node("p_num", str(page.page)))
    nodes.append(Node("p_cnt", str(page.per_page)))
    nodes.append(Node("p_elems", str(page.total)))
    if page.sort:
        nodes.append(Node("p_order", page.order))
        nodes.append(Node("p_sort", page.sort))
    return nodes


def _leaves(
    schema: WireSchema | None, values: Mapping[str, Any], generation: Generation
) -> list[Node]:
    """Values as nodes: those of the schema first and in its order, then the rest (``addon_N``)."""
    nodes: list[Node] = []
    declared: Mapping[str, Any] = {}
    absent: frozenset[str] = frozenset()
    if schema is not None:
        declared = schema.written(values, generation)
        absent = schema.absent[generation]
        nodes = [_leaf(name, value) for name, value in declared.items()]
    for name, value in values.items():
        if isinstance(value, tuple):  # a tuple of Parts: a repeated element
            nodes += map(_part, value)
        elif name not in declared and name not in absent:
            nodes.append(_leaf(name, value))
    return nodes


def _leaf(name: str, value: object) -> Node:
    if type(value) is str:  # the most frequent case, and the quickest check
        return Node(name, value)
    if isinstance(value, Leaf):
        return Node(name, value.text, dict(value.attrs))
    if isinstance(value, Part):
        return _part(value)
    return Node(name, "" if value is None else str(value))


def _part(part: Part) -> Node:
    children = [_part(inner) for inner in part.parts] if part.parts else None
    return Node(part.name, part.text, dict(part.attrs) or None, children)


@functools.lru_cache(maxsize=4096)
def _can_be_named(name: str) -> bool:
    return XML_NAME.match(name) is not None


def _echo(params: Mapping[str, str]) -> list[Node]:
    """The parameters that were sent, without secrets and without names invalid in XML."""
    return [
        Node(name, value if len(value) <= LONGEST_ECHO else value[:LONGEST_ECHO])
        for name, value in params.items()
        if not is_secret(name) and _can_be_named(name)
    ]


def _attributes(
    function: Function, request: Request, lang: str, generation: Generation
) -> dict[str, str]:
    return {
        "lang": lang,
        "func": function.answers_as,
        "binary": "/billmgr",
        "host": request.host,
        "themename": THEMES[generation],
        "features": layouts.features(function.name),
        "notify": "",
    }
