"""The clients in `examples/` do what their page says, each by the interpreter it is written for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from emulator.testing import SellerServer

EXAMPLES = Path(__file__).parents[1] / "examples"
PAGE = (EXAMPLES / "README.md").read_text(encoding="utf-8")
INTERPRETERS = {".py": sys.executable, ".php": "php", ".mjs": "node", ".sh": "sh"}
CLIENTS = sorted(path.name for path in EXAMPLES.iterdir() if path.suffix in INTERPRETERS)

Run = Callable[[str], "subprocess.CompletedProcess[str]"]


def command_of(name: str) -> Sequence[str]:
    """The command that runs a client. Skips where its interpreter, or a part of it, is missing."""
    interpreter = shutil.which(INTERPRETERS[Path(name).suffix])
    if interpreter is None:
        pytest.skip(f"{INTERPRETERS[Path(name).suffix]} is not installed")
    if name.endswith(".php"):
        modules = subprocess.run([interpreter, "-m"], capture_output=True, text=True, check=True)
        if not {"curl", "SimpleXML"} <= set(modules.stdout.split()):
            pytest.skip("the extensions curl and simplexml of PHP are not installed")
    return [interpreter, str(EXAMPLES / name)]


def run(name: str, url: str) -> subprocess.CompletedProcess[str]:
    """Run a client against a seller."""
    command = [*command_of(name), url]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("name", CLIENTS)
def test_an_example_orders_reads_the_key_prolongs_and_prints_the_balance(
    seller_server: SellerServer, name: str
) -> None:
    completed = run(name, seller_server.url)
    assert completed.returncode == 0, completed.stderr
    lines = dict(line.rsplit(" ", 1) for line in completed.stdout.splitlines()[:3])
    service = seller_server.service(int(lines["license"]))
    assert completed.stdout.splitlines()[3] == "balance 990.00 EUR"
    assert lines["key"].startswith(f"{lines['license']}-")
    assert lines["paid until"] == service["expires"]
    seller_server.journal.verify(func="service.prolong", count=1)
    again = run(name, seller_server.url)
    assert again.returncode == 0, again.stderr


@pytest.mark.parametrize("name", CLIENTS)
def test_an_example_that_is_refused_ends_with_the_message_of_the_seller(
    seller_server: SellerServer, name: str
) -> None:
    seller_server.account(balance="0.00")
    completed = run(name, seller_server.url)
    assert completed.returncode != 0
    assert "license" not in completed.stdout
    assert "soft.order.param: " in completed.stderr


def test_the_page_names_every_example_and_shows_what_they_print() -> None:
    assert re.findall(r"examples/(order\.\w+)`", PAGE) == [
        "order.py", "order.php", "order.mjs", "order.sh",
    ]  # fmt: skip
    assert sorted(re.findall(r"examples/(order\.\w+)`", PAGE)) == CLIENTS
    shown = PAGE.split("```")[1].split()
    assert [shown[0], shown[2], shown[4], shown[7]] == ["license", "key", "paid", "balance"]
