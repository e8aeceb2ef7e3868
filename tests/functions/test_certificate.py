"""Certificates on the wire: requested, ordered, issued, confirmed, reissued; keys are secret."""

from __future__ import annotations

from xml.etree.ElementTree import Element

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.verification import PolicyBuilder, Store
from sqlalchemy import select

from emulator.domain import world as worlds
from emulator.domain.services import certificate_signing
from emulator.domain.services.certificate_names import Subject
from emulator.domain.world import Provisioning, ProvisioningMode
from emulator.store import tables
from emulator.store.engine import Statement
from tests.functions.seller import DAY, Seller

OWN = "100022"
REQUEST = {
    "pricelist": "3033",
    "period": "12",
    "crt_type": "generate",
    "field_country": "182",
    "CN": "example.com",
    "ST": "Region",
    "L": "City",
    "O": "Example",
}
SEVERAL = {**REQUEST, "pricelist": "27648"}


def provisioned(shop: Seller, mode: ProvisioningMode, amount: int = 0) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        worlds.set_rules(db, worlds.read(db).rules, Provisioning(mode, amount))


def requested(shop: Seller, **other: str) -> dict[str, str]:
    """The request and its key, as the page says to read them."""
    model = shop.flat("certificate.order.csr", **{**REQUEST, **other}, sok="ok", snext="ok")[
        "model"
    ]
    return {"csr": model["csr"], "key": model["key"]}


def order(shop: Seller, **other: str) -> str:
    params = {**REQUEST, "skipbasket": "on", "sok": "ok", **other}
    number = shop.doc("certificate.order.param", **params).findtext("id")
    assert number is not None
    return number


def form(shop: Seller, number: str) -> dict[str, str]:
    doc: Element = shop.doc("certificate.edit", elid=number)
    assert doc.find("error") is None
    return {field.tag: field.text or "" for field in doc}


