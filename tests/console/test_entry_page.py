"""The page of one call: the lines that send it again, why it was refused, what it changed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.record.exchange import read_file
from emulator.app import create_registry
from emulator.control.console.code_lines import read_parameters, write_code
from emulator.control.console.refusals import explain, subclasses
from emulator.errors import ApiError
from emulator.testing import Seller, SellerServer
from emulator.texts import LANGUAGES
from tests.console.browsing import Browsing, read_text


def show(seller: Seller, number: int = 0, query: str = "") -> str:
    number = number or seller.journal.entries(kind="all")[0]["id"]
    return read_text(Browsing(seller).look(f"/journal/{number}{query}").text)


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        yield started


PASSWORD = "a-Password-9"
ODD = {"licname": 'it\'s "quoted"\n$HOME `id` \\ é & = %', "ip": "0.0.0.0"}  # noqa: S104 - a value
PROGRAMS = {
    "curl": ("curl", ["sh", "-c"]),
    "python": (sys.executable, [sys.executable, "-c"]),
    "php": ("php", ["php", "-r"]),
}


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("language", sorted(PROGRAMS))
def test_the_lines_send_the_call_again_as_it_was(
    server: SellerServer, language: str, method: str
) -> None:
    program, command = PROGRAMS[language]
    if shutil.which(program) is None:
        pytest.skip(f"needs {program}")
    world = server.fresh()
    sent = {"func": "soft", "a=b": "1", "authinfo": "reseller:***", "passwd": "***", **ODD}
    code = write_code(world.url, method, read_parameters(sent, "reseller"))
    line = getattr(code, language).removeprefix("<?php")
    secrets = {"MOCKSELLER_PASSWORD": "secret", "SECRET_PASSWD": "another-secret"}
    environment = {**os.environ, **secrets, "NO_PROXY": "*"}
    subprocess.run([*command, line], check=True, env=environment, capture_output=True, timeout=60)
    (entry,) = world.journal.entries()
    assert (entry["method"], entry["error"], entry["login"]) == (method, None, "reseller")
    assert entry["params"] == sent


def test_a_call_with_a_session_is_repeated_with_the_login() -> None:
    sent = read_parameters({"auth": "***", "func": "soft"}, "reseller")
    assert [(p.name, p.text, p.variable) for p in sent] == [
        ("authinfo", "reseller:", "MOCKSELLER_PASSWORD"),
        ("func", "soft", ""),
    ]


def test_the_rows_before_and_after_are_on_the_page_once_they_are_recorded(seller: Seller) -> None:
    seller.order(ip="192.0.2.1")
    assert "The rows before and after are not recorded" in show(seller)
    browsing = Browsing(seller)
    assert browsing.press("/journal/rows").status_code == 303
    seller.order(ip="192.0.2.2")
    page = show(seller)
    assert "account changed row Column Before After id 1 1 balance 995.0000 990.0000" in page
    assert "service new row Column After" in page
    seller.call("soft.edit", elid="100001", comment="<b>bold</b>", sok="ok")
    assert "&lt;b&gt;bold" in browsing.look("/journal/3").text
    seller.call("soft")
    assert "No row of an account, a service or an order was changed." in show(seller)


def test_the_answer_is_on_the_page_in_every_format_without_a_further_call(seller: Seller) -> None:
    seller.call("soft.edit", elid="<b>1</b>", authinfo="reseller:secret")
    page = Browsing(seller).look("/journal/1").text
    for out in ("json", "bjson", "sjson", "xjson", "JSONdata", "text", "devel", "csv"):
        assert f"<summary>out={out}</summary>" in page
    assert "<summary>sfrom=ajax</summary>" in page
    assert "{&#34;doc&#34;:{&#34;error&#34;:{" in page
    assert "<b>1" not in page
    assert len(seller.journal.entries()) == 1
    seller.call("whoami", out="bjson")
    assert "Not to be had in other formats: an answer in bjson has less" in show(seller)


def test_every_error_that_is_declared_has_a_sentence_in_both_languages() -> None:
    registry = create_registry()
    declared = [error for error in subclasses(ApiError) if error.type != ApiError.type]
    assert len(declared) > 10
    for error in declared:
        for key in error.texts or (error.text_key or error.type,):
            object_ = key.removeprefix(error.type).removeprefix("_") or "ip"
            for lang in LANGUAGES:
                name = f"{error.type}/{object_}"
                reason = explain(registry, name, {"func": "soft.edit", "elid": "1"}, lang)
                assert reason is not None, name
                assert reason.sentence, (name, lang)
                assert "__" not in reason.sentence, (name, lang)
                assert reason.meaning, name


def test_an_error_of_a_fault_that_no_seller_has_says_so(seller: Seller) -> None:
    seller.faults.add("error", func="whoami", type="busy", object="disk")
    seller.call("whoami")
    assert "No error of this seller has the type busy" in show(seller)


def test_no_secret_is_on_the_page(seller: Seller) -> None:
    seller.call("user.edit", name="new", passwd="hidden-secret", sok="ok")
    page = show(seller)
    assert "hidden-secret" not in page
    assert "reseller:secret" not in page
    assert "SECRET_PASSWD" in page


@pytest.mark.parametrize(
    ("func", "params", "sentences"),
    [
        ("soft.edit", {"elid": "1"}, ["The 'item' 1 does not exist", "No such thing"]),
        ("nosuch", {}, ["Function 'nosuch' not found", "func names nothing"]),
        (
            "soft.order.param",
            {"pricelist": "55227", "period": "1", "ip": "x", "sok": "ok"},
            ["The 'ip' field has invalid value", "The parameter ip: "],
        ),
        (
            "soft.order.param",
            {"pricelist": "55227", "period": "1", "ip": "192.0.2.10", "sok": "ok"},
            ["The 'ip' '192.0.2.10' already exists."],
        ),
        ("soft", {"authinfo": ""}, ["Insufficient privileges to perform 'soft'"]),
        ("whoami", {"authinfo": "reseller:wrong"}, ["Invalid username or password"]),
    ],
)
def test_a_refusal_is_explained(
    seller: Seller, func: str, params: dict[str, str], sentences: list[str]
) -> None:
    client = seller.wsgi.test_client()
    client.post("/billmgr", data={"authinfo": "reseller:secret", "func": func, **params})
    page = show(seller)
    for sentence in sentences:
        assert sentence in page


def test_an_order_says_what_it_changed(seller: Seller) -> None:
    number = seller.order()
    page = show(seller)
    assert f"service {number} : Opened" in page
    assert "-5.00 EUR: Order: ISPmanager 6 Lite" in page


def test_a_renewal_by_itself_says_what_it_changed(seller: Seller) -> None:
    number = seller.order(autoprolong=1)
    seller.clock.advance("1 month")
    entry = next(
        entry
        for entry in seller.journal.entries(kind="happening", func="prolong")
        if entry["params"]["service"] == str(number)
    )
    page = show(seller, entry["id"], "?lang=ru")
    assert f"услуга {number} : Продлён" in page
    assert page.count("-5.00 EUR") == 1


def test_where_two_calls_changed_something_at_one_instant_nothing_is_claimed(
    seller: Seller,
) -> None:
    seller.clock.freeze()
    seller.order()
    seller.order(ip="192.0.2.202")
    assert "1 more calls of this login changed something" in show(seller)


def test_a_call_that_only_reads_changed_nothing(seller: Seller) -> None:
    seller.call("soft")
    assert "neither history nor money was written" in show(seller)


def test_the_page_of_an_entry_escapes_what_was_sent(seller: Seller) -> None:
    seller.call("soft.edit", elid='"><b>x', licname="<b>y")
    number = seller.journal.entries()[0]["id"]
    page = Browsing(seller).look(f"/journal/{number}").text
    assert re.findall(r"<b>|\">x", page) == []


def test_a_call_is_sent_again_as_its_login(seller: Seller) -> None:
    first = seller.order(ip="0.0.0.0")  # noqa: S104 - a value
    answer = Browsing(seller).press("/journal/1/repeat")
    assert answer.headers["Location"].endswith("/journal/2")
    latest, before = seller.journal.entries()
    assert (latest["outcome"], latest["login"]) == ("bought 5.00", "reseller")
    sent = [{**entry["params"], "auth": "", "authinfo": ""} for entry in (latest, before)]
    assert sent[0] == sent[1]
    assert seller.service(first + 1)["status"] == 2


def test_a_repeated_call_leaves_no_session(seller: Seller) -> None:
    seller.call("whoami")
    Browsing(seller).press("/journal/1/repeat")
    db = seller.worlds.connect("default")
    assert db.counts("session") == {"session": 0}


def add_clerk(seller: Seller) -> str:
    """A further login that may call the functions of licenses only."""
    sent = {"email": "clerk@example.com", "passwd": PASSWORD, "realname": "C", "rights": "soft"}
    made = seller.call("user.edit", sok="ok", **sent)
    assert made.error is None
    return "clerk@example.com"


def test_a_repeated_call_has_the_rights_of_its_login(seller: Seller) -> None:
    clerk = add_clerk(seller)
    client = seller.wsgi.test_client()
    client.post("/billmgr", data={"authinfo": f"{clerk}:{PASSWORD}", "func": "expense"})
    entry = seller.journal.entries()[0]
    assert (entry["login"], entry["error"]) == (clerk, "access/")
    Browsing(seller).press(f"/journal/{entry['id']}/repeat")
    repeated = seller.journal.entries()[0]
    assert repeated["id"] == entry["id"] + 1
    assert (repeated["login"], repeated["error"]) == (clerk, "access/")


@pytest.mark.parametrize(
    ("func", "params", "line"),
    [
        ("user.edit", {"passwd": "hidden-secret"}, "passwd: the journal does not have this secret"),
        ("soft.edit", {"licname": "x" * 40_000}, "only the beginning of the parameters"),
    ],
)
def test_a_call_that_the_journal_has_not_in_full_is_not_repeated(
    seller: Seller, func: str, params: dict[str, str], line: str
) -> None:
    seller.call(func, **params)
    answer = Browsing(seller).press("/journal/1/repeat")
    assert answer.status_code == 400
    assert line in answer.text
    assert len(seller.journal.entries()) == 1


def test_a_call_of_a_login_that_is_suspended_is_not_repeated(seller: Seller) -> None:
    clerk = add_clerk(seller)
    client = seller.wsgi.test_client()
    client.post("/billmgr", data={"authinfo": f"{clerk}:{PASSWORD}", "func": "soft"})
    number = seller.journal.entries()[0]["id"]
    logins = seller.account()["logins"]
    seller.call("user.suspend", elid=next(row["id"] for row in logins if row["name"] == clerk))
    answer = Browsing(seller).press(f"/journal/{number}/repeat")
    assert answer.status_code == 400
    assert "is suspended" in answer.text


@pytest.mark.parametrize(
    ("func", "params"),
    [
        ("soft", {}),
        ("soft.edit", {"elid": "100001"}),
        ("soft.edit", {"elid": "1"}),
        ("soft.order.param", {"pricelist": "55227", "period": "1", "ip": "192.0.2.7", "sok": "ok"}),
        ("whoami", {}),
    ],
)
def test_the_judge_reads_an_exported_call(
    seller: Seller, tmp_path: Path, func: str, params: dict[str, str]
) -> None:
    answer = seller.call(func, **params)
    file = Browsing(seller).look("/journal/1/exchange.yaml")
    assert "attachment" in file.headers["Content-Disposition"]
    path = tmp_path / func / "call.yaml"
    path.parent.mkdir()
    path.write_text(file.text, "utf-8")
    exchange = read_file(path)
    assert exchange.request.params == params
    assert (exchange.expected.kind == "error") == (answer.error is not None)


@pytest.mark.parametrize(
    ("func", "params", "line"),
    [
        ("soft", {"out": "json"}, "repeat it with out=xml"),
        ("pricelist.export", {}, "is no whole document"),
    ],
)
def test_an_answer_that_is_no_whole_xml_is_not_exported(
    seller: Seller, func: str, params: dict[str, str], line: str
) -> None:
    seller.call(func, **params)
    answer = Browsing(seller).look("/journal/1/exchange.yaml")
    assert answer.status_code == 400
    assert line in answer.text
