"""What does not pass the proxy: money nobody named, requests with two readings, foreign callers."""

from __future__ import annotations

import pytest

from contracts.recording.serving import NotLoopback, loopback
from emulator.testing import Seller
from tests.contracts.recording.conftest import Studio
from tests.contracts.recording.strange import strange

ORDER = {"pricelist": "55227", "period": "1", "ip": "192.0.2.240", "licname": "w", "sok": "ok"}


def test_a_call_that_spends_money_passes_only_when_it_is_named(
    studio: Studio, honest: Seller
) -> None:
    refused = studio.ask(studio.proxy("service.prolong"), "soft.order.param", **ORDER)
    assert refused.status_code == 200
    assert b'type="access" object="soft.order.param"' in refused.content
    assert studio.lines == [
        "soft.order.param: spends money; it passes with --allow-paying soft.order.param"
    ]
    assert studio.session().entries == ()
    assert honest.call("basket").xml.findall("list/elem") == []


def test_a_named_call_passes_and_is_counted(studio: Studio) -> None:
    proxy = studio.proxy("soft.order.param")
    assert b"<billorder>" in studio.ask(proxy, "soft.order.param", **ORDER).content
    assert list(proxy.summary()) == ["may have spent money: soft.order.param, 1 time"]


@pytest.mark.parametrize("out", ["json", "bjson"])
def test_a_refusal_is_told_in_the_format_that_was_asked_for(studio: Studio, out: str) -> None:
    told = studio.ask(studio.proxy(), "service.prolong", sok="ok", out=out).json()
    error = told["doc"]["error"] if out == "json" else told["error"]
    assert error["$type" if out == "json" else "type"] == "access"


DOUBTS = [
    ("func=soft&func=service.prolong&sok=ok", '"func" is said twice'),
    ("func=soft.order.param&sok=&sok=ok", '"sok" is said twice'),
    ("func=soft;sok=ok;func=soft.order.param", 'a name may hide behind a ";"'),
    ("func=service.prolong;%73ok=ok", 'a name may hide behind a ";"'),
    ("func=so%20ft", "func is no name of a function"),
]


@pytest.mark.parametrize(("query", "told"), DOUBTS)
def test_a_request_that_can_be_read_in_two_ways_does_not_pass(
    studio: Studio, query: str, told: str
) -> None:
    seller = strange()
    answer = studio.http(studio.proxy("soft.order.param", behind=seller)).get(f"/billmgr?{query}")
    assert told.encode() in answer.content.replace(b"&quot;", b'"')
    assert seller.asked == []


def test_a_second_function_in_the_body_does_not_pass(studio: Studio) -> None:
    seller = strange()
    client = studio.http(studio.proxy(behind=seller))
    client.post("/billmgr?func=soft", data={"func": "service.prolong", "sok": "ok"})
    client.post("/billmgr?func=soft", json={"func": "service.prolong", "sok": "ok"})
    client.post("/billmgr?func=service.prolong", json={"a": "&sok=ok&b"})
    claimed = {"Content-Type": "application/json"}
    client.post("/billmgr?func=service.prolong", content=b"elid=7&sok=ok", headers=claimed)
    client.post("/billmgr?func=service.prolong", files={"sok": ("ok", b"ok")})
    client.post("/billmgr", content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert seller.asked == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_only_who_calls_this_machine_by_its_own_name_is_answered(studio: Studio, host: str) -> None:
    client = studio.http(studio.proxy())
    assert client.get("/billmgr?func=soft", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_a_page_of_elsewhere_is_not_answered(studio: Studio, origin: str) -> None:
    seller = strange()
    client = studio.http(studio.proxy(behind=seller))
    sent = client.post("/billmgr", data={"func": "soft"}, headers={"Origin": origin})
    assert (sent.status_code, seller.asked) == (403, [])


def test_a_page_of_this_machine_is_answered(studio: Studio) -> None:
    client = studio.http(studio.proxy(behind=strange()))
    origin = {"Origin": "http://localhost:3000"}
    assert client.post("/billmgr", data={"func": "soft"}, headers=origin).status_code == 200


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/_mockseller/worlds"), ("GET", "/w/x/billmgr"), ("PUT", "/billmgr"),
    ("DELETE", "/billmgr"), ("GET", "/billmgr/../x"),
])  # fmt: skip
def test_nothing_but_the_api_is_behind_the_proxy(studio: Studio, method: str, path: str) -> None:
    seller = strange()
    assert studio.http(studio.proxy(behind=seller)).request(method, path).status_code == 404
    assert seller.asked == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "no-such-host.invalid"])  # noqa: S104
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(NotLoopback):
        loopback(host)


def test_it_listens_on_loopback() -> None:
    assert loopback("127.0.0.1") == "127.0.0.1"
