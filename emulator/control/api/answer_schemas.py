"""The JSON schemas of the answers of the control API, read off the types of what makes them."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import (
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)  # fmt: skip

from emulator.results import FaultInfo
from emulator.worlds.fixtures.json_schema import attribute_docs

Json = dict[str, Any]
SIMPLE: Mapping[object, str] = {
    str: "string", int: "integer", float: "number", bool: "boolean", NoneType: "null",
}  # fmt: skip
BY_KIND = {FaultInfo: "planned_fault"}
"""Types that differ by kind: their schema has this name in the document, and is made elsewhere."""
REF = "#/components/schemas/{}"


class NoSchema(TypeError):
    """What makes an answer does not say of which type it is; the text names it."""


def answer_schema(handler: object) -> Json:
    """The schema of what a handler returns. Raises NoSchema for one that says ``object``."""
    hint = get_type_hints(handler)["return"]
    try:
        return schema_of(hint)
    except NoSchema as problem:
        raise NoSchema(f"{handler}: {problem}") from None


def schema_of(hint: Any) -> Json:  # noqa: ANN401 - annotations are anything
    """The schema of a type: a TypedDict, a list, a dictionary, or a single value."""
    if hint in SIMPLE:
        return {"type": SIMPLE[hint]}
    if hint in BY_KIND:
        return {"$ref": REF.format(BY_KIND[hint])}
    if is_typeddict(hint):
        return _schema_of_fields(hint)
    return {} if hint is Any else _schema_of_parts(hint)


def _schema_of_parts(hint: Any) -> Json:  # noqa: ANN401 - as above
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        return _any_of([schema_of(each) for each in arguments])
    if origin is Literal:
        return {"type": "string", "enum": list(arguments)}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    raise NoSchema(f"{hint} is no type of an answer")


def _any_of(schemas: list[Json]) -> Json:
    types = [schema["type"] for schema in schemas if set(schema) == {"type"}]
    return {"type": types} if len(types) == len(schemas) else {"anyOf": schemas}


def _schema_of_fields(of: Any) -> Json:  # noqa: ANN401 - a TypedDict is no type of its own
    texts = _texts(of)
    properties: Json = {}
    required: list[str] = []
    for name, hint in get_type_hints(of, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        schema = schema_of(get_args(hint)[0] if optional else hint)
        properties[name] = {**schema, "description": texts[name]} if name in texts else schema
        if not optional:
            required.append(name)
    return {"type": "object", "properties": properties, "required": required,
            "additionalProperties": False}  # fmt: skip


def _texts(of: Any) -> dict[str, str]:  # noqa: ANN401 - the same
    """The texts under the fields, those of the types that it extends included."""
    bases = [base for base in getattr(of, "__orig_bases__", ()) if is_typeddict(base)]
    texts = {name: text for base in bases for name, text in _texts(base).items()}
    return texts | dict(attribute_docs(of))
