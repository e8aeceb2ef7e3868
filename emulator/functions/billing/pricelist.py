"""``pricelist.export``: every tariff with prices and addons, in one document.

Source: docs/resale.md section 2.7 (observed), oddities included: ``measure`` occurs twice, as a
number and as an object; texts are in both languages whatever the caller's language.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType

from emulator.api.context import Call, Part, Streamed
from emulator.api.fields import Flag, Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import pricelist_export
from emulator.domain.billing.pricelist_export import Asking
from emulator.domain.catalogue.catalogue import (
    BOOLEAN,
    ENUMERATION,
    INTEGER,
    Addon,
    Option,
    Tariff,
    Words,
)
from emulator.domain.money import exact
from emulator.domain.services import order_rules
from emulator.errors import AccessDenied, BadValue, Missed
from emulator.functions.form_parts import DATACENTER, DATACENTER_ID, PROJECT_ID
from emulator.texts import period_label

ADDON_TYPES: Mapping[str, str] = MappingProxyType({BOOLEAN: "1", INTEGER: "2", ENUMERATION: "3"})
"""``addontype``: switched, counted, one of several (observed)."""
BY_ORDER = "2"
"""``billtype`` of what is billed as it was ordered."""
MEASURES: Mapping[str, str] = MappingProxyType(
    {"pcs.": "1", "MB": "5", "GB": "6", "Mbit/s": "8", "GHz": "9"}
)
"""Numbers of measures; 6 is that of a gigabyte (observed), the others are assumed."""
OTHER_MEASURE = "99"
TEMPLATES, RECIPES = "ostempl", "recipe"
PARAMETERS: Mapping[str, str] = MappingProxyType({TEMPLATES: "106", RECIPES: "107"})
"""Numbers of the product type's parameters; 106 is observed, the other assumed."""


class ExportParameters(WireSchema):
    """What the price list is narrowed to."""

    itemtype = Text("Product type, by its internal name or its number.")
    onlyavailable = Flag("`on` to leave out tariffs that cannot be ordered.")
    pricelist = Whole("Number of the only tariff to show.")
    elid = Id("Number of the provider, of which there is one.", entity="project")


FAMILY = Family("pricelist", {"en": "Price list", "ru": "Прайс-лист"})


@FAMILY.document(
    "pricelist.export",
    takes=ExportParameters,
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
) -> Streamed:
    """The tariffs with their prices, in the currency of the caller or of the world.

    A filter that nothing passes leaves an empty document; another provider is Missed, ``missed``.
    ``active`` says whether the caller could order the tariff.
    """
    if elid is not None and str(elid) != PROJECT_ID:
        raise Missed("project", str(elid))
    who = pricelist_export.asking(call.shop, call.account)
    chosen = pricelist_export.export_tariff(
        call.shop, who, itemtype.strip(), pricelist, only_orderable=onlyavailable
    )
    parts = (_tariff(call, who, tariff) for tariff in chosen)
    return Streamed("pricelist", parts, single=pricelist is not None)


def _tariff(call: Call, who: Asking, tariff: Tariff) -> Part:
    shop = call.shop
    orderable = pricelist_export.is_orderable(shop, who, tariff)
    archived = order_rules.is_retired(shop, tariff)
    parts = [
        Part("id", str(tariff.id)),
        *_module(tariff),
        *_both("name", tariff.name),
        *_both("description", tariff.description),
        Part("siteinfo"),
        Part("active", "on" if orderable else "off"),
        Part("hideinorder", "" if orderable else "on"),
        Part("archived", "on" if archived else ""),
        Part("max_multiple_order_count", str(tariff.most_at_once)),
        Part("itemtype", str(pricelist_export.type_number(shop, tariff.type))),
        Part("itemtype_info", parts=[Part("intname", tariff.type)]),
        *_datacenters(tariff),
        _price(call, who, tariff.prices[who.currency]),
        *(_addon(call, who, addon) for addon in tariff.addons.values()),
        *(_parameter(name, options) for name, options in tariff.options.items()),
    ]
    return Part("pricelist", parts=parts)


