"""The account's lists, its settings and its discounts."""

from __future__ import annotations

import pytest

from tests.functions.seller import DAY, Seller, child


def test_the_subaccount_names_the_provider_and_a_balance_with_its_currency(
    shop: Seller,
) -> None:
    (row,) = shop.rows("subaccount")
    assert row["project"] == "ISPsystem"
    assert row["balance"] == "1000.00 EUR"
    assert (row["currency"], row["currency_str"], row["balance_iso"]) == (
        "EUR",
        "EUR",
        "1000.00 EUR",
    )


def test_the_price_of_an_order_is_gone_from_every_balance(shop: Seller) -> None:
    shop.order("192.0.2.201")
    assert shop.rows("subaccount")[0]["balance"] == "995.00 EUR"
    assert shop.rows("account")[0]["balance"] == "995.00"
    assert shop.rows("dashboard.info")[0]["realbalance"] == "995.00 EUR"
    assert shop.doc("usrparam").findtext("balance") == "995.00"
    assert shop.doc("notify").findtext("realbalance") == "995.00 EUR"
    assert child(shop.doc("whoami"), "user").get("balance") == "995.00"


@pytest.mark.parametrize("func", ["subaccount", "account", "profile", "dashboard.info"])
def test_every_login_sees_its_own_account_alone(shop: Seller, func: str) -> None:
    mine, theirs = shop.rows(func), shop.rows(func, who="other")
    assert len(mine) == len(theirs) == 1
    assert "Example Reseller" in " ".join(mine[0].values())
    assert "Another Reseller" in " ".join(theirs[0].values())
    for foreign in ("Another Reseller", "500.00", "other@example.com"):
        assert foreign not in " ".join(mine[0].values())


def test_the_provider_has_the_name_that_clients_look_for(shop: Seller) -> None:
    (row,) = shop.rows("project")
    assert (row["id"], row["name"], row["currency_str"]) == ("1", "ISPsystem", "EUR")
    assert row["name"] == shop.rows("subaccount")[0]["project"]


def test_the_account_was_registered_when_its_world_was_made(shop: Seller) -> None:
    assert shop.rows("account")[0]["registration_date"] == DAY.isoformat()


def test_currencies_are_those_of_the_price_list_named_in_the_callers_language(
    shop: Seller,
) -> None:
    english, russian = shop.rows("currency"), shop.rows("currency", lang="ru")
    assert [(row["iso"], row["is_default"]) for row in english] == [("EUR", "on"), ("RUB", "off")]
    assert [row["name"] for row in english] == ["Euro", "Russian rouble"]
    assert [row["name"] for row in russian] == ["Евро", "Российский рубль"]


def test_a_list_of_two_comes_page_by_page_and_the_last_page_repeats(shop: Seller) -> None:
    first = shop.doc("currency", p_cnt="1", p_num="1")
    second = shop.doc("currency", p_cnt="1", p_num="2")
    beyond = shop.doc("currency", p_cnt="1", p_num="9")
    assert [d.findtext("elem/iso") for d in (first, second, beyond)] == ["EUR", "RUB", "RUB"]
    assert [d.findtext("p_elems") for d in (first, second, beyond)] == ["2", "2", "2"]
    assert beyond.findtext("p_num") == "2"


def test_settings_are_beside_the_money_and_under_the_model_in_bjson(shop: Seller) -> None:
    model = shop.flat("usrparam")["model"]
    assert model["realname"] == "Example Reseller"
    assert (model["balance"], model["currency"]) == ("1000.00", "EUR")


def test_only_settings_that_are_sent_change(shop: Seller) -> None:
    saved = shop.doc("usrparam", phone="+15550001", timezone="Europe/Paris", sok="ok")
    assert saved.find("ok") is not None
    assert saved.findtext("doc/phone") == "+15550001"
    shown = shop.doc("usrparam")
    assert shown.findtext("phone") == "+15550001"
    assert shown.findtext("timezone") == "Europe/Paris"
    assert shown.findtext("realname") == "Example Reseller"
    assert shown.findtext("balance") == "1000.00"
    assert shop.doc("usrparam", startpage="soft", sok="ok").find("ok") is not None
    assert shop.doc("usrparam").findtext("timezone") == "Europe/Paris"


def test_the_form_of_the_settings_shows_what_was_sent_and_stores_nothing(shop: Seller) -> None:
    assert shop.doc("usrparam", realname="Somebody").findtext("realname") == "Somebody"
    assert shop.doc("usrparam").findtext("realname") == "Example Reseller"


def test_the_money_cannot_be_set_by_its_owner(shop: Seller) -> None:
    shop.doc("usrparam", balance="9999.00", currency="RUB", sok="ok")
    assert shop.rows("subaccount")[0]["balance_iso"] == "1000.00 EUR"


def test_the_chosen_language_is_spoken_from_then_on(shop: Seller) -> None:
    assert shop.rows("account")[0]["account_status"] == "Active"
    shop.doc("usrparam", lang="ru", sok="ok")
    assert shop.rows("account")[0]["account_status"] == "Активен"
    assert shop.rows("account", lang="en")[0]["account_status"] == "Active"
    assert shop.rows("account", who="other")[0]["account_status"] == "Active"


def test_asking_in_a_language_does_not_choose_it(shop: Seller) -> None:
    assert shop.doc("usrparam", lang="ru").findtext("lang") == "en"
    assert shop.doc("usrparam").findtext("lang") == "en"


@pytest.mark.parametrize(
    ("field", "value"), [("email", "nowhere"), ("email", ""), ("lang", "xx"), ("phone", "1" * 60)]
)
def test_a_setting_that_makes_no_sense_is_refused_and_nothing_changes(
    shop: Seller, field: str, value: str
) -> None:
    before = shop.doc("usrparam")
    sent = {"realname": "Somebody", field: value}
    assert shop.refusal("usrparam", sok="ok", **sent) == f"value/{field}"
    after = shop.doc("usrparam")
    assert [cell.text for cell in after] == [cell.text for cell in before]


def test_promotions_are_a_table_of_the_discounts_that_run(shop: Seller) -> None:
    row = child(shop.doc("account.discountinfo"), "list[@name='promotion']/elem")
    assert row.findtext("promocode") == "SPRING"
    assert row.findtext("discount") == "10"
    tables = shop.json("account.discountinfo")["list"]
    assert [(t["$name"], t["elem"][0]["name"]["name"]["$"]) for t in tables] == [
        ("promotion", "SPRING")
    ]


def test_a_world_without_promotions_has_the_table_all_the_same(shop: Seller) -> None:
    shop.worlds.create("bare", "empty")
    table = child(shop.doc("account.discountinfo", world="bare"), "list")
    assert table.get("name") == "promotion"
    assert list(table) == []
