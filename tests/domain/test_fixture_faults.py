"""A fixture file of anybody's own is read by its path, and a fault in it told with its place."""

from pathlib import Path

import pytest

from emulator.worlds.fixtures import FixtureError, Offset, load_world
from emulator.worlds.fixtures.world_file import LOGIN

WORLD = """\
about: A world of a test.
currency: EUR
tariffs: [ispmanager6]
accounts:
  - {login: one, password: p, balance: "1.00", realname: One, email: one@example.com}
  - {login: two, password: p, balance: "2.00", realname: Two, email: two@example.com}
services:
  - {account: one, tariff: 55230, licname: a, ip: 192.0.2.1, period: 1, ordered: "-2 days",
     addons: {55236: 3}}
  - {account: two, tariff: 55227, licname: b, ip: 192.0.2.2, period: 12, ordered: "-1 month"}
"""


def fault_of(folder: Path, content: str) -> str:
    file = folder / "mine.yaml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(FixtureError) as fault:
        load_world(file)
    return str(fault.value)


def test_a_world_of_ones_own_is_read_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(WORLD, encoding="utf-8")

    world = load_world(str(file))

    assert world.name == "mine"
    assert world.services[0].addons == {55236: 3}
    assert world.services[1].ordered == Offset(-1, "month")
    assert [account.country for account in world.accounts] == [None, None]


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ('"2.00"', '"abc"', 'mine.yaml: accounts[1].balance: "abc" is not an amount'),
        (
            '"2.00"',
            "2.10",
            "mine.yaml: accounts[1].balance: 2.1 is a bare number; write an amount in quotes",
        ),
        ('"2.00"', '"-2.00"', "mine.yaml: accounts[1].balance: -2.00 is below zero; an amount is"),
        (
            "login: two",
            'login: "a:b c"',
            'mine.yaml: accounts[1].login: "a:b c" is not a login: calls send login:password',
        ),
        ("login: two", "login: one", 'mine.yaml: accounts[1].login: "one" is there twice'),
        (
            "login: two",
            "login: 2",
            "mine.yaml: accounts[1].login: 2 is not text; write it in quotes",
        ),
        ("login: two, ", "", "mine.yaml: accounts[1].login: missing"),
        ("login: two", "login: two, colour: red", "mine.yaml: accounts[1].colour: unknown key"),
        (
            "currency: EUR",
            "currency: euro",
            'mine.yaml: currency: "euro" is not a currency such as EUR',
        ),
        ("currency: EUR", "currency: XXY", 'mine.yaml: currency: "XXY" is not a currency such as'),
        (
            "services:",
            "rules: {list_rows: 0}\nservices:",
            "mine.yaml: rules.list_rows: 0 is not between 1 and 100000",
        ),
        (
            "services:",
            "rules: {poor_order: pay}\nservices:",
            'mine.yaml: rules.poor_order: "pay" is not one of refuse, basket',
        ),
        (
            "services:",
            "provisioning: {mode: seconds}\nservices:",
            "mine.yaml: provisioning.amount: goes with seconds and reads, and only with them",
        ),
        ("services:", "rules: strict\nservices:", "mine.yaml: rules: is not a mapping"),
        (
            "services:",
            "promo_codes: [{code: MAY, percent: 5, type: sofa}]\nservices:",
            "mine.yaml: promo_codes[0].type: there is no product type sofa in this world",
        ),
        (
            "account: two",
            "account: six",
            'mine.yaml: services[1].account: no account "six" in this world',
        ),
        (
            "tariff: 55227",
            "tariff: 3541",
            "mine.yaml: services[1].tariff: no tariff 3541 in this world",
        ),
        (
            "period: 12",
            "period: 6",
            "mine.yaml: services[1].period: tariff 55227 has no period 6 in EUR",
        ),
        ("period: 12", "period: -7", "mine.yaml: services[1].period: -7 is not between 0 and 36"),
        ("192.0.2.2", "192.0.2", "mine.yaml: services[1].ip: Expected 4 octets in '192.0.2'"),
        (
            "-1 month",
            "last month",
            'mine.yaml: services[1].ordered: "last month" is not a span such as -20 days',
        ),
        (
            "55236: 3",
            "55236: 999",
            "mine.yaml: services[0].addons[55236]: 999 is not between 1 and 260",
        ),
        ("55236: 3", "1: 3", "mine.yaml: services[0].addons[1]: tariff 55230 has no such addon"),
        (
            "licname: b",
            "licname: b, substate: autosuspend",
            "mine.yaml: services[1].substate: goes only with status 3",
        ),
        (
            "[ispmanager6]",
            "[../worlds/small]",
            'mine.yaml: tariffs: there are no shipped tariffs "../worlds/small"; choose one of',
        ),
        (
            "currency: EUR",
            "currency: EUR\ncurrency: RUB",
            "mine.yaml: currency: is there twice (lines 2 and 3)",
        ),
        ("[ispmanager6]", "[ispmanager6", "mine.yaml: is not YAML: line 4, column 9: expected"),
    ],
)
def test_a_fault_in_a_world_is_told_with_file_and_place(
    tmp_path: Path, was: str, becomes: str, expected: str
) -> None:
    assert WORLD.count(was) == 1

    fault = fault_of(tmp_path, WORLD.replace(was, becomes))

    first, *others = fault.splitlines()
    assert first.startswith(expected)
    # A login that is there twice leaves services without their account.
    assert ["no account" in other for other in others] == [True] * len(others)


