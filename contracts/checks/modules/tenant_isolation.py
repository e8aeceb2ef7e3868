"""Another customer, who may neither see nor touch what is not theirs.

The number of a module or an order is easily guessed: whoever looks things up by it alone sells one
customer's things to another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Final

from contracts.checks.modules.basket import ORDER, order_of, positions
from contracts.checks.modules.panel import Panel, balance_of, modules_of, same_money
from contracts.checks.modules.pricelist import Offer
from contracts.checks.modules.rules import OTHERS
from contracts.checks.modules.strict_reader import Heard

_FURTHER: Final = "it did not come to this: see --item, --buy and --delete"


class Others:
    """The other customer of the options, if there is one; without one nothing is asked."""

    def __init__(self, panel: Panel) -> None:
        """Look whether the endpoint knows them, and what they have."""
        self._panel = panel
        self._who = panel.options.other_authinfo
        self._balance: Decimal | None = None
        if not self._who:
            panel.sheet.skip_group(OTHERS, "no --other-login was given")
            return
        heard = self._ask("basket", {}, "the other customer's basket")
        panel.sheet.skip_group(OTHERS, _FURTHER)
        if heard.root is None or heard.error is not None:
            told = f"the other login was refused: {heard.refusal or 'the answer cannot be read'}"
            panel.sheet.error(told, "other-basket-closed", seen=(heard.reply.seen,))
            self._who = ""
        else:
            self._balance = balance_of(panel, authinfo=self._who)

    def judge_basket(self, added: Collection[str]) -> None:
        """They neither see the positions of this customer nor take them out."""
        if not self._who:
            return
        seen = self._ask("basket", {}, "the other customer's basket after an order")
        shown = sorted(set(positions(seen)) & set(added))
        for number in added:
            sent = {"id": number, "clicked_button": "delete", "sok": "ok"}
            self._ask("basket", sent, "the other customer takes it out")
        left = self._panel.ask("basket", label="basket after another customer's wish")
        gone = sorted(set(added) - set(positions(left)))
        told = f"the other customer is shown {', '.join(shown) or 'nothing'}"
        told += f", took out {', '.join(gone) or 'nothing'}"
        fine = not shown and not (gone and left.root is not None)
        self._panel.sheet.check("other-basket-closed", fine, told, seen.reply.seen)

    def judge_license(self, offer: Offer) -> None:
        """They order nothing for the license of this customer."""
        if not self._who:
            return
        order = order_of(offer, self._panel.options.license)
        heard = self._ask(ORDER, order, "the other customer orders for this license")
        if heard.root is None:
            return
        told = f"a module for license {order['item']} was ordered by another customer"
        refused = heard.error is not None
        if not self._panel.sheet.check("other-licence-refused", refused, told, heard.reply.seen):
            for number in positions(self._ask("basket", {}, "the other customer's basket")):
                sent = {"id": number, "clicked_button": "delete", "sok": "ok"}
                self._ask("basket", sent, "taking out of the other customer's basket")

    def judge_order(self, number: str) -> None:
        """They are not shown what this customer has to pay."""
        if self._who:
            heard = self._ask(
                "payment.add", {"billorder": number}, "payment.add of another's order"
            )
            self._refused("other-order-closed", f"order {number}", heard)

    def judge_module(self, number: str) -> None:
        """The module of this customer is not theirs in any way."""
        if not self._who:
            return
        sheet, listed = self._panel.sheet, modules_of(self._panel, authinfo=self._who)
        told = f"module {number} is listed to another customer"
        sheet.check("other-modules-hidden", number not in listed, told)
        asked: list[tuple[str, dict[str, str]]] = [
            ("addition.edit", {"elid": number}),
            ("service.prolong", {"elid": number, "period": "1"}),
        ]
        if self._panel.options.delete:
            asked.append(("addition.delete", {"elid": number, "sok": "ok"}))
        for func, sent in asked:
            heard = self._ask(func, sent, f"{func} of another's module")
            if not heard.missed_function:
                self._refused("other-module-closed", f"{func} of module {number}", heard)
        if number not in modules_of(self._panel):
            told = f"module {number} is gone after another customer's wish"
            sheet.broken("other-module-closed", told)

    def judge_balance(self) -> None:
        """What this customer buys, they do not pay."""
        if not self._who:
            return
        now = balance_of(self._panel, authinfo=self._who)
        if self._balance is None or now is None:
            self._panel.sheet.unsupported("subaccount tells no balance", "other-balance-kept")
            return
        told = f"the other customer's balance went from {self._balance} to {now}"
        self._panel.sheet.check("other-balance-kept", same_money(self._balance, now), told)

    def _ask(self, func: str, sent: Mapping[str, str], label: str) -> Heard:
        return self._panel.ask(func, sent, label=label, authinfo=self._who)

    def _refused(self, rule: str, what: str, heard: Heard) -> None:
        if heard.root is None or heard.missed_function:
            self._panel.sheet.skip(f"{what}: no such function, or no answer", rule)
            return
        told = f"{what} was shown or done for another customer"
        self._panel.sheet.check(rule, heard.error is not None, told, heard.reply.seen)
