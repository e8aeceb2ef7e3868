"""Contacts of domain names (``service_profile``): who owns a name.

Source: docs/evidence.md 134. A contact is a row of texts by field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import bindparam, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.world import Shop
from emulator.errors import BadValue, Missed
from emulator.store import tables
from emulator.store.engine import Statement

OWNER = "service_profile_owner"
"""What a service stores the number of its owner's contact under (one client area reads it)."""
USUAL: Mapping[str, str] = {"profiletype": "1", "private": "off"}
"""What a field is where nothing was typed; all others are empty."""

P = tables.service_profile.c
_OWN = Statement(
    select(P.id, P.fields).where(P.account_id == bindparam("owner")).order_by(P.id.desc())
)
_ADD = Statement(
    insert(tables.service_profile).values(account_id=bindparam("owner"), fields=bindparam("all"))
)
_SAVE = Statement(
    update(tables.service_profile).where(P.id == bindparam("which")).values(fields=bindparam("all"))
)


@dataclass(frozen=True, slots=True)
class Owner:
    """Who shall own a name: a contact by its ``number``, or as it was typed.

    ``parameter``: the one that the number was sent in. ``typed``: texts by field.
    """

    number: int | None = None
    parameter: str = OWNER
    typed: Mapping[str, str] = field(default_factory=dict)


def list_contacts(shop: Shop, account: Account) -> dict[int, dict[str, str]]:
    """The contacts of an account by number, the newest first."""
    return {number: dict(fields) for number, fields in shop.db.rows(_OWN, owner=account.id)}


def require_contact(shop: Shop, account: Account, number: int) -> dict[str, str]:
    """The fields of a contact. Raises Missed for one of another account."""
    contact = list_contacts(shop, account).get(number)
    if contact is None:
        raise Missed("service_profile", str(number))
    return contact


def add(shop: Shop, account: Account, fields: Mapping[str, str]) -> int:
    """Makes a contact; returns its number."""
    return shop.db.insert(_ADD, owner=account.id, all=dict(fields))


def save(shop: Shop, number: int, fields: Mapping[str, str]) -> None:
    """Writes the fields of a contact."""
    shop.db.run(_SAVE, which=number, all=dict(fields))


def keep(shop: Shop, account: Account, typed: Mapping[str, str]) -> int | None:
    """The contact with these fields, made where there is none; None where nothing was typed."""
    fields = _filled(typed)
    if not fields:
        return None
    for number, stored in list_contacts(shop, account).items():
        if _filled(stored) == fields:
            return number
    return add(shop, account, fields)


def find_owner(shop: Shop, account: Account, owner: Owner) -> int | None:
    """The number of the contact that shall own a name; one that was typed is made.

    Raises BadValue for an unknown number, and for a field that contradicts the contact of it.
    """
    if owner.number is None:
        return keep(shop, account, owner.typed)
    stored = list_contacts(shop, account).get(owner.number)
    if stored is None:
        raise BadValue(owner.parameter, str(owner.number))
    for name, text in _filled(owner.typed).items():
        if stored.get(name, "") != text:
            raise BadValue(f"owner_{name}", text)
    return owner.number


def _filled(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in fields.items() if text not in ("", USUAL.get(name))}
