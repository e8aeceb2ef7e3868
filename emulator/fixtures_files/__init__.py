"""The files a world is made from: prices in ``fixtures/tariffs``, states in ``fixtures/worlds``."""

from emulator.fixtures_files.load import (
    FixtureError,
    fixtures_folder,
    load_tariffs,
    load_world,
    tariff_names,
    world_names,
)
from emulator.fixtures_files.shapes import (
    AccountFixture,
    AddonFixture,
    Growth,
    ItemFixture,
    Offset,
    OptionFixture,
    PromoCode,
    Restriction,
    ServiceFixture,
    TariffFixture,
    TypeFixture,
    Wording,
    WorldFixture,
)

__all__ = [
    "AccountFixture",
    "AddonFixture",
    "FixtureError",
    "Growth",
    "ItemFixture",
    "Offset",
    "OptionFixture",
    "PromoCode",
    "Restriction",
    "ServiceFixture",
    "TariffFixture",
    "TypeFixture",
    "Wording",
    "WorldFixture",
    "fixtures_folder",
    "load_tariffs",
    "load_world",
    "tariff_names",
    "world_names",
]
