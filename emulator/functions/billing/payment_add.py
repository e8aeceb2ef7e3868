"""``payment.add`` and what follows: from the wish to pay to the page on which it is paid.

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

SOURCE = "docs/resale.md section 2.4, docs/wire.md section 6"
FROM_BALANCE = 0
"""The way of paying that is no payment (documented as ``paymethod_id=0``)."""
FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, NotEnoughMoney, AccessDenied)
PAGE = "/pay/"


class Wish(WireSchema):
    """What is to be paid: an order of the basket, or an amount."""

    billorder = Whole()
    payment_id = Id(entity="payment")
    amount = Amount()
    payment_currency = Text()


class Chosen(Wish):
    """The same with the way of paying; both its names are in use."""

    paymethod = Whole()
    paymethod_id = Whole()
    profile = Whole()


class Begun(WireSchema):
    """A payment that was begun: ``payment_id`` or ``elid``; ``key`` stands in for a login."""

    elid = Id(entity="payment")
    payment_id = Id(entity="payment")
    key = Text()


class BegunOrChosen(Begun, Chosen):
    """The same, or what is to be paid with the way of paying."""


class PaymentForm(WireSchema):
    """What is shown on the way, and what a submit answers."""

    id = Whole()
    billorder = Whole()
    payment_id = Whole()
    amount = Amount()
    payment_currency = Text()
    paymethod = Whole()
    paymethod_name = Text()
    status = Whole()
    orderinfo = Text()
    url = Text()


class Payments(WireSchema):
    """One or many payments."""

    elid = Ids(required=True, entity="payment")


def add_payment(payment: Family) -> None:
    """The steps of paying, and taking a payment back."""
    _add_wish(payment)
    _add_method(payment)
    _add_pay(payment)
    _add_redirect(payment)
    _add_delete(payment)


def _add_wish(family: Family) -> None:
    @family.form(
        "payment.add",
        takes=Wish,
        returns=PaymentForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"amount": "10.00"},
        next_step="payment.add.method",
        title={"en": "Top up", "ru": "Пополнить баланс"},
    )
    def show(call: Call, **wish: object) -> FormAnswer:
        """The first step of paying: what is to be paid, and ``methodlist``, the ways to pay it."""
        amount = _amount(call, wish)
        shown = {**wish, "amount": amount, "payment_currency": call.user.currency}
        return FormAnswer(shown, lists={"methodlist": _methods(call)})

    @show.on_submit
    def choose(call: Call, **wish: object) -> ActionResult:
        _amount(call, wish)
        return ActionResult(wish, ok="func=payment.add.method", ok_type="form")


def _add_method(family: Family) -> None:
    @family.form(
        "payment.add.method",
        takes=Chosen,
        returns=PaymentForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        # Without sok: the key of a payment is another each time.
        example={"amount": "10.00", "paymethod": "1"},
        title={"en": "Way of paying", "ru": "Способ оплаты"},
    )
    def show(call: Call, **wish: object) -> FormAnswer:
        """Begins a payment; an order that the balance covers is paid from it at once.

        ``paymethod=0`` is the balance. ``ok`` is ``func=order``, or a query that opens the page.
        """
        return _chosen(call, wish)

    @show.on_submit
    def begin(call: Call, **wish: object) -> ActionResult:
        return _started(call, wish)


def _chosen(call: Call, wish: Mapping[str, object]) -> FormAnswer:
    shown = {"amount": _amount(call, wish), "payment_currency": call.user.currency}
    return FormAnswer({**shown, **_order_of(wish)}, lists={"methodlist": _methods(call)})


def _started(call: Call, wish: Mapping[str, object]) -> ActionResult:
    amount = _amount(call, wish)
    number = wish.get("paymethod", wish.get("paymethod_id"))
    order = _order_of(wish).get("billorder")
    covered = amount is not None and amount <= call.user.available
    if order is not None and (covered or number in (None, FROM_BALANCE)):
        checkout.pay(call.shop, call.user, order)
        return ActionResult({"billorder": order}, ok="func=order", ok_type="list")
    if not isinstance(number, int):
        raise BadValue.empty("paymethod")
    method = topups.method_of(call.shop, call.user.currency, number)
    if amount is None:
        raise BadValue.empty("amount")
    lacking = amount if order is None else amount - max(call.user.available, Decimal(0))
    begun = topups.start(call.shop, call.user, method, lacking, order)
    return _begun(call, begun)


def _add_pay(family: Family) -> None:
    @family.form(
        "payment.add.pay",
        takes=BegunOrChosen,
        returns=PaymentForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"payment_id": "1"},
        title={"en": "Payment", "ru": "Платёж"},
    )
    def show(call: Call, **named: object) -> FormAnswer:
        """One payment and where it is paid; or, before there is one, what is to be paid and how."""
        return FormAnswer(_fields(_own(call, named))) if _is_begun(named) else _chosen(call, named)

    @show.on_submit
    def follow(call: Call, **named: object) -> ActionResult:
        return _begun(call, _own(call, named)) if _is_begun(named) else _started(call, named)


def _is_begun(named: Mapping[str, object]) -> bool:
    """Whether a payment is named; where nothing is said at all, that is what lacks."""
    return not named.keys() & {"billorder", "amount"} or bool(
        named.keys() & {"payment_id", "elid", "key"}
    )


def _add_redirect(family: Family) -> None:
    @family.form(
        "payment.add.redirect",
        takes=Begun,
        returns=PaymentForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"payment_id": "1"},
        title={"en": "To the payment page", "ru": "На страницу оплаты"},
        public=True,
    )
    def show(call: Call, **named: object) -> FormAnswer:
        """Leads a browser to the page of a payment; its key stands for a login."""
        return FormAnswer(_fields(_own(call, named)))

    @show.on_submit
    def follow(call: Call, **named: object) -> ActionResult:
        return _begun(call, _own(call, named))


def _add_delete(family: Family) -> None:
    @family.action(
        "payment.delete",
        takes=Payments,
        elids="elid",
        fails=(Missed, AccessDenied),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md sections 5 and 6",
    )
    def delete(call: Call, elid: int) -> ActionResult:
        """Takes back payments that were begun; others, credited ones too, are ``access``."""
        found = topups.find(call.shop, elid)
        if found is None:
            raise Missed("payment", str(elid))
        if found.account_id != call.user.id or found.status not in topups.OPEN:
            raise AccessDenied("payment.delete")
        topups.move(call.shop, found, topups.CANCELLED)
        return ActionResult()


def _order_of(wish: Mapping[str, object]) -> dict[str, int]:
    order = wish.get("billorder")
    return {"billorder": order} if isinstance(order, int) else {}


def _amount(call: Call, wish: Mapping[str, object]) -> Decimal | None:
    """What is to be paid, None where nothing was said. Raises Missed for an order or a payment."""
    if "payment_id" in wish:
        return _own(call, wish).amount
    order = _order_of(wish).get("billorder")
    if order is not None:
        basket = orders.named(call.shop, call.user, order)
        if basket is None:
            raise Missed("billorder", str(order))
        return basket.total
    amount = wish.get("amount")
    return amount if isinstance(amount, Decimal) else None


def _own(call: Call, named: Mapping[str, object]) -> Payment:
    """The caller's payment, or the one whose key was sent."""
    number = named.get("payment_id", named.get("elid"))
    key = named.get("key")
    if isinstance(key, str) and key:
        found = topups.by_token(call.shop, key)
        if found is None:
            raise Missed("payment", str(number or ""))
        return found
    if call.account is None:
        raise AccessDenied(call.func)
    found = topups.find(call.shop, number) if isinstance(number, int) else None
    if found is None or found.account_id != call.user.id:
        raise Missed("payment", str(number or ""))
    return found


def _methods(call: Call) -> list[dict[str, object]]:
    currency = call.user.currency
    rows: list[dict[str, object]] = [
        {
            "id": str(method.id),
            "paymethod": str(method.id),
            "name": call.words(method.name),
            "payment_minamount": plain(method.minimum),
            "payment_maxamount": plain(method.maximum),
            "currency": currency,
        }
        for method in topups.methods(call.shop, currency)
    ]
    return rows


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


def _begun(call: Call, payment: Payment) -> ActionResult:
    """Where the browser goes next; nowhere once the money is in."""
    told = _fields(payment)
    if payment.token is None or payment.status in payments.MONEY_IS_IN:
        return ActionResult(told, ok="func=payment", ok_type="list")
    call.secrets.append(payment.token)
    query = f"func=payment.add.redirect&payment_id={payment.id}&key={payment.token}"
    return ActionResult(told, ok=query, ok_type="url")
