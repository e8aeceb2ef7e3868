"""``pricelist.export``: every tariff with prices and addons, in one document.

Source: docs/resale.md section 2.7 (observed), oddities included: ``measure`` stands
twice, as a number and as an object; texts stand in both languages whatever was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from emulator.call import Call, Part, Raw
from emulator.domain import offers, pricelist_export
from emulator.domain.catalogue import Addon, Tariff, Words
from emulator.domain.money import exact
from emulator.domain.pricelist_export import Asking
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.fields import Flag, Id, Text, Whole
from emulator.functions.params import DATACENTER, DATACENTER_ID, PROJECT_ID
from emulator.registry import Evidence, Family
from emulator.schema import WireSchema
from emulator.words import period_label

COUNTED, BY_ORDER = "2", "2"
"""``addontype`` of what is counted in whole numbers, ``billtype`` of what is billed as ordered."""
MOST_AT_ONCE = "20"
PIECES: Words = {"en": "pcs.", "ru": "шт."}
PIECES_ID = "1"


class Filter(WireSchema):
    """What the list is narrowed to. ``elid`` is the provider."""

    itemtype = Text()
    onlyavailable = Flag()
    pricelist = Whole()
    elid = Id(entity="project")


def family() -> Family:
    """The price list."""
    pricelist = Family("pricelist", {"en": "Price list", "ru": "Прайс-лист"})

    @pricelist.document(
        "pricelist.export",
        takes=Filter,
        fails=(AccessDenied, BadValue, Missed),
        evidence=Evidence.OBSERVED,
        source="docs/resale.md section 2.7",
        is_public=lambda call: call.shop.world.rules.open_pricelist,
        example={"itemtype": "soft"},
    )
    def export(
        call: Call,
        itemtype: str = "",
        onlyavailable: bool = False,
        pricelist: int | None = None,
        elid: int | None = None,
    ) -> Raw:
        """The tariffs with their prices, in the currency of the caller or of the world.

        Filters: ``itemtype`` (internal name or number), ``onlyavailable=on`` (orderable ones),
        ``pricelist`` (one tariff), ``elid`` (the provider). A filter that nothing passes leaves an
        empty document. ``active`` tells whether the caller could order the tariff.
        """
        if elid is not None and str(elid) != PROJECT_ID:
            raise Missed("project", str(elid))
        who = pricelist_export.asking(call.shop, call.account)
        chosen = pricelist_export.told(
            call.shop, who, itemtype.strip(), pricelist, only_orderable=onlyavailable
        )
        return Raw([_tariff(call, who, tariff) for tariff in chosen])

    return pricelist


def _tariff(call: Call, who: Asking, tariff: Tariff) -> Part:
    shop = call.shop
    orderable = pricelist_export.is_orderable(shop, who, tariff)
    archived = offers.is_retired(shop, tariff)
    parts = [
        Part("id", str(tariff.id)),
        *_both("name", tariff.name),
        *_both("description", tariff.description),
        Part("active", "on" if orderable else "off"),
        Part("hideinorder", "" if orderable else "on"),
        Part("archived", "on" if archived else ""),
        Part("max_multiple_order_count", MOST_AT_ONCE),
        Part("itemtype", str(pricelist_export.type_number(shop, tariff.type))),
        Part("itemtype_info", parts=[Part("intname", tariff.type)]),
        Part("datacenter", parts=[Part("id", DATACENTER_ID), *_both("name", DATACENTER)]),
        _price(call, who, tariff.prices[who.currency]),
        *(_addon(call, who, addon) for addon in tariff.addons.values()),
    ]
    return Part("pricelist", parts=parts)


def _both(name: str, texts: Words) -> Iterator[Part]:
    """``name`` in English and ``name_ru``."""
    yield Part(name, texts.get("en", ""))
    yield Part(f"{name}_ru", texts.get("ru", ""))


def _price(call: Call, who: Asking, costs: Mapping[int, Decimal]) -> Part:
    """Costs by period. Every length is told in months, trial (-100) and lifetime (0) too."""
    periods = [
        Part(
            "period",
            period_label(period, call.lang),
            {"cost": exact(cost), "type": "month", "length": str(period)},
        )
        for period, cost in sorted(costs.items())
    ]
    return Part("price", attrs={"currency": who.currency}, parts=periods)


def _addon(call: Call, who: Asking, addon: Addon) -> Part:
    """An addon; ``addonlimit`` is how many the tariff's own price includes."""
    measure = [Part("id", PIECES_ID), *_both("name", PIECES)]
    parts = [
        Part("id", str(addon.id)),
        *_both("name", addon.name),
        Part("intname", addon.intname),
        Part("addontype", COUNTED),
        Part("billtype", BY_ORDER),
        Part("addonlimit", str(addon.included)),
        Part("addonmin", str(addon.minimum)),
        Part("addonmax", str(addon.maximum)),
        Part("addonstep", str(addon.step)),
        Part("restrictclientchange", addon.restrict_client_change),
        Part("measure", PIECES_ID),
        Part("measure", parts=measure),
        Part("addon_itemtype_info", parts=[Part("intname", addon.intname)]),
        _price(call, who, addon.prices.get(who.currency, {})),
    ]
    return Part("addon", parts=parts)
