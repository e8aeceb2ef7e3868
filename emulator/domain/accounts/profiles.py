"""Payers: the persons and companies in whose name an account pays.

Source: docs/wire.md section 6, docs/resale.md section 2.4 (a payer may be needed before paying);
docs/evidence.md 40 and 131.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, func, insert, select, update

from emulator.domain.accounts.accounts import Account
from emulator.domain.world import Shop
from emulator.errors import AccessDenied, BadValue, Missed, TooMuch
from emulator.store import tables
from emulator.store.engine import Statement, every_column

PERSON, COMPANY, SOLE_PROPRIETOR = 1, 2, 3
KINDS = (PERSON, COMPANY, SOLE_PROPRIETOR)
MOST = 10
"""Payers an account can have; clients know an error text for too many (observed)."""

R = tables.profile.c
P = tables.payment.c
_ADD = Statement(insert(tables.profile).values(every_column(tables.profile, "id")))
_OWN = Statement(
    select(R.id, R.profiletype, R.name, R.fields).where(
        R.id == bindparam("which"), R.account_id == bindparam("owner")
    )
)
_ALL = Statement(
    select(R.id, R.profiletype, R.name, R.fields)
    .where(R.account_id == bindparam("owner"))
    .order_by(R.id)
)
_SAVE = Statement(
    update(tables.profile)
    .where(R.id == bindparam("which"))
    .values(profiletype=bindparam("kind"), name=bindparam("called"), fields=bindparam("all_fields"))
)
_DELETE = Statement(delete(tables.profile).where(R.id == bindparam("which")))
_COUNT = Statement(select(func.count()).where(R.account_id == bindparam("owner")))
_USED = Statement(select(P.id).where(P.profile_id == bindparam("which")).limit(1))


@dataclass(frozen=True, slots=True)
class Profile:
    """One payer: ``kind`` 1 a person, 2 a company, 3 a sole proprietor; ``fields`` by wire name."""

    id: int
    kind: int
    name: str
    fields: Mapping[str, str]


def own(shop: Shop, account: Account, number: int) -> Profile:
    """A payer of this account. Raises Missed for any other."""
    row = shop.db.row(_OWN, which=number, owner=account.id)
    if row is None:
        raise Missed("profile", str(number))
    return Profile(*row)


def list_own(shop: Shop, account: Account) -> list[Profile]:
    """The payers of an account, oldest first."""
    return [Profile(*row) for row in shop.db.rows(_ALL, owner=account.id)]


def add(shop: Shop, account: Account, kind: int, name: str, fields: Mapping[str, str]) -> Profile:
    """Inserts a payer. Raises BadValue for a field, TooMuch beyond the limit."""
    _check(kind, name)
    if shop.db.value(_COUNT, owner=account.id) >= MOST:
        raise TooMuch("profile", str(MOST))
    number = shop.db.insert(
        _ADD,
        account_id=account.id,
        profiletype=kind,
        name=name,
        fields=dict(fields),
        created_at=shop.now,
    )
    return Profile(number, kind, name, fields)


def change(
    shop: Shop, profile: Profile, kind: int | None, name: str | None, fields: Mapping[str, str]
) -> Profile:
    """Changes the fields that are passed. Raises BadValue."""
    changed = replace(
        profile,
        kind=profile.kind if kind is None else kind,
        name=profile.name if name is None else name,
        fields={**profile.fields, **fields},
    )
    _check(changed.kind, changed.name)
    shop.db.run(
        _SAVE,
        which=profile.id,
        kind=changed.kind,
        called=changed.name,
        all_fields=dict(changed.fields),
    )
    return changed


def remove(shop: Shop, profile: Profile) -> None:
    """Deletes a payer. Raises AccessDenied where payments are in its name."""
    if shop.db.row(_USED, which=profile.id) is not None:
        raise AccessDenied("profile.delete")
    shop.db.run(_DELETE, which=profile.id)


def _check(kind: int, name: str) -> None:
    if kind not in KINDS:
        raise BadValue("profiletype", str(kind))
    if not name.strip():
        raise BadValue.empty("name")
