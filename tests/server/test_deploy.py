"""What `examples/deploy/` has for a server of one's own works: unit, backup, restore."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from emulator.testing import SellerServer

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "examples" / "deploy"
UNIT = DEPLOY / "mockseller@.service"
PAGE = (ROOT / "docs/deploy.md").read_text("utf-8")
BIN = Path(sys.executable).parent


def command_of_the_unit() -> list[str]:
    (command,) = re.findall("(?m)^ExecStart=(.*)$", UNIT.read_text(encoding="utf-8"))
    return shlex.split(command)


def run(script: str, *arguments: str | Path) -> str:
    environ = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}"}
    command = ["sh", str(DEPLOY / script), *map(str, arguments)]
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_to_say_against_the_unit(tmp_path: Path) -> None:
    text = UNIT.read_text(encoding="utf-8")
    unit = tmp_path / "mockseller@1500.service"
    unit.write_text(text.replace("/opt/mockseller/bin/", f"{BIN}/"))
    checked = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    lines = [line for line in checked.stderr.splitlines() if "mockseller" in line]
    assert (checked.returncode, lines) == (0, [])


@pytest.mark.one_of("deployment")
def test_a_server_starts_as_the_unit_starts_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a user without a home."""
    program, serve, *options = command_of_the_unit()
    assert (program, serve) == ("/opt/mockseller/bin/mockseller", "serve")
    place = options.index("--port")
    assert options[place : place + 2] == ["--port", "%i"]
    monkeypatch.setenv("MOCKSELLER_SEEDS", str(tmp_path / "seeds"))
    monkeypatch.setenv("HOME", "/nonexistent")
    with SellerServer(*options[:place], *options[place + 2 :]) as server:
        assert server.call("soft").error is None
        assert '"func": "soft"' in server.errors


@pytest.mark.one_of("deployment")
def test_a_backup_of_a_running_server_is_restored(own_server: SellerServer, tmp_path: Path) -> None:
    world = own_server.world("shop-b", "strict")
    world.account(balance="12.34")
    number = own_server.order()
    before = (own_server.account()["balance"], world.account()["balance"])
    run("backup.sh", own_server.folder, tmp_path / "saved")
    own_server.order(ip="192.0.2.202")  # after the backup: it must not be in it
    saved = {each.name for each in (tmp_path / "saved").iterdir()}
    assert saved == {"default.mockseller", "shop-b.mockseller"}
    run("restore.sh", tmp_path / "saved", tmp_path / "data")
    with SellerServer("--data", str(tmp_path / "data")) as server:
        url = f"{server.base}/_mockseller/accounts/reseller?world=shop-b"
        restored = httpx.get(url, timeout=60).json()
        assert (server.account()["balance"], restored["balance"]) == before
        assert server.service(number)["status"] == 2
        assert len(server.journal.entries(func="soft.order.param")) == 1


@pytest.mark.one_of("deployment")
def test_a_copy_of_the_folder_of_a_stopped_server_is_a_backup(
    own_server: SellerServer, tmp_path: Path
) -> None:
    number = own_server.order()
    balance = own_server.account()["balance"]
    own_server.close_process()
    archive = tmp_path / "data.tar"
    subprocess.run(["tar", "-C", own_server.folder, "-cf", archive, "."], check=True)
    data = tmp_path / "data"
    data.mkdir()
    subprocess.run(["tar", "-C", data, "-xf", archive], check=True)
    with SellerServer("--data", str(data)) as server:
        assert server.account()["balance"] == balance
        assert server.service(number)["status"] == 2


def test_the_page_names_every_file_for_a_deployment() -> None:
    named = set(re.findall(r"examples/deploy/([\w.@-]+)\)", PAGE))
    assert named == {each.name for each in DEPLOY.iterdir()}
