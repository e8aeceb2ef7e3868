"""A judge that lets everything pass is worth nothing: sellers with one fault each are caught."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from contracts.record.exchange import Exchange, read_all
from contracts.target.replay import replay
from contracts.target.seller import connect_wsgi
from contracts.verdicts import Outcome
from emulator.testing import Seller as OwnSeller

RECORDS = {exchange.name: exchange for exchange in read_all()}
Change = Callable[[bytes], bytes]
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Mutant:
    """A WSGI application whose answers on ``/billmgr`` are changed on their way out."""

    def __init__(self, wsgi: Wsgi, change: Change, status: str = "") -> None:
        self._wsgi = wsgi
        self._change = change
        self._status = status

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if "billmgr" not in environ["PATH_INFO"]:
            return self._wsgi(environ, start_response)
        message: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            message[:] = [status, headers]

        body = self._change(b"".join(self._wsgi(environ, keep)))
        headers = [(n, v) for n, v in message[1] if n.lower() != "content-length"]
        start_response(self._status or message[0], [*headers, ("Content-Length", str(len(body)))])
        return [body]


def _sub(pattern: str, text: str) -> Change:
    return lambda body: re.sub(pattern.encode(), text.encode(), body)


FAULTS = [
    pytest.param(
        "soft.edit/read", "xml", _sub("<lickey>[0-9]+-", "<lickey>ISP-"),
        "/doc/lickey: expected <key:licence>", id="a key that does not begin with a number",
    ),
    pytest.param(
        "soft.edit/read", "xml", _sub("<lickey>[0-9]+-", "<lickey>77-"),
        'which was "100001" before, found "77"', id="a key of another licence",
    ),
    pytest.param(
        "soft.order.param/paid-at-once", "xml", _sub("<id>[0-9]+</id>", ""),
        "/doc/id: missing, expected <id:licence>", id="an order without its id",
    ),
    pytest.param(
        "soft.order.param/paid-at-once", "bjson", _sub(r'"id":\{"v":("[0-9]+")\}', r'"id":\1'),
        "/doc/id/v: missing", id="an id that is no object in bjson",
    ),
    pytest.param(
        "whoami/no-credentials", "xml", lambda _: b"ERROR type=access",
        "not xml", id="an error as plain text",
    ),
    pytest.param(
        "whoami/no-credentials", "json", _sub(r'"\$type":"access"', r'"$type":"auth"'),
        '/doc/error/@type: expected "access", found "auth"', id="an error of another type",
    ),
    pytest.param(
        "soft/filtered", "json", _sub(r'"elem":\[(\{.*?\})\],"p_', r'"elem":\1,"p_'),
        "/doc/elem: must be an array", id="a single row as an object",
    ),
    pytest.param(
        "soft/list", "xml", _sub(' orig="2"', ""),
        "/doc/elem/item_status/@orig: missing", id="a state without its number",
    ),
    pytest.param(
        "soft.edit/read", "bjson", _sub('"webdomains":0', '"webdomains":"0"'),
        "/doc/model/webdomains: must be a number or empty", id="a count as a text",
    ),
    pytest.param(
        "service.prolong/active", "xml", _sub("<newexpiredate>[^<]*</newexpiredate>", ""),
        "/doc/doc/newexpiredate: missing", id="a prolongation that does not tell the new end",
    ),
    pytest.param(
        "service.prolong/active", "xml",
        _sub("<newexpiredate>[^<]*", "<newexpiredate>2001-01-01"),
        'found "2001-01-01"', id="a wrong end",
    ),
    pytest.param(
        "auth/password", "xml", _sub("<tparams>", "<tparams><password>secret</password>"),
        "/doc/tparams/password: must not be there", id="a password echoed",
    ),
    pytest.param(
        "soft/empty", "json", _sub(r'"p_num":\{', '"elem":[],"p_num":{'),
        "/doc/elem: an empty list is written by leaving the name out",
        id="no rows as an empty array",
    ),
    pytest.param(
        "soft.suspend/active", "xml", _sub("<ok/>", ""),
        "/doc/ok: missing", id="an action without its ok",
    ),
]  # fmt: skip


@pytest.fixture
def honest() -> Iterator[OwnSeller]:
    with OwnSeller() as seller:
        yield seller


@pytest.mark.counts("planted faults, seller")
@pytest.mark.parametrize(("name", "out", "change", "message"), FAULTS)
def test_a_seller_with_one_fault_is_caught(
    honest: OwnSeller, name: str, out: str, change: Change, message: str
) -> None:
    with connect_wsgi(Mutant(honest.wsgi, change)) as seller:
        verdict = replay(RECORDS[name], out, seller)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.name == name
    assert message in str(verdict)


@pytest.mark.counts("planted faults, seller")
def test_an_http_status_of_failure_is_caught(honest: OwnSeller) -> None:
    mutant = Mutant(honest.wsgi, lambda body: body, "500 Internal Server Error")
    with connect_wsgi(mutant) as seller:
        verdict = replay(RECORDS["soft/list"], "xml", seller)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.messages == ("HTTP status: expected 200 (errors are documents too), found 500",)


def test_a_state_that_cannot_be_prepared_is_an_error_and_never_a_pass(honest: OwnSeller) -> None:
    exchange = RECORDS["soft.resume/suspended"]
    with connect_wsgi(Mutant(honest.wsgi, _sub("<ok/>", ""))) as seller:
        verdict = replay(exchange, "xml", seller)
    assert verdict.outcome is Outcome.ERROR
    assert "before[1] soft.suspend: /doc/ok: missing" in str(verdict)


def test_every_fault_above_is_of_an_exchange_that_the_honest_seller_keeps(
    honest: OwnSeller,
) -> None:
    def passing(exchange: Exchange) -> bool:
        with connect_wsgi(honest.wsgi) as seller:
            return replay(exchange, "xml", seller).outcome is Outcome.PASS

    names = ("soft.edit/read", "soft/list", "service.prolong/active", "auth/password")
    assert all(passing(RECORDS[name]) for name in names)
