"""The price list. Source: `pricelist.export`, docs/resale.md section 2.7 (observed)."""

from __future__ import annotations

from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.services.catalogue_models import (
    Addon,
    AddonItem,
    AddonKind,
    Datacenter,
    Price,
    Tariff,
)
from reseller_client.transport.values import read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Node


_KINDS: Final[Mapping[str, AddonKind]] = MappingProxyType(
    {"1": AddonKind.BOOLEAN, "2": AddonKind.INTEGER, "3": AddonKind.ENUMERATION}
)
_TEMPLATES: Final = "ostempl"


class Catalogue:
    """What the seller sells. Reached as `client.catalogue`; needs no login on many sellers."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller

    def tariffs(
        self, itemtype: str | None = None, *, only_orderable: bool = False
    ) -> tuple[Tariff, ...]:
        """List tariffs with prices and addons; `itemtype` such as `soft` narrows it."""
        fields = {"itemtype": itemtype, "onlyavailable": True if only_orderable else None}
        answer = self._caller.call("pricelist.export", fields)
        read = (_tariff(node) for node in answer.root.all("pricelist"))
        return tuple(tariff for tariff in read if tariff is not None)

    def tariff(self, tariff: int) -> Tariff | None:
        """Return one tariff by its code, or None if it is not on the list."""
        answer = self._caller.call("pricelist.export", {"pricelist": tariff})
        read = (_tariff(node) for node in answer.root.all("pricelist"))
        return next((one for one in read if one is not None and one.id == tariff), None)


def _tariff(node: Node) -> Tariff | None:
    """Read a tariff; without a code it is none."""
    code = read_int(node.value("id"))
    if code is None:
        return None
    info = node.first("itemtype_info")
    kind = "" if info is None else info.value("intname")
    return Tariff(
        id=code,
        name=node.value("name", "additionintname"),
        itemtype=kind or node.value("itemtype"),
        orderable=node.value("active") != "off" and not node.value("archived", "hideinorder"),
        prices=tuple(_prices(node)),
        addons=tuple(addon for one in node.all("addon") if (addon := _addon(one)) is not None),
        datacenters=tuple(
            Datacenter(number, one.value("name"))
            for one in node.all("datacenter")
            if (number := read_int(one.value("id"))) is not None
        ),
        options=_options(node),
    )


def _options(node: Node) -> Mapping[str, tuple[str, ...]]:
    """Read what parameters of the type may be; one that is not named holds OS templates."""
    found: dict[str, tuple[str, ...]] = {}
    for param in node.all("itemtypeparam"):
        values = (one.value("intname") for one in param.all("itemtypeparamvalue"))
        named = param.value("intname") or _TEMPLATES
        found[named] = (*found.get(named, ()), *filter(None, values))
    return MappingProxyType(found)


def _addon(node: Node) -> Addon | None:
    """Read an addon. `measure` and `enumeration` come twice: as an id, and as an object that tells.

    `addonlimit` is what the price includes where there is an `addonmax`, else a limit.
    """
    code = read_int(node.value("id"))
    if code is None:
        return None
    kind = node.first("addon_itemtype_info")
    names = (measure.value("name") for measure in node.all("measure"))
    lists = node.all("enumeration")
    return Addon(
        id=code,
        name=node.value("name"),
        intname=node.value("intname") or ("" if kind is None else kind.value("intname")),
        minimum=_decimal(node.value("addonmin")),
        maximum=_decimal(node.value("addonmax", "addonlimit")),
        step=_decimal(node.value("addonstep")),
        measure=next(filter(None, names), ""),
        prices=tuple(_prices(node)),
        kind=_KINDS.get(node.value("addontype"), AddonKind.INTEGER),
        included=_decimal(node.value("addonlimit")) if node.value("addonmax") else None,
        enumeration=next(filter(None, (one.value("intname") for one in lists)), ""),
        items=tuple(
            AddonItem(number, item.value("intname"), item.value("name"), tuple(_prices(item)))
            for one in lists
            for item in one.all("enumerationitem")
            if (number := read_int(item.value("id"))) is not None
        ),
    )


def _prices(node: Node) -> Iterator[Price]:
    """Read the periods of the price blocks, the currency standing on the block."""
    for block in node.all("price"):
        currency = block.value("currency", "currency_iso")
        for period in block.all("period"):
            length = read_int(period.value("length"))
            cost = read_money(period.value("cost"), currency)
            if length is not None and cost is not None:
                yield Price(period.value("type"), length, cost)


def _decimal(text: str) -> Decimal | None:
    """Read a limit or a step."""
    money = read_money(text)
    return None if money is None else money.amount
