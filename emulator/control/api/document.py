"""The control API as one OpenAPI document, from the schemas of its bodies and its operations."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from emulator import __version__
from emulator.control.api import journal_schemas, routes, schemas
from emulator.control.api.guard import CHANGES, JSON
from emulator.control.api.operations import OPERATIONS, WORLD, Operation
from emulator.domain.limits import anchored
from emulator.domain.world import Provisioning, Rules
from emulator.faults import KINDS
from emulator.faults.plan import Fault
from emulator.journal import CALL, EVENT, OUTCOMES
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


def control_document() -> Json:
    """The control API as OpenAPI 3.1."""
    paths: Json = {}
    for key, operation in OPERATIONS.items():
        method, _, path = key.partition(" ")
        address = PREFIX + path.replace("<", "{").replace(">", "}")
        paths.setdefault(address, {})[method.lower()] = _operation(key, operation)
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
            "schemas": {"refusal": REFUSAL},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


REFUSAL: Json = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "One line."}},
    "required": ["error"],
}


def _operation(key: str, operation: Operation) -> Json:
    body = body_of(key, operation)
    out: Json = {
        "operationId": key,
        "summary": operation.summary,
        "parameters": parameters(key, operation),
        "responses": {
            str(status): {"description": text, "content": {JSON: {"schema": _answer(status)}}}
            for status, text in statuses(key, operation).items()
        },
        "security": [{}] if operation.unguarded else [{}, {"token": []}],
    }
    if body is not None or operation.sent is not None:
        media: Json = {"schema": body or True, "example": operation.sent}
        kinds = routes.BODIES.get(key, (JSON,))
        out["requestBody"] = {
            "required": True,
            "content": {
                kind: media if (kind == JSON) == (body is not None) else {"schema": True}
                for kind in kinds
            },
        }
    return out


def _answer(status: int) -> Json:
    return {"$ref": "#/components/schemas/refusal"} if status >= FIRST_REFUSAL else {}


FIRST_REFUSAL = 400


MEANINGS: Mapping[int, str] = {
    200: "The answer.",
    201: "It was made.",
    400: "A parameter or a value of the body is wrong.",
    401: "The token is missing or wrong.",
    403: "`Host` is no name of the server.",
    404: "There is no such world, snapshot, account, service, payment, ticket or fault.",
    409: "The state of the world does not allow it.",
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
    if key.partition(" ")[0] in CHANGES:
        codes.append(415)
    return {code: MEANINGS[code] for code in codes}


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
    "login": {"description": "Login of the account.", "schema": TEXT},
}


def body_of(key: str, operation: Operation) -> Json | None:
    """The schema of a JSON body; None where there is none."""
    if key == "POST /faults":
        return _fault_schema()
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


def _fault_schema() -> Json:
    """The rule of a fault; its further keys are the settings of its kind."""
    texts = attribute_docs(Fault)
    hundred = {"type": "integer", "minimum": 1, "maximum": 100}
    properties: Json = {
        "what": {"type": "string", "enum": list(KINDS), "description": texts["kind"]},
        "when": {"type": "string", "enum": ["before", "after"]},
        "func": TEXT,
        "account": TEXT,
        "nth": _whole(1, 1_000_000),
        "times": {**_whole(1, 1_000_000), "type": ["integer", "null"]},
        "chance": hundred,
        "seed": _whole(0, schemas.BIGGEST),
    }
    for name, schema in properties.items():
        properties[name] = {"description": texts.get(name, ""), **schema}
    return {"type": "object", "properties": properties, "required": ["what"]}


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
