"""No command ends in a traceback: without extras, without a home, with a broken world or pipe."""

from __future__ import annotations

import errno
import io
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import TextIO

import click
import pytest

from emulator import cli
from emulator.cli import mockseller, pipes
from emulator.cli.extras import EXTRAS
from emulator.settings import SettingsError, load
from emulator.testing import Seller
from tests.test_commands import walk

CLOSED_PORT = "http://127.0.0.1:9/billmgr"
NO_HOME = "data: this user has no home folder; name a folder with --data or MOCKSELLER_DATA"
OUTCOMES = {0, 1, 2, pipes.CLOSED_PIPE}
WORDS = f"""
serve --fixture nosuch
world create second
world fork second third
world list
world export nosuch nosuch.mockseller
world import nosuch.mockseller
world load second nosuch.xml
world remove nosuch
world reset default
world restore default nosuch
world snapshot default saved
world forget default saved
clock advance 1 day
clock freeze
clock real
clock set 2030-01-01
clock show
account show reseller
account set reseller --balance 5.00
account payments reseller
account payment 999999 4
world provisioning default at_once
fault add drop
fault clear
fault list
fault remove 9
journal
exercise list
exercise show
exercise start late-key
functions
panel --seller {CLOSED_PORT} buy Virusdie
panel --seller {CLOSED_PORT} delete Virusdie
panel --seller {CLOSED_PORT} prolong Virusdie
panel --seller {CLOSED_PORT} refresh
panel --seller {CLOSED_PORT} show
panel --seller no-address
demo --in-process
demo modules --nosuch
demo services --nosuch
demo year --nosuch
drift {CLOSED_PORT}
explain docs/wire.md 4.1
record --replay nosuch.yaml --to x.yaml
record export nosuch.yaml --folder exported
resell --seller {CLOSED_PORT} --login a --password b balance
resell --seller {CLOSED_PORT} --login a --password b check
resell --seller {CLOSED_PORT} --login a --password b licences list
resell --seller {CLOSED_PORT} --login a --password b licences order --tariff 1 --ip 192.0.2.1 --name x
resell --seller {CLOSED_PORT} --login a --password b licences show 1
resell --seller {CLOSED_PORT} --login a --password b login a@example.com
resell --seller {CLOSED_PORT} --login a --password b margin
resell modules daily --file nosuch.yaml
resell modules list --file nosuch.yaml
resell modules serve --file nosuch.yaml
resell modules top-up a 1.00 --file nosuch.yaml
resell --seller {CLOSED_PORT} --login a --password b shop price 1 --markup 10
resell --seller {CLOSED_PORT} --login a --password b shop sales
resell --seller {CLOSED_PORT} --login a --password b shop sell a 1 --on 2027-01-01
verify client --in-process --kind custom --only confirms
verify coverage {CLOSED_PORT}
verify fuzz {CLOSED_PORT}
verify modules {CLOSED_PORT}
verify own --nosuch
verify report nosuch.json
verify seller --in-process --only country/
"""  # noqa: E501 - a command is a line
COMMANDS = tuple(tuple(shlex.split(line)) for line in WORDS.strip().splitlines())
ON_WORLDS = tuple(
    words for words in COMMANDS if words[0] in {"world", "clock", "fault", "journal", "account"}
)


def run(words: Sequence[str]) -> int:
    """The exit code; anything else that a command raises is raised here."""
    with pytest.raises(SystemExit) as end:
        mockseller(list(words), prog_name="mockseller")
    return int(end.value.code or 0)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a data folder of its own."""
    monkeypatch.setenv("MOCKSELLER_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_table_has_every_command() -> None:
    paths = {
        path.removeprefix("mockseller ")
        for path, command, _ in walk(mockseller, None, "mockseller")
        if not isinstance(command, click.Group)
    }
    plain = {" ".join(word for word in words if not word.startswith("-")) for words in COMMANDS}
    reached = {path for path in paths for words in plain if _is_called(path, words)}
    assert reached == paths


def _is_called(path: str, words: str) -> bool:
    """Whether the words of a path stand among others, in this order: options may be between."""
    rest = iter(words.split())
    return all(word in rest for word in path.split())


@contextmanager
def without_reader(stream: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TextIO]:
    """Makes ``sys.STREAM`` a pipe that nobody reads, as in a process of its own."""
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe, monkeypatch.context() as patch:
        patch.setattr(sys, stream, pipe)
        patch.setattr(sys, stream, made := pipes.ending(pipe))
        yield made
        made.flush()


@pytest.mark.one_of("every command run")
def test_a_pipe_that_nobody_reads_ends_a_command_in_silence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = 0
    for words in COMMANDS:
        with without_reader("stdout", monkeypatch):
            code = run(words)
        stderr = capsys.readouterr().err
        assert code in OUTCOMES, words
        assert "ipe" not in stderr, (words, stderr)
        printed += code == pipes.CLOSED_PIPE
    assert printed > 15  # the others have nothing to print on stdout


def test_a_pipe_for_messages_that_nobody_reads_is_no_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with without_reader("stderr", monkeypatch):
        assert run(["world", "reset", "nosuch"]) == pipes.CLOSED_PIPE


def test_the_command_line_ends_with_its_reader(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cli, "interrupt_on_signals", lambda: None)  # pytest has its own
    monkeypatch.setattr(sys, "argv", ["mockseller", "functions"])
    monkeypatch.setattr(sys, "stderr", sys.stderr)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as pipe, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", pipe)
        with pytest.raises(SystemExit) as end:
            cli.main()
        sys.stdout.flush()
    assert end.value.code == pipes.CLOSED_PIPE
    assert capfd.readouterr().err == ""


def test_a_judge_without_a_reader_writes_its_reports(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    words = ["verify", "seller", "--in-process", "--only", "country/", "--save", "saved.json"]
    with without_reader("stdout", monkeypatch):
        assert run(words) == pipes.CLOSED_PIPE
    assert (folder / "saved.json").stat().st_size


class _FullDisk(io.StringIO):
    """A file that nothing can be written to."""

    def write(self, _: str, /) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_and_no_stdout_at_all_are_no_tracebacks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", _FullDisk())
        assert run(["functions"]) == 2
    assert capsys.readouterr().err == "Error: No space left on device\n"
    monkeypatch.setattr(sys, "stdout", None)
    assert [run([words]) for words in ("functions", "journal")] == [0, 0]


class _Hidden:
    """Finds no module of the extras."""

    def find_spec(self, name: str, *_: object) -> ModuleSpec | None:
        if name.partition(".")[0] in EXTRAS:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return None


@contextmanager
def plain_installation(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As after ``make run``: without the extras, and nothing that uses them is imported yet."""
    with monkeypatch.context() as patch:
        for name, module in [*sys.modules.items()]:
            uses = EXTRAS.keys() & getattr(module, "__dict__", {}).keys()
            if uses or name.partition(".")[0] in EXTRAS or name.startswith("contracts.checks.fuzz"):
                patch.delitem(sys.modules, name)
        patch.setattr(sys, "meta_path", [_Hidden(), *sys.meta_path])
        yield


