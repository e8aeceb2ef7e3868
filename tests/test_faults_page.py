"""What docs/faults.md shows works, word by word; the reference lists every kind of fault."""

from __future__ import annotations

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli import mockseller
from emulator.faults import KINDS
from emulator.faults.plan import read
from emulator.reference.pages import faults_page
from emulator.testing import Seller, World

PAGE = (Path(__file__).parents[1] / "docs/faults.md").read_text(encoding="utf-8")


def blocks(language: str, about: str) -> list[str]:
    blocks = re.findall(rf"(?s)```{language}\n(.*?)```", PAGE)
    return [block for block in blocks if about in block]


def rows(heading: str) -> list[list[str]]:
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_python_of_the_page_runs(seller: Seller) -> None:
    (code,) = blocks("python", "seller.faults")
    exec(code, {"seller": seller, "pytest": pytest})  # noqa: S102 - our own page
    assert seller.faults.all() == []


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    (commands,) = blocks("sh", "mockseller fault")
    outputs = []
    for line in commands.splitlines():
        done = CliRunner().invoke(mockseller, [*shlex.split(line)[1:], "--data", str(tmp_path)])
        assert done.exit_code == 0, done.output
        outputs.append(done.output)
    assert outputs[0].startswith("#1 drop after  func=soft.order.param")
    assert [line[:2] for line in outputs[3].splitlines()] == ["#1", "#2", "#3"]
    assert outputs[-1] == "faults removed: 2\n"


def test_the_request_of_the_page_plans_a_fault(seller_server: World) -> None:
    (command,) = blocks("sh", "curl")
    name = seller_server.name
    address = seller_server.url.partition("/w/")[0]
    command = command.replace("http://127.0.0.1:1500", address)
    command = command.replace("/faults", f"/faults?world={name}")
    subprocess.run(["bash", "-c", command], capture_output=True, check=True)
    (fault,) = seller_server.faults.all()
    assert (fault["what"], fault["func"], fault["times"]) == ("drop", "soft.order.param", 1)


def test_the_reference_tells_every_kind_when_it_applies_and_its_settings() -> None:
    sections = {part.partition("\n")[0]: part for part in faults_page().split("\n## ")[1:]}
    assert list(sections) == [*KINDS, "Magic values"]
    for name, kind in KINDS.items():
        about, applies, *rows = sections[name].split("\n\n")[1:]
        assert about.strip()
        settings = re.findall(r"(?m)^\| `(\w+)`", "".join(rows))
        if not applies.startswith("Applies"):  # a longer description
            applies = next(part for part in sections[name].split("\n\n") if "Applies" in part)
        assert applies.strip() == f"Applies {' or '.join(kind.applies)} the call."
        assert settings == list(kind().settings())


def test_the_page_tells_every_word_of_a_rule() -> None:
    names = {word for row in rows("Which calls") for word in re.findall(r"`(\w+)`", row[0])}
    assert names == read({"what": "drop"}).rule().keys() - {"what"}
