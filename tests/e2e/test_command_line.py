"""The commands that act on a data folder. Every fault is one line, never a traceback."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from emulator import __version__, journal
from emulator.cli import mockseller
from emulator.cli.journal import follow_journal
from emulator.testing import Seller

Run = Callable[..., Result]

PRICES = """<doc><pricelist><id>9001</id><name>Own</name><price currency="EUR">
<period cost="7.50" type="month" length="1">monthly</period></price></pricelist></doc>"""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a command on a data folder of this test's own."""

    def ran(*words: str) -> Result:
        return CliRunner().invoke(mockseller, [*words, "--data", str(tmp_path / "data")])

    return ran


def test_worlds_are_made_listed_and_removed(run: Run) -> None:
    assert run("world", "create", "second", "--fixture", "strict").exit_code == 0
    worlds = {world["name"]: world for world in json.loads(run("world", "list", "--json").output)}
    assert worlds["second"]["made_from"] == "strict"
    assert "second" in run("world", "list").output
    assert run("world", "remove", "second").exit_code == 0
    assert "second" not in run("world", "list").output


def test_a_price_list_makes_a_world_that_sells_it(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "prices.xml"
    file.write_text(PRICES, encoding="utf-8")
    assert run("world", "load", "own", str(file)).output == "own: 1 tariffs from prices.xml\n"
    worlds = {world["name"]: world for world in json.loads(run("world", "list", "--json").output)}
    assert worlds["own"]["tariffs"] == 1


def test_a_world_of_ones_own_is_loaded_from_its_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("about: mine\ncurrency: RUB\ntariffs: all\n", encoding="utf-8")
    assert run("world", "load", "default", str(file)).exit_code == 0
    worlds = json.loads(run("world", "list", "--json").output)
    assert [(world["made_from"], world["currency"]) for world in worlds] == [("mine", "RUB")]


def test_an_unknown_fixture_refuses_to_start_though_a_world_exists(run: Run) -> None:
    assert run("world", "list").exit_code == 0
    refused = run("serve", "--port", "0", "--fixture", "nosuch")
    assert refused.exit_code == 2
    assert refused.output.startswith(
        'Error: fixture: there is no shipped world "nosuch"; choose one of bound, busy,'
    )


def test_snapshots_are_kept_and_gone_back_to(run: Run) -> None:
    run("clock", "freeze", "2027-01-01T00:00:00Z")
    assert run("world", "snapshot", "default", "kept").exit_code == 0
    run("clock", "real")
    assert run("world", "restore", "default", "kept").exit_code == 0
    assert "2027-01-01 00:00:00 UTC, frozen" in run("clock", "show").output
    run("world", "fork", "default", "branch")
    assert "2027-01-01 00:00:00 UTC, frozen" in run("clock", "show", "--world", "branch").output


def test_the_clock_tells_what_happened(run: Run) -> None:
    output = run("clock", "advance", "2", "months").output
    assert "prolong" in output
    assert "shifted" in output
    assert "next renewal" in run("clock", "advance", "to", "next", "renewal").output
    assert "2027-01-01" in run("clock", "set", "2027-01-01").output


def test_an_empty_journal_says_nothing(run: Run) -> None:
    assert run("journal").output == ""
    assert json.loads(run("journal", "--json", "--errors", "--func", "soft*").output) == []


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["world", "create", "UP"], '"UP" is not a name of a world: use a-z, 0-9 and -'),
        (["world", "create", "default"], 'the world "default" exists already'),
        (["world", "reset", "none"], 'there is no world "none"'),
        (["world", "load", "a", "/none.xml"], "No such file or directory: /none.xml"),
        (["world", "restore", "default", "x"], 'the world "default" has no snapshot "x"'),
        (["clock", "advance", "soon"],
         '"soon" is not a length of time; write for example "31 days", "1 month" or "2 hours"'),
        (["clock", "advance", "-1", "day"],
         '"-1 day" is not a length of time; write for example "31 days", "1 month" or "2 hours"'),
        (["clock", "freeze", "soon"],
         '"soon" is not an instant; write for example 2027-01-31T00:00:00Z'),
        (["clock", "show", "--world", "../x"],
         '"../x" is not a name of a world: use a-z, 0-9 and -'),
        (["journal", "--world", "none"], 'there is no world "none"'),
    ],
)  # fmt: skip
def test_a_fault_is_one_line(run: Run, words: list[str], line: str) -> None:
    result = run(*words)
    assert (result.exit_code, result.output) == (2, f"Error: {line}\n")


