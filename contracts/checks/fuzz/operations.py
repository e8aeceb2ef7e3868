"""The operations of the OpenAPI document, and the strategies that generate requests for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode, HookContext
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema

from contracts.checks.fuzz.invalid_inputs import NONSENSE, list_typed_fields

Operation = APIOperation[Any, Any, Any, Any]

ADDRESS: Final = "/billmgr"
LONGEST_ADDRESS: Final = 60_000
CREDENTIALS: Final = frozenset({"auth", "authinfo"})
BESIDE: Final = ("", "", "again", "formats", "nothing changed", "filter")
"""The further rule that a read is judged by: `contracts.checks.fuzz.relations.BESIDE`, or none."""
STYLES: Final = ("authinfo", "authinfo", "session")


@dataclass(frozen=True, slots=True)
class Generated:
    """One generated request: how it is sent, the login's style, the rule it is judged by beside."""

    method: str
    query: Mapping[str, Any]
    form: Mapping[str, Any] | None
    style: str = "authinfo"
    beside: str = ""

    @property
    def params(self) -> dict[str, Any]:
        """All parameters; a repeated one keeps its last value, the body's."""
        return {**self.query, **(self.form or {})}


def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
    """A schemathesis hook: ``/billmgr/soft.edit`` is ``/billmgr?func=soft.edit`` on the wire."""
    del context
    others = {name: value for name, value in (case.query or {}).items() if name != "func"}
    case.query = {**others, "func": read_function(case)}
    case.path = ADDRESS
    return case


def read_function(case: Case[Any]) -> str:
    """The function that a case calls: the last part of its operation's path."""
    return str(case.operation.path.rpartition("/")[2])


def read_operations(document: dict[str, Any]) -> dict[str, tuple[Operation, ...]]:
    """The operations of each function, GET and POST.

    Raises what schemathesis raises for an operation that it cannot read.
    """
    schema: BaseSchema = schemathesis.openapi.from_dict(document)
    schema.hook(map_case)
    by_function: dict[str, tuple[Operation, ...]] = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        name = operation.path.rpartition("/")[2]
        by_function[name] = (*by_function.get(name, ()), operation)
    return by_function


def generate_requests(
    operations: Sequence[Operation], function: Mapping[str, Any], numbers: Sequence[str]
) -> st.SearchStrategy[Generated]:
    """Valid and invalid requests of one function, half of them about services that exist.

    ``function`` is its declaration, ``numbers`` are those of services. Some requests are the
    declaration's own example with generated parameters beside it: by chance alone hardly any order
    would be complete. Others are that example with nonsense in one field.
    """
    example: Mapping[str, str] = function["example"]
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of(
        *(operation.as_strategy(generation_mode=mode) for operation in operations for mode in modes)
    )
    elids = st.sampled_from(("", *numbers))
    beside, styles = st.sampled_from(BESIDE), st.sampled_from(STYLES)
    made = st.builds(_generated, cases, elids, st.sampled_from(({}, example)), styles, beside)
    plain = st.builds(_example, st.just(function), styles, beside, st.just(""), st.just(""))
    options = [made, made, made, plain]
    if typed := list_typed_fields(function):
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
    """The declaration's example, read or submitted, with nonsense in ``field`` if it is named."""
    query = {**function["example"], **({field: nonsense} if field else {})}
    if beside:
        query.pop("sok", None)
    return Generated("GET", {**query, "func": function["func"]}, None, style, beside)


def _fits_an_address(request: Generated) -> bool:
    """Whether httpx sends it: it refuses longer addresses before the seller is called."""
    return len(urlencode(request.query, doseq=True, errors="replace")) < LONGEST_ADDRESS


def _generated(
    case: Case[Any], elid: str, example: Mapping[str, str], style: str, beside: str
) -> Generated:
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    query = {n: v for n, v in (sent.get("params") or {}).items() if n not in CREDENTIALS}
    data = sent.get("data")
    form = dict(data) if isinstance(data, Mapping) else None
    overrides = {**example, "elid": elid} if elid else dict(example)
    (query if form is None else form).update(overrides)
    return Generated(sent["method"], query, form, style, beside)
