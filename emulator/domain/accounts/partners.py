"""Partners: accounts that sell modules themselves to the panels of certain addresses.

Source: docs/modules.md section 1 (documented): a partner tells the vendor the address of its
billing and its ranges of addresses; the licenses of panels inside them carry that address. Which
partner counts is decided by the address from which the license was last fetched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Literal, get_args

from sqlalchemy import bindparam, delete, insert, select

from emulator.results import PartnerInfo
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column

Mode = Literal["automatic", "manual", "pricelist"]
MODES: tuple[Mode, ...] = get_args(Mode)
P = tables.partner.c
_ALL = Statement(select(P.account_id, P.url, P.mode, P.networks).order_by(P.account_id))
_DROP = Statement(delete(tables.partner).where(P.account_id == bindparam("owner")))
_ADD = Statement(insert(tables.partner).values(every_column(tables.partner)))


@dataclass(frozen=True, slots=True)
class Partner:
    """An account whose billing answers panels.

    ``mode``: ``automatic`` (the panel orders and pays there), ``manual`` (the browser is sent
    there), ``pricelist`` (the same, with the partner's prices in the panel). ``networks`` in CIDR
    form.
    """

    account_id: int
    url: str
    mode: Mode
    networks: Sequence[str]

    def as_dict(self) -> PartnerInfo:
        """The partner as the control API shows it."""
        return {"url": self.url, "mode": self.mode, "addresses": list(self.networks)}

    def serves(self, address: str) -> bool:
        """Whether a panel of this address is the partner's."""
        if not address:
            return False
        there = ip_address(address)
        return any(there in ip_network(network) for network in self.networks)


def list_partners(db: Database) -> list[Partner]:
    """Every partner, by account."""
    return [Partner(*row) for row in db.rows(_ALL)]


def save(db: Database, partner: Partner) -> None:
    """Makes an account a partner, or replaces what is stored of it."""
    remove(db, partner.account_id)
    db.run(
        _ADD,
        account_id=partner.account_id,
        url=partner.url,
        mode=partner.mode,
        networks=list(partner.networks),
    )


def remove(db: Database, account_id: int) -> None:
    """Makes an account an ordinary one again."""
    db.run(_DROP, owner=account_id)


def find_by_account(db: Database, account_id: int) -> Partner | None:
    """The partner an account is, or None."""
    return next(
        (partner for partner in list_partners(db) if partner.account_id == account_id), None
    )


def find_by_address(db: Database, owner: int, address: str) -> Partner | None:
    """The partner of a panel at this address: the license's ``owner``, else any, else None."""
    serving = [partner for partner in list_partners(db) if partner.serves(address)]
    return next(
        (partner for partner in serving if partner.account_id == owner),
        serving[0] if serving else None,
    )
