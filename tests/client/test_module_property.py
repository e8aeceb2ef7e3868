"""Whatever a panel asks, whatever answers get lost, however days pass: the money is right."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.test import Client as Browser

from emulator.testing import Seller
from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import (
    MODULES,
    TERMS,
    CustomerModule,
    ModuleState,
    ModuleStore,
    Product,
)
from tests.client.emulated import LossyLine
from tests.client.module_stand import Watch, shop_of
from tests.clocks import stopped_clock

COSTS: Final = {277: Decimal("9.00"), 279: Decimal("3.50")}
FUNCTIONS: Final = (
    "addition.order.param", "service.prolong", "addition", "addition.edit", "addition.delete",
)  # fmt: skip
OPEN: Final = (ModuleState.ACTIVE, ModuleState.SUSPENDED)

losses = st.lists(st.sampled_from(["before", "after", ""]), max_size=6)
products = st.sampled_from(list(COSTS))
steps = st.one_of(
    st.tuples(st.just("order"), products, st.sampled_from(["finish", "basket"])),
    st.tuples(st.just("pay")),
    st.tuples(st.just("prolong"), products),
    st.tuples(st.just("autoprolong"), products, st.sampled_from(["1", "null"])),
    st.tuples(st.just("delete"), products),
    st.tuples(st.just("look")),
    st.tuples(st.just("top_up")),
    st.tuples(st.just("day")),
    st.tuples(st.just("hush")),
    st.tuples(st.just("hear")),
    st.tuples(st.just("month")),
    st.tuples(
        st.just("lose"), st.sampled_from(FUNCTIONS),
        losses,
    ),
)  # fmt: skip


@dataclass
class Actions:
    """A panel, a shop and a seller, and what can happen between them."""

    seller: Seller
    line: LossyLine
    shop: ModuleShop
    watch: Watch
    panel: Browser
    license: int
    """The last service of the seller's account that is no module of this play."""

    def ask(self, func: str, **fields: object) -> None:
        got = self.panel.post("/", data={"func": func, "authinfo": "ada:secret", **fields})
        assert b'type="internal"' not in got.data

    def of(self, product: int) -> int:
        """The newest module of a product, living or not; 1 where there is none."""
        modules = self.shop.store.modules(MODULES.c.product == product)
        return modules[0].id if modules else 1

    def order(self, product: int, button: str) -> None:
        self.ask(
            "addition.order.param", pricelist=product, item=self.license, period=1, autoprolong=1,
            skipbasket="on", clicked_button=button, sok="ok",
        )  # fmt: skip

    def pay(self) -> None:
        self.ask("basket", clicked_button="free", sok="ok")

    def prolong(self, product: int) -> None:
        self.ask("service.prolong", elid=self.of(product), period=1, sok="ok")

    def autoprolong(self, product: int, months: str) -> None:
        self.ask("addition.edit", elid=self.of(product), autoprolong=months, sok="ok")

    def delete(self, product: int) -> None:
        self.ask("addition.delete", elid=self.of(product), sok="ok")

    def look(self) -> None:
        self.ask("addition")

    def top_up(self) -> None:
        self.shop.top_up("ada", Decimal("25.00"))

    def day(self) -> None:
        self.pass_days(1)

    def month(self) -> None:
        self.line.plan.clear()  # of what was unknown for a month nothing could be told
        self.pass_days(31)

    def pass_days(self, days: int) -> None:
        self.seller.clock.advance(f"{days} days")
        self.watch.later(86_400.0 * days)
        self.shop.settle()
        self.shop.renew_due()

    def lose(self, func: str, plan: list[str]) -> None:
        self.line.plan[func] = deque(plan)

    def hush(self) -> None:
        """What is bought now happens, and nobody hears of it, however often it is looked for."""
        for func in ("addition.order.param", "service.prolong"):
            self.line.plan[func] = deque(["after", *["before"] * 40])
        for func in ("addition", "addition.edit"):
            self.line.plan[func] = deque(["", "", *["before"] * 40])  # seen until it is sent

    def hear(self) -> None:
        self.line.plan.clear()

    def spent(self) -> Counter[int]:
        """What the seller charged for each service that was not there, in hundredths."""
        counts: Counter[int] = Counter()
        for expense in self.shop._client.payments.expenses():  # noqa: SLF001 - the line's other end
            number = expense.service_id or 0
            if number > self.license and expense.amount is not None:
                counts[number] += int(expense.amount.amount * 100)
        return counts


