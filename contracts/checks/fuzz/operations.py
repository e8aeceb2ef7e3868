"""The operations of the OpenAPI document, and requests made up for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema

from contracts.checks.fuzz.invalid_inputs import NONSENSE, typed_fields
from contracts.checks.fuzz.virtual_paths import map_case

Operation = APIOperation[Any, Any, Any, Any]
Made = Case[Any]

LONGEST_ADDRESS: Final = 60_000
CREDENTIALS: Final = frozenset({"auth", "authinfo"})
BESIDE: Final = ("", "", "again", "formats", "nothing changed")
"""What else is asked about a look: the same once more, in other formats, and what it changed."""
STYLES: Final = ("authinfo", "authinfo", "session")


@dataclass(frozen=True, slots=True)
class Generated:
    """One made-up request: how it goes out, and what is asked beside it."""

    method: str
    query: Mapping[str, Any]
    form: Mapping[str, Any] | None
    style: str = "authinfo"
    beside: str = ""

    @property
    def params(self) -> dict[str, Any]:
        """All parameters; a repeated one keeps its last value, the body's."""
        return {**self.query, **(self.form or {})}


def operations(document: dict[str, Any]) -> dict[str, tuple[Operation, ...]]:
    """The operations of each function, GET and POST."""
    schema: BaseSchema = schemathesis.openapi.from_dict(document)
    schema.hook(map_case)
    found: dict[str, tuple[Operation, ...]] = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        name = operation.path.rpartition("/")[2]
        found[name] = (*found.get(name, ()), operation)
    return found


def requests(
    several: Sequence[Operation], function: Mapping[str, Any], numbers: Sequence[str]
) -> st.SearchStrategy[Generated]:
    """Good and bad requests of one function, half of them about services that exist.

    ``function`` is its declaration, ``numbers`` are those of services. Some requests are the
    declaration's own example with something made up beside it: by chance alone hardly any order
    would be complete. And some are that example with nonsense in one place.
    """
    example: Mapping[str, str] = function["example"]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of(*(one.as_strategy(generation_mode=mode) for one in several for mode in modes))
    elids = st.sampled_from(("", *numbers))
    beside, styles = st.sampled_from(BESIDE), st.sampled_from(STYLES)
    made = st.builds(_generated, cases, elids, st.sampled_from(({}, example)), styles, beside)
    plain = st.builds(_example, st.just(function), styles, beside, st.just(""), st.just(""))
    options = [made, made, made, plain]
    if typed := typed_fields(function):
        options.append(
            st.builds(
                _example, st.just(function), styles, beside,
                st.sampled_from(typed), st.sampled_from(NONSENSE),
            )
        )  # fmt: skip
    return st.one_of(options).filter(_fits_an_address)


def _example(
    function: Mapping[str, Any], style: str, beside: str, field: str, nonsense: str
) -> Generated:
    """The declaration's example, shown or submitted, maybe with nonsense in one field."""
    query = {**function["example"], **({field: nonsense} if field else {})}
    if beside:
        query.pop("sok", None)
    return Generated("GET", {**query, "func": function["func"]}, None, style, beside)


def _fits_an_address(request: Generated) -> bool:
    """Whether httpx sends it at all: longer ones it refuses before the seller is asked."""
    return len(urlencode(request.query, doseq=True, errors="replace")) < LONGEST_ADDRESS


def _generated(
    case: Made, elid: str, example: Mapping[str, str], style: str, beside: str
) -> Generated:
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    query = {n: v for n, v in (sent.get("params") or {}).items() if n not in CREDENTIALS}
    form = sent.get("data")
    form = dict(form) if isinstance(form, Mapping) else None
    said = {**example, "elid": elid} if elid else dict(example)
    (query if form is None else form).update(said)
    return Generated(sent["method"], query, form, style, beside)
