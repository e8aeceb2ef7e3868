"""No command connects to anything beyond this computer, unless its user names a target."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.test_every_command import COMMANDS

ROOT = Path(__file__).parents[1]
GUARD = '''
"""Refuses what goes beyond this computer, and writes down who tried."""
import ipaddress, os, sys

def address_of(host):
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None

def is_here(host):
    address = address_of(host)
    return host in ("", "localhost") if address is None else address.is_loopback

def guard(event, args):
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        outside = isinstance(address, tuple) and not is_here(str(address[0]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        # A name is looked up somewhere else; an address is only read.
        outside = args[0] is not None and address_of(str(args[0])) is None
        outside = outside and not is_here(str(args[0]))
    else:
        return
    if outside:
        with open(os.environ["GUARD_LOG"], "a") as log:
            log.write(f"{event} {args[1:] if event.startswith('socket.c') else args}\\n")
        raise OSError(f"the guard refuses {event}")

sys.addaudithook(guard)
'''
EVERY_COMMAND = """
import json, sys
from emulator.cli import mockseller
ended = []
for words in json.loads(sys.argv[1]):
    try:
        mockseller(words, prog_name="mockseller")
    except SystemExit as end:
        ended.append(end.code)
print("ended:", len(ended))
"""


@pytest.fixture
def guarded(tmp_path: Path) -> dict[str, str]:
    """The environment of a process that the guard watches, and of all processes it starts."""
    folder = tmp_path / "guard"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(GUARD, encoding="utf-8")
    (folder / "log").touch()
    proxies = {f"{scheme}_proxy" for scheme in ("http", "https", "all")}
    environ = {name: text for name, text in os.environ.items() if name.lower() not in proxies}
    return {
        **environ,
        "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]),
        "GUARD_LOG": str(folder / "log"),
        "MOCKSELLER_DATA": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
    }


def run(code: str, environ: dict[str, str], folder: Path, *words: str) -> str:
    """The stdout of a program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code, *words],
        cwd=folder, env=environ, capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def tried(environ: dict[str, str]) -> Sequence[str]:
    return Path(environ["GUARD_LOG"]).read_text("utf-8").splitlines()


@pytest.mark.one_of("every command run")
def test_no_command_tries_to_connect_beyond_this_computer(
    guarded: dict[str, str], tmp_path: Path
) -> None:
    shown = run(EVERY_COMMAND, guarded, tmp_path, json.dumps(COMMANDS))
    assert f"ended: {len(COMMANDS)}" in shown
    assert tried(guarded) == []


SERVERS = """
from mockseller import Seller, SellerServer
with Seller() as seller, SellerServer() as server:
    assert seller.order() and server.order()
with SellerServer("--host", "0.0.0.0", "--tls") as server:
    assert "token" in server.banner
"""


@pytest.mark.one_of("every command run")
def test_no_server_tries_to_either(guarded: dict[str, str], tmp_path: Path) -> None:
    run(SERVERS, guarded, tmp_path)
    beyond = [line for line in tried(guarded) if not is_the_probe(line)]
    assert beyond == []


def is_the_probe(line: str) -> bool:
    """A UDP socket that asks the system for its own address; connecting it sends nothing."""
    return line.startswith("socket.connect") and "192.0.2.1" in line


@pytest.mark.one_of("every command run")
def test_the_guard_sees_and_refuses_what_a_target_is_named_for(
    guarded: dict[str, str], tmp_path: Path
) -> None:
    commands = [["verify", "seller", "http://192.0.2.1:9/billmgr", "--login", "a:b"],
                ["verify", "coverage", "http://seller.example/billmgr"]]  # fmt: skip
    run(EVERY_COMMAND, guarded, tmp_path, json.dumps(commands))
    assert any("seller.example" in line for line in tried(guarded))
    child = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[1]])"
    run(child, guarded, tmp_path, "import socket; socket.create_connection(('192.0.2.7', 9), 1)")
    assert any("192.0.2.7" in line for line in tried(guarded))
