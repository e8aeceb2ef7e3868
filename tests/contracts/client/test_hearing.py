"""The ear in front of the seller hears everything, and no secret; tricks change what they say."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from xml.etree.ElementTree import fromstring

import httpx
import pytest
from werkzeug.test import create_environ, run_wsgi_app

from contracts.checks.client.adapter import CustomAdapter
from contracts.checks.client.answer_rewriting import OnlyInner, OnlyItemId, OtherWords, Rewrite
from contracts.checks.client.case_context import Scene, buys
from contracts.checks.client.drivers import InProcess
from contracts.checks.client.environment import Stage, on_port
from contracts.checks.client.fault_hooks import Asked
from contracts.checks.client.products import GOODS, LICENSES
from contracts.checks.client.recorded_calls import Heard, most_in, without_pause

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
def scene(stage: Stage) -> Iterator[Scene]:
    made = stage.scene("test", GOODS[LICENSES], InProcess(stage, CustomAdapter))
    yield made
    made.close()


@pytest.fixture
def ask(scene: Scene) -> Ask:
    def asked(func: str, out: str = "xml", **fields: str) -> httpx.Response:
        with httpx.Client(transport=httpx.WSGITransport(app=scene.ear)) as http:
            return http.post(scene.address, data={"func": func, "out": out, **LOGIN, **fields})

    return asked


def _all(_: Asked) -> bool:
    return True


def test_a_request_is_heard_with_its_answer_and_without_its_secrets(scene: Scene, ask: Ask) -> None:
    ask("soft.order.param", **ORDER)
    (heard,) = scene.ear.take()
    assert (heard.func, heard.confirmed, heard.is_order) == ("soft.order.param", True, True)
    assert heard.form["authinfo"] == "reseller:***"
    assert "<id>" in heard.answer
    assert "secret" not in str(heard)
    assert heard.in_query == frozenset()


def test_what_stands_in_the_address_is_known_to_stand_there(scene: Scene) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=scene.ear)) as http:
        http.get(scene.address, params={"func": "soft", **LOGIN})
    (heard,) = scene.ear.take()
    assert heard.in_query == {"func", "authinfo"}
    assert "secret" not in str(heard)


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
    scene: Scene, headers: dict[str, str]
) -> None:
    form = {"func": "soft.order.param", **LOGIN, **ORDER}
    with httpx.Client(transport=httpx.WSGITransport(app=scene.ear)) as http:
        answer = http.post(scene.address, data=form, headers=headers)
    assert answer.status_code == 403
    assert scene.ear.take() == ()
    assert scene.owned() == ()


@pytest.mark.parametrize("headers", [{"Host": "localhost:80"}, {"Sec-Fetch-Site": "none"}], ids=str)
def test_a_program_is_let_in_by_either_name(scene: Scene, headers: dict[str, str]) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=scene.ear)) as http:
        answer = http.post(scene.address, data={"func": "whoami", **LOGIN}, headers=headers)
    assert answer.status_code == 200
    assert [one.func for one in scene.ear.take()] == ["whoami"]


def test_multipart_is_heard_and_still_arrives(scene: Scene) -> None:
    parts: dict[str, Any] = {n: (None, v) for n, v in {"func": "whoami", **LOGIN}.items()}
    with httpx.Client(transport=httpx.WSGITransport(app=scene.ear)) as http:
        answer = http.post(scene.address, files=parts)
    (heard,) = scene.ear.take()
    assert (heard.func, heard.error) == ("whoami", "")
    assert b"<user" in answer.content


def test_a_body_in_pieces_is_heard_and_still_arrives(scene: Scene) -> None:
    pieces = iter([b"func=whoami&authinfo=", b"reseller:secret"])
    with on_port(scene.ear) as base, httpx.Client(trust_env=False, timeout=60) as http:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = http.post(base + scene.world.path, content=pieces, headers=form)
    (heard,) = scene.ear.take()
    assert (heard.func, heard.error) == ("whoami", "")
    assert b"<user" in answer.content


def test_a_length_that_is_none_harms_nobody(scene: Scene) -> None:
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": scene.world.path, "CONTENT_LENGTH": "many"}
    _, status, _ = run_wsgi_app(scene.ear, {**create_environ(), **environ})
    (heard,) = scene.ear.take()
    assert status == "200 OK"
    assert heard.func == ""


def test_a_refusal_is_heard_by_type_and_object_in_every_format(scene: Scene, ask: Ask) -> None:
    for out in ("xml", "json", "bjson"):
        ask("soft.edit", out, elid="1")
    assert {one.error for one in scene.ear.take()} == {"missed/item"}


def test_a_client_finds_no_door_to_the_judges_own_controls(scene: Scene) -> None:
    with httpx.Client(transport=httpx.WSGITransport(app=scene.ear)) as http:
        answer = http.get("http://127.0.0.1/_mockseller/worlds")
    assert answer.status_code == httpx.codes.NOT_FOUND
    assert scene.ear.take() == ()


def test_a_line_that_breaks_is_heard_as_no_answer(scene: Scene, ask: Ask) -> None:
    scene.at_order("drop", when="after")
    with pytest.raises(ConnectionResetError):
        ask("soft.order.param", **ORDER)
    (heard,) = scene.ear.take()
    assert (heard.status, heard.answer) == (0, "")
    assert "planned: drop after" in heard.note
    assert len(scene.owned()) == 1


def test_a_form_that_is_only_shown_springs_no_trap(scene: Scene, ask: Ask) -> None:
    scene.at_order("drop", when="after")
    shown = ask("soft.order.param", pricelist="55227", period="1")
    assert shown.status_code == httpx.codes.OK
    assert not scene.performance().trapped


def _told(answer: httpx.Response) -> set[str]:
    """The names of the fields an answer tells, above or inside, in any format."""
    if answer.content.startswith(b"<"):
        root = fromstring(answer.content)  # noqa: S314 - our own seller's
        return {child.tag for child in root} | {f"doc/{c.tag}" for c in root.findall("doc/*")}
    tree = json.loads(answer.content)
    tree = tree.get("doc", tree)
    inner = tree.get("doc") or tree.get("model") or {}
    return set(tree) | {f"doc/{name}" for name in inner}


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_an_order_is_told_by_item_id_alone(scene: Scene, ask: Ask, out: str) -> None:
    scene.trick(OnlyItemId(buys))
    told = _told(ask("soft.order.param", out, **ORDER))
    assert "item.id" in told
    assert "id" not in told


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_what_a_submit_answers_is_moved_inside(scene: Scene, ask: Ask, out: str) -> None:
    ask("soft.order.param", **ORDER)
    number = str(scene.owned()[0]["id"])
    scene.trick(OnlyInner(_all))
    told = _told(ask("service.prolong", out, elid=number, period="1", sok="ok"))
    assert "doc/newexpiredate" in told
    assert not {"newexpiredate", "elid", "id"} & told


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_a_refusal_says_something_else_and_means_the_same(scene: Scene, ask: Ask, out: str) -> None:
    before = ask("soft.edit", out, elid="1").text
    scene.trick(OtherWords(_all))
    after = ask("soft.edit", out, elid="1").text
    assert "does not exist" in before
    assert "does not exist" not in after
    assert {one.error for one in scene.ear.take()} == {"missed/item"}


@pytest.mark.parametrize("trick", [OnlyItemId, OnlyInner, OtherWords])
def test_what_is_no_document_is_left_alone(trick: type[Rewrite]) -> None:
    asked = Asked("POST", "/billmgr", {"func": "soft"}, frozenset())
    made = trick(_all)
    assert made.after(asked, b"<html><p>Bad Gateway") == b"<html><p>Bad Gateway"
    assert made.struck == 0


def _at(*moments: float) -> list[Heard]:
    return [Heard(1, moment, "POST", "/billmgr", {}, frozenset(), 200, "") for moment in moments]


def test_the_busiest_minute_is_found() -> None:
    assert most_in(_at(0, 50, 70, 80, 109, 200), 60) == 4
    assert most_in(_at(), 60) == 0


def test_looks_without_a_pause_are_counted() -> None:
    assert without_pause(_at(0, 0.1, 2, 2.5, 5), 0.9) == 2
