"""The spending guard: which calls it counts, and which it does not send."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import httpx
import pytest

from contracts.record.document import Node, from_record
from contracts.target.purchases import Purchase
from contracts.target.spending_guard import CallBlocked, SpendingGuard, SpendingRules
from contracts.target.sums import Sum, ask_price, find_sums, read_sum

ADDRESS = "http://127.0.0.1/billmgr"


class FakeSeller:
    """A seller that knows three things: what an order costs, what is held, and its list."""

    def __init__(self, price: str = "5.00 EUR", cost: str = "5.00") -> None:
        self.price, self.cost = price, Decimal(cost)
        self.balance = Decimal(100)
        self.calls: list[dict[str, str]] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        fields = dict(httpx.QueryParams(request.read().decode() or request.url.query.decode()))
        self.calls.append(fields)
        return httpx.Response(200, text=f"<doc>{self._answer(fields)}</doc>")

    def _answer(self, fields: dict[str, str]) -> str:
        if fields["func"] == "subaccount":
            return f"<elem><balance>{self.balance} EUR</balance></elem>"
        if not fields.get("sok"):
            return f"<orderinfo>{self.price}</orderinfo><p_elems>0</p_elems>"
        self.balance -= self.cost
        return "<ok/><id>100501</id>"

    @property
    def sent(self) -> list[dict[str, str]]:
        return [call for call in self.calls if call.get("sok")]


def guard_for(
    seller: Callable[[httpx.Request], httpx.Response], rules: SpendingRules
) -> SpendingGuard:
    guard = SpendingGuard(httpx.MockTransport(seller), rules)
    guard.set_account("somebody", "secret")
    return guard


def with_purchase(guard: SpendingGuard, number: int) -> SpendingGuard:
    """The guard, after a service was bought through it."""
    guard.purchases.all.append(
        Purchase("soft", "r-1", "1", Sum(Decimal(5), "EUR"), frozenset(), number)
    )
    return guard


def limited(amount: str, assumed: str = "") -> SpendingRules:
    return SpendingRules(
        limit=Sum(Decimal(amount), "EUR"), assumed_price=read_sum(assumed) if assumed else None
    )


def order(guard: SpendingGuard, func: str = "soft.order.param", **more: str) -> httpx.Response:
    fields = {"func": func, "pricelist": "1", "skipbasket": "on", "sok": "ok", **more}
    return guard.handle_request(httpx.Request("POST", ADDRESS, data=fields))


def test_an_order_is_counted_by_what_it_cost_and_not_by_what_was_told() -> None:
    guard = guard_for(FakeSeller(price="5.00 EUR", cost="6.50"), limited("20"))
    order(guard)
    assert guard.budget.spent == Decimal("6.50")
    assert guard.budget.remarks == ["soft.order.param cost 6.50, and its price was 5.00 EUR"]


def test_an_order_is_sent_while_it_fits_and_not_once_more() -> None:
    seller = FakeSeller()
    guard = guard_for(seller, limited("12"))
    order(guard)
    order(guard)
    with pytest.raises(
        CallBlocked, match=r"it costs 5\.00 EUR, and of 12\.00 EUR only 2\.00 is left"
    ):
        order(guard)
    assert len(seller.sent) == 2


def test_automatic_prolongation_is_switched_off_wherever_it_stands() -> None:
    seller = FakeSeller()
    guard = guard_for(seller, limited("50"))
    order(guard, autoprolong="1")
    order(guard, func="v2.soft.order.param", autoprolong="on")
    call = {"func": "soft.order.param", "autoprolong": "12", "skipbasket": "on", "sok": "ok"}
    guard.handle_request(httpx.Request("GET", ADDRESS, params=call))
    assert [call["autoprolong"] for call in seller.sent] == ["null", "off", "null"]


def test_every_order_goes_out_under_an_id_of_ours() -> None:
    seller = FakeSeller()
    guard = guard_for(seller, limited("50"))
    order(guard)
    order(guard, remoteid="mine")
    assert seller.sent[1]["remoteid"] == "mine"
    assert seller.sent[0]["remoteid"].startswith("judge-")
    assert [purchase.remoteid for purchase in guard.purchases.all] == [
        call["remoteid"] for call in seller.sent
    ]


@pytest.mark.parametrize(
    ("rules", "fields", "reason"),
    [
        (
            SpendingRules(),
            {"func": "service.prolong", "elid": "8", "sok": "ok"},
            "no budget was given",
        ),
        (
            limited("9"),
            {"func": "soft.order.param", "sok": "ok"},
            "it would leave an unpaid order behind",
        ),
        (
            limited("9"),
            {"func": "soft.edit", "elid": "8", "autoprolong": "1", "sok": "ok"},
            "the seller would renew automatically, and charge later",
        ),
        (SpendingRules(read_only=True), {"func": "soft.suspend", "elid": "1"}, "change nothing"),
        (SpendingRules(read_only=True), {"func": "session.newkey"}, "change nothing"),
        (
            SpendingRules(read_only=True, play_money=True),
            {"func": "soft.delete", "elid": "1"},
            "change nothing",
        ),
        (
            limited("9"),
            {"func": "soft.delete", "elid": "8, 9"},
            "something that this run has not bought",
        ),
        (limited("9"), {"func": "service.ip.delete", "elid": "8", "plid": "9"}, "has not bought"),
        (
            limited("9"),
            {"func": "addition.order.param", "item": "9", "skipbasket": "on", "sok": "ok"},
            "something that this run has not bought",
        ),
        (limited("9"), {"func": "usrparam", "realname": "X", "sok": "ok"}, "the account itself"),
        (limited("9"), {"func": "cart.empty"}, "the account itself"),
        (limited("9"), {"func": "clientticket.edit", "sok": "ok"}, "the account itself"),
        (SpendingRules(read_only=True), {"func": "session.killall"}, "change nothing"),
        (
            SpendingRules(),
            {"func": "session.killall"},
            "mockseller does not know what session.killall does",
        ),
        (
            limited("9"),
            {"func": "credit.take", "sum": "5"},
            "mockseller does not know what credit.take",
        ),
        (limited("9"), {"func": "soft.giveaway", "elid": "8"}, "mockseller does not know"),
        (
            limited("9"),
            {"func": "groupedit", "faction": "service.prolong", "sok": "ok"},
            "not sent",
        ),
    ],
)
def test_what_may_not_be_sent_is_not_sent(
    rules: SpendingRules, fields: dict[str, str], reason: str
) -> None:
    seller = FakeSeller(price="")
    guard = with_purchase(guard_for(seller, rules), 8)
    with pytest.raises(CallBlocked, match=reason):
        guard.handle_request(httpx.Request("POST", ADDRESS, data=fields))
    assert fields["func"] not in [call["func"] for call in seller.sent]
    assert seller.balance == Decimal(100)


def test_a_name_that_no_function_has_may_be_asked_for() -> None:
    seller = FakeSeller()
    guard_for(seller, SpendingRules()).handle_request(
        httpx.Request("POST", ADDRESS, data={"func": "nosuch.function"})
    )
    assert [call["func"] for call in seller.calls] == ["nosuch.function"]


def test_a_price_that_is_not_told_is_not_paid_unless_it_may_be_assumed() -> None:
    seller = FakeSeller(price="ask us", cost="3.00")
    with pytest.raises(CallBlocked, match="does not name its price"):
        order(guard_for(seller, limited("50")))
    assert seller.sent == []
    order(guard_for(seller, limited("50", assumed="4")))
    assert len(seller.sent) == 1


def test_a_prolongation_for_an_odd_period_is_taken_to_cost_so_many_months() -> None:
    def odd(request: httpx.Request) -> httpx.Response:
        fields = dict(httpx.QueryParams(request.read().decode()))
        price = "" if "period" in fields else "<orderinfo>5.00 EUR</orderinfo>"
        return httpx.Response(200, text=f"<doc>{price}</doc>")

    fields = {"func": "service.prolong", "elid": "7", "period": "7", "sok": "ok"}
    guard = with_purchase(guard_for(odd, limited("20")), 7)
    with pytest.raises(CallBlocked, match=r"it costs 35\.00 EUR"):
        guard.handle_request(httpx.Request("POST", ADDRESS, data=fields))


def test_an_order_in_a_multipart_body_is_not_rewritten_and_not_sent() -> None:
    seller = FakeSeller()
    fields = {"func": "soft.order.param", "skipbasket": "on", "sok": "ok"}
    files = {name: (None, text) for name, text in fields.items()}
    with pytest.raises(CallBlocked):
        guard_for(seller, limited("20")).handle_request(httpx.Request("POST", ADDRESS, files=files))
    assert seller.sent == []


def test_a_lost_answer_is_counted_all_the_same() -> None:
    seller = FakeSeller()

    def dead(request: httpx.Request) -> httpx.Response:
        answer = seller(request)
        if b"sok" in request.read():
            raise httpx.ReadError("the line is dead")
        return answer

    guard = guard_for(dead, limited("20"))
    with pytest.raises(httpx.ReadError):
        order(guard)
    assert guard.budget.spent == Decimal("5.00")
    assert len(guard.purchases.outstanding) == 1


def test_what_is_charged_later_is_kept_for_it() -> None:
    seller = FakeSeller(price="5.00 EUR", cost="0.00")
    guard = guard_for(seller, limited("12"))
    order(guard)
    order(guard)
    assert (guard.budget.spent, guard.budget.pending) == (Decimal("0.00"), Decimal("10.00"))
    with pytest.raises(CallBlocked, match=r"only 2\.00 is left"):
        order(guard)


def test_a_refusal_that_costs_nothing_uses_nothing_up() -> None:
    def refusing(request: httpx.Request) -> httpx.Response:
        fields = dict(httpx.QueryParams(request.read().decode()))
        if fields["func"] == "subaccount":
            return httpx.Response(200, text="<doc><elem><balance>9 EUR</balance></elem></doc>")
        body = '<error type="value"/>' if "sok" in fields else "<orderinfo>5.00 EUR</orderinfo>"
        return httpx.Response(200, text=f"<doc>{body}</doc>")

    guard = guard_for(refusing, limited("5"))
    order(guard)
    order(guard)
    assert (guard.budget.spent, guard.budget.pending) == (Decimal(0), Decimal(0))
    assert guard.purchases.outstanding == []


def test_a_price_without_a_currency_is_one_of_the_account() -> None:
    seller = FakeSeller(price="5.00")
    rules = SpendingRules(limit=Sum(Decimal(1000), "RUB"))
    with pytest.raises(CallBlocked, match="the budget is in RUB"):
        order(guard_for(seller, rules))


def test_without_a_balance_the_price_counts() -> None:
    def silent(request: httpx.Request) -> httpx.Response:
        price = "<orderinfo>5.00 EUR</orderinfo>" if b"sok" not in request.read() else "<ok/>"
        empty = b"func=subaccount" in request.read()
        return httpx.Response(200, text="<doc/>" if empty else f"<doc>{price}</doc>")

    guard = guard_for(silent, limited("20"))
    order(guard)
    assert guard.budget.spent == Decimal("5.00")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<b>Lite</b><br/>5.00 EUR / Month", ["5.00 EUR"]),
        ("1 234,50 RUB and 2.00 RUB", ["1234.50 RUB", "2.00 RUB"]),
        ("nothing", []),
    ],
)
def test_sums_are_read_out_of_texts(text: str, expected: list[str]) -> None:
    assert [str(price) for price in find_sums(text)] == expected


@pytest.mark.parametrize("text", ["", "many", "30 EUROS", "EUR 30", "NaN", "1 2 3"])
def test_what_is_no_sum_is_none(text: str) -> None:
    assert read_sum(text) is None


def test_the_largest_of_several_prices_counts_and_once_for_each_that_is_ordered() -> None:
    form = from_record("doc", {"orderinfo": "3.00 EUR now, 30.00 EUR a year"})[0]

    def call(_: object) -> tuple[Node | None, str]:
        return form, ""

    assert ask_price(call, {"func": "vds.order.param"}) == Sum(Decimal("30.00"), "EUR")
    several = {"func": "vds.order.param", "order_count": "3"}
    assert ask_price(call, several) == Sum(Decimal("90.00"), "EUR")


@pytest.mark.parametrize(("text", "amount"), [
    ("1,234.56 USD", "1234.56"), ("1.234,56 EUR", "1234.56"), ("1'234.50 CHF", "1234.50"),
    ("1,000 EUR", "1000"), ("1,234,567 USD", "1234567"), ("0.125 EUR", "0.125"),
    ("30 days 5.00 EUR", "5.00"),
])  # fmt: skip
def test_a_price_is_read_with_all_its_thousands(text: str, amount: str) -> None:
    assert [price.amount for price in find_sums(text)] == [Decimal(amount)]


FOREIGN = [
    "func=soft.delete&plid=100501&elid=7&sok=ok",
    "func=service.prolong&plid=100501&elid=7&period=1&sok=ok",
    "func=soft.edit&elid=100501&plid=7&sok=ok",
    "func=soft.delete&elid=100501&ELID=7&sok=ok",
    "func=soft.edit&func=soft.delete&elid=100501&sok=ok",
    "FUNC=soft.delete&elid=7&sok=ok",
    "func=user.edit&elid=100501&passwd=x&sok=ok",
    "func=payment.delete&elid=100501&sok=ok",
]


@pytest.mark.parametrize("body", FOREIGN)
def test_what_was_not_bought_is_not_reached_under_the_number_of_what_was(body: str) -> None:
    seller = FakeSeller()
    guard = with_purchase(guard_for(seller, limited("20")), 100501)
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    with pytest.raises(CallBlocked):
        guard.handle_request(httpx.Request("POST", ADDRESS, content=body, headers=kind))
    assert seller.sent == []


def test_an_order_of_several_is_several_purchases_each_with_its_part_of_the_price() -> None:
    guard = guard_for(FakeSeller(), limited("50"))
    order(guard, order_count="3", remoteid="mine")
    purchases = guard.purchases.all
    assert [str(purchase.price) for purchase in purchases] == ["5.00 EUR"] * 3
    assert {purchase.remoteid for purchase in purchases} == {"mine"}
    order(guard_for(FakeSeller(), limited("50")), order_count="")


@pytest.mark.parametrize("count", [" 5", "5.0", "+5", "\u0665"])
def test_an_order_of_a_number_nobody_can_read_is_not_sent(count: str) -> None:
    seller = FakeSeller()
    with pytest.raises(CallBlocked, match=r"order_count .* is not a number"):
        order(guard_for(seller, limited("7")), order_count=count)
    assert seller.sent == []