def certificate(shop: Seller, number: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(form(shop, number)["crt"].encode())


def names(crt: x509.Certificate) -> list[str]:
    names = crt.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return names.get_values_for_type(x509.DNSName)


def spent(shop: Seller) -> str:
    return shop.rows("expense")[0]["amount"].split()[0]


def own_request(*names: str) -> dict[str, str]:
    """A request of the client's own, and the key it keeps."""
    key = certificate_signing.derived_key("a client's")
    return {"csr": certificate_signing.make_csr(key, names, Subject()), "key": key}


def test_both_steps_of_the_page_end_in_a_certificate_that_browsers_would_take(
    shop: Seller,
) -> None:
    made = requested(shop)
    number = order(shop, **made, adm_fname="A", approver_email_1="admin@example.com")
    shown = form(shop, number)
    assert (shown["csr"], shown["key"], shown["service_status"]) == (made["csr"], made["key"], "5")
    assert (shown["adm_fname"], shown["approver_email_1"]) == ("A", "admin@example.com")
    crt = certificate(shop, number)
    root = x509.load_pem_x509_certificate(shown["ca_crt"].encode())
    verifier = PolicyBuilder().store(Store([root])).time(crt.not_valid_after_utc)
    verifier.build_server_verifier(x509.DNSName("example.com")).verify(crt, [])
    assert crt.public_key() == load_pem_private_key(made["key"].encode(), None).public_key()
    assert (crt.not_valid_before_utc.date(), crt.not_valid_after_utc.date()) == (
        DAY,
        DAY.replace(year=2027),
    )
    assert shown["expiredate"] == shown["valid_until"] == "2027-03-15"


def test_the_request_holds_what_the_page_sends(shop: Seller) -> None:
    made = x509.load_pem_x509_csr(
        requested(shop, OU="Web", emailAddress="web@example.com")["csr"].encode()
    )
    values = [attribute.value for attribute in made.subject]
    assert values == ["RU", "Region", "City", "Example", "Web", "web@example.com", "example.com"]


def test_a_request_costs_nothing_and_orders_nothing(shop: Seller) -> None:
    before = shop.rows("certificate")
    requested(shop)
    assert shop.rows("certificate") == before
    assert not shop.rows("expense")


def test_several_names_are_sent_in_one_text_and_counted(shop: Seller) -> None:
    text = "www.example.com shop.example.com mail.example.com example.org"
    number = order(shop, **SEVERAL, altname=text, altname_input=text)
    assert names(certificate(shop, number)) == ["example.com", *text.split()]
    # Two further names come with it, www comes with the first: one more for 8.00.
    assert form(shop, number)["addon_27649"] == "3"
    assert spent(shop) == "38.00"


def test_the_order_form_is_priced_for_the_names(shop: Seller) -> None:
    text = "a.example.com b.example.com c.example.com d.example.com"
    doc = shop.doc("certificate.order.param", **SEVERAL, altname_input=text)
    assert "46.00 EUR" in (doc.findtext("orderinfo") or "")
    assert len(shop.rows("certificate")) == 1


def test_fewer_names_than_are_asked_for_are_no_order(shop: Seller) -> None:
    text = "a.example.com b.example.com c.example.com"
    params = {**SEVERAL, "altname_input": text, "addon_27649": "2", "sok": "ok"}
    assert shop.refusal("certificate.order.param", **params) == "value/altname_input"


def test_a_wildcard_tariff_is_for_wildcards_only(shop: Seller) -> None:
    star = {**REQUEST, "pricelist": "27650", "CN": "*.example.com", "altname_input": "example.com"}
    assert names(certificate(shop, order(shop, **star))) == ["*.example.com", "example.com"]
    for params in ({**star, "pricelist": "3033"}, {**REQUEST, "pricelist": "27650"}):
        assert shop.refusal("certificate.order.param", **params, sok="ok") == "value/CN"
    below = {**SEVERAL, "altname_input": "*.example.com"}
    assert shop.refusal("certificate.order.param", **below, sok="ok") == "value/CN"


def test_an_own_request_needs_no_key_and_no_names(shop: Seller) -> None:
    csr = own_request("shop.example.com")["csr"]
    params = {"pricelist": "3033", "period": "24", "crt_type": "existing", "csr": csr}
    doc = shop.doc("certificate.order.param", **params, skipbasket="on", sok="ok")
    shown = form(shop, doc.findtext("id") or "")
    assert (shown["domain"], shown["key"], shown["csr"]) == ("shop.example.com", "", csr)
    assert shown["valid_until"] == "2028-03-15"


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"CN": ""}, "CN"),
        ({"CN": "192.0.2.1.5 x"}, "CN"),
        ({"field_country": ""}, "field_country"),
        ({"field_country": "0"}, "field_country"),
        ({"field_country": "250"}, "field_country"),
        ({"ST": ""}, "ST"),
        ({"O": "x" * 65}, "O"),
        ({"altname_input": "no/name"}, "altname_input"),
        ({"emailAddress": "пример@example.com"}, "emailAddress"),
        ({"crt_type": "other"}, "crt_type"),
        ({"crt_type": "existing"}, "csr"),
        ({"crt_type": "existing", "csr": "x" * 20_001}, "csr"),
        ({"crt_type": "existing", "csr": "-----BEGIN"}, "csr"),
        ({"period": "1"}, "period"),
        ({"pricelist": "6"}, "pricelist"),
    ],
)
def test_a_wrong_request_is_refused_by_its_field(
    shop: Seller, other: dict[str, str], field: str
) -> None:
    params = {**REQUEST, **other, "sok": "ok"}
    assert shop.refusal("certificate.order.csr", **params) == f"value/{field}"
    assert shop.refusal("certificate.order.param", **params, skipbasket="on") == f"value/{field}"


