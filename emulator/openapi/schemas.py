"""A declaration, told to machines as a JSON schema.

Nothing is written down twice: what a function takes, returns and refuses is read off its schemas
(:mod:`emulator.api.fields` says what each kind of value means on the wire). Every value travels as
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
from emulator.errors import AccessDenied, ApiError, AuthFailed, BadValue, Missed
from emulator.texts import label

Json = dict[str, Any]

FORMATS = ("xml", "json", "sjson", "xjson", "bjson", "JSONdata", "text", "devel", "csv")
"""What ``out`` may say; the writers are those of the wire (emulator.wire.formats)."""
COMMON = (AuthFailed, AccessDenied, BadValue)
"""What any function that asks for a login may refuse with; ``value`` is for a bad ``out``."""
ANY_NUMBER = 10**18 - 1
IDS = r"^[0-9]{1,18}(, ?[0-9]{1,18})*$"
MONTHS = r"^(null|off|none|-|0|[1-9][0-9]{0,2})$"
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
    fields.Amount: lambda f: {"type": "string", "pattern": _anchored(f.SHAPE)},
    fields.Numbered: lambda _: INTEGER,
}
# Fields of answers: the text a client gets to read. Nothing to say is an empty text.
TEXTS: Mapping[type[fields.WireField], Callable[[Any], Json]] = {
    fields.Whole: lambda _: {"type": "string", "pattern": "^(-?[0-9]+)?$"},
    fields.Id: lambda _: {"type": "string", "pattern": "^[0-9]*$"},
    fields.Months: lambda _: {"type": "string", "pattern": "^(null|[1-9][0-9]*)$"},
    fields.Flag: lambda _: {"type": "string", "enum": ["on", "off"]},
    fields.OneOf: lambda f: {"type": "string", "enum": [*f.words, ""]},
    fields.Day: lambda _: {"type": "string", "pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"},
    fields.Amount: lambda f: {"type": "string", "pattern": rf"^(-?[0-9]+\.[0-9]{{{f.places}}})?$"},
}


def _anchored(pattern: re.Pattern[str]) -> str:
    """Python's end of a text, as JSON Schema writes it."""
    return "^" + pattern.pattern.removesuffix("\\Z") + "$"


def _told(
    field: fields.WireField, table: Mapping[type[fields.WireField], Callable[[Any], Json]]
) -> Json:
    """A kind that is not in the table is told as its base; the last resort is any text."""
    for kind in type(field).__mro__:
        if kind in table:
            return table[kind](field)
    return {"type": "string"}


def kind_of(field: fields.WireField) -> str:
    """The name of a kind of value, as the reference tells it: ``whole``, ``any_address``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(field).__name__).lower()


def parameters(schema: WireSchema) -> Json:
    """The parameters of a function as the schema of an object.

    ``required`` names what every call needs, ``x-needed`` what a submit needs besides. Open names
    (``addon_55236``) stand under ``patternProperties``; unknown ones are taken and ignored.
    """
    out: Json = {"type": "object", "properties": {}, "additionalProperties": True}
    for name, field in schema.wire_fields.items():
        if isinstance(field, fields.Rest):
            out["x-rest"] = "every column of the listing"
        elif isinstance(field, fields.Numbered):
            pattern = f"^{re.escape(field.prefix)}[0-9]{{1,9}}$"
            out.setdefault("patternProperties", {})[pattern] = _described(
                name, field, _told(field, MEANINGS)
            )
        else:
            out["properties"][name] = _described(name, field, _told(field, MEANINGS))
    wanted = schema.wire_fields.items()
    if required := [name for name, field in wanted if field.required]:
        out["required"] = required
    if needed := [name for name, field in wanted if field.needed and not field.required]:
        out["x-needed"] = needed
    return out


def answer_fields(schema: WireSchema) -> Json:
    """The fields of a row or a form as the schema of an object of texts.

    A form may carry more (``addon_<id>``), and a field that has nothing to say may be missing.
    """
    properties = {
        name: _described(name, field, _told(field, TEXTS))
        for name, field in schema.wire_fields.items()
        if not isinstance(field, fields.Rest | fields.Numbered)
    }
    return {"type": "object", "properties": properties, "additionalProperties": True}


def _described(name: str, field: fields.WireField, schema: Json) -> Json:
    told: Json = {**schema, "x-kind": kind_of(field)}
    if (title := label(name, "en")) != name:
        told["title"] = title
    if field.about:
        told["description"] = field.about
    if field.evidence:
        told["x-evidence"] = field.evidence
    return told


def errors_of(function: Function) -> tuple[type[ApiError], ...]:
    """Everything a function may refuse with: what it declares, and what any call may meet.

    A malformed number of an object is as good as one that does not exist (emulator.api.fields), so
    whatever takes one may miss it.
    """
    common = (BadValue,) if function.public else COMMON
    takes_number = any(isinstance(one, fields.Id) for one in function.takes.wire_fields.values())
    missed = (Missed,) if takes_number else ()
    return tuple(dict.fromkeys((*function.fails, *missed, *common)))


def schema_of(function: Function) -> Json:
    """Everything a declaration says, as one JSON value; what contracts/schemas keeps on record."""
    returns = function.returns
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
        "errors": sorted({error.type for error in errors_of(function)}),
        "example": dict(function.example),
    }
