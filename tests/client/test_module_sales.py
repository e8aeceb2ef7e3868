"""A sale of a module happens once: whoever is slow, silent, at the same time, or fails half-way."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from reseller_client.modules.refusals import ShopRefusal
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import LEASES, ModuleState, ModuleStore, Product
from tests.client.module_stand import Stand, opened, shop_of


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with opened(tmp_path) as made:
        yield made


class During:
    """A line on which something else happens while the seller is at a function."""

    def __init__(self, stand: Stand, func: str, act: Callable[[], object]) -> None:
        self._line = stand.line
        self._func = f"func={func}"
        self._act = act

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self._func in request.content.decode() and "sok=ok" in request.content.decode():
            self._act()
        return self._line(request)


def second(stand: Stand, folder: Path) -> ModuleShop:
    """Another process, as far as rows go."""
    store = ModuleStore(folder / "modules.sqlite")
    return shop_of(store, stand.seller, stand.line, stand.watch)


def answering(stand: Stand, answer: bytes) -> ModuleShop:
    """The shop, beside a seller who answers this when it is asked for its list of modules."""

    def send(request: httpx.Request) -> httpx.Response:
        if b"func=addition&" in request.content:
            return httpx.Response(200, content=answer)
        return stand.line(request)

    return shop_of(stand.shop.store, stand.seller, send, stand.watch)


def begin(stand: Stand) -> int:
    """Have a basket with one module; the number of its order."""
    return int(stand.put().findtext("billorder") or 0)


def test_while_the_seller_thinks_others_can_write(stand: Stand, tmp_path: Path) -> None:
    order = begin(stand)
    other = second(stand, tmp_path)
    line = During(stand, "addition.order.param", lambda: other.top_up("bob", Decimal("1.00")))
    slow = shop_of(stand.shop.store, stand.seller, line, stand.watch)
    slow.pay(slow.customer("ada"), order)
    assert other.customer("bob").balance == Decimal("31.00")
    other.store.close()


def test_while_one_prolongs_another_does_not_prolong_as_well(stand: Stand, tmp_path: Path) -> None:
    number = int(stand.buy())
    other = second(stand, tmp_path)
    ada = other.customer("ada")
    line = During(stand, "service.prolong", lambda: other.prolong(ada, number, 1))
    slow = shop_of(stand.shop.store, stand.seller, line, stand.watch)
    slow.prolong(ada, number, 1)
    assert stand.line.sendings("service.prolong") == 1
    assert (stand.balance(), stand.spent()) == (Decimal("6.00"), Decimal("18.00"))
    other.store.close()


def test_while_one_orders_settling_orders_nothing(stand: Stand, tmp_path: Path) -> None:
    order = begin(stand)
    other = second(stand, tmp_path)
    line = During(stand, "addition.order.param", other.settle)
    slow = shop_of(stand.shop.store, stand.seller, line, stand.watch)
    slow.pay(slow.customer("ada"), order)
    assert stand.line.sendings("addition.order.param") == 1
    other.store.close()


def test_who_died_while_asking_is_waited_for_an_hour(stand: Stand) -> None:
    order = begin(stand)

    def die() -> None:
        raise KeyboardInterrupt

    line = During(stand, "addition.order.param", die)
    dying = shop_of(stand.shop.store, stand.seller, line, stand.watch)
    with pytest.raises(KeyboardInterrupt):
        dying.pay(dying.customer("ada"), order)
    at = stand.watch().timestamp()
    stand.shop.store.add(LEASES, {"module": 1, "who": "the dead", "until": at + 3600})
    assert stand.shop.settle() == 1
    stand.watch.later(3600)
    assert stand.shop.settle() == 0
    assert (stand.balance(), stand.spent()) == (Decimal("18.00"), Decimal("9.00"))


def test_two_processes_sell_from_one_file_and_lose_nothing(stand: Stand, tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def sell(number: int) -> None:
        together.wait()
        shop = second(stand, tmp_path)
        for _ in range(10):
            shop.top_up("bob", Decimal(number))
        shop.store.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sell, range(1, 5)))
    assert stand.shop.customer("bob").balance == Decimal("130.00")
    booked = [entry.amount for entry in stand.shop.entries()]
    assert sum(booked) == Decimal("160.00")


def test_a_new_file_is_made_by_two_at_once(tmp_path: Path) -> None:
    together = threading.Barrier(4)

    def start(_: int) -> int:
        together.wait()
        store = ModuleStore(tmp_path / "new.sqlite")
        count = len(store.products())
        store.close()
        return count

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(start, range(4))) == [0] * 4


def test_a_refused_look_pays_nothing_back(stand: Stand) -> None:
    order = begin(stand)
    stand.line.plan = {
        "addition.order.param": deque(["after"] * 9),
        "addition": deque(["", "", *["before"] * 90]),
    }
    stand.shop.pay(stand.shop.customer("ada"), order)
    stand.line.plan.clear()
    shut = answering(stand, b'<doc><error type="auth" object="badpassword"/></doc>')
    assert shut.settle() == 1
    assert stand.shop.store.modules()[0].state is ModuleState.OPENING
    assert stand.shop.settle() == 0
    assert stand.shop.store.modules()[0].state is ModuleState.ACTIVE
    assert (stand.balance(), stand.spent()) == (Decimal("18.00"), Decimal("9.00"))


def test_one_refused_module_of_an_order_leaves_the_others(stand: Stand) -> None:
    stand.shop.offer(Product(279, 955304, "KernelCare", "KernelCare", {1: Decimal("6.50")}))
    stand.seller.call(
        "addition.order.param", pricelist=955304, item=100002, period=1, skipbasket="on", sok="ok"
    )
    stand.put(pricelist=279)
    order = begin(stand)
    ada = stand.shop.customer("ada")
    with pytest.raises(ShopRefusal, match="does not sell"):
        stand.shop.pay(ada, order)
    states = [(module.intname, module.state) for module in stand.shop.modules(ada)]
    assert states == [("Virusdie", ModuleState.ACTIVE)]
    assert stand.balance() == Decimal("18.00")


def test_a_longer_term_that_was_lost_is_settled_as_it_was_sold(stand: Stand) -> None:
    number = int(stand.buy())
    stand.shop.top_up("ada", Decimal("200.00"))
    stand.line.plan = {"service.prolong": deque(["before"] * 9)}
    ada = stand.shop.customer("ada")
    stand.shop.prolong(ada, number, 12)
    stand.line.plan.clear()
    after = stand.shop.prolong(ada, number, 1)
    assert str(after.expires_on) == "2028-02-10"
    assert stand.balance() == Decimal("98.00")


def test_what_is_not_settled_is_not_deleted(stand: Stand) -> None:
    number = int(stand.buy())
    stand.line.plan = {"service.prolong": deque(["before"] * 90)}
    ada = stand.shop.customer("ada")
    stand.shop.prolong(ada, number, 1)
    with pytest.raises(ShopRefusal) as caught:
        stand.shop.delete(ada, number)
    assert caught.value.type == "operation"
    stand.line.plan.clear()
    stand.shop.delete(ada, number)
    assert (stand.balance(), stand.spent()) == (Decimal("6.00"), Decimal("18.00"))


def test_a_term_of_a_module_that_is_gone_is_paid_back(stand: Stand) -> None:
    number = int(stand.buy())
    stand.line.plan = {"service.prolong": deque(["before"] * 9)}
    stand.shop.prolong(stand.shop.customer("ada"), number, 1)
    stand.line.plan.clear()
    stand.seller.call("soft.delete", elid=100002)
    assert [module.id for module in stand.shop.follow_seller()] == [number]
    assert stand.balance() == Decimal("18.00")


def test_a_refused_term_that_was_bought_meanwhile_is_not_paid_back(
    stand: Stand, tmp_path: Path
) -> None:
    number = int(stand.buy())
    ada = stand.shop.customer("ada")
    module = stand.shop.modules(ada)[0]

    def buy_and_spend_the_rest() -> None:
        stand.seller.call("service.prolong", elid=module.number, period=1, sok="ok")
        stand.seller.account("reseller", balance="0.00")

    line = During(stand, "service.prolong", buy_and_spend_the_rest)
    shop = shop_of(ModuleStore(tmp_path / "modules.sqlite"), stand.seller, line, stand.watch)
    shop.prolong(ada, number, 1)
    assert stand.shop.settle() == 0
    assert str(stand.shop.modules(ada)[0].expires_on) == "2027-03-10"
    assert (stand.balance(), stand.spent()) == (Decimal("6.00"), Decimal("18.00"))


def test_a_module_that_a_list_skipped_is_not_closed(stand: Stand) -> None:
    stand.buy()
    shop = answering(stand, b"<doc><p_elems>0</p_elems></doc>")
    assert shop.follow_seller() == ()


def test_a_suspended_module_that_a_list_skipped_is_not_closed(stand: Stand) -> None:
    stand.buy()
    module = stand.shop.modules(stand.shop.customer("ada"))[0]
    stand.seller.clock.freeze("2027-02-12T00:00:00Z")
    assert stand.seller.service(module.number or 0)["status"] == 3
    shop = answering(stand, b"<doc><p_elems>0</p_elems></doc>")
    assert shop.follow_seller() == ()


def test_a_license_with_modules_changes_no_hands(stand: Stand) -> None:
    stand.buy()
    with pytest.raises(ValueError, match="another customer has modules on license 100002"):
        stand.shop.add_license("bob", 100002)


@pytest.mark.parametrize("amount", ["0", "-30.01", "NaN", "Infinity", "0.001", "1E+20"])
def test_what_is_no_sum_is_not_paid_in(stand: Stand, amount: str) -> None:
    with pytest.raises(ValueError, match=r"a sum in whole hundredths|less than"):
        stand.shop.top_up("ada", Decimal(amount))
    assert stand.balance() == Decimal("30.00")
