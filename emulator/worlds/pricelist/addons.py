"""Reads the addons of a tariff of another seller: switched, counted, or one of several.

Source: docs/resale.md section 2.7. ``addontype`` 1, 2, 3; limits as the export gives them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from emulator.domain.catalogue.catalogue import PIECES, Addon, AddonItem, Restriction, Words
from emulator.worlds.pricelist.nodes import (
    PriceListError,
    PriceListNode,
    limit,
    prices_of,
    whole,
    wording,
)

UNLIMITED = 999_999
"""An addon's limit where the export gives none; large limits mean there is none (observed)."""
SWITCHED, ENUMERATED = "1", "3"
RESTRICTIONS: Mapping[str, Restriction] = {
    "on": "on",
    "uponly": "uponly",
    "downonly": "downonly",
}


def addons_of(
    node: PriceListNode, currency: str, where: str, left_out: list[str]
) -> Iterator[Addon]:
    """The addons of a tariff; appends a line to ``left_out`` for each that cannot be ordered.

    Raises PriceListError.
    """
    seen: set[int] = set()
    for addon in node.all("addon"):
        number = whole(addon.get("id"), where, "addon id")
        inside = f"{where}, addon {number}"
        if number in seen:
            raise PriceListError(f"{inside} is there twice")
        seen.add(number)
        if addon.get("addontype") == ENUMERATED:
            items = tuple(_items(addon, currency, inside))
            if not items:
                left_out.append(f"{inside}: an enumeration of nothing")
                continue
            yield _enumeration(addon, number, items)
            continue
        yield _addon(addon, number, currency, inside)


def _items(addon: PriceListNode, currency: str, where: str) -> Iterator[AddonItem]:
    """The items of an enumeration with their prices."""
    for enumeration in addon.all("enumeration"):
        for item in enumeration.all("enumerationitem"):
            number = whole(item.get("id"), where, "item id")
            name = item.get("name") or item.get("intname") or str(number)
            yield AddonItem(
                id=number,
                intname=item.get("intname") or name,
                name=wording(item, "name", name),
                prices=prices_of(item, currency, where),
            )


def _enumeration(addon: PriceListNode, number: int, items: tuple[AddonItem, ...]) -> Addon:
    intname = next((n.get("intname") for n in addon.all("addon_itemtype_info")), "")
    default = addon.get("addondefault")
    numbers = {str(item.id): item.id for item in items}
    return Addon(
        id=number,
        intname=addon.get("intname") or intname,
        name=wording(addon, "name", str(number)),
        minimum=0,
        maximum=1,
        step=1,
        standard=numbers.get(default, items[0].id),
        included=0,
        restrict_client_change=RESTRICTIONS.get(addon.get("restrictclientchange"), "off"),
        kind="enumeration",
        items=items,
    )


def _measure(addon: PriceListNode) -> Words:
    measure = next((candidate for candidate in addon.all("measure") if candidate.get("name")), None)
    return PIECES if measure is None else wording(measure, "name", "")


def _addon(addon: PriceListNode, number: int, currency: str, where: str) -> Addon:
    """Limits as the export gives them; ``addonlimit`` is what the tariff includes."""
    switched = addon.get("addontype") == SWITCHED
    included = limit(addon, "addonlimit", 0, where)
    least = limit(addon, "addonmin", 0, where)
    most = limit(addon, "addonmax", 0, where) or (1 if switched else UNLIMITED)
    most = max(most, least, included)
    intname = next((n.get("intname") for n in addon.all("addon_itemtype_info")), "")
    return Addon(
        id=number,
        intname=addon.get("intname") or intname,
        name=wording(addon, "name", str(number)),
        minimum=least,
        maximum=most,
        step=max(1, limit(addon, "addonstep", 1, where)),
        standard=_default(addon, min(max(included, least), most), least, most, where),
        included=included,
        prices=prices_of(addon, currency, where),
        restrict_client_change=RESTRICTIONS.get(addon.get("restrictclientchange"), "off"),
        kind="boolean" if switched else "integer",
        measure=_measure(addon),
    )


def _default(addon: PriceListNode, otherwise: int, least: int, most: int, where: str) -> int:
    """The default amount, which an export may not contain."""
    return min(max(limit(addon, "addondefault", otherwise, where), least), most)