def _module(tariff: Tariff) -> Iterator[Part]:
    """The name by which panels know a module (documented)."""
    if tariff.type == "addition":
        yield Part("additionintname", tariff.intname)


def _datacenters(tariff: Tariff) -> Iterator[Part]:
    """Every datacenter of the tariff; the only one of the seller where it names none."""
    datacenters = tariff.datacenters or {int(DATACENTER_ID): DATACENTER}
    for number, name in datacenters.items():
        yield Part("datacenter", parts=[Part("id", str(number)), *_both("name", name)])


def _parameter(name: str, options: Sequence[Option]) -> Part:
    """A parameter of the product type with the values an order may choose of."""
    values = [
        Part(
            "itemtypeparamvalue",
            parts=[Part("intname", option.intname), *_both("name", option.name)],
        )
        for option in options
    ]
    number = Part("id", PARAMETERS.get(name, OTHER_MEASURE))
    return Part("itemtypeparam", parts=[number, Part("intname", name), *values])


def _both(name: str, texts: Words) -> Iterator[Part]:
    """``name`` in English and ``name_ru``."""
    yield Part(name, texts.get("en", ""))
    yield Part(f"{name}_ru", texts.get("ru", ""))


def _price(call: Call, who: Asking, costs: Mapping[int, Decimal]) -> Part:
    """Costs by period. Every length is in months, a trial is -100 and a lifetime 0.

    Months stand first: calculators take the first period for a month (docs/evidence.md 159).
    """
    periods = [
        Part(
            "period",
            period_label(period, call.lang),
            {"cost": exact(cost), "type": "month", "length": str(period)},
        )
        for period, cost in sorted(costs.items(), key=lambda item: (item[0] < 1, item[0]))
    ]
    return Part("price", attrs={"currency": who.currency}, parts=periods)


def _addon(call: Call, who: Asking, addon: Addon) -> Part:
    """An addon; ``addonlimit`` is how many the tariff's own price includes."""
    parts = [
        Part("id", str(addon.id)),
        *_both("name", addon.name),
        Part("intname", addon.intname),
        Part("addontype", ADDON_TYPES[addon.kind]),
        Part("billtype", BY_ORDER),
        *(_enumeration(call, who, addon) if addon.kind == ENUMERATION else _limits(addon)),
        Part("addondefault", str(addon.standard)),
        Part("restrictclientchange", addon.restrict_client_change),
        Part("addon_itemtype_info", parts=[Part("intname", addon.intname)]),
        _price(call, who, addon.prices.get(who.currency, {})),
    ]
    return Part("addon", parts=parts)


def _limits(addon: Addon) -> Iterator[Part]:
    """How many can be ordered, and the measure: a number and an object of one name (observed)."""
    measure = MEASURES.get(addon.measure.get("en", ""), OTHER_MEASURE)
    yield Part("addonlimit", str(addon.included))
    yield Part("addonmin", str(addon.minimum))
    yield Part("addonmax", str(addon.maximum))
    yield Part("addonstep", str(addon.step))
    yield Part("measure", measure)
    yield Part("measure", parts=[Part("id", measure), *_both("name", addon.measure)])


def _enumeration(call: Call, who: Asking, addon: Addon) -> Iterator[Part]:
    """What can be chosen: a number and an object of one name (observed); each item has a price."""
    items = [
        Part(
            "enumerationitem",
            parts=[
                Part("id", str(item.id)),
                *_both("name", item.name),
                Part("intname", item.intname),
                _price(call, who, item.prices.get(who.currency, {})),
            ],
        )
        for item in addon.items
    ]
    yield Part("enumeration", str(addon.id))
    named = [Part("id", str(addon.id)), *_both("name", addon.name), Part("intname", addon.intname)]
    yield Part("enumeration", parts=[*named, *items])
