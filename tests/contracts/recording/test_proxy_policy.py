"""What does not pass the proxy: money nobody named, requests with two readings, foreign callers."""

from __future__ import annotations

import httpx
import pytest

from contracts.recording.request import ProxiedRequest
from contracts.recording.serving import NotLoopbackError, check_loopback
from contracts.recording.upstream import NoUpstreamAnswer, Upstream
from emulator.testing import Seller
from tests.contracts.recording.conftest import Studio
from tests.contracts.recording.sellers import scripted

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


@pytest.mark.parametrize("func", ["session.killall", "credit.take", "soft.giveaway"])
def test_what_nobody_knows_does_not_pass(studio: Studio, func: str) -> None:
    refused = studio.ask(studio.proxy(), func)
    assert b'type="access"' in refused.content
    assert studio.session().entries == ()


def test_what_nobody_knows_reaches_the_seller_when_it_is_named(studio: Studio) -> None:
    answer = studio.ask(studio.proxy("soft.giveaway"), "soft.giveaway")
    assert b'type="missed" object="func"' in answer.content


def test_a_named_call_passes_and_is_counted(studio: Studio) -> None:
    proxy = studio.proxy("soft.order.param")
    assert b"<billorder>" in studio.ask(proxy, "soft.order.param", **ORDER).content
    assert list(proxy.summary()) == ["may have spent money: soft.order.param, 1 time"]


@pytest.mark.parametrize("out", ["json", "bjson"])
def test_a_refusal_is_told_in_the_format_that_was_asked_for(studio: Studio, out: str) -> None:
    answer = studio.ask(studio.proxy(), "service.prolong", sok="ok", out=out).json()
    error = answer["doc"]["error"] if out == "json" else answer["error"]
    assert error["$type" if out == "json" else "type"] == "access"


DOUBTS = [
    ("func=soft&func=service.prolong&sok=ok", '"func" is given twice'),
    ("func=soft.order.param&sok=&sok=ok", '"sok" is given twice'),
    ("func=soft;sok=ok;func=soft.order.param", 'a name may hide behind a ";"'),
    ("func=service.prolong;%73ok=ok", 'a name may hide behind a ";"'),
    ("func=so%20ft", "func is no name of a function"),
]


@pytest.mark.parametrize(("query", "message"), DOUBTS)
def test_a_request_that_can_be_read_in_two_ways_does_not_pass(
    studio: Studio, query: str, message: str
) -> None:
    seller = scripted()
    answer = studio.http(studio.proxy("soft.order.param", behind=seller)).get(f"/billmgr?{query}")
    assert message.encode() in answer.content.replace(b"&quot;", b'"')
    assert seller.requests == []


def test_a_second_function_in_the_body_does_not_pass(studio: Studio) -> None:
    seller = scripted()
    client = studio.http(studio.proxy(behind=seller))
    client.post("/billmgr?func=soft", data={"func": "service.prolong", "sok": "ok"})
    client.post("/billmgr?func=soft", json={"func": "service.prolong", "sok": "ok"})
    client.post("/billmgr?func=service.prolong", json={"a": "&sok=ok&b"})
    claimed = {"Content-Type": "application/json"}
    client.post("/billmgr?func=service.prolong", content=b"elid=7&sok=ok", headers=claimed)
    client.post("/billmgr?func=service.prolong", files={"sok": ("ok", b"ok")})
    client.post("/billmgr", content=b"\x1f\x8b", headers={"Content-Encoding": "gzip"})
    assert seller.requests == []


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", ""])
def test_only_who_calls_this_machine_by_its_own_name_is_answered(studio: Studio, host: str) -> None:
    client = studio.http(studio.proxy())
    assert client.get("/billmgr?func=soft", headers={"Host": host}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://["])
def test_a_page_of_elsewhere_is_not_answered(studio: Studio, origin: str) -> None:
    seller = scripted()
    client = studio.http(studio.proxy(behind=seller))
    sent = client.post("/billmgr", data={"func": "soft"}, headers={"Origin": origin})
    assert (sent.status_code, seller.requests) == (403, [])


def test_a_page_of_this_machine_is_answered(studio: Studio) -> None:
    client = studio.http(studio.proxy(behind=scripted()))
    origin = {"Origin": "http://localhost:3000"}
    assert client.post("/billmgr", data={"func": "soft"}, headers=origin).status_code == 200


@pytest.mark.parametrize(("method", "path"), [
    ("GET", "/_mockseller/worlds"), ("GET", "/w/x/billmgr"), ("PUT", "/billmgr"),
    ("DELETE", "/billmgr"), ("GET", "/billmgr/../x"),
])  # fmt: skip
def test_nothing_but_the_api_is_behind_the_proxy(studio: Studio, method: str, path: str) -> None:
    seller = scripted()
    assert studio.http(studio.proxy(behind=seller)).request(method, path).status_code == 404
    assert seller.requests == []


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "no-such-host.invalid"])  # noqa: S104
def test_it_listens_on_loopback_only(host: str) -> None:
    with pytest.raises(NotLoopbackError):
        check_loopback(host)


