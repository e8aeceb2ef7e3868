"""What the tests of the client share: a license to order, a plain answer, what was sent."""

from __future__ import annotations

from decimal import Decimal

from reseller_client import LicenseOrder, Money

OK = "<doc><ok/></doc>"
EXAMPLE_ORDER = LicenseOrder(tariff=55227, ip="192.0.2.1", licname="web-1")


def without_login(form: dict[str, str]) -> dict[str, str]:
    return {name: text for name, text in form.items() if name not in {"authinfo", "out", "lang"}}


def eur(amount: str) -> Money:
    return Money(Decimal(amount), "EUR")
