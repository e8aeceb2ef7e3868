"""``order``: what was ordered, and what of it waits for payment.

Source: docs/resale.md section 2.4. Observed: a client takes the number of its unpaid order from the
list ``openlist``; the paid ones beside it are assumed.
"""

from __future__ import annotations

from emulator.api.context import Call, FormAnswer
from emulator.api.fields import Amount, Day, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import bill_orders
from emulator.domain.billing.bill_orders import BillOrder
from emulator.domain.money import plain, with_currency
from emulator.errors import AccessDenied
from emulator.functions import descriptions

STATES = {
    True: {"en": "Waits for payment", "ru": "Ожидает оплаты"},
    False: {"en": "Paid", "ru": "Оплачен"},
}
FAMILY = Family("basket", {"en": "Basket", "ru": "Корзина"})


class OrderRow(WireSchema):
    """One order."""

    id = Whole("Number of the order.")
    number = Whole("The same as `id`.")
    createdate = Day(descriptions.CREATED)
    status = Text("Whether it waits for payment, as a label.")
    count = Whole("How many positions it has.")
    amount = Amount("What it costs as a bare number.")
    amount_iso = Sum("What it costs with its currency.")


@FAMILY.document(
    "order",
    tables={"openlist": OrderRow, "paidlist": OrderRow},
    fails=(AccessDenied,),
    evidence=Evidence.OBSERVED,
    source="docs/resale.md section 2.4",
)
def show_orders(call: Call) -> FormAnswer:
    """The newest orders: in ``openlist`` the one that waits for payment, in ``paidlist`` others."""
    latest = bill_orders.list_latest(call.shop, call.user)
    waiting = [_row(call, order) for order in latest if order.open]
    paid = [_row(call, order) for order in latest if not order.open]
    return FormAnswer({"count": len(latest)}, lists={"openlist": waiting, "paidlist": paid})


def _row(call: Call, order: BillOrder) -> dict[str, object]:
    return {
        "id": str(order.id),
        "number": str(order.id),
        "createdate": f"{order.created_at:%Y-%m-%d}",
        "status": call.words(STATES[order.open]),
        "count": str(order.count),
        "amount": plain(order.total),
        "amount_iso": with_currency(order.total, call.user.currency),
    }
