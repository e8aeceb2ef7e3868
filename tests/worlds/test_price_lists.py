from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from emulator.cli import mockseller
from emulator.domain.world import read
from emulator.settings import Settings
from emulator.testing import Seller
from emulator.worlds import pricelist
from emulator.worlds.pricelist.nodes import PriceListError
from emulator.worlds.worlds import Worlds
from tests.clocks import stopped_clock

MODULE = b"""<doc><pricelist><id>277</id><additionintname>Virusdie</additionintname>
<price currency="EUR"><period cost="913.9286" type="month" length="1">monthly</period></price>
</pricelist></doc>"""
MACHINE = b"""<?xml version="1.0"?><doc><pricelist><id>1400</id><name>VPS</name>
<name_ru>\xd0\x92\xd0\x9f\xd0\xa1</name_ru><active>on</active><hideinorder/><itemtype>3</itemtype>
<itemtype_info><intname>vds</intname></itemtype_info>
<price currency="RUB"><period cost="0.0000" type="month" length="-100">trial</period>
<period cost="490.0000" type="month" length="1">monthly</period>
<period cost="4900.0000" type="year" length="1">yearly</period></price>
<addon><id>2190</id><name>CPU</name><addontype>2</addontype><addonlimit>2</addonlimit>
<addonmin>1</addonmin><addonmax>8</addonmax><addonstep>1</addonstep>
<restrictclientchange>uponly</restrictclientchange>
<measure>6</measure><measure><id>6</id><name>Gb</name></measure>
<addon_itemtype_info><intname>ncpu</intname></addon_itemtype_info>
<price currency="RUB"><period cost="100" type="month" length="1"/></price></addon>
<addon><id>2191</id><addontype>3</addontype><enumeration>5</enumeration>
<enumeration><enumerationitem><id>93</id></enumerationitem></enumeration></addon>
</pricelist></doc>"""


def replaced_in(document: bytes | str, **replaced: str) -> bytes:
    text = document if isinstance(document, str) else document.decode()
    for old, new in replaced.items():
        text = text.replace(old, new)
    return text.encode()


def test_a_refusal_in_place_of_a_price_list_is_named() -> None:
    refusals = (
        b'<doc><error type="auth" object="badpassword"><msg>Invalid login</msg></error></doc>',
        b'{"doc": {"error": {"$type": "auth", "msg": {"$": "Invalid login"}}}}',
    )
    for document in refusals:
        with pytest.raises(PriceListError, match=r"^the document is a refusal of the seller: Inv"):
            pricelist.read(document, "EUR")


def test_a_module_of_a_partner_is_read_as_an_addition() -> None:
    (tariff,) = pricelist.read(MODULE, "USD").tariffs
    assert (tariff.id, tariff.type, tariff.name["en"]) == (277, "addition", "Virusdie")
    assert tariff.prices == {"EUR": {1: Decimal("913.9286")}}


def test_the_oddities_of_a_machine_are_survived() -> None:
    price_list = pricelist.read(MACHINE, "EUR")
    (tariff,) = price_list.tariffs
    assert (tariff.type, tariff.name["ru"]) == ("vds", "ВПС")
    assert tariff.prices == {"RUB": {-100: 0, 1: Decimal(490), 12: Decimal(4900)}}
    assert not tariff.trial
    addon, choice = tariff.addons.values()
    assert (addon.id, addon.intname) == (2190, "ncpu")
    assert (addon.restrict_client_change, tariff.takes_address) == ("uponly", False)
    assert (addon.minimum, addon.maximum, addon.included, addon.standard) == (1, 8, 2, 2)
    assert (choice.kind, choice.standard, [item.id for item in choice.items]) == (
        "enumeration",
        93,
        [93],
    )
    assert price_list.left_out == ()


def test_an_enumeration_of_nothing_is_left_out_and_told() -> None:
    bare = replaced_in(MACHINE, **{"<enumerationitem><id>93</id></enumerationitem>": ""})
    assert pricelist.read(bare, "EUR").left_out == (
        "tariff 1400, addon 2191: an enumeration of nothing",
    )