def test_two_licenses_of_one_tariff_on_one_address_are_refused(tmp_path: Path) -> None:
    twin = (
        "  - {account: one, tariff: 55227, licname: c, ip: 192.0.2.2, period: 1, ordered: 0 days}\n"
    )

    assert fault_of(tmp_path, WORLD + twin) == (
        "mine.yaml: services[2].ip: 192.0.2.2 has a license of this tariff (line 11)"
    )
    deleted = WORLD + twin.replace("licname: c", "licname: c, status: 4")
    (tmp_path / "mine.yaml").write_text(deleted, encoding="utf-8")
    assert len(load_world(tmp_path / "mine.yaml").services) == 3


@pytest.mark.parametrize("span", ["9999 years", "10000 days", "3 weeks", "1 day\\n"])
def test_a_span_beyond_the_calendar_or_of_another_unit_is_refused(
    tmp_path: Path, span: str
) -> None:
    error = fault_of(tmp_path, WORLD.replace('"-2 days"', f'"{span}"'))

    assert error.startswith("mine.yaml: services[0].ordered: ")


def test_a_mapping_that_is_null_is_refused(tmp_path: Path) -> None:
    assert fault_of(tmp_path, WORLD + "rules: null\n") == (
        "mine.yaml: rules: may not be null (line 11)"
    )


@pytest.mark.parametrize("content", ["", "- 1\n", "just words\n", "a: !!python/object:os.x {}\n"])
def test_a_file_that_is_no_world_is_refused(tmp_path: Path, content: str) -> None:
    assert fault_of(tmp_path, content).startswith("mine.yaml: ")


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_bytes(b"about: \xff\n")

    with pytest.raises(FixtureError, match=r"mine\.yaml: is not text in UTF-8 \(line 1\)"):
        load_world(tmp_path / "mine.yaml")


def test_an_unknown_world_is_told_which_worlds_there_are() -> None:
    with pytest.raises(FixtureError, match='no shipped world "medium"; choose one of bound, busy'):
        load_world("medium")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FixtureError, match=r"none\.yaml: cannot be read: No such file"):
        load_world(tmp_path / "none.yaml")


def test_all_faults_are_reported_at_once_each_at_its_line(tmp_path: Path) -> None:
    wrong = (
        WORLD.replace("EUR", "XXY").replace("login: two", 'login: "a:b c"')
        .replace('"2.00"', '"-5.00"').replace("period: 12", "period: 99")
        .replace("licname: a", "colour: red")
    )  # fmt: skip
    assert fault_of(tmp_path, wrong).splitlines() == [
        'mine.yaml: currency: "XXY" is not a currency such as EUR (line 2)',
        f'mine.yaml: accounts[1].login: "a:b c" is not {LOGIN.kind} (line 6)',
        "mine.yaml: accounts[1].balance: -5.00 is below zero; an amount is 0.00 or more (line 6)",
        "mine.yaml: services[0].colour: unknown key (line 8)",
        "mine.yaml: services[1].period: 99 is not between 0 and 36 (line 10)",
    ]
    doubtful = WORLD.replace("tariff: 55230", "tariff: 1").replace("account: two", "account: six")
    assert fault_of(tmp_path, doubtful).splitlines() == [
        "mine.yaml: services[0].tariff: no tariff 1 in this world (line 8)",
        'mine.yaml: services[1].account: no account "six" in this world (line 10)',
    ]
