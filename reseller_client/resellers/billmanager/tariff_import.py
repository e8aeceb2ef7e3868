"""Tariffs of a seller become the reseller's own, and are kept in step with them.

Linked is what has the same internal name on both sides: addons, choices of an enumeration, OS
templates. Renaming one breaks the link, and it is then new on one side and gone on the other.

Source: docs/resale.md section 3.2 (documented); that every period of the tariff has to be an own
one, and what a price becomes in another currency, is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from reseller_client.resellers.billmanager.models import (
    NoRate,
    OwnAddon,
    OwnChoice,
    OwnTariff,
    OwnTemplate,
    PeriodsDiffer,
    Prices,
)
from reseller_client.services.catalogue_models import Addon, Price, Tariff
from reseller_client.shop.prices import Exchange, PriceRule

if TYPE_CHECKING:
    from reseller_client.resellers.billmanager.item_types import ItemType
    from reseller_client.resellers.billmanager.models import ProcessingModule
    from reseller_client.resellers.billmanager.store import CatalogueStore

_TEMPLATES: Final = "ostempl"
_WINDOWS: Final = "windows"
_FINE: Final = Decimal("0.0001")
_PERCENT: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Changes:
    """What a synchronisation did to an own tariff, by internal names.

    `added` resources are there but inactive, `disabled` ones are gone at the seller. A choice is
    written as `addon/choice`; `priced` ones have another price now. `templates` are new, those of
    them in `unlinked` wait for a person. `broken` names what stands for nothing at the seller.
    """

    tariff: int
    added: tuple[str, ...] = ()
    disabled: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    priced: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    unlinked: tuple[str, ...] = ()
    broken: tuple[str, ...] = ()

    @property
    def nothing(self) -> bool:
        """Whether all was in step already; a link broken before stays told."""
        told = (self.added, self.disabled, self.choices, self.priced, self.templates)
        return not any(told)


@dataclass(frozen=True, slots=True)
class Pricing:
    """How a seller's price becomes an own one. Raises NoRate."""

    exchange: Exchange
    rule: PriceRule

    def base(self, prices: Iterable[Price]) -> Prices:
        """Price what a tariff costs, rounded as the rule says."""
        return self._each(prices, self.rule.price)

    def fine(self, prices: Iterable[Price]) -> Prices:
        """Price a unit of an addon, which may be a part of a cent."""
        factor = (_PERCENT + self.rule.markup) / _PERCENT
        return self._each(prices, lambda cost: (cost * factor).quantize(_FINE))

    def _each(self, prices: Iterable[Price], priced: Callable[[Decimal], Decimal]) -> Prices:
        own: dict[int, Decimal] = {}
        for one in prices:
            try:
                rate = self.exchange.rate(one.cost.currency)
            except ValueError as missing:
                raise NoRate(one.cost.currency, self.exchange.currency) from missing
            own[one.length] = priced(one.cost.amount * rate)
        return own


def import_tariff(
    catalogue: CatalogueStore,
    module: ProcessingModule,
    kind: ItemType,
    source: Tariff,
    rated: Pricing,
) -> OwnTariff:
    """Make a tariff of our own out of a seller's, disabled.

    `rated` has the markup; base prices are rounded by it. Raises PeriodsDiffer, NoRate, ValueError
    for a fixed price or a tariff of another product type.
    """
    if rated.rule.fixed is not None:
        raise ValueError("one fixed price for all periods and addons is no price list")
    if source.itemtype not in {"", module.itemtype}:
        raise ValueError(f"tariff {source.id} is of {source.itemtype}, not {module.itemtype}")
    own = catalogue.periods()
    sold = sorted({one.length for one in source.prices})
    if missing := tuple(length for length in sold if length not in own):
        raise PeriodsDiffer(source.id, missing, own)
    tariff = OwnTariff(
        id=0,
        itemtype=module.itemtype,
        name=source.name,
        prices=rated.base(source.prices),
        addons=tuple(_own_addon(rated, one) for one in source.addons),
        templates=tuple(OwnTemplate(name) for name in _template_names(kind, source)),
        rule=rated.rule,
    )
    return catalogue.add_tariff(tariff, module.id, source)


