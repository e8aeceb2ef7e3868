"""The price list. Source: `pricelist.export`, docs/resale.md section 2.7 (observed)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from reseller_client.models import Addon, Price, Tariff
from reseller_client.values import read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reseller_client.call import Caller
    from reseller_client.document import Node


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
    )


def _addon(node: Node) -> Addon | None:
    """Read an addon. `measure` comes twice, as an id and as an object; the object has the name."""
    code = read_int(node.value("id"))
    if code is None:
        return None
    kind = node.first("addon_itemtype_info")
    names = (measure.value("name") for measure in node.all("measure"))
    return Addon(
        id=code,
        name=node.value("name"),
        intname=node.value("intname") or ("" if kind is None else kind.value("intname")),
        minimum=_decimal(node.value("addonmin")),
        maximum=_decimal(node.value("addonmax", "addonlimit")),
        step=_decimal(node.value("addonstep")),
        measure=next(filter(None, names), ""),
        prices=tuple(_prices(node)),
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
