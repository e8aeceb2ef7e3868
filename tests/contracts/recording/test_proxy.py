"""What passes the proxy, how it comes back, what is written of it, and what may go wrong."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

from contracts.record.fields import ExchangeError
from emulator.testing import Seller
from tests.contracts.recording.conftest import LOGIN, PASSWORD, URL, Studio
from tests.contracts.recording.sellers import scripted


@pytest.mark.parametrize("out", ["xml", "json", "bjson", "csv", "text"])
def test_an_answer_reaches_the_client_as_the_seller_sent_it(
    studio: Studio, honest: Seller, out: str
) -> None:
    params = {"authinfo": f"{LOGIN}:{PASSWORD}", "func": "soft", "out": out}
    direct = studio.http(honest.wsgi).post("/billmgr", data=params)
    passed = studio.http(studio.proxy()).post("/billmgr", data=params)
    assert passed.content == direct.content
    assert passed.headers["Content-Type"] == direct.headers["Content-Type"]


def test_a_strange_answer_passes_to_the_byte_and_is_withheld_from_the_record(
    studio: Studio,
) -> None:
    seller = scripted(b"\xff<html>secret", 503, Content_Type="text/html", Retry_After="5")
    passed = studio.ask(studio.proxy(behind=seller), "soft")
    assert (passed.status_code, passed.content) == (503, b"\xff<html>secret")
    assert (passed.headers["Content-Type"], passed.headers["Retry-After"]) == ("text/html", "5")
    entry = studio.session().entries[0]
    assert (entry.status, entry.text, entry.withheld) == (503, "", "13 bytes that are no text")
    assert b"html>" not in studio.path.read_bytes()


def test_a_request_reaches_the_seller_as_it_was_sent(studio: Studio) -> None:
    seller = scripted()
    client = studio.http(studio.proxy(behind=seller))
    sent = b"func=soft&elid=%D0%A1+1&out=xml&authinfo=a:b"
    client.post("/manager/billmgr?x=%7e&y", content=sent, headers={"X-Own": "1"})
    request = seller.requests[0]
    assert (request.path, request.get_data(), request.headers["X-Own"]) == ("/billmgr", sent, "1")
    assert request.query_string == b"x=%7e&y"


@pytest.mark.parametrize("sent", [
    {"data": {"func": "whoami", "authinfo": f"{LOGIN}:{PASSWORD}"}},
    {"files": {"func": (None, "whoami"), "authinfo": (None, f"{LOGIN}:{PASSWORD}")}},
    {"content": f"func=whoami&authinfo={LOGIN}:{PASSWORD}".encode()},
])  # fmt: skip
def test_a_body_is_understood_however_it_is_written(studio: Studio, sent: dict[str, Any]) -> None:
    assert b"<user" in studio.http(studio.proxy()).post("/billmgr", **sent).content
    entry = studio.session().entries[0]
    assert (entry.func, entry.login, dict(entry.params)) == ("whoami", "authinfo login1", {})
    assert PASSWORD not in studio.path.read_text()


def test_a_session_and_a_cookie_are_told_apart_and_neither_is_written(studio: Studio) -> None:
    proxy = studio.proxy()
    opened = studio.ask(proxy, "auth", username=LOGIN, password=PASSWORD)
    session = opened.text.partition('<auth id="')[2].partition('"')[0]
    client = studio.http(proxy)
    client.get("/billmgr", params={"func": "whoami", "auth": session})
    client.get("/billmgr?func=whoami", headers={"Cookie": f"billmgrses5={session}"})
    logins = [entry.login for entry in studio.session().entries]
    assert logins == ["authinfo login1", "session login1", "cookie login1"]
    assert session not in studio.path.read_text()


@pytest.mark.parametrize("func", ["auth", "totp.confirm", "su", "account.su", "user.su", "chlevel"])
def test_a_session_is_known_by_every_function_that_opens_one(studio: Studio, func: str) -> None:
    session = "0123456789abcdef01234567"
    body = f'<doc><auth id="{session}">{session}</auth><note>of {session}</note></doc>'
    proxy = studio.proxy(func, behind=scripted(body.encode()))
    studio.ask(proxy, func)
    studio.http(proxy).get("/billmgr", params={"func": "whoami", "auth": session})
    assert [entry.login for entry in studio.session().entries] == [
        "authinfo login1",
        "session login1",
    ]
    assert session not in studio.path.read_text()


def test_a_cookie_of_the_seller_is_made_to_come_back(studio: Studio) -> None:
    message = "billmgrses5=abc; Domain=seller.example; Path=/; Secure; HttpOnly"
    passed = studio.ask(studio.proxy(behind=scripted(Set_Cookie=message)), "whoami")
    assert passed.headers["Set-Cookie"] == "billmgrses5=abc; Path=/; HttpOnly"


def test_an_answer_that_takes_long_is_recorded_when_it_has_come(
    studio: Studio, honest: Seller
) -> None:
    honest.faults.add("long", seconds=0, func="soft.edit")
    proxy = studio.proxy()
    page = studio.ask(proxy, "soft.edit", elid="100001").text
    assert studio.session().entries == ()
    link = re.search(r"long/[^/\s]+/billmgr", page)
    assert link is not None
    answer = studio.http(proxy).get(f"/manager/{link[0]}")
    assert b"<lickey>100001-" in answer.content
    assert [entry.func for entry in studio.session().entries] == ["soft.edit"]
    assert studio.http(proxy).get("/long/other/billmgr").status_code == 404


class _Dead(httpx.BaseTransport):
    def __init__(self, problem: type[httpx.TransportError]) -> None:
        self._problem = problem

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise self._problem(f"no answer to {request.url} secret", request=request)


@pytest.mark.parametrize(("problem", "message"), [
    (httpx.ReadTimeout, "ReadTimeout: the request may have been carried out"),
    (httpx.ConnectError, "ConnectError: nothing was sent"),
])  # fmt: skip
def test_a_seller_that_is_silent_is_told_and_nothing_is_recorded(
    studio: Studio, problem: type[httpx.TransportError], message: str
) -> None:
    proxy = studio.proxy("service.prolong", behind=None, upstream=URL, transport=_Dead(problem))
    answer = studio.ask(proxy, "service.prolong", elid="7", sok="ok")
    assert answer.status_code == 502
    assert studio.lines == [f"service.prolong: no answer, {message}"]
    assert studio.session().entries == ()


def test_a_file_that_cannot_be_written_costs_no_answer_and_stops_what_comes_after(
    studio: Studio,
) -> None:
    proxy = studio.proxy()
    studio.path.unlink()
    studio.path.mkdir()
    assert b"<user" in studio.ask(proxy, "whoami").content
    assert b"cannot be written" in studio.ask(proxy, "whoami").content
    assert "nothing passes any more" in studio.lines[0]
    assert PASSWORD not in " ".join(studio.lines)
    studio.path.rmdir()


def test_the_log_holds_no_secret_and_no_parameter(studio: Studio) -> None:
    proxy = studio.proxy()
    studio.ask(proxy, "soft.edit", elid="100001", licname="for ann@shop.org", sok="ok")
    assert len(studio.lines) == 1
    assert studio.lines[0].startswith("soft.edit: 200, ")
    assert studio.lines[0].endswith(" ms, number 1")


def test_an_answer_that_would_still_show_a_secret_is_withheld(studio: Studio) -> None:
    # A name of json is no value: nothing masks it there, so nothing of it is written.
    seller = scripted(b'{"doc": {"hunter2-hunter2": {"$": "1"}}}', Content_Type="application/json")
    client = studio.http(studio.proxy(behind=seller))
    client.post("/billmgr", data={"func": "soft", "out": "json", "authinfo": "me:hunter2-hunter2"})
    assert studio.session().entries[0].withheld == "it would have shown a secret"
    assert "hunter2-hunter2" not in studio.path.read_text()


def test_a_secret_in_a_parameter_of_another_name_is_masked(studio: Studio) -> None:
    client = studio.http(studio.proxy(behind=scripted()))
    fields = {"func": "soft", "authinfo": "me:hunter2-x", "note": "hunter2-x", "hunter2-x": "1"}
    client.post("/billmgr", data=fields)
    assert "hunter2-x" not in studio.path.read_text()


def test_what_names_no_function_passes_and_is_not_recorded(studio: Studio) -> None:
    studio.http(studio.proxy(behind=scripted())).get("/billmgr")
    assert studio.session().entries == ()


def test_a_session_remembers_whom_it_is_of_and_what_that_runs(studio: Studio) -> None:
    studio.ask(studio.proxy(seller_version="BILLmanager 6.99"), "whoami")
    session = studio.session()
    assert (session.name, session.upstream) == ("session", URL)
    assert session.version == "BILLmanager 6.99"
    assert session.personal == "covered"


@pytest.mark.parametrize(
    "address",
    ["http://me:hunter2-x@127.0.0.1/billmgr", "http://127.0.0.1/billmgr?authinfo=hunter2-x"],
)
def test_an_address_of_the_seller_with_a_password_is_refused_and_not_told(
    studio: Studio, address: str
) -> None:
    wsgi = httpx.WSGITransport(app=scripted())
    with pytest.raises(ExchangeError) as refused:
        studio.proxy(behind=None, upstream=address, transport=wsgi)
    assert "hunter2-x" not in str(refused.value)
    assert not studio.path.exists() or "hunter2-x" not in studio.path.read_text()


def test_a_day_is_the_seller_s_own(studio: Studio, honest: Seller) -> None:
    honest.clock.freeze("2027-01-31T00:00:00Z")
    studio.ask(studio.proxy(), "whoami")
    assert studio.session().entries[0].today.isoformat() == "2027-01-31"


def test_a_day_of_a_foreign_seller_is_what_http_says(studio: Studio) -> None:
    seller = scripted(Date="Sun, 31 Jan 2027 00:00:00 GMT")
    studio.ask(studio.proxy(behind=seller), "soft")
    assert studio.session().entries[0].today.isoformat() == "2027-01-31"
