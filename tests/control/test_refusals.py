"""Whatever is sent, the answer is one clear line of JSON and the status that fits."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.control.conftest import Ask

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "line"),
    [
        ("GET", "/nowhere", None, 404, "there is no such path"),
        ("DELETE", "/clock", {}, 405, "this path takes only GET, HEAD, POST"),
        ("OPTIONS", "/worlds", None, 405, "this path takes only GET, HEAD, POST"),
        ("GET", "/clock?world=none", None, 404, 'there is no world "none"'),
        ("GET", "/clock?world=..%2F..", None, 400,
         '"../.." is not a name of a world: use a-z, 0-9 and -'),
        ("POST", "/worlds", {}, 400, "name: Missing data for required field."),
        ("POST", "/worlds", [], 400, "the body is not a JSON object"),
        ("POST", "/worlds", {"name": "A"}, 400, '"A" is not a name of a world: use a-z, 0-9 and -'),
        ("POST", "/worlds", {"name": "default"}, 409, 'the world "default" exists already'),
        ("POST", "/worlds", {"name": "a", "fixture": "/etc/x.yaml"}, 400,
         'fixture: "/etc/x.yaml" is a file; over the control API only shipped worlds can be named'),
        ("POST", "/worlds", {"name": "a", "seed": True}, 400, "seed: is not a whole number"),
        ("POST", "/worlds", {"name": "a", "size": 1}, 400, "size: there is no such setting"),
        ("DELETE", "/worlds/default", {}, 400, 'the world "default" cannot be removed; reset it'),
        ("POST", "/worlds/default/restore", {"name": "x"}, 404,
         'the world "default" has no snapshot "x"'),
        ("POST", "/clock", {}, 400, "needs exactly one of advance, freeze, set and real"),
        ("POST", "/clock", {"real": True, "advance": "1 day"}, 400,
         "needs exactly one of advance, freeze, set and real"),
        ("POST", "/clock", {"advance": "9999 years"}, 400, None),
        ("POST", "/clock", {"freeze": "tomorrow"}, 400,
         'freeze: "tomorrow" is not an instant; write for example 2027-01-31T00:00:00Z'),
        ("GET", "/accounts/nobody", None, 404, 'there is no account "nobody" in this world'),
        ("PATCH", "/accounts/reseller", {"balance": 1.5}, 400,
         'balance: is not an amount; write for example "10.00"'),
        ("PATCH", "/accounts/reseller", {"balance": "NaN"}, 400,
         'balance: is not an amount; write for example "10.00"'),
        ("PATCH", "/accounts/reseller", {"realname": "a\x00b"}, 400,
         "realname: is too long or holds control characters"),
        ("PATCH", "/accounts/reseller", {"realname": "\ud800"}, 400,
         "realname: is too long or holds control characters"),
        ("PATCH", "/accounts/reseller", {"currency": "euro"}, 400,
         "currency: is not a currency such as EUR"),
        ("PATCH", "/accounts/reseller", {"api_addresses": ["x"]}, 400,
         "api_addresses.0: is not an address or a network"),
        ("GET", "/services/1", None, 404, "there is no service 1 in this world"),
        ("GET", "/services/x", None, 404, 'there is no service "x" in this world'),
        ("PATCH", "/services/100001", {"status": 6}, 400, "status: is not between 1 and 5"),
        ("PATCH", "/services/100001", {"expires": "soon"}, 400,
         'expires: is not a day; write for example "2027-01-31"'),
        ("PATCH", "/services/100001", {"ip": "::1"}, 400, "ip: is not an IPv4 address"),
        ("PATCH", "/worlds/default", {"rules": {"poor": 1}}, 400,
         "rules.poor: there is no such rule"),
        ("PATCH", "/worlds/default", {"provisioning": {"mode": "never"}}, 400,
         "provisioning.mode: 'never' is not one of at_once, seconds, reads, by_hand"),
        ("PATCH", "/worlds/default", {"provisioning": {"mode": "seconds"}}, 400,
         "provisioning.amount: is needed with seconds and reads, and only there"),
        ("GET", "/journal?limit=0", None, 400, None),
        ("GET", "/journal?colour=red", None, 400, "colour: there is no such setting"),
        ("POST", "/journal/verify", {"count": 1, "at_least": 1}, 400,
         "count: cannot be combined with at_least and at_most"),
        ("POST", "/worlds/default/import", {"x": 1}, 400, "the document holds no pricelist"),
    ],
)  # fmt: skip
def test_a_refusal_says_in_one_line_what_is_wrong(
    ask: Ask, method: str, path: str, body: object, status: int, line: str | None
) -> None:
    given_body = {} if body is None else {"json": body}
    answer = ask(method, path, **given_body)
    message = json.loads(answer.data)["error"]
    assert answer.status_code == status, message
    assert message == (line or message)
    assert "\n" not in message


@pytest.mark.parametrize(
    "body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"advance": NaN}', b"null"]
)
def test_a_body_that_is_no_json_object_is_refused(ask: Ask, body: bytes) -> None:
    answer = ask("POST", "/clock", data=body, content_type="application/json")
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["", "/"])
def test_the_index_lists_the_paths_and_leads_a_browser_to_the_console(ask: Ask, path: str) -> None:
    index = json.loads(ask("GET", path).data)
    assert "POST /_mockseller/tickets/<id>" in index["paths"]
    assert {"GET /_mockseller/", "GET /_mockseller/health"} < set(index["paths"])
    browser = ask("GET", path, headers={"Accept": "text/html,*/*"})
    assert (browser.status_code, browser.headers["Location"]) == (302, "/_mockseller/console")


def test_too_large_a_body_is_refused(ask: Ask) -> None:
    body = b'"' + b"a" * (9 * 1024 * 1024) + b'"'
    assert ask("POST", "/clock", data=body, content_type="application/json").status_code == 413


CHANGES = (
    ("POST", "/worlds"),
    ("PATCH", "/worlds/default"),
    ("POST", "/worlds/default/snapshot"),
    ("POST", "/worlds/default/fork"),
    ("POST", "/worlds/default/import"),
    ("POST", "/clock"),
    ("POST", "/journal/verify"),
    ("PATCH", "/accounts/reseller"),
    ("PATCH", "/services/100001"),
)


@settings(
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(change=st.sampled_from(CHANGES), body=JSON)
def test_no_json_at_all_makes_a_fault_of_ours(
    ask: Ask, change: tuple[str, str], body: object
) -> None:
    answer = ask(*change, data=json.dumps(body), content_type="application/json")
    expected = {200, 201, 400, 409} if "verify" in change[1] else {200, 201, 400}
    assert answer.status_code in expected
    json.loads(answer.data)
