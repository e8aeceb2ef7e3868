"""Tenant isolation: another customer may neither see nor change what is not theirs.

The number of a module or an order is easy to guess: an endpoint that looks things up by number
alone gives one customer's things to another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.basket import ORDER, order_params, read_positions
from contracts.checks.modules.panel import Panel, read_balance, read_modules, same_amount
from contracts.checks.modules.price_list import ModuleOffer
from contracts.checks.modules.rule import OTHERS

_NOT_REACHED: Final = "it did not come to this: see --item, --buy and --delete"


@dataclass(frozen=True, slots=True)
class OtherCustomer:
    """The other customer of the options; without ``authinfo`` nothing is judged."""

    panel: Panel
    authinfo: str = ""
    balance: Decimal | None = None

    @classmethod
    def of(cls, panel: Panel) -> OtherCustomer:
        """Look whether the endpoint knows them, and read their balance."""
        login = panel.options.other_authinfo
        if not login:
            panel.results.skip_group(OTHERS, "no --other-login was given")
            return cls(panel)
        answer = panel.ask("basket", {}, label="the other customer's basket", authinfo=login)
        panel.results.skip_group(OTHERS, _NOT_REACHED)
        if answer.root is None or answer.error is not None:
            reason = answer.refusal or "the answer cannot be read"
            message = f"the other login was refused: {reason}"
            panel.results.error(message, "other-basket-closed", proof=(answer.call,))
            return cls(panel)
        return cls(panel, login, read_balance(panel, authinfo=login))

    def ask(self, func: str, params: Mapping[str, str], label: str) -> Answer:
        """Call a function as this customer. Raises CannotRun as `Panel.ask` does."""
        return self.panel.ask(func, params, label=label, authinfo=self.authinfo)


def judge_other_basket(other: OtherCustomer, added: Collection[str]) -> None:
    """Judge whether they see the positions of this customer, or can take them out."""
    if not other.authinfo:
        return
    basket = other.ask("basket", {}, "the other customer's basket after an order")
    shown = ", ".join(sorted(set(read_positions(basket)) & set(added)))
    for number in added:
        params = {"id": number, "clicked_button": "delete", "sok": "ok"}
        other.ask("basket", params, "the other customer takes it out")
    left = other.panel.ask("basket", label="basket after another customer's attempt")
    gone = ", ".join(sorted(set(added) - set(read_positions(left))))
    message = f"the other customer is shown {shown or 'nothing'}, took out {gone or 'nothing'}"
    closed = not shown and not (gone and left.root is not None)
    other.panel.results.check("other-basket-closed", closed, message, basket.call)


def judge_other_license(other: OtherCustomer, offer: ModuleOffer) -> None:
    """Judge whether they can order for the license of this customer; empties their basket."""
    if not other.authinfo:
        return
    params = order_params(offer, other.panel.options.license)
    answer = other.ask(ORDER, params, "the other customer orders for this license")
    if answer.root is None:
        return
    message = f"a module for license {params['item']} was ordered by another customer"
    refused, results = answer.error is not None, other.panel.results
    if not results.check("other-licence-refused", refused, message, answer.call):
        for number in read_positions(other.ask("basket", {}, "the other customer's basket")):
            removal = {"id": number, "clicked_button": "delete", "sok": "ok"}
            other.ask("basket", removal, "taking out of the other customer's basket")


def judge_other_order(other: OtherCustomer, number: str) -> None:
    """Judge whether they are shown what this customer has to pay."""
    if other.authinfo:
        params = {"billorder": number}
        answer = other.ask("payment.add", params, "payment.add of another's order")
        _judge_refused(other, "other-order-closed", f"order {number}", answer)


def judge_other_module(other: OtherCustomer, number: str) -> None:
    """Judge whether they see or can change the module of this customer."""
    if not other.authinfo:
        return
    panel, results = other.panel, other.panel.results
    hidden = number not in read_modules(panel, authinfo=other.authinfo)
    results.check("other-modules-hidden", hidden, f"module {number} is listed to another customer")
    attempts: list[tuple[str, dict[str, str]]] = [
        ("addition.edit", {"elid": number}),
        ("service.prolong", {"elid": number, "period": "1"}),
    ]
    if panel.options.delete:
        attempts.append(("addition.delete", {"elid": number, "sok": "ok"}))
    for func, params in attempts:
        answer = other.ask(func, params, f"{func} of another's module")
        if not answer.lacks_function:
            _judge_refused(other, "other-module-closed", f"{func} of module {number}", answer)
    if number not in read_modules(panel):
        message = f"module {number} is gone after another customer's attempt"
        results.fail("other-module-closed", message)


def judge_other_balance(other: OtherCustomer) -> None:
    """Judge whether what this customer bought was charged to them."""
    if not other.authinfo:
        return
    after, results = read_balance(other.panel, authinfo=other.authinfo), other.panel.results
    if other.balance is None or after is None:
        results.unsupported("subaccount shows no balance", "other-balance-kept")
        return
    message = f"the other customer's balance went from {other.balance} to {after}"
    results.check("other-balance-kept", same_amount(other.balance, after), message)


def _judge_refused(other: OtherCustomer, id: str, subject: str, answer: Answer) -> None:
    if answer.root is None or answer.lacks_function:
        other.panel.results.skip(f"{subject}: no such function, or no answer", id)
        return
    message = f"{subject} was shown or done for another customer"
    other.panel.results.check(id, answer.error is not None, message, answer.call)
