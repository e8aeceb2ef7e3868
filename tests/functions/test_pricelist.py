"""The price list."""

from __future__ import annotations

from decimal import Decimal
from xml.etree.ElementTree import Element

import pytest

from emulator.domain.catalogue.rows import load
from emulator.worlds import pricelist
from tests.functions.seller import Seller, child


@pytest.fixture
def strict(shop: Seller) -> Seller:
    shop.worlds.create("strict", "strict")
    shop.worlds.create("russian", "russian")
    return shop


def export_of(shop: Seller, number: int, who: str | None = None, world: str = "") -> Element:
    return child(shop.doc("pricelist.export", who, world, pricelist=str(number)), "pricelist")


def ids(doc: Element) -> list[int]:
    return [int(tariff.findtext("id") or "") for tariff in doc.findall("pricelist")]


def prices(of: Element) -> dict[str | None, str | None]:
    return {p.get("length"): p.get("cost") for p in child(of, "price").findall("period")}


def test_strangers_read_the_price_list_of_an_open_world(shop: Seller) -> None:
    tariff = export_of(shop, 55227)
    assert tariff.findtext("name") == "ISPmanager 6 Lite"
    assert child(tariff, "price").get("currency") == "EUR"
    assert prices(tariff) == {"1": "5.0000", "12": "55.0000"}
    assert {p.get("type") for p in tariff.findall("price/period")} == {"month"}
    assert tariff.findtext("active") == "on"
    assert tariff.findtext("archived") == tariff.findtext("hideinorder") == ""
    assert tariff.findtext("itemtype_info/intname") == "soft"
    assert (tariff.findtext("itemtype") or "").isdigit()


def test_strangers_are_refused_where_the_world_says_so(strict: Seller) -> None:
    assert strict.refusal("pricelist.export", who=None, world="strict") == "access/"
    assert ids(strict.doc("pricelist.export", world="strict"))


def test_a_wrong_password_opens_no_price_list(shop: Seller) -> None:
    doc = shop.doc("pricelist.export", who=None, authinfo="reseller:wrong")
    assert child(doc, "error").get("type") == "auth"


def test_without_a_login_prices_are_in_the_worlds_currency(strict: Seller) -> None:
    tariff = export_of(strict, 55231, world="russian")
    assert child(tariff, "price").get("currency") == "RUB"


def test_texts_are_in_both_languages_whatever_the_callers_is(shop: Seller) -> None:
    tariff = export_of(shop, 55230)
    assert tariff.findtext("description") == "A cluster of servers, paid by the node"
    assert tariff.findtext("description_ru") == "Кластер серверов, оплата по числу узлов"
    assert tariff.findtext("addon/name") == "Cluster nodes"
    assert tariff.findtext("addon/name_ru") == "Узлы кластера"
    russian = shop.doc("pricelist.export", None, pricelist="55230", lang="ru")
    assert russian.findtext("pricelist/name") == tariff.findtext("name")
    assert russian.findtext("pricelist/price/period") == "Месяц"


def test_a_trial_is_a_period_of_its_own_length(shop: Seller) -> None:
    assert prices(export_of(shop, 55239)) == {"-100": "0.0000"}


def test_159_months_stand_before_trial_and_day(shop: Seller) -> None:
    mixed = 0
    for tariff in shop.doc("pricelist.export", None).findall("pricelist"):
        for price in tariff.iter("price"):
            lengths = [int(period.get("length") or "") for period in price.findall("period")]
            months = [length for length in lengths if length > 0]
            assert lengths[: len(months)] == sorted(months), tariff.findtext("id")
            mixed += 0 < len(months) < len(lengths)
    assert mixed


def test_an_addon_has_its_limits_and_its_price_for_each_period(shop: Seller) -> None:
    addon = child(export_of(shop, 55230), "addon")
    texts = {name: addon.findtext(name) for name in ("id", "addontype", "billtype", "intname")}
    assert texts == {"id": "55236", "addontype": "2", "billtype": "2", "intname": "node"}
    limits = [addon.findtext(f"addon{name}") for name in ("limit", "min", "max", "step")]
    assert limits == ["1", "1", "260", "1"]
    assert addon.findtext("addon_itemtype_info/intname") == "node"
    assert prices(addon) == {"1": "12.0000", "12": "132.0000"}


def test_a_measure_occurs_twice_as_a_number_and_as_an_object(shop: Seller) -> None:
    number, named = child(export_of(shop, 55230), "addon").findall("measure")
    assert number.text == named.findtext("id")
    assert (named.findtext("name"), named.findtext("name_ru")) == ("pcs.", "шт.")
    flat = shop.flat("pricelist.export", None, pricelist="55230")["pricelist"][0]["addon"][0]
    assert flat["measure"] == [number.text, {"id": number.text, "name": "pcs.", "name_ru": "шт."}]


