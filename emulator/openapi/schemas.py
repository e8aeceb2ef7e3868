"""Declarations as JSON schemas.

They are derived from the schemas of a function (:mod:`emulator.api.fields` says what each kind of
value means on the wire). Every value travels as
a text, so the schema of a parameter is that of the *text's meaning*, while the schema of an
answer's field is that of the text itself. The wire takes more than the schema says (a trailing
``;``, blanks around a number): what the schema allows always works.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from emulator.api import fields
from emulator.api.registry import Function
from emulator.api.schema import WireSchema
from emulator.domain.limits import anchored
from emulator.errors import AccessDenied, ApiError, AuthFailed, BadValue, Missed
from emulator.texts import label

Json = dict[str, Any]

FORMATS = ("xml", "json", "sjson", "xjson", "bjson", "JSONdata", "text", "devel", "csv")
"""The values of ``out``; emulator.wire.formats writes them."""
COMMON = (AuthFailed, AccessDenied, BadValue)
"""Errors of any function that needs a login; ``value`` is for a bad ``out``."""
ANY_NUMBER = 10**18 - 1
IDS = r"^[0-9]{1,18}(, ?[0-9]{1,18})*$"
MONTHS = r"^(null|off|none|-|0|-50|[1-9][0-9]{0,2})$"
CURRENCY = r"^(50|126|153|[A-Z]{3})$"
INTEGER: Json = {"type": "integer", "minimum": -ANY_NUMBER, "maximum": ANY_NUMBER}
IPV4: Json = {"type": "string", "format": "ipv4"}


# Parameters by their kind: what a client may send and have understood.
MEANINGS: Mapping[type[fields.WireField], Callable[[Any], Json]] = {
    fields.Text: lambda f: {"type": "string", "maxLength": f.longest},
    fields.Whole: lambda f: {
        "type": "integer",
        "minimum": max(f.least, -ANY_NUMBER),
        "maximum": min(f.most, ANY_NUMBER),
    },
    fields.Id: lambda f: {**INTEGER, "minimum": 0, "x-entity": f.entity},
    fields.Ids: lambda f: {"type": "string", "pattern": IDS, "x-entity": f.entity},
    fields.Months: lambda _: {"type": "string", "pattern": MONTHS},
    fields.Address: lambda _: IPV4,
    fields.AnyAddress: lambda _: {"anyOf": [IPV4, {"type": "string", "format": "ipv6"}]},
    fields.Flag: lambda f: {"type": "string", "enum": ["on", "off", *sorted(f.ON - {"on"})]},
    fields.OneOf: lambda f: {"type": "string", "enum": list(f.words)},
    fields.Day: lambda _: {"type": "string", "format": "date"},
    fields.Amount: lambda f: {"type": "string", "pattern": anchored(f.SHAPE)},
    fields.Currency: lambda _: {"type": "string", "pattern": CURRENCY},
    fields.Numbered: lambda _: INTEGER,
}
# Fields of answers: the text a client gets to read. Nothing to say is an empty text.
TEXTS: Mapping[type[fields.WireField], Callable[[Any], Json]] = {
    fields.Structure: lambda _: {"type": "object"},
    fields.Structures: lambda _: {"type": ["array", "object"]},
    fields.Whole: lambda _: {"type": "string", "pattern": "^(-?[0-9]+)?$"},
    fields.Id: lambda _: {"type": "string", "pattern": "^[0-9]*$"},
    fields.Months: lambda _: {"type": "string", "pattern": "^(null|-50|[1-9][0-9]*)$"},
    fields.Currency: lambda _: {"type": "string", "pattern": "^[0-9]*$"},
    fields.Flag: lambda _: {"type": "string", "enum": ["on", "off"]},
    fields.OneOf: lambda f: {"type": "string", "enum": [*f.words, ""]},
    fields.Day: lambda _: {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"},
    fields.Amount: lambda _: {"type": "string", "pattern": r"^(-?[0-9]+\.[0-9]{2})?$"},
    fields.FineAmount: lambda _: {"type": "string", "pattern": r"^(-?[0-9]+\.[0-9]{4})?$"},
    fields.PeriodPrice: lambda _: {
        "type": "string",
        "pattern": r"^-?[0-9]+\.[0-9]{2} [A-Z]{3} / .+$",
    },
    fields.Sum: lambda _: {"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}( [A-Z]{3})?$"},
}


def _schema_for(
    field: fields.WireField, table: Mapping[type[fields.WireField], Callable[[Any], Json]]
) -> Json:
    """The schema for a kind of field, or for its nearest base class; otherwise any text."""
    for kind in type(field).__mro__:
        if kind in table:
            return table[kind](field)
    return {"type": "string"}


def kind_of(field: fields.WireField) -> str:
    """The name of a kind of value in the reference: ``whole``, ``any_address``."""
    derived = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(field).__name__).lower()
    return field.type_name or derived


def parameters(schema: WireSchema) -> Json:
    """The parameters of a function as the schema of an object.

    ``required`` names what every call needs, ``x-needed`` what a submit needs besides. Open names
    (``addon_55236``) stand under ``patternProperties``; unknown ones are taken and ignored.
    """
    out: Json = {"type": "object", "properties": {}, "additionalProperties": True}
    for name, field in schema.wire_fields.items():
        if isinstance(field, fields.Rest):
            out["x-rest"] = (
                "every column of the listing; of days `…start` and `…end`,"
                " of money `…_from` and `…_to`"
            )
        elif isinstance(field, fields.Numbered):
            pattern = f"^{re.escape(field.prefix)}[0-9]{{1,9}}$"
            out.setdefault("patternProperties", {})[pattern] = _described(
                name, field, _schema_for(field, MEANINGS)
            )
        else:
            out["properties"][name] = _described(name, field, _schema_for(field, MEANINGS))
    wire_fields = schema.wire_fields.items()
    if required := [name for name, field in wire_fields if field.required]:
        out["required"] = required
    if needed := [name for name, field in wire_fields if field.needed and not field.required]:
        out["x-needed"] = needed
    return out


def answer_fields(schema: WireSchema) -> Json:
    """The fields of a row or a form as the schema of an object of texts.

    A form may carry more (``addon_<id>``), and a field that has nothing to say may be missing.
    """
    properties = {
        name: _described(name, field, _schema_for(field, TEXTS))
        for name, field in schema.wire_fields.items()
        if not isinstance(field, fields.Rest | fields.Numbered)
    }
    return {"type": "object", "properties": properties, "additionalProperties": True}


def _described(name: str, field: fields.WireField, schema: Json) -> Json:
    described: Json = {**schema, "x-kind": kind_of(field)}
    if (title := label(name, "en")) != name:
        described["title"] = title
    if field.about:
        described["description"] = field.about
    if field.evidence:
        described["x-evidence"] = field.evidence
    if field.generation is not None:
        described["x-generation"] = field.generation
    return described


def errors_of(function: Function) -> tuple[type[ApiError], ...]:
    """Every error of a function: those it declares and those of any call.

    A malformed number of an object is as good as one that does not exist (emulator.api.fields), so
    whatever takes one may miss it.
    """
    common = (BadValue,) if function.public else COMMON
    takes_number = any(
        isinstance(field, fields.Id) for field in function.takes.wire_fields.values()
    )
    missed = (Missed,) if takes_number else ()
    return tuple(dict.fromkeys((*function.fails, *missed, *common)))


def schema_of(function: Function) -> Json:
    """A whole declaration as one JSON object, as in contracts/schemas."""
    returns = function.returns
    tables = {name: answer_fields(row) for name, row in function.tables.items()}
    return {
        "func": function.name,
        "family": function.family.name,
        "kind": function.kind.value,
        "summary": function.summary,
        "evidence": function.evidence.value,
        "source": function.source,
        "public": function.public,
        "several": function.elids,
        "buttons": sorted(function.buttons),
        "next_step": function.next_step,
        "parameters": parameters(function.takes),
        "answer": None if returns is None else answer_fields(returns),
        **({"tables": tables} if tables else {}),
        "errors": sorted({error.type for error in errors_of(function)}),
        "example": dict(function.example),
    }
