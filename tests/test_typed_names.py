"""A name that does not exist is refused wherever somebody can type one, and never means nothing.

Every option, argument, field and variable that takes a name is in a table here, or the reason why
any text is right in it. A new one fails `test_every_place...` until it is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click
import pytest
from click.testing import CliRunner

from emulator.cli import mockseller
from emulator.control.api import journal_schemas, schemas
from emulator.names import UnknownName, find_nearest, require, require_match
from emulator.settings import FURTHER_VARIABLES, PREFIX, READERS, SettingsError, load
from emulator.testing import ControlError, Seller
from tests.console.browsing import Browsing
from tests.test_commands import walk

ROOT: Final = Path(__file__).parents[1]
NAMING: Final = {"PATTERN", "LOGIN", "NAME", "[NAME]", "WHAT", "MODULE", "PERCENT[:TYPE]"}
"""Metavars of options and arguments that take a name; ``--only`` and ``--outcome`` take a part."""
UNKNOWN: Final = "nonesuch"
OWN = "a name that the caller chooses"
THEIRS = "of another seller: it answers what it does not have"
REFUSED: Final[Mapping[str, str]] = {
    "serve --fixture": f"serve --port 0 --fixture {UNKNOWN}",
    "world create --fixture": f"world create second --fixture {UNKNOWN}",
    "world fork NAME": f"world fork {UNKNOWN} copy",
    "world forget NAME": f"world forget {UNKNOWN} label",
    "world remove NAME": f"world remove {UNKNOWN}",
    "world reset [NAME]": f"world reset {UNKNOWN}",
    "world restore NAME": f"world restore {UNKNOWN} label",
    "world snapshot NAME": f"world snapshot {UNKNOWN} label",
    "world provisioning NAME": f"world provisioning {UNKNOWN} by_hand",
    "account show LOGIN": f"account show {UNKNOWN}",
    "account show --world": f"account show reseller --world {UNKNOWN}",
    "account set LOGIN": f"account set {UNKNOWN} --balance 1.00",
    "account set --world": f"account set reseller --balance 1.00 --world {UNKNOWN}",
    "account payments LOGIN": f"account payments {UNKNOWN}",
    "account payments --world": f"account payments reseller --world {UNKNOWN}",
    "account payment --world": f"account payment 1 4 --world {UNKNOWN}",
    "clock advance --world": f"clock advance 1 day --world {UNKNOWN}",
    "clock freeze --world": f"clock freeze --world {UNKNOWN}",
    "clock real --world": f"clock real --world {UNKNOWN}",
    "clock set --world": f"clock set 2030-01-01T00:00:00Z --world {UNKNOWN}",
    "clock show --world": f"clock show --world {UNKNOWN}",
    "account set --discount": f"account set reseller --discount 5:{UNKNOWN}",
    "fault add WHAT": f"fault add {UNKNOWN}",
    "fault add --func": f"fault add drop --func {UNKNOWN}",
    "fault add --account": f"fault add drop --account {UNKNOWN}",
    "fault add --world": f"fault add drop --world {UNKNOWN}",
    "fault clear --world": f"fault clear --world {UNKNOWN}",
    "fault list --world": f"fault list --world {UNKNOWN}",
    "fault remove --world": f"fault remove 1 --world {UNKNOWN}",
    "journal --func": f"journal --func {UNKNOWN}",
    "journal --account": f"journal --account {UNKNOWN}",
    "journal --outcome": f"journal --outcome {UNKNOWN}",
    "journal --world": f"journal --world {UNKNOWN}",
    "exercise show --world": f"exercise show --world {UNKNOWN}",
    "world export NAME": f"world export {UNKNOWN} build/no.world",
    "drift --only": f"drift http://127.0.0.1:1/billmgr --only {UNKNOWN}",
    "record export --fixture": f"record export pyproject.toml --folder x --fixture {UNKNOWN}",
    "verify client --only": f"verify client --in-process --only {UNKNOWN}",
    "verify fuzz --only": f"verify fuzz --in-process --only {UNKNOWN}",
    "verify fuzz --family": f"verify fuzz --in-process --family {UNKNOWN}",
    "verify fuzz --func": f"verify fuzz --in-process --func {UNKNOWN}",
    "verify modules --only": f"verify modules http://127.0.0.1:1/ --only {UNKNOWN}",
    "verify seller --family": f"verify seller --in-process --family {UNKNOWN}",
    "verify seller --only": f"verify seller --in-process --only {UNKNOWN}",
}
"""A command line for each place, which ends with 2 and one line that has the name."""
ELSEWHERE: Final[Mapping[str, str]] = {
    "world create NAME": OWN,
    "world load NAME": "a missing world is made",
    "world import [NAME]": OWN,
    "exercise start --world": "a missing world is made",
    "serve --tls-name": OWN,
    "resell licences order --name": OWN,
    "resell modules top-up LOGIN": "tests/client: no such customer",
    "resell check --family": THEIRS,
    "resell login --family": THEIRS,
    "panel buy MODULE": THEIRS,
    "panel delete MODULE": THEIRS,
    "panel prolong MODULE": THEIRS,
    "verify modules --expect": "what is not sold fails a rule",
    "verify modules --buy": "what is not sold fails a rule",
    "verify coverage --family": "tests/contracts/coverage/test_coverage.py",
    "verify coverage --func": "tests/contracts/coverage/test_coverage.py",
    "verify coverage --world": "tests/contracts/coverage/test_coverage.py",
}
"""The places where another test or another program refuses it, or any text is right."""


def test_every_place_of_the_command_line_that_takes_a_name_is_listed() -> None:
    places = set()
    for path, command, context in walk(mockseller, None, "mockseller"):
        words = path.removeprefix("mockseller ")
        for parameter in command.params:
            metavar = parameter.make_metavar(context)
            if isinstance(parameter, click.Argument):
                places |= {f"{words} {metavar}"} if metavar in NAMING else set()
            elif isinstance(parameter, click.Option) and not parameter.hidden:
                option = max(parameter.opts, key=len)
                named = metavar in NAMING or option in {"--only", "--outcome"}
                places |= {f"{words} {option}"} if named else set()
    assert places == {*REFUSED, *ELSEWHERE}


def test_a_command_refuses_a_name_that_does_not_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    monkeypatch.setenv("MOCKSELLER_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(ROOT)
    for place, line in REFUSED.items():
        with subtests.test(place):
            result = CliRunner().invoke(mockseller, line.split())
            assert result.exit_code == 2, result.output
            assert UNKNOWN in result.output
            assert "Traceback" not in result.output


REFUSED_FIELDS: Final[Mapping[str, tuple[str, str, Mapping[str, object]]]] = {
    "journal func": ("GET", f"/journal?func={UNKNOWN}", {}),
    "journal login": ("GET", f"/journal?login={UNKNOWN}", {}),
    "journal kind": ("GET", f"/journal?kind={UNKNOWN}", {}),
    "journal outcome": ("GET", f"/journal?outcome={UNKNOWN}", {}),
    "verify func": ("POST", "/journal/verify", {"func": UNKNOWN, "count": 0}),
    "verify login": ("POST", "/journal/verify", {"login": UNKNOWN, "count": 0}),
    "verify out": ("POST", "/journal/verify", {"out": UNKNOWN, "count": 0}),
    "verify outcome": ("POST", "/journal/verify", {"outcome": UNKNOWN, "count": 0}),
    "fault what": ("POST", "/faults", {"what": UNKNOWN}),
    "fault func": ("POST", "/faults", {"what": "drop", "func": UNKNOWN}),
    "fault account": ("POST", "/faults", {"what": "drop", "account": UNKNOWN}),
    "fault when": ("POST", "/faults", {"what": "drop", "when": UNKNOWN}),
    "world fixture": ("POST", "/worlds", {"name": "second", "fixture": UNKNOWN}),
    "world": ("GET", f"/worlds/{UNKNOWN}", {}),
    "account": ("GET", f"/accounts/{UNKNOWN}", {}),
    "discount type": (
        "PATCH",
        "/accounts/reseller",
        {"discounts": [{"percent": 5, "type": UNKNOWN}]},
    ),
    "parameter": ("GET", f"/clock?{UNKNOWN}=second", {}),
    "setting": ("POST", "/worlds", {"name": "second", UNKNOWN: 1}),
    "rule": ("PATCH", "/worlds/default", {"rules": {UNKNOWN: 1}}),
}
FREE_FIELDS: Final = {
    "error": "a fault may answer with an error of any type",
    "method": "any method of HTTP",
    "params": "what was sent, known or not",
}


def test_the_control_api_refuses_a_name_that_does_not_exist(
    seller: Seller, subtests: pytest.Subtests
) -> None:
    for place, (method, path, body) in REFUSED_FIELDS.items():
        with subtests.test(place), pytest.raises(ControlError, match=UNKNOWN):
            seller.control(method, path, body)


def test_every_field_of_the_journal_that_takes_a_text_is_listed() -> None:
    for prefix, schema in (
        ("journal", journal_schemas.JournalQuery),
        ("verify", journal_schemas.ExpectedCall),
    ):
        texts = (schemas.TextField, journal_schemas.EntryKindField)
        named = {name for name, field in schema().fields.items() if isinstance(field, texts)}
        assert {f"{prefix} {name}" for name in named - set(FREE_FIELDS)} <= set(REFUSED_FIELDS)


def test_the_console_refuses_a_name_that_does_not_exist(seller: Seller) -> None:
    browser = Browsing(seller)
    for form in ({"func": "soft.order.parm"}, {"account": "reseler"}, {"what": "dropp"}):
        answer = browser.press("/faults", **{"what": "drop", "func": "*", **form})
        assert answer.status_code == 400, form
        assert next(iter(form.values())) in answer.text
    assert seller.faults.all() == []
    for query in ("func=soft.order.parm", "login=reseler"):
        answer = browser.look(f"/journal?{query}")
        assert answer.status_code == 400
        assert "the nearest is" in answer.text


def test_what_the_journal_has_is_known_whatever_it_is(seller: Seller) -> None:
    """A call of a misspelled function can be found, and no renewal can be asserted."""
    seller.call("soft.orde")
    assert len(seller.journal.entries(func="soft.orde")) == 1
    seller.journal.verify(func="soft.orde", outcome="refused missed", count=1)
    assert seller.journal.entries(func="prolong", kind="happening") == []
    seller.journal.verify(func="soft.order.param", count=0)


def test_a_variable_that_is_nearly_a_setting_is_refused_and_a_foreign_one_is_not() -> None:
    for misspelled, nearest in (
        ("MOCKSELLER_WRKERS", "MOCKSELLER_WORKERS"),
        ("MOCKSELLER_JOURNAL_ROW", "MOCKSELLER_JOURNAL_ROWS"),
        ("MOCKSELLER_DATA_", "MOCKSELLER_DATA"),
    ):
        line = f"{misspelled}: there is no such setting; the nearest is {nearest}"
        with pytest.raises(SettingsError, match=re.escape(line)):
            load({}, {misspelled: "4"})
    load({}, {"MOCKSELLER_SERVICE_HOST": "10.0.0.1", "MOCKSELLER_PORT_1500_TCP": "tcp://10.0.0.1"})


def test_every_variable_of_ours_is_known() -> None:
    known_names = {PREFIX + name.upper() for name in READERS} | FURTHER_VARIABLES
    folders = ("emulator", "reseller_client", "contracts", "mockseller", "examples")
    used = {
        name
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.suffix in {".py", ".sh", ".php", ".js", ".mjs"}
        for name in re.findall(r"MOCKSELLER_[A-Z_]*[A-Z]\b", path.read_text(encoding="utf-8"))
    }
    assert used - known_names - {"MOCKSELLER_SERVICE_HOST"} == set()
    options = {
        variable
        for _, command, _ in walk(mockseller, None, "mockseller")
        for option in command.params
        for variable in ([option.envvar] if isinstance(option.envvar, str) else option.envvar or ())
    }
    assert options <= known_names


def test_a_refusal_names_the_nearest_that_exists() -> None:
    known_names = ("soft.edit", "soft", "vds")
    assert require("function", "soft", known_names) == "soft"
    assert require_match("function", "soft.*", known_names) == "soft.*"
    assert find_nearest("zzz", known_names) == ""
    with pytest.raises(UnknownName, match=r'no function "soft.edti"; the nearest is "soft\.edit"'):
        require("function", "soft.edti", known_names)
    with pytest.raises(UnknownName, match=r'no family "zzz"$'):
        require_match("family", "zzz", known_names)
