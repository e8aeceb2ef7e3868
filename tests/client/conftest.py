"""A line to a seller that exists only in the test: canned replies, or a small scripted seller."""

from __future__ import annotations

import json
from collections import deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import httpx
import pytest

from emulator.testing import Seller
from reseller_client import Client, RetryPolicy
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from reseller_client.transport.call import Out

URL = "https://seller.example/billmgr"

Reply = bytes | str | httpx.Response | Exception
Form = dict[str, str]


class Line:
    """Answers each request with the next canned reply and remembers what was asked."""

    def __init__(self) -> None:
        self.replies: deque[Reply] = deque()
        self.requests: list[httpx.Request] = []

    def answers(self, *replies: Reply) -> None:
        self.replies.extend(replies)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return as_response(self.replies.popleft())

    @property
    def forms(self) -> list[Form]:
        return [form_of(request) for request in self.requests]

    @property
    def form(self) -> Form:
        return self.forms[-1]


@dataclass
class Waits:
    """A waiter that only counts: no test sleeps."""

    spans: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.spans.append(seconds)


@dataclass
class License:
    """What the small seller keeps of a license."""

    id: int
    fields: Form
    status: int
    expires_on: date
    reads_to_key: int


class SmallSeller:
    """A stateful seller of a few functions, in xml or bjson, whose answers can get lost.

    `lose` holds, for a function, how the next answers go: "before" fails with nothing done, "after"
    fails with everything done, "" goes well.
    """

    def __init__(self, today: date) -> None:
        self.today = today
        self.balance = Decimal("100.00")
        self.price = Decimal("5.00")
        self.key_after_reads = 0
        self.licenses: dict[int, License] = {}
        self.calls: list[Form] = []
        self.lose: dict[str, deque[str]] = {}

    def loses(self, func: str, *plan: str) -> None:
        self.lose[func] = deque(plan)

    def funcs(self) -> list[str]:
        return [form["func"] for form in self.calls]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        form = form_of(request)
        self.calls.append(form)
        plan = self.lose.get(form["func"])
        lost = plan.popleft() if plan else ""
        if lost == "before":
            raise httpx.ReadTimeout("silence", request=request)
        answer = self._answer(form)
        if lost == "after":
            raise httpx.ReadTimeout("silence", request=request)
        return as_response(answer)

    def _answer(self, form: Form) -> str:
        out = form["out"]
        if form["func"] == "soft":
            return rows([self._row(license) for license in self.licenses.values()], out)
        if form["func"] == "soft.order.param":
            return self._order(form)
        if form["func"] == "soft.checkip":
            return submitted({}, out)
        license = self.licenses.get(int(form["elid"]))
        if license is None:
            return error("missed", "item", out)
        return self._act(license, form)

    def _act(self, license: License, form: Form) -> str:
        out = form["out"]
        match form["func"]:
            case "soft.suspend":
                license.status = 3
            case "soft.resume":
                license.status = 2
            case "soft.delete":
                del self.licenses[license.id]
            case "service.changepricelist":
                license.fields["pricelist"] = form["pricelist"]
            case "service.prolong":
                return self._prolong(license, out)
            case "soft.edit":
                return self._edit(license, form)
        return submitted({}, out)

    def _order(self, form: Form) -> str:
        if self.balance < self.price:
            return error("not_enough_money", "", form["out"], amount=str(self.price))
        self.balance -= self.price
        number = 100001 + len(self.licenses)
        unchanged = ("licname", "ip", "remoteid", "pricelist", "period")
        fields = {name: form[name] for name in unchanged}
        ends = self.today + timedelta(days=31)
        self.licenses[number] = License(number, fields, 2, ends, self.key_after_reads)
        return submitted({"id": str(number)}, form["out"])

    def _prolong(self, license: License, out: str) -> str:
        if self.balance < self.price:
            return error("not_enough_money", "", out, amount=str(self.price))
        self.balance -= self.price
        start = license.expires_on if license.status == 2 else self.today
        license.status = 2
        license.expires_on = start + timedelta(days=31)
        return submitted({}, out, inner={"newexpiredate": license.expires_on.isoformat()})

    def _edit(self, license: License, form: Form) -> str:
        if "sok" in form:
            for name in {"licname", "ip", "remoteid"} & form.keys():
                license.fields[name] = form[name]
        else:
            license.reads_to_key -= 1
        key = "" if license.reads_to_key >= 0 else f"{license.id}-KEY"
        return shown({**self._row(license), "elid": str(license.id), "lickey": key}, form["out"])

    @staticmethod
    def _row(license: License) -> Form:
        own = {"id": str(license.id), "status": str(license.status)}
        return {**own, **license.fields, "expiredate": license.expires_on.isoformat()}


