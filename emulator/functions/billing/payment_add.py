"""``payment.add`` and its next steps, from the amount to the page on which it is paid.

Source: docs/resale.md section 2.4, docs/wire.md section 6; docs/evidence.md 37, 107, 108, 142
and 166.
Observed: ``ok`` is ``func=order`` where nothing is left to pay, else the address of the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Amount, Currency, Id, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import profiles
from emulator.domain.billing import checkout, orders, payments, topups
from emulator.domain.billing.topups import Method, Payment
from emulator.domain.money import ZERO, plain, with_currency
from emulator.errors import AccessDenied, ApiError, BadValue, Missed, NotEnoughMoney
from emulator.functions.account.profile import NewProfile, PayerDetails, keep_payer
from emulator.functions.billing import ways_to_pay
from emulator.functions.billing.ways_to_pay import BALANCE_BUTTON, FROM_BALANCE, MethodRow
from emulator.functions.form_parts import numbers_of

SOURCE = "docs/resale.md section 2.4, docs/wire.md section 6"
FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, NotEnoughMoney, AccessDenied)
PAGE = "/pay/"
TO_THE_PAGE = "payment.add.redirect"
NEW_PAYER = "add_new"
"""In place of a payer's number: one is made (observed)."""
PAYMENT = "Number of a payment that was begun."
FAMILY = Family("payment", {"en": "Payments", "ru": "Платежи"}, SOURCE, Evidence.OBSERVED)


class AmountParameters(WireSchema):
    """What is to be paid: an order of the basket, a payment that was begun, or an amount."""

    billorder = Whole("Number of the unpaid order in the basket that is to be paid.")
    payment_id = Id("Number of a payment that was begun, to pay its amount.", entity="payment")
    amount = Amount(
        "Amount to pay in. Beside an order it may be more than what is lacking, never less."
    )
    payment_currency = Currency(
        "Currency of the payment, by its number or its ISO code; any but the account's is refused."
    )