def test_an_order_costs_what_the_price_list_says(shop: Seller) -> None:
    tariff = export_of(shop, 55230, who="reseller")
    base = Decimal(prices(tariff)["12"] or "")
    node = Decimal(prices(child(tariff, "addon"))["12"] or "")
    included = int(tariff.findtext("addon/addonlimit") or "")
    shop.order("192.0.2.201", tariff="55230", period="12", addon_55236="4")
    charged = shop.rows("expense")[0]["amount"].removesuffix(" EUR")
    assert Decimal(charged) == base + node * (4 - included)


def test_in_bjson_tariffs_and_periods_are_arrays_even_when_alone(shop: Seller) -> None:
    answer = shop.flat("pricelist.export", None, pricelist="55239")
    (tariff,) = answer["pricelist"]
    (period,) = tariff["price"]["period"]
    assert tariff["id"] == "55239"
    assert (period["type"], period["length"], period["cost"]) == ("month", "-100", "0.0000")


def test_the_product_type_filters_by_its_name_and_by_its_number(shop: Seller) -> None:
    everything = ids(shop.doc("pricelist.export", None))
    numbers: list[int] = []
    types = {tariff.type for tariff in load(shop.worlds.connect("default")).all()}
    examples = {
        export_ofiff.type: export_ofiff.id
        for export_ofiff in load(shop.worlds.connect("default")).all()
    }
    assert {"soft", "vds", "domain"} <= types
    for name, example in examples.items():
        number = export_of(shop, example).findtext("itemtype") or ""
        own = ids(shop.doc("pricelist.export", None, itemtype=name))
        assert example in own
        assert ids(shop.doc("pricelist.export", None, itemtype=number)) == own
        numbers += own
    assert sorted(numbers) == sorted(everything)
    assert ids(shop.doc("pricelist.export", None, itemtype="forexbox")) == []


def test_an_unknown_tariff_leaves_an_empty_document(shop: Seller) -> None:
    doc = shop.doc("pricelist.export", None, pricelist="1")
    assert doc.find("error") is None
    assert ids(doc) == []


def test_there_is_one_provider(shop: Seller) -> None:
    assert ids(shop.doc("pricelist.export", None, elid="1")) == ids(
        shop.doc("pricelist.export", None)
    )
    assert shop.refusal("pricelist.export", who=None, elid="2") == "missed/project"
    assert shop.refusal("pricelist.export", who=None, pricelist="x") == "value/pricelist"


def test_what_cannot_be_ordered_is_not_active_and_not_among_the_available(strict: Seller) -> None:
    doc = strict.doc("pricelist.export", world="strict")
    active = {
        int(tariff.findtext("id") or "")
        for tariff in doc.findall("pricelist")
        if tariff.findtext("active") == "on"
    }
    available = ids(strict.doc("pricelist.export", world="strict", onlyavailable="on"))
    assert set(available) == active
    # Russian codes are not for this world's country; retired ones are archived.
    assert 55227 in active
    assert 55231 in ids(doc)
    assert 55231 not in active
    archived = [t for t in doc.findall("pricelist") if t.findtext("archived") == "on"]
    assert archived
    assert {t.findtext("active") for t in archived} == {"off"}


def test_the_available_ones_are_those_the_order_form_offers(strict: Seller) -> None:
    for world in ("strict", "russian", "default"):
        for name in ("soft", "softexternal", "platform"):
            form = strict.doc(f"{name}.order", world=world)
            offered = [int(e.findtext("pricelist") or "") for e in form.findall("list/elem")]
            available = strict.doc(
                "pricelist.export", world=world, onlyavailable="on", itemtype=name
            )
            assert ids(available) == offered


def test_what_is_exported_reads_back_as_the_catalogue_it_came_from(shop: Seller) -> None:
    catalogue = load(shop.worlds.connect("default"))
    for out in ("xml", "json", "bjson"):
        text = shop.text("pricelist.export", who=None, out=out)
        read = pricelist.read(text.encode(), "EUR")
        assert [t.id for t in read.tariffs] == [t.id for t in catalogue.all()]
        for tariff in read.tariffs:
            tariff_again = catalogue[tariff.id]
            assert tariff.type == tariff_again.type
            assert tariff.prices["EUR"] == tariff_again.prices["EUR"]
            assert {a.id: a.prices.get("EUR") for a in tariff.addons.values()} == {
                a.id: a.prices.get("EUR") for a in tariff_again.addons.values()
            }
            items = {i.id: i.prices["EUR"] for a in tariff.addons.values() for i in a.items}
            offered = (i for a in tariff_again.addons.values() for i in a.items)
            assert items == {i.id: i.prices["EUR"] for i in offered}
            kinds = {(a.id, a.kind, a.standard) for a in tariff.addons.values()}
            assert kinds == {(a.id, a.kind, a.standard) for a in tariff_again.addons.values()}
            systems = [export_ofplate.intname for export_ofplate in tariff.ostempl]
            assert systems == [
                export_ofplate.intname for export_ofplate in tariff_again.options.get("ostempl", ())
            ]
            assert set(tariff.datacenters) == set(tariff_again.datacenters)
            assert tariff.most_at_once == tariff_again.most_at_once
