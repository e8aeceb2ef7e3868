"""Helpers for the tests of decisions: other rules, other clocks, the form of one license."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from emulator.clock import WorldClock
from emulator.domain import world as worlds
from emulator.domain.accounts import accounts
from emulator.domain.billing import payments
from emulator.domain.world import Provisioning
from tests.functions.seller import Seller, child

WEB, POOLED, LATE = "100001", "100006", "100005"
ORDER = {"pricelist": "55227", "period": "1", "ip": "192.0.2.230", "sok": "ok", "skipbasket": "on"}


def rule(shop: Seller, **rules: Any) -> None:
    """Sets rules of the default world."""
    with shop.worlds.locked("default") as db, db.writing():
        before = worlds.read(db)
        worlds.set_rules(db, replace(before.rules, **rules), before.provisioning)


def by_hand(shop: Seller) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        worlds.set_rules(db, worlds.read(db).rules, Provisioning("by_hand"))


def clock(shop: Seller, chosen: WorldClock) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        worlds.set_clock(db, chosen)


def session(shop: Seller, username: str = "reseller") -> str:
    doc = shop.doc("auth", who=None, username=username, password="secret")
    return child(doc, "auth").attrib["id"]


def license(shop: Seller, number: str, world: str = "") -> dict[str, str]:
    doc = shop.doc("soft.edit", world=world, elid=number)
    assert doc.find("error") is None
    return {field.tag: field.text or "" for field in doc}


def done(shop: Seller, func: str, **params: str) -> bool:
    doc = shop.doc(func, **params)
    return doc.find("ok") is not None and doc.find("error") is None


def total(shop: Seller) -> str:
    return child(shop.doc("soft"), "p_elems").text or ""


def money(shop: Seller, amount: str) -> None:
    with shop.worlds.locked("default") as db, db.writing():
        there = shop.worlds.shop(db, worlds.read(db))
        owner = next(a for a in accounts.list_accounts(db) if a.login == "reseller")
        payments.set_balance(there, owner, Decimal(amount))
