"""Telephone numbers wherever one is taken, and what a login may be given and may always call."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emulator import testing
from emulator.api.fields import Phone
from emulator.testing import Answer, Seller
from tests.handlers import REGISTRY

GOOD = ("+10000000001", "1", "+49 (30) 123-45.67", "8/800/2000", "+7 495 1 доб. 23", "12 x5", "")
BAD = ("abc", "+", "12a", "()", "++1", "1\n2", "１２")
PHONES = [
    (function, name)
    for function in REGISTRY
    if function.submit is not None
    for name in function.takes.wire_fields
    if name.endswith("phone")
]


@pytest.fixture
def seller() -> Iterator[Seller]:
    """A seller of the world ``small``."""
    with testing.Seller() as running:
        yield running


def refusal(answer: Answer) -> tuple[str, str]:
    return (answer.error.type, answer.error.object) if answer.error else ("", "")


def test_130_a_telephone_number_is_checked_wherever_one_is_taken(seller: Seller) -> None:
    """Over the registry: a function that takes a phone meets this test by itself."""
    assert {f.name for f, _ in PHONES} >= {
        "register", "user.edit", "usrparam", "profile.edit", "profile.add.profiledata",
        "service_profile.edit", "domain.order.contact", "domain.order.param",
        "certificate.order.param", "v2.certificate.order.param",
    }  # fmt: skip
    for function, name in PHONES:
        assert isinstance(function.takes.wire_fields[name], Phone), (function.name, name)
        for text in BAD:
            sent: dict[str, Any] = {**function.example, name: text, "sok": "ok"}
            assert refusal(seller.call(function.name, **sent)) == ("value", name), (text, name)
    for text in GOOD:
        assert seller.call("usrparam", phone=text, sok="ok").error is None
        assert seller.call("usrparam").field("phone") == text


def test_130_a_right_names_a_function_or_a_family(seller: Seller) -> None:
    login = {"sok": "ok", "realname": "L", "passwd": "Low-Pass-12", "default_access_allow": "off"}
    before = len(seller.call("user").rows())
    for place, rights in enumerate(("nonsense", "soft, nonsense", "vds.kvm", "soft.", "vd")):
        made = seller.call("user.edit", **login, email=f"bad{place}@x.example", rights=rights)
        assert refusal(made) == ("value", "rights"), rights
    assert len(seller.call("user").rows()) == before
    for place, rights in enumerate(("soft, service.prolong", "cartorder", "v2.vds.order.param")):
        made = seller.call("user.edit", **login, email=f"good{place}@x.example", rights=rights)
        assert made.error is None, rights
    order: dict[str, Any] = {
        "pricelist": 6,
        "period": 1,
        "sok": "ok",
        "authinfo": "good2@x.example:Low-Pass-12",
    }
    assert seller.call("v2.vds.order.param", **order).error is None
    subtypes = seller.world("subtypes", "subtypes")
    made = subtypes.call("user.edit", **login, email="kvm@x.example", rights="vds.kvm")
    assert made.error is None


def test_130_every_login_may_read_what_needs_no_rights(seller: Seller) -> None:
    low = {"email": "low@x.example", "passwd": "Low-Pass-12", "realname": "L"}
    seller.call("user.edit", **low, default_access_allow="off", rights="vds", sok="ok")
    login = {"authinfo": "low@x.example:Low-Pass-12"}
    public = [f for f in REGISTRY if f.public and f.name not in ("register", "recovery")]
    tables = ("pricelist.export", "country", "country.state", "currency", "progress.get")
    for name in (*tables, *(function.name for function in public)):
        assert refusal(seller.call(name, **login))[0] != "access", name
    for name in ("soft", "subaccount", "user", "payment"):
        assert refusal(seller.call(name, **login))[0] == "access", name
