"""The middleware records every call and no secret; hooks change what arrives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from werkzeug.test import create_environ, run_wsgi_app

from contracts.checks.client.adapter import CustomAdapter
from contracts.checks.client.case import CaseContext
from contracts.checks.client.drivers import AdapterDriver
from contracts.checks.client.environment import CaseEnvironment, on_port
from contracts.checks.client.fault_hooks import (
    InnerDocOnly,
    InterceptedRequest,
    ItemIdOnly,
    ReplaceErrorTexts,
    RewriteAnswer,
    confirmed_order,
    every_request,
)
from contracts.checks.client.middleware import RecordedCall, count_without_pause, most_calls_within
from contracts.checks.client.products import LICENSES, PRODUCTS

ORDER = {
    "pricelist": "55227",
    "period": "1",
    "ip": "192.0.2.250",
    "licname": "x",
    "skipbasket": "on",
    "sok": "ok",
}
LOGIN = {"authinfo": "reseller:secret"}
Ask = Callable[..., httpx.Response]


@pytest.fixture
def case(environment: CaseEnvironment) -> Iterator[CaseContext]:
    opened = environment.open_case(
        "test", PRODUCTS[LICENSES], AdapterDriver(environment, CustomAdapter)
    )
    yield opened
    opened.discard()


@pytest.fixture
def ask(case: CaseContext) -> Ask:
    def send(func: str, out: str = "xml", **fields: str) -> httpx.Response:
        with httpx.Client(transport=httpx.WSGITransport(app=case.middleware)) as http:
            return http.post(case.address, data={"func": func, "out": out, **LOGIN, **fields})

    return send


def test_a_request_is_recorded_with_its_answer_and_without_its_secrets(
    case: CaseContext, ask: Ask
) -> None:
    ask("soft.order.param", **ORDER)
    (call,) = case.middleware.take_calls()
    assert (call.func, call.confirmed, call.is_order) == ("soft.order.param", True, True)
    assert call.request["authinfo"] == "reseller:***"
    assert "<id>" in call.answer
    assert "secret" not in str(call)
    assert call.in_query == frozenset()


def test_parameters_in_the_url_are_recorded_as_such(case: CaseContext) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=case.middleware)) as http:
        http.get(case.address, params={"func": "soft", **LOGIN})
    (call,) = case.middleware.take_calls()
    assert call.in_query == {"func", "authinfo"}
    assert "secret" not in str(call)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.test"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Host": "evil.test:80"},
        {"Host": "127.0.0.1.evil.test"},
    ],
    ids=str,
)
def test_a_page_of_another_origin_buys_nothing_and_is_not_graded(
    case: CaseContext, headers: dict[str, str]
) -> None:
    form = {"func": "soft.order.param", **LOGIN, **ORDER}
    with httpx.Client(transport=httpx.WSGITransport(app=case.middleware)) as http:
        answer = http.post(case.address, data=form, headers=headers)
    assert answer.status_code == 403
    assert case.middleware.take_calls() == ()
    assert case.list_owned() == ()


@pytest.mark.parametrize("headers", [{"Host": "localhost:80"}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_a_program_is_let_in_by_either_name(case: CaseContext, headers: dict[str, str]) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=case.middleware)) as http:
        answer = http.post(case.address, data={"func": "whoami", **LOGIN}, headers=headers)
    assert answer.status_code == 200
    assert [call.func for call in case.middleware.take_calls()] == ["whoami"]


def test_multipart_is_recorded_and_still_arrives(case: CaseContext) -> None:
    parts: dict[str, Any] = {n: (None, v) for n, v in {"func": "whoami", **LOGIN}.items()}
    with httpx.Client(transport=httpx.WSGITransport(app=case.middleware)) as http:
        answer = http.post(case.address, files=parts)
    (call,) = case.middleware.take_calls()
    assert (call.func, call.error) == ("whoami", "")
    assert b"<user" in answer.content


def test_a_chunked_body_is_recorded_and_still_arrives(case: CaseContext) -> None:
    pieces = iter([b"func=whoami&authinfo=", b"reseller:secret"])
    with on_port(case.middleware) as base, httpx.Client(trust_env=False, timeout=60) as http:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = http.post(base + case.world.path, content=pieces, headers=form)
    (call,) = case.middleware.take_calls()
    assert (call.func, call.error) == ("whoami", "")
    assert b"<user" in answer.content


def test_an_invalid_content_length_is_harmless(case: CaseContext) -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": case.world.path, "CONTENT_LENGTH": "many"}
    _, status, _ = run_wsgi_app(case.middleware, {**create_environ(), **environ})
    (call,) = case.middleware.take_calls()
    assert status == "200 OK"
    assert call.func == ""


def test_a_refusal_is_recorded_by_type_and_object_in_every_format(
    case: CaseContext, ask: Ask
) -> None:
    for out in ("xml", "json", "bjson"):
        ask("soft.edit", out, elid="1")
    assert {call.error for call in case.middleware.take_calls()} == {"missed/item"}


def test_a_client_cannot_reach_the_control_api(case: CaseContext) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=case.middleware)) as http:
        answer = http.get("http://127.0.0.1/_mockseller/worlds")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert case.middleware.take_calls() == ()


def test_a_connection_that_breaks_is_recorded_as_no_answer(case: CaseContext, ask: Ask) -> None:
    case.plan_order_fault("drop", when="after")
    with pytest.raises(ConnectionResetError):
        ask("soft.order.param", **ORDER)
    (call,) = case.middleware.take_calls()
    assert (call.status, call.answer) == (0, "")
    assert "planned: drop after" in call.note
    assert len(case.list_owned()) == 1


def test_a_form_without_sok_triggers_no_order_fault(case: CaseContext, ask: Ask) -> None:
    case.plan_order_fault("drop", when="after")
    form = ask("soft.order.param", pricelist="55227", period="1")
    assert form.status_code == httpx.codes.OK
    assert not case.finish().hooks_applied


def _field_names(answer: httpx.Response) -> set[str]:
    """The names of the fields of an answer, outer and inner, in any format."""
    if answer.content.startswith(b"<"):
        root = fromstring(answer.content)  # noqa: S314 - our own seller's
        return {child.tag for child in root} | {f"doc/{c.tag}" for c in root.findall("doc/*")}
    tree = json.loads(answer.content)
    tree = tree.get("doc", tree)
    inner = tree.get("doc") or tree.get("model") or {}
    return set(tree) | {f"doc/{name}" for name in inner}


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_an_order_is_named_by_item_id_alone(case: CaseContext, ask: Ask, out: str) -> None:
    case.add_hooks(ItemIdOnly(confirmed_order))
    names = _field_names(ask("soft.order.param", out, **ORDER))
    assert "item.id" in names
    assert "id" not in names


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_the_fields_of_a_submit_are_moved_into_the_inner_doc(
    case: CaseContext, ask: Ask, out: str
) -> None:
    ask("soft.order.param", **ORDER)
    number = str(case.list_owned()[0]["id"])
    case.add_hooks(InnerDocOnly(every_request))
    names = _field_names(ask("service.prolong", out, elid=number, period="1", sok="ok"))
    assert "doc/newexpiredate" in names
    assert not {"newexpiredate", "elid", "id"} & names


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_a_refusal_gets_other_texts_and_the_same_meaning(
    case: CaseContext, ask: Ask, out: str
) -> None:
    before = ask("soft.edit", out, elid="1").text
    case.add_hooks(ReplaceErrorTexts(every_request))
    after = ask("soft.edit", out, elid="1").text
    assert "does not exist" in before
    assert "does not exist" not in after
    assert {call.error for call in case.middleware.take_calls()} == {"missed/item"}


@pytest.mark.parametrize("hook_class", [ItemIdOnly, InnerDocOnly, ReplaceErrorTexts])
def test_an_answer_that_is_not_a_document_is_not_rewritten(hook_class: type[RewriteAnswer]) -> None:
    request = InterceptedRequest("POST", "/billmgr", {"func": "soft"}, frozenset())
    hook = hook_class(every_request)
    assert hook.after(request, b"<html><p>Bad Gateway") == b"<html><p>Bad Gateway"
    assert hook.applied == 0


def _at(*moments: float) -> list[RecordedCall]:
    return [
        RecordedCall(
            method="POST",
            address="/billmgr",
            request={},
            status=200,
            answer="",
            step=1,
            at=moment,
            in_query=frozenset(),
        )
        for moment in moments
    ]


def test_the_busiest_minute_is_found() -> None:
    assert most_calls_within(_at(0, 50, 70, 80, 109, 200), 60) == 4
    assert most_calls_within(_at(), 60) == 0


def test_reads_without_a_pause_are_counted() -> None:
    assert count_without_pause(_at(0, 0.1, 2, 2.5, 5), 0.9) == 2
