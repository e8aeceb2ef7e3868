"""What a client meets where a fault was planned, and what is true behind it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from emulator.cli import mockseller
from emulator.store import tables
from emulator.store.engine import Statement
from emulator.testing import Seller
from emulator.testing.client import ControlError
from emulator.testing.results import JournalEntry

ORDER = "soft.order.param"


def count(seller: Seller, func: str = "soft") -> int:
    return len(seller.call(func).rows())


def last(seller: Seller) -> JournalEntry:
    return seller.journal.entries(limit=1)[0]


def test_what_was_dropped_after_the_commit_has_happened_once(seller: Seller) -> None:
    before, expenses = count(seller), count(seller, "expense")
    seller.faults.add("drop", func=ORDER, when="after", times=1)
    with pytest.raises(ConnectionResetError):
        seller.order()
    assert last(seller)["fault"] == "#1 drop after"
    assert (count(seller), count(seller, "expense")) == (before + 1, expenses + 1)


def test_what_was_dropped_before_has_not_happened(seller: Seller) -> None:
    before = count(seller)
    seller.faults.add("drop", func=ORDER, times=1)
    with pytest.raises(ConnectionResetError):
        seller.order()
    entry = last(seller)
    assert (entry["func"], entry["fault"], entry["answer"]) == (ORDER, "#1 drop before", "")
    assert count(seller) == before
    assert seller.order()


@pytest.mark.parametrize(("when", "more"), [("before", 0), ("after", 1)])
def test_an_error_document_in_the_format_that_was_asked_for(
    seller: Seller, when: str, more: int
) -> None:
    before = count(seller)
    seller.faults.add("error", func=ORDER, when=when, type="access", msg="Not today", times=2)
    order: dict[str, Any] = {"pricelist": 55227, "period": 1, "skipbasket": "on", "sok": "ok"}
    answer = seller.call(ORDER, ip="192.0.2.201", **order)
    assert answer.error is not None
    assert (answer.status, answer.error.type, answer.error.message) == (200, "access", "Not today")
    flat = seller.call(ORDER, ip="192.0.2.202", out="json", **order).json
    assert flat["doc"]["error"]["$type"] == "access"
    assert count(seller) == before + 2 * more


@pytest.mark.parametrize(("when", "more"), [("before", 0), ("after", 1)])
def test_an_http_status_in_place_of_a_document(seller: Seller, when: str, more: int) -> None:
    before = count(seller)
    seller.faults.add("status", func=ORDER, when=when, code=503, body="away", times=1)
    answer = seller.call(ORDER, pricelist=55227, period=1, ip="192.0.2.201", skipbasket="on",
                         sok="ok")  # fmt: skip
    assert (answer.status, answer.text) == (503, "away")
    assert count(seller) == before + more


@pytest.mark.parametrize("out", ["xml", "json", "bjson", "sjson", "text", "csv"])
def test_a_truncated_answer_breaks_off(seller: Seller, out: str) -> None:
    seller.faults.add("truncate", func="soft", percent=30)
    with pytest.raises(ConnectionResetError):
        seller.call("soft", out=out)


@pytest.mark.parametrize("sent", [1, 40, 100_000])
def test_an_answer_is_cut_after_so_many_bytes_but_never_at_its_end(
    seller: Seller, sent: int
) -> None:
    seller.faults.add("truncate", func="whoami", bytes=sent)
    form = {"func": "whoami", "authinfo": "reseller:secret"}
    got: list[bytes] = []
    answer = seller.wsgi.test_client().post("/billmgr", data=form, buffered=False)
    length = int(answer.headers["Content-Length"])
    with pytest.raises(ConnectionResetError):
        got.extend(answer.iter_encoded())
    assert len(b"".join(got)) == min(sent, length - 1)


def test_the_journal_shows_what_was_struck(seller: Seller) -> None:
    seller.faults.add("delay", func="whoami", nth=2, times=1, seconds=0.5)
    for _ in range(3):
        seller.call("whoami")
    assert len(seller.journal.entries()) == 3
    (entry,) = seller.journal.entries(fault=True)
    assert entry["fault"] == "#1 delay before"
    assert len(seller.journal.entries(fault=False)) == 2
    where = seller.settings.database or seller.folder
    shown = CliRunner().invoke(mockseller, ["journal", "--faults", "--data", where])
    day, line = shown.output.splitlines()
    assert day == seller.clock.now[:10]
    assert line.endswith("#1 delay before")


def test_noise_is_the_same_each_time(seller: Seller) -> None:
    seller.faults.add("garbage", func="whoami", bytes=64)
    first, second = seller.call("whoami").body, seller.call("whoami").body
    assert len(first) == 64
    assert first == second


def test_a_long_request_is_followed_to_its_answer(seller: Seller) -> None:
    before = count(seller)
    seller.faults.add("long", func=ORDER, seconds=5)
    page = seller.call(ORDER, pricelist=55227, period=1, ip="192.0.2.201", skipbasket="on",
                       sok="ok")  # fmt: skip
    link = re.search(r"long.*billmgr", page.text)
    assert link is not None
    assert "please wait" in page.text
    for start in ("/", "/manager/", "/w/default/"):
        assert "please wait" in seller._send("GET", start + link[0], None, "").text  # noqa: SLF001 - a bare GET
    seller.time.pass_time(5)
    answer = seller._send("GET", "/" + link[0], None, "")  # noqa: SLF001 - the same
    assert answer.error is None
    assert count(seller) == before + 1
    assert seller.service(answer.id)["status"] == 2


def test_behind_a_link_that_was_never_given_there_is_nothing(seller: Seller) -> None:
    for token in ("default-00", "nosuch-00", "..", "x"):
        answer = seller._send("GET", f"/long/{token}/billmgr", None, "")  # noqa: SLF001 - a bare GET
        assert answer.error is not None
        assert answer.error.type == "missed"


def test_a_delay_passes_and_holds_no_lock(seller: Seller) -> None:
    seller.faults.add("delay", func="whoami", seconds=100)
    start = seller.worlds.system_clock.elapsed()
    assert seller.call("whoami").error is None
    assert seller.worlds.system_clock.elapsed() - start >= 100


def test_a_rate_limit_is_a_document_or_a_status(seller: Seller) -> None:
    seller.faults.add("rate_limit", func="soft", calls=2, seconds=10)
    answers = [seller.call("soft") for _ in range(3)]
    assert [a.error is None for a in answers] == [True, True, False]
    assert answers[2].error is not None
    assert (answers[2].error.type, answers[2].error.object) == ("limit", "calls")
    seller.time.pass_time(10)
    assert seller.call("soft").error is None
    seller.faults.clear()
    seller.faults.add("rate_limit", func="soft", calls=0, seconds=10, code=429)
    assert seller.call("soft").status == 429


def test_a_stale_list_does_not_know_what_was_ordered(seller: Seller) -> None:
    seller.faults.add("stale", func="soft")
    before = count(seller)
    number = seller.order()
    assert count(seller) == before
    assert seller.call("soft.edit", elid=number).error is None
    seller.faults.clear()
    assert count(seller) == before + 1


def test_what_acts_is_never_stale(seller: Seller) -> None:
    seller.faults.add("stale", func="soft.*")
    assert seller.order(ip="192.0.2.201") != seller.order(ip="192.0.2.202")


@pytest.mark.parametrize("out", ["json", "bjson"])
def test_one_row_as_an_object(seller: Seller, out: str) -> None:
    def rows(func: str) -> object:
        answer = json.loads(seller.call(func, out=out).body)
        return answer.get("doc", answer).get("elem")

    assert isinstance(rows("project"), list)
    seller.faults.add("one_row")
    assert isinstance(rows("project"), dict)
    assert isinstance(rows("soft"), list)
    assert seller.call("project").rows() != []


def test_a_key_that_never_comes_comes_when_the_fault_is_taken_back(seller: Seller) -> None:
    fault = seller.faults.add("no_key", func=ORDER, times=1)
    number = seller.order()
    for _ in range(5):
        assert seller.call("soft.edit", elid=number).field("lickey") == ""
    seller.time.pass_time(10**6)
    assert seller.service(number)["status"] == 5
    assert seller.service(seller.order(ip="192.0.2.202"))["status"] == 2
    seller.faults.remove(fault)
    assert seller.call("soft.edit", elid=number).field("lickey") != ""
    assert seller.service(number)["status"] == 2


def test_of_two_faults_that_withhold_keys_the_last_gives_way(seller: Seller) -> None:
    first = seller.faults.add("no_key", func=ORDER, times=1)
    seller.faults.add("no_key", func="platform.*")
    number = seller.order()
    seller.faults.remove(first)
    assert seller.call("soft.edit", elid=number).field("lickey") == ""
    seller.faults.clear()
    assert seller.call("soft.edit", elid=number).field("lickey") != ""


def test_a_key_that_comes_late_is_not_withheld(seller: Seller) -> None:
    seller.provisioning("seconds", 60)
    number = seller.order()
    seller.faults.add("no_key", func=ORDER)
    seller.faults.clear()
    assert seller.call("soft.edit", elid=number).field("lickey") == ""
    seller.time.pass_time(60)
    assert seller.call("soft.edit", elid=number).field("lickey") != ""


def test_whoever_was_given_a_link_can_follow_it_after_the_fault_is_gone(seller: Seller) -> None:
    fault = seller.faults.add("long", func="whoami", seconds=0)
    link = re.search(r"long[^\"]*billmgr", seller.call("whoami").text)
    seller.faults.remove(fault)
    assert link is not None
    answer = seller._send("GET", f"/{link[0]}", None, "")  # noqa: SLF001 - a bare GET
    assert 'name="reseller"' in answer.text


def test_no_session_is_written_down_for_a_stale_list(seller: Seller) -> None:
    seller.faults.add("stale")
    opened = seller.call("auth", login="", username="reseller", password="secret")
    session = opened.xml.findtext("auth") or ""
    assert seller.call("soft", auth=session).rows() != []
    db = seller.worlds.connect("default")
    assert db.counts()["held_answer"] == 1
    row = db.row(Statement(select(tables.held_answer.c.body)))
    assert row is not None
    assert session.encode() not in row[0]


def test_a_refusal_does_not_go_stale(seller: Seller) -> None:
    seller.faults.add("stale", func="soft")
    assert seller.call("soft", authinfo="reseller:wrong").error is not None
    assert seller.call("soft").rows() != []
    assert seller.call("soft", authinfo="reseller:wrong").error is not None
    assert seller.call("soft", login="").error is not None


def test_a_call_on_many_elements_is_one_call(seller: Seller) -> None:
    elids = [seller.order(ip=f"192.0.2.{n}") for n in (211, 212)]
    number = seller.faults.add("drop", func="soft.suspend", when="after", times=1)
    with pytest.raises(ConnectionResetError):
        seller.call("soft.suspend", elid=", ".join(map(str, elids)))
    assert [seller.service(number)["status"] for number in elids] == [3, 3]
    (fault,) = seller.faults.all()
    assert (fault["id"], fault["matched"], fault["struck"]) == (number, 1, 1)


def test_a_login_can_be_struck_too(seller: Seller) -> None:
    seller.faults.add("error", func="auth", type="auth", object="blocklogon", times=1)
    login = {"login": "", "username": "reseller", "password": "secret"}
    refused = seller.call("auth", **login).error
    assert refused is not None
    assert (refused.type, refused.object) == ("auth", "blocklogon")
    assert seller.call("auth", **login).error is None


def test_the_control_api_is_never_struck_and_a_reset_forgets(seller: Seller) -> None:
    seller.faults.add("drop")
    assert len(seller.faults.all()) == 1
    seller.reset()
    assert seller.faults.all() == []
    assert seller.call("whoami").error is None


def test_other_worlds_and_other_calls_go_on(seller: Seller) -> None:
    other = seller.world("other-shop")
    seller.faults.add("drop", func="soft.edit")
    assert count(seller) > 0
    assert other.call("soft.edit", elid=100001).error is None
    (fault,) = seller.faults.all()
    assert (fault["matched"], fault["struck"]) == (0, 0)


@pytest.mark.parametrize(
    ("method", "path", "body", "line"),
    [
        ("POST", "/faults", {"what": "nonsense"}, "400: what: there is no fault 'nonsense'"),
        ("POST", "/faults", {"what": "drop", "func": "sofd.*"},
         '400: func: there is no function "sofd.*"'),
        ("POST", "/faults", {"what": "error", "msg": "a\x00"},
         "400: msg: is too long or holds control characters"),
        ("POST", "/faults", {"what": "status", "body": "\ud800"},
         "400: body: is too long or holds control characters"),
        ("POST", "/faults", {"what": "rate_limit", "code": 100},
         "400: code is neither 0 nor between 400 and 599"),
        ("POST", "/faults", [], "400: the body is not a JSON object"),
        ("DELETE", "/faults/9", None, "404: there is no fault 9"),
        ("DELETE", "/faults/x", None, '404: there is no fault "x"'),
    ],
)  # fmt: skip
def test_what_cannot_be_planned_is_one_line(
    seller: Seller, method: str, path: str, body: object, line: str
) -> None:
    with pytest.raises(ControlError) as refused:
        seller.control(method, path, body)
    assert str(refused.value).startswith(line)


CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/149.0 Safari/537.36"


@pytest.mark.parametrize("code", [200, 403])
def test_a_guard_lets_browsers_through_and_nobody_else(seller: Seller, code: int) -> None:
    seller.faults.add("guard", code=code)
    before = seller.account()["balance"]
    client = seller.wsgi.test_client(use_cookies=False)
    form = {"func": ORDER, "authinfo": "reseller:secret", "pricelist": "55227", "period": "1",
            "ip": "192.0.2.201", "skipbasket": "on", "sok": "ok"}  # fmt: skip
    for agent in ("python-requests/2.34", "mockseller/1", ""):
        page = client.post("/billmgr", data=form, headers={"User-Agent": agent})
        assert (page.status_code, page.mimetype) == (code, "text/html"), agent
        assert b"<title>Just a moment...</title>" in page.data
    assert seller.account()["balance"] == before
    assert seller.faults.all()[0]["struck"] == 3
    through = client.post("/billmgr", data=form, headers={"User-Agent": CHROME})
    assert (through.status_code, through.mimetype) == (200, "text/xml")
    assert seller.account()["balance"] != before
    assert last(seller)["fault"] is None


def test_any_page_with_any_status_and_a_redirect(seller: Seller) -> None:
    for code, kind in ((200, "text/plain"), (204, "text/html"), (302, "text/html"), (599, "a/b")):
        fault = seller.faults.add(
            "status", func="soft", code=code, content_type=kind, body="away",
            location="https://shop.example/login" if code == 302 else "",
        )  # fmt: skip
        answer = seller.call("soft")
        assert (answer.status, answer.headers["Content-Type"]) == (code, kind)
        assert answer.headers.get("Location") == (
            "https://shop.example/login" if code == 302 else None
        )
        seller.faults.remove(fault)
    for wrong in ({"code": 199}, {"code": 600}, {"location": "a\r\nSet-Cookie: b"}):
        with pytest.raises(ControlError):
            seller.faults.add("status", **wrong)


def test_a_login_may_want_a_captcha(seller: Seller) -> None:
    seller.rules(login_captcha=True)
    login = {"username": "reseller", "password": "secret"}
    for params in (login, {**login, "g-recaptcha-response": " "}):
        error = seller.call("auth", login="", **params).error
        assert error is not None
        assert (error.type, error.object) == ("auth", "captcha")
    solved = {**login, "g-recaptcha-response": "03AGdBq2"}
    assert seller.call("auth", login="", **solved).field("auth")
    assert seller.call("whoami").error is None


def test_an_answer_of_ones_own_is_sent_recorded_and_not_counted(seller: Seller) -> None:
    own = '<doc><total note="a b">5</total></doc>'
    counted = seller.control("GET", "/coverage")
    seller.faults.add("answer", func="vendor.report", body=own, times=1)
    answer = seller.call("vendor.report", since="2027-01-01")
    assert (answer.status, answer.text) == (200, own)
    assert answer.headers["Content-Type"] == "text/xml"
    entry = last(seller)
    assert (entry["fault"], entry["outcome"]) == ("#1 answer before", "not carried out")
    assert entry["answer"] == own
    assert seller.call("vendor.report").error is not None  # it was planned once
    refused = seller.control("GET", "/coverage")
    assert refused["journal"]["default"] == {
        "kept": 1, "own_answers": 1, "dropped": 0, "off": False,
    }  # fmt: skip
    assert refused["families"] == counted["families"]

    seller.faults.add("answer", func="soft", nth=2, times=1, body='{"doc":{}}', when="after")
    answers = [seller.call("soft", out="bjson") for _ in range(3)]
    assert [call.text == '{"doc":{}}' for call in answers] == [False, True, False]
    assert len({call.headers["Content-Type"] for call in answers}) == 1
    counts = seller.control("GET", "/coverage")["journal"]["default"]
    assert (counts["kept"], counts["own_answers"]) == (3, 2)


def test_an_answer_of_ones_own_is_for_those_who_are_logged_in(seller: Seller) -> None:
    seller.faults.add("answer", func="soft", body="<doc><own/></doc>")
    refused = seller.call("soft", authinfo="reseller:wrong").error
    assert refused is not None
    assert refused.type == "auth"
    with pytest.raises(ControlError, match="400: content_type is not one line"):
        seller.faults.add("answer", content_type="text/xml\nX: y")
    with pytest.raises(ControlError, match='400: func: there is no function "vendor'):
        seller.faults.add("answer", func="vendor.*")