def test_the_functions_are_listed_with_how_we_know_them() -> None:
    lines = CliRunner().invoke(mockseller, ["functions"]).output.splitlines()
    assert any(line.startswith("soft.order.param") for line in lines)
    functions = json.loads(CliRunner().invoke(mockseller, ["functions", "--json"]).output)
    assert {function["name"] for function in functions} == {line.split()[0] for line in lines}


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(mockseller, ["--version"]).output == f"mockseller {__version__}\n"


def test_help_and_the_plugin_load_nothing_heavy() -> None:
    code = (
        "import sys, emulator.cli, mockseller.pytest_plugin, emulator.testing;"
        "heavy = {'flask', 'sqlalchemy', 'faker', 'httpx', 'schemathesis', 'gunicorn'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert process.stdout == "[]\n"


def test_the_plugin_gives_every_test_a_seller_of_its_own(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import httpx

        def test_one(seller):
            seller.account(balance="0.00")

        def test_two(seller):
            assert seller.account()["balance"] == "1000.00"
            transport = httpx.WSGITransport(app=seller.wsgi)
            with httpx.Client(transport=transport) as client:
                answer = client.get(seller.url, params={"func": "soft",
                                                        "authinfo": "reseller:secret"})
            assert "<elem>" in answer.text

        def test_three(seller_server):
            seller_server.account(balance="0.00")

        def test_four(seller_server):
            assert seller_server.account()["balance"] == "1000.00"
        """
    )
    pytester.runpytest_inprocess("-q").assert_outcomes(passed=4)


@pytest.fixture
def called(run: Run, tmp_path: Path) -> Run:
    """The same, after three calls that a running server wrote down."""
    run("world", "list")
    with Seller(data=str(tmp_path / "data")) as seller:
        for func in ("soft", "soft.order.pricelist", "service.prolong"):
            seller.call(func)
    return run


def test_rows_of_the_journal_fit_a_terminal_under_the_day_they_are_of(called: Run) -> None:
    day, *rows = called("journal").output.splitlines()
    assert re.fullmatch(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}", day)
    assert [row.split()[3] for row in rows] == ["soft", "soft.order.pricelist", "service.prolong"]
    assert max(map(len, rows)) <= 80


def test_several_functions_and_an_account_choose_calls(called: Run) -> None:
    chosen = called("journal", "--func", "soft.*", "--func", "service.prolong", "--json").output
    assert {entry["func"] for entry in json.loads(chosen)} == {
        "soft.order.pricelist",
        "service.prolong",
    }
    assert (
        called("journal", "--account", "nobody").output == 'Error: there is no account "nobody"\n'
    )


def test_former_names_of_options_work_and_say_the_new_ones(run: Run) -> None:
    result = run("journal", "--struck", "--happenings")
    assert result.exit_code == 0
    assert result.stderr.splitlines() == [
        "--struck is now --faults; the old name still works",
        "--happenings is now --events; the old name still works",
    ]


def test_a_fault_for_several_functions_is_planned_for_each_or_for_none(run: Run) -> None:
    refused = run("fault", "add", "drop", "--func", "soft", "--func", "nosuch")
    assert refused.output == 'Error: func: there is no function "nosuch"\n'
    assert run("fault", "list").output == "no faults are planned\n"
    planned = run("fault", "add", "drop", "--func", "soft", "--func", "vds").output.splitlines()
    assert [line.split()[3] for line in planned] == ["func=soft", "func=vds"]


def test_what_is_taken_back_is_told(run: Run) -> None:
    planned = run("fault", "add", "delay", "seconds=2", "--times", "3").output
    counts = "applied to 0 of 0 matching calls"
    assert planned == f"#1 delay before  times=3 seconds=2  {counts}\n"
    assert run("fault", "remove", "1").output == "#1 removed\n"
    assert run("fault", "clear").output == "faults removed: 0\n"


def test_a_document_that_cannot_be_loaded_leaves_no_world(run: Run, tmp_path: Path) -> None:
    document = tmp_path / "prices.xml"
    document.write_text("no prices")
    refused = run("world", "load", "second", str(document))
    assert refused.output == "Error: prices.xml: the document is neither XML nor JSON\n"
    assert run("world", "remove", "second").output == 'Error: there is no world "second"\n'


def test_one_entry_is_shown_by_its_number_with_what_was_sent(called: Run) -> None:
    output = called("journal", "2").output
    assert re.search(r"(?m)^ +2  .*soft\.order\.pricelist", output)
    assert "\n  authinfo = reseller:***\n" in output
    assert "<doc" in output
    assert json.loads(called("journal", "2", "--json").output)["func"] == "soft.order.pricelist"
    missing = called("journal", "99")
    line = "there is no entry 99 in the journal of this world"
    assert (missing.exit_code, missing.output) == (2, f"Error: {line}\n")
    assert called("journal", "2", "--follow").exit_code == 2


def test_calls_are_followed_as_they_come_also_after_a_reset() -> None:
    with Seller() as seller:
        worlds, waits = seller.worlds, iter(("soft", "reset", "vds"))

        def wait(_: float) -> None:
            match next(waits, "end"):
                case "end":
                    raise KeyboardInterrupt
                case "reset":
                    seller.reset()
                case func:
                    seller.call(func)

        def find(after: int) -> list[journal.Entry]:
            return journal.find(worlds.connect("default"), after=after)[::-1]

        for func in ("whoami", "country"):
            seller.call(func)
        followed = []
        with suppress(KeyboardInterrupt):
            for entry in follow_journal(
                find, lambda: journal.newest(worlds.connect("default")), wait
            ):
                followed.append(entry.func)  # noqa: PERF401 - those before Ctrl-C are kept
    assert followed == ["whoami", "country", "soft", "vds"]


def test_money_discounts_payments_and_provisioning_are_set(run: Run) -> None:
    shown = run("account", "set", "reseller", "--balance", "5.00", "--discount", "5:vds").output
    assert "balance: 5.00\n" in shown
    assert "discounts: percent=5 type=vds" in shown
    assert run("account", "show", "reseller").output == shown
    assert "discounts" not in run("account", "set", "reseller", "--discount", "0").output
    newest, *_ = run("account", "payments", "reseller").output.splitlines()
    number = newest.split()[0]
    assert "status 4  may become 5, 6, 7" in newest
    assert "status 6" in run("account", "payment", number, "6").output
    assert run("account", "payment", number, "4").exit_code == 2
    assert run("world", "provisioning", "default", "reads", "2").output == (
        "default: provisioning reads 2\n"
    )
    refusals = (
        (["account", "show", "nobody"], 'no account "nobody" in this world'),
        (["account", "set", "reseller"], "name what is set: --balance, --credit or --discount"),
        (["account", "set", "reseller", "--balance", "x"], "balance: is not an amount"),
        (["account", "set", "reseller", "--discount", "x"], "--discount: 'x' is not a discount"),
        (["account", "payment", "99999", "4"], "there is no payment 99999 in this world"),
        (["world", "provisioning", "default", "late"], "provisioning.mode: 'late' is not one of"),
    )
    for words, line in refusals:
        refused = run(*words)
        assert refused.exit_code == 2, words
        assert line in refused.output, words


def test_all_that_is_wrong_in_a_file_of_a_world_is_printed_a_line_each(
    run: Run, tmp_path: Path
) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("about: mine\ncurrency: XXY\ntariffs: 5\n", encoding="utf-8")
    refused = run("world", "load", "default", str(file))
    assert refused.exit_code == 2
    assert refused.output.splitlines() == [
        'Error: mine.yaml: currency: "XXY" is not a currency such as EUR (line 2)',
        "mine.yaml: tariffs: is neither a list of files nor the word all (line 3)",
    ]