def form_of(request: httpx.Request) -> Form:
    """Read the body of a request as the form it must be."""
    return dict(parse_qsl(request.content.decode(), keep_blank_values=True))


def as_response(reply: Reply) -> httpx.Response:
    """Turn a canned reply into what httpx gives, or into the failure it stands for."""
    if isinstance(reply, Exception):
        raise reply
    return reply if isinstance(reply, httpx.Response) else httpx.Response(200, content=reply)


def rows(forms: list[Form], out: str) -> str:
    """Write a listing."""
    total = str(len(forms))
    if out == "bjson":
        return json.dumps({"func": "soft", "elem": forms, "p_elems": total})
    elems = "".join(f"<elem>{tags(row)}</elem>" for row in forms)
    return f"<doc>{elems}<p_elems>{total}</p_elems></doc>"


def shown(fields: Form, out: str) -> str:
    """Write a form."""
    return json.dumps({"model": fields}) if out == "bjson" else f"<doc>{tags(fields)}</doc>"


def submitted(fields: Form, out: str, inner: Form | None = None) -> str:
    """Write the answer to a submit, with an inner document if there is one."""
    if out == "bjson":
        leaves = {name: {"v": text} for name, text in {**fields, **(inner or {})}.items()}
        return json.dumps({"ok": {"v": ""}, **leaves})
    nested = f"<doc>{tags(inner)}</doc>" if inner else ""
    return f"<doc>{tags(fields)}<ok/>{nested}</doc>"


def error(kind: str, about: str, out: str, **params: str) -> str:
    """Write a refusal."""
    if out == "bjson":
        listed = [{"name": name, "value": text} for name, text in params.items()]
        return json.dumps({"error": {"msg": "no", "type": kind, "object": about, "param": listed}})
    listed_tags = "".join(f'<param name="{name}">{text}</param>' for name, text in params.items())
    return f'<doc><error type="{kind}" object="{about}">{listed_tags}<msg>no </msg></error></doc>'


def tags(fields: Form) -> str:
    """Write fields as elements."""
    return "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def client(line: Line, waits: Waits) -> Client:
    return _client(line, waits)


@pytest.fixture(params=["xml", "bjson"])
def either(request: pytest.FixtureRequest, seller: SmallSeller, waits: Waits) -> Client:
    """Give a client of the small seller, once in each format."""
    return _client(seller, waits, out=request.param)


@pytest.fixture
def seller() -> SmallSeller:
    return SmallSeller(date(2026, 1, 10))


@pytest.fixture
def shop() -> Iterator[Seller]:
    """Give the emulator in this process, with the world ``small``."""
    with Seller(system_clock=stopped_clock()) as made:
        yield made


@pytest.fixture
def lossy(shop: Seller) -> LossyLine:
    return LossyLine(shop)


@pytest.fixture(params=["xml", "bjson"])
def reseller(request: pytest.FixtureRequest, lossy: LossyLine, waits: Waits) -> Client:
    """Give a client of the emulator as its account ``reseller``, once in each format."""
    return client_of(lossy, waits, out=request.param)


def _client(
    handler: Callable[[httpx.Request], httpx.Response], waits: Waits, out: Out = "xml"
) -> Client:
    return Client(
        URL,
        login="reseller",
        password="se:cret",
        out=out,
        transport=httpx.MockTransport(handler),
        retry_policy=RetryPolicy(wait=waits, pause=2.0, attempts=3, looks=2, long_reads=3),
    )
