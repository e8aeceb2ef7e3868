"""Single rules on single answers, where chance would meet the case too seldom."""

from __future__ import annotations

import httpx
import pytest

from contracts.checks.fuzz.answered import read_answer
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.rules import find_violations

LOGIN = {"authinfo": "reseller:hidden-word"}


def broken(
    declared: Declarations,
    params: dict[str, str],
    body: str,
    kind: str = "text/xml",
    func: str = "soft",
) -> set[str]:
    request = httpx.Request("POST", "http://127.0.0.1/billmgr", data=params)
    response = httpx.Response(200, headers={"Content-Type": kind}, text=body)
    return {
        violation.rule
        for violation in find_violations(declared, func, read_answer(request, response))
    }


def listing(echo: str = "") -> str:
    return f"<doc><p_elems>0</p_elems><tparams>{echo}</tparams></doc>"


def test_a_password_in_the_answer_is_an_echo(declared: Declarations) -> None:
    assert broken(declared, LOGIN, listing("hidden-word")) == {"echoes-no-secret"}
    assert broken(declared, LOGIN, listing("another word")) == set()


def test_a_field_that_the_form_declares_may_show_its_secret_once(declared: Declarations) -> None:
    func, form = "certificate.order.csr", "<doc><key>000000</key><CN>{}</CN></doc>"
    sent = {"key": "000000"}
    assert "echoes-no-secret" not in broken(declared, sent, form.format("example.com"), func=func)
    assert "echoes-no-secret" in broken(declared, sent, form.format("000000"), func=func)
    assert "echoes-no-secret" in broken(declared, sent, form.format("example.com"))


def test_the_same_text_sent_openly_may_be_echoed(declared: Declarations) -> None:
    sent = {**LOGIN, "p_col": "a hidden-word here"}
    assert broken(declared, sent, listing("a hidden-word here")) == set()


@pytest.mark.parametrize(
    ("out", "body", "kind"),
    [
        ("json", '{"doc":{"p_elems":{"$":"0"}}}', "application/json"),
        ("bjson", '{"p_elems":"0"}', "application/json; charset=UTF-8"),
        ("text", "id=1", "text/plain; charset=UTF-8"),
        ("csv", "id\n1", "text/csv"),
        ("devel", listing(), "text/xml"),
    ],
)
def test_every_format_has_its_content_type(
    declared: Declarations, out: str, body: str, kind: str
) -> None:
    assert broken(declared, {"out": out}, body, kind) == set()
    assert "says-its-content-type" in broken(declared, {"out": out}, body, "text/html")


@pytest.mark.parametrize(
    ("out", "body"),
    [("xml", "ERROR"), ("xml", "<doc>"), ("json", "<doc/>"), ("json", "[]"), ("bjson", "[1]")],
)
def test_what_is_of_another_format_cannot_be_read(
    declared: Declarations, out: str, body: str
) -> None:
    kind = "text/xml" if out == "xml" else "application/json"
    assert broken(declared, {"out": out}, body, kind) == {"is-readable"}


@pytest.mark.parametrize(
    ("out", "body"),
    [
        ("xml", '<doc><error type="odd"><msg/></error></doc>'),
        ("json", '{"doc":{"error":{"$type":"odd","msg":{}}}}'),
        ("bjson", '{"error":{"type":"odd","msg":"no"}}'),
        ("JSONdata", '{"error":{"type":"odd","obj":"","msg":"no","code":"8"}}'),
    ],
)
def test_a_refusal_nobody_declared_is_known_in_every_format(
    declared: Declarations, out: str, body: str
) -> None:
    kind = "text/xml" if out == "xml" else "application/json"
    assert broken(declared, {"out": out}, body, kind) == {"refuses-as-declared"}
