"""What docs/recording.md shows is there: commands, options, stand-ins, severities."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from contracts.cli import drift, record
from contracts.cli.record import export
from contracts.recording.options import Severity
from contracts.recording.pseudonymizer import Pseudonymizer
from contracts.target.spending import find_rule

PAGE = (Path(__file__).parents[3] / "docs/recording.md").read_text(encoding="utf-8")
BLOCKS = "".join(re.findall(r"(?s)```sh\n(.*?)```", PAGE)).replace("\\\n", " ")
SHOWN = [shlex.split(line) for line in BLOCKS.splitlines() if line]


@pytest.mark.parametrize("words", SHOWN, ids=" ".join)
def test_every_command_that_is_shown_is_understood(
    words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("session.yaml").write_text("")
    program, name, *rest = words
    assert (program, name) in (("mockseller", "record"), ("mockseller", "drift"))
    if rest[0] == "export":
        context = export.make_context("export", rest[1:])
    else:
        context = (record if name == "record" else drift).make_context(name, list(rest))
    assert context.params


def test_every_option_that_is_named_exists() -> None:
    commands: list[click.Command] = [record, drift, export]
    expected = {option for command in commands for param in command.params for option in param.opts}
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z-]+", PAGE))
    assert named - expected == set()
    assert len(named) > 10


PSEUDONYMS = [
    ("<lickey>100001-B5DCAB72-91DB6B13</lickey>", "100001-00000000-00000001"),
    ("<a>ann@shop.org</a>", "person1@standin.example"), ("<a>+74951234567</a>", "+0000000001"),
    ("<a>8.8.8.8</a>", "198.18.0.1"), ("<a>2a02:6b8::1</a>", "2001:db8::1"),
    ("<realname>Ann</realname>", "Person 1"), ("<city>Riga</city>", "Place 1"),
    ("<inn>7701234567</inn>", "0000000001"), ("<user>ann</user>", "login1"),
    ("<message>Hello</message>", "Words 1"),
]  # fmt: skip


@pytest.mark.parametrize(("real", "shown"), PSEUDONYMS)
def test_every_stand_in_that_is_shown_is_what_is_written(real: str, shown: str) -> None:
    assert f"`{shown}`" in PAGE
    assert f">{shown}<" in Pseudonymizer().answer("clientticket.edit", f"<doc>{real}</doc>")


def test_every_severity_is_explained() -> None:
    assert all(f"| `{severity.value}` |" in PAGE for severity in Severity)


def test_every_paying_function_that_is_named_has_a_rule() -> None:
    table = PAGE.partition("| call | counts as paying |")[2].partition("\n\n")[0]
    named = re.findall(r"`([\w]+(?:\.[\w]+)+)`", table)
    assert len(named) > 5
    assert [name for name in named if find_rule(name.replace("X", "vds")) is None] == []
