"""The own tariffs of a reselling BILLmanager: imported, priced, enabled, kept in step.

Source: docs/resale.md section 3.2 (documented).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.resellers.billmanager.models import NotForSale, OwnAddon, OwnTariff
from reseller_client.resellers.billmanager.tariff_import import (
    Changes,
    Pricing,
    import_tariff,
    synchronise,
)
from reseller_client.shop.prices import AT_COST, Exchange, PriceRule

if TYPE_CHECKING:
    from reseller_client.client import Client
    from reseller_client.resellers.billmanager.item_types import ItemTypes
    from reseller_client.resellers.billmanager.models import ProcessingModule
    from reseller_client.resellers.billmanager.store import CatalogueStore
    from reseller_client.services.catalogue_models import Tariff


class OwnTariffs:
    """What the reseller sells. `client` opens a module's account, `currency` is the own one."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        client: Callable[[ProcessingModule], Client],
        types: ItemTypes,
        *,
        currency: str = "",
    ) -> None:
        """Keep the rows and the way to the sellers."""
        self._catalogue = catalogue
        self._client = client
        self._types = types
        self._currency = currency

    def exchange(self) -> Exchange:
        """Return the own currency with the rates set so far."""
        return Exchange(self._currency, self._catalogue.rates())

    def offered(self, module: int) -> tuple[Tariff, ...]:
        """Read what the seller of a module sells of its product type."""
        found = self._catalogue.module(module)
        return self._client(found).catalogue.tariffs(found.itemtype)

    def import_tariff(self, module: int, code: int, rule: PriceRule = AT_COST) -> OwnTariff:
        """Import a tariff of the seller with its addons, choices, templates and periods, disabled.

        Own prices are the seller's in the own currency, with the markup of `rule`. Raises
        PeriodsDiffer, NoRate, NotUnderstood for a code that is not on the price list.
        """
        found = self._catalogue.module(module)
        source = self._read(found, code)
        kind = self._types.get(found.itemtype)
        return import_tariff(self._catalogue, found, kind, source, Pricing(self.exchange(), rule))

    def serve(self, tariff: int, module: int, code: int) -> None:
        """Let another module serve an own tariff too, by the seller's tariff of that code.

        Addons are linked by their internal names. Raises ValueError for another product type.
        """
        own, found = self._catalogue.tariff(tariff), self._catalogue.module(module)
        if found.itemtype != own.itemtype:
            raise ValueError(f"{found.name} is of {found.itemtype}, {own.name} of {own.itemtype}")
        self._catalogue.save_tariff(own, {module: self._read(found, code)})

    def module_of(self, tariff: int) -> ProcessingModule:
        """Return the module that serves a tariff: of several the one sorted first."""
        serving = self._catalogue.sources(tariff)
        return next(one for one in self._catalogue.modules() if one.id in serving)

    def sync(self, tariff: int) -> Changes:
        """Take over what is new at the seller (`pricelist.sync`); returns what changed.

        Templates and choices come over with the prices of choices; new resources are inactive,
        removed ones disabled; base prices stay. Raises NoRate, NotUnderstood for a tariff that is
        no longer on the price list.
        """
        own = self._catalogue.tariff(tariff)
        known = self._catalogue.sources(tariff)
        modules = [one for one in self._catalogue.modules() if one.id in known]
        now = {one.id: self._read(one, known[one.id].id) for one in modules}
        rated = Pricing(self.exchange(), own.rule)
        return synchronise(self._catalogue, own, self._types.get(own.itemtype), now, rated)

    def enable(self, tariff: int, *, enabled: bool = True) -> None:
        """Open a tariff for orders, or close it."""
        self._catalogue.save_tariff(replace(self._catalogue.tariff(tariff), enabled=enabled))

    def set_price(
        self, tariff: int, period: int, price: Decimal, *, addon: str = "", choice: str = ""
    ) -> None:
        """Set an own price: of the tariff, of a unit of an addon, or of a choice of it.

        The period may be one the seller has not; see `compare_periods`.
        """
        own = self._catalogue.tariff(tariff)
        if not addon:
            self._catalogue.save_tariff(replace(own, prices={**own.prices, period: price}))
            return
        found = self._addon(own, addon)
        if not choice:
            priced = replace(found, prices={**found.prices, period: price})
        else:
            choices = (
                replace(one, prices={**one.prices, period: price}) if one.intname == choice else one
                for one in found.choices
            )
            priced = replace(found, choices=tuple(choices))
        self._save_addon(own, addon, priced)

    def switch_addon(self, tariff: int, addon: str, *, active: bool = True) -> None:
        """Offer an addon, or no longer."""
        own = self._catalogue.tariff(tariff)
        self._save_addon(own, addon, replace(self._addon(own, addon), active=active))

    def rename_addon(self, tariff: int, addon: str, intname: str) -> None:
        """Give an addon another internal name, which breaks its link to the seller's."""
        own = self._catalogue.tariff(tariff)
        self._save_addon(own, addon, replace(self._addon(own, addon), intname=intname))

    def link_template(self, tariff: int, intname: str) -> None:
        """Link an OS template by hand, as those of Windows have to be."""
        own = self._catalogue.tariff(tariff)
        templates = tuple(
            replace(one, linked=True) if one.intname == intname else one for one in own.templates
        )
        if templates == own.templates:
            raise NotForSale(f"{own.name} has no template {intname} that waits to be linked")
        self._catalogue.save_tariff(replace(own, templates=templates))

    def check_template(self, own: OwnTariff, params: Mapping[str, str]) -> None:
        """Raise NotForSale for an OS template that is not linked."""
        wanted = params.get("ostempl")
        if wanted and wanted not in {one.intname for one in own.templates if one.linked}:
            raise NotForSale(f"{own.name} has no template {wanted} linked")

    def _read(self, module: ProcessingModule, code: int) -> Tariff:
        found = self._client(module).catalogue.tariff(code)
        if found is None:
            raise NotUnderstood(f"the price list of {module.seller} has no tariff {code}")
        return found

    def _addon(self, own: OwnTariff, intname: str) -> OwnAddon:
        found = own.addon(intname)
        if found is None:
            raise NotForSale(f"{own.name} has no addon {intname}")
        return found

    def _save_addon(self, own: OwnTariff, intname: str, after: OwnAddon) -> None:
        addons = tuple(after if one.intname == intname else one for one in own.addons)
        self._catalogue.save_tariff(replace(own, addons=addons))
