"""A panel and modules, in the three modes: what it shows and buys, and never buys twice."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from emulator.panel import (
    BillingLogin,
    BillingRefused,
    BillingUnavailable,
    LicenseFileError,
    Panel,
    PanelSettings,
)
from emulator.panel.billing import Billing
from tests.panel.conftest import ADA, BILLING, COST, PRICE, Trade

VENDOR = BillingLogin("reseller", "secret")


def modules(panel: Panel) -> list[str]:
    license = panel.state().license
    assert license is not None
    return [module.intname for module in license.modules]


def funcs(trade: Trade) -> list[str]:
    return [
        (parse_qs(request.url.query.decode()) | parse_qs(request.content.decode()))["func"][0]
        for request in trade.requests
    ]


def test_automatic_it_orders_and_pays_at_the_partner_and_the_license_carries_it(
    trade: Trade,
) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    assert modules(panel) == []
    trade.requests.clear()
    assert panel.buy("Virusdie", ADA).outcome == "active"
    assert funcs(trade) == [
        "pricelist.export", "basket", "addition.order.param", "payment.add", "payment.add.method",
    ]  # fmt: skip
    assert modules(panel) == ["Virusdie"]
    assert (trade.balance(), trade.spent()) == (Decimal("30.00") - PRICE, COST)


def test_no_password_ever_stands_in_an_address(trade: Trade) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    panel.buy("Virusdie", ADA)
    panel.prolong("Virusdie", ADA)
    panel.delete("Virusdie", ADA)
    assert trade.requests
    assert [
        str(request.url) for request in trade.requests if ADA.password in str(request.url)
    ] == []


def test_buying_again_buys_nothing(trade: Trade) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    panel.buy("Virusdie", ADA)
    trade.requests.clear()
    assert panel.buy("Virusdie", ADA).outcome == "active"
    assert panel.buy("277", ADA).outcome == "active"
    assert "addition.order.param" not in funcs(trade)
    assert trade.spent() == COST


@pytest.mark.parametrize("lost", ["addition.order.param", "payment.add", "payment.add.method"])
def test_an_answer_that_is_lost_is_made_up_for_by_buying_again(trade: Trade, lost: str) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    losing = Losing(trade, lost)
    with httpx.Client(transport=losing) as http:
        lossy = Panel(panel._folder, http, panel._settings, wait=trade.waited.append)  # noqa: SLF001 - the same panel on another line
        with pytest.raises(BillingUnavailable, match="cannot be reached"):
            lossy.buy("Virusdie", ADA)
        assert lossy.buy("Virusdie", ADA).outcome == "active"
    assert (trade.balance(), trade.spent()) == (Decimal("30.00") - PRICE, COST)


class Losing(httpx.BaseTransport):
    """The line of a trade on which the first answer to one function is lost."""

    def __init__(self, trade: Trade, func: str) -> None:
        self._inner = trade.http._transport  # noqa: SLF001 - the same line
        self._func = func

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        if f"func={self._func}&" in request.content.decode():
            self._func = "none"
            raise httpx.ReadError("lost", request=request)
        return response


def test_a_module_that_is_paid_and_not_yet_in_the_license_is_shown_as_such(trade: Trade) -> None:
    trade.partner()
    trade.seller.provisioning("by_hand")
    panel = trade.panel()
    panel.refresh()
    purchase = panel.buy("Virusdie", ADA)
    assert purchase.outcome == "processing"
    assert len(trade.waited) == 4
    assert panel.buy("Virusdie", ADA).outcome == "processing"
    assert trade.balance() == Decimal("30.00") - PRICE


def test_too_little_money_leads_to_the_partners_site(trade: Trade) -> None:
    trade.partner()
    trade.shop.top_up(ADA.name, Decimal("-20.00"))
    panel = trade.panel()
    panel.refresh()
    purchase = panel.buy("Virusdie", ADA)
    assert (purchase.outcome, purchase.link) == ("to pay", BILLING)
    trade.shop.top_up(ADA.name, Decimal("20.00"))
    assert panel.buy("Virusdie", ADA).outcome == "active"
    assert trade.spent() == COST


def test_a_wrong_login_and_a_missing_one_buy_nothing(trade: Trade) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    with pytest.raises(BillingRefused) as refused:
        panel.buy("Virusdie", BillingLogin("ada", "wrong"))
    assert refused.value.type == "auth"
    with pytest.raises(ValueError, match="needs a login"):
        panel.buy("Virusdie")
    with pytest.raises(LookupError, match="sells no Nosuch; it sells Virusdie"):
        panel.buy("Nosuch", ADA)
    assert trade.spent() == 0


@pytest.mark.parametrize("mode", ["manual", "pricelist"])
def test_in_the_other_modes_the_panel_sends_a_person_and_orders_nothing(
    trade: Trade, mode: str
) -> None:
    trade.partner(mode)
    panel = trade.panel()
    panel.refresh()
    purchase = panel.buy("Virusdie", ADA)
    assert purchase.outcome == "by hand"
    assert purchase.link.startswith(BILLING)
    assert set(funcs(trade)) <= {"pricelist.export"}
    assert all(not request.content for request in trade.requests)


def test_price_list_and_redirect_name_the_module_and_the_license(trade: Trade) -> None:
    trade.partner("pricelist")
    panel = trade.panel()
    panel.refresh()
    (row,) = panel.state().rows
    assert row.price == (PRICE, "EUR")
    query = parse_qs(urlsplit(row.link).query)
    assert (query["pricelist"], query["item"]) == (["277"], ["100002"])
    # What the partner sells on its own site reaches the panel with its next license.
    trade.shop.pay(
        trade.shop.customer("ada"),
        trade.shop.put(trade.shop.customer("ada"), 277, 100002, 1, None).order_id,
    )
    panel.refresh()
    assert modules(panel) == ["Virusdie"]


def test_manual_mode_asks_the_partner_nothing(trade: Trade) -> None:
    trade.partner("manual")
    panel = trade.panel()
    panel.refresh()
    assert panel.state().rows == ()
    assert trade.requests == []


def test_without_a_partner_the_sellers_own_shop_sells(trade: Trade) -> None:
    panel = trade.panel()
    panel.refresh()
    assert {"Virusdie", "KernelCare"} <= {row.intname for row in panel.state().rows}
    assert panel.buy("KernelCare", VENDOR).outcome == "active"
    assert modules(panel) == ["KernelCare"]


def test_of_one_name_for_several_editions_the_one_that_fits_is_bought(trade: Trade) -> None:
    panel = trade.panel()
    panel.refresh()
    sold = [row.name for row in panel.state().rows if row.intname == "DrWeb"]
    assert sold[:3] == ["Dr.Web for Lite", "Dr.Web for Pro", "Dr.Web for Host"]
    assert panel.buy("DrWeb", VENDOR).outcome == "active"
    listed = trade.seller.call("addition", out="json").json["doc"]["elem"]
    assert listed[0]["pricelist_id"]["$"] == "55362"


def test_prolonging_and_deleting_go_to_the_partner(trade: Trade) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    panel.buy("Virusdie", ADA)
    end = panel.prolong("Virusdie", ADA)
    assert str(end) == "2027-03-10"
    panel.delete("Virusdie", ADA)
    assert modules(panel) == []
    with pytest.raises(LookupError, match="lists no Virusdie"):
        panel.prolong("Virusdie", ADA)


def test_what_replaces_the_word_of_the_file_is_what_was_said(trade: Trade) -> None:
    panel = trade.panel(billing=BILLING, mode="pricelist")
    panel.refresh()
    assert panel.state().partner.url == BILLING
    with pytest.raises(ValueError, match="mode: other"):
        PanelSettings("http://s.example", mode="other")


def test_a_license_that_is_closed_takes_the_modules_from_the_panel(trade: Trade) -> None:
    trade.partner()
    panel = trade.panel()
    panel.refresh()
    panel.buy("Virusdie", ADA)
    trade.seller.call("soft.delete", elid=100002)
    with pytest.raises(LicenseFileError, match="no such license"):
        panel.refresh()
    state = panel.state()
    assert (state.license, state.rows, state.trouble) == (None, (), "no such license")


def billing(body: bytes, status: int = 200) -> Billing:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=body))
    return Billing(httpx.Client(transport=transport), "http://partner.example/?site=1")


def listed(price: str, *, name: str = "Virusdie") -> bytes:
    return (
        f"<doc><pricelist><id>7</id><additionintname>{name}</additionintname>{price}</pricelist></doc>"
    ).encode()


MONTH = '<price currency="EUR"><period cost="{}" type="month" length="1"/></price>'


def test_the_documented_price_list_is_read() -> None:
    (offer,) = billing(
        listed(
            '<price currency="EUR"><period cost="9" type="year" length="1"/>'
            '<period cost="913.9286" type="month" length="1">monthly</period></price>'
        )
    ).offers(None)
    assert (offer.id, offer.price, offer.currency) == (7, Decimal("913.9286"), "EUR")


@pytest.mark.parametrize(
    "body",
    [
        listed(MONTH.format("12,00")),
        listed(MONTH.format("-1")),
        listed(MONTH.format("NaN")),
        listed(MONTH.format("12").replace("EUR", "euro")),
        listed(MONTH.format("12").replace("month", "monthly")),
        listed(MONTH.format("12").replace('"1"', '"12"')),
        listed(MONTH.format("12"), name=""),
        listed(MONTH.format("12")).replace(b"<id>7", b"<id>x"),
    ],
)
def test_what_a_panel_cannot_sell_by_is_left_out(body: bytes) -> None:
    assert billing(body).offers(None) == ()


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"doc":{}}', b"<other/>", b"x" * 5_000_000])
def test_what_is_no_document_is_told_in_a_line(body: bytes) -> None:
    with pytest.raises(BillingUnavailable, match="the billing's answer"):
        billing(body).offers(None)


@pytest.mark.parametrize(
    ("ok", "link"),
    [
        ("func=order", ""),
        ("", ""),
        ("func=payment.add.redirect&key=9", "http://partner.example/?site=1&func=payment.add.redirect&key=9"),
        ("javascript:alert(1)", "http://partner.example/?site=1&javascript:alert(1)"),
        ("https://evil.example/", "http://partner.example/?site=1&https://evil.example/"),
    ],
)  # fmt: skip
def test_an_answer_leads_a_browser_to_the_billing_and_nowhere_else(ok: str, link: str) -> None:
    body = f"<doc><ok>{ok.replace('&', '&amp;')}</ok></doc>".encode()
    assert billing(body).pay(ADA, "1") == link


def test_states_are_read_by_number_even_where_the_text_is_a_label() -> None:
    row = b'<elem><id>5</id><item_status orig="5_open">Opening</item_status></elem>'
    (module,) = billing(b"<doc>" + row + b"<elem><id>6</id></elem></doc>").modules(ADA)
    assert (module.id, module.status) == (5, 5)
