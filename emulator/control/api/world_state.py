"""A world as a whole: what it is, by which rules it sells, how keys arrive, what it sells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.domain.world import PROVISIONING_MODES, Provisioning, Rules, read, set_rules
from emulator.worlds import pricelist
from emulator.worlds.worlds import Worlds

COUNTED = ("account", "service", "payment", "expense", "journal")
COUNTING = ("seconds", "reads")
"""Modes of provisioning that need an amount."""
LONGEST = 1_000_000


def told(worlds: Worlds, name: str) -> dict[str, object]:
    """One world, for JSON."""
    db = worlds.connect(name)
    with db.reading():
        world = read(db)
        counts = db.counts()
        now = world.clock.now(worlds.machine)
    return {
        "name": name,
        "path": f"/w/{name}/billmgr",
        "made_from": world.made_from,
        "seed": world.seed,
        "country": world.country,
        "currency": world.currency,
        "now": now.isoformat(),
        "clock": world.clock.mode,
        "rules": world.rules.told(),
        "provisioning": {"mode": world.provisioning.mode, "amount": world.provisioning.amount},
        "tariffs": counts["tariff"],
        "counts": {table: counts[table] for table in COUNTED},
        "snapshots": worlds.snapshots(name),
    }


def change(
    worlds: Worlds,
    name: str,
    rules: Mapping[str, object] | None = None,
    provisioning: Mapping[str, object] | None = None,
) -> dict[str, object]:
    """Sets the rules that are named, and how keys arrive. ValueError says which value is wrong."""
    with worlds.locked(name) as db, db.writing():
        world = read(db)
        chosen = Rules.read({**world.rules.told(), **(rules or {})})
        how = world.provisioning if provisioning is None else _provisioning(provisioning)
        set_rules(db, chosen, how)
    return told(worlds, name)


def _provisioning(given: Mapping[str, object]) -> Provisioning:
    unknown = sorted(set(given) - {"mode", "amount"})
    if unknown:
        raise ValueError(f"provisioning.{unknown[0]}: there is no such setting")
    mode, amount = given.get("mode"), given.get("amount", 0)
    found = next((known for known in PROVISIONING_MODES if known == mode), None)
    if found is None:
        raise ValueError(
            f"provisioning.mode: {mode!r} is not one of {', '.join(PROVISIONING_MODES)}"
        )
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not whole or not isinstance(amount, int) or not 0 <= amount <= LONGEST:
        raise ValueError(f"provisioning.amount: {amount!r} is not between 0 and {LONGEST}")
    if (found in COUNTING) != (amount > 0):
        raise ValueError("provisioning.amount: goes with seconds and reads, and only with them")
    return Provisioning(found, amount)


@dataclass(frozen=True, slots=True)
class Sold:
    """What an import did: ids of its tariffs, ids of old ones still in use, what was left out."""

    tariffs: tuple[int, ...]
    kept: tuple[int, ...]
    left_out: tuple[str, ...]


def sell(worlds: Worlds, name: str, document: bytes) -> Sold:
    """A price list becomes the world's catalogue (see Worlds.sell). PriceListError says why not."""
    db = worlds.connect(name)
    with db.reading():
        currency = read(db).currency
    found = pricelist.read(document, currency)
    kept = worlds.sell(name, found.tariffs)
    told = found.left_out
    if not any(tariff.periods.get(currency) for tariff in found.tariffs):
        priced = ", ".join(sorted({c for tariff in found.tariffs for c in tariff.periods}))
        line = f"no tariff has a price in {currency}, the currency of this world: only in {priced}"
        told += (f"{line}; change the currency of the accounts that shall order",)
    return Sold(tuple(tariff.id for tariff in found.tariffs), tuple(kept), told)