class PayerNumber(Id):
    """The number of a payer, or the word for one that is made of what is sent beside it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if value.strip() == NEW_PAYER:
            return NEW_PAYER
        return super()._deserialize(value, attr, data, **kwargs)


class MethodParameters(NewProfile, AmountParameters):
    """What is to be paid, with the way of paying, both of whose names are in use, and the payer."""

    paymethod = Whole("Number of the way of paying; 0 is the balance.")
    paymethod_id = Whole("Number of the way of paying, where `paymethod` is not sent.")
    profile = PayerNumber(
        "Number of the payer in whose name it is paid; `add_new` is a new one, whose fields are"
        " those of `profile.edit`.",
        entity="profile",
    )


class PaymentParameters(WireSchema):
    """A payment that was begun; its key replaces a login."""

    elid = Id("Number of the payment, where `payment_id` is not sent.", entity="payment")
    payment_id = Id(PAYMENT, entity="payment")
    key = Text("Key of the payment, from the query in `ok`; replaces a login.")


class PaymentOrMethodParameters(PaymentParameters, MethodParameters):
    """A payment that was begun, or what is to be paid with the way of paying."""


class PaymentForm(WireSchema):
    """What the steps show, and what a submit answers."""

    id = Whole(PAYMENT)
    billorder = Whole("Number of the order that is paid; empty for a mere amount.")
    payment_id = Whole("The same as `id`.")
    amount = Amount("What is to be paid as a bare number.")
    payment_currency = Currency("Number of the account's currency.")
    paymethod = Whole("Number of the way of paying, as it was sent.")
    profile = Whole("Number of the payer, as it was sent.")
    paymethod_name = Text("Internal name of the way of paying.")
    status = Whole("State of the payment: 1 new, 2 in progress, 4 credited, 9 cancelled.")
    orderinfo = Sum("What is to be paid with its currency.")
    url = Text("Path of the page on which it is paid; empty once it is not needed any more.")


SHOWN = frozenset(PaymentForm().wire_fields)
PAYER_FIELDS = frozenset(PayerDetails().wire_fields)


@FAMILY.form(
    "payment.add",
    takes=MethodParameters,
    returns=PaymentForm,
    tables={"methodlist": MethodRow},
    fails=FAILS,
    example={"amount": "10.00"},
    next_step="payment.add.method",
)
def show_amount(call: Call, **sent: object) -> FormAnswer:
    """What is to be paid, and ``methodlist``, the ways to pay it; submitted it begins a payment.

    Submitted it answers as `payment.add.method`.
    """
    return _form(call, sent)


@FAMILY.form(
    "payment.add.method",
    takes=MethodParameters,
    returns=PaymentForm,
    tables={"methodlist": MethodRow},
    fails=FAILS,
    # Without sok: the key of a payment is another each time.
    example={"amount": "10.00", "paymethod": "1"},
)
def show_method(call: Call, **sent: object) -> FormAnswer:
    """Begins a payment; an order that the balance covers is paid from it at once.

    ``paymethod=0`` and the button ``fromsubaccount`` are the balance, without ``paymethod`` the
    first of ``methodlist`` counts. By the rule ``balance_first`` off a card or a transfer pays the
    whole order. ``ok`` is ``func=order`` where nothing is left to pay, else the
    address of the payment page.
    """
    return _form(call, sent)


def begin_payment(call: Call, **sent: object) -> ActionResult:
    """Pays an order from the balance where that suffices, else begins a payment.

    A payment that was begun is taken up again, by another way of paying if one is sent. Raises
    BadValue for an unknown way of paying, for another currency, or without an amount.
    """
    _check_currency(call, sent)
    payer = _payer(call, sent)
    if "payment_id" in sent:
        return lead_to_page(call, _taken_up(call, sent))
    if orders.is_paid(call.shop, call.user, _number(sent, "billorder")):
        return _pay_from_balance(call, sent)
    total, number = _order_total(call, sent), _method_number(sent)
    if total is not None and number == FROM_BALANCE:
        return _pay_from_balance(call, sent)
    method = _method(call, sent)
    by_balance = call.shop.world.rules.balance_first or number is None
    if by_balance and total is not None and total <= call.user.available:
        return _pay_from_balance(call, sent)
    return lead_to_page(
        call,
        topups.start(
            call.shop,
            call.user,
            method,
            _sum_to_pay(call, sent, total, method),
            _number(sent, "billorder"),
            payer,
        ),
    )


def pay_order_by_balance(call: Call, **sent: object) -> ActionResult:
    """Pays an order from the balance. Raises BadValue without an order, Missed, NotEnoughMoney."""
    _check_currency(call, sent)
    _payer(call, sent)
    if "billorder" not in sent:
        raise BadValue.empty("billorder")
    return _pay_from_balance(call, sent)


def _pay_from_balance(call: Call, sent: Mapping[str, object]) -> ActionResult:
    """An order that is paid already is answered the same: a client repeats a lost call."""
    paid = checkout.pay(call.shop, call.user, _number(sent, "billorder"))
    return ActionResult({"billorder": paid} if paid else {}, ok="func=order", ok_type="list")


@FAMILY.form(
    "payment.add.pay",
    takes=PaymentOrMethodParameters,
    returns=PaymentForm,
    tables={"methodlist": MethodRow},
    fails=FAILS,
    example={"payment_id": "1"},
)
def show_payment(call: Call, **sent: object) -> FormAnswer:
    """One payment and where it is paid; or, before there is one, what is to be paid and how."""
    if _names_payment(sent):
        return FormAnswer(_fields(_owned(call, sent)), slists=ways_to_pay.currency_choices(call))
    return _form(call, sent)


@show_payment.on_submit
def follow_payment(call: Call, **sent: object) -> ActionResult:
    """Leads to the page of the payment, or begins one."""
    if _names_payment(sent):
        _check_currency(call, sent)
        return lead_to_page(call, _taken_up(call, sent))
    return begin_payment(call, **sent)


for form in (show_amount, show_method, show_payment):
    form.on_button(BALANCE_BUTTON)(pay_order_by_balance)
for form in (show_amount, show_method):
    form.on_submit(begin_payment)


def _names_payment(sent: Mapping[str, object]) -> bool:
    """Whether a payment is meant: by its number or key, or because nothing else is sent."""
    return not sent.keys() & {"billorder", "amount"} or bool(
        sent.keys() & {"payment_id", "elid", "key"}
    )


@FAMILY.form(
    "payment.add.redirect",
    takes=PaymentParameters,
    returns=PaymentForm,
    fails=FAILS,
    example={"payment_id": "1"},
    public=True,
)
def show_redirect(call: Call, **sent: object) -> FormAnswer:
    """Leads a browser to the page of a payment; the payment's key replaces a login."""
    return FormAnswer(_fields(_owned(call, sent)))


