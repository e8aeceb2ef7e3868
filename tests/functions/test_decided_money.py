"""What docs/evidence.md decides about sums, number by number."""

from __future__ import annotations

from tests.functions.deciding import rule
from tests.functions.seller import Seller, child

SERVER = "100014"


def test_110_the_balance_of_the_caller_is_a_bare_number(shop: Seller) -> None:
    doc = shop.doc("whoami")
    user = child(doc, "user")
    assert (user.get("balance"), user.get("currency")) == ("1000.00", "EUR")
    assert child(doc, "mgr").get("dist") == "corporate"
    assert (doc.findtext("pid") or "").isdigit()
    shown = shop.json("whoami")
    assert (shown["user"]["$balance"], shown["mgr"]["$dist"]) == ("1000.00", "corporate")


def test_111_charges_and_the_balance_with_the_provider_name_the_currency(shop: Seller) -> None:
    shop.order("192.0.2.201")
    for func, name, number in (("expense", "amount", "5.00"), ("subaccount", "balance", "995.00")):
        cell = child(shop.doc(func), f"elem/{name}")
        assert (cell.text, cell.get("orig")) == (f"{number} EUR", number)
        shown = {"$": f"{number} EUR", "$orig": number}
        assert shop.json(func)["elem"][0][name] == shown
        row = shop.flat(func)["elem"][0]
        assert (row[name], row[f"{name}_orig"]) == (f"{number} EUR", number)
        assert shop.csv(func)[0][name] == f"{number} EUR"


def test_111_a_charge_of_the_older_generation_is_a_bare_number(shop: Seller) -> None:
    shop.order("192.0.2.201")
    rule(shop, generation=5)
    cell = child(shop.doc("expense"), "elem/amount")
    assert (cell.text, cell.get("orig")) == ("5.00", "5.00")


def test_111_a_further_address_is_charged_as_one(shop: Seller) -> None:
    shop.doc("service.ip.edit", plid=SERVER, sok="ok")
    (row,) = shop.rows("expense")
    assert (row["intname"], row["main_item"]) == ("ip", SERVER)
    (only,) = shop.rows("expense", filter="on", intname="ip")
    assert only["id"] == row["id"]
    assert shop.rows("expense", filter="on", intname="vds") == []


def test_112_names_and_values_of_discounts_stand_one_level_deeper(shop: Seller) -> None:
    for out in ("json", "sjson"):
        doc = shop.answer("account.discountinfo", out=out).json["doc"]
        (table,) = [table for table in doc["list"] if table["$name"] == "promotion"]
        (row,) = table["elem"]
        assert row["id"]["$"] == "1"
        assert (row["name"]["name"]["$"], row["value"]["text"]["$"]) == ("SPRING", "10%")
