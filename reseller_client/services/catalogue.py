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
from reseller_client.transport.call import Area
from reseller_client.transport.values import read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reseller_client.transport.document import Node


_KINDS: Final[Mapping[str, AddonKind]] = MappingProxyType(
    {"1": AddonKind.BOOLEAN, "2": AddonKind.INTEGER, "3": AddonKind.ENUMERATION}
)
_TEMPLATES: Final = "ostempl"


class Catalogue(Area):
    """The price list. Reached as `client.catalogue`; many sellers show it without a login."""

    def tariffs(
        self, itemtype: str | None = None, *, only_orderable: bool = False
    ) -> tuple[Tariff, ...]:
        """Return the tariffs with prices and addons, of all types or of one such as `soft`."""
        fields = {"itemtype": itemtype, "onlyavailable": True if only_orderable else None}
        answer = self._caller.call("pricelist.export", fields)
        tariffs = (_tariff(node) for node in answer.root.all("pricelist"))
        return tuple(tariff for tariff in tariffs if tariff is not None)

    def tariff(self, code: int) -> Tariff | None:
        """Return a tariff by its code, or None if it is not on the price list."""
        answer = self._caller.call("pricelist.export", {"pricelist": code})
        tariffs = (_tariff(node) for node in answer.root.all("pricelist"))
        return next((tariff for tariff in tariffs if tariff and tariff.id == code), None)


def _tariff(node: Node) -> Tariff | None:
    """Return a tariff, None for a node without a code."""
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
        addons=tuple(addon for inner in node.all("addon") if (addon := _addon(inner)) is not None),
        datacenters=tuple(
            Datacenter(number, inner.value("name"))
            for inner in node.all("datacenter")
            if (number := read_int(inner.value("id"))) is not None
        ),
        options=_options(node),
    )


def _options(node: Node) -> Mapping[str, tuple[str, ...]]:
    """Return the values of the type's parameters; one without a name is that of OS templates."""
    options: dict[str, tuple[str, ...]] = {}
    for param in node.all("itemtypeparam"):
        values = (value.value("intname") for value in param.all("itemtypeparamvalue"))
        name = param.value("intname") or _TEMPLATES
        options[name] = (*options.get(name, ()), *filter(None, values))
    return MappingProxyType(options)


def _addon(node: Node) -> Addon | None:
    """Return an addon. `measure` and `enumeration` come twice: as an id, and as an object.

    `addonlimit` is the included quantity where there is an `addonmax`, else the maximum.
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
        enumeration=next(filter(None, (named.value("intname") for named in lists)), ""),
        items=tuple(
            AddonItem(number, item.value("intname"), item.value("name"), tuple(_prices(item)))
            for enumeration in lists
            for item in enumeration.all("enumerationitem")
            if (number := read_int(item.value("id"))) is not None
        ),
    )


def _prices(node: Node) -> Iterator[Price]:
    """Iterate over the prices by period; each block of prices has one currency."""
    for block in node.all("price"):
        currency = block.value("currency", "currency_iso")
        for period in block.all("period"):
            length = read_int(period.value("length"))
            cost = read_money(period.value("cost"), currency)
            if length is not None and cost is not None:
                yield Price(period.value("type"), length, cost)


def _decimal(text: str) -> Decimal | None:
    """Return a limit or a step as a number."""
    money = read_money(text)
    return None if money is None else money.amount