def test_a_type_nobody_knows_becomes_one_of_the_world_and_is_sold() -> None:
    with Seller("empty") as seller:
        text = replaced_in(MACHINE, **{"<intname>vds<": "<intname>forexbox<", "RUB": "EUR"})
        seller.sell(text)
        seller.call(
            "forexbox.order.param",
            pricelist=1400,
            period=1,
            addon_2190=3,
            skipbasket="on",
            sok="ok",
        )
        (row,) = seller.call("forexbox").rows()
        assert row["cost"].startswith("590.00 EUR")


@pytest.mark.parametrize(
    "document",
    [
        {"doc": {"pricelist": [{"id": {"$": "5"}, "name": {"$": "A"}, "price": [
            {"$currency": "EUR", "period": [{"$": "m", "$cost": "3.00", "$type": "month",
                                             "$length": "1"}]}]}]}},
        {"pricelist": [{"id": "5", "name": "A", "price": {
            "currency": "EUR", "period": [{"type": "month", "length": "1", "cost": "3.00"}]}}]},
        {"doc": {"pricelist": {"id": {"v": "5"}, "name": {"v": "A"}, "price": {
            "period": {"type": "month", "length": "1", "cost": "3.00"}}}}},
        {"pricelist": [{"id": 5, "name": "A", "price": {
            "period": {"type": "month", "length": 1, "cost": 3.0}}}]},
    ],
)  # fmt: skip
def test_json_in_all_its_shapes_says_the_same(document: object) -> None:
    (tariff,) = pricelist.read(json.dumps(document).encode(), "EUR").tariffs
    assert (tariff.id, tariff.name["en"], tariff.type) == (5, "A", "soft")
    assert tariff.prices == {"EUR": {1: Decimal(3)}}


