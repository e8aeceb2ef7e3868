"""Exchanges of the world ``small``, asked of a seller that has no worlds.

What an exchange says of that world (numbers, names, days, prices) is replaced by what was bought,
or left open; what it says of the API (fields, types of errors, states, what is echoed) stays. An
exchange that cannot be told without its world is skipped, with the reason.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from contracts.checks import Wanted
from contracts.exchange import Exchange, Request, Step
from contracts.placeholders import places
from contracts.replay import replay
from contracts.sellers.budget import NOBODYS
from contracts.sellers.levels import family_of
from contracts.sellers.stock import ADDRESSES, SERVICES, TARIFFS, NotHere, Stock
from contracts.spending import changes, spends
from contracts.target import CannotRun, Seller
from contracts.tree import Node
from contracts.verdicts import Outcome, Verdict

FIXTURE: Final = "small"
_NUMBERS: Final = ("elid", "item", "plid")
_NAMED: Final = frozenset(
    {
        "username",
        "password",
        "authinfo",
        "key",
        "passwd",
        "su",
        "promocode",
        "coupon",
        "code",
    }
)
"""Parameters that name an account or what it was given, or change its secrets."""
_ADDRESS: Final = re.compile(r"192\.0\.2\.[0-9]+")
_NUMBER: Final = re.compile(r"[0-9]+")
_CURRENCY: Final = re.compile(r"\bEUR\b")
_STATES: Final = frozenset({"status", "item_status", "service_status"})
_WORDS: Final = frozenset({"", "null", "on", "off", "ok"})
_ROWS: Final = frozenset(
    {"subaccount", "currency", "project", "dashboard.info", "soft", "vds", "expense"}
)
"""Listings that have a row at any seller, some of them once something was bought there."""
_MISSING_ROWS: Final = "needs rows that only a prepared world has"


def move(exchange: Exchange, out: str, seller: Seller, stock: Stock) -> Verdict:
    """Asks it of a foreign seller in one format. What it used up is given up by ``stock``."""
    if exchange.portable:
        return replay(exchange, out, seller)
    acts = changes(exchange.func, exchange.request.params) or bool(exchange.before)
    try:
        moved = _moved(exchange, out, stock)
        verdict = replay(moved, out, seller)
        if acts and verdict.outcome is not Outcome.SKIP:
            stock.settle(exchange.func)
    except NotHere as reason:
        return _verdict(exchange, out, Outcome.SKIP, str(reason))
    except CannotRun as problem:
        return _verdict(exchange, out, Outcome.ERROR, str(problem))
    return verdict


def _verdict(exchange: Exchange, out: str, outcome: Outcome, told: str) -> Verdict:
    return Verdict(exchange.name, out, outcome, exchange.evidence, (told,), source=exchange.source)


def _moved(exchange: Exchange, out: str, stock: Stock) -> Exchange:
    """The same exchange about what was bought. Raises NotHere, CannotRun."""
    if out != exchange.formats[0] and spends(exchange.func, exchange.request.params):
        raise NotHere("asked in one format only, since it costs money each time")
    if not stock.seller.has_account:
        raise NotHere("needs an account, and none was given")
    if exchange.world != FIXTURE:
        raise NotHere(f"is about the world {exchange.world}")
    words = _Words(stock)
    before = tuple(_step(step, words) for step in exchange.before)
    request = _request(exchange.request, words)
    _check_rows(exchange, stock)
    return replace(
        exchange,
        portable=True,
        before=before,
        request=request,
        wanted=_wanted(exchange.wanted, words),
    )


def _check_rows(exchange: Exchange, stock: Stock) -> None:
    wanted = exchange.wanted.doc
    if exchange.wanted.kind != "listing" or wanted.first("elem") is None:
        return
    if exchange.func not in _ROWS:
        raise NotHere(_MISSING_ROWS)
    if exchange.func in SERVICES.values():
        stock.number(exchange.func)


@dataclass(slots=True)
class _Words:
    """What stands for what: texts of the fixture, and those at this seller."""

    stock: Stock
    instead: dict[str, str] = field(default_factory=dict)
    echo: dict[str, tuple[str, str]] = field(default_factory=dict)
    """A parameter's text on record and here: answers tell it under its name, or as a ``param``."""

    def parameter(self, name: str, text: str) -> str:
        """A parameter as this seller has to be asked. Raises NotHere."""
        if name in _NUMBERS:
            said = _NUMBER.sub(lambda found: self._number(found[0]), text)
        elif name == "pricelist":
            said = self._tariff(text)
        elif name == "ip" and _ADDRESS.fullmatch(text):
            said = self._address(text)
        elif name in _NAMED:
            raise NotHere("names what only an account of a prepared world has")
        elif name.startswith("addon_") or name in ("ostempl", "recipe", "datacenter"):
            raise NotHere(f"names {name} of a prepared world")
        else:
            said = text
        self.echo[name] = (text, said)
        return said

    def is_ours(self, text: str) -> bool:
        """Whether numbers on record stand for what was bought, here or by a step before."""
        numbers = [one.strip() for one in text.split(",")]
        return all(one in SERVICES or bool(list(places(one))) for one in numbers)

    def _address(self, text: str) -> str:
        """The address of what is held where the fixture's service has that one; else a free one."""
        if text in ADDRESSES:
            self.stock.number(ADDRESSES[text])
            return self.stock.address
        return self.stock.free_address()

    def _number(self, text: str) -> str:
        if text == NOBODYS or len(text) < len(NOBODYS) - 3:
            return text
        if text not in SERVICES:
            raise NotHere(f"is about service {text} of a prepared world")
        self.instead[text] = str(self.stock.number(SERVICES[text]))
        return self.instead[text]

    def _tariff(self, text: str) -> str:
        if text.rstrip(";") not in TARIFFS:
            raise NotHere(f"is about tariff {text} of a prepared world")
        self.instead[text] = str(self.stock.tariff(TARIFFS[text.rstrip(";")]).id)
        return self.instead[text]


