"""Reads the price list of another seller (``pricelist.export``) as a catalogue.

Source: docs/resale.md section 2.7. One price list comes as xml, json or bjson, and sellers
differ: a ``measure`` or an ``enumeration`` may be there twice, once as a number and once as an
object, prices come with or without a currency, amounts as an attribute or as a text.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import bindparam, delete, insert, select

from emulator.domain import world
from emulator.domain.catalogue.catalogue import (
    ACTIONS,
    LIKES,
    TRIAL,
    TYPE_NAME,
    Option,
    Tariff,
    Words,
)
from emulator.domain.catalogue.rows import write_tariffs
from emulator.store import tables
from emulator.store.engine import Database, Statement, every_column
from emulator.worlds.fixtures import PRODUCT_TYPES
from emulator.worlds.pricelist.addons import addons_of
from emulator.worlds.pricelist.nodes import (
    PriceListError,
    PriceListNode,
    limit,
    parsed,
    prices_of,
    roots,
    whole,
    wording,
)

TRIAL_DAYS = 14
"""Length of a trial, which an export does not contain (assumed)."""
MOST = 5_000
"""Tariffs of one document."""
MOST_PROBLEMS = 20
"""Lines of a refusal."""
STAND_ON_ADDRESSES = frozenset({"soft", "softexternal"})
"""Product types whose orders need an address, which an export does not say (assumed)."""
NOT_ORDERED_HERE = frozenset({"paidsupport"})
"""Types of the vendor that are not sold as a product type of a world."""
EVERYWHERE, DEFAULT_PLACE = 1, "Default"
"""The data centre of tariffs that name none."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """The tariffs in their order, and a line for each addon that was left out."""

    tariffs: tuple[Tariff, ...]
    left_out: tuple[str, ...]


def read(document: bytes, currency: str) -> PriceList:
    """Reads an export. ``currency``: the currency of prices that name none.

    Raises PriceListError where it is no price list, with a line for each tariff that is invalid.
    """
    root = parsed(document)
    lists = next((listed for node in roots(root) if (listed := node.all("pricelist"))), [])
    if not lists:
        for error in (error for node in roots(root) for error in node.all("error")):
            reason = error.get("msg") or error.get("type") or error.text
            raise PriceListError(f"the document is a refusal of the seller: {reason[:200]}")
        raise PriceListError("the document holds no pricelist")
    if len(lists) > MOST:
        raise PriceListError(f"the document holds more than {MOST} tariffs")
    left_out: list[str] = []
    tariffs: dict[int, Tariff] = {}
    problems: list[str] = []
    for node in lists:
        try:
            tariff = _tariff(node, currency, left_out)
        except PriceListError as problem:
            problems += problem.lines
            continue
        if tariff.id in tariffs:
            problems.append(f"tariff {tariff.id} is there twice")
        tariffs[tariff.id] = tariff
    if len(problems) > MOST_PROBLEMS:
        problems[MOST_PROBLEMS:] = [f"and {len(problems) - MOST_PROBLEMS} more"]
    if problems:
        raise PriceListError(*problems)
    return PriceList(tuple(_with_targets(tariffs.values())), tuple(left_out))


T = tables.tariff.c
_NUMBER = bindparam("number", type_=T.id.type)
P = tables.product_type.c
_TYPES = Statement(select(P.intname))
_NEW_TYPE = Statement(insert(tables.product_type).values(every_column(tables.product_type)))
_IN_USE = Statement(select(tables.service.c.tariff_id).distinct())
_ALL_IDS = Statement(select(T.id))
_FORGET = (
    Statement(delete(tables.addon_price).where(tables.addon_price.c.tariff_id == _NUMBER)),
    Statement(delete(tables.addon).where(tables.addon.c.tariff_id == _NUMBER)),
    Statement(delete(tables.price).where(tables.price.c.tariff_id == _NUMBER)),
    Statement(delete(tables.tariff).where(T.id == _NUMBER)),
)


def replace_in(db: Database, tariffs: tuple[Tariff, ...]) -> list[int]:
    """Replaces the tariffs of a world; returns the ids of old ones that stay, being in use.

    The caller holds the lock and the transaction.
    """
    db.defer_references()  # services refer to tariffs while they are replaced
    in_use = [number for (number,) in db.rows(_IN_USE)]
    stay = set(in_use) - {tariff.id for tariff in tariffs}
    for number in [number for (number,) in db.rows(_ALL_IDS) if number not in stay]:
        for statement in _FORGET:
            db.run(statement, number=number)
    write_tariffs(db, tariffs)
    _define_types(db, tariffs)
    world.mark_catalogue_changed(db)
    return sorted(stay)


def _define_types(db: Database, tariffs: tuple[Tariff, ...]) -> None:
    """Defines unknown product types in the world, so that they can be ordered.

    Subtypes (``vds.vps``) are like their type. Of the others, those with OS templates are like a
    virtual server, the rest like a hosting account (assumed).
    """
    types = {*PRODUCT_TYPES, *NOT_ORDERED_HERE, *(name for (name,) in db.rows(_TYPES))}
    for tariff in tariffs:
        like, _, name = tariff.type.partition(".")
        if tariff.type not in types and TYPE_NAME.match(tariff.type) and name not in ACTIONS:
            if like not in LIKES:
                like = "vds" if tariff.ostempl else "vhost"
            title = {"en": tariff.type, "ru": tariff.type}
            db.insert(_NEW_TYPE, intname=tariff.type, title=title, like=like)
            types.add(tariff.type)


def _tariff(node: PriceListNode, currency: str, left_out: list[str]) -> Tariff:
    number = whole(node.get("id"), "a tariff", "id")
    name = f"tariff {number}"
    periods = prices_of(node, currency, name)
    offered = {months for costs in periods.values() for months in costs}
    return Tariff(
        id=number,
        type=_type(node),
        intname=node.get("intname") or node.get("additionintname"),
        name=wording(node, "name", node.get("additionintname") or str(number)),
        description=wording(node, "description", ""),
        country="any",
        trial=offered == {TRIAL},
        prices=periods,
        trial_days=TRIAL_DAYS if TRIAL in offered else 0,
        addons={a.id: a for a in addons_of(node, currency, name, left_out)},
        takes_address=_type(node) in STAND_ON_ADDRESSES,
        datacenters=_datacenters(node, name),
        ostempl=_options(node, "ostempl"),
        recipe=_options(node, "recipe"),
        most_at_once=limit(node, "max_multiple_order_count", 20, name) or 1,
    )


def _datacenters(node: PriceListNode, where: str) -> dict[int, Words]:
    """The data centres of a tariff; empty where there is only the default one."""
    places = {
        whole(place.get("id"), where, "data centre"): wording(place, "name", place.get("id"))
        for place in node.all("datacenter")
    }
    return {} if list(places) == [EVERYWHERE] and _is_default(places[EVERYWHERE]) else places


def _is_default(name: Words) -> bool:
    return name["en"] == DEFAULT_PLACE


def _options(node: PriceListNode, parameter: str) -> tuple[Option, ...]:
    """The values of a parameter; a parameter without a name holds OS templates."""
    return tuple(
        Option(value.get("intname"), wording(value, "name", value.get("intname")))
        for declared in node.all("itemtypeparam")
        if (declared.get("intname") or "ostempl") == parameter
        for value in declared.all("itemtypeparamvalue")
        if value.get("intname")
    )


def _type(node: PriceListNode) -> str:
    """The internal name of the product type; without one a license or a module."""
    for info in node.all("itemtype_info"):
        if info.get("intname"):
            return info.get("intname")
    plain = node.get("itemtype")
    if plain and not plain.isdigit():
        return plain
    return "addition" if node.get("additionintname") else "soft"


def _with_targets(tariffs: Iterable[Tariff]) -> list[Tariff]:
    """A tariff may change to any other of its type that is no trial (assumed)."""
    all_tariffs = list(tariffs)
    paid: dict[str, list[int]] = {}
    for tariff in all_tariffs:
        if not tariff.trial:
            paid.setdefault(tariff.type, []).append(tariff.id)
    return [
        replace(own, change_to=tuple(n for n in paid.get(own.type, ()) if n != own.id))
        for own in all_tariffs
    ]