@contextmanager
def played() -> Iterator[Actions]:
    with Seller(system_clock=stopped_clock()) as seller:
        seller.clock.freeze("2027-01-10T12:00:00Z")
        seller.account(balance="1000.00")
        license = seller.order(period=12)
        line, watch, store = LossyLine(seller), Watch(), ModuleStore()
        shop = shop_of(store, seller, line, watch)
        shop.add_customer("ada", "secret", balance=Decimal("30.00"))
        shop.add_license("ada", license)
        for number, tariff in ((277, 955301), (279, 955304)):
            name = "Virusdie" if number == 277 else "KernelCare"
            shop.offer(Product(number, tariff, name, name, {1: COSTS[number] + 3}))
        panel = Browser(ModuleEndpoint(shop), use_cookies=False)
        yield Actions(seller, line, shop, watch, panel, license)
        store.close()


def terms_of(play: Actions, module: CustomerModule) -> int:
    """Terms of a module that the customer paid and has not got back."""
    kinds = Counter(entry.kind for entry in play.shop.entries() if entry.module == module.id)
    return kinds["sale"] + kinds["renewal"] - kinds["refund"]


def check(play: Actions) -> None:
    owned = play.shop.store.modules(MODULES.c.state != ModuleState.BASKET)
    booked = sum((entry.amount for entry in play.shop.entries()), Decimal("0.00"))
    assert play.shop.customer("ada").balance == booked >= 0
    expected: Counter[int] = Counter()
    for module in owned:
        renewed = play.shop.store.rows(select(TERMS).where(TERMS.c.module == module.id))
        if module.number is not None:
            assert terms_of(play, module) == 1 + len(renewed)
            expected[module.number] += int(COSTS[module.product] * 100) * terms_of(play, module)
        else:  # refused, or never paid for
            assert terms_of(play, module) == 0
    assert play.spent() == expected
    rows = play.seller.call("addition").rows()
    there = {int(row["id"]) for row in rows if int(row["id"]) > play.license}
    assert there >= {module.number for module in owned if module.state is ModuleState.ACTIVE}
    assert there <= {module.number for module in owned if module.state in OPEN}


MOVES: Final[Mapping[str, Callable[..., None]]] = {
    "order": Actions.order,
    "pay": Actions.pay,
    "prolong": Actions.prolong,
    "autoprolong": Actions.autoprolong,
    "delete": Actions.delete,
    "look": Actions.look,
    "top_up": Actions.top_up,
    "day": Actions.day,
    "hush": Actions.hush,
    "hear": Actions.hear,
    "month": Actions.month,
    "lose": Actions.lose,
}


@settings(max_examples=15)
@given(quiet=st.tuples(st.booleans(), st.booleans()), actions=st.lists(steps, max_size=12))
def test_both_ledgers_are_exact_whatever_happens(
    *, quiet: tuple[bool, bool], actions: list[tuple[Any, ...]]
) -> None:
    opening: list[tuple[Any, ...]] = [
        ("hush" if quiet[0] else "look",), ("order", 277, "finish"), ("hear",), ("look",),
        ("hush" if quiet[1] else "look",), ("prolong", 277), ("hear",) if quiet[0] else ("day",),
    ]  # fmt: skip
    with played() as play:
        for name, *arguments in (*opening, *actions):
            MOVES[name](play, *arguments)
        play.line.plan.clear()
        assert play.shop.settle() == 0
        play.shop.follow_seller()
        check(play)
