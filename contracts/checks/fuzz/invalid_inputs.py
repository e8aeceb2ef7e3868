"""Input that can only be meant as nonsense: whoever takes it, takes anything.

The wire is lenient (docs/wire.md section 2), and a schema is narrower than what is understood. So
not everything that breaks a schema is bad: only letters where a number, a date or an address
stands, a number outside its bounds, a word that is none of the words, and a submit without what
it needs.
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
"""Kinds of values in which no letter can stand."""
NONSENSE: Final = ("nonsense", "1x", "1e5x", "z" * 40, "None", "y")
"""Letters that stand for nothing anywhere."""


def invalid_fields(function: Json, params: Mapping[str, str]) -> list[str]:
    """Why this request can only be refused; empty where it may be answered either way.

    ``function`` is a declaration as ``schema_of`` tells it.
    """
    if "snext" in params:
        return []  # another step of the wizard reads it
    return [*_senseless(function, params), *_absent(function, params)]


def _senseless(function: Json, params: Mapping[str, str]) -> Iterator[str]:
    for name, text in params.items():
        schema = schema_for(function, name)
        if schema is not None and (why := _why_not(schema, text)):
            yield f"{name}={text[:40]!r} is {why}"


def schema_for(function: Json, name: str) -> Json | None:
    """What is declared of a parameter, open names too."""
    parameters = function["parameters"]
    if name in parameters["properties"]:
        found: Json = parameters["properties"][name]
        return found
    for pattern, schema in parameters.get("patternProperties", {}).items():
        if re.fullmatch(pattern, name):
            told: Json = schema
            return told
    return None


def _why_not(schema: Json, text: str) -> str:
    kind, said = schema["x-kind"], text.strip().rstrip(";").strip()
    if not said:
        return ""
    if kind in NUMBERS and said.lower() not in WORDS_FOR_NONE and LETTERS.search(said):
        return f"no {kind}"
    if kind == "any_address" and NO_HEX.search(said):
        return "no address"
    if kind in ("flag", "one_of") and said.lower() not in {one.lower() for one in schema["enum"]}:
        return "" if kind == "flag" and not LETTERS.search(said) else f"no {kind}"
    if kind == "whole" and NUMBER.match(said):
        number = int(said)
        return "" if schema["minimum"] <= number <= schema["maximum"] else "out of bounds"
    return ""


def _absent(function: Json, params: Mapping[str, str]) -> Iterator[str]:
    parameters = function["parameters"]
    needed = list(parameters.get("required", ()))
    looks = "sv_field" in params or params.get("clicked_button") == "back"
    submits = function["kind"] == "form" and params.get("sok") and not looks
    if submits or function["kind"] == "action":
        needed += parameters.get("x-needed", ())
    for name in needed:
        if not params.get(name):
            yield f"{name} is needed and not there"


def typed_fields(function: Json) -> list[str]:
    """Parameters of which nonsense can be told from sense."""
    kinds = NUMBERS | {"flag", "one_of"}
    return sorted(
        name
        for name, schema in function["parameters"]["properties"].items()
        if schema["x-kind"] in kinds
    )
