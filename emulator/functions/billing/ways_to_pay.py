"""The ways to pay, as steps of paying show them: ``methodlist`` and ``payment_currency``.

Source: docs/resale.md section 2.4; docs/evidence.md 108 and 142.
"""

from __future__ import annotations

from decimal import Decimal

from emulator.api.context import Call, Choice, Part
from emulator.api.fields import Amount, Currency, Structure, Text, Whole
from emulator.api.schema import WireSchema
from emulator.domain.billing import topups
from emulator.domain.billing.topups import Method
from emulator.domain.money import ZERO, currency_id, plain, with_currency
from emulator.functions import descriptions

FROM_BALANCE = 0
"""The way of paying that is no payment (documented as ``paymethod_id=0``)."""
BALANCE_BUTTON = "fromsubaccount"
BALANCE_NAME = {"en": "Account balance", "ru": "Баланс лицевого счёта (balance)"}
"""Clients know the row by the word "balance", whatever their language."""
TYPES = {"card": 1, "transfer": 2, "promise": 3}
"""``paymethod_type`` by kind; 0 is the balance (observed), the others are assumed."""
DESCRIPTIONS = {
    "card": {"en": "The money is there at once.", "ru": "Деньги поступают сразу."},
    "transfer": {
        "en": "The money is there once the bank has sent it.",
        "ru": "Деньги поступают после перевода банком.",
    },
}


class MethodRow(WireSchema):
    """One way to pay: a row of ``methodlist``."""

    id = Whole("Number of the way of paying; 0 is the balance.")
    paymethod = Whole("The same as `id`.")
    paymethod_type = Whole("Kind of the way of paying; 0 is the balance.")
    name = Text("Name of the way of paying.")
    desc = Text("What to know about it; of the balance what is there, with its currency.")
    paymethod_currency = Currency("Number of the currency.")
    paymethod_currency_iso = Text(descriptions.CURRENCY)
    payment_minamount = Amount("The least that can be paid by it as a bare number.")
    payment_maxamount = Amount("The most that can be paid by it as a bare number.")
    action = Structure("The button of the form that chooses it: `button` with `name`.")


def method_rows(call: Call, order_total: Decimal | None, kind: str = "") -> list[dict[str, object]]:
    """The rows of ``methodlist``. ``order_total``: what an order costs, None for a mere amount.

    The balance comes first where it covers the order. ``kind``: the only one that is listed.
    """
    methods = topups.list_methods(call.shop, call.user.currency)
    least = ZERO if order_total is None else lacking(call, order_total)
    rows = [_row(call, method, least) for method in methods if kind in ("", method.kind)]
    if order_total is not None and order_total <= call.user.available:
        rows.insert(0, _balance_row(call))
    return rows


def method_choices(call: Call) -> list[Choice]:
    """The select ``paymethod_id``: the balance, and every other way of paying."""
    methods = topups.list_methods(call.shop, call.user.currency)
    balance = Choice(str(FROM_BALANCE), call.words(BALANCE_NAME))
    return [balance, *(Choice(str(method.id), call.words(method.name)) for method in methods)]


def lacking(call: Call, total: Decimal) -> Decimal:
    """What is paid in for an order: what the balance lacks, 0 where it covers it.

    The whole order by the rule ``balance_first`` off.
    """
    if not call.shop.world.rules.balance_first:
        return total
    return max(total - max(call.user.available, ZERO), ZERO)


def currency_choices(call: Call) -> dict[str, list[Choice]]:
    """The select ``payment_currency``: an account pays in its own currency."""
    currency = call.user.currency
    return {"payment_currency": [Choice(str(currency_id(currency)), currency)]}


def _row(call: Call, method: Method, least: Decimal) -> dict[str, object]:
    return {
        "id": str(method.id),
        "paymethod": str(method.id),
        "paymethod_type": str(TYPES.get(method.kind, max(TYPES.values()) + 1)),
        "name": call.words(method.name),
        "desc": call.words(DESCRIPTIONS.get(method.kind, {})),
        **_currency(call),
        "payment_minamount": plain(max(method.minimum, least)),
        "payment_maxamount": plain(method.maximum),
        "action": _button("ok"),
    }


def _balance_row(call: Call) -> dict[str, object]:
    return {
        "id": str(FROM_BALANCE),
        "paymethod": str(FROM_BALANCE),
        "paymethod_type": "0",
        "name": call.words(BALANCE_NAME),
        "desc": with_currency(call.user.balance, call.user.currency),
        **_currency(call),
        "payment_minamount": plain(ZERO),
        "payment_maxamount": plain(call.user.available),
        "action": _button(BALANCE_BUTTON),
    }


def _currency(call: Call) -> dict[str, object]:
    currency = call.user.currency
    return {
        "paymethod_currency": str(currency_id(currency)),
        "paymethod_currency_iso": currency,
    }


def _button(name: str) -> Part:
    return Part("action", parts=[Part("button", attrs={"name": name})])
