"""``mockseller panel``: a panel from a shell, against a seller on a port."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result

from emulator.cli.panel import panel
from emulator.testing import SellerServer

VENDOR = {"MOCKSELLER_PANEL_LOGIN": "reseller", "MOCKSELLER_PANEL_PASSWORD": "secret"}


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        yield started


def run(server: SellerServer, folder: Path, *words: str, login: bool = True) -> Result:
    options = ["--seller", server.url, "--folder", str(folder / "panel")]
    env = VENDOR if login else dict.fromkeys(VENDOR)
    return CliRunner().invoke(panel, [*options, *words], env=env)


def key(server: SellerServer, number: int) -> str:
    return str(server.service(number)["lickey"])


def test_a_module_is_bought_prolonged_and_given_up(server: SellerServer, tmp_path: Path) -> None:
    fetched = run(server, tmp_path, "--license", key(server, 100002), "refresh")
    assert fetched.output == "license 100002, ISPmanager 6 Pro; modules: none\n"
    bought = run(server, tmp_path, "buy", "Virusdie")
    assert (bought.exit_code, bought.output) == (0, "Virusdie active\n")
    assert "active until" in run(server, tmp_path, "show").output
    assert run(server, tmp_path, "prolong", "Virusdie").output.startswith("Virusdie prolonged")
    assert run(server, tmp_path, "delete", "Virusdie").output == "Virusdie deleted\n"
    assert run(server, tmp_path, "refresh").output.endswith("modules: none\n")


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (["refresh"], "Error: no license key is saved here"),
        (["show"], "Error: there is no license file yet"),
        (["--license", "1-x", "refresh"], "Error: no such license"),
        (["buy", "Virusdie"], "Error: there is no license file yet"),
    ],
)
def test_what_a_person_can_mend_is_told_in_one_line(
    server: SellerServer, tmp_path: Path, words: list[str], line: str
) -> None:
    result = run(server, tmp_path, *words)
    assert result.exit_code == 2
    assert result.output.strip().startswith(line)
    assert len(result.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [["--seller", "nowhere"], ["--billing", "ftp://x"], ["--seller", "http://a:hidden@s.example"]],
)
def test_an_address_that_is_none_is_refused_by_its_name(
    server: SellerServer, tmp_path: Path, words: list[str]
) -> None:
    result = run(server, tmp_path, *words, "show")
    assert result.exit_code == 2
    assert words[0] in result.output
    assert "hidden" not in result.output


def test_the_former_name_of_the_license_option_works_and_says_the_new_one(
    server: SellerServer, tmp_path: Path
) -> None:
    result = run(server, tmp_path, "--licence", key(server, 100002), "refresh")
    assert result.stdout == "license 100002, ISPmanager 6 Pro; modules: none\n"
    assert result.stderr == "--licence is now --license; the old name still works\n"


def test_the_buyer_is_prompted_for_login_and_password(server: SellerServer, tmp_path: Path) -> None:
    run(server, tmp_path, "--license", key(server, 100001), "refresh")
    options = ["--seller", server.url, "--folder", str(tmp_path / "panel"), "buy", "Softaculous"]
    env = dict.fromkeys(VENDOR)
    result = CliRunner().invoke(panel, options, env=env, input="reseller\nsecret\n")
    assert result.exit_code == 0, result.output
    assert "Softaculous active" in result.output
    assert "secret" not in result.output


def test_it_serves_its_page_until_it_is_stopped(server: SellerServer, tmp_path: Path) -> None:
    words = ["panel", "--seller", server.url, "--folder", str(tmp_path / "p"), "--port", "0"]
    command = [sys.executable, "-m", "emulator.cli", *words, "--license", key(server, 100002)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().split()[-1]
            assert "ISPmanager 6 Pro" in httpx.get(url, trust_env=False, timeout=60).text
        finally:
            process.terminate()
