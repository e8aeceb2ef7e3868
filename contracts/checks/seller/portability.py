"""Asks exchanges of the world ``small`` of a seller that has no worlds.

What an exchange says of that world (numbers, names, days, prices) is mapped to this seller
(:mod:`contracts.checks.seller.parameter_mapping`) or left open; what it says of the API (fields,
types of errors, states, echoed parameters) stays. An exchange that makes no sense without its
world is skipped with the reason.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import Final

from contracts.checks.seller.parameter_mapping import ParameterMapping
from contracts.checks.seller.relaxed_expectations import make_optional, relax
from contracts.checks.seller.resources import NotPortable, Resources
from contracts.checks.seller.roles import ANY, FAMILIES, FIXTURE, MAY_OMIT_NUMBER, Role
from contracts.checks.seller.schedule import BASKET, list_requests, pays, uses_basket
from contracts.checks.seller.states import ACTIVE, read_state
from contracts.record.document import Node
from contracts.record.exchange import Exchange, PreparationStep, Request, check_bound
from contracts.record.fields import ExchangeError
from contracts.record.levels import family_of
from contracts.target.purchases import DELETE_ATTEMPTS, read_rows
from contracts.target.replay import replay
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending import changes, find_rule
from contracts.target.spending_guard import CallBlocked
from contracts.verdicts import ASSUMED, Outcome, Verdict

_NEVER_EMPTY: Final = frozenset(
    {"subaccount", "account", "currency", "project", "country", "dashboard.info", "user"}
)
"""Lists that have a row at every seller."""
_FORBIDDEN: Final = {
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
"""What is never done to a real account, by function or family, and why."""
_NUMBER_FIELDS: Final = frozenset({"id", "item.id"})
_UNKNOWN_LOGIN: Final = "nobody"
"""How the logins in exchanges begin that no account has."""


@dataclass(slots=True)
class PortabilityAdapter:
    """Judges exchanges at a seller that is not ours, with the services of ``resources``."""

    seller: Seller
    resources: Resources
    _first: dict[str, Verdict] = field(default_factory=dict)
    """By exchange, the verdict in the format that was judged first."""

    def judge(self, exchange: Exchange, out: str) -> Verdict:
        """One exchange in one format; a format after the first may not cost money again."""
        if exchange.portable:
            return replay(exchange, out, self.seller)
        first = self._first.get(exchange.name)
        if first is not None and (reason := _reason_not_to_repeat(exchange, first)):
            return exchange.verdict(out, Outcome.SKIP, [reason])
        try:
            verdict = self._judge(exchange, out, buys=first is None)
        except (NotPortable, CallBlocked) as reason:
            verdict = exchange.verdict(out, Outcome.SKIP, [str(reason)])
        except CannotRun as problem:
            verdict = exchange.verdict(out, Outcome.ERROR, [str(problem)])
        self._first.setdefault(exchange.name, verdict)
        return verdict

    def _judge(self, exchange: Exchange, out: str, *, buys: bool) -> Verdict:
        requests = list(list_requests(exchange))
        acts = any(changes(request.func, request.params) for request in requests)
        if acts and self.seller.guard.rules.read_only:
            raise NotPortable("not sent: only calls that change nothing may be sent (--read-only)")
        for request in requests:
            _check_cost(exchange, request, self.resources)
        # An assumed exchange can only warn: no second service of a family is bought for it.
        mapping = ParameterMapping(
            self.resources,
            exchange.expected,
            acts,
            pays=exchange.expected.kind != "error" and any(map(pays, requests)),
            buys=buys,
            thrifty=exchange.evidence == ASSUMED,
        )
        adapted = _adapt(exchange, mapping)
        basket = self.resources.basket.open() if any(map(uses_basket, requests)) else nullcontext()
        with basket, self.resources.filters.open(list_requests(adapted)):
            # With requests before it a second attempt would send those twice.
            attempts = 0 if exchange.before else DELETE_ATTEMPTS
            verdict = self.resources.retry_while_busy(
                lambda: replay(adapted, out, self.seller), attempts
            )
        if acts and verdict.outcome is not Outcome.SKIP:
            self.resources.release(exchange.func, frozenset(mapping.services))
        return verdict


def _reason_not_to_repeat(exchange: Exchange, first: Verdict) -> str:
    """Why an exchange is not asked in another format, or an empty text."""
    if not any(map(pays, list_requests(exchange))):
        return ""
    if first.outcome is Outcome.SKIP:
        return first.messages[0]
    is_refused = exchange.expected.kind == "error" and first.outcome is Outcome.PASS
    if is_refused and not exchange.before:
        # A refused call costs nothing, however often it is sent.
        return ""
    return "asked in one format only, since it costs money each time"


def _check_cost(exchange: Exchange, request: Request, resources: Resources) -> None:
    """Raises NotPortable if no money is spent on such a request, or nothing of its kind is ordered.

    An order that waits unpaid may make people work as well.
    """
    family = family_of(request.func)
    orders = request.func.endswith(".order.param") and family in FAMILIES
    is_order = orders and (pays(request) or uses_basket(request))
    if is_order and (reason := resources.explain_manual(family)):
        raise NotPortable(f"is not ordered: {reason}")
    if not pays(request):
        return
    if exchange.evidence != ASSUMED or exchange.expected.kind == "error":
        return
    # It can only warn; but the first order of a family is needed for what follows.
    if not orders or resources.has_ordered(family):
        raise NotPortable("costs money, and is only assumed")


def _adapt(exchange: Exchange, mapping: ParameterMapping) -> Exchange:
    """The exchange about services of this seller. Raises NotPortable or CannotRun."""
    if not mapping.resources.seller.has_account and exchange.request.login.style != "none":
        raise NotPortable("needs an account, and none was given")
    if exchange.world != FIXTURE:
        raise NotPortable(f"is about the world {exchange.world}")
    for request in list_requests(exchange):
        _check_harmless(request, mapping)
    before = tuple(
        PreparationStep(
            mapping.map_request(step.request), relax(step.expected, mapping), step.times
        )
        for step in exchange.before
    )
    request = mapping.map_request(exchange.request)
    try:
        check_bound(before, request)
    except ExchangeError:
        raise NotPortable("needs more rows than every seller has") from None
    count = _check_rows(exchange, request, mapping)
    expected = relax(exchange.expected, mapping, count)
    if request.func.endswith(".order.param") and family_of(request.func) in MAY_OMIT_NUMBER:
        expected = replace(expected, doc=make_optional(expected.doc, _NUMBER_FIELDS))
    return replace(exchange, portable=True, before=before, request=request, expected=expected)


def _check_harmless(request: Request, mapping: ParameterMapping) -> None:
    """Raises NotPortable if a request changes the account itself or needs another account."""
    login, family = request.login.name, family_of(request.func)
    reason = _FORBIDDEN.get(request.func) or _FORBIDDEN.get(family)
    if reason and changes(request.func, request.params):
        raise NotPortable(reason)
    if login and not login.startswith(_UNKNOWN_LOGIN):
        raise NotPortable("logs in as another account of a prepared world")
    if not changes(request.func, request.params):
        return
    is_harmless = (
        request.func.endswith((".order.param", ".order.csr"))
        or request.func in BASKET | {"soft.checkip", "session.newkey"}
        or request.func.endswith(".filter")
        or (request.func.endswith("logon") and request.login.style == "session")
        or (find_rule(request.func) is None and not request.params.get("sok"))
    )
    if not is_harmless and not mapping.is_about_purchase(request):
        raise NotPortable("would change the account itself, and not only what was bought for it")


def _check_rows(exchange: Exchange, request: Request, mapping: ParameterMapping) -> int | None:
    """Makes sure that a list has rows if the exchange has some; the rows that a filter leaves.

    Raises NotPortable if the list is empty.
    """
    resources, func = mapping.resources, request.func
    if exchange.expected.kind != "listing" or exchange.expected.doc.first("elem") is None:
        return None
    family = {"vds.vps": "vds", "vps": "vds"}.get(func, func)
    if family in FAMILIES:
        number = resources.find_service(Role(family, ANY), acts=mapping.acts)
        mapping.uses_own |= str(number) not in resources.seller.guard.purchases.numbers
    if request.params.get("filter") == "on":
        return _count_filtered(request, mapping)
    if func in _NEVER_EMPTY or family in FAMILIES or exchange.before:
        return None
    doc, _ = resources.seller.ask({"func": func, **request.params})
    if doc is not None and doc.first("elem") is None:
        raise NotPortable(f"needs rows in {func}, and the account has none")
    return None


def _count_filtered(request: Request, mapping: ParameterMapping) -> int | None:
    """How many rows a filter has to leave, counted in the whole list before it is asked for."""
    resources = mapping.resources
    criteria = {name: text for name, text in request.params.items() if name != "filter"}
    if request.func in ("item", "service") and "itemtype" in criteria:
        resources.find_service(Role(criteria["itemtype"], ANY), acts=mapping.acts)
    rows = read_rows(resources.seller.ask, request.func)
    if rows is None:
        # A seller without this list says so when the exchange is judged.
        return None
    fitting = [
        row
        for row in rows.values()
        if all(_has(row, name, text) for name, text in criteria.items())
    ]
    if not fitting:
        raise NotPortable(f"the rows of {request.func} do not show {', '.join(criteria)}")
    mapping.uses_own |= any(read_state(row) != ACTIVE for row in fitting)
    return len(fitting)


def _has(row: Node, name: str, text: str) -> bool:
    node = row.first(name)
    return node is not None and (node.attrs.get("orig") or node.text or "") == text