def test_it_listens_on_loopback() -> None:
    assert check_loopback("127.0.0.1") == "127.0.0.1"


_PART = b'Content-Disposition: form-data; name="func"\r\n\r\nsoft.order.param\r\n'
SMUGGLED = [
    (b"func=soft.order.param&sok%00=ok", "application/x-www-form-urlencoded"),
    (b"func=soft.order.param&sok[]=ok", "application/x-www-form-urlencoded"),
    (b"FUNC=soft.order.param&SOK=ok", "application/x-www-form-urlencoded"),
    (b"func=basket&sok=ok&clicked_button=delete&clicked_button.x=1", ""),
    (b"func=soft.edit&elid=5&sok=ok&licname=a;autoprolong=1", ""),
    (b"a=1\nfunc=soft.order.param&sok=ok", "text/plain"),
    (b'{"func":"soft.order.param","sok":"ok"}', "text/plain"),
    (b'{"func":"soft.order.param","sok":"ok","func":"soft"}', "application/json"),
    (b'{"params":[{"func":"soft.order.param","sok":"ok"}]}', "application/json"),
    ("func=soft.order.param&sok=ok".encode("utf-16-le"), "application/x-www-form-urlencoded"),
    (b"+AGYAdQBuAGM-=soft.order.param", "application/x-www-form-urlencoded; charset=utf-7"),
    (b"--x\r\n" + _PART + b"--x--\r\n", "multipart/form-data"),
    (b"--x\r\n" + _PART, "multipart/form-data; boundary=x"),
    (b"--x\r\n" + _PART + b"--x--\r\n", "multipart/mixed; boundary=x"),
    (b"sok=ok&a=\r\n--x\r\n" + _PART + b"--x--\r\n", "multipart/form-data; boundary=x"),
    (b"<doc><func>soft.order.param</func></doc>", "text/xml"),
]


@pytest.mark.parametrize(("body", "kind"), SMUGGLED)
def test_a_body_that_could_say_more_than_it_shows_does_not_pass(
    studio: Studio, body: bytes, kind: str
) -> None:
    seller = scripted()
    client = studio.http(studio.proxy(behind=seller))
    for query in ("", "?func=soft"):
        client.post(f"/billmgr{query}", content=body, headers={"Content-Type": kind})
    assert seller.requests == []


def test_no_number_is_no_service(studio: Studio) -> None:
    seller = scripted()
    client = studio.http(studio.proxy(behind=seller))
    client.post("/billmgr", data={"func": "soft.edit", "elid": "0", "sok": "ok"})
    client.post("/billmgr", data={"func": "service.ip.edit", "elid": " ", "plid": "5", "sok": "ok"})
    assert seller.requests == []


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_picture_of_a_page_elsewhere_asks_nothing(studio: Studio, site: str) -> None:
    seller = scripted()
    client = studio.http(studio.proxy(behind=seller))
    answer = client.get("/billmgr?func=soft.delete&elid=5", headers={"Sec-Fetch-Site": site})
    assert (answer.status_code, seller.requests) == (403, [])


def test_what_cannot_be_passed_on_is_one_line_without_the_address() -> None:
    sent = ProxiedRequest("GET", b"a=" + b"x" * 70_000, b"", "", (), [], "")
    upstream = Upstream("http://127.0.0.1:1/billmgr", transport=httpx.MockTransport(_nobody))
    with pytest.raises(NoUpstreamAnswer, match=r"^InvalidURL: it cannot be passed on$"):
        upstream.ask(sent)


def _nobody(_: httpx.Request) -> httpx.Response:
    return httpx.Response(404)


def test_a_header_of_another_alphabet_is_passed_on() -> None:
    got: list[bytes] = []

    def seller(request: httpx.Request) -> httpx.Response:
        got.extend(text for name, text in request.headers.raw if name.lower() == b"x-name")
        return httpx.Response(200, text="<doc/>")

    upstream = Upstream("http://127.0.0.1:1/billmgr", transport=httpx.MockTransport(seller))
    upstream.ask(ProxiedRequest("GET", b"func=soft", b"", "", (("X-Name", "\xe9"),), [], ""))
    assert got == [b"\xe9"]
