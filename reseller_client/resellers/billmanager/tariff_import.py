"""Imports tariffs of a seller as own ones, and synchronises them later.

Addons, choices of an enumeration and OS templates are linked by their internal names. Renaming one
breaks the link: it is then new at the seller and missing here.

Source: docs/resale.md section 3.2 (documented); that every period of the tariff has to be an own
one, and how prices are converted, is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final

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
    from reseller_client.resellers.billmanager.models import ProcessingModule
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.services.product_types import ProductType

_TEMPLATES: Final = "ostempl"
_WINDOWS: Final = "windows"
_FINE: Final = Decimal("0.0001")
_PERCENT: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Changes:
    """The result of a synchronisation of an own tariff, by internal names.

    `added` addons are new and inactive; `disabled` ones no longer exist at the seller. A choice is
    named `addon/choice`; `choices` are new or switched, `priced` have another price. `templates`
    are new; those in `unlinked` have to be linked by a person. `broken` has no link to the seller.
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
        """Whether nothing changed; links may be broken all the same."""
        changes = (self.added, self.disabled, self.choices, self.priced, self.templates)
        return not any(changes)


@dataclass(frozen=True, slots=True)
class Pricing:
    """Converts the seller's prices to own ones. Every method raises NoRate."""

    exchange: Exchange
    rule: PriceRule

    def base(self, prices: Iterable[Price]) -> Prices:
        """Return the own prices of a tariff by period, rounded by the rule."""
        return self._each(prices, self.rule.price)

    def fine(self, prices: Iterable[Price]) -> Prices:
        """Return the own prices of a unit of an addon by period, to fractions of a cent."""
        factor = (_PERCENT + self.rule.markup) / _PERCENT
        return self._each(prices, lambda cost: (cost * factor).quantize(_FINE, ROUND_HALF_UP))

    def _each(self, prices: Iterable[Price], convert: Callable[[Decimal], Decimal]) -> Prices:
        own: dict[int, Decimal] = {}
        for price in prices:
            currency = price.cost.currency
            try:
                rate = self.exchange.rate(currency)
            except ValueError as missing:
                raise NoRate(currency, self.exchange.currency) from missing
            own[price.length] = convert(price.cost.amount * rate)
        return own


def import_tariff(
    catalogue: CatalogueStore,
    module: ProcessingModule,
    product: ProductType[Any, Any],
    source: Tariff,
    pricing: Pricing,
) -> OwnTariff:
    """Store a tariff of a seller as an own one, disabled; returns it.

    Raises PeriodsDiffer, NoRate, and ValueError for a rule with a fixed price or a tariff of
    another product type.
    """
    if pricing.rule.fixed is not None:
        raise ValueError("a fixed price cannot be the price of all periods and addons")
    if source.itemtype not in {"", module.itemtype}:
        raise ValueError(f"tariff {source.id} is of {source.itemtype}, not {module.itemtype}")
    own = catalogue.periods()
    sold = sorted({price.length for price in source.prices})
    if missing := tuple(length for length in sold if length not in own):
        raise PeriodsDiffer(source.id, missing, own)
    tariff = OwnTariff(
        id=0,
        itemtype=module.itemtype,
        name=source.name,
        prices=pricing.base(source.prices),
        addons=tuple(_own_addon(pricing, addon) for addon in source.addons),
        templates=tuple(OwnTemplate(name) for name in _template_names(product, source)),
        rule=pricing.rule,
    )
    return catalogue.add_tariff(tariff, module.id, source)


def synchronise(
    catalogue: CatalogueStore,
    tariff: OwnTariff,
    product: ProductType[Any, Any],
    sources: Mapping[int, Tariff],
    pricing: Pricing,
) -> Changes:
    """Apply changes at the seller; `sources` are its tariffs now, by module.

    Base prices stay. The first module's tariff is used; for the others only the stored copy is
    replaced. Raises NoRate.
    """
    source = next(iter(sources.values()))
    after = replace(
        tariff,
        addons=_merge_addons(tariff, source, pricing),
        templates=_merge_templates(tariff, product, source),
    )
    catalogue.save_tariff(after, sources)
    return _compare(tariff, after, source)


