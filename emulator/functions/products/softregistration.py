"""``softregistration``: which license is registered at which address.

Source: docs/evidence.md 132 (documented).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select

from emulator.api.context import Call, Rows
from emulator.api.fields import Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.services.services import DELETED, Service
from emulator.errors import AccessDenied, BadValue
from emulator.functions import descriptions
from emulator.functions.form_parts import account_name
from emulator.functions.listing import Column, Filter, Listing, Paging, declare_filter
from emulator.store import tables
from emulator.store.engine import Row

SOURCE = "docs/evidence.md 132, docs/trade.md section 10"
FAMILY = Family(
    "softregistration",
    {"en": "Registered licences", "ru": "Регистрации лицензий"},
    SOURCE,
    Evidence.DOCUMENTED,
)

V = tables.service.c
LISTING = Listing(
    select(*V).where(
        V.account_id == bindparam("owner"), V.type == "soft", V.ip != "", V.status != DELETED
    ),
    V.id,
    (
        Column("id", V.id, "number"),
        Column("soft", V.id, "number"),
        Column("ip", V.ip, "exact"),
    ),
)


class RegistrationRow(WireSchema):
    """A license at an address."""

    id = Whole("Number of the registration, the same as that of its license.")
    soft = Whole("Number of the license.")
    pricelist = Text(descriptions.TARIFF_NAME)
    ip = Text("Address at which the license is registered.")
    account = Text(descriptions.ACCOUNT_NAME)
    owner_account = Text("Account that owns the license; the same as `account` here.")


@FAMILY.listing(
    "softregistration",
    takes=Paging,
    returns=RegistrationRow,
    fails=(AccessDenied, BadValue),
)
def list_registrations(call: Call, **paging: Any) -> Rows:
    """Which license is registered at which address, newest first."""
    return LISTING.page(call, paging, lambda row: _row(call, row), fixed={"owner": call.user.id})


def _row(call: Call, row: Row) -> Mapping[str, object]:
    service = Service(*row)
    name = account_name(call.user)
    return {
        "id": service.id,
        "soft": service.id,
        "pricelist": call.words(call.shop.catalogue[service.tariff_id].name),
        "ip": service.ip,
        "account": name,
        "owner_account": name,
    }


declare_filter(
    FAMILY,
    "softregistration.filter",
    Filter("softregistration", LISTING, RegistrationRow()),
    SOURCE,
    Evidence.DOCUMENTED,
)