@pytest.mark.parametrize(
    ("document", "line"),
    [
        (b"", "neither XML nor JSON"),
        (b"id;name", "neither XML nor JSON"),
        (b"<doc>", "is not XML"),
        (b"<doc/>", "holds no pricelist"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><doc>&b;</doc>', "declares entities or a DTD"),
        (replaced_in(MODULE, **{"277": "x"}), "id 'x' is not a whole number"),
        (replaced_in(MODULE, **{"277": "-1"}), "is not between"),
        (replaced_in(MODULE, **{"913.9286": "dear"}), "tariff 277: 'dear' is not an amount"),
        (replaced_in(MODULE, **{"913.9286": "1e99"}), "is not an amount of at most four decimals"),
        (
            replaced_in(MODULE, **{"913.9286": "0.00001"}),
            "is not an amount of at most four decimals",
        ),
        (replaced_in(MODULE, **{"913.9286": "NaN"}), "is not an amount of at most four decimals"),
        (replaced_in(MODULE, EUR="euro"), "'euro' is not a currency"),
        (b"<doc>" + MODULE[5:-6] * 2 + b"</doc>", "tariff 277 is there twice"),
        (b"[" * 100_000, "is nested too deeply"),
        (b'{"a":' * 900 + b"1" + b"}" * 900, "is nested too deeply"),
        (b'{"doc": {\n "a": 1,,\n}}', "the document: is not JSON: line 2, column 9: expected"),
    ],
)
def test_what_is_no_price_list_is_refused_in_words(document: bytes, line: str) -> None:
    with pytest.raises(PriceListError, match=line):
        pricelist.read(document, "EUR")


def test_every_tariff_that_cannot_be_read_is_named_at_once() -> None:
    inside = MODULE[5:-6]
    copies = [inside.replace(b"277", str(number).encode()) for number in range(300, 330)]
    copies[1] = copies[1].replace(b"913.9286", b"dear")
    copies[3] = copies[3].replace(b"EUR", b"euro")
    with pytest.raises(PriceListError) as refused:
        pricelist.read(b"<doc>" + b"".join(copies) + b"</doc>", "EUR")
    assert refused.value.lines == (
        "tariff 301: 'dear' is not an amount", "tariff 303: 'euro' is not a currency",
    )  # fmt: skip
    bad = [copy.replace(b"913.9286", b"dear") for copy in copies]
    with pytest.raises(PriceListError, match=r"and 10 more$"):
        pricelist.read(b"<doc>" + b"".join(bad) + b"</doc>", "EUR")


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_no_bytes_at_all_make_anything_but_a_refusal(document: bytes) -> None:
    with pytest.raises(PriceListError):
        pricelist.read(document, "EUR")


def test_a_tariff_that_services_stand_on_stays(worlds: Worlds) -> None:
    worlds.create("a", "small")
    still_used = worlds.sell("a", pricelist.read(MODULE, "EUR").tariffs)
    db = worlds.connect("a")
    sold = {tariff.id for tariff in worlds.catalogue(db, read(db)).all()}
    assert 55227 in still_used
    assert sold == {277, *still_used}


def test_one_may_replace_a_tariff_that_is_in_use(seller: Seller) -> None:
    number = seller.order()
    seller.sell(
        replaced_in(MODULE, **{"277": "55227", "<additionintname>Virusdie</additionintname>": ""})
    )
    before = Decimal(seller.account(balance="2000.00")["balance"])
    seller.call("service.prolong", elid=number, period=1, sok="ok")
    assert before - Decimal(seller.account()["balance"]) == Decimal("913.93")


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_our_own_export_is_read_back_as_what_it_was(seller: Seller, out: str) -> None:
    world = seller.world("again", "empty")
    document = seller.call("pricelist.export", itemtype="soft", out=out).body
    expected = (
        seller.control("POST", "/worlds/again/import", json.loads(document))
        if out != "xml"
        else (world.sell(document))
    )
    assert 55227 in expected["tariffs"]
    number = world.order(pricelist=55227, period=12)
    assert world.service(number)["period"] == 12
    assert world.account()["balance"] == "945.00"


DOLLARS = b"""<doc><pricelist><id>55227</id><name>Ours</name><price currency="USD">
<period cost="9.99" type="month" length="1"/></price></pricelist></doc>"""


@pytest.mark.parametrize(
    ("func", "params"),
    [
        ("service.prolong", {"elid": 100001}),
        ("service.prolong", {"elid": 100001, "period": 1, "sok": "ok"}),
        ("service.changepricelist", {"elid": 100001, "pricelist": 55228, "sok": "ok"}),
        ("service.changepricelist", {"elid": 100002, "pricelist": 55227, "sok": "ok"}),
        ("soft.order.param", {"pricelist": 55227, "period": 1, "ip": "192.0.2.201", "sok": "ok"}),
    ],
)
def test_what_is_priced_in_another_currency_is_refused_by_name(
    seller: Seller, func: str, params: dict[str, Any]
) -> None:
    seller.sell(DOLLARS)
    refused = seller.call(func, **params).error
    assert refused is not None
    assert refused.type == "value"


def test_a_list_in_another_currency_says_what_to_change_and_then_sells(seller: Seller) -> None:
    left_out = seller.sell(DOLLARS)["left_out"]
    assert left_out[0].startswith("no tariff has a price in EUR")
    seller.account("reseller", currency="USD")
    number = seller.order(pricelist=55227, ip="10.10.10.10")
    assert seller.service(number)["status"] == 2


def test_licenses_without_a_price_in_the_accounts_currency_are_listed_all_the_same(
    seller: Seller,
) -> None:
    seller.sell(DOLLARS)
    rows = {row["id"]: row["cost"] for row in seller.call("soft").rows()}
    assert rows["100001"] == "0.00 EUR / Month"
    assert seller.call("soft.edit", elid=100001).error is None


@pytest.mark.parametrize("out", ["xml", "json", "bjson"])
def test_a_list_imported_from_another_seller_is_exported_as_the_same_document(out: str) -> None:
    with Seller("hoster", system_clock=stopped_clock()) as hoster:
        document = hoster.call("pricelist.export", out=out).body
        again = hoster.world("again", "empty")
        assert again.sell(document)["left_out"] == []
        assert again.call("pricelist.export", out=out).body == document


def test_a_file_that_is_no_price_list_is_named_and_makes_no_world(tmp_path: Path) -> None:
    file = tmp_path / "prices.xml"
    file.write_text("<doc><pricelist>")
    command = ["world", "load", "shop", str(file), "--data", str(tmp_path / "data")]
    refused = CliRunner().invoke(mockseller, command)
    line = "Error: prices.xml: the document is not XML: no element found"
    assert (refused.exit_code, refused.output.startswith(line)) == (2, True)
    worlds = Worlds(Settings(data=tmp_path / "data"))
    assert worlds.names() == ["default"]
    worlds.close()
