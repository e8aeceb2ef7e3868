"""The documents of the control API against its routes: nothing is missing, nothing invented."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import TestResponse

from emulator.control.api import routes
from emulator.control.api.document import Json, body_of, control_document, parameters, statuses
from emulator.control.api.guard import CHANGES
from emulator.control.api.http import MAP
from emulator.control.api.operations import OPERATIONS, Operation
from emulator.faults.plan import Fault
from emulator.faults.plan import read as read_fault
from emulator.reference.control import control_page
from emulator.testing import Seller

Ask = Callable[..., TestResponse]
GUARDED = {key: each for key, each in OPERATIONS.items() if not each.unguarded}
EXAMPLE_WORLDS = ("shop-b", "shop-c")


def prepare(seller: Seller) -> None:
    """Whatever the paths of the examples name."""
    for name in EXAMPLE_WORLDS:
        seller.world(name)
    seller.order(ip="192.0.2.201")
    seller.call("clientticket.edit", sok="ok", subject="Key", message="Where is it?")
    seller.faults.add("drop")


def send(ask: Ask, key: str, path: str, body: object) -> TestResponse:
    method = key.partition(" ")[0]
    data = None if method == "GET" else json.dumps(body)
    return ask(method, path, data=data, content_type="application/json")


def error_of(answer: TestResponse) -> str:
    return str(json.loads(answer.text)["error"])


def joined(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def test_the_documents_have_every_route_and_no_other(seller: Seller) -> None:
    assert set(OPERATIONS) == {rule.endpoint for rule in MAP.iter_rules()}
    served = seller.control("GET", "/control.json")
    paths = {
        f"{method.upper()} {path.removeprefix('/_mockseller')}"
        for path, methods in served["paths"].items()
        for method in methods
    }
    assert paths == {key.replace("<", "{").replace(">", "}") for key in OPERATIONS}
    assert [fault.message for fault in OpenAPIV31SpecValidator(served).iter_errors()] == []
    assert served == json.loads(json.dumps(control_document()))


def test_every_example_works_as_the_page_shows(tmp_path: Path) -> None:
    page = control_page(tmp_path)  # raises where one is refused
    assert len(re.findall("(?m)^## (?:GET|POST|PATCH|DELETE) /", page)) == len(OPERATIONS)
    assert page.count("\n```sh\ncurl ") == len(OPERATIONS)
    for key, operation in OPERATIONS.items():
        schema = body_of(key, operation)
        if schema is not None:
            jsonschema_rs.validator_for(schema).validate(operation.sent)


def test_the_fields_of_bodies_are_those_that_are_read(seller: Seller, ask: Ask) -> None:
    """No other is taken, and a wrong value of each is refused by its name."""
    prepare(seller)
    wrong = []
    for key, operation in GUARDED.items():
        schema = body_of(key, operation)
        if schema is None:
            continue
        alone = schema.get("maxProperties") == 1
        for name in ("no_such_key", *schema["properties"]):
            body = {**({} if alone else as_mapping(operation)), name: 1.5}
            answer = send(ask, key, operation.example, body)
            if answer.status_code != 400 or not error_of(answer).startswith(f"{name}: "):
                wrong.append((key, name, answer.text))
    assert wrong == []


def as_mapping(operation: Operation) -> dict[str, Any]:
    assert isinstance(operation.sent, dict)
    return operation.sent


def test_the_parameters_of_queries_are_those_that_are_read(seller: Seller, ask: Ask) -> None:
    prepare(seller)
    for key, operation in GUARDED.items():
        refused = send(ask, key, joined(operation.example, "no_such=1"), operation.sent)
        assert refused.status_code == 400, key
        for parameter in parameters(key, operation):
            if parameter["in"] == "query" and parameter["name"] != "world":
                path = f"{operation.example.partition('?')[0]}?{parameter['name']}=%00"
                assert parameter["name"] in error_of(send(ask, key, path, None))


def test_statuses_are_those_that_are_answered(seller: Seller, ask: Ask) -> None:
    prepare(seller)
    for key, operation in GUARDED.items():
        method, path = key.partition(" ")[0], operation.example
        codes = statuses(key, operation)
        foreign = ask(method, path, headers={"Host": "shop.example"})
        assert foreign.status_code == 403, key
        proxied = ask(method, path, headers={"Via": "1.1 proxy"})
        assert proxied.status_code == 401, key
        assert {400, 401, 403} <= set(codes)
        assert (415 in codes) == (method in CHANGES)
        if method in CHANGES:
            assert ask(method, path, data="{}", content_type="text/plain").status_code == 415
        if 404 in codes:
            elsewhere = re.sub("/(default|shop-[bc])", "/nowhere", path.partition("?")[0])
            elsewhere += "" if "/nowhere" in elsewhere else "?world=nowhere"
            missing = ask(method, elsewhere, data=as_text(operation), content_type=kind(key))
            assert missing.status_code == 404, (key, missing.text)
    assert "nowhere" not in {world["name"] for world in seller.control("GET", "/worlds")}


def as_text(operation: Operation) -> str:
    return operation.sent if isinstance(operation.sent, str) else json.dumps(operation.sent or {})


def kind(key: str) -> str:
    return routes.BODIES.get(key, ("application/json",))[-1]


def test_a_conflict_is_where_the_documents_have_it(seller: Seller, ask: Ask) -> None:
    prepare(seller)
    seller.world("bare", "empty")
    conflicts = {
        "POST /worlds": ("/worlds", {"name": "bare"}),
        "POST /worlds/<name>/fork": ("/worlds/default/fork", {"into": "bare"}),
        "POST /clock": ("/clock?world=bare", {"advance": "to next renewal"}),
        "POST /journal/verify": ("/journal/verify", {"func": "soft.order.param", "count": 2}),
    }
    assert set(conflicts) == {key for key, each in OPERATIONS.items() if each.conflict}
    for key, (path, body) in conflicts.items():
        assert send(ask, key, path, body).status_code == 409, key


def test_every_parameter_and_field_is_described() -> None:
    for key, operation in OPERATIONS.items():
        for parameter in parameters(key, operation):
            assert parameter["description"].endswith("."), (key, parameter)
        for name, schema in described(body_of(key, operation) or {}):
            assert schema.get("description", "").rstrip(")").endswith("."), (key, name)


def described(schema: Json) -> Iterator[tuple[str, Json]]:
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        for part in (inner, inner.get("items", {}), *inner.get("anyOf", ())):
            yield from described(part)


def test_the_rule_of_a_fault_is_documented_in_full() -> None:
    schema = body_of("POST /faults", OPERATIONS["POST /faults"])
    assert schema is not None
    fault: Fault = read_fault({"what": "drop"})
    assert set(schema["properties"]) == set(fault.rule()) - set(fault.kind.settings())
