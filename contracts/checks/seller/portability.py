"""Exchanges of the world ``small``, asked of a seller that has no worlds.

What an exchange says of that world (numbers, names, days, prices) is replaced by what plays its
part here (:mod:`contracts.checks.seller.parameter_mapping`), or left open; what it says of the
API (fields, types of errors, states, what is echoed) stays. An exchange that cannot be told without
its world is skipped, with the reason.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Final

from contracts.checks.seller.parameter_mapping import Words
from contracts.checks.seller.relaxed_expectations import loosened, may_lack
from contracts.checks.seller.resources import NotHere, Stock
from contracts.checks.seller.roles import ANY, FAMILIES, FIXTURE, UNTOLD, Part
from contracts.checks.seller.schedule import BASKET, pays, requests_of, waits_to_be_paid
from contracts.checks.seller.states import ACTIVE, state_of
from contracts.record.document import Node
from contracts.record.exchange import Exchange, Request, Step, check_bound
from contracts.record.fields import ExchangeError
from contracts.record.levels import family_of
from contracts.target.purchases import DELETE_ATTEMPTS, read_rows
from contracts.target.replay import replay
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending import changes, find_rule
from contracts.target.spending_guard import CallBlocked
from contracts.verdicts import ASSUMED, Outcome, Verdict

_ALWAYS: Final = frozenset(
    {"subaccount", "account", "currency", "project", "country", "dashboard.info", "user"}
)
"""Lists that have a row at any seller."""
_TO_PEOPLE: Final = {
    "clientticket.edit": "would write to people at the seller",
    "payment": "would make out a payment, or take one back",
    "profile": "would change who pays",
    "user": "would change who may log in",
    "usrparam": "would change settings of the account",
    "register": "would open an account",
    "recovery": "would write to somebody",
    "totp": "needs an account with a second factor",
    "coupon": "names what only a prepared account has",
}
"""What is not done to an account that somebody uses, by function or family."""
_NUMBERS_TOLD: Final = frozenset({"id", "item.id"})
_NOBODY: Final = "nobody"
"""How logins on record begin that nobody has."""


@dataclass(slots=True)
class Mover:
    """Asks exchanges of a foreign seller; what they use up is given up by ``stock``."""

    seller: Seller
    stock: Stock
    _first: dict[str, Verdict] = field(default_factory=dict)
    """What an exchange came to in the format it was asked in first."""

    def ask(self, exchange: Exchange, out: str) -> Verdict:
        """One exchange in one format, as far as it costs no more in another than in the first."""
        if exchange.portable:
            return replay(exchange, out, self.seller)
        first = self._first.get(exchange.name)
        if first is not None and (reason := _once(exchange, first)):
            return _verdict(exchange, out, Outcome.SKIP, reason)
        try:
            verdict = self._asked(exchange, out, buys=first is None)
        except (NotHere, CallBlocked) as reason:
            verdict = _verdict(exchange, out, Outcome.SKIP, str(reason))
        except CannotRun as problem:
            verdict = _verdict(exchange, out, Outcome.ERROR, str(problem))
        self._first.setdefault(exchange.name, verdict)
        return verdict

    def _asked(self, exchange: Exchange, out: str, *, buys: bool) -> Verdict:
        acts = any(changes(one.func, one.params) for one in requests_of(exchange))
        if acts and self.seller.guard.rules.read_only:
            raise NotHere("not sent: only what changes nothing may be sent (--read-only)")
        for request in requests_of(exchange):
            _check_cost(exchange, request, self.stock)
        # What is only assumed could only warn: no second service of a family is bought for it.
        words = Words(
            self.stock,
            exchange.expected,
            acts,
            pays=exchange.expected.kind != "error" and any(map(pays, requests_of(exchange))),
            buys=buys,
            thrifty=exchange.evidence == ASSUMED,
        )
        moved = _moved(exchange, words)
        waits = any(map(waits_to_be_paid, requests_of(exchange)))
        with self.stock.baskets.opened() if waits else nullcontext():
            # What goes before it would be done twice.
            again = 0 if exchange.before else DELETE_ATTEMPTS
            verdict = self.stock.patiently(lambda: replay(moved, out, self.seller), again)
        if acts and verdict.outcome is not Outcome.SKIP:
            self.stock.settle(exchange.func, frozenset(words.touched))
        return verdict


def _once(exchange: Exchange, first: Verdict) -> str:
    """Why it is not asked in another format, or nothing."""
    if not any(map(pays, requests_of(exchange))):
        return ""
    if first.outcome is Outcome.SKIP:
        return first.messages[0]
    if exchange.expected.kind == "error" and first.outcome is Outcome.PASS and not exchange.before:
        # What is refused costs nothing, however often it is asked.
        return ""
    return "asked in one format only, since it costs money each time"


def _check_cost(exchange: Exchange, request: Request, stock: Stock) -> None:
    """Raises NotHere where no money is spent on a request, and nothing of its kind is ordered.

    An order that waits unpaid may set people to work as well: somebody calls and asks.
    """
    family = family_of(request.func)
    orders = request.func.endswith(".order.param") and family in FAMILIES
    ordered = orders and (pays(request) or waits_to_be_paid(request))
    if ordered and (reason := stock.by_hand(family)):
        raise NotHere(f"is not ordered: {reason}")
    if not pays(request):
        return
    if exchange.evidence != ASSUMED or exchange.expected.kind == "error":
        return
    # It could only warn; but the first order of a family is needed for what follows.
    if not orders or stock.has_had(family):
        raise NotHere("costs money, and is only assumed")


def _verdict(exchange: Exchange, out: str, outcome: Outcome, told: str) -> Verdict:
    return Verdict(exchange.name, out, outcome, exchange.evidence, (told,), source=exchange.source)


def _moved(exchange: Exchange, words: Words) -> Exchange:
    """The same exchange about what is here. Raises NotHere, CannotRun."""
    seller = words.stock.seller
    if not seller.has_account and exchange.request.login.style != "none":
        raise NotHere("needs an account, and none was given")
    if exchange.world != FIXTURE:
        raise NotHere(f"is about the world {exchange.world}")
    for request in requests_of(exchange):
        _check(request, words)
    before = tuple(
        Step(words.request(step.request), loosened(step.expected, words), step.times)
        for step in exchange.before
    )
    request = words.request(exchange.request)
    try:
        check_bound(before, request)
    except ExchangeError:
        raise NotHere("needs more rows than every seller has") from None
    count = _check_rows(exchange, request, words)
    expected = loosened(exchange.expected, words, count)
    if request.func.endswith(".order.param") and family_of(request.func) in UNTOLD:
        expected = replace(expected, doc=may_lack(expected.doc, _NUMBERS_TOLD))
    return replace(exchange, portable=True, before=before, request=request, expected=expected)


def _check(request: Request, words: Words) -> None:
    """Raises NotHere where it would do something to the account itself, or needs another one."""
    login, family = request.login.name, family_of(request.func)
    reason = _TO_PEOPLE.get(request.func) or _TO_PEOPLE.get(family)
    if reason and changes(request.func, request.params):
        raise NotHere(reason)
    if login and not login.startswith(_NOBODY):
        raise NotHere("logs in as another account of a prepared world")
    if not changes(request.func, request.params):
        return
    free = (
        request.func.endswith((".order.param", ".order.csr"))
        or request.func in BASKET | {"soft.checkip", "session.newkey"}
        or (request.func.endswith((".filter", "logon")) and request.login.style == "session")
        or (find_rule(request.func) is None and not request.params.get("sok"))
    )
    if not free and not words.is_ours(request):
        raise NotHere("would change the account itself, and not only what was bought for it")


def _check_rows(exchange: Exchange, request: Request, words: Words) -> int | None:
    """Sees to it that there are rows where the record has some; how many a filter leaves."""
    expected, func = exchange.expected.doc, request.func
    if exchange.expected.kind != "listing" or expected.first("elem") is None:
        return None
    family = {"vds.vps": "vds", "vps": "vds"}.get(func, func)
    if family in FAMILIES:
        number = words.stock.number(Part(family, ANY), acts=words.acts)
        words.owned |= str(number) not in words.stock.seller.guard.purchases.numbers
    if request.params.get("filter"):
        return _filtered(request, words)
    if func in _ALWAYS or family in FAMILIES or exchange.before:
        return None
    asked = {"func": func, **request.params}
    doc, _ = words.stock.seller.ask(asked)
    if doc is not None and doc.first("elem") is None:
        raise NotHere(f"needs rows in {func}, and the account has none")
    return None


def _filtered(request: Request, words: Words) -> int | None:
    """How many rows there have to be: counted in the whole list, before it is asked."""
    said = {name: text for name, text in request.params.items() if name != "filter"}
    if request.func in ("item", "service") and "itemtype" in said:
        part = Part(said["itemtype"], ANY)
        words.stock.number(part, acts=words.acts)
    rows = read_rows(words.stock.seller.ask, request.func)
    if rows is None:
        # Whoever has no such list says so when it is asked.
        return None
    fitting = [row for row in rows.values() if all(_is(row, *one) for one in said.items())]
    if not fitting:
        raise NotHere(f"the rows of {request.func} do not tell {', '.join(said)}")
    words.owned |= any(state_of(row) != ACTIVE for row in fitting)
    return len(fitting)


def _is(row: Node, name: str, text: str) -> bool:
    told = row.first(name)
    return told is not None and (told.attrs.get("orig") or told.text or "") == text