@pytest.mark.one_of("every command run")
def test_a_command_whose_extra_is_missing_says_how_to_install_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needing = []
    for words in COMMANDS:
        with plain_installation(monkeypatch):
            code = run(words)
        assert code in OUTCOMES, words
        if "not installed" in (stderr := capsys.readouterr().err):
            needing.append(words[:2])
            assert code == 2
            assert stderr.count("\n") == 1
            assert stderr.endswith(f"{sys.executable} -m pip install 'mockseller[judge]'\n")
    assert needing == [("verify", "fuzz")]
    readme = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
    assert "`verify fuzz` needs the extra `judge`" in readme


@pytest.mark.one_of("every command run")
def test_a_user_without_a_home_names_a_folder(
    monkeypatch: pytest.MonkeyPatch, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(Path, "home", _no_home)
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert load().seeds == folder / "data" / "seeds"
    monkeypatch.delenv("MOCKSELLER_DATA")
    for words in COMMANDS:
        code = run(words)
        stderr = capsys.readouterr().err
        assert code in OUTCOMES, words
        if words in ON_WORLDS:
            assert (code, stderr) == (2, f"Error: {NO_HOME}\n"), words


def _no_home() -> Path:
    raise RuntimeError("Could not determine home directory.")


def test_the_home_of_a_user_in_a_setting_is_found(
    monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    monkeypatch.setenv("HOME", str(folder))
    (folder / "server.toml").write_text('seeds = "~/seeds"\nfixture = "~/mine.yaml"\n')
    settings = load({"data": "~/worlds"}, {}, Path("~/server.toml"))
    assert settings.data == folder / "worlds"
    assert settings.seeds == folder / "seeds"
    assert settings.fixture == f"{folder}/mine.yaml"
    with pytest.raises(SettingsError, match=r'data \(from MOCKSELLER_DATA\): "~nobody-here/x"'):
        load({}, {"MOCKSELLER_DATA": "~nobody-here/x"})


def _break_world(data: Path, kind: str) -> None:
    world = data / "worlds" / "broken"
    file = world / (world / "current").readlink()
    content = file.read_bytes()
    if kind == "empty":
        file.write_bytes(b"")
    elif kind == "text":
        file.write_text("no database\n" * 1000)
    elif kind == "half":
        file.write_bytes(content[: len(content) // 2])
    elif kind == "no file":
        file.unlink()
    elif kind == "a folder":
        file.unlink()
        file.mkdir()
    elif kind == "no origin":
        (world / "origin.json").unlink()
    elif kind == "no pointer":
        (world / "current").unlink()


KINDS = ("empty", "text", "half", "no file", "a folder", "no origin", "no pointer")


def test_one_broken_world_harms_no_other(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = folder / "data"
    for kind in KINDS:
        assert run(["world", "create", "broken"]) == 0
        _break_world(data, kind)
        for words in ON_WORLDS:
            if words[:2] not in {("world", "create"), ("world", "fork")}:
                assert run(words) in OUTCOMES, (kind, words)
                assert run([*words, "--world", "broken"]) in OUTCOMES, (kind, words)
        capsys.readouterr()
        assert run(["world", "list"]) == 0
        shown = capsys.readouterr()
        assert "default" in shown.out, kind
        assert "broken" in shown.out + shown.err, kind
        with Seller(data=str(data)) as seller:
            assert seller.order(), kind
            names = [row["name"] for row in seller.control("GET", "/worlds")]
            assert names == ["broken", "default"], kind
            browser = seller.wsgi.test_client()
            pages = [browser.get(f"/_mockseller/console/{name}") for name in names]
            assert pages[1].status_code == 200, kind
            assert pages[0].status_code in {200, 404}, kind
            assert browser.get("/w/broken/billmgr?func=soft").status_code == 200, kind
        assert run(["world", "reset", "broken"]) in {0, 2}, kind
        assert run(["world", "remove", "broken"]) == 0, kind
        assert run(["world", "reset", "default"]) == 0
        capsys.readouterr()
