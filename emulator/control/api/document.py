"""The control API as one OpenAPI document, from the schemas of its bodies and its operations."""

from __future__ import annotations

import dataclasses
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from marshmallow import Schema, fields, validate

from emulator import __version__
from emulator.control.api import journal_schemas, routes, schemas
from emulator.control.api.answer_schemas import BY_KIND, REF, answer_schema, schema_of
from emulator.control.api.guard import CHANGES, JSON
from emulator.control.api.operations import OPERATIONS, WORLD, Operation
from emulator.domain.limits import anchored
from emulator.domain.world import Provisioning, Rules
from emulator.faults import KINDS
from emulator.faults.kinds import LONGEST_BODY, FaultKind
from emulator.faults.plan import FUNC, Fault
from emulator.journal import CALL, EVENT, OUTCOMES
from emulator.results import FaultInfo
from emulator.worlds.fixtures.json_schema import attribute_docs, record_schema

Json = dict[str, Any]

PREFIX = "/_mockseller"
TEXT: Json = {"type": "string", "maxLength": schemas.LONGEST}
NUMBER: Json = {"type": "integer", "minimum": 0, "maximum": 10**15 - 1}
INSTANT: Json = {"type": "string", "format": "date-time", "x-form": "instant"}
KINDS_OF_VALUES: Mapping[type[fields.Field[Any]], Callable[[Any], Json]] = {
    schemas.TextField: lambda f: TEXT if f.form is None else {
        **TEXT, "pattern": anchored(f.form), "x-form": f.kind
    },
    schemas.IntegerField: lambda f: _whole(f.least, f.most, f.besides),
    schemas.AmountField: lambda _: {
        "type": "string", "pattern": anchored(schemas.AMOUNT), "x-form": 'amount, `"12.34"`'
    },
    schemas.InstantField: lambda _: INSTANT,
    schemas.InstantOrNowField: lambda _: {"anyOf": [INSTANT, {"const": True}]},
    schemas.DateField: lambda _: {"type": "string", "format": "date", "x-form": "day"},
    schemas.AddressField: lambda _: {"type": "string", "x-form": "IPv4 address, or empty"},
    schemas.NetworkField: lambda _: {"type": "string", "x-form": "address or network"},
    schemas.KeyField: lambda _: {"anyOf": [TEXT, {"const": True}]},
    journal_schemas.EntryKindField: lambda _: {"type": "string", "enum": [CALL, EVENT, "all"]},
    journal_schemas.OutcomeField: lambda _: {**TEXT, "examples": list(OUTCOMES)},
    fields.Boolean: lambda f: {"const": True} if not f.falsy else {"type": "boolean"},
    fields.String: lambda _: {"type": "string"},
    fields.Integer: lambda _: {"type": "integer"},
    fields.List: lambda f: {"type": "array", "items": _schema_of_field(f.inner)},
    fields.Nested: lambda f: body_schema(type(f.schema)),
    fields.Dict: lambda f: {
        "type": "object",
        "additionalProperties": _schema_of_field(f.value_field) if f.value_field else True,
    },
}  # fmt: skip


def control_document(answered_by: Mapping[str, Callable[..., object]]) -> Json:
    """The control API as OpenAPI 3.1. ``answered_by``: by path, what makes its answer."""
    paths: Json = {}
    for key, operation in OPERATIONS.items():
        method, _, path = key.partition(" ")
        address = PREFIX + path.replace("<", "{").replace(">", "}")
        paths.setdefault(address, {})[method.lower()] = _operation(
            key, operation, _media(answered_by[key])
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockseller, control API",
            "version": __version__,
            "description": "Changes need a Content-Type. Refusals are an object with `error`.",
        },
        "servers": [{"url": "/"}],
        "paths": paths,
        "components": {
            "schemas": {"refusal": REFUSAL, **_faults_by_kind()},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


REFUSAL: Json = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "One line."}},
    "required": ["error"],
}


FILE: Json = {"schema": {"type": "string", "format": "binary"}}


def _media(handler: Callable[..., object]) -> Json:
    """The content of the answer of success, by its kind."""
    if get_type_hints(handler)["return"] is routes.FileAnswer:
        return {routes.BINARY: FILE}
    schema = answer_schema(handler)
    return {routes.TEXT if schema == {"type": "string"} else JSON: {"schema": schema}}