def _own_addon(pricing: Pricing, addon: Addon, *, active: bool = True) -> OwnAddon:
    choices = (
        OwnChoice(item.intname, item.name, prices=pricing.fine(item.prices)) for item in addon.items
    )
    return OwnAddon(
        intname=addon.intname,
        name=addon.name,
        kind=addon.kind,
        active=active,
        included=addon.included or Decimal(0),
        prices=pricing.fine(addon.prices),
        enumeration=addon.enumeration,
        choices=tuple(choices),
    )


def _template_names(product: ProductType[Any, Any], source: Tariff) -> tuple[str, ...]:
    """Return the OS templates of a tariff, none for a type without them."""
    return source.options.get(_TEMPLATES, ()) if product.templates else ()


def _merge_addons(tariff: OwnTariff, source: Tariff, pricing: Pricing) -> tuple[OwnAddon, ...]:
    """Return the own addons, without those the seller removed, and new ones, all inactive."""
    theirs = {addon.intname: addon for addon in source.addons}
    merged = (
        _merge_choices(addon, theirs[addon.intname], pricing)
        if addon.intname in theirs
        else replace(addon, active=False)
        for addon in tariff.addons
    )
    new = (addon for name, addon in theirs.items() if tariff.addon(name) is None)
    return (*merged, *(_own_addon(pricing, addon, active=False) for addon in new))


def _merge_choices(own: OwnAddon, theirs: Addon, pricing: Pricing) -> OwnAddon:
    """Return an addon with the seller's choices and their prices; removed choices are inactive."""
    if not theirs.items and not own.choices:
        return own
    items = {item.intname: item for item in theirs.items}
    names = {choice.intname for choice in own.choices}
    merged = (
        replace(choice, prices=pricing.fine(items[choice.intname].prices))
        if choice.intname in items
        else replace(choice, active=False)
        for choice in own.choices
    )
    new = (
        OwnChoice(item.intname, item.name, prices=pricing.fine(item.prices))
        for name, item in items.items()
        if name not in names
    )
    return replace(own, choices=(*merged, *new))


def _merge_templates(
    tariff: OwnTariff, product: ProductType[Any, Any], source: Tariff
) -> tuple[OwnTemplate, ...]:
    """Return the templates with new ones; those of Windows have to be linked by a person."""
    names = {template.intname for template in tariff.templates}
    new = (name for name in _template_names(product, source) if name not in names)
    return (
        *tariff.templates,
        *(OwnTemplate(name, linked=_WINDOWS not in name.lower()) for name in new),
    )


def _compare(before: OwnTariff, after: OwnTariff, source: Tariff) -> Changes:
    """Return the differences."""
    old = {addon.intname: addon for addon in before.addons}
    choices_before, choices_after = _choices(before), _choices(after)
    names = {template.intname for template in before.templates}
    templates = tuple(new for new in after.templates if new.intname not in names)
    theirs = _names(source)
    ours = [*(addon.intname for addon in after.addons), *choices_after]
    ours += [template.intname for template in after.templates]
    return Changes(
        tariff=after.id,
        added=tuple(addon.intname for addon in after.addons if addon.intname not in old),
        disabled=tuple(
            addon.intname
            for addon in after.addons
            if addon.intname in old and old[addon.intname].active and not addon.active
        ),
        choices=tuple(
            name
            for name, choice in choices_after.items()
            if name not in choices_before or choices_before[name].active != choice.active
        ),
        priced=tuple(
            name
            for name, choice in choices_after.items()
            if name in choices_before and choices_before[name].prices != choice.prices
        ),
        templates=tuple(template.intname for template in templates),
        unlinked=tuple(template.intname for template in templates if not template.linked),
        broken=tuple(name for name in ours if name not in theirs),
    )


def _choices(tariff: OwnTariff) -> dict[str, OwnChoice]:
    return {
        f"{addon.intname}/{choice.intname}": choice
        for addon in tariff.addons
        for choice in addon.choices
    }


def _names(source: Tariff) -> frozenset[str]:
    """Return the internal names of a seller's addons, choices and templates."""
    addons = [addon.intname for addon in source.addons]
    choices = [f"{addon.intname}/{item.intname}" for addon in source.addons for item in addon.items]
    return frozenset((*addons, *choices, *source.options.get(_TEMPLATES, ())))
