"""Requests made up from the seller's own declarations, good and bad, by schemathesis.

They cannot say what a real seller answers. They catch a handler that breaks its declaration:
whatever is sent, the answer is HTTP 200 with a document that can be read, a refusal is of a
declared type and never ``internal``, and what is shown has the declared fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import jsonschema_rs
import schemathesis
from hypothesis import strategies as st
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Err
from schemathesis.schemas import APIOperation, BaseSchema

from contracts.shapes import Unreadable, read
from contracts.target import Place
from contracts.tree import Node
from emulator.app import create_registry
from emulator.contract import openapi, schema_of

ANYWHERE: Final = frozenset({"limit"})
"""Refusals that come before any function is looked at."""
SERVICES: Final = ("100001", "100002", "100003", "100004", "100005", "100006", "100009")
"""Services of the world ``small``: a made-up number would never find one."""
LONGEST_ADDRESS: Final = 60_000
AS_JSON: Final = frozenset({"json", "sjson", "xjson"})
Operation = APIOperation[Any, Any, Any, Any]
Made = Case[Any]
CREDENTIALS: Final = frozenset({"auth", "authinfo"})


@dataclass(frozen=True, slots=True)
class Generated:
    """One made-up request: how it goes out."""

    method: str
    query: Mapping[str, Any]
    form: Mapping[str, Any] | None

    @property
    def out(self) -> str:
        """The format it asks for; a repeated parameter keeps its last value, the body's."""
        return str({**self.query, **(self.form or {})}.get("out", "xml") or "xml")


def operations() -> dict[str, tuple[Operation, ...]]:
    """The operations of each function, GET and POST."""
    schema: BaseSchema = schemathesis.openapi.from_dict(openapi(create_registry()))

    @schema.hook
    def map_case(context: object, case: Made) -> Made:
        """The paths of the document are virtual: the function is a parameter on the wire."""
        del context
        named = {name: value for name, value in (case.query or {}).items() if name != "func"}
        case.query = {**named, "func": case.operation.path.rpartition("/")[2]}
        case.path = "/billmgr"
        return case

    found: dict[str, tuple[Operation, ...]] = {}
    for result in schema.get_all_operations():
        if isinstance(result, Err):
            raise result.err()
        operation = result.ok()
        name = operation.path.rpartition("/")[2]
        found[name] = (*found.get(name, ()), operation)
    return found


def requests(
    several: tuple[Operation, ...], example: Mapping[str, str]
) -> st.SearchStrategy[Generated]:
    """Good and bad requests of one function, half of them about services that exist.

    Some are the declaration's own example with something made up beside it: by chance alone hardly
    any order would be complete.
    """
    modes = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
    cases = st.one_of(*(one.as_strategy(generation_mode=mode) for one in several for mode in modes))
    elids = st.one_of(st.just(""), st.sampled_from(SERVICES))
    made = st.builds(_generated, cases, elids, st.sampled_from(({}, example)))
    return made.filter(_fits_an_address)


def _fits_an_address(request: Generated) -> bool:
    """Whether httpx sends it at all: longer ones it refuses before the seller is asked."""
    return len(urlencode(request.query, doseq=True, errors="replace")) < LONGEST_ADDRESS


def _generated(case: Made, elid: str, example: Mapping[str, str]) -> Generated:
    sent = case.as_transport_kwargs(base_url="http://127.0.0.1")
    query = {n: v for n, v in (sent.get("params") or {}).items() if n not in CREDENTIALS}
    form = sent.get("data")
    form = dict(form) if isinstance(form, Mapping) else None
    said = {**example, "elid": elid} if elid else dict(example)
    (query if form is None else form).update(said)
    return Generated(sent["method"], query, form)


def faults(function: Mapping[str, Any], request: Generated, place: Place) -> list[str]:
    """What is wrong with the answer to a made-up request. ``function``: its declaration."""
    query = request.query
    if not function["public"]:
        query = {**query, "authinfo": f"{place.login}:{place.password}"}
    reply = place.http.request(request.method, place.path, params=query, data=request.form)
    if reply.status_code != httpx.codes.OK:
        return [f"HTTP status {reply.status_code}"]
    try:
        doc = _document(reply.content, request.out)
    except (Unreadable, UnicodeDecodeError, ValueError) as problem:
        return [f"cannot be read as {request.out}: {problem}"]
    if doc is None:
        return []
    error = doc.first("error")
    if error is not None:
        return _refusal_faults(function, error)
    return _field_faults(function, doc) if request.out in ("xml", "json") else []


def _document(body: bytes, out: str) -> Node | None:
    """The tree of an answer; None for the formats that have none but can be read."""
    if out in AS_JSON:
        return read(body, "json")[0]
    if out == "bjson":
        return read(body, "bjson")[0]
    if out == "JSONdata":
        json.loads(body)
        return None
    if out in ("text", "csv"):
        body.decode("utf-8")
        return None
    return read(body, "xml")[0]


def _refusal_faults(function: Mapping[str, Any], error: Node) -> list[str]:
    inner = error.first("type")
    kind = error.attrs.get("type") or (inner.text if inner is not None else "") or ""
    declared = {*function["errors"], *ANYWHERE}
    return [] if kind in declared else [f'refuses with "{kind}", declared are {sorted(declared)}']


def _field_faults(function: Mapping[str, Any], doc: Node) -> list[str]:
    """Rows of a listing and fields of a form against the declared answer."""
    if function["kind"] == "listing" and doc.first("p_elems") is None:
        return ["a listing without p_elems"]
    schema = function["answer"]
    if schema is None:
        return []
    rows = doc.all("elem") if function["kind"] == "listing" else (doc,)
    validator = jsonschema_rs.Draft202012Validator(schema)
    told: list[str] = []
    for row in rows:
        texts = {node.name: node.text or "" for node in row.children if not node.children}
        told += [
            f"{'/'.join(map(str, fault.instance_path))}: {fault.message}"
            for fault in validator.iter_errors(texts)
        ]
    return told


def declarations() -> dict[str, Mapping[str, Any]]:
    """Every function's declaration, by name."""
    return {function.name: schema_of(function) for function in create_registry()}
