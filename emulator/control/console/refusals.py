"""Why a call was refused, in a sentence: from the declaration of its error and its parameter."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from emulator.api.registry import Registry
from emulator.errors import TEXTS, ApiError
from emulator.openapi import parameters
from emulator.texts import in_language

PLACE = re.compile(r"__(\w+?)__")
OPEN = "…"
"""In a sentence: what only the answer says."""


@dataclass(frozen=True, slots=True)
class Reason:
    """``sentence``: the seller's, in the language of the page; ``meaning``: of the error's type.

    ``parameter``: what the declaration says of the parameter that was refused, or empty. The last
    two are English, as the reference is.
    """

    sentence: str
    meaning: str
    parameter: str = ""


def explain(registry: Registry, error: str, params: Mapping[str, str], lang: str) -> Reason | None:
    """The reason of an ``error`` of the journal (``type/object``).

    None for one that only a planned fault answers with. ``params``: what the refused call sent.
    """
    func = params.get("func", "")
    type_, _, object_ = error.partition("/")
    classes = [of for of in subclasses(ApiError) if of.type == type_]
    if not classes:
        return None
    keys = (f"{type_}_{object_}", object_, type_)
    special = [of for of in classes if of.text_key in keys]
    plain = [of for of in classes if not of.text_key]
    declared = (special or plain or classes)[0]
    key = next((key for key in (declared.text_key, *keys) if key in TEXTS), None)
    if key is None:
        return None
    sentence = in_language(TEXTS[key], lang)
    described = _describe_parameter(registry, func, object_)
    value = params.get(object_) or (params.get("elid") if object_ else func)
    return Reason(_filled(sentence, object_, value or OPEN), _first_paragraph(declared), described)


def subclasses(of: type[ApiError]) -> Iterator[type[ApiError]]:
    """Every declared error, at any depth."""
    for subclass in of.__subclasses__():
        yield subclass
        yield from subclasses(subclass)


def _filled(sentence: str, object_: str, value: str) -> str:
    """The sentence with its object and value; what only the answer has is left open."""
    texts = {"object": object_, "value": value, "desc": ""}
    return PLACE.sub(lambda place: texts.get(place[1], OPEN), sentence).strip()


def _first_paragraph(of: type[ApiError]) -> str:
    text = (inspect.getdoc(of) or "").partition("\n\n")[0]
    return " ".join(text.replace("``", "").split())


def _describe_parameter(registry: Registry, func: str, name: str) -> str:
    function = registry.find(func)
    if function is None or not name:
        return ""
    described = parameters(function.takes)["properties"].get(name, {})
    return str(described.get("description", "")).replace("``", "").replace("`", "")
