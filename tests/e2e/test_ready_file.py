"""``mockseller serve --ready-file``: there when all workers answer, gone when the server is."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from emulator.testing import SellerServer


@contextmanager
def started(folder: Path, *options: str) -> Iterator[SellerServer]:
    with SellerServer("--ready-file", str(folder / "ready.json"), *options) as server:
        yield server


def test_the_file_says_where_the_server_is_and_goes_with_it(tmp_path: Path) -> None:
    file = tmp_path / "ready.json"
    with started(tmp_path, "--host", "0.0.0.0") as server:  # noqa: S104 - such a server has a token
        ready = json.loads(file.read_text("utf-8"))
        assert ready["pid"] == server.process.pid
        assert ready["address"] == server.url == f"http://127.0.0.1:{ready['port']}/billmgr"
        assert file.stat().st_mode & 0o777 == 0o600
        bearer = {"Authorization": f"Bearer {ready['token']}"}
        assert httpx.get(f"{ready['control']}health", headers=bearer, trust_env=False).is_success
        assert [*tmp_path.iterdir()] == [file]
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(60) == 0
        assert not file.exists()
        assert "Traceback" not in server.errors


def test_what_a_killed_server_left_is_replaced_and_a_later_one_is_not_removed(
    tmp_path: Path,
) -> None:
    file = tmp_path / "ready.json"
    with started(tmp_path, "--workers", "1") as killed:
        before = json.loads(file.read_text("utf-8"))
        assert "token" not in before
        # Another server takes the name over; the first one then leaves it alone.
        with started(tmp_path, "--workers", "1") as later:
            killed.close_process()
            assert json.loads(file.read_text("utf-8"))["pid"] == later.process.pid
        assert not file.exists()


def serve(*options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mockseller", "serve", *options],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip


def test_a_file_that_cannot_be_written_and_a_taken_port_are_one_line(tmp_path: Path) -> None:
    other = tmp_path / "notes.json"
    other.write_text('{"address": "mine"}')
    data = ("--data", str(tmp_path / "data"))
    cases = {
        str(tmp_path / "nowhere" / "ready.json"): "cannot be written: No such file or directory",
        str(other): "is another file; it is left alone",
        "/proc/ready.json": "cannot be written: ",
    }
    for name, message in cases.items():
        ended = serve("--port", "0", "--ready-file", name, *data)
        assert (ended.returncode, ended.stdout) == (2, "")
        assert ended.stderr.startswith(f"Error: --ready-file: {name}: {message}")
        assert ended.stderr.count("\n") == 1
    assert other.read_text() == '{"address": "mine"}'
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        file = tmp_path / "ready.json"
        ended = serve("--port", str(port), "--ready-file", str(file), *data)
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"Error: port {port} on 127.0.0.1 is in use")
    assert not file.exists()
    assert not (tmp_path / "data").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_of_somebody_else_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    ended = serve("--port", "0", "--ready-file", str(tmp_path / "ready.json"))
    assert ended.returncode == 2
    assert "cannot be written: Permission denied" in ended.stderr