def test_an_order_waits_for_its_money_with_its_request(shop: Seller) -> None:
    made = requested(shop)
    params = {**REQUEST, **made, "clicked_button": "quickbasket", "force_use_new_cart": "on"}
    doc = shop.doc("certificate.order.param", **params, sok="ok")
    assert doc.findtext("ok") == "func=cart"
    (waiting,) = (row for row in shop.rows("certificate") if row["status"] == "1")
    assert form(shop, waiting["id"])["crt"] == ""
    line = doc.findtext("lineitem.id") or ""
    shop.doc("cartorder.create.confirm", elid=line, paymethod_id="0", sok="ok")
    shown = form(shop, waiting["id"])
    assert (shown["status"], shown["csr"]) == ("2", made["csr"])
    assert names(certificate(shop, waiting["id"])) == ["example.com"]


def test_a_certificate_is_requested_until_the_seconds_are_over(shop: Seller) -> None:
    provisioned(shop, "seconds", 30)
    number = order(shop)
    shown = form(shop, number)
    assert (shown["status"], shown["service_status"], shown["crt"]) == ("5", "3", "")
    assert shop.rows("certificate")[0]["item_real_status"] == "5_open"
    assert shown["dns_record_name"].endswith(".example.com")
    shop.wait(30)
    assert names(certificate(shop, number)) == ["example.com"]


def test_a_certificate_comes_after_the_set_number_of_reads(shop: Seller) -> None:
    provisioned(shop, "reads", 2)
    number = order(shop)
    assert [form(shop, number)["status"] for _ in range(3)] == ["5", "5", "2"]


@pytest.mark.parametrize("how", ["dns", "email"])
def test_asking_for_the_confirmation_again_counts_as_a_read(shop: Seller, how: str) -> None:
    provisioned(shop, "reads", 1)
    number = order(shop)
    for _ in range(2):
        assert shop.doc(f"certificate.validation.{how}", elid=number).find("error") is None
    assert form(shop, number)["status"] == "2"
    assert shop.refusal(f"certificate.validation.{how}", elid=number) == "status/item"
    history = shop.rows("service.history", elid=number)
    assert sum("validation" in " ".join(row.values()) for row in history) == 2


def test_with_manual_provisioning_a_certificate_waits(shop: Seller) -> None:
    provisioned(shop, "by_hand")
    number = order(shop)
    shop.doc("certificate.validation", elid=number, sok="ok")
    assert form(shop, number)["status"] == "5"
    assert shop.refusal("certificate.reissue", elid=number, sok="ok") == "exists/runningoperation"


def test_what_confirms_a_domain_is_shown_with_the_mailboxes(shop: Seller) -> None:
    doc = shop.json("certificate.validation", elid=OWN)
    assert doc["dns_record_type"]["$"] == "CNAME"
    shown = form(shop, OWN)
    assert doc["dns_record_value"]["$"] == shown["dns_record_value"]
    (boxes,) = doc["slist"]
    assert "hostmaster@ssl-1.example.com" in [option["$key"] for option in boxes["val"]]


def test_another_request_is_certified_to_the_end_of_the_same_term(shop: Seller) -> None:
    before = form(shop, OWN)
    csr = own_request("ssl-1.example.com", "www.ssl-1.example.com")["csr"]
    shop.doc("certificate.reissue", elid=OWN, csr=csr, sok="ok")
    after = form(shop, OWN)
    assert names(certificate(shop, OWN)) == ["ssl-1.example.com", "www.ssl-1.example.com"]
    assert (after["key"], after["valid_until"]) == ("", before["valid_until"])
    assert after["valid_from"] == DAY.isoformat()
    assert not shop.rows("expense")


def test_a_new_key_keeps_who_and_what_is_certified(shop: Seller) -> None:
    number = order(shop)
    before = form(shop, number)
    shop.doc("certificate.reissue", elid=number, crt_type="generate", sok="ok")
    after = form(shop, number)
    assert after["key"] not in ("", before["key"])
    subjects = [
        x509.load_pem_x509_csr(answer["csr"].encode()).subject for answer in (before, after)
    ]
    assert subjects[0] == subjects[1]


