"""The documents of the control API against its routes: nothing is missing, nothing invented."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import jsonschema_rs
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from werkzeug.test import Client, TestResponse

from emulator.control.api import routes
from emulator.control.api.answer_schemas import NoSchema, answer_schema
from emulator.control.api.document import (
    Json,
    body_of,
    control_document,
    fault_schema,
    parameters,
    rule_fields,
    sends_something,
    statuses,
)
from emulator.control.api.guard import CHANGES, JSON
from emulator.control.api.http import ANSWERED_BY, MAP
from emulator.control.api.operations import OPERATIONS, Operation
from emulator.faults import KINDS
from emulator.faults.plan import Fault
from emulator.faults.plan import read as read_fault
from emulator.reference.control import control_page, example_answers
from emulator.testing import ControlError, Seller

Ask = Callable[..., TestResponse]
GUARDED = {key: each for key, each in OPERATIONS.items() if not each.unguarded}
EXAMPLE_WORLDS = ("shop-b", "shop-c")
DOCUMENT = control_document(ANSWERED_BY)


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
    return ask(method, path, data=data, content_type=routes.BODIES.get(key, (JSON,))[0])


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
    assert served == json.loads(json.dumps(control_document(ANSWERED_BY)))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The answers to the examples; raises where one is refused."""
    return example_answers(tmp_path_factory.mktemp("seeds"))


def test_every_example_works_as_the_page_shows(answers: dict[str, Any]) -> None:
    page = control_page(answers)
    assert len(re.findall("(?m)^## (?:GET|POST|PATCH|DELETE) /", page)) == len(OPERATIONS)
    assert page.count("\n```sh\ncurl ") == len(OPERATIONS)
    for key, operation in OPERATIONS.items():
        if body_of(key, operation) is not None:
            validator(request_schema(key)).validate(operation.sent)


def operation_of(key: str) -> Json:
    method, _, path = key.partition(" ")
    address = f"/_mockseller{path}".replace("<", "{").replace(">", "}")
    operation: Json = DOCUMENT["paths"][address][method.lower()]
    return operation


def request_schema(key: str) -> Json:
    schema: Json = operation_of(key)["requestBody"]["content"][JSON]["schema"]
    return schema


def answer_schema_of(key: str, status: int) -> Json:
    (content,) = operation_of(key)["responses"][str(status)]["content"].values()
    schema: Json = content["schema"]
    return schema


def validator(schema: Json) -> jsonschema_rs.Validator:
    """Of a schema that may refer to the components of the document."""
    return jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]})


def test_every_answer_has_a_schema_and_is_of_it(answers: dict[str, Any]) -> None:
    wrong, files = [], []
    for key, operation in OPERATIONS.items():
        answer = answers[key]
        if answer is None:
            files.append(key)
            continue
        schema = answer_schema_of(key, next(iter(statuses(key, operation))))
        assert schema, f"{key} answers with something that no schema describes"
        wrong += [
            (key, list(error.instance_path), error.message)
            for error in validator(schema).iter_errors(answer)
        ]
    assert wrong == []
    assert files == ["GET /worlds/<name>/export"]


def test_a_path_that_does_not_say_what_it_answers_is_refused() -> None:
    def handler(request: routes.ControlRequest) -> object:
        return request.name

    with pytest.raises(NoSchema, match=r"handler.*object.* is no type of an answer"):
        answer_schema(handler)


def test_every_example_of_a_fault_is_of_the_schema_of_its_kind_alone(seller: Seller) -> None:
    """With the default settings of each kind; a setting of another kind is refused by both."""
    sent, answered = validator(request_schema("POST /faults")), validator(
        answer_schema_of("POST /faults", 201)
    )  # fmt: skip
    for what, kind in KINDS.items():
        rule = {"what": what, **kind().settings()}
        planned = seller.control("POST", "/faults", rule)
        assert list(sent.iter_errors(rule)) == [], what
        assert list(answered.iter_errors(planned)) == [], what
        foreign = {**rule, "no_such_setting": 1}
        assert not sent.is_valid(foreign)
        with pytest.raises(ControlError):
            seller.control("POST", "/faults", foreign)
    listed = seller.control("GET", "/faults")
    assert list(validator(answer_schema_of("GET /faults", 200)).iter_errors(listed)) == []


