"""JSON schemas of the answers of a function.

They describe ``out=json``, and xml as well, once it is converted by the fixed mapping of
docs/wire.md 3.1. Text stands under ``$``, an attribute under ``$name``; an element without text has
no ``$``.
"""

from __future__ import annotations

import re
from typing import Any, Final

from emulator.api.registry import Function, Kind
from emulator.api.schema import WireSchema
from emulator.openapi.examples import JSON, XML, examples_of
from emulator.openapi.schemas import answer_fields, errors_of

Json = dict[str, Any]

ANYWHERE: Final = ("limit",)
"""Errors before any function is called: too many parameters, or too large ones."""
SCHEMA: Final = "#/components/schemas/{}"
LEAF: Final[Json] = {"type": "object", "properties": {"$": {"type": "string"}}}
SHARED: Final[Json] = {
    "Leaf": LEAF,
    "Refusal": {
        "description": "An error document. Its HTTP status is 200, like that of every answer.",
        "type": "object",
        "required": ["error"],
        "properties": {
            "error": {
                "type": "object",
                "required": ["$type", "msg"],
                "properties": {
                    "$type": {"type": "string"},
                    "$object": {"type": "string"},
                    "msg": {"$ref": SCHEMA.format("Leaf")},
                },
            }
        },
    },
    "Flat": {
        "description": "A document of out=bjson or out=JSONdata: no name begins with a dollar.",
        "anyOf": [
            {"type": ["string", "integer"]},
            {"type": "array", "items": {"$ref": SCHEMA.format("Flat")}},
            {
                "type": "object",
                "propertyNames": {"pattern": "^[^$]"},
                "additionalProperties": {"$ref": SCHEMA.format("Flat")},
            },
        ],
    },
}


def schemas_of(function: Function) -> Json:
    """The schemas of one function: its answer, its refusal, and either of them."""
    name = function.name
    types = sorted({*(error.type for error in errors_of(function)), *ANYWHERE})
    kinds: Json = {"properties": {"error": {"properties": {"$type": {"enum": types}}}}}
    either = [{"$ref": SCHEMA.format(f"{name}.{which}")} for which in ("answer", "refusal")]
    return {
        f"{name}.answer": _answer(function),
        f"{name}.refusal": {"allOf": [{"$ref": SCHEMA.format("Refusal")}, kinds]},
        f"{name}.document": {
            "type": "object",
            "required": ["doc"],
            "properties": {"doc": {"oneOf": either}},
        },
    }


def response_of(function: Function, links: Json) -> Json:
    """The one response of a function, in both families of formats.

    JSON stands first: a mock server takes the first for clients that accept anything.
    """
    document = {"$ref": SCHEMA.format(f"{function.name}.document")}
    answer = _answer(function)
    return {
        "description": "A document, or a document with one error: both are HTTP 200.",
        "content": {
            JSON: {
                "schema": {"anyOf": [document, {"$ref": SCHEMA.format("Flat")}]},
                "examples": examples_of(answer, JSON),
            },
            XML: {"schema": document, "examples": examples_of(answer, XML)},
        },
        **({"links": links} if links else {}),
    }


def _answer(function: Function) -> Json:
    answer: Json = {"type": "object", "not": {"required": ["error"]}}
    fields = _leaves(function.returns) if function.returns is not None else {}
    if function.tables:
        fields["list"] = _tables(function)
    if function.returns is None or function.kind is not Kind.LISTING:
        return {**answer, **({"properties": fields} if fields else {})}
    rows = _rows(function.returns)
    leaf = {"$ref": SCHEMA.format("Leaf")}
    return {
        **answer,
        "required": ["p_elems"],
        "properties": {"elem": rows, "p_elems": leaf, "p_num": leaf, "p_cnt": leaf},
    }


def _tables(function: Function) -> Json:
    """The tables of a form: one schema for each name a table has."""
    each: list[Json] = [
        {
            "type": "object",
            "properties": {"$name": {"const": name}, "elem": _rows(row)},
            "required": ["$name"],
        }
        for name, row in function.tables.items()
    ]
    return {"type": "array", "items": {"oneOf": each}}


def _rows(row: WireSchema) -> Json:
    return {"type": "array", "items": {"type": "object", "properties": _leaves(row)}}


def _leaves(schema: WireSchema) -> Json:
    return {name: _leaf(each) for name, each in answer_fields(schema)["properties"].items()}


def _leaf(schema: Json) -> Json:
    """A field: the schema of its text, required unless it may be empty; or of its children."""
    if schema.get("type") != "string":
        return schema
    about = {
        key: value
        for key, value in schema.items()
        if key in ("title", "description") or key[:2] == "x-"
    }
    text = {key: value for key, value in schema.items() if key not in about}
    leaf: Json = {"type": "object", "properties": {"$": text}, **about}
    return leaf if _may_be_empty(text) else {**leaf, "required": ["$"]}


def _may_be_empty(text: Json) -> bool:
    if "enum" in text:
        return "" in text["enum"]
    return "pattern" not in text or re.search(text["pattern"], "") is not None