@show_redirect.on_submit
def redirect(call: Call, **sent: object) -> ActionResult:
    """Leads to the page of the payment."""
    return lead_to_page(call, _owned(call, sent))


@FAMILY.action(
    "payment.delete",
    takes=numbers_of("payments", "payment"),
    elids="elid",
    fails=(Missed, AccessDenied),
    source="docs/wire.md sections 5 and 6",
)
def cancel_payments(call: Call, elid: int) -> ActionResult:
    """Cancels payments that were begun; credited and other payments are AccessDenied, ``access``.

    A number that is no payment is Missed, ``missed``.
    """
    payment = topups.find(call.shop, elid)
    if payment is None:
        raise Missed("payment", str(elid))
    if payment.account_id != call.user.id or payment.status not in topups.OPEN:
        # A client area goes through the parameters of this refusal, so there are several.
        raise AccessDenied("payment.delete", object="payment")
    topups.move(call.shop, payment, topups.CANCELLED)
    return ActionResult()


def _form(call: Call, sent: Mapping[str, object]) -> FormAnswer:
    """What is to be paid with the ways to pay it. Raises Missed for an order or a payment."""
    _check_currency(call, sent)
    total = _order_total(call, sent)
    amount = sent.get("amount")
    if amount is None and total is not None:
        amount = total if _method_number(sent) == FROM_BALANCE else _least(call, sent, total)
    shown = {name: value for name, value in sent.items() if name in SHOWN and value != NEW_PAYER}
    if "payment_id" in sent:
        shown = {**_fields(_owned(call, sent)), **shown}
        amount = shown["amount"]
    shown |= {"amount": amount, "payment_currency": call.user.currency}
    return FormAnswer(
        shown,
        slists=ways_to_pay.currency_choices(call),
        lists={"methodlist": ways_to_pay.method_rows(call, total)},
    )


def _number(sent: Mapping[str, object], name: str) -> int | None:
    number = sent.get(name)
    return number if isinstance(number, int) else None


def _check_currency(call: Call, sent: Mapping[str, object]) -> None:
    if sent.get("payment_currency", call.user.currency) != call.user.currency:
        raise BadValue("payment_currency", call.params["payment_currency"])


def _payer(call: Call, sent: Mapping[str, object]) -> int | None:
    """Number of the payer that was sent, or that is made. Raises Missed for one of others."""
    if sent.get("profile") == NEW_PAYER:
        return _new_payer(call, sent)
    number = _number(sent, "profile")
    return None if number is None else profiles.own(call.shop, call.user, number).id


def _new_payer(call: Call, sent: Mapping[str, Any]) -> int:
    """Number of the payer made of what was sent, or of an equal one that the account has."""
    details = {name: value for name, value in sent.items() if name in PAYER_FIELDS}
    return keep_payer(call, sent.get("profiletype"), sent.get("name"), details).id


def _order_total(call: Call, sent: Mapping[str, object]) -> Decimal | None:
    """What is to be paid for the order, None where none is sent. Raises Missed."""
    order = _number(sent, "billorder")
    if order is None:
        return None
    if orders.is_paid(call.shop, call.user, order):
        return ZERO
    basket = orders.require_basket(call.shop, call.user, order)
    if basket is None:
        raise Missed("billorder", str(order))
    return basket.total