def test_what_is_rare_in_an_answer_is_of_its_schema_too(seller: Seller, ask: Ask) -> None:
    """A world that cannot be read, events, moments ahead, an expectation that does not hold."""
    seller.order(ip="192.0.2.201")
    moved = seller.control("POST", "/clock", {"advance": "2 months"})
    assert moved["happened"]
    back = seller.control("POST", "/clock", {"freeze": "2020-01-01T00:00:00Z"})
    assert back["ahead"]
    for answer in (moved, back):
        validator(answer_schema_of("POST /clock", 200)).validate(answer)
    world = seller.control("GET", "/worlds/default")
    validator(answer_schema_of("GET /worlds/<name>", 200)).validate(world)
    broken = [{"name": "bare", "error": "its file is gone"}]
    validator(answer_schema_of("GET /worlds", 200)).validate(broken)
    partner = {"url": "https://p.example/", "addresses": ["192.0.2.0/24"]}
    account = seller.control("PATCH", "/accounts/reseller", {"partner": partner})
    validator(answer_schema_of("GET /accounts/<login>", 200)).validate(account)
    refused = send(ask, "POST /journal/verify", "/journal/verify", {"func": "soft", "count": 3})
    assert refused.status_code == 409
    verification = json.loads(refused.text)
    assert verification.pop("error")
    validator(answer_schema_of("POST /journal/verify", 200)).validate(verification)


def test_the_fields_of_bodies_are_those_that_are_read(seller: Seller, ask: Ask) -> None:
    """No other is taken, and a wrong value of each is refused by its name."""
    prepare(seller)
    wrong = []
    for key, operation in GUARDED.items():
        schema = body_of(key, operation)
        if schema is None:
            continue
        schema = schema if "properties" in schema else {"properties": rule_fields()}
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
        assert (413 in codes) == sends_something(key, operation)
        if 404 in codes:
            elsewhere = re.sub("/(default|shop-[bc])", "/nowhere", path.partition("?")[0])
            elsewhere += "" if "/nowhere" in elsewhere else "?world=nowhere"
            missing = ask(method, elsewhere, data=as_text(operation), content_type=kind(key))
            assert missing.status_code == 404, (key, missing.text)
    assert "nowhere" not in {world["name"] for world in seller.control("GET", "/worlds")}


def as_text(operation: Operation) -> str:
    return operation.sent if isinstance(operation.sent, str) else json.dumps(operation.sent or {})


def kind(key: str) -> str:
    return routes.BODIES.get(key, (JSON,))[-1]


@pytest.mark.parametrize("length", ["known", "unknown"])
def test_a_body_that_is_too_large_is_refused_with_the_setting(length: str) -> None:
    """With a length it is refused before it is read, in chunks on the way."""
    with Seller(max_body=2000, max_world_file=3000) as seller:
        client = Client(seller.wsgi)
        for key, operation in OPERATIONS.items():
            if not sends_something(key, operation):
                continue
            setting, most = ("max_world_file", 3000) if operation.file else ("max_body", 2000)
            chunked = {"wsgi.input_terminated": True} if length == "unknown" else {}
            answer = client.open(
                f"/_mockseller{operation.example}",
                base_url="http://127.0.0.1",
                method=key.partition(" ")[0],
                input_stream=BytesIO(b" " * 4000),
                content_type=kind(key),
                content_length=None if chunked else 4000,
                environ_overrides={"REMOTE_ADDR": "127.0.0.1", **chunked},
            )
            line = f"the body is larger than the {most} bytes of the setting {setting}"
            assert (answer.status_code, error_of(answer)) == (413, line), key


def test_a_conflict_is_where_the_documents_have_it(seller: Seller, ask: Ask) -> None:
    prepare(seller)
    seller.world("bare", "empty")
    conflicts = {
        "POST /worlds": ("/worlds", {"name": "bare"}),
        "POST /worlds/<name>/fork": ("/worlds/default/fork", {"into": "bare"}),
        "POST /worlds/import": ("/worlds/import?name=bare", seller_file(seller)),
        "POST /clock": ("/clock?world=bare", {"advance": "to next renewal"}),
        "POST /journal/verify": ("/journal/verify", {"func": "soft.order.param", "count": 2}),
    }
    assert set(conflicts) == {key for key, each in OPERATIONS.items() if each.conflict}
    for key, (path, body) in conflicts.items():
        data = body if isinstance(body, bytes) else json.dumps(body)
        answer = ask("POST", path, data=data, content_type=kind(key))
        assert answer.status_code == 409, (key, answer.text)


def seller_file(seller: Seller) -> bytes:
    file = BytesIO()
    seller.worlds.export_to("default", file)
    return file.getvalue()


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
    for kind in KINDS.values():
        fault: Fault = read_fault({"what": kind.name})
        schema = fault_schema(kind)
        assert set(schema["properties"]) == set(fault.rule())
        assert all(each["description"].endswith((".", ":")) for _, each in described(schema))
