"""What docs/evidence.md decides about paying, number by number, over the registry where it can."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from emulator.api.fields import Currency
from emulator.api.registry import Function, Kind
from emulator.domain.money import currency_code, currency_id
from emulator.testing import Answer, Seller
from emulator.testing.client import World
from tests.handlers import REGISTRY, handlers_of
from tests.tiers import Tally

RUB, USD, EUR = "126", "153", "50"
LICENSE: dict[str, Any] = {"pricelist": 55227, "period": 1, "ip": "192.0.2.201", "sok": "ok"}
MACHINE: dict[str, Any] = {"pricelist": 6, "period": 1, "sok": "ok"}
STEPS = ("payment.add", "payment.add.method", "payment.add.pay")
IN_A_CART = "cartorder.create.confirm"


def put_in_basket(seller: World, login: str = "reseller") -> str:
    """Two machines and a license in the basket; the number of their order."""
    for name in ("one.test", "two.test"):
        seller.call("vds.order.param", login=login, **MACHINE, domain=name)
    tariffs = rows_of(seller.call("soft.order.pricelist", login=login), "tariflist")
    numbers = [row["pricelist"] for row in tariffs]
    tariff = "55227" if "55227" in numbers else numbers[0]
    ordered = seller.call("soft.order.param", login=login, **{**LICENSE, "pricelist": tariff})
    return ordered.field("billorder")


def get(seller: Seller, path: str) -> Answer:
    return seller._send("GET", path, None, "")  # noqa: SLF001 - as a browser


def page_behind(seller: Seller, address: str) -> Answer:
    """The page that a person comes to who requests an address as it stands."""
    moved = get(seller, address)
    assert moved.status == 302
    return get(seller, moved.headers["Location"])


def pay(seller: Seller, address: str, action: str = "pay") -> None:
    path = get(seller, address).headers["Location"]
    clicked = seller._send("POST", path, {"action": action}, "")  # noqa: SLF001 - as a browser
    assert clicked.status == 303


def refusal(answer: Answer) -> str:
    assert answer.error is not None
    return f"{answer.error.type}/{answer.error.object}"


def rows_of(answer: Answer, name: str) -> list[dict[str, str]]:
    elements = answer.xml.findall(f"list[@name='{name}']/elem")
    return [{field.tag: field.text or "" for field in element} for element in elements]


# -- 106: sums of the basket -------------------------------------------------------------------


def test_106_sums_of_a_basket_are_bare_numbers_that_add_up(seller: Seller) -> None:
    seller.control("PATCH", "/accounts/reseller", {"discounts": [{"percent": 10}]})
    put_in_basket(seller)
    seller.call("basket", promocode="SPRING", sok="ok")
    basket = seller.call("basket")
    rows = rows_of(basket, "itemlist")
    sums = {
        name: sum(Decimal(row[name]) for row in rows) for name in ("cost", "fullcost", "discount")
    }
    assert (basket.field("total_sum"), basket.field("full_discount"), basket.field("tax")) == (
        f"{sums['cost']:.2f}", f"{sums['discount']:.2f}", "0.00",
    )  # fmt: skip
    assert sums["fullcost"] == sums["cost"] + sums["discount"]
    assert sums["discount"] > 0
    assert all(row["desc"] and Decimal(row["discount_percent"]) > 0 for row in rows)


def test_106_the_amount_beside_an_order_is_what_is_lacking_or_more(seller: Seller) -> None:
    seller.account("reseller", balance="1.00")
    order: dict[str, Any] = {"billorder": put_in_basket(seller), "paymethod": 1, "sok": "ok"}
    total = Decimal(seller.call("basket").field("total_sum"))
    assert seller.call("payment.add.method", **order).field("amount") == f"{total - 1:.2f}"
    as_shown = seller.call("payment.add.method", **order, amount=total)
    assert as_shown.field("amount") == f"{total:.2f}"
    assert refusal(seller.call("payment.add.method", **order, amount="1.00")) == "value/amount"
    pay(seller, as_shown.field("ok"))
    assert seller.account()["balance"] == "1.00"
    seller.account("reseller", balance="4.60")
    ordered = seller.call("soft.order.param", **{**LICENSE, "ip": "192.0.2.202"})
    order = {"billorder": ordered.field("billorder")}
    for step in STEPS:
        form, begun = seller.call(step, **order), seller.call(step, **order, sok="ok", paymethod="")
        assert form.field("amount") == begun.field("amount") == "1.00"
        assert begun.field("paymethod_name") == "Bank card", step
        assert seller.call("payment.delete", elid=begun.field("payment_id")).error is None
    refused = seller.call("payment.add.method", **order, paymethod=0, sok="ok")
    assert refused.error is not None
    assert refused.error.type == "not_enough_money"
    group = refused.xml.findtext("error/group") or ""
    assert "__amount__ EUR. Your current balance: 4.60 EUR" in group


def test_106_a_button_that_the_basket_does_not_have_is_refused(seller: Seller) -> None:
    put_in_basket(seller)
    pressed = seller.call("basket", clicked_button="clear", sok="ok")
    assert refusal(pressed) == "value/clicked_button"
    assert seller.call("basket", clicked_button="ok", sok="ok").error is None
    coded = seller.call("basket", clicked_button="apply", promocode="SPRING", sok="ok")
    assert coded.error is None
    assert seller.call("basket").field("promocode") == "SPRING"


# -- 107: what leads to a payment page ----------------------------------------------------------


def test_107_a_browser_with_a_login_is_led_to_the_page_too(seller: Seller) -> None:
    begun = seller.call("payment.add", amount="12.00", sok="ok")
    number = begun.field("payment_id")
    session = seller.call("auth", username="reseller", password="secret").xml.findtext("auth")
    query = f"/billmgr?func=payment.add.redirect&payment_id={number}"
    for caller in (f"&auth={session}", "&authinfo=reseller:secret"):
        assert "12.00 EUR" in page_behind(seller, query + caller).text
        for out in ("xml", "json"):
            assert get(seller, f"{query}{caller}&out={out}").status == 200
    assert refusal(get(seller, f"{query}99&authinfo=reseller:secret")) == "missed/payment"


def test_107_who_posts_a_session_to_the_address_is_led_to_the_page_too(seller: Seller) -> None:
    address = seller.call("payment.add", amount="12.00", sok="ok").field("ok")
    session = seller.call("auth", username="reseller", password="secret").field("auth")

    def post(**sent: str) -> Answer:
        return seller._send("POST", address, {"auth": session, "lang": "en", **sent}, "")  # noqa: SLF001 - as a browser

    moved = post()
    assert (moved.status, moved.headers["Location"][:5]) == (302, "/pay/")
    for sent in ({"out": "json"}, {"sok": "ok"}):
        assert post(**sent).status == 200


@pytest.mark.parametrize("func", STEPS)
@pytest.mark.parametrize("world", ["", "other"])
def test_107_ok_is_an_address_that_can_be_requested(seller: Seller, func: str, world: str) -> None:
    shop = seller.world("other") if world else seller
    begun = shop.call(func, amount="12.00", paymethod=1, sok="ok")
    address = begun.field("ok")
    assert address.startswith("/")
    session = shop.call("auth", username="reseller", password="secret", login="").xml.findtext(
        "auth"
    )
    for opened in (address, f"{address}&auth={session}", f"{address}&lang=ru"):
        assert "12.00 EUR" in page_behind(seller, opened).text
    document = get(seller, f"{address}&out=xml")
    assert (document.field("payment_id"), document.field("status")) == (
        begun.field("payment_id"),
        "1",
    )


def without_submit(function: Function) -> dict[str, str]:
    return {name: text for name, text in function.example.items() if name != "sok"}


def submits(function: Function) -> Iterator[dict[str, str]]:
    """What is sent to submit a form, by each of its buttons; or to call an action."""
    sent = {name: text for name, text in function.example.items() if name != "snext"}
    if function.next_step:
        later = REGISTRY[function.next_step].example
        needed = {name: later[name] for name in ("pricelist", "period") if name in later}
        sent = {**needed, **sent}
    if function.kind is Kind.ACTION:
        yield sent
        return
    for button in ("", *function.buttons):
        yield {**sent, "sok": "ok", **({"clicked_button": button} if button else {})}


@pytest.mark.one_per.with_args(handlers_of)
@pytest.mark.parametrize("func", [f.name for f in REGISTRY if f.kind in (Kind.FORM, Kind.ACTION)])
def test_107_every_ok_can_be_requested_as_it_stands(seller: Seller, func: str) -> None:
    if func == IN_A_CART:
        pytest.skip("needs a position; test_107_the_new_cart_leads_to_the_page_too")
    for sent in submits(REGISTRY[func]):
        seller.reset()
        answer = seller.call(func, **sent)
        ok = (answer.xml.findtext("ok") or "") if answer.error is None else ""
        if ok.startswith("/"):
            assert page_behind(seller, ok).status == 200
        elif ok and "://" not in ok:  # the machine of a service does not exist
            followed = seller.call("", **dict(parse_qsl(ok)))
            assert followed.error is None, f"{func} {sent} leads to {ok}: {followed.text}"


def test_107_the_new_cart_leads_to_the_page_too(seller: Seller) -> None:
    seller.account("reseller", balance="0.00")
    line: dict[str, Any] = {
        "clicked_button": "order",
        "order_period": 1,
        "pricelist": 6,
        "sok": "ok",
    }
    position = seller.call("v2.vds.order.param", **line).field("lineitem.id")
    begun = seller.call(IN_A_CART, elid=position, paymethod_id=1, sok="ok")
    pay(seller, begun.field("ok"))
    assert seller.call("order").xml.find("list[@name='paidlist']/elem") is not None
    again = seller.call("v2.vds.order.param", **line).field("lineitem.id")
    refused = seller.call(IN_A_CART, elid=again, paymethod_id=99, sok="ok")
    assert refusal(refused) == "value/paymethod_id"


def choose_card(seller: Seller, func: str) -> dict[str, Any]:
    """A server in the cart, and the fields that pay for it by card."""
    line: dict[str, Any] = {
        "clicked_button": "order",
        "order_period": 1,
        "pricelist": 6,
        "sok": "ok",
    }
    position = seller.call("v2.vds.order.param", **line).field("lineitem.id")
    if func == IN_A_CART:
        return {"elid": position, "paymethod_id": 1}
    return {"billorder": seller.call("basket").field("billorder"), "paymethod": 1}


@pytest.mark.parametrize("func", [*STEPS[:2], IN_A_CART])
def test_107_a_chosen_card_pays_the_whole_order_where_the_balance_is_not_first(
    seller: Seller, func: str
) -> None:
    paid = seller.call(func, **choose_card(seller, func), sok="ok")
    assert paid.field("ok") == "func=order"
    seller.rules(balance_first=False)
    chosen, before = choose_card(seller, func), seller.account()["balance"]
    begun = seller.call(func, **chosen, sok="ok")
    assert begun.field("ok").startswith("/billmgr?")
    assert begun.field("amount") == "3.00"
    assert seller.account()["balance"] == before
    pay(seller, begun.field("ok"))
    assert seller.call("basket").field("billorder") == ""
    assert seller.account()["balance"] == before
    again = put_in_basket(seller)
    paid = seller.call("payment.add", billorder=again, sok="ok")
    assert paid.field("ok") == "func=order", "without a way of paying the balance is the first"


def test_36_an_order_shows_what_is_paid_for_it(seller: Seller) -> None:
    line: dict[str, Any] = {"clicked_button": "order", "order_period": 1, "pricelist": 6}
    ordered = [seller.call("v2.vds.order.param", **line, sok="ok") for _ in range(3)]
    first, second, _ = (answer.field("lineitem.id") for answer in ordered)
    seller.call("cart", promocode="SPRING", sok="ok")

    def amounts(table: str) -> list[str]:
        return [row["amount_iso"] for row in rows_of(seller.call("order"), table)]

    waiting = seller.call("cart").xml.findtext("total/cost")
    assert amounts("openlist") == [f"{waiting} EUR"]
    seller.call(IN_A_CART, elid=f"{first}, {second}", paymethod_id=0, sok="ok")
    assert amounts("paidlist")[0] == "5.40 EUR"
    rest = seller.call("basket").field("billorder")
    seller.call("basket", id=rest, clicked_button="free", sok="ok")
    assert sorted(amounts("paidlist")[:2]) == ["2.70 EUR", "5.40 EUR"]
    assert (waiting, seller.account()["balance"]) == ("8.10", "991.90")


def test_142_the_newer_cart_offers_the_ways_to_pay(seller: Seller) -> None:
    line: dict[str, Any] = {"clicked_button": "order", "order_period": 1, "pricelist": 6}
    position = seller.call("v2.vds.order.param", **line, sok="ok").field("lineitem.id")
    form = seller.call(IN_A_CART, elid=position)
    offered = [option.get("key") for option in form.xml.findall("slist[@name='paymethod_id']/val")]
    assert offered == [row["paymethod"] for row in rows_of(form, "methodlist")]
    assert (form.field("paymethod_id"), offered[0]) == ("0", "0")
    seller.account("reseller", balance="0.00")
    poor = rows_of(seller.call(IN_A_CART, elid=position), "methodlist")
    assert [row["paymethod"] for row in poor] == offered[1:]
    assert poor[0]["payment_minamount"] == "3.00"


def test_107_a_payment_of_some_positions_leaves_the_others(seller: Seller) -> None:
    seller.account("reseller", balance="0.00")
    line: dict[str, Any] = {"clicked_button": "order", "order_period": 1, "pricelist": 6}
    first, second = (
        seller.call("v2.vds.order.param", **line, domain=name, sok="ok").field("lineitem.id")
        for name in ("one.test", "two.test")
    )
    begun = seller.call(IN_A_CART, elid=second, paymethod_id=1, sok="ok")
    assert (begun.field("amount"), begun.field("payment_currency")) == ("3.00", EUR)
    pay(seller, begun.field("ok"))
    states = {row["domain"]: row["status"] for row in seller.call("vds").rows()}
    assert (states["one.test"], states["two.test"]) == ("1", "2")
    assert rows_of(seller.call("basket"), "itemlist")[0]["id"] == first
    assert seller.account()["balance"] == "0.00"


def test_116_listed_prices_are_those_of_the_list_or_of_the_account(seller: Seller) -> None:
    seller.account("reseller", discounts=[{"percent": 15}])
    line: dict[str, Any] = {"pricelist": 6, "order_period": 3, "addon_10": 2, "sok": "ok"}
    seller.call("v2.vds.order.param", **line, clicked_button="order")
    seller.call("cart", promocode="SPRING", sok="ok")
    for rule, three_months, sum_of_parts in (
        ("list", "8.70", "13.05"),
        ("account", "7.40", "9.98"),
    ):
        seller.rules(listed_prices=rule)
        (row, *_) = seller.call("v2.vds.order.pricelist").xml.findall("list/elem")
        assert row.findtext("price") == "<b>2.55 EUR / Month</b>"
        assert row.findtext("prices/price[period='3']/cost") == three_months
        (position,) = seller.call("cart").xml.findall("list/elem")
        assert position.findtext("price/price/cost") == "9.98"
        shown = position.iter("configuration_price")
        amounts = [Decimal((part.text or "").removesuffix(" EUR")) for part in shown]
        assert f"{sum(amounts):.2f}" == sum_of_parts


# -- 108: the form of paying --------------------------------------------------------------------


@pytest.mark.parametrize("func", STEPS)
def test_108_steps_of_paying_have_a_currency_and_columns_of_methods(
    seller: Seller, func: str
) -> None:
    form = seller.call(func, amount="10.00")
    (option,) = form.xml.findall("slist[@name='payment_currency']/val")
    assert (option.get("key"), option.text, form.field("payment_currency")) == (EUR, "EUR", EUR)
    for row in rows_of(form, "methodlist"):
        assert row["paymethod"].isdecimal()
        assert (row["paymethod_currency"], row["paymethod_currency_iso"]) == (EUR, "EUR")
        assert row["name"]


@pytest.mark.parametrize("func", STEPS)
def test_108_what_matters_is_taken_or_refused(seller: Seller, func: str) -> None:
    payer = seller.call("profile").rows()[0]["id"]
    order: dict[str, Any] = {"amount": "10.00", "paymethod": 1, "sok": "ok"}
    for currency in (EUR, "EUR", "eur", ""):
        assert seller.call(func, **order, payment_currency=currency).error is None
    for currency in (RUB, "RUB", "rouble", "7"):
        refused = seller.call(func, **order, payment_currency=currency)
        assert refusal(refused) == "value/payment_currency"
    begun = seller.call(func, **order, profile=payer)
    assert begun.field("profile") == payer
    assert refusal(seller.call(func, **order, profile=99999)) == "missed/profile"
    assert refusal(seller.call(func, **{**order, "paymethod": 99})) == "value/paymethod"


def test_108_an_abandoned_payment_is_taken_up_again(seller: Seller) -> None:
    seller.account("reseller", balance="0.00")
    order = put_in_basket(seller)
    total = seller.call("basket").field("total_sum")
    begun = seller.call("payment.add.method", billorder=order, amount=total, paymethod=2, sok="ok")
    number = begun.field("payment_id")
    form = seller.call("payment.add", payment_id=number)
    assert (form.field("amount"), form.field("paymethod_name")) == (total, "Bank transfer")
    again = seller.call("payment.add.method", payment_id=number, paymethod=1, sok="ok")
    assert (again.field("payment_id"), again.field("paymethod_name")) == (number, "Bank card")
    pay(seller, again.field("ok"))
    (newest, *_) = seller.call("payment").rows()
    assert (newest["id"], newest["status_orig"], newest["paymethod_name"]) == (
        number, "4", "Bank card",
    )  # fmt: skip
    assert seller.call("basket").field("billorder") == ""
    paid = seller.call("payment.add.method", payment_id=number, sok="ok")
    assert paid.field("ok") == "func=payment"


@pytest.mark.parametrize("func", STEPS)
def test_108_a_payment_that_is_taken_up_is_changed_or_the_change_refused(
    seller: Seller, func: str
) -> None:
    payer = seller.call("profile").rows()[0]["id"]
    begun = seller.call("payment.add.method", amount="20.00", paymethod=1, sok="ok")
    own: dict[str, Any] = {"payment_id": begun.field("payment_id"), "sok": "ok"}
    changed = seller.call(func, **own, paymethod=2, profile=payer, amount="20.00")
    assert (changed.field("paymethod_name"), changed.field("profile")) == ("Bank transfer", payer)
    for name, sent, kind in (
        ("amount", "21.00", "value"), ("billorder", "77", "value"), ("paymethod", "99", "value"),
        ("payment_currency", RUB, "value"), ("profile", "99999", "missed"),
    ):  # fmt: skip
        assert refusal(seller.call(func, **{**own, name: sent})) == f"{kind}/{name}"
    (newest, *_) = seller.call("payment").rows()
    assert (newest["amount"], newest["paymethod_name"]) == ("20.00", "Bank transfer")


# -- 109: numbers of currencies -----------------------------------------------------------------


def test_109_currencies_have_numbers_and_both_names_are_read() -> None:
    assert [str(currency_id(code)) for code in ("RUB", "USD", "EUR")] == [RUB, USD, EUR]
    codes = ("RUB", "USD", "EUR", "AAA", "CHF", "ZZZ", "UAH")
    numbers = {currency_id(code) for code in codes}
    assert len(numbers) == len(codes)
    for code in codes:
        assert currency_code(str(currency_id(code))) == currency_code(f" {code.lower()} ") == code
    for bad in ("", "0", "49", "999999", "EU", "EURO", "-50", "5०"):
        assert currency_code(bad) is None
    own_number_of_eur = 1000 + 26 * (26 * (ord("E") - 65) + ord("U") - 65) + ord("R") - 65
    assert currency_code(str(own_number_of_eur)) is None


def test_109_ids_of_every_list_are_numbers(seller: Seller, tally: Tally) -> None:
    lists = [function for function in REGISTRY if function.kind is Kind.LISTING]
    for function in lists:
        answer = seller.call(function.name, **function.example)
        assert answer.error is None, function.name
        for row in answer.rows():
            assert row.get("id", "0").isdecimal(), f"{function.name}: {row['id']}"
    tally("lists whose ids are numbers", [function.name for function in lists], len(lists))


def test_109_keys_of_every_select_of_a_list_are_numbers(seller: Seller, tally: Tally) -> None:
    """A select whose name ends in that of a list: `country`, `payment_currency`."""
    lists = {function.name for function in REGISTRY if function.kind is Kind.LISTING}
    selects: set[str] = set()
    for function in REGISTRY:
        if function.kind is not Kind.FORM:
            continue
        form = seller.call(function.name, **without_submit(function))
        for select in form.xml.findall("slist") if form.error is None else ():
            name = select.get("name", "")
            if name.rpartition("_")[2] in lists:
                keys = {option.get("key", "") for option in select} - {"null"}
                assert all(map(str.isdecimal, keys)), f"{function.name}: {name}"
                selects.add(name)
    tally("selects whose keys are numbers", selects, len(selects))
    assert {"country", "payment_currency"} <= selects


def test_109_a_filter_takes_the_number_and_the_code(seller: Seller) -> None:
    by_number, by_code, other = (
        seller.call("payment", filter="on", currency=sent).rows() for sent in (EUR, "EUR", RUB)
    )
    assert by_number == by_code != []
    assert other == []


def test_109_every_field_of_a_currency_is_chosen_from_numbers(seller: Seller, tally: Tally) -> None:
    forms = [
        (function.name, name)
        for function in REGISTRY
        for name, field in (function.returns.wire_fields if function.returns else {}).items()
        if isinstance(field, Currency) and function.name != IN_A_CART  # which needs a position
    ]
    for func, name in forms:
        form = seller.call(func, amount="10.00", payment_id=1)
        assert form.field(name) == EUR, f"{func}: {name}"
    tally("fields with a currency", [" ".join(form) for form in forms], len(forms))
    assert forms


# -- 142: the balance as a way to pay -----------------------------------------------------------


@pytest.mark.parametrize("func", STEPS)
@pytest.mark.parametrize("lang", ["en", "ru"])
def test_142_an_order_that_the_balance_covers_has_a_row_for_it(
    seller: Seller, func: str, lang: str
) -> None:
    order = put_in_basket(seller)
    form = seller.call(func, billorder=order, lang=lang)
    (balance, *others) = form.xml.findall("list[@name='methodlist']/elem")
    assert balance.findtext("paymethod_type") == "0"
    assert "balance" in (balance.findtext("name") or "")
    for row, button in ((balance, "fromsubaccount"), *((other, "ok") for other in others)):
        assert row.findtext("desc")
        assert [b.get("name") for b in row.findall("action/button")] == [button]
        assert (row.findtext("paymethod_type") == "0") is (row is balance)
    paid = seller.call(func, billorder=order, clicked_button="fromsubaccount", sok="ok")
    assert paid.field("ok") == "func=order"
    assert seller.call("basket").field("billorder") == ""


@pytest.mark.parametrize("func", STEPS)
def test_142_there_is_no_such_row_where_the_balance_does_not_suffice(
    seller: Seller, func: str
) -> None:
    order = put_in_basket(seller, "poor")
    for form in (seller.call(func, login="poor", billorder=order), seller.call(func, amount=5)):
        assert "0" not in [row["paymethod_type"] for row in rows_of(form, "methodlist")]
    pressed = {"clicked_button": "fromsubaccount", "sok": "ok"}
    poor = seller.call(func, login="poor", billorder=order, **pressed)
    assert refusal(poor) == "not_enough_money/"
    assert refusal(seller.call(func, amount=5, **pressed)) == "value/billorder"
    assert seller.call("basket", login="poor").field("billorder") == order


# -- the whole flow -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("currency", "number", "world"), [("EUR", EUR, "small"), ("RUB", RUB, "russian")]
)
def test_106_a_basket_is_paid_with_what_it_showed(
    seller: Seller, currency: str, number: str, world: str
) -> None:
    shop = seller.world("paying", world)
    shop.account("reseller", balance="0.00")
    order = put_in_basket(shop)
    basket = shop.call("basket", out="json").json["doc"]
    form = shop.call("payment.add", billorder=order, out="json").json["doc"]
    (method, *_) = next(li for li in form["list"] if li["$name"] == "methodlist")["elem"]
    assert method["paymethod_currency_iso"]["$"] == currency
    begun = shop.call(
        "payment.add.method",
        billorder=basket["billorder"]["$"],
        amount=basket["total_sum"]["$"],
        payment_currency=form["payment_currency"]["$"],
        paymethod=method["paymethod"]["$"],
        sok="ok",
    )
    assert form["payment_currency"]["$"] == number
    assert f"{basket['total_sum']['$']} {currency}" in page_behind(seller, begun.field("ok")).text
    pay(seller, begun.field("ok"))
    names = [row["item.id"]["$"] for row in basket["list"][0]["elem"]]
    assert [shop.service(int(name))["status"] for name in names] == [2, 2, 2]
    assert shop.account()["balance"] == "0.00"


# -- 134: stored ways of paying -----------------------------------------------------------------


def test_134_a_way_of_paying_is_stored_by_a_payment(seller: Seller) -> None:
    form = seller.call("payment.stored_methods.add")
    assert [row["name"] for row in rows_of(form, "methodlist")] == ["Bank card"]
    begun = seller.call("payment.stored_methods.add", paymethod=1, sok="ok")
    (stored,) = seller.call("payment.recurring.stored_methods").rows()
    number = stored["id"]
    choice = {"stored_method": number, "sok": "ok"}
    assert stored["active"] == "off"
    assert refusal(seller.call("payment.recurring.settings", **choice)) == "missed/stored_method"
    pay(seller, begun.field("ok"))
    assert seller.account()["balance"] == "1001.00"
    assert seller.call("payment.recurring.settings", **choice).error is None
    assert seller.call("payment.recurring.settings").field("stored_method") == number
    named = {"elid": number, "name": "my card", "sok": "ok"}
    assert seller.call("payment.recurring.stored_methods.edit", elid=number).field("elid") == number
    assert seller.call("payment.recurring.stored_methods.edit", **named).error is None
    (stored,) = seller.call("payment.recurring.stored_methods").rows()
    assert (stored["name"], stored["active"], stored["recurring"]) == ("my card", "on", "on")
    assert seller.call("payment.recurring.stored_methods.delete", elid=number).error is None
    assert seller.call("payment.recurring.stored_methods").rows() == []
    assert seller.call("payment.recurring.settings").field("stored_method") == "0"


def test_134_what_is_not_stored_is_refused(seller: Seller) -> None:
    seller.call("payment.stored_methods.add", paymethod=1, sok="ok")
    (stored,) = seller.call("payment.recurring.stored_methods").rows()
    for name in ("edit", "delete"):
        func = f"payment.recurring.stored_methods.{name}"
        foreign = seller.call(func, login="other", elid=stored["id"], sok="ok")
        assert refusal(foreign) == "missed/stored_method"
    empty = {"elid": stored["id"], "name": " ", "sok": "ok"}
    assert refusal(seller.call("payment.recurring.stored_methods.edit", **empty)) == "value/name"
    for number in (2, 99):
        refused = seller.call("payment.stored_methods.add", paymethod=number, sok="ok")
        assert refusal(refused) == "value/paymethod"


def test_106_the_discount_in_per_cent_is_the_one_agreed(seller: Seller) -> None:
    """15 % off 8.70 are 1.30, which are 14.94 % of it; agreed were 15."""
    seller.control("PATCH", "/accounts/reseller", {"discounts": [{"percent": 15}]})
    seller.call("vds.order.param", pricelist=6, period=3, domain="a.example.com", sok="ok")
    (row,) = seller.call("basket").xml.findall("list[@name='itemlist']/elem")
    assert (row.findtext("discount"), row.findtext("discount_percent")) == ("1.30", "15.00")
    seller.call("basket", promocode="SPRING", sok="ok")
    (row,) = seller.call("basket").xml.findall("list[@name='itemlist']/elem")
    assert row.findtext("discount_percent") == "23.50"
