"""The parts of an answer for user interfaces: ``metadata`` and ``messages``.

Source: docs/wire.md sections 3.1 and 4. The formats json, sjson, xjson and devel show it.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping, Sequence

from emulator.api.fields import Numbered, Rest, Whole
from emulator.api.registry import Function
from emulator.api.schema import WireSchema
from emulator.domain.world import Generation
from emulator.texts import label
from emulator.wire.document import Node


@functools.cache
def features(name: str) -> str:
    """The value of ``features`` of a function, equal in ``doc`` and ``messages``."""
    return hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()


def metadata(
    function: Function,
    generation: Generation,
    sliders: Sequence[Mapping[str, str]] = (),
    tables: Sequence[tuple[str, str]] = (),
    further: Sequence[str] = (),
    addons: Sequence[str] = (),
) -> Node:
    """The columns and buttons of a list; the fields, tables and buttons of a form.

    ``tables``: names of a form's tables, each with the column that a choice in it sends.
    ``further``: fields that no declaration names: those of a filter. ``addons``: the fields of a
    tariff; those with a counter are ``sliders``.
    """
    kind = {"listing": "list", "form": "form"}.get(function.kind.value, "report")
    attrs = {"name": function.answers_as, "type": kind, "mgr": "billmgr"}
    if kind == "list":
        attrs["key"] = "id"
        columns = [
            Node("col", attrs={"name": name, "type": "data", "sort": sort})
            for name, sort in _sorts(function.returns, generation)
        ]
        buttons = [Node("toolbtn", attrs=_button(name)) for name in _on_toolbar(function)]
        group = Node("toolgrp", attrs={"name": "main"}, children=buttons)
        children = [Node("coldata", children=columns), Node("toolbar", children=[group])]
    else:
        parts = [
            *_pages(function, tables, further),
            *_of_tariff(function, sliders, addons),
            *_buttons(function),
        ]
        children = [Node("form", children=parts)] if parts else []
    return Node("metadata", attrs=attrs, children=children)


def _pages(
    function: Function, tables: Sequence[tuple[str, str]], further: Sequence[str]
) -> list[Node]:
    """The page of a form, named by its family; none without fields (docs/evidence.md 126)."""
    shown = [
        Node("field", attrs={"name": name})
        for name, field in function.takes.wire_fields.items()
        if name != "elid" and name not in dict(tables) and not isinstance(field, Numbered | Rest)
    ]
    shown += [Node("field", attrs={"name": name}) for name in further]
    shown += [
        Node(
            "field",
            attrs={"name": name},
            children=[Node("list", attrs={"name": name, "key": key} if key else {"name": name})],
        )
        for name, key in tables
    ]
    name = function.name.removeprefix("v2.").partition(".")[0]
    return [Node("page", attrs={"name": name}, children=shown)] if shown else []


def _buttons(function: Function) -> list[Node]:
    """The buttons of a form; the first leads on or submits, as a walk by metadata expects."""
    if function.kind.value != "form":
        return []
    main = ("ok", "ok")
    if function.next_step:
        main = ("next", "next")
    elif "order" in function.buttons:
        main = ("order", "ok")
    elif ".order." in function.name:
        main = ("finish", "ok")
    named = [main, *((name, "ok") for name in function.buttons if name != main[0])]
    buttons = [Node("button", attrs={"name": name, "type": kind}) for name, kind in named]
    return [Node("buttons", children=buttons)]


def _of_tariff(
    function: Function, sliders: Sequence[Mapping[str, str]], addons: Sequence[str]
) -> list[Node]:
    """Fields that depend on a tariff, where client areas look for those with a counter (observed).

    On a page of their own in the form of a service and in the new order form, on no page in the
    classic order form.
    """
    fields = [
        Node("field", attrs={"name": slider["name"]}, children=[Node("slider", attrs=dict(slider))])
        for slider in sliders
    ]
    counted = {slider["name"] for slider in sliders}
    fields += [Node("field", attrs={"name": name}) for name in addons if name not in counted]
    if not fields:
        return []
    if function.name.startswith("v2."):
        return [Node("page", attrs={"name": "page_pricelist_settings"}, children=fields)]
    if function.name.endswith(".edit"):
        return [Node("page", attrs={"name": "addon"}, children=fields)]
    return fields


def _sorts(schema: WireSchema | None, generation: Generation) -> list[tuple[str, str]]:
    """Columns and how a client area sorts them: numbers as numbers (``digit``), else ``alpha``."""
    if schema is None:
        return []
    return [
        (name, "digit" if isinstance(field, Whole) else "alpha")
        for name, field in schema.wire_fields.items()
        if name not in schema.absent[generation]
    ]


def _on_toolbar(function: Function) -> list[str]:
    """The functions for the rows of a list: its own, and those of a list with the same rows.

    Of two with one verb its own counts, so that a button is found by its name.
    """
    rows = type(function.returns)
    lists = [f for f in function.family.functions if f.kind is function.kind]
    alike = {f.name for f in lists if type(f.returns) is rows}
    by_verb: dict[str, str] = {}
    for other in function.family.functions:
        of, _, verb = other.name.rpartition(".")
        if other.name in alike:
            continue
        if of == function.name or (of in alike and verb not in by_verb):
            by_verb[verb] = other.name
    return list(by_verb.values())


def _button(func: str) -> dict[str, str]:
    """An order's button is called ``new`` (recorded); the others are called as their function."""
    verb = func.rpartition(".")[2]
    if verb == "order":
        return {"name": "new", "func": func, "type": "new"}
    return {"name": verb, "func": func}


def messages(function: Function, lang: str, further: Mapping[str, str]) -> Node:
    """The labels of all fields; ``further`` ones by their names."""
    takes = function.takes.wire_fields
    names = dict.fromkeys(name for name, field in takes.items() if not isinstance(field, Rest))
    if function.returns is not None:
        names |= dict.fromkeys(
            name
            for name, field in function.returns.wire_fields.items()
            if not isinstance(field, Rest)
        )
    texts = {"title": function.title.get(lang) or function.title["en"]}
    texts |= {name: label(name, lang) for name in names}
    texts |= further
    children = [Node("msg", text, {"name": name}) for name, text in texts.items()]
    return Node(
        "messages",
        attrs={"name": function.name, "checked": features(function.name)},
        children=children,
    )
