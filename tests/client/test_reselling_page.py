"""What the page about reselling shows works, word by word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

from emulator.testing import World

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reselling.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:1500/billmgr"


def _block(language: str, heading: str) -> str:
    section = re.split(r"(?m)^## ", PAGE.partition(f"\n## {heading}\n")[2])[0]
    blocks = re.findall(rf"(?s)```{language}\n(.*?)```", section)
    return str(blocks[0])


def test_the_shop_of_the_page_earns_what_is_left(seller_server: World, tmp_path: Path) -> None:
    code = _block("python", "The shop").replace(ADDRESS, seller_server.url)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=tmp_path
    )
    assert Decimal(done.stdout.strip()) == Decimal("2.99")


def test_the_billmanager_of_the_page_sells_a_machine(seller_server: World, tmp_path: Path) -> None:
    code = _block("python", "BILLmanager").replace(ADDRESS, seller_server.url)
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, check=True, text=True, cwd=tmp_path
    )
    assert done.stdout.split() == ["manual", "7.09", "Active"]


def test_the_commands_of_the_page_keep_a_shop(seller_server: World, tmp_path: Path) -> None:
    mockseller = f"{sys.executable} -m mockseller"
    commands = _block("sh", "The shop").replace("mockseller", mockseller)
    access = {"MOCKSELLER_LOGIN": "reseller", "MOCKSELLER_PASSWORD": "secret"}
    done = subprocess.run(
        ["bash", "-ec", commands],
        capture_output=True,
        check=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, **access, "MOCKSELLER_URL": seller_server.url},
    )
    assert "55227\t7.99" in done.stdout
    sold = [line.split(",")[2] for line in (tmp_path / "margin.csv").read_text().splitlines()]
    assert "7.99" in sold
