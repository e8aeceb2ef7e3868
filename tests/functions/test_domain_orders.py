"""Orders of domain names: the name fits the zone of the tariff, and the owner is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

from emulator import testing
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.services.domain_names import zone_of
from emulator.testing import Answer, Seller
from tests.handlers import REGISTRY

NEW: dict[str, Any] = {"sok": "ok", "period": 12, "skipbasket": "on"}
OWNER: dict[str, Any] = {
    "owner_name": "Jane Roe",
    "owner_email": "jane@shop.example",
    "owner_phone": "+49 30 1",
}
CART: dict[str, Any] = {"clicked_button": "order", "force_use_new_cart": "on"}


@pytest.fixture(scope="module")
def seller() -> Iterator[Seller]:
    """A seller of the world ``small``."""
    with testing.Seller() as running:
        yield running


def refusal(answer: Answer) -> tuple[str, str]:
    return (answer.error.type, answer.error.object) if answer.error else ("", "")


def balance(seller: Seller) -> str:
    return seller.account()["balance"]


@pytest.mark.parametrize("form", ["domain.order.param", "v2.domain.order.param"])
@pytest.mark.parametrize("paid", [{"skipbasket": "on"}, {}, CART], ids=["paid", "basket", "cart"])
def test_a_name_outside_the_zone_of_the_tariff_is_refused_and_costs_nothing(
    seller: Seller, form: str, paid: dict[str, str]
) -> None:
    before = balance(seller), len(seller.call("domain").rows())
    names = {
        180: ("no_tld", "shop", "laden.ru", "a.laden.com", "-a.com", "a-.com", "a_b.com", "com"),
        181: ("laden.com", "ru", "laden.ru.com"),
    }
    for tariff, refused in names.items():
        for name in refused:
            order: dict[str, Any] = {"pricelist": tariff, "period": 12, "sok": "ok", **paid}
            assert refusal(seller.call(form, **order, domain=name)) == ("value", "domain"), name
    assert (balance(seller), len(seller.call("domain").rows())) == before


def test_a_name_is_sold_once_whatever_its_spelling(seller: Seller) -> None:
    spellings = {"einmal.com": ("Einmal.com", "einmal.com."), "пример.com": ("xn--e1afmkfd.com",)}
    for name, others in spellings.items():
        bought = seller.call("domain.order.param", pricelist=180, domain=name, **NEW)
        form = seller.call("domain.edit", elid=bought.field("id"))
        before = balance(seller)
        for other in others:
            again = seller.call("domain.order.param", pricelist=180, domain=other, **NEW)
            assert refusal(again) == ("exists", "domain"), other
        assert (balance(seller), form.field("domain")) == (before, name)
    renamed = seller.call("domain.edit", elid=100018, domain="frei.com", sok="ok")
    assert refusal(renamed) == ("value", "domain")
    ace = seller.call("domain.order.param", pricelist=180, domain="xn--80ak6aa92e.com", **NEW)
    letters = seller.call("domain.order.param", pricelist=180, domain="аррӏе.com", **NEW)
    assert (bool(ace.field("id")), refusal(letters)) == (True, ("exists", "domain"))


def test_a_name_in_the_zone_is_sold_in_any_letters(seller: Seller) -> None:
    for number, (tariff, name) in enumerate(
        [(180, "Gross.COM"), (181, "почта.ru"), (180, "a-1.com."), (180, "müller.com")]
    ):
        answer = seller.call("domain.order.param", **NEW, pricelist=tariff, domain=name)
        assert answer.error is None, (number, name)
    message = seller.call("domain.order.param", **NEW, pricelist=180, domain="a.ru").error
    assert message is not None
    assert "zone com" in message.message


@pytest.mark.parametrize(
    ("name", "zone"),
    [(".com", "com"), (".рф", "рф"), (".co.uk", "co.uk"), ("Names in .com", ""), ("Domain", "")],
)
def test_a_tariff_names_its_zone_by_its_name(seller: Seller, name: str, zone: str) -> None:
    tariff = Tariff(1, "domain", "x", {"en": name, "ru": name}, {}, "any", trial=False, prices={})
    assert zone_of(tariff) == zone


@pytest.mark.parametrize("form", ["domain.order.param", "v2.domain.order.param"])
def test_an_owner_that_cannot_be_is_refused(seller: Seller, form: str) -> None:
    order: dict[str, Any] = {**NEW, "pricelist": 180, "domain": "owned.com"}
    before = balance(seller)
    refused: list[tuple[dict[str, Any], str]] = [
        ({"service_profile": 999}, "service_profile"),
        ({"service_profile_owner": 999}, "service_profile_owner"),
        ({"owner": 999}, "owner"),
        ({"service_profile": 1, "service_profile_owner": 2}, "service_profile"),
        ({"owner_email": "a^b@shop.example"}, "owner_email"),
        ({"owner_location_country": "Nowhere"}, "owner_location_country"),
    ]
    for sent, expected in refused:
        assert refusal(seller.call(form, **order, **sent)) == ("value", expected)
    assert balance(seller) == before


@pytest.mark.parametrize("form", ["domain.order.param", "v2.domain.order.param"])
def test_a_further_contact_is_the_owner_or_is_refused(seller: Seller, form: str) -> None:
    name = f"further-{form[:2]}.com"
    order: dict[str, Any] = {**NEW, "pricelist": 180, "domain": name, **OWNER}
    before = balance(seller)
    for person in ("admin", "tech", "bill"):
        other = {f"{person}_email": "other@shop.example"}
        assert refusal(seller.call(form, **order, **other)) == ("value", f"{person}_email")
        step = seller.call("domain.order.contact", **OWNER, **other, sok="ok")
        assert refusal(step) == ("value", f"{person}_email")
    assert balance(seller) == before
    same = {f"admin_{n[6:]}": text for n, text in OWNER.items()} | {"admin_profiletype": "1"}
    first = {"tech_contact_use_first": "on", "tech_email": "other@shop.example"}
    assert seller.call(form, **order, **same, **first).error is None


@pytest.mark.parametrize("form", ["domain.order.param", "v2.domain.order.param"])
def test_a_transfer_is_not_charged_as_a_registration(seller: Seller, form: str) -> None:
    order: dict[str, Any] = {**NEW, "pricelist": 180, "domain": f"moves-{form[:2]}.com"}
    before = balance(seller)
    for name in ("domain_action", "operation"):
        assert refusal(seller.call(form, **order, **{name: "transfer"})) == ("value", name)
    assert balance(seller) == before
    assert seller.call(form, **order, domain_action="register", operation="").error is None


def test_a_contact_is_a_company_too(seller: Seller) -> None:
    sent = {"owner_company": "Firm", "owner_company_locale": "Фирма", "owner_phone_country": "182"}
    step = dict(parse_qsl(seller.call("domain.order.contact", **sent, sok="ok").field("ok")))
    shown = seller.call("service_profile.edit", elid=step["service_profile_owner"])
    assert {name: shown.field(name[6:]) for name in sent} == sent
    made = seller.call("domain.order.param", **NEW, pricelist=180, domain="firm.com", **sent)
    whois = seller.call("domain.whois", elid=made.id).field("whois_data")
    assert "registrant: Firm" in whois.splitlines()


def test_an_owner_is_kept_with_the_name_however_it_was_sent(seller: Seller) -> None:
    contact = seller.call("service_profile.edit", sok="ok", **{n[6:]: v for n, v in OWNER.items()})
    number = str(contact.id)
    numbered = [{name: number} for name in ("service_profile", "service_profile_owner", "owner")]
    for place, owner in enumerate([*numbered, OWNER]):
        for form in ("domain.order.param", "v2.domain.order.param"):
            name = f"kept-{place}-{form[:2]}.com"
            made = seller.call(form, **NEW, pricelist=180, domain=name, **owner)
            shown = seller.call("domain.edit", elid=made.id)
            assert shown.field("service_profile_owner") == number
            whois = seller.call("domain.whois", elid=made.id).field("whois_data").splitlines()
            assert "registrant: Jane Roe" in whois
            assert "e-mail: jane@shop.example" in whois


def test_a_typed_owner_becomes_one_contact_and_nothing_typed_none(seller: Seller) -> None:
    def owner(name: str, **sent: str) -> str:
        made = seller.call("domain.order.param", **NEW, pricelist=180, domain=name, **sent)
        return seller.call("domain.edit", elid=made.id).field("service_profile_owner")

    first = owner("typed-1.com", owner_firstname="Ann", owner_lastname="Roe", owner_private="on")
    assert first != ""
    again = {"owner_firstname": "Ann", "owner_lastname": "Roe", "owner_private": "on"}
    assert owner("typed-2.com", **again, owner_profiletype="1", owner_email="") == first
    assert owner("typed-3.com", owner_profiletype="1", owner_private="off") == ""
    assert seller.call("service_profile.edit", elid=first).field("lastname") == "Roe"
    (number,) = [
        row["id"] for row in seller.call("domain").rows() if row["domain"] == "typed-1.com"
    ]
    whois = seller.call("domain.whois", elid=number).field("whois_data")
    assert "registrant: Private person" in whois
    assert "Roe" not in whois


def test_an_order_in_the_basket_keeps_its_owner_until_it_is_paid(seller: Seller) -> None:
    order: dict[str, Any] = {
        "pricelist": 180,
        "period": 12,
        "sok": "ok",
        "domain": "waits.com",
        **OWNER,
    }
    put = seller.call("domain.order.param", **order)
    paid = seller.call("basket", id=put.field("billorder"), clicked_button="free", sok="ok")
    assert paid.error is None
    number = seller.call("domain.edit", elid=put.id).field("service_profile_owner")
    assert seller.call("service_profile.edit", elid=number).field("email") == OWNER["owner_email"]


def test_the_owner_of_a_name_is_changed_by_its_form(seller: Seller) -> None:
    made = seller.call("domain.order.param", **NEW, pricelist=180, domain="moved.com", **OWNER)
    other = str(seller.call("service_profile.edit", sok="ok", name="John Roe").id)
    edit: dict[str, Any] = {"elid": made.id, "sok": "ok"}
    refused: list[tuple[dict[str, Any], str]] = [
        ({"service_profile_owner": 999}, "service_profile_owner"),
        ({"service_profile": 999}, "service_profile"),
        ({"owner_name": "John Roe"}, "owner_name"),
        ({"domain": "other.com"}, "domain"),
    ]
    for sent, expected in refused:
        assert refusal(seller.call("domain.edit", **edit, **sent)) == ("value", expected)
    assert seller.call("domain.edit", **edit, service_profile_owner=other).error is None
    assert seller.call("domain.edit", elid=made.id).field("service_profile_owner") == other
    assert "registrant: John Roe" in seller.call("domain.whois", elid=made.id).field("whois_data")
    assert seller.call("domain.edit", **edit, service_profile_owner=0).error is None
    assert seller.call("domain.edit", elid=made.id).field("service_profile_owner") == ""


def test_other_types_refuse_an_owner(seller: Seller) -> None:
    tried = 0
    for function in REGISTRY:
        takes = function.takes.wire_fields
        if not function.name.endswith(".order.param") or "service_profile_owner" in takes:
            continue
        for sent in ({"service_profile_owner": "1"}, {"owner_email": "a@shop.example"}):
            answer = seller.call(function.name, **{**function.example, **sent, "sok": "ok"})
            assert refusal(answer) == ("value", *sent), function.name
            tried += 1
    assert tried > 40


def test_the_wizard_carries_the_contact_to_the_order(seller: Seller) -> None:
    chosen: dict[str, Any] = {
        "pricelist": 180,
        "period": 12,
        "domain": "wizard.com",
        "ns0": "ns1.example.com",
    }
    shown = seller.call("domain.order.contact", **chosen, **OWNER, sok="ok", snext="ok")
    assert shown.xml.get("func") == "domain.order.param"
    sent = {**chosen, **OWNER}
    assert {name: shown.field(name) for name in sent} == {n: str(v) for n, v in sent.items()}
    step = seller.call("domain.order.contact", **chosen, **OWNER, sok="ok").field("ok")
    query: dict[str, Any] = dict(parse_qsl(step))
    assert query.pop("func") == "domain.order.param"
    made = seller.call("domain.order.param", **{**query, "sok": "ok", "skipbasket": "on"})
    whois = seller.call("domain.whois", elid=made.id).field("whois_data")
    assert {"registrant: Jane Roe", "nserver: ns1.example.com"} <= set(whois.splitlines())


def test_the_contact_goes_on_over_the_price_list(seller: Seller) -> None:
    step = seller.call("domain.order.contact", domain="list.com", **OWNER, sok="ok").field("ok")
    query: dict[str, Any] = dict(parse_qsl(step))
    choice: dict[str, Any] = {**query, "pricelist": "180", "period": "12", "sok": "ok"}
    assert choice.pop("func") == "domain.order.pricelist"
    order: dict[str, Any] = dict(
        parse_qsl(seller.call("domain.order.pricelist", **choice).field("ok"))
    )
    assert order["func"] == "domain.order.param"
    assert order["domain"] == "list.com"
    assert order["service_profile_owner"] == query["service_profile_owner"]