def _step(step: Step, words: _Words) -> Step:
    request = _request(step.request, words)
    return Step(request, _wanted(step.wanted, words), step.times)


def _request(request: Request, words: _Words) -> Request:
    if request.login.name:
        raise NotHere("logs in as an account of a prepared world")
    if request.params.get("filter"):
        raise NotHere("looks for a row of a prepared world")
    if family_of(request.func) not in _KNOWN and "elid" in request.params:
        raise NotHere(f"is about {family_of(request.func)} of a prepared world")
    params = {name: words.parameter(name, text) for name, text in request.params.items()}
    if not changes(request.func, request.params) or request.func.endswith(".order.param"):
        return replace(request, params=params)
    if not any(words.is_ours(request.params.get(name, "")) for name in _NUMBERS):
        raise NotHere("would change the account itself, and not only what was bought for it")
    return replace(request, params=params)


_KNOWN: Final = frozenset({*SERVICES.values(), "service"})


def _wanted(wanted: Wanted, words: _Words) -> Wanted:
    instead = tuple((out, _loose(tree, words)) for out, tree in wanted.instead)
    return Wanted(_loose(wanted.doc, words), wanted.kind, exact=False, instead=instead)


def _loose(node: Node, words: _Words) -> Node:
    """A tree without what only its world makes true; of rows and choices the first is enough."""
    children: list[Node] = []
    for child in node.children:
        if child.name in ("elem", "val") and any(one.name == child.name for one in children):
            continue
        children.append(_loose(child, words))
    attrs = {
        name: text if name in ("name", "type", "object") else _open(text, name, words)
        for name, text in node.attrs.items()
    }
    text = None if node.text is None else _open(node.text, node.name, words)
    return Node(node.name, text, attrs, tuple(children), optional=node.optional)


def _open(text: str, name: str, words: _Words) -> str:
    """A text of an answer, as this seller must have it: kept, put into its words, or left open."""
    old, new = words.echo.get(name, ("", ""))
    if text and text == old:
        return new
    if name == "param":
        found = (here for said, here in words.echo.values() if said == text)
        return next(found, "<any>")
    for old, new in words.instead.items():
        # A key begins with the number of its licence.
        if text == old or (old in SERVICES and text.startswith(f"{old}-")):
            return text.replace(old, new, 1)
    if name in _STATES or name == "orig" or text in _WORDS or text == "<absent>":
        return text
    return _place(text)


def _place(text: str) -> str:
    """Placeholders stay, but for days of its world and for its currency; all else is open."""
    said = list(places(text))
    if not said:
        return "<any>"
    if any(place.spans is not None for place in said):
        return "<date>"
    return _CURRENCY.sub("<text>", text)
