"""What docs/evidence.md decides about certificates, by number."""

from __future__ import annotations

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.functions.deciding import by_hand, done
from tests.functions.seller import Seller

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
    "sok": "ok",
}


def shown(shop: Seller, name: str, number: str = OWN, world: str = "") -> str:
    return shop.doc("certificate.edit", world=world, elid=number).findtext(name) or ""


def test_53_a_made_key_is_rsa_and_that_of_a_world_follows_from_its_seed(shop: Seller) -> None:
    made = shop.flat("certificate.order.csr", **REQUEST, snext="ok")["model"]["key"]
    key = load_pem_private_key(made.encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    assert key.key_size == 2048
    own = load_pem_private_key(shown(shop, "key").encode(), password=None)
    assert isinstance(own, ec.EllipticCurvePrivateKey)
    shop.worlds.create("twin", "small")
    for name in ("key", "crt", "ca_crt"):
        assert shown(shop, name, world="twin") == shown(shop, name)


def test_54_www_comes_along_and_further_names_are_counted(shop: Seller) -> None:
    several = {**REQUEST, "pricelist": "27648", "skipbasket": "on"}
    text = "www.example.com a.com b.com c.com"
    number = shop.doc("certificate.order.param", **several, altname=text).findtext("id") or ""
    assert shown(shop, "addon_27649", number) == "3"
    assert shown(shop, "altname", number) == text
    few = {**several, "altname": text, "addon_27649": "2"}
    assert shop.refusal("certificate.order.param", **few) == "value/altname_input"
    star = {**REQUEST, "CN": "*.example.com"}
    assert shop.refusal("certificate.order.csr", **star) == "value/CN"


def test_55_a_reissue_costs_nothing_and_ends_with_the_term(shop: Seller) -> None:
    term = shown(shop, "valid_until")
    assert done(shop, "certificate.reissue", elid=OWN, crt_type="generate", sok="ok")
    assert shown(shop, "valid_until") == term
    assert not shop.rows("expense")
    by_hand(shop)
    before = shown(shop, "crt")
    assert done(shop, "certificate.reissue", elid=OWN, crt_type="generate", sok="ok")
    assert (shown(shop, "status"), shown(shop, "crt")) == ("5", before)


def test_55_a_prolonged_certificate_is_issued_at_once_and_an_off_one_is_kept(
    shop: Seller,
) -> None:
    by_hand(shop)
    assert done(shop, "service.prolong", elid=OWN, period="12", sok="ok")
    crt = x509.load_pem_x509_certificate(shown(shop, "crt").encode())
    assert crt.not_valid_after_utc.date().isoformat() == shown(shop, "expiredate")
    before = shown(shop, "crt")
    assert done(shop, "certificate.suspend", elid=OWN)
    assert shown(shop, "crt") == before


def test_56_a_domain_is_confirmed_by_a_record_or_one_of_five_mailboxes(shop: Seller) -> None:
    doc = shop.json("certificate.validation", elid=OWN)
    assert doc["dns_record_name"]["$"].endswith(".ssl-1.example.com")
    assert len(doc["slist"][0]["val"]) == 5
    assert {row["id"]: row["name"] for row in shop.rows("country")}["182"] == "Russia"