def _method_number(sent: Mapping[str, object]) -> int | None:
    number = _number(sent, "paymethod")
    return _number(sent, "paymethod_id") if number is None else number


def _method(call: Call, sent: Mapping[str, object]) -> Method:
    """The way of paying that was sent, or the first (assumed).

    Raises BadValue with the name under which it was sent.
    """
    number = _method_number(sent)
    if number is None:
        return topups.list_methods(call.shop, call.user.currency)[0]
    name = "paymethod" if "paymethod" in sent else "paymethod_id"
    return topups.find_method(call.shop, call.user.currency, number, name)


def _sum_to_pay(
    call: Call, sent: Mapping[str, object], total: Decimal | None, method: Method
) -> Decimal:
    """The amount that was sent, or what the order lacks and the method takes at least.

    Raises BadValue without any, and for less than what is lacking.
    """
    amount = sent.get("amount")
    lacking = ZERO if total is None else ways_to_pay.lacking(call, total)
    if isinstance(amount, Decimal):
        if amount < lacking:
            limits = {"minimum": plain(lacking), "maximum": plain(method.maximum)}
            raise BadValue("amount", plain(amount), desc="between", params=limits)
        return amount
    if total is None:
        raise BadValue.empty("amount")
    return max(lacking, method.minimum)


def _least(call: Call, sent: Mapping[str, object], total: Decimal) -> Decimal:
    """What is paid for an order if no amount is sent. Raises BadValue for a way of paying."""
    lacking = ways_to_pay.lacking(call, total)
    return max(lacking, _method(call, sent).minimum) if lacking else total


def _taken_up(call: Call, sent: Mapping[str, object]) -> Payment:
    """A payment that was begun, by the way of paying and for the payer that were sent with it.

    Raises BadValue for another amount or order than the payment's own.
    """
    payment = _owned(call, sent)
    for name, own in (("amount", payment.amount), ("billorder", payment.order_id)):
        if name in sent and sent[name] != own:
            raise BadValue(name, call.params[name])
    method = None if _method_number(sent) is None else _method(call, sent)
    payer = _payer(call, sent)
    if payment.status not in topups.OPEN:
        return payment
    return topups.change(call.shop, payment, method, payer)


def _owned(call: Call, sent: Mapping[str, object]) -> Payment:
    """The caller's payment, or the one whose key was sent. Raises Missed, or AccessDenied."""
    number = sent.get("payment_id", sent.get("elid"))
    key = sent.get("key")
    if isinstance(key, str) and key:
        payment = topups.find_by_token(call.shop, key)
        if payment is None:
            raise Missed("payment", str(number or ""))
        return payment
    if call.account is None:
        raise AccessDenied(call.func)
    payment = topups.find(call.shop, number) if isinstance(number, int) else None
    if payment is None or payment.account_id != call.user.id:
        raise Missed("payment", str(number or ""))
    return payment


def _fields(payment: Payment) -> dict[str, object]:
    return {
        "id": payment.id,
        "billorder": payment.order_id or "",
        "payment_id": payment.id,
        "amount": payment.amount,
        "payment_currency": payment.currency,
        "paymethod_name": payment.method,
        "profile": payment.profile_id or "",
        "status": payment.status,
        "orderinfo": with_currency(payment.amount, payment.currency),
        "url": f"{PAGE}{payment.token}" if payment.token else "",
    }


def lead_to_page(call: Call, payment: Payment) -> ActionResult:
    """Where the browser goes next: to the payment page, or to the list once it is paid."""
    fields = _fields(payment)
    if payment.token is None or payment.status in payments.MONEY_IS_IN:
        return ActionResult(fields, ok="func=payment", ok_type="list")
    call.secrets.append(payment.token)
    query = {"func": TO_THE_PAGE, "payment_id": payment.id, "key": payment.token}
    return ActionResult(fields, ok=f"/billmgr?{urlencode(query)}", ok_type="url")