def test_a_reissue_without_a_request_certifies_the_same_one_again(shop: Seller) -> None:
    before = certificate(shop, OWN)
    shop.doc("certificate.reissue", elid=OWN, sok="ok")
    after = certificate(shop, OWN)
    assert after.public_key() == before.public_key()
    assert after.serial_number != before.serial_number


def test_a_reissue_keeps_the_first_name_and_what_was_paid_for(shop: Seller) -> None:
    other = own_request("other.example.com")
    assert shop.refusal("certificate.reissue", elid=OWN, **other, sok="ok") == "value/csr"
    more = own_request("ssl-1.example.com", "b.example.com")
    assert shop.refusal("certificate.reissue", elid=OWN, **more, sok="ok") == "value/altname_input"
    missing = shop.refusal("certificate.reissue", elid="100001", **more, sok="ok")
    assert missing == "missed/item"


def test_a_reissue_takes_as_long_as_an_order(shop: Seller) -> None:
    provisioned(shop, "seconds", 30)
    before = certificate(shop, OWN)
    shop.doc("certificate.reissue", elid=OWN, crt_type="generate", sok="ok")
    assert form(shop, OWN)["status"] == "5"
    assert certificate(shop, OWN) == before
    shop.wait(30)
    assert form(shop, OWN)["status"] == "2"
    assert certificate(shop, OWN).public_key() != before.public_key()


def test_a_prolonged_certificate_is_issued_for_its_new_term(shop: Seller) -> None:
    number = order(shop)
    shop.doc("service.prolong", elid=number, period="12", sok="ok")
    shown = form(shop, number)
    assert shown["expiredate"] == shown["valid_until"] == "2028-03-15"
    assert certificate(shop, number).not_valid_after_utc.date().isoformat() == "2028-03-15"


def test_two_worlds_made_alike_certify_alike_and_others_do_not(shop: Seller) -> None:
    shop.worlds.create("twin", "small")
    first = form(shop, OWN)
    twin = shop.doc("certificate.edit", world="twin", elid=OWN)
    assert twin.findtext("key") == first["key"]
    shop.worlds.create("other", "small", seed=7)
    other = shop.doc("certificate.edit", world="other", elid=OWN)
    assert other.findtext("ca_crt") != first["ca_crt"]


@pytest.mark.parametrize(
    "out", ["xml", "json", "bjson", "sjson", "JSONdata", "text", "csv", "devel"]
)
def test_no_line_of_a_key_is_written_down(shop: Seller, out: str) -> None:
    made = requested(shop)
    secrets = [line for line in made["key"].splitlines() if not line.startswith("-")]
    number = order(shop, **made)
    for func, params in (
        ("certificate.order.csr", {**REQUEST, **made}),
        ("certificate.order.param", {**REQUEST, **made}),
        ("certificate.order.param", {**REQUEST, **made, "csr": "broken", "sok": "ok"}),
        ("certificate.order.param", {**REQUEST, **made, "field_country": "x", "sok": "ok"}),
        ("certificate.edit", {"elid": number}),
        ("certificate.edit", {"elid": number, "remoteid": "r", "sok": "ok"}),
        ("certificate.reissue", {"elid": number, "sok": "ok"}),
    ):
        shop.text(func, **params, out=out)
    written = journal_of(shop)
    assert "certificate.reissue" in written
    assert not [line for line in secrets if line in written]


def journal_of(shop: Seller) -> str:
    db = shop.worlds.connect("default")
    rows = db.rows(Statement(select(tables.journal.c.params, tables.journal.c.answer)))
    return "\n".join(f"{params}\n{answer}" for params, answer in rows)


def test_countries_are_numbered_as_orders_take_them(shop: Seller) -> None:
    rows = shop.rows("country")
    assert len(rows) == 249
    assert {row["id"]: row["iso2"] for row in rows}["182"] == "RU"
