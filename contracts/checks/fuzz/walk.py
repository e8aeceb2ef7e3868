"""One walk through lives of services: it follows the document's links and checks what must hold.

After every step: the balance is payments less expenses; a read or a refusal changed nothing; every
service made an allowed transition; a deleted service takes no orders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from contracts.checks.fuzz.account_state import (
    AccountState,
    AccountStateError,
    read_account_state,
)
from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.checks import RuleViolation
from contracts.checks.fuzz.control import WorldControl
from contracts.checks.fuzz.rules import find_violations
from contracts.checks.fuzz.state_coverage import (
    ACTIVE,
    DELETED,
    NEW,
    PROCESSING,
    SUSPENDED,
    StateCoverage,
)
from contracts.checks.fuzz.target import FuzzTarget
from contracts.record.writers import to_json

OPENING: Final = "100000.00"
"""The balance at the beginning, enough for every walk."""
AFTERWARDS: Final[Mapping[str, frozenset[int]]] = {
    "suspend": frozenset({SUSPENDED}),
    "resume": frozenset({ACTIVE, PROCESSING}),
}
"""The states that a service may have after an action that was not refused."""
EXPRESSION: Final = "$response.body#/"


class InvariantViolation(Exception):
    """A walk met something that must not be: which rule, and what."""

    def __init__(self, rule: str, message: str) -> None:
        super().__init__(f"{rule}: {message}")
        self.violation = RuleViolation(rule, message)


@dataclass(frozen=True, slots=True)
class LinkedRequest:
    """The request that a link leads to. ``submits``: it is carried out, not only read."""

    func: str
    params: Mapping[str, str]
    submits: bool


def list_links(document: Mapping[str, Any], func: str) -> dict[str, Mapping[str, Any]]:
    """The links of a function's answer in an OpenAPI document, by name."""
    components = document["components"]
    names = components["responses"][func].get("links", {})
    return {name: components["links"][name] for name in names}


def follow_link(link: Mapping[str, Any], answer: Mapping[str, Any]) -> LinkedRequest | None:
    """The request that a link makes of an answer in json; None where the answer lacks a value."""
    submits = "requestBody" in link
    template: Mapping[str, str] = link["requestBody"] if submits else link["parameters"]
    params: dict[str, str] = {}
    for name, text in template.items():
        value = _evaluate(text, answer) if text.startswith(EXPRESSION) else text
        if value is None:
            return None
        params[name] = value
    return LinkedRequest(link["operationId"].removesuffix(".post"), params, submits)


def _evaluate(expression: str, answer: Any) -> str | None:  # noqa: ANN401 - JSON
    value = answer
    for key in expression.removeprefix(EXPRESSION).split("/"):
        try:
            value = value[int(key) if isinstance(value, list) else key]
        except (KeyError, IndexError, ValueError, TypeError):
            return None
    return value if isinstance(value, str) else None


@dataclass(slots=True)
class OrderedService:
    """A service that this walk ordered: the answer to its order, and its present state."""

    number: str
    product: str
    answer: Mapping[str, Any]
    state: int = NEW


