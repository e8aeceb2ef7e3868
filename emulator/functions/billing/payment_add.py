"""``payment.add`` and its next steps, from the amount to the page on which it is paid.

Source: docs/resale.md section 2.4, docs/wire.md section 6; docs/evidence.md 37. Observed: the
``ok`` of ``payment.add.method`` is ``func=order`` where nothing is left to pay, else a query that
opens the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Amount, Id, Ids, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import checkout, orders, payments, topups
from emulator.domain.billing.topups import Payment
from emulator.domain.money import plain, with_currency
from emulator.errors import AccessDenied, ApiError, BadValue, Missed, NotEnoughMoney
from emulator.functions import descriptions

SOURCE = "docs/resale.md section 2.4, docs/wire.md section 6"
FROM_BALANCE = 0
"""The way of paying that is no payment (documented as ``paymethod_id=0``)."""
FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, NotEnoughMoney, AccessDenied)
PAGE = "/pay/"
PAYMENT = "Number of a payment that was begun."
FAMILY = Family("payment", {"en": "Payments", "ru": "Платежи"})


class AmountParameters(WireSchema):
    """What is to be paid: an order of the basket, a payment that was begun, or an amount."""

    billorder = Whole("Number of the unpaid order in the basket that is to be paid.")
    payment_id = Id("Number of a payment that was begun, to pay its amount.", entity="payment")
    amount = Amount("Amount to pay in, where it is for no order.")
    payment_currency = Text("Currency of the payment; accepted and ignored: the account's is used.")


class MethodParameters(AmountParameters):
    """What is to be paid, with the way of paying; both its names are in use."""

    paymethod = Whole("Number of the way of paying; 0 is the balance.")
    paymethod_id = Whole("Number of the way of paying, where `paymethod` is not sent.")
    profile = Whole("Number of the payer; accepted and ignored.")


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
    payment_currency = Text(descriptions.CURRENCY)
    paymethod = Whole("Number of the way of paying, as it was sent.")
    paymethod_name = Text("Internal name of the way of paying.")
    status = Whole("State of the payment: 1 new, 2 in progress, 4 credited, 9 cancelled.")
    orderinfo = Text("What is to be paid with its currency.")
    url = Text("Path of the page on which it is paid; empty once it is not needed any more.")


class PaymentRemoval(WireSchema):
    """One or many payments."""

    elid = Ids("Numbers of payments, separated by commas: `1, 2`.", required=True, entity="payment")


@FAMILY.form(
    "payment.add",
    takes=AmountParameters,
    returns=PaymentForm,
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    example={"amount": "10.00"},
    next_step="payment.add.method",
    title={"en": "Top up", "ru": "Пополнить баланс"},
)
def show_amount(call: Call, **sent: object) -> FormAnswer:
    """The first step of paying: what is to be paid, and ``methodlist``, the ways to pay it."""
    amount = _amount(call, sent)
    shown = {**sent, "amount": amount, "payment_currency": call.user.currency}
    return FormAnswer(shown, lists={"methodlist": _methods(call)})


@show_amount.on_submit
def name_method_step(call: Call, **sent: object) -> ActionResult:
    """Names the next step. Raises Missed for an unknown order or payment."""
    _amount(call, sent)
    return ActionResult(sent, ok="func=payment.add.method", ok_type="form")


@FAMILY.form(
    "payment.add.method",
    takes=MethodParameters,
    returns=PaymentForm,
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    # Without sok: the key of a payment is another each time.
    example={"amount": "10.00", "paymethod": "1"},
    title={"en": "Way of paying", "ru": "Способ оплаты"},
)
def show_method(call: Call, **sent: object) -> FormAnswer:
    """Begins a payment; an order that the balance covers is paid from it at once.

    ``paymethod=0`` is the balance. ``ok`` is ``func=order``, or a query that opens the page.
    """
    return _method_form(call, sent)


def _method_form(call: Call, sent: Mapping[str, object]) -> FormAnswer:
    shown = {"amount": _amount(call, sent), "payment_currency": call.user.currency}
    return FormAnswer({**shown, **_order_of(sent)}, lists={"methodlist": _methods(call)})


@show_method.on_submit
def begin_payment(call: Call, **sent: object) -> ActionResult:
    """Pays an order from the balance where that suffices, else begins a payment."""
    return _begin(call, sent)


def _begin(call: Call, sent: Mapping[str, object]) -> ActionResult:
    """Raises BadValue for a missing or unknown way of paying, or where there is no amount."""
    amount = _amount(call, sent)
    number = sent.get("paymethod", sent.get("paymethod_id"))
    order = _order_of(sent).get("billorder")
    covered = amount is not None and amount <= call.user.available
    if order is not None and (covered or number in (None, FROM_BALANCE)):
        checkout.pay(call.shop, call.user, order)
        return ActionResult({"billorder": order}, ok="func=order", ok_type="list")
    if not isinstance(number, int):
        raise BadValue.empty("paymethod")
    method = topups.find_method(call.shop, call.user.currency, number)
    if amount is None:
        raise BadValue.empty("amount")
    lacking = amount if order is None else amount - max(call.user.available, Decimal(0))
    return _next_page(call, topups.start(call.shop, call.user, method, lacking, order))


@FAMILY.form(
    "payment.add.pay",
    takes=PaymentOrMethodParameters,
    returns=PaymentForm,
    fails=FAILS,
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    example={"payment_id": "1"},
    title={"en": "Payment", "ru": "Платёж"},
)
def show_payment(call: Call, **sent: object) -> FormAnswer:
    """One payment and where it is paid; or, before there is one, what is to be paid and how."""
    if _names_payment(sent):
        return FormAnswer(_fields(_owned(call, sent)))
    return _method_form(call, sent)


@show_payment.on_submit
def follow_payment(call: Call, **sent: object) -> ActionResult:
    """Leads to the page of the payment, or begins one."""
    if _names_payment(sent):
        return _next_page(call, _owned(call, sent))
    return _begin(call, sent)


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
    evidence=Evidence.OBSERVED,
    source=SOURCE,
    example={"payment_id": "1"},
    title={"en": "To the payment page", "ru": "На страницу оплаты"},
    public=True,
)
def show_redirect(call: Call, **sent: object) -> FormAnswer:
    """Leads a browser to the page of a payment; the payment's key replaces a login."""
    return FormAnswer(_fields(_owned(call, sent)))