def _operation(key: str, operation: Operation, answer: Json) -> Json:
    out: Json = {
        "operationId": key,
        "summary": operation.summary,
        "parameters": parameters(key, operation),
        "responses": {
            str(status): {
                "description": text,
                "content": answer if status < FIRST_REFUSAL else {JSON: {"schema": REFUSED}},
            }
            for status, text in statuses(key, operation).items()
        },
        "security": [{}] if operation.unguarded else [{}, {"token": []}],
    }
    if sends_something(key, operation):
        out["requestBody"] = {"required": True, "content": _sent_media(key, operation)}
    return out


def _sent_media(key: str, operation: Operation) -> Json:
    """The content of the body of a request, by its kind."""
    kinds = routes.BODIES.get(key, (JSON,))
    if kinds == (routes.BINARY,):
        return {routes.BINARY: FILE}
    body = body_of(key, operation)
    media: Json = {"schema": body or True, "example": operation.sent}
    return {
        kind: media if (kind == JSON) == (body is not None) else {"schema": True} for kind in kinds
    }


FIRST_REFUSAL = 400
REFUSED: Json = {"$ref": REF.format("refusal")}


MEANINGS: Mapping[int, str] = {
    200: "The answer.",
    201: "It was made.",
    400: "A parameter or a value of the body is wrong.",
    401: "The token is missing or wrong.",
    403: "`Host` is no name of the server.",
    404: "There is no such world, snapshot, account, service, payment, ticket or fault.",
    409: "The state of the world does not allow it.",
    413: "The body is larger than the settings allow.",
    415: "A change without the Content-Type.",
}
"""Other paths are answered with 404, other methods with 405."""


def statuses(key: str, operation: Operation) -> dict[int, str]:
    """The statuses of an operation, that of success first, and when it is answered with each."""
    codes = [201 if key in routes.CREATES else 200]
    if not operation.unguarded:
        codes += [400, 401, 403]
    if operation.of_a_world:
        codes.append(404)
    if operation.conflict:
        codes.append(409)
    if sends_something(key, operation):
        codes.append(413)
    if key.partition(" ")[0] in CHANGES:
        codes.append(415)
    return {code: MEANINGS[code] for code in codes}


def sends_something(key: str, operation: Operation) -> bool:
    """Whether the operation reads a body."""
    sent = operation.sent is not None or bool(operation.file)
    return sent and key.partition(" ")[0] in CHANGES


def parameters(key: str, operation: Operation) -> list[Json]:
    """The parameters in path and query."""
    out: list[Json] = [
        {"name": name, "in": "path", "required": True, **PLACES[name]}
        for name in re.findall("<(.+?)>", key)
    ]
    if operation.query is not None:
        for name, schema in body_schema(operation.query)["properties"].items():
            about = schema.pop("description")
            out.append({"name": name, "in": "query", "description": about, "schema": schema})
    if operation.of_a_world and "<name>" not in key:
        about = "Name of the world; default: `default`."
        out.append({"name": WORLD, "in": "query", "description": about, "schema": TEXT})
    return out


PLACES: Mapping[str, Json] = {
    "name": {"description": "Name of the world.", "schema": TEXT},
    "id": {"description": "Its number.", "schema": NUMBER},
    "label": {"description": "Name of the snapshot.", "schema": TEXT},
    "login": {"description": "Login of the account.", "schema": TEXT},
}


def body_of(key: str, operation: Operation) -> Json | None:
    """The schema of a JSON body; None where there is none.

    That of a fault refers to the schemas of its kinds, which are components of the document.
    """
    if key == "POST /faults":
        return _by_kind("fault")
    if operation.body is None:
        return None
    schema = body_schema(operation.body)
    if operation.body is schemas.WorldChange:
        for name, of in (("rules", Rules), ("provisioning", Provisioning)):
            declared = record_schema(of)
            schema["properties"][name] |= {"properties": declared["properties"]}
            schema["properties"][name] |= {"additionalProperties": False}
    if operation.body is schemas.ClockMove:
        schema |= {"minProperties": 1, "maxProperties": 1}
    return schema


def _by_kind(prefix: str) -> Json:
    """One of the kinds of faults, told apart by ``what``."""
    names = {what: REF.format(f"{prefix}_{what}") for what in KINDS}
    return {
        "oneOf": [{"$ref": name} for name in names.values()],
        "discriminator": {"propertyName": "what", "mapping": names},
    }


