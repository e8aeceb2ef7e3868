"""Certificates from the buying side: what is asked, what is kept, and nothing bought twice."""

from __future__ import annotations

from collections import deque
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from emulator.domain import world as worlds
from emulator.domain.world import Provisioning, ProvisioningMode
from emulator.testing import Seller
from reseller_client import (
    BadValue,
    CertificateOrder,
    CertificateRequest,
    Client,
    Missed,
    NotEnoughMoney,
    NotReady,
    OperationRunning,
    Status,
    WrongState,
)
from tests.client.emulated import LossyLine, client_of
from tests.clocks import stopped_clock

if TYPE_CHECKING:
    from collections.abc import Iterator

OWN = 100022
ORDER = "certificate.order.param"
EXAMPLE_ORDER = CertificateOrder(
    tariff=3033,
    name="example.com",
    region="Region",
    city="City",
    organization="Example",
    approver="admin@example.com",
    contacts={"adm_fname": "A"},
)


@pytest.fixture
def shop() -> Iterator[Seller]:
    with Seller(system_clock=stopped_clock()) as made:
        yield made


@pytest.fixture
def line(shop: Seller) -> LossyLine:
    return LossyLine(shop)


@pytest.fixture(params=["xml", "bjson"])
def client(request: pytest.FixtureRequest, shop: Seller, line: LossyLine) -> Client:
    return client_of(line, shop.time.pass_time, out=request.param)


def provisioned(shop: Seller, mode: ProvisioningMode, amount: int = 0) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        worlds.set_rules(db, worlds.read(db).rules, Provisioning(mode, amount))


def spent(shop: Seller) -> Decimal:
    return Decimal("1000.00") - Decimal(str(shop.account()["balance"]))


