"""One walk through the lives of services: it acts by the document's links, and keeps the books.

After every step must hold: the balance is what was there before, and payments less expenses; a
refusal changed nothing; no service went a way that is not allowed; what is deleted takes no orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from contracts.checks.fuzz.account_state import AccountState, AccountStateError, look
from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.control import WorldControl, at_address
from contracts.checks.fuzz.links import LinkedRequest, followed, links_of
from contracts.checks.fuzz.rules import RuleViolation, find_violations
from contracts.checks.fuzz.state_coverage import (
    ACTIVE,
    DELETED,
    NEW,
    PROCESSING,
    SUSPENDED,
    StateCoverage,
)
from contracts.checks.fuzz.target import FuzzTarget
from contracts.record.writers import as_json
from contracts.verdicts import DOCUMENTED

OPENING: Final = "100000.00"
"""Enough for every walk; what happens without money a walk finds out by emptying the purse."""
AFTERWARDS: Final[Mapping[str, frozenset[int]]] = {
    "suspend": frozenset({SUSPENDED}),
    "resume": frozenset({ACTIVE, PROCESSING}),
}
"""Where a service stands after an action that was not refused."""


class InvariantViolation(Exception):
    """A walk met something that must not be: which rule, and what."""

    def __init__(self, rule: str, told: str) -> None:
        super().__init__(f"{rule}: {told}")
        self.violation = RuleViolation(rule, DOCUMENTED, told)


@dataclass(slots=True)
class OrderedService:
    """A service that this walk ordered: the answer it came with, and where it stands."""

    number: str
    product: str
    answer: Mapping[str, Any]
    state: int = NEW


@dataclass(slots=True)
class Walk:
    """A walk on a bench of our own seller. ``products``: the types it may order."""

    target: FuzzTarget
    coverage: StateCoverage
    products: tuple[str, ...]
    token: str = ""
    services: list[OrderedService] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    """The whole walk for the shell."""
    _books: AccountState = field(
        default_factory=lambda: AccountState(Decimal(), Decimal(), Decimal(), {})
    )
    _orders: int = 0

    def begin(self) -> None:
        """A fresh world, and enough money."""
        self.target.renew()
        self.target.sender.sent.clear()
        self.services.clear()
        self.lines.clear()
        self._orders = 0
        self._control(self._controls().balance(OPENING))
        self._books = self._look()

    def _controls(self) -> WorldControl:
        return WorldControl(self.target.sender.place, self.token)

    def _control(self, line: str) -> None:
        self.lines.append(at_address(line, self.target.sender.address))

    def order(self, product: str, *, basket: bool = False) -> OrderedService | None:
        """Orders one, paid at once or put into the basket; None where it is refused."""
        func = f"{product}.order.param"
        params = self._wish(self.target.declared.functions[func]["example"])
        if basket:
            params = {**params, "clicked_button": "basket", "skipbasket": "off"}
        answer = self._ask(func, params)
        made: OrderedService | None = None
        if answer.error is None and answer.doc is not None:
            told = as_json(answer.doc)
            number = told["doc"].get("id", {}).get("$", "")
            if not number:
                raise InvariantViolation("order-tells-its-number", f"{func}: no id in the answer")
            made = OrderedService(number, product, told)
            self.services.append(made)
        self._settle(func, refused=answer.error)
        return made

    def _wish(self, example: Mapping[str, str]) -> dict[str, str]:
        """The declaration's example for another server or domain each time."""
        self._orders += 1
        own = {"ip": f"198.51.100.{self._orders}", "CN": f"n{self._orders}.example.com"}
        name = example.get("domain", "")
        own["domain"] = f"n{self._orders}.{name}"
        return {**example, **{key: text for key, text in own.items() if key in example}}

    def links(self, service: OrderedService) -> dict[str, Mapping[str, Any]]:
        """The links of the order it came from that lead on by its number."""
        told = links_of(self.target.declared.document, f"{service.product}.order.param")
        return {name: link for name, link in told.items() if name.startswith("id.")}

    def follow(self, service: OrderedService, name: str, **more: str) -> str | None:
        """Follows a link of the order; the type of the refusal, or None.

        What the target wants besides the number is its example's, or the first its form offers.
        """
        step = followed(self.links(service)[name], service.answer)
        if step is None:
            raise InvariantViolation(
                "links-lead-on", f"{name}: the order's answer does not tell the number"
            )
        params = {**self._besides(step), **step.params, **more} if step.submits else step.params
        answer = self._ask(step.func, params)
        if step.submits and service.state == DELETED and answer.error is None:
            raise InvariantViolation(
                "dead-stays-dead", f"{step.func} is taken for {service.number}, deleted"
            )
        verb = step.func.rpartition(".")[2]
        self._settle(step.func, refused=answer.error, looks=not step.submits)
        if (
            answer.error is None
            and step.submits
            and service.state not in AFTERWARDS.get(verb, {service.state})
        ):
            raise InvariantViolation(
                "does-what-it-says", f"{step.func} leaves it in state {service.state}"
            )
        return answer.error

    def _besides(self, step: LinkedRequest) -> dict[str, str]:
        declared = self.target.declared.functions[step.func]
        wanted = {n: t for n, t in declared["example"].items() if n not in ("elid", "sok")}
        if declared["kind"] != "form" or not wanted:
            return wanted
        shown = self.target.sender.ask(step.func, {"elid": step.params.get("elid", "")})
        for one in shown.doc.all("slist") if shown.doc is not None else ():
            offered = [val.attrs.get("key", "") for val in one.all("val")]
            if one.attrs.get("name") in wanted and offered:
                wanted[one.attrs["name"]] = offered[0]
        return wanted

    def pay_basket(self) -> str | None:
        """Pays what waits in the basket from the balance."""
        answer = self._ask("basket", {"sok": "ok", "clicked_button": "free"})
        self._settle("basket", refused=answer.error)
        return answer.error

    def advance(self, span: str) -> None:
        """Lets time pass; what falls due may cost and change."""
        self._control(self._controls().advance(span))
        self._settle("clock", refused=None)

    def purse(self, amount: str) -> None:
        """Puts the balance to an amount."""
        self._control(self._controls().balance(amount))
        self._settle("purse", refused=None)

    def opening(self, reads: int) -> None:
        """Services open at once, or after so many looks."""
        mode = "reads" if reads else "at_once"
        self._control(self._controls().provisioning(mode, reads))

    def _ask(self, func: str, params: Mapping[str, str]) -> AnsweredCall:
        answer = self.target.sender.ask(func, params)
        self.lines.append(self.target.again(answer))
        for violation in find_violations(self.target.declared, func, answer):
            raise InvariantViolation(violation.rule, f"{func}: {violation.told}")
        return answer

    def _look(self) -> AccountState:
        products = dict.fromkeys(service.product for service in self.services)
        try:
            return look(self.target.sender, products)
        except AccountStateError as problem:
            raise InvariantViolation("books-can-be-read", str(problem)) from problem

    def _settle(self, func: str, *, refused: str | None, looks: bool = False) -> None:
        """Reads the books again, and holds them against those before."""
        self.coverage.steps[f"{func} refused" if refused is not None else func] += 1
        before, now = self._books, self._look()
        self._books = now
        if now.difference:
            raise InvariantViolation(
                "balance-is-payments-less-expenses",
                f"after {func}: {now.balance} is not {now.paid_in} - {now.charged}",
            )
        idle = f"{func}, refused with {refused}," if refused is not None else f"{func}, a look,"
        if (refused is not None or looks) and before.balance != now.balance:
            spent = f"took the balance from {before.balance} to {now.balance}"
            raise InvariantViolation("looks-and-refusals-change-nothing", f"{idle} {spent}")
        for service in self.services:
            state = now.states.get(service.number, DELETED)
            went = f"{service.number} from {service.state} to {state}"
            if not self.coverage.went(service.product, service.state, state):
                dead = service.state == DELETED
                rule = "dead-stays-dead" if dead else "states-follow-as-told"
                raise InvariantViolation(rule, f"{func} took {went}")
            # What opens after so many looks opens by a look.
            moved = state != service.state and service.state not in (NEW, PROCESSING)
            if (refused is not None or looks) and moved:
                raise InvariantViolation("looks-and-refusals-change-nothing", f"{idle} took {went}")
            service.state = state