def _faults_by_kind() -> Json:
    """The schemas of faults: of each kind what is sent and what is answered, and of any kind."""
    out: Json = {}
    for what, kind in KINDS.items():
        sent = fault_schema(kind)
        out[f"fault_{what}"] = {**sent, "required": ["what"]}
        answered = {**sent["properties"], **COUNTS}
        out[f"{BY_KIND[FaultInfo]}_{what}"] = {
            **sent, "properties": answered, "required": list(answered),
        }  # fmt: skip
    return {**out, BY_KIND[FaultInfo]: _by_kind(BY_KIND[FaultInfo])}


COUNTS: Json = {
    name: {**schema_of(get_type_hints(FaultInfo)[name]), "description": about}
    for name, about in (
        ("id", "Its number."),
        ("matched", "Calls that matched so far."),
        ("struck", "Calls that it was applied to."),
        ("created_at", "When it was planned."),
    )
}
"""What the seller adds to the rule of a fault."""


def fault_schema(kind: type[FaultKind]) -> Json:
    """The rule of a fault of one kind, with the settings that only this kind has."""
    texts = attribute_docs(Fault)
    hundred = {"type": "integer", "minimum": 1, "maximum": 100}
    properties: Json = {
        "what": {"const": kind.name, "description": texts["kind"]},
        "when": {"type": "string", "enum": list(kind.applies)},
        "func": {**TEXT, "pattern": anchored(FUNC)},
        "account": TEXT,
        "nth": _whole(1, 1_000_000),
        "times": {**_whole(1, 1_000_000), "type": ["integer", "null"]},
        "chance": {"type": "integer", "const": 100} if kind.always else hundred,
        "seed": _whole(0, schemas.BIGGEST),
    }
    hints = get_type_hints(kind)
    for setting in dataclasses.fields(kind):
        properties[setting.name] = {
            **schema_of(hints[setting.name]),
            **_limits(kind, setting.name),
            "default": setting.default,
            "description": f"Setting of `{kind.name}`: {inspect.getdoc(kind)}".partition("\n")[0],
        }
        if hints[setting.name] is str:
            properties[setting.name]["maxLength"] = LONGEST_BODY
    for name, schema in properties.items():
        properties[name] = {"description": texts.get(name, ""), **schema}
    return {"type": "object", "properties": properties, "additionalProperties": False}


def rule_fields() -> Json:
    """The fields of the rule of a fault that every kind has, by name."""
    properties: Json = fault_schema(FaultKind)["properties"]
    what = {"type": "string", "enum": list(KINDS)}
    return {**properties, "what": {**what, "description": properties["what"]["description"]}}


def _limits(kind: type[FaultKind], name: str) -> Json:
    if name not in kind.limits:
        return {}
    least, most = kind.limits[name]
    return {"minimum": least, "maximum": most}


def body_schema(of: type[Schema]) -> Json:
    """The JSON schema of a body of the control API, or of the parameters of a query."""
    properties: Json = {}
    required: list[str] = []
    for name, field in of().fields.items():
        key = field.data_key or name
        properties[key] = {**_schema_of_field(field), **field.metadata}
        if field.required:
            required.append(key)
    out: Json = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**out, "required": required} if required else out


def _schema_of_field(field: fields.Field[Any]) -> Json:
    """The schema for a kind of field, or for its nearest base class. StopIteration for none."""
    of = next(kind for kind in type(field).__mro__ if kind in KINDS_OF_VALUES)
    schema = dict(KINDS_OF_VALUES[of](field))
    for check in field.validators:
        if isinstance(check, validate.OneOf):
            schema["enum"] = list(check.choices)
        elif isinstance(check, validate.Range):
            schema |= {"minimum": check.min, "maximum": check.max}
        elif isinstance(check, validate.Length):
            schema |= {"minItems": check.min, "maxItems": check.max}
    if field.allow_none:
        schema = {"anyOf": [schema, {"type": "null"}]}
    return schema


def _whole(least: int, most: int, besides: int | None = None) -> Json:
    if besides is None:
        return {"type": "integer", "minimum": least, "maximum": most}
    return {"type": "integer", "anyOf": [{"minimum": least, "maximum": most}, {"enum": [besides]}]}
