"""The shipped fixtures are whole: every code of the reference, seven worlds that make sense."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest

from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.world import Provisioning, Rules
from emulator.worlds.fixtures import (
    Offset,
    load_tariffs,
    load_world,
    tariff_names,
    world_names,
)
from emulator.worlds.fixtures.reading import record

CODES = {
    *(55227, 55228, 55229, 55230, 55239, 55240),  # ISPmanager 6, other countries
    *(55231, 55232, 55233, 55234, 55235),  # ISPmanager 6, Russia
    *(3541, 4601),  # ISPmanager 5
    *(5577, 5579),  # BILLmanager 5
    *(3045, 3887, 3651),  # VMmanager 5
    *(3932, 3934, 3936),  # DCImanager 5
    *(3136, 2891),  # DNSmanager 5, IPmanager 5
    *(7, 5, 11, 9, 112, 432, 434, 435, 15, 884, 18, 17),  # version 4
    *(9203, 9204, 11738, 55369, 55391),  # third-party licenses
    *(55163, 55161),  # platforms
}
SERVICES = {
    **dict.fromkeys((6, 1400), "vds"),
    **dict.fromkeys((2, 3), "vhost"),
    1500: "instances",
    1600: "dedic",
    1700: "colocation",
    154: "dnshost",
    170: "storage",
    **dict.fromkeys((180, 181), "domain"),
}
"""Codes of printed examples, and ours."""
THIRD_PARTY, PLATFORMS = {9203, 9204, 11738, 55369, 55391}, {55163, 55161}
NODE_ADDONS = {55230: 55236, 4601: 4602, 3045: 3049, 3887: 3889, 3651: 3698}

WITH_TRIAL = {55369, 55391} | PLATFORMS
"""Sold with a trial beside the paid periods."""


@pytest.fixture(scope="module")
def tariffs() -> dict[int, Tariff]:
    return {tariff.id: tariff for tariff in load_tariffs()}


def amounts(tariff: Tariff) -> Iterator[tuple[int, Decimal]]:
    items = (item.prices for addon in tariff.addons.values() for item in addon.items)
    for prices in (tariff.prices, *(addon.prices for addon in tariff.addons.values()), *items):
        for own in prices.values():
            yield from own.items()


MODULES = {23221, 55361, 55362, 55363, 55371, 55377, 55378, 55379, 55390}
OUR_MODULES = {955301, 955302, 955303, 955304, 955305}
"""Modules whose names are known and whose codes are not."""


def test_every_code_of_the_reference_is_there_and_no_other(
    tariffs: dict[int, Tariff],
) -> None:
    types = {code: tariff.type for code, tariff in tariffs.items() if tariff.type != "certificate"}
    assert types == (
        dict.fromkeys(CODES, "soft")
        | dict.fromkeys(THIRD_PARTY, "softexternal")
        | dict.fromkeys(PLATFORMS, "platform")
        | dict.fromkeys(MODULES | OUR_MODULES, "addition")
        | SERVICES
    )


def test_a_machine_has_addons_of_all_kinds_templates_and_places(
    tariffs: dict[int, Tariff],
) -> None:
    for code in (6, 1400):
        machine = tariffs[code]
        assert {addon.kind for addon in machine.addons.values()} == {
            "integer",
            "boolean",
            "enumeration",
        }
        assert {addon.intname for addon in machine.addons.values()} >= {"ncpu", "mem", "disc", "ip"}
        assert any("Windows" in option.intname for option in machine.ostempl)
        assert set(machine.datacenters) == {1, 4}


def test_tariffs_paid_by_the_node_have_the_addons_of_the_reference(
    tariffs: dict[int, Tariff],
) -> None:
    addons = {t.id: next(iter(t.addons)) for t in tariffs.values() if t.addons and t.type == "soft"}

    assert {code: addons[code] for code in NODE_ADDONS} == NODE_ADDONS
    assert set(addons) - set(NODE_ADDONS) == {55234}
    assert next(iter(tariffs[55234].addons.values())).evidence == "assumed"


def test_cloud_may_be_ordered_with_one_node_and_with_two_hundred_and_sixty(
    tariffs: dict[int, Tariff],
) -> None:
    (nodes,) = tariffs[3887].addons.values()

    assert nodes.minimum == 1
    assert nodes.maximum >= 260


def test_codes_differ_by_country_only_for_the_current_generation(
    tariffs: dict[int, Tariff],
) -> None:
    russian = {code for code, tariff in tariffs.items() if tariff.country == "RU"}
    foreign = {code for code, tariff in tariffs.items() if tariff.country == "other"}

    assert russian == {55231, 55232, 55233, 55234, 55235, 55391, 55377, 55378, 55379, 55390}
    assert foreign == {55227, 55228, 55229, 55230, 55239, 55240, 55369, 55361, 55362, 55363, 55371}


def test_money_is_decimal_and_every_tariff_is_priced_in_euros_and_roubles(
    tariffs: dict[int, Tariff],
) -> None:
    for tariff in tariffs.values():
        assert set(tariff.prices) == {"EUR", "RUB"}
        assert {type(cost) for _, cost in amounts(tariff)} == {Decimal}


def test_trials_have_one_free_period_and_nothing_else_is_free(
    tariffs: dict[int, Tariff],
) -> None:
    assert {code for code, tariff in tariffs.items() if tariff.trial} == {55235, 55239, 55240}
    licenses = [tariffs[code] for code in CODES]
    for tariff in licenses:
        offered = set(tariff.prices["EUR"])
        assert tariff.trial == (offered == {-100})
        assert tariff.trial_days == (14 if -100 in offered else 0)
        assert (-100 in offered) == (tariff.trial or tariff.id in WITH_TRIAL)
        assert all((cost == 0) == (period == -100) for period, cost in amounts(tariff))


@pytest.mark.parametrize(
    ("code", "periods"),
    [(55227, {1, 12}), (55234, {1, 12}), (3541, {1, 3, 6, 12}), (7, {0, 1, 3, 6, 12})],
)
def test_periods_are_those_of_the_generation(
    tariffs: dict[int, Tariff], code: int, periods: set[int]
) -> None:
    assert set(tariffs[code].prices["RUB"]) == periods


def test_products_retire_on_the_day_the_reference_gives(
    tariffs: dict[int, Tariff],
) -> None:
    documented = {c: t.retired_on for c, t in tariffs.items() if t.retired_evidence == "documented"}

    assert documented == {3541: date(2021, 6, 15), 4601: date(2021, 6, 15)}
    assert all(tariffs[code].retired_on is None for code in (55227, 55230, 55235, 3887))
    assert tariffs[7].retired_evidence == "assumed"


def test_a_tariff_changes_to_paid_ones_of_its_generation_and_country(
    tariffs: dict[int, Tariff],
) -> None:
    assert tariffs[55239].change_to == (55227, 55228, 55229, 55230)
    assert set(tariffs[55227].change_to) == {55228, 55229, 55230}
    assert set(tariffs[55235].change_to) == {55231, 55232, 55233, 55234}
    assert tariffs[3045].change_to == ()


def test_every_target_of_a_change_exists_and_is_no_trial(
    tariffs: dict[int, Tariff],
) -> None:
    for tariff in tariffs.values():
        for target in tariff.change_to:
            assert not tariffs[target].trial
            assert tariffs[target].country == tariff.country
            assert target != tariff.id


def test_targets_stay_within_the_files_that_were_asked_for() -> None:
    assert {tariff.id for tariff in load_tariffs(["ispmanager5"])} == {3541, 4601}


def test_the_shipped_worlds_are_these_ten() -> None:
    assert world_names() == (
        "bound", "busy", "daily", "empty", "hoster", "russian", "sandbox", "small", "strict",
        "subtypes",
    )  # fmt: skip
    assert "ispmanager6" in tariff_names()


@pytest.mark.parametrize("name", world_names())
def test_every_world_has_every_tariff_and_the_usual_login(name: str) -> None:
    world = load_world(name)
    login = world.accounts[0]
    money = (Decimal("100000.00"), "RUB") if name == "russian" else (Decimal("1000.00"), "EUR")

    assert world.name == name
    assert {tariff.id for tariff in world.tariffs} >= CODES | set(SERVICES)
    assert (login.login, login.password) == ("reseller", "secret")
    assert (login.balance, login.currency) == money
    assert login.country == world.country


@pytest.mark.parametrize("name", world_names())
def test_services_stand_in_the_state_their_dates_say(name: str) -> None:
    today = date(2026, 3, 31)
    world = load_world(name)
    trial_days = {tariff.id: tariff.trial_days for tariff in world.tariffs}

    for service in world.services:
        length = Offset(service.period, "month")
        if service.period == -100:
            length = Offset(trial_days[service.tariff] or 0)
        started = service.ordered.from_day(today)
        ends = service.expires.from_day(today) if service.expires else length.from_day(started)
        assert started < today
        by_owner = service.status == 3 and not service.substate
        assert (ends > today) == (service.status == 2 or by_owner)


def test_the_first_order_of_a_newcomer_meets_no_service_of_the_small_world() -> None:
    addresses = {str(service.ip) for service in load_world("small").services}

    assert "10.10.10.10" not in addresses
    assert not addresses & {f"192.0.2.{last}" for last in range(200, 255)}


def test_the_small_world_has_an_account_of_every_kind() -> None:
    accounts = {account.login: account for account in load_world("small").accounts}

    assert accounts["careful"].totp_secret
    assert [str(net) for net in accounts["fenced"].api_addresses] == ["192.0.2.0/24"]
    assert accounts["poor"].balance == Decimal("1.00")
    assert "other" in accounts


def test_rules_not_named_have_their_defaults() -> None:
    assert load_world("small").rules == Rules()
    assert load_world("small").provisioning == Provisioning("at_once")
    assert load_world("russian").rules == Rules(country_tariffs=True, module_actions="newer")


def test_the_strict_world_has_the_stricter_values() -> None:
    rules = load_world("strict").rules

    assert rules.retired_products == "refuse"
    assert rules.change_limit
    assert rules.country_tariffs
    assert not rules.open_pricelist


@pytest.mark.parametrize(
    ("count", "unit", "day"),
    [
        (-1, "month", date(2026, 2, 28)),
        (1, "year", date(2027, 3, 31)),
        (-31, "day", date(2026, 2, 28)),
    ],
)
def test_offsets_follow_the_calendar(count: int, unit: str, day: date) -> None:
    units = {"day": Offset(count, "day"), "month": Offset(count, "month")}

    assert units.get(unit, Offset(count, "year")).from_day(date(2026, 3, 31)) == day


def test_a_world_file_can_set_every_rule_there_is() -> None:
    assert record(Rules)(Rules().as_dict()) == Rules()
