"""Links of the OpenAPI document, followed: what of an answer goes into the next request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

EXPRESSION: Final = "$response.body#/"


@dataclass(frozen=True, slots=True)
class LinkedRequest:
    """One request that a link leads to. ``submits``: it is carried out, not looked at."""

    func: str
    params: Mapping[str, str]
    submits: bool


def links_of(document: Mapping[str, Any], func: str) -> dict[str, Mapping[str, Any]]:
    """The links of a function's answer by name."""
    components = document["components"]
    names = components["responses"][func].get("links", {})
    return {name: components["links"][name] for name in names}


def followed(link: Mapping[str, Any], answer: Mapping[str, Any]) -> LinkedRequest | None:
    """The request a link makes of an answer (as json has it); None where it does not tell it."""
    submits = "requestBody" in link
    given: Mapping[str, str] = link["requestBody"] if submits else link["parameters"]
    params: dict[str, str] = {}
    for name, text in given.items():
        value = _value(answer, text) if text.startswith(EXPRESSION) else text
        if value is None:
            return None
        params[name] = value
    return LinkedRequest(link["operationId"].removesuffix(".post"), params, submits)


def _value(tree: Any, expression: str) -> str | None:  # noqa: ANN401 - JSON
    for key in expression.removeprefix(EXPRESSION).split("/"):
        try:
            tree = tree[int(key) if isinstance(tree, list) else key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return tree if isinstance(tree, str) else None