def certified(pem: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(pem.encode())


def test_a_request_comes_with_its_key_which_no_print_shows(client: Client, shop: Seller) -> None:
    made = client.certificates.generate_csr(EXAMPLE_ORDER)
    key = load_pem_private_key(made.key.encode(), password=None)
    assert x509.load_pem_x509_csr(made.csr.encode()).public_key() == key.public_key()
    assert made.key not in repr(made)
    assert made.key.splitlines()[1] not in repr(EXAMPLE_ORDER.with_request(made))
    assert spent(shop) == 0


def test_an_order_is_requested_paid_issued_and_read(client: Client, shop: Seller) -> None:
    provisioned(shop, "seconds", 5)
    ordered = client.certificates.order(EXAMPLE_ORDER)
    assert ordered.service_id is not None
    assert client.certificates.get(ordered.service_id).status is Status.PROCESSING
    issued = client.certificates.wait_until_issued(ordered.service_id)
    assert issued.status is Status.ACTIVE
    assert (issued.name, issued.names, issued.remoteid) == ("example.com", (), ordered.remoteid)
    key = load_pem_private_key(issued.key.encode(), password=None)
    assert certified(issued.crt).public_key() == key.public_key()
    assert certified(issued.crt).not_valid_after_utc.date() == issued.valid_until
    assert certified(issued.crt).issuer == certified(issued.authority).subject
    assert issued.valid_until == issued.expires_on
    assert spent(shop) == Decimal("9.00")
    assert issued.key not in repr(issued)


@pytest.mark.parametrize("plan", [["before"], ["after"], ["after", "before"]])
def test_a_lost_answer_never_buys_two(
    client: Client, shop: Seller, line: LossyLine, plan: list[str]
) -> None:
    line.plan[ORDER] = deque(plan)
    ordered = client.certificates.order(EXAMPLE_ORDER)
    bought = [row for row in client.certificates.list() if row.domain == "example.com"]
    assert [row.id for row in bought] == [ordered.service_id]
    assert spent(shop) == Decimal("9.00")


def test_an_own_request_keeps_the_key_at_home(client: Client) -> None:
    made = client.certificates.generate_csr(EXAMPLE_ORDER)
    own = CertificateRequest(made.csr)
    ordered = client.certificates.order(EXAMPLE_ORDER.with_request(own))
    assert ordered.service_id is not None
    shown = client.certificates.get(ordered.service_id)
    assert (shown.csr, shown.key) == (made.csr, "")


def test_several_names_go_into_one_certificate(client: Client, shop: Seller) -> None:
    names = ("a.example.com", "b.example.com", "c.example.org")
    order = CertificateOrder(
        27648, "example.com", names=names, region="R", city="C", organization="E"
    )
    ordered = client.certificates.order(order)
    assert ordered.service_id is not None
    shown = client.certificates.get(ordered.service_id)
    assert shown.names == names
    assert spent(shop) == Decimal("38.00")


def test_the_cart_holds_a_certificate_until_it_is_paid(client: Client, shop: Seller) -> None:
    put = client.certificates.put_in_cart(EXAMPLE_ORDER)
    assert put.line_id is not None
    assert spent(shop) == 0
    client.cart.pay([put.line_id])
    assert spent(shop) == Decimal("9.00")
    newest = client.certificates.list()[0]
    assert (newest.domain, newest.remoteid) == ("example.com", put.remoteid)
    assert client.certificates.get(newest.id).crt


def test_a_certificate_is_issued_anew(client: Client, shop: Seller) -> None:
    before = client.certificates.get(OWN)
    after = client.certificates.reissue(OWN)
    assert after.key not in ("", before.key)
    assert after.valid_until == before.valid_until
    same = client.certificates.reissue(OWN, CertificateRequest(before.csr, before.key))
    assert certified(same.crt).public_key() == certified(before.crt).public_key()
    assert spent(shop) == 0


def test_what_a_tariff_does_not_have_is_refused_before_anything_is_paid(
    client: Client, shop: Seller
) -> None:
    with pytest.raises(BadValue):
        client.certificates.order(CertificateOrder(3033, "*.example.com", organization="E"))
    with pytest.raises(BadValue):
        client.certificates.reissue(OWN, names=["other.example.com"])
    with pytest.raises(Missed):
        client.certificates.get(100001)
    assert spent(shop) == 0


def test_too_little_money_is_told_with_the_sum(shop: Seller, line: LossyLine) -> None:
    poor = client_of(line, shop.time.pass_time, login="poor")
    with pytest.raises(NotEnoughMoney) as refused:
        poor.certificates.order(EXAMPLE_ORDER)
    assert refused.value.amount == Decimal("9.00")


def test_a_confirmation_is_read_and_asked_for_again(client: Client, shop: Seller) -> None:
    provisioned(shop, "by_hand")
    ordered = client.certificates.order(EXAMPLE_ORDER)
    assert ordered.service_id is not None
    validation = client.certificates.validation(ordered.service_id)
    assert (validation.record_type, validation.approver) == ("CNAME", "admin@example.com")
    assert validation.record.endswith(".example.com")
    assert "webmaster@example.com" in validation.mailboxes
    client.certificates.validate_again(ordered.service_id)
    client.certificates.validate_again(ordered.service_id, "email")
    with pytest.raises(NotReady):
        client.certificates.wait_until_issued(ordered.service_id, reads=2)
    with pytest.raises(OperationRunning):
        client.certificates.reissue(ordered.service_id)
    with pytest.raises(WrongState):
        client.certificates.validate_again(OWN)


def test_a_certificate_is_switched_off_and_on_and_deleted(client: Client) -> None:
    client.certificates.suspend(OWN)
    assert client.certificates.get(OWN).status is Status.SUSPENDED
    client.certificates.resume(OWN)
    assert client.certificates.get(OWN).status is Status.ACTIVE
    client.certificates.delete(OWN)
    assert not client.certificates.list()


def test_countries_are_told_by_number(client: Client) -> None:
    (russia,) = (country for country in client.certificates.countries() if country.iso == "RU")
    assert (russia.id, russia.name) == (EXAMPLE_ORDER.country, "Russia")
