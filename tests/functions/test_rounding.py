"""Prices with fractions of a cent and discounts: every place shows the sum that is charged."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from emulator.testing import Seller
from emulator.worlds.fixtures import PRODUCT_TYPES

COSTS = ("2.6450", "8.7000", "0.0050", "7.7650")
DISCOUNTS = {"EUR": (0, 15, 33), "RUB": (1, 50)}
PERIODS = (1, 3)


@pytest.fixture(scope="module")
def seller() -> Iterator[Seller]:
    """A seller with a virtual server for each price, in two currencies and for two terms."""
    tariffs = "".join(
        f"<pricelist><id>{number}</id><name>V{number}</name>"
        "<itemtype_info><intname>vds</intname></itemtype_info>"
        + "".join(
            f'<price currency="{currency}">'
            + "".join(f'<period cost="{cost}" type="month" length="{n}"/>' for n in PERIODS)
            + "</price>"
            for currency in DISCOUNTS
        )
        + "</pricelist>"
        for number, cost in enumerate(COSTS, 1)
    )
    with Seller("empty") as seller:
        seller.sell(f"<doc>{tariffs}</doc>".encode())
        yield seller


def shown_and_charged(seller: Seller, number: int, period: int) -> dict[str, Decimal]:
    """Every sum that a client meets for one term, by the place it stands at."""
    order: dict[str, Any] = {"pricelist": number, "period": period, "order_period": period}
    sent: dict[str, Any] = {**order, "sok": "ok", "skipbasket": "on", "domain": "v.example.com"}
    info = seller.call("vds.order.param", **order).field("orderinfo")
    basket = seller.call("vds.order.param", **{**sent, "skipbasket": "off"})
    waiting = seller.call("basket").field("total_sum")
    seller.call("basket", clicked_button="clearbasket", sok="ok")
    assert basket.error is None
    service = seller.call("vds.order.param", **sent).id
    charged = [seller.call("expense").rows()[0]["amount"]]
    (row,) = [row for row in seller.call("vds").rows() if row["id"] == str(service)]
    form = seller.call("service.prolong", elid=service, period=period)
    seller.call("service.prolong", elid=service, period=period, sok="ok")
    charged.append(seller.call("expense").rows()[0]["amount"])
    edit = seller.call("vds.edit", elid=service)
    sums = {
        "form of the order": info.partition("Total amount: ")[2],
        "basket": waiting,
        "order": charged[0],
        "row": row["item_cost"],
        "form of the service": edit.field("item_cost"),
        "form of the prolongation": form.field("cost"),
        "prolongation": charged[1],
    }
    return {place: Decimal(text.split()[0]) for place, text in sums.items()}


def test_150_item_cost_of_a_row_is_what_a_renewal_charges(seller: Seller) -> None:
    wrong = []
    for currency, percent in [(c, percent) for c, all_ in DISCOUNTS.items() for percent in all_]:
        discounts = [{"percent": percent}] if percent else []
        seller.account("reseller", currency=currency, discounts=discounts, balance="1000.00")
        for number, period in product(range(1, len(COSTS) + 1), PERIODS):
            met = shown_and_charged(seller, number, period)
            if len(set(met.values())) != 1:
                wrong.append((COSTS[number - 1], percent, currency, period, met))
    assert wrong == []


def test_150_every_service_is_shown_at_the_price_of_its_renewal() -> None:
    """In every list of services, whatever its type: the row, the form and the prolongation."""
    compared, wrong = set(), []
    with Seller("small") as seller:
        seller.account("reseller", discounts=[{"percent": 15}])
        for family in PRODUCT_TYPES:
            for row in seller.call(family, p_cnt=100).rows():
                form = seller.call("service.prolong", elid=row["id"], period=row["period"])
                if form.error is not None:
                    continue
                edit = seller.call(f"{family}.edit", elid=row["id"]).field("item_cost")
                sums = {row["item_cost"], edit, f"{form.field('amount')}00"}
                compared.add(family)
                if len(sums) != 1:
                    wrong.append((family, row["id"], sums))
    assert wrong == []
    assert compared == set(PRODUCT_TYPES)
