"""The clients in `examples/` do what their page says, each by the interpreter it is written for."""

from __future__ import annotations

import os
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

TESTS = {path.name: path for path in (EXAMPLES / "tests").iterdir()}
JUNIT = Path("/usr/share/java/junit-platform-console-standalone.jar")

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


def go_test(file: Path, folder: Path) -> list[Sequence[str]]:
    return [["env", "GO111MODULE=off", f"GOCACHE={folder}", "go", "test", str(file)]]


def junit(file: Path, folder: Path) -> list[Sequence[str]]:
    if not JUNIT.is_file():
        pytest.skip(f"{JUNIT} of the Debian package junit5 is not installed")
    return [
        ["javac", "-cp", str(JUNIT), "-d", str(folder), str(file)],
        ["java", "-jar", str(JUNIT), "-cp", str(folder), "-c", "OrderTest"],
    ]


PREFIXES = ("php-", "node-", "go-", "java-")
RUNNERS: dict[str, tuple[str, Callable[[Path, Path], list[Sequence[str]]]]] = {
    "OrderTest.php": ("phpunit", lambda file, _: [["phpunit", "--do-not-cache-result", str(file)]]),
    "order.test.mjs": ("node", lambda file, _: [["node", "--test", str(file)]]),
    "order_test.go": ("go", go_test),
    "OrderTest.java": ("javac", junit),
}
"""By the file of tests: the program that has to be there, and the commands that run it."""


def run_tests(file: Path, url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Runs a file of tests in another language. Skips where its tools are missing."""
    program, commands = RUNNERS[file.name]
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    *earlier, last = commands(file, folder)
    for command in earlier:
        subprocess.run(command, check=True)
    return subprocess.run(
        last, capture_output=True, text=True, check=False, env={**os.environ, "MOCKSELLER_URL": url}
    )


IN_FULL = pytest.mark.full_only("the same tests in PHP and for Node.js")
NAMES_OF_TESTS = [
    "OrderTest.php",
    "order.test.mjs",
    pytest.param("order_test.go", marks=IN_FULL),
    pytest.param("OrderTest.java", marks=IN_FULL),
]


@pytest.mark.parametrize("name", NAMES_OF_TESTS)
def test_the_tests_in_another_language_pass_and_leave_no_world_behind(
    seller_process: SellerServer, name: str, tmp_path: Path
) -> None:
    completed = run_tests(TESTS[name], seller_process.url, tmp_path)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    worlds = seller_process.control("GET", "/worlds")
    assert not [world for world in worlds if world["name"].startswith(PREFIXES)]


@pytest.mark.parametrize("name", NAMES_OF_TESTS)
def test_the_tests_in_another_language_fail_for_a_client_that_orders_what_is_not_sold(
    seller_process: SellerServer, name: str, tmp_path: Path
) -> None:
    file = tmp_path / name
    file.write_text(TESTS[name].read_text().replace("55227", "99999"))
    completed = run_tests(file, seller_process.url, tmp_path)
    assert completed.returncode != 0
    printed = completed.stdout + completed.stderr
    assert "near" in printed, "the journal says why"


def test_the_page_names_every_file_of_tests() -> None:
    assert set(re.findall(r"examples/tests/([\w.]+)", PAGE)) == set(TESTS) == set(RUNNERS)


def test_the_page_names_every_example_and_shows_what_they_print() -> None:
    assert re.findall(r"examples/(order\.\w+)`", PAGE) == [
        "order.py", "order.php", "order.mjs", "order.sh",
    ]  # fmt: skip
    assert sorted(re.findall(r"examples/(order\.\w+)`", PAGE)) == CLIENTS
    shown = PAGE.split("```")[1].split()
    assert [shown[0], shown[2], shown[4], shown[7]] == ["license", "key", "paid", "balance"]
