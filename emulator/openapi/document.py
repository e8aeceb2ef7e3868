"""The API as one OpenAPI document: an operation for each function, GET and POST.

What a client may send is the schema of the text's meaning, what it gets to read that of the text
itself (:mod:`emulator.openapi.schemas`). Answers lead on to further requests by links.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from emulator import __version__
from emulator.api.registry import Function, Kind, Registry
from emulator.openapi import answers
from emulator.openapi.examples import shared_examples
from emulator.openapi.links import links_of
from emulator.openapi.schemas import FORMATS, errors_of, parameters

Json = dict[str, Any]

PATH = "/billmgr/{}"
IN_ADDRESS: Final[list[Json]] = [{"authinfo": []}, {"session": []}, {"cookie": []}]
IN_BODY: Final[list[Json]] = [*IN_ADDRESS, {}]
"""OpenAPI has no scheme for a login in a form, so a POST may do without."""
LINK, RESPONSE = "#/components/links/{}", "#/components/responses/{}"


def openapi(registry: Registry) -> Json:
    """The API as OpenAPI 3.1: one path for each function, GET and POST.

    The paths are virtual, ``/billmgr/soft.edit``: on the wire it is ``/billmgr?func=soft.edit``
    (an operation of OpenAPI cannot be told from another by a parameter).
    """
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "mockseller",
            "version": __version__,
            "description": (
                "Paths are virtual: send /billmgr/NAME as /billmgr?func=NAME. "
                "Refusals are HTTP 200 with an error document."
            ),
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": family.name, "description": family.title["en"]} for family in registry.families
        ],
        "paths": {PATH.format(function.name): _operations(function) for function in registry},
        "components": _components(registry),
    }


def _operations(function: Function) -> Json:
    common: Json = {
        "tags": [function.family.name],
        "summary": function.summary.partition("\n")[0],
        "description": function.summary,
        "responses": {"200": {"$ref": RESPONSE.format(function.name)}},
        "x-evidence": function.evidence.value,
        "x-kind": function.kind.value,
        "x-source": function.source,
        "x-errors": sorted({error.type for error in errors_of(function)}),
    }
    out = {"$ref": "#/components/parameters/out"}
    form: Json = {"schema": _form_schema(function)}
    if function.example:
        form["example"] = dict(function.example)
    return {
        "get": {
            "operationId": function.name,
            "parameters": [*_query(function), out],
            "security": [{}] if function.public else IN_ADDRESS,
            **common,
        },
        "post": {
            "operationId": f"{function.name}.post",
            "parameters": [out],
            "requestBody": {
                "description": "The login may stand here too: authinfo, or auth for a session.",
                "content": {"application/x-www-form-urlencoded": form},
            },
            "security": [{}] if function.public else IN_BODY,
            **common,
        },
    }


def _form_schema(function: Function) -> Json:
    schema = parameters(function.takes)
    schema["properties"] |= _of_forms(function)
    return schema


def _of_forms(function: Function) -> Json:
    """What every form takes beside its fields."""
    if function.kind is not Kind.FORM:
        return {}
    sok: Json = {"type": "string", "enum": ["ok"], "title": "Submit instead of showing"}
    sv_field: Json = {"type": "string", "title": "Recalculate, commit nothing"}
    out: Json = {"sok": sok, "sv_field": sv_field}
    if function.buttons:
        out["clicked_button"] = {"type": "string", "examples": sorted(function.buttons)}
    return out


def _query(function: Function) -> Iterator[Json]:
    schema = _form_schema(function)
    for name, field_schema in schema["properties"].items():
        parameter: Json = {
            "name": name,
            "in": "query",
            "required": name in schema.get("required", ()),
            "schema": field_schema,
        }
        if name in function.example:
            parameter["example"] = _example(field_schema, function.example[name])
        yield parameter
    for name, value in function.example.items():
        for pattern, field_schema in schema.get("patternProperties", {}).items():
            if re.match(pattern, name):
                example = _example(field_schema, value)
                yield {"name": name, "in": "query", "schema": field_schema, "example": example}


def _example(schema: Mapping[str, Any], value: str) -> str | int:
    return int(value) if schema.get("type") == "integer" else value


def _components(registry: Registry) -> Json:
    links: Json = {}
    responses: Json = {}
    schemas: Json = dict(answers.SHARED)
    for function in registry:
        own = links_of(function, registry)
        links |= {link.name: link.as_dict() for link in own}
        refs = {link.name: {"$ref": LINK.format(link.name)} for link in own}
        responses[function.name] = answers.response_of(function, refs)
        schemas |= answers.schemas_of(function)
    return {
        "parameters": {"out": _out()},
        "schemas": schemas,
        "responses": responses,
        "examples": shared_examples(),
        "links": links,
        "securitySchemes": _logins(),
    }


def _out() -> Json:
    return {
        "name": "out",
        "in": "query",
        "description": "The format of the answer; default xml.",
        "schema": {"type": "string", "enum": list(FORMATS)},
    }


def _logins() -> Json:
    logins = {
        "authinfo": ("query", "authinfo", "login:password"),
        "session": ("query", "auth", "The id of a session that func=auth opened."),
        "cookie": ("cookie", "billmgrses5", "The same id."),
    }
    return {
        name: {"type": "apiKey", "in": where, "name": parameter, "description": description}
        for name, (where, parameter, description) in logins.items()
    }
