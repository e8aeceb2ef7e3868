"""Tariffs of a seller imported by a reselling BILLmanager, priced by it and kept in step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from reseller_client.resellers.billmanager.models import (
    Amount,
    NoRate,
    NotConnected,
    NotForSale,
    PeriodsDiffer,
    ProcessingModule,
)
from reseller_client.services.catalogue_models import AddonKind
from reseller_client.shop.prices import PriceRule, Rounding
from tests.client.billmanager_desk import LITE, NODES, SellerAndReseller, desk_at

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Waits


def addon(number: int, intname: str, kind: int, rest: str = "", *, cost: str = "2.0000") -> str:
    price = f'<price currency="EUR"><period cost="{cost}" type="month" length="1"/></price>'
    limits = "<addonmin>1</addonmin><addonmax>64</addonmax><addonlimit>1</addonlimit>"
    return (
        f"<addon><id>{number}</id><name>{intname.title()}</name><intname>{intname}</intname>"
        f"<addontype>{kind}</addontype>{limits}{price}{rest}</addon>"
    )


def panels(**costs: str) -> str:
    """An enumeration as the price list tells it: once as a number, once as an object."""
    items = "".join(
        f"<enumerationitem><id>{number}</id><intname>{name}</intname><name>{name}</name>"
        f'<price currency="EUR"><period cost="{cost}" type="month" length="1"/></price>'
        "</enumerationitem>"
        for number, (name, cost) in enumerate(costs.items(), start=93)
    )
    enumeration = f"<enumeration><intname>panel</intname>{items}</enumeration>"
    return addon(30, "panel", 3, f"<enumeration>7</enumeration>{enumeration}")


def templates(*names: str) -> str:
    values = "".join(
        f"<itemtypeparamvalue><intname>{name}</intname></itemtypeparamvalue>" for name in names
    )
    return f"<itemtypeparam><id>106</id>{values}</itemtypeparam>"


def priced(*inside: str, itemtype: str = "vds", cost: str = "10.0000", periods: str = "1") -> str:
    """A price list of one tariff."""
    each = "".join(
        f'<period cost="{cost}" type="month" length="{length}"/>' for length in periods.split()
    )
    return (
        "<doc><pricelist><id>1400</id><name>Machine</name><active>on</active>"
        f"<itemtype_info><intname>{itemtype}</intname></itemtype_info>"
        f'<price currency="EUR">{each}</price>{"".join(inside)}</pricelist></doc>'
    )


FULL = (
    addon(10, "ncpu", 2),
    addon(11, "backup", 1),
    panels(none="0.0000", lite="4.0000"),
    templates("ISPsystem__Debian-12-amd64"),
)


@pytest.fixture
def desk(shop: Seller, waits: Waits) -> Iterator[SellerAndReseller]:
    made = desk_at(shop, waits, "xml")
    with closing(made.connection):
        yield made


@pytest.fixture
def module(desk: SellerAndReseller) -> int:
    return desk.module("vds")


def test_a_tariff_is_imported_disabled_with_all_that_belongs_to_it(
    desk: SellerAndReseller, module: int
) -> None:
    desk.line.prices = priced(*FULL, periods="1 3")
    own = desk.reseller.tariffs.import_tariff(module, 1400)
    assert (own.enabled, own.name, own.itemtype) == (False, "Machine", "vds")
    assert own.prices == {1: Decimal("10.00"), 3: Decimal("10.00")}
    kinds = {addon.intname: addon.kind for addon in own.addons}
    assert kinds == {
        "ncpu": AddonKind.INTEGER,
        "backup": AddonKind.BOOLEAN,
        "panel": AddonKind.ENUMERATION,
    }
    panel = own.addon("panel")
    assert panel is not None
    assert panel.enumeration == "panel"
    assert [(choice.intname, choice.prices[1]) for choice in panel.choices] == [
        ("none", Decimal(0)),
        ("lite", Decimal(4)),
    ]
    assert [template.intname for template in own.templates] == ["ISPsystem__Debian-12-amd64"]
    assert desk.reseller.catalogue.tariff(own.id) == own
    with pytest.raises(NotForSale, match="not enabled"):
        desk.reseller.order("ada", own.id)


def test_templates_come_only_where_the_type_has_them(desk: SellerAndReseller) -> None:
    module = desk.module("vhost")
    desk.line.prices = priced(templates("ISPsystem__Debian-12-amd64"), itemtype="vhost")
    assert desk.reseller.tariffs.import_tariff(module, 1400).templates == ()


def test_a_tariff_of_periods_we_have_not_is_not_imported(
    desk: SellerAndReseller, module: int
) -> None:
    desk.reseller.catalogue.set_periods([1, 12])
    desk.line.prices = priced(periods="1 3 36")
    with pytest.raises(PeriodsDiffer, match="periods 3, 36; ours are 1, 12") as caught:
        desk.reseller.tariffs.import_tariff(module, 1400)
    assert caught.value.missing == (3, 36)
    assert desk.reseller.catalogue.tariffs() == ()


def test_another_currency_needs_its_rate_first(shop: Seller, waits: Waits) -> None:
    desk = desk_at(shop, waits, "xml", currency="USD")
    module = desk.module()
    with pytest.raises(NoRate, match="rate of EUR to USD"):
        desk.reseller.tariffs.import_tariff(module, LITE)
    desk.reseller.catalogue.set_rate("EUR", Decimal("1.10"))
    rule = PriceRule(markup=Decimal(40), rounding=Rounding.read(".99"))
    own = desk.reseller.tariffs.import_tariff(module, LITE, rule)
    assert own.prices[1] == Decimal("7.99")  # 5.00 EUR are 5.50 USD, and 7.70 with the markup
    desk.connection.close()


def test_own_prices_are_what_the_customer_pays(desk: SellerAndReseller) -> None:
    own = desk.tariff(NODES)
    tariffs = desk.reseller.tariffs
    tariffs.set_price(own, 1, Decimal("50.00"))
    tariffs.set_price(own, 1, Decimal("9.50"), addon="node")
    params = {"ip": "192.0.2.201", "licname": "ada"}
    opened = desk.reseller.order("ada", own, params=params, addons={"node": 3})
    assert opened.price == Decimal("69.00")
    desk.reseller.books.collect_costs()
    number = desk.item(opened.item).seller_id
    (margin,) = (row for row in desk.reseller.books.margins("main") if row.service_id == number)
    assert (margin.sold, margin.cost) == (Decimal("69.00"), opened.cost)


def test_a_synchronisation_takes_over_what_is_new(desk: SellerAndReseller, module: int) -> None:
    desk.line.prices = priced(*FULL)
    own = desk.reseller.tariffs.import_tariff(module, 1400)
    desk.reseller.tariffs.set_price(own.id, 1, Decimal("19.00"))
    assert desk.reseller.tariffs.sync(own.id).nothing
    desk.line.prices = priced(
        addon(10, "ncpu", 2, cost="3.0000"),
        addon(12, "mem", 2),
        panels(none="0.0000", lite="5.0000", pro="8.0000"),
        templates("ISPsystem__Debian-12-amd64", "ISPsystem__Debian-13-amd64"),
        cost="12.0000",
    )
    changes = desk.reseller.tariffs.sync(own.id)
    assert (changes.added, changes.disabled) == (("mem",), ("backup",))
    assert (changes.choices, changes.priced) == (("panel/pro",), ("panel/lite",))
    assert (changes.templates, changes.unlinked) == (("ISPsystem__Debian-13-amd64",), ())
    assert changes.broken == ("backup",)
    after = desk.reseller.catalogue.tariff(own.id)
    assert after.prices == {1: Decimal("19.00")}
    states = {addon.intname: (addon.active, addon.prices[1]) for addon in after.addons}
    assert states == {
        "ncpu": (True, Decimal(2)),
        "backup": (False, Decimal(2)),
        "panel": (True, Decimal(2)),
        "mem": (False, Decimal(2)),
    }
    panel = after.addon("panel")
    assert panel is not None
    assert [choice.prices[1] for choice in panel.choices] == [0, 5, 8]


def test_a_tariff_of_the_emulator_is_imported_whole_and_kept_in_step(
    desk: SellerAndReseller,
) -> None:
    own = desk.tariff(6, "vds")
    before = desk.reseller.catalogue.tariff(own)
    kinds = {addon.intname: addon.kind for addon in before.addons}
    assert kinds["ncpu"] is AddonKind.INTEGER
    assert kinds["ddos"] is AddonKind.BOOLEAN
    assert kinds["panel"] is AddonKind.ENUMERATION
    assert "ISPsystem__Debian-12-amd64" in {template.intname for template in before.templates}
    assert desk.reseller.tariffs.sync(own).nothing

    export = desk.shop.call("pricelist.export", out="xml").text
    desk.shop.sell(export.replace("<intname>ncpu</intname>", "<intname>cores</intname>").encode())
    changes = desk.reseller.tariffs.sync(own)
    assert (changes.added, changes.disabled, changes.broken) == (("cores",), ("ncpu",), ("ncpu",))
    with pytest.raises(NotForSale, match="ncpu"):
        desk.reseller.order("ada", own, params={"domain": "a.example"}, addons={"ncpu": 2})
    desk.reseller.tariffs.switch_addon(own, "cores")
    opened = desk.reseller.order("ada", own, params={"domain": "a.example"}, addons={"cores": 2})
    desk.reseller.check_event()
    assert desk.item(opened.item).addons["cores"] == 2


def test_templates_of_windows_are_linked_by_hand(desk: SellerAndReseller, module: int) -> None:
    desk.line.prices = priced(*FULL)
    own = desk.reseller.tariffs.import_tariff(module, 1400)
    desk.reseller.tariffs.enable(own.id)
    windows = "ISPsystem__Windows-Server-2022-amd64"
    desk.line.prices = priced(*FULL[:3], templates("ISPsystem__Debian-12-amd64", windows))
    assert desk.reseller.tariffs.sync(own.id).unlinked == (windows,)
    params = {"domain": "w.example.com", "ostempl": windows}
    with pytest.raises(NotForSale, match="no template"):
        desk.reseller.order("ada", own.id, params=params)
    desk.reseller.tariffs.link_template(own.id, windows)
    desk.reseller.order("ada", own.id, params=params)
    assert desk.line.calls[-1]["ostempl"] == windows
    with pytest.raises(NotForSale):
        desk.reseller.tariffs.link_template(own.id, windows)


def test_renaming_an_internal_name_breaks_the_link(desk: SellerAndReseller, module: int) -> None:
    desk.line.prices = priced(*FULL)
    own = desk.reseller.tariffs.import_tariff(module, 1400)
    desk.reseller.tariffs.enable(own.id)
    desk.reseller.tariffs.rename_addon(own.id, "ncpu", "cores")
    with pytest.raises(NotForSale, match="cores of Machine has no link to the seller"):
        desk.reseller.order("ada", own.id, addons={"cores": 2})
    changes = desk.reseller.tariffs.sync(own.id)
    assert (changes.added, changes.disabled) == (("ncpu",), ("cores",))
    assert changes.broken == ("cores",)
    assert desk.reseller.tariffs.sync(own.id).broken == ("cores",)


def test_an_order_sends_numbers_switches_and_choices(desk: SellerAndReseller, module: int) -> None:
    desk.line.prices = priced(*FULL)
    own = desk.reseller.tariffs.import_tariff(module, 1400)
    desk.reseller.tariffs.enable(own.id)
    amounts: dict[str, Amount] = {"ncpu": 4, "backup": 1, "panel": "lite"}
    opened = desk.reseller.order("ada", own.id, addons=amounts)
    sent = next(call for call in desk.line.calls if call["func"] == "vds.order.param")
    assert (sent["addon_10"], sent["addon_11"], sent["addon_30"]) == ("4", "on", "94")
    assert (sent["pricelist"], sent["period"], sent["skipbasket"]) == ("1400", "1", "on")
    assert (sent["remoteid"], sent["autoprolong"]) == (str(opened.item), "null")
    assert opened.price == Decimal("22.00")  # 10, three processors, the copy and the panel
    with pytest.raises(NotForSale, match="no choice plesk"):
        desk.reseller.order("ada", own.id, addons={"panel": "plesk"})


def test_of_several_modules_the_one_sorted_first_serves(desk: SellerAndReseller) -> None:
    first = desk.module(sort=5)
    own = desk.reseller.tariffs.import_tariff(first, LITE)
    second = desk.module(sort=1, department="night")
    assert desk.reseller.tariffs.module_of(own.id).id == first
    desk.reseller.tariffs.serve(own.id, second, LITE)
    assert desk.reseller.tariffs.module_of(own.id).id == second
    desk.reseller.tariffs.enable(own.id)
    params = {"ip": "192.0.2.201", "licname": "ada"}
    opened = desk.reseller.order("ada", own.id, params=params)
    assert desk.item(opened.item).module == second
    (task,) = desk.reseller.running.tasks()
    assert task.department == "night"
    with pytest.raises(ValueError, match="is of platform"):
        desk.reseller.tariffs.serve(own.id, desk.module("platform"), 55163)


@pytest.mark.parametrize(
    ("account", "check"),
    [
        ({"deletion": "forbidden"}, "deletion"),
        ({"deletion": "phone"}, "deletion"),
        ({"balance": "9.99"}, "balance"),
        ({"totp_secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"}, "second factor"),
    ],
)
def test_an_account_that_cannot_resell_gets_no_module(
    desk: SellerAndReseller, account: dict[str, str], check: str
) -> None:
    desk.shop.account("reseller", **account)
    module = ProcessingModule(0, "soft", "main", "Licences", Decimal(10))
    with pytest.raises(NotConnected) as caught:
        desk.reseller.add_module(module)
    assert [check.name for check in caught.value.report.checks if check.grade == "fail"] == [check]
    assert desk.reseller.catalogue.modules() == ()


def test_a_module_needs_an_account_and_a_type_that_is_known(desk: SellerAndReseller) -> None:
    with pytest.raises(ValueError, match="no account at a seller named elsewhere"):
        desk.reseller.add_module(ProcessingModule(0, "soft", "elsewhere", "x"))
    with pytest.raises(NotForSale, match="type forexbox is not declared"):
        desk.reseller.add_module(ProcessingModule(0, "forexbox", "main", "x"))
    assert desk.reseller.check_connection(desk.module()).ok