@show_redirect.on_submit
def redirect(call: Call, **sent: object) -> ActionResult:
    """Leads to the page of the payment."""
    return _next_page(call, _owned(call, sent))


@FAMILY.action(
    "payment.delete",
    takes=PaymentRemoval,
    elids="elid",
    fails=(Missed, AccessDenied),
    evidence=Evidence.OBSERVED,
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
        raise AccessDenied("payment.delete")
    topups.move(call.shop, payment, topups.CANCELLED)
    return ActionResult()


def _order_of(sent: Mapping[str, object]) -> dict[str, int]:
    order = sent.get("billorder")
    return {"billorder": order} if isinstance(order, int) else {}


def _amount(call: Call, sent: Mapping[str, object]) -> Decimal | None:
    """What is to be paid, None where nothing is sent. Raises Missed for an order or a payment."""
    if "payment_id" in sent:
        return _owned(call, sent).amount
    order = _order_of(sent).get("billorder")
    if order is not None:
        basket = orders.require_basket(call.shop, call.user, order)
        if basket is None:
            raise Missed("billorder", str(order))
        return basket.total
    amount = sent.get("amount")
    return amount if isinstance(amount, Decimal) else None


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


def _methods(call: Call) -> list[dict[str, object]]:
    currency = call.user.currency
    return [
        {
            "id": str(method.id),
            "paymethod": str(method.id),
            "name": call.words(method.name),
            "payment_minamount": plain(method.minimum),
            "payment_maxamount": plain(method.maximum),
            "currency": currency,
        }
        for method in topups.list_methods(call.shop, currency)
    ]


def _fields(payment: Payment) -> dict[str, object]:
    return {
        "id": payment.id,
        "billorder": payment.order_id or "",
        "payment_id": payment.id,
        "amount": payment.amount,
        "payment_currency": payment.currency,
        "paymethod_name": payment.method,
        "status": payment.status,
        "orderinfo": with_currency(payment.amount, payment.currency),
        "url": f"{PAGE}{payment.token}" if payment.token else "",
    }


def _next_page(call: Call, payment: Payment) -> ActionResult:
    """Where the browser goes next: to the payment page, or to the list once it is paid."""
    fields = _fields(payment)
    if payment.token is None or payment.status in payments.MONEY_IS_IN:
        return ActionResult(fields, ok="func=payment", ok_type="list")
    call.secrets.append(payment.token)
    query = f"func=payment.add.redirect&payment_id={payment.id}&key={payment.token}"
    return ActionResult(fields, ok=query, ok_type="url")
