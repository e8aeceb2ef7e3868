"""The own tariffs of a reselling BILLmanager: import, prices, synchronisation.

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
    """The own tariffs. `client` returns the client of a module, `currency` is the own one."""

    def __init__(
        self,
        catalogue: CatalogueStore,
        client: Callable[[ProcessingModule], Client],
        types: ItemTypes,
        *,
        currency: str = "",
    ) -> None:
        """Keep the store, the connections to sellers, the product types and the currency."""
        self._catalogue = catalogue
        self._client = client
        self._types = types
        self._currency = currency

    def exchange(self) -> Exchange:
        """Return the own currency and its exchange rates."""
        return Exchange(self._currency, self._catalogue.rates())

    def offered(self, module: int) -> tuple[Tariff, ...]:
        """Return the tariffs of a module's product type at its seller. Raises ValueError."""
        stored = self._catalogue.module(module)
        return self._client(stored).catalogue.tariffs(stored.itemtype)

    def import_tariff(self, module: int, code: int, rule: PriceRule = AT_COST) -> OwnTariff:
        """Import a tariff of the seller with its addons, choices, templates and periods, disabled.

        Own prices are the seller's, in the own currency, with the markup of `rule`. Raises
        PeriodsDiffer, NoRate, NotUnderstood for a code that is not on the price list, and
        ValueError for a rule with a fixed price.
        """
        stored = self._catalogue.module(module)
        source = self._read(stored, code)
        product = self._types.get(stored.itemtype)
        return import_tariff(
            self._catalogue, stored, product, source, Pricing(self.exchange(), rule)
        )

    def serve(self, tariff: int, module: int, code: int) -> None:
        """Add a module to an own tariff, with the tariff of that code at its seller.

        Addons are linked by their internal names. Raises ValueError for another product type, and
        NotUnderstood for a code that is not on the price list.
        """
        own, stored = self._catalogue.tariff(tariff), self._catalogue.module(module)
        if stored.itemtype != own.itemtype:
            raise ValueError(f"{stored.name} is of {stored.itemtype}, {own.name} of {own.itemtype}")
        self._catalogue.save_tariff(own, {module: self._read(stored, code)})

    def module_of(self, tariff: int) -> ProcessingModule:
        """Return the module of a tariff; of several the one with the lowest `sort`."""
        serving = self._catalogue.sources(tariff)
        return next(module for module in self._catalogue.modules() if module.id in serving)

    def sync(self, tariff: int) -> Changes:
        """Apply changes of the seller's tariff (`pricelist.sync`); returns what changed.

        New templates and choices are added, with the prices of choices; new addons are inactive,
        removed ones disabled; base prices stay. Raises NoRate, and NotUnderstood for a tariff that
        is no longer on the price list.
        """
        own = self._catalogue.tariff(tariff)
        sources = self._catalogue.sources(tariff)
        modules = [module for module in self._catalogue.modules() if module.id in sources]
        now = {module.id: self._read(module, sources[module.id].id) for module in modules}
        pricing = Pricing(self.exchange(), own.rule)
        return synchronise(self._catalogue, own, self._types.get(own.itemtype), now, pricing)

    def enable(self, tariff: int, *, enabled: bool = True) -> None:
        """Enable or disable orders of a tariff."""
        self._catalogue.save_tariff(replace(self._catalogue.tariff(tariff), enabled=enabled))

    def set_price(
        self, tariff: int, period: int, price: Decimal, *, addon: str = "", choice: str = ""
    ) -> None:
        """Set an own price: of the tariff, of a unit of an addon, or of a choice of an addon.

        The period may be one that the seller does not have; see `compare_periods`. Raises
        NotForSale for an addon that the tariff does not have.
        """
        own = self._catalogue.tariff(tariff)
        if not addon:
            self._catalogue.save_tariff(replace(own, prices={**own.prices, period: price}))
            return
        own_addon = self._addon(own, addon)
        if not choice:
            priced = replace(own_addon, prices={**own_addon.prices, period: price})
        else:
            choices = (
                replace(existing, prices={**existing.prices, period: price})
                if existing.intname == choice
                else existing
                for existing in own_addon.choices
            )
            priced = replace(own_addon, choices=tuple(choices))
        self._save_addon(own, addon, priced)

    def switch_addon(self, tariff: int, addon: str, *, active: bool = True) -> None:
        """Offer an addon, or stop offering it. Raises NotForSale."""
        own = self._catalogue.tariff(tariff)
        self._save_addon(own, addon, replace(self._addon(own, addon), active=active))

    def rename_addon(self, tariff: int, addon: str, intname: str) -> None:
        """Change the internal name of an addon, which breaks its link. Raises NotForSale."""
        own = self._catalogue.tariff(tariff)
        self._save_addon(own, addon, replace(self._addon(own, addon), intname=intname))

    def link_template(self, tariff: int, intname: str) -> None:
        """Link an OS template by hand, as those of Windows need. Raises NotForSale."""
        own = self._catalogue.tariff(tariff)
        templates = tuple(
            replace(template, linked=True) if template.intname == intname else template
            for template in own.templates
        )
        if templates == own.templates:
            raise NotForSale(f"{own.name} has no template {intname} to be linked")
        self._catalogue.save_tariff(replace(own, templates=templates))

    def check_template(self, own: OwnTariff, params: Mapping[str, str]) -> None:
        """Check that an OS template is linked. Raises NotForSale."""
        chosen = params.get("ostempl")
        linked = {template.intname for template in own.templates if template.linked}
        if chosen and chosen not in linked:
            raise NotForSale(f"{own.name} has no template {chosen} linked")

    def _read(self, module: ProcessingModule, code: int) -> Tariff:
        tariff = self._client(module).catalogue.tariff(code)
        if tariff is None:
            raise NotUnderstood(f"the price list of {module.seller} has no tariff {code}")
        return tariff

    def _addon(self, own: OwnTariff, intname: str) -> OwnAddon:
        addon = own.addon(intname)
        if addon is None:
            raise NotForSale(f"{own.name} has no addon {intname}")
        return addon

    def _save_addon(self, own: OwnTariff, intname: str, after: OwnAddon) -> None:
        addons = tuple(after if addon.intname == intname else addon for addon in own.addons)
        self._catalogue.save_tariff(replace(own, addons=addons))