def synchronise(
    catalogue: CatalogueStore,
    tariff: OwnTariff,
    kind: ItemType,
    sources: Mapping[int, Tariff],
    rated: Pricing,
) -> Changes:
    """Take over what is new at the seller; `sources` are its tariffs as they are, by module.

    Base prices stay as they are. The first module's tariff counts; of the others only the link is
    renewed. Raises NoRate.
    """
    source = next(iter(sources.values()))
    after = replace(
        tariff,
        addons=_merged(tariff, source, rated),
        templates=_more_templates(tariff, kind, source),
    )
    catalogue.save_tariff(after, sources)
    return _told(tariff, after, source)


def _own_addon(rated: Pricing, addon: Addon, *, active: bool = True) -> OwnAddon:
    choices = (
        OwnChoice(one.intname, one.name, prices=rated.fine(one.prices)) for one in addon.items
    )
    return OwnAddon(
        intname=addon.intname,
        name=addon.name,
        kind=addon.kind,
        active=active,
        included=addon.included or Decimal(0),
        prices=rated.fine(addon.prices),
        enumeration=addon.enumeration,
        choices=tuple(choices),
    )


def _template_names(kind: ItemType, source: Tariff) -> tuple[str, ...]:
    """Return the templates of a type that has such a parameter."""
    return source.options.get(_TEMPLATES, ()) if kind.templates else ()


def _merged(tariff: OwnTariff, source: Tariff, rated: Pricing) -> tuple[OwnAddon, ...]:
    """Keep own addons, switch off those the seller has no more, add new ones switched off."""
    theirs = {one.intname: one for one in source.addons}
    kept = (
        _stepped(one, theirs[one.intname], rated)
        if one.intname in theirs
        else replace(one, active=False)
        for one in tariff.addons
    )
    new = (one for name, one in theirs.items() if tariff.addon(name) is None)
    return (*kept, *(_own_addon(rated, one, active=False) for one in new))


def _stepped(own: OwnAddon, theirs: Addon, rated: Pricing) -> OwnAddon:
    """Take over the choices of an enumeration with their prices; a choice that is gone is off."""
    if not theirs.items and not own.choices:
        return own
    items = {one.intname: one for one in theirs.items}
    known = {one.intname for one in own.choices}
    kept = (
        replace(one, prices=rated.fine(items[one.intname].prices))
        if one.intname in items
        else replace(one, active=False)
        for one in own.choices
    )
    new = (
        OwnChoice(one.intname, one.name, prices=rated.fine(one.prices))
        for name, one in items.items()
        if name not in known
    )
    return replace(own, choices=(*kept, *new))


def _more_templates(tariff: OwnTariff, kind: ItemType, source: Tariff) -> tuple[OwnTemplate, ...]:
    """Add new templates; those of Windows are not linked, a person has to."""
    known = {one.intname for one in tariff.templates}
    new = (name for name in _template_names(kind, source) if name not in known)
    return (
        *tariff.templates,
        *(OwnTemplate(name, linked=_WINDOWS not in name.lower()) for name in new),
    )


def _told(before: OwnTariff, after: OwnTariff, source: Tariff) -> Changes:
    """Compare."""
    old = {one.intname: one for one in before.addons}
    choices_before, choices_after = _choices(before), _choices(after)
    known = {one.intname for one in before.templates}
    templates = tuple(one for one in after.templates if one.intname not in known)
    theirs = _names(source)
    ours = [*(one.intname for one in after.addons), *choices_after]
    ours += [one.intname for one in after.templates]
    return Changes(
        tariff=after.id,
        added=tuple(one.intname for one in after.addons if one.intname not in old),
        disabled=tuple(
            one.intname
            for one in after.addons
            if one.intname in old and old[one.intname].active and not one.active
        ),
        choices=tuple(
            name
            for name, one in choices_after.items()
            if name not in choices_before or choices_before[name].active != one.active
        ),
        priced=tuple(
            name
            for name, one in choices_after.items()
            if name in choices_before and choices_before[name].prices != one.prices
        ),
        templates=tuple(one.intname for one in templates),
        unlinked=tuple(one.intname for one in templates if not one.linked),
        broken=tuple(name for name in ours if name not in theirs),
    )


def _choices(tariff: OwnTariff) -> dict[str, OwnChoice]:
    return {
        f"{addon.intname}/{one.intname}": one for addon in tariff.addons for one in addon.choices
    }


def _names(source: Tariff) -> frozenset[str]:
    """Return every internal name the seller links by."""
    addons = [one.intname for one in source.addons]
    choices = [f"{addon.intname}/{one.intname}" for addon in source.addons for one in addon.items]
    return frozenset((*addons, *choices, *source.options.get(_TEMPLATES, ())))