@dataclass(slots=True)
class Walk:
    """A walk at our own seller. ``products``: the types it may order.

    Every step raises InvariantViolation where a rule
    does not hold, and CannotRun where the seller or its control API does not answer.
    """

    target: FuzzTarget
    coverage: StateCoverage
    products: tuple[str, ...]
    token: str = ""
    services: list[OrderedService] = field(default_factory=list)
    _lines: list[str] = field(default_factory=list)
    _written: int = 0
    """How many of the calls that were sent are among the lines."""
    _state: AccountState = field(default_factory=lambda: AccountState(Decimal(), Decimal(), {}, {}))
    _orders: int = 0

    def begin(self) -> None:
        """Resets the world and gives the account enough money."""
        self.target.renew()
        self.target.sender.sent.clear()
        self.services.clear()
        self._lines.clear()
        self._written = 0
        self._orders = 0
        self._add_line(self._control().set_balance(OPENING))
        self._state = self._read_state()

    def list_lines(self) -> tuple[str, ...]:
        """The whole walk for the shell: every call of it, in a world of its own."""
        sender = self.target.sender
        calls = sender.sent[self._written :]
        self._written = len(sender.sent)
        self._lines += [self.target.format_curl(call, sender.place.address) for call in calls]
        return tuple(self._lines)

    def _control(self) -> WorldControl:
        return WorldControl(self.target.sender.place, self.token)

    def _add_line(self, line: str) -> None:
        self.list_lines()
        self._lines.append(line)

    def charged(self, service: OrderedService) -> Decimal:
        """What the account was charged for a service so far."""
        return self._state.charges.get(service.number, Decimal())

    def order(
        self, product: str, *, basket: bool = False, **overrides: str
    ) -> OrderedService | None:
        """Orders a service, paid at once or put into the basket; None where it is refused.

        ``overrides`` replace parameters of the declaration's example. Raises InvariantViolation and
        CannotRun, as every step does.
        """
        func = f"{product}.order.param"
        params = {**self._vary(self.target.declared.functions[func]["example"]), **overrides}
        if basket:
            params = {**params, "clicked_button": "basket", "skipbasket": "off"}
        answer = self._call(func, params)
        service: OrderedService | None = None
        if answer.error is None and answer.doc is not None:
            number = answer.doc.text_of("id")
            if not number:
                raise InvariantViolation("order-tells-its-number", f"{func}: no id in the answer")
            service = OrderedService(number, product, to_json(answer.doc))
            self.services.append(service)
        self._check(func, refused=answer.error)
        return service

    def _vary(self, example: Mapping[str, str]) -> dict[str, str]:
        """The declaration's example, for another server or domain each time."""
        self._orders += 1
        own = {
            "ip": f"198.51.100.{self._orders}",
            "CN": f"n{self._orders}.example.com",
            "domain": f"n{self._orders}-{example.get('domain', '')}",
        }
        return {**example, **{name: text for name, text in own.items() if name in example}}

    def links(self, service: OrderedService) -> dict[str, Mapping[str, Any]]:
        """The links of the service's order that lead on by its number."""
        links = list_links(self.target.declared.document, f"{service.product}.order.param")
        return {name: link for name, link in links.items() if name.startswith("id.")}

    def follow(self, service: OrderedService, name: str, **overrides: str) -> str | None:
        """Follows a link of the order; returns the type of the error, or None.

        A parameter that the target needs beside the number is its example's, or the first choice
        of its form. Raises InvariantViolation and CannotRun.
        """
        request = follow_link(self.links(service)[name], service.answer)
        if request is None:
            message = f"{name}: the order's answer does not have the number"
            raise InvariantViolation("links-lead-on", message)
        params = request.params
        if request.submits:
            params = {**self._further_params(request), **params, **overrides}
        answer = self._call(request.func, params)
        accepted = answer.error is None and request.submits
        if accepted and service.state == DELETED:
            message = f"{request.func} is taken for {service.number}, deleted"
            raise InvariantViolation("dead-stays-dead", message)
        self._check(request.func, refused=answer.error, reads=not request.submits)
        states = AFTERWARDS.get(request.func.rpartition(".")[2], {service.state})
        if accepted and service.state not in states:
            message = f"{request.func} leaves it in state {service.state}"
            raise InvariantViolation("does-what-it-says", message)
        return answer.error

    def _further_params(self, request: LinkedRequest) -> dict[str, str]:
        declared = self.target.declared.functions[request.func]
        params = {n: t for n, t in declared["example"].items() if n not in ("elid", "sok")}
        if declared["kind"] != "form" or not params:
            return params
        form = self.target.sender.call(request.func, {"elid": request.params.get("elid", "")})
        for select in form.doc.all("slist") if form.doc is not None else ():
            choices = [val.attrs.get("key", "") for val in select.all("val")]
            if select.attrs.get("name") in params and choices:
                params[select.attrs["name"]] = choices[0]
        return params

    def pay_basket(self) -> str | None:
        """Pays for the basket from the balance; returns the type of the error, or None."""
        answer = self._call("basket", {"sok": "ok", "clicked_button": "free"})
        self._check("basket", refused=answer.error)
        return answer.error

    def advance(self, span: str) -> None:
        """Moves the clock; due events may cost money and change states."""
        self._add_line(self._control().advance(span))
        self._check("clock", refused=None)

    def set_balance(self, amount: str) -> None:
        """Sets the account's balance."""
        self._add_line(self._control().set_balance(amount))
        self._check("purse", refused=None)

    def set_provisioning(self, reads: int) -> None:
        """Lets services be ready at once (0), or after so many reads."""
        mode = "reads" if reads else "at_once"
        self._add_line(self._control().set_provisioning(mode, reads))

    def _call(self, func: str, params: Mapping[str, str]) -> AnsweredCall:
        answer = self.target.sender.call(func, params)
        for violation in find_violations(self.target.declared, func, answer):
            raise InvariantViolation(violation.rule, f"{func}: {violation.message}")
        return answer

    def _read_state(self) -> AccountState:
        products = dict.fromkeys(service.product for service in self.services)
        try:
            return read_account_state(self.target.sender, products)
        except AccountStateError as problem:
            raise InvariantViolation("books-can-be-read", str(problem)) from problem

    def _check(self, func: str, *, refused: str | None, reads: bool = False) -> None:
        """Reads the account's state and compares it with the one before the step."""
        self.coverage.steps[func if refused is None else f"{func} refused"] += 1
        before, now = self._state, self._read_state()
        self._state = now
        if now.discrepancy:
            raise InvariantViolation(
                "balance-is-payments-less-expenses",
                f"after {func}: {now.balance} is not {now.paid_in} - {now.charged}",
            )
        idle = ""
        if refused is not None or reads:
            idle = f"{func}, a read," if refused is None else f"{func}, refused with {refused},"
        if idle and before.balance != now.balance:
            change = f"took the balance from {before.balance} to {now.balance}"
            raise InvariantViolation("looks-and-refusals-change-nothing", f"{idle} {change}")
        for service in self.services:
            self._check_service(service, now.states.get(service.number, DELETED), func, idle)

    def _check_service(self, service: OrderedService, state: int, func: str, idle: str) -> None:
        """``idle``: a step that may change nothing, in words; empty for any other."""
        change = f"{service.number} from {service.state} to {state}"
        if not self.coverage.add_transition(service.product, service.state, state):
            rule = "dead-stays-dead" if service.state == DELETED else "states-follow-as-told"
            raise InvariantViolation(rule, f"{func} took {change}")
        # A service that is ready after so many reads becomes active by a read.
        if idle and state != service.state and service.state not in (NEW, PROCESSING):
            raise InvariantViolation("looks-and-refusals-change-nothing", f"{idle} took {change}")
        service.state = state
