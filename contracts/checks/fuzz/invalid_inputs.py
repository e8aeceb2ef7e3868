"""Input that can only be nonsense: a seller that accepts it accepts anything.

The wire is lenient (docs/wire.md section 2), and a schema is narrower than what is understood. So
not everything that breaks a schema is invalid: only letters where a number, a date or an address
is expected, a number outside its bounds, a word that is none of the words, and a submit without a
parameter that it needs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

Json = Mapping[str, Any]

NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}\Z")
LETTERS: Final = re.compile(r"[A-Za-z]")
NO_HEX: Final = re.compile(r"[G-Zg-z]")
WORDS_FOR_NONE: Final = frozenset({"null", "off", "none", "on"})
NUMBERS: Final = frozenset({"whole", "id", "ids", "months", "address", "day", "amount", "numbered"})
"""Kinds of values that have no letters."""
NONSENSE: Final = ("nonsense", "1x", "1e5x", "z" * 40, "None", "y")
"""Letters that mean nothing anywhere."""


def find_invalid_fields(function: Json, params: Mapping[str, str]) -> list[str]:
    """Why this request can only be refused, one line each; empty where it may be accepted.

    ``function`` is a declaration as ``schema_of`` returns it.
    """
    if "snext" in params:
        return []  # another step of the wizard reads it
    return [*_nonsense_fields(function, params), *_missing_fields(function, params)]


def _nonsense_fields(function: Json, params: Mapping[str, str]) -> Iterator[str]:
    for name, text in params.items():
        schema = find_schema(function, name)
        if schema is not None and (reason := _reason(schema, text)):
            yield f"{name}={text[:40]!r} is {reason}"


def find_schema(function: Json, name: str) -> Json | None:
    """The declaration of a parameter, by its name or by the pattern of open names; or None."""
    parameters = function["parameters"]
    schema: Json | None = parameters["properties"].get(name)
    if schema is not None:
        return schema
    patterns: Mapping[str, Json] = parameters.get("patternProperties", {})
    matching = (schema for pattern, schema in patterns.items() if re.fullmatch(pattern, name))
    return next(matching, None)


def _reason(schema: Json, text: str) -> str:
    kind, value = schema["x-kind"], text.strip().rstrip(";").strip()
    if not value:
        return ""
    if kind in NUMBERS and value.lower() not in WORDS_FOR_NONE and LETTERS.search(value):
        return f"no {kind}"
    if kind == "any_address" and NO_HEX.search(value):
        return "no address"
    if kind in ("flag", "one_of") and value.lower() not in {w.lower() for w in schema["enum"]}:
        return "" if kind == "flag" and not LETTERS.search(value) else f"no {kind}"
    if kind == "whole" and NUMBER.match(value):
        number = int(value)
        return "" if schema["minimum"] <= number <= schema["maximum"] else "out of bounds"
    return ""


def _missing_fields(function: Json, params: Mapping[str, str]) -> Iterator[str]:
    parameters = function["parameters"]
    needed = list(parameters.get("required", ()))
    reads = "sv_field" in params or params.get("clicked_button") == "back"
    submits = function["kind"] == "form" and params.get("sok") and not reads
    if submits or function["kind"] == "action":
        needed += parameters.get("x-needed", ())
    for name in needed:
        if not params.get(name):
            yield f"{name} is needed and not there"


def list_typed_fields(function: Json) -> list[str]:
    """The parameters whose kind tells nonsense from a valid value."""
    kinds = NUMBERS | {"flag", "one_of"}
    return sorted(
        name
        for name, schema in function["parameters"]["properties"].items()
        if schema["x-kind"] in kinds
    )
