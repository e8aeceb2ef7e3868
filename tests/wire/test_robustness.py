"""Hostile and careless input: always HTTP 200, always a document, never a fault of ours."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from defusedxml.ElementTree import fromstring
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from emulator.openapi import FORMATS
from tests.wire.asking import FORM, LOGIN, ask, error, raw, refusal

SHAPES = [{"out": out} for out in FORMATS] + [{"sfrom": "ajax"}]

BYTES = {
    "null": b"func=soft\0&out=x%00ml",
    "nulls in a value": b"func=soft.edit&elid=%00%00100001",
    "raw UTF-8 broken": b"func=soft&licname=\xff\xfe\xc3",
    "escaped UTF-8 broken": b"func=soft&licname=%ff%fe%c3%28",
    "a lone surrogate": b"func=soft&licname=%ed%a0%80",
    "a half escape": b"func=soft&x=%&y=%4&z=%zz",
    "only separators": b"&&&;;;===&=&=",
    "no name": b"=value&func=soft",
    "names that are no names": b"func=soft&a+b=1&%3Cx%3E=1&1a=1&__proto__=1&%D1%8F=1&:=1&x:y=1",
    "controls": b"func=soft&licname=%01%02%1b%7f%c2%85%e2%80%a8",
    "not characters": b"func=soft&licname=%ef%bf%be%ef%bf%bf",
    "a doctype": b"func=soft&licname=%3C!DOCTYPE+x+SYSTEM+%22file%3A///etc/passwd%22%3E",
    "an odd func": b"func=%3Cscript%3E%00%22%27%26%F0%9F%92%A9../../etc/passwd",
    "a very long func": b"func=" + b"x" * 70_000,
    "sql": b"func=soft&filter=on&licname=%27%3B+drop+table+service+--%25_%5c&p_col=id;--",
    "a session from nowhere": b"func=soft&auth=%00%ff../../../x",
    "a world from nowhere": b"func=soft&authinfo=reseller%40..%2f..%2fetc:secret",
    "an authinfo of colons": b"func=soft&authinfo=:::::",
    "an authinfo of bytes": b"func=auth&username=%ff%00&password=%ff%00",
    "odd language": b"func=soft&lang=%00../ru",
}


@pytest.mark.parametrize("query", BYTES.values(), ids=BYTES)
def test_hostile_bytes_are_answered_with_a_document_in_every_format(
    client: FlaskClient, query: bytes
) -> None:
    for shape in SHAPES:
        body = urlencode({**LOGIN, **shape}).encode()
        raw(client, body + b"&" + query if b"auth" not in query else query)
        raw(client, body=body + b"&" + query)


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "nonsense", "application/octet-stream", f"{FORM}; charset=koi8-r"],
)
def test_a_body_of_an_unknown_kind_is_read_as_a_form(client: FlaskClient, kind: str | None) -> None:
    body = urlencode({**LOGIN, "func": "whoami"}).encode()
    assert 'name="reseller"' in raw(client, body=body, kind=kind)


@pytest.mark.parametrize("body", [b"{}", b"[1,2", b'{"func":"logon","elid":1}', b"\xff\0", b""])
def test_a_json_body_beside_a_query_counts_for_nothing(client: FlaskClient, body: bytes) -> None:
    query = urlencode({**LOGIN, "func": "whoami"}).encode()
    assert 'name="reseller"' in raw(client, query, body, "application/json")


def test_nine_megabytes_are_refused(client: FlaskClient) -> None:
    query = urlencode({**LOGIN, "func": "soft"}).encode()
    big = b"licname=" + b"x" * (9 * 1024 * 1024)
    assert refusal(raw(client, query, big), "text/xml") == "limit"


def test_ten_thousand_parameters_are_taken(client: FlaskClient) -> None:
    many = b"&".join(b"p%d=%d" % (n, n) for n in range(10_000))
    query = urlencode({**LOGIN, "func": "whoami"}).encode()
    assert 'name="reseller"' in raw(client, query, many)


@pytest.mark.parametrize("pair", [b"p%d=1", b"&=%d", b"addon_%d=1"])
def test_thirty_thousand_parameters_are_refused(client: FlaskClient, pair: bytes) -> None:
    many = b"&".join(pair % n for n in range(30_000))
    query = urlencode({**LOGIN, "func": "whoami"}).encode()
    assert refusal(raw(client, query, many), "text/xml") == "limit"


HUGE = [
    "9" * 18,
    "9" * 19,
    "-" + "9" * 40,
    "1" * 5000,
    "1e400",
    "NaN",
    "Infinity",
    "0x10",
    "1_0",
    "١٢٣",
    "１２",
    "²",
]


@pytest.mark.parametrize("value", HUGE)
def test_a_number_that_is_none_is_no_element(client: FlaskClient, value: str) -> None:
    assert error(client, func="soft.edit", elid=value) == "missed"


@pytest.mark.parametrize("value", HUGE)
def test_a_number_that_is_none_orders_nothing(client: FlaskClient, value: str) -> None:
    good = {"pricelist": "55230", "period": "1", "ip": "192.0.2.220", "sok": "ok"}
    for field in ("pricelist", "period", "autoprolong", "addon_55236", "ip"):
        refusal = error(client, func="soft.order.param", **{**good, field: value})
        assert refusal in {"value", "missed"}, field


@pytest.mark.parametrize("value", HUGE)
def test_a_number_that_is_none_prolongs_nothing(client: FlaskClient, value: str) -> None:
    assert error(client, func="service.prolong", elid="100001", period=value, sok="ok") == "value"


@pytest.mark.parametrize("name", ["p_num", "p_cnt"])
@pytest.mark.parametrize("value", ["-1", "0", "-99999999999", "99999999", "1.5", "١", "", " 2 "])
def test_odd_pages_are_clamped_or_refused(client: FlaskClient, name: str, value: str) -> None:
    doc = fromstring(ask(client, func="soft", **{name: value}))
    refused = doc.find("error")
    if refused is None:
        assert int(doc.findtext("p_num") or 0) >= 1
        assert int(doc.findtext("p_cnt") or 0) >= 1
    else:
        assert (refused.get("type"), refused.get("object")) == ("value", name)


BOUNDED = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="a"'
END = b"\r\n--x--\r\n"
MULTIPARTS = {
    "no boundary": ("multipart/form-data", b"--x\r\n\r\n"),
    "an empty boundary": ("multipart/form-data; boundary=", b"----\r\n"),
    "never closed": (BOUNDED, PART + b"\r\n\r\n1"),
    "no headers": (BOUNDED, b"--x\r\n\r\nvalue" + END),
    "a file": (BOUNDED, PART + b'; filename="../../b"\r\n\r\n\0' + END),
    "one in another": (
        BOUNDED,
        PART + b"\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\n1\r\n--y--" + END,
    ),
    "an odd charset": (
        BOUNDED,
        PART + b"\r\nContent-Type: text/plain; charset=nonsense\r\n\r\n\xff" + END,
    ),
    "an odd encoding": (
        BOUNDED,
        PART + b"\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!" + END,
    ),
    "a long header": (
        BOUNDED,
        b"--x\r\nContent-Disposition: form-data; name=" + b"n" * 100_000 + b"\r\n\r\n1" + END,
    ),
}


@pytest.mark.parametrize(("kind", "body"), MULTIPARTS.values(), ids=MULTIPARTS)
def test_odd_multipart_does_no_harm(client: FlaskClient, kind: str, body: bytes) -> None:
    query = urlencode({**LOGIN, "func": "whoami"}).encode()
    assert refusal(raw(client, query, body, kind), "text/xml") in {"", "limit"}


def test_thirty_thousand_parts_are_refused(client: FlaskClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="p%d"\r\n\r\n1\r\n'
    body = b"".join(part % n for n in range(30_000)) + b"--x--\r\n"
    query = urlencode({**LOGIN, "func": "whoami"}).encode()
    assert refusal(raw(client, query, body, BOUNDED), "text/xml") == "limit"


@pytest.mark.parametrize("out", ["pdf", "xmlx", " xml", "ajax", "xml\0", "<x>", "../json"])
def test_an_unknown_format_is_refused_in_xml(client: FlaskClient, out: str) -> None:
    doc = fromstring(ask(client, func="soft", out=out))
    error = doc.find("error")
    assert error is not None
    assert (error.get("type"), error.get("object")) == ("value", "out")


@pytest.mark.parametrize("callback", ["alert(1)", "a;b", "</script>", "я", "a b", "x" * 101, "a\n"])
def test_a_callback_that_is_a_script_is_refused(client: FlaskClient, callback: str) -> None:
    answer = json.loads(ask(client, func="soft", out="json", callback=callback))
    assert answer["doc"]["error"]["$object"] == "callback"


@pytest.mark.parametrize(
    "func", ["", " ", "soft ", "SOFT", "soft.edit\n", "я" * 300, "../soft", "<x>"]
)
def test_an_unknown_function_is_missed(client: FlaskClient, func: str) -> None:
    assert error(client, func=func) == "missed"


def test_a_parameter_that_repeats_counts_by_its_last_value(client: FlaskClient) -> None:
    query = urlencode([*LOGIN.items(), ("func", "nosuch"), ("func", "whoami")]).encode()
    assert 'name="reseller"' in raw(client, query)


def test_secrets_are_not_echoed_and_the_others_are(client: FlaskClient) -> None:
    secrets = dict.fromkeys(("old_passwd", "TOKEN", "apiKey", "billmgrses5"), "s3cret-word")
    for out in ("xml", "devel", "json"):
        answer = ask(client, func="whoami", out=out, licname="shown", **secrets)
        assert "shown" in answer
        assert "s3cret-word" not in answer


def test_odd_names_are_not_echoed_and_the_others_are(client: FlaskClient) -> None:
    odd = {"a b": "1", "<x>": "1", "1a": "1", "я": "1", "__proto__": "1", "fine": "1"}
    echo = fromstring(ask(client, func="whoami", **odd)).find("tparams")
    assert echo is not None
    assert {child.tag for child in echo} == {"func", "__proto__", "fine"}


@given(
    params=st.dictionaries(
        st.text(max_size=12)
        | st.sampled_from(["elid", "sok", "out", "p_cnt", "licname", "filter"]),
        st.text(max_size=30) | st.sampled_from(["100001", "ok", "on", "json", "-1"]),
        max_size=6,
    ),
    func=st.sampled_from(
        ["soft", "soft.edit", "soft.filter", "soft.order.param", "service.prolong"]
    ),
)
@settings(max_examples=150)
def test_any_parameters_get_a_document(
    client: FlaskClient, params: dict[str, str], func: str
) -> None:
    sent = {**params, **LOGIN, "func": func}
    raw(client, "&".join(f"{quote(n)}={quote(v)}" for n, v in sent.items()).encode())


@given(query=st.binary(max_size=80), body=st.binary(max_size=80))
@settings(max_examples=150)
def test_any_bytes_get_a_document(client: FlaskClient, query: bytes, body: bytes) -> None:
    raw(client, b"func=soft&authinfo=reseller:secret&" + query, body)
