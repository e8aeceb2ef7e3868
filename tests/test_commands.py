"""One command line: a name means the same in every command. docs/architecture.md says what."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from emulator.cli import mockseller

InContext = tuple[str, click.Command, click.Context]
NO_UNIT = {"INTEGER", "INTEGER RANGE", "FLOAT", "FLOAT RANGE", "DECIMAL", "FILENAME", "DIRECTORY"}
"""What click writes where nobody has said what the number counts, or the path leads to."""
REPORTS = {"html", "junit", "save", "badge"}


def walk(command: click.Command, parent: click.Context | None, name: str) -> Iterator[InContext]:
    context = click.Context(command, parent, info_name=name, **command.context_settings)
    yield context.command_path, command, context
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            assert inner is not None
            yield from walk(inner, context, each)


@pytest.fixture(scope="module")
def commands() -> list[InContext]:
    return list(walk(mockseller, None, "mockseller"))


@pytest.fixture(scope="module")
def options(commands: list[InContext]) -> list[tuple[str, click.Option, str]]:
    """Every option with its command and its metavar."""
    return [
        (path, option, option.make_metavar(context))
        for path, command, context in commands
        for option in command.params
        if isinstance(option, click.Option)
    ]


def test_all_three_packages_are_on_the_command_line(commands: list[InContext]) -> None:
    paths = {path for path, _, _ in commands}
    assert {"mockseller clock set", "mockseller resell modules daily"} <= paths
    assert {"mockseller verify client", "mockseller record export"} <= paths


def test_an_option_of_one_name_is_the_same_in_all_commands(
    options: list[tuple[str, click.Option, str]],
) -> None:
    forms: dict[str, dict[object, list[str]]] = defaultdict(lambda: defaultdict(list))
    # Those of `serve` are settings: who reads them says as well where a bad value came from.
    for path, option, metavar in (row for row in options if row[0] != "mockseller serve"):
        kind = repr(option.type.to_info_dict())
        form = (kind, metavar, option.multiple, option.nargs, option.is_flag)
        both = "/".join([*option.opts, *option.secondary_opts])
        forms[max(option.opts, key=len)][(both, *form)].append(path)
    different = {
        name: dict(forms_of_name) for name, forms_of_name in forms.items() if len(forms_of_name) > 1
    }
    assert not different


def test_every_option_says_what_it_is(options: list[tuple[str, click.Option, str]]) -> None:
    silent = [
        f"{path} {option.opts[0]}"
        for path, option, _ in options
        if not (option.help or "").rstrip().endswith((".", "exit."))
    ]
    assert not silent


def test_no_summary_in_a_list_of_commands_is_cut(commands: list[InContext]) -> None:
    cut = [
        f"{path}: {line.strip()}"
        for path, command, context in commands
        if isinstance(command, click.Group)
        for line in command.get_help(context).partition("\nCommands:")[2].splitlines()
        if line.endswith("...")
    ]
    assert not cut


def test_a_number_says_what_it_counts(options: list[tuple[str, click.Option, str]]) -> None:
    nameless = [
        f"{path} {option.opts[0]}" for path, option, metavar in options if metavar in NO_UNIT
    ]
    assert not nameless


def test_what_may_be_repeated_says_so(options: list[tuple[str, click.Option, str]]) -> None:
    wrong = [
        f"{path} {option.opts[0]}"
        for path, option, _ in options
        if option.multiple != ("May be repeated" in (option.help or ""))
    ]
    assert not wrong


def test_what_the_environment_gives_is_shown(
    options: list[tuple[str, click.Option, str]],
) -> None:
    hidden = [
        f"{p} {option.opts[0]}"
        for p, option, _ in options
        if option.envvar and not option.show_envvar
    ]
    assert not hidden


def test_json_is_printed_and_reports_are_files(
    options: list[tuple[str, click.Option, str]],
) -> None:
    assert all(option.is_flag for _, option, _ in options if option.opts == ["--json"])
    files = [metavar for _, option, metavar in options if option.name in REPORTS]
    assert set(files) == {"FILE"}


def test_every_command_tells_its_exit_codes_or_where_they_are_told(
    commands: list[InContext],
) -> None:
    silent = [
        path for path, command, context in commands if "Exit code" not in command.get_help(context)
    ]
    assert not silent


def test_no_line_of_help_is_cut_on_a_narrow_terminal(commands: list[InContext]) -> None:
    wide = [
        line
        for path, _, _ in commands
        for line in CliRunner()
        .invoke(mockseller, [*path.split()[1:], "--help"], terminal_width=80)
        .output.splitlines()
        if len(line) > 80
    ]
    assert not wide


def test_a_judge_that_prints_json_prints_nothing_else(tmp_path: Path) -> None:
    saved = tmp_path / "saved.json"
    words = ["verify", "client", "--records", "--only", "soft.edit/", "--json"]
    result = CliRunner().invoke(mockseller, [*words, "--save", str(saved)])
    assert result.exit_code == 0, result.output
    printed = json.loads(result.stdout)
    assert printed == json.loads(saved.read_text("utf-8"))
    assert [run["judge"] for run in printed["runs"]] == ["client"]
    assert result.stderr.splitlines()[-1] == f"written: {saved}"


def test_a_judge_tells_on_no_terminal_which_part_is_done() -> None:
    words = ["verify", "client", "--in-process", "--kind", "custom", "--only", "confirms"]
    result = CliRunner().invoke(mockseller, words)
    lines = result.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "custom licences", "custom services", "custom modules",
    ]  # fmt: skip
    assert all(": 1 pass (" in line for line in lines)
    assert "custom licences: 1 pass" not in result.stdout


def test_families_are_told_as_they_are_done() -> None:
    words = ["verify", "seller", "--in-process", "--family", "country", "--family", "menu"]
    result = CliRunner().invoke(mockseller, [*words, "--no-flows"])
    assert result.exit_code == 0, result.output
    assert [line.partition(":")[0] for line in result.stderr.splitlines()] == ["country", "menu"]


def test_a_family_that_is_none_is_refused_before_everything_holds() -> None:
    result = CliRunner().invoke(mockseller, ["verify", "seller", "--in-process", "--family", "sof"])
    assert result.exit_code == 2
    assert 'there is no family "sof"' in result.stderr


def test_a_question_that_nobody_answers_ends_with_two_and_says_what_to_set() -> None:
    words = ["panel", "--seller", "http://127.0.0.1:9/billmgr", "prolong", "Virusdie"]
    env = {"MOCKSELLER_PANEL_LOGIN": None, "MOCKSELLER_PANEL_PASSWORD": None}
    result = CliRunner(env=env).invoke(mockseller, words, input="")
    assert result.exit_code == 2
    assert "MOCKSELLER_PANEL_LOGIN" in result.stderr.splitlines()[-1]


def test_the_help_of_a_reseller_needs_no_login(commands: list[InContext]) -> None:
    paths = [path.split()[1:] for path, _, _ in commands if path.startswith("mockseller resell ")]
    runner = CliRunner(env={"MOCKSELLER_LOGIN": None, "MOCKSELLER_PASSWORD": None})
    for words in paths:
        shown = runner.invoke(mockseller, [*words, "--help"])
        assert (shown.exit_code, shown.output[:6]) == (0, "Usage:"), words
    refused = runner.invoke(mockseller, ["resell", "balance"])
    assert refused.exit_code == 2
    assert "Missing option '--login'; or set MOCKSELLER_LOGIN." in refused.stderr
