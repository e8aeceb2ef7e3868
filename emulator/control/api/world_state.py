"""A world as a whole: its state, its rules, its provisioning and its catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from emulator.domain.world import PROVISIONING_MODES, Provisioning, Rules, read, set_rules
from emulator.results import ImportInfo, UnreadableWorld, WorldInfo
from emulator.store.moments import count_later
from emulator.worlds import pricelist
from emulator.worlds.worlds import WorldError, Worlds

COUNTED = ("account", "service", "payment", "expense", "journal")
COUNTING = ("seconds", "reads")
"""Modes of provisioning that need an amount."""
LONGEST = 1_000_000


def describe(worlds: Worlds, name: str) -> WorldInfo:
    """The state of one world, for JSON."""
    db = worlds.connect(name)
    with db.reading():
        world = read(db)
        counts = db.counts("tariff", *COUNTED)
        now = world.clock.now(worlds.system_clock)
        ahead = count_later(db, now)
    state: WorldInfo = {
        "name": name,
        "path": f"/w/{name}/billmgr",
        "made_from": world.made_from,
        "seed": world.seed,
        "country": world.country,
        "currency": world.currency,
        "now": now.isoformat(),
        "clock": world.clock.mode,
        "rules": world.rules.as_dict(),
        "provisioning": {"mode": world.provisioning.mode, "amount": world.provisioning.amount},
        "tariffs": counts["tariff"],
        "counts": {table: counts[table] for table in COUNTED},
        "snapshots": list(worlds.snapshots(name)),
    }
    if ahead:
        state["ahead"] = ahead
    return state


@dataclass(frozen=True, slots=True)
class WorldGlance:
    """What a list shows of a world. ``error``: why it cannot be read; the rest is then empty."""

    name: str
    path: str = ""
    made_from: str = ""
    now: str = ""
    clock: str = ""
    tariffs: int = 0
    services: int = 0
    error: str = ""


def glance_at(worlds: Worlds, name: str) -> WorldGlance:
    """A part of `describe` that is quick in a large world: it looks through no rows."""
    try:
        db = worlds.connect(name)
    except WorldError as error:
        return WorldGlance(name, error=str(error))
    with db.reading():
        world = read(db)
        counts = db.counts("tariff", "service")
    return WorldGlance(
        name,
        f"/w/{name}/billmgr",
        world.made_from,
        world.clock.now(worlds.system_clock).isoformat(),
        world.clock.mode,
        counts["tariff"],
        counts["service"],
    )


def describe_all(worlds: Worlds) -> list[WorldInfo | UnreadableWorld]:
    """The state of every world, for JSON: one that cannot be read has ``name`` and ``error``."""
    worlds.remove_expired()
    states: list[WorldInfo | UnreadableWorld] = []
    for name in worlds.names():
        try:
            states.append(describe(worlds, name))
        except WorldError as error:
            states.append({"name": name, "error": str(error)})
    return states


def change(
    worlds: Worlds,
    name: str,
    rules: Mapping[str, object] | None = None,
    provisioning: Mapping[str, object] | None = None,
) -> WorldInfo:
    """Sets the named rules and the provisioning; returns the new state.

    Raises ValueError naming the value that is wrong.
    """
    with worlds.locked(name) as db, db.writing():
        world = read(db)
        chosen = Rules.read({**world.rules.as_dict(), **(rules or {})})
        how = world.provisioning if provisioning is None else _provisioning(provisioning)
        set_rules(db, chosen, how)
    return describe(worlds, name)


def _provisioning(settings: Mapping[str, object]) -> Provisioning:
    unknown = sorted(set(settings) - {"mode", "amount"})
    if unknown:
        raise ValueError(f"provisioning.{unknown[0]}: there is no such setting")
    mode, amount = settings.get("mode"), settings.get("amount", 0)
    mode_name = next((name for name in PROVISIONING_MODES if name == mode), None)
    if mode_name is None:
        raise ValueError(
            f"provisioning.mode: {mode!r} is not one of {', '.join(PROVISIONING_MODES)}"
        )
    whole = isinstance(amount, int) and not isinstance(amount, bool)
    if not whole or not isinstance(amount, int) or not 0 <= amount <= LONGEST:
        raise ValueError(f"provisioning.amount: {amount!r} is not between 0 and {LONGEST}")
    if (mode_name in COUNTING) != (amount > 0):
        raise ValueError("provisioning.amount: is needed with seconds and reads, and only there")
    return Provisioning(mode_name, amount)


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did.

    ``tariffs``: numbers of the tariffs on sale now; ``still_used``: numbers of former tariffs that
    services still use; ``left_out``: what could not be imported, one line each.
    """

    tariffs: tuple[int, ...]
    still_used: tuple[int, ...]
    left_out: tuple[str, ...]

    def as_dict(self) -> ImportInfo:
        """For JSON."""
        return {
            "tariffs": list(self.tariffs),
            "kept": list(self.still_used),
            "left_out": list(self.left_out),
        }


def sell(worlds: Worlds, name: str, document: bytes) -> ImportResult:
    """Makes a price list the world's catalogue (see Worlds.sell).

    Raises PriceListError where the document cannot be read.
    """
    db = worlds.connect(name)
    with db.reading():
        currency = read(db).currency
    imported = pricelist.read(document, currency)
    still_used = worlds.sell(name, imported.tariffs)
    left_out = imported.left_out
    if not any(tariff.periods(currency) for tariff in imported.tariffs):
        priced = ", ".join(sorted({c for tariff in imported.tariffs for c in tariff.prices}))
        line = f"no tariff has a price in {currency}, the currency of this world: only in {priced}"
        left_out += (f"{line}; change the currency of the accounts that shall order",)
    return ImportResult(
        tuple(tariff.id for tariff in imported.tariffs), tuple(still_used), left_out
    )
