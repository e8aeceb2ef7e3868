"""What the README shows works, word by word; and what the wheel carries is enough to order."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from contracts.sources import list_references
from emulator.testing import World
from tests.contracts.declared import list_sources

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:1500/billmgr"


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?s)```{language}\n(.*?)```", README)


def the_block(language: str, about: str) -> str:
    chosen = [block for block in blocks(language) if about in block]
    assert len(chosen) == 1
    return chosen[0]


def ordered(seller: World, command: str) -> int:
    """The number that an order of the page answers."""
    done = subprocess.run(
        ["bash", "-c", command.replace(ADDRESS, seller.url)], capture_output=True, check=True
    )
    root: Element = fromstring(done.stdout)
    return int(root.findtext("id") or 0)


def test_the_first_order_answers_an_id_as_often_as_it_is_sent(seller_server: World) -> None:
    first, again = (ordered(seller_server, the_block("sh", "soft.order.param")) for _ in range(2))
    assert again > first > 100_000
    assert seller_server.account()["balance"] == "990.00"


def test_the_first_machine_comes_up_as_often_as_it_is_ordered(seller_server: World) -> None:
    for balance in ("995.50", "991.00"):
        number = ordered(seller_server, the_block("sh", "vds.order.param"))
        assert seller_server.call("vds.edit", elid=number).field("password")
        assert seller_server.account()["balance"] == balance


def test_the_first_test_passes(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(the_block("python", "def test_"))
    pytester.runpytest_subprocess("-q").assert_outcomes(passed=1)


def test_the_client_orders_and_reads_the_key(seller_server: World) -> None:
    code = the_block("python", "import Client").replace(ADDRESS, seller_server.url)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    number = seller_server.call("soft").rows()[0]["id"]
    assert done.stdout.startswith(f"{number}-")


def test_every_make_target_the_readme_names_is_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?m)^make ([a-z]+)", "\n".join(blocks("sh"))))
    assert named == {"run", "test"}
    assert all(re.search(rf"(?m)^{target}:", makefile) for target in named)


def _pages_of_sources() -> set[str]:
    """The files of the wheel that sources of checks, exchanges and functions name."""
    return {
        f"contracts/{reference.page}"
        for _, source in list_sources()
        for reference in list_references(source)
    }


def test_the_wheel_alone_is_enough_to_order(tmp_path: Path) -> None:
    make = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*make, "--wheel-dir", str(tmp_path), str(ROOT)], check=True)
    (wheel,) = tmp_path.glob("mockseller-*.whl")
    installed = tmp_path / "installed"
    assert _pages_of_sources() <= set(zipfile.ZipFile(wheel).namelist())
    zipfile.ZipFile(wheel).extractall(installed)
    code = (
        "import emulator, contracts, mockseller.reselling\n"
        "from mockseller import Seller\n"
        "with Seller() as seller:\n"
        "    print(emulator.__file__, seller.order())\n"
        "from contracts.sources import docs_folder\n"
        "print(docs_folder())\n"
    )
    environ = {**os.environ, "PYTHONPATH": str(installed), "XDG_CACHE_HOME": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, check=True, text=True, cwd=tmp_path, env=environ,
    )  # fmt: skip
    where, number, docs = done.stdout.split()
    assert Path(where).is_relative_to(installed)
    assert Path(docs) == installed / "contracts" / "docs"
    assert int(number) > 100_000
