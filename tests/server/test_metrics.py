"""What is counted for Prometheus: by names of ours only, over all workers, and at what place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from werkzeug.test import Client

from emulator.api.answered_call import AnsweredCall
from emulator.api.reply import Reply
from emulator.app import create_app
from emulator.errors import AccessDenied, InternalError
from emulator.server.metric_files import LOCK, PREFIX, MetricFiles
from emulator.server.metrics import Metrics
from emulator.settings import load
from emulator.testing import SellerServer
from emulator.wire.outcomes import of_refusal
from emulator.worlds.worlds import Worlds

CALLS = re.compile(r'(?m)^mockseller_calls_total\{func="(.*)",outcome="(.*)"\} (\d+)\.0$')


class Counting:
    """A seller of a server in this process, which counts as that of a worker does."""

    def __init__(self, folder: Path) -> None:
        app = create_app(load({"data": folder / "data"}, environ={}))
        self._client = Client(app)
        self.worlds: Worlds = app.extensions["mockseller"]

    def call(self, func: str, **params: str) -> str:
        sent = {"authinfo": "reseller:secret", **params, "func": func}
        return self._client.post("/billmgr", data=sent).text

    def metrics(self) -> str:
        answer = self._client.get(
            "/_mockseller/metrics",
            base_url="http://127.0.0.1",
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
        )
        assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
        return answer.text

    def counts(self) -> dict[tuple[str, str], int]:
        return counts_in(self.metrics())


def counts_in(text: str) -> dict[tuple[str, str], int]:
    return {(func, outcome): int(count) for func, outcome, count in CALLS.findall(text)}


COUNT_ONCE = """
import sys
from pathlib import Path
from emulator.server.metric_files import MetricFiles
MetricFiles(Path(sys.argv[2])).use()
from emulator.app import create_app
from emulator.settings import load
app = create_app(load({"data": sys.argv[1]}, environ={}))
form = {"authinfo": "reseller:secret", "func": "soft", "out": "json"}
for _ in range(2):
    print("error" in app.test_client().post("/billmgr", data=form).get_json()["doc"])
"""


@pytest.fixture
def small_memory(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte in memory."""
    folder = tmp_path / "memory"
    folder.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)]
    try:
        subprocess.run(mounting, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("a small disk (tmpfs) cannot be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("filled", [0, 512])
def test_calls_are_answered_though_there_is_no_memory_to_count_them(
    small_memory: Path, tmp_path: Path, filled: int
) -> None:
    with (small_memory / "filler").open("wb") as filler:
        filler.truncate(0)
        os.posix_fallocate(filler.fileno(), 0, filled * 1024 or 1)
    done = subprocess.run(
        [sys.executable, "-c", COUNT_ONCE, str(tmp_path / "data"), str(small_memory)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "False\nFalse\n"), done.stderr
    assert done.stderr.count("are not counted") == 1
    assert "No space left on device" in done.stderr
    assert not list(small_memory.glob("*/counter_*.db"))


@pytest.fixture
def counting(tmp_path: Path) -> Iterator[Counting]:
    made = Counting(tmp_path)
    yield made
    made.worlds.close()


def order(seller: Counting, number: int, **params: str) -> str:
    form = {"pricelist": "55227", "period": "1", "ip": f"192.0.2.{number}", "skipbasket": "on"}
    return seller.call("soft.order.param", **form, sok="ok", clicked_button="finish", **params)


def test_calls_are_counted_by_function_and_by_what_became_of_them(counting: Counting) -> None:
    order(counting, 201)
    order(counting, 202)
    order(counting, 202)
    counting.call("soft")
    counting.call("soft", authinfo="reseller:wrong")
    counting.call("soft.order.param", out="nonsense")
    assert counting.counts() == {
        ("soft.order.param", "bought"): 2,
        ("soft.order.param", "refused"): 2,
        ("soft", "read"): 1,
        ("soft", "refused"): 1,
    }
    text = counting.metrics()
    assert "mockseller_call_seconds_count 6.0" in text
    assert 'mockseller_call_seconds_bucket{le="+Inf"} 6.0' in text
    waited = re.search(r"(?m)^mockseller_lock_wait_seconds_total ([0-9.e-]+)$", text)
    assert waited is not None
    assert float(waited[1]) > 0
    assert "\nmockseller_worlds 1.0\n" in text


def test_names_that_clients_invent_are_counted_as_one(counting: Counting) -> None:
    for number in range(30):
        counting.call(f"soft.{number}")
        counting.call('"} 1\nmockseller_worlds 9')
    counting.call("")
    assert counting.counts() == {("other", "refused"): 61}


def test_a_call_that_a_bug_or_a_full_disk_ends_is_no_refusal(tmp_path: Path) -> None:
    metrics = Metrics(Worlds(load({"data": tmp_path}, environ={})), ["soft"])
    for error in (InternalError(), AccessDenied("soft")):
        outcome = of_refusal(error)
        metrics.observe(AnsweredCall(Reply("", b""), "soft", "default", None, outcome, 0.1, 0.0))
    counts = counts_in(metrics.text())
    assert counts == {("soft", "internal error"): 1, ("soft", "refused"): 1}


def test_no_secret_and_nothing_of_a_request_is_in_the_numbers(counting: Counting) -> None:
    order(counting, 203, licname="hidden1", comment="hidden2")
    counting.call("hidden3", authinfo="hidden4:hidden5", out="hidden6")
    counting.call("soft", authinfo="reseller@hidden7:hidden8")
    assert "hidden" not in counting.metrics()


def test_neither_the_server_nor_its_command_loads_the_library_before_a_call() -> None:
    script = (
        "import sys, emulator.app, emulator.server.serving, emulator.cli.serve\n"
        "sys.exit('prometheus_client' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0


@contextmanager
def started(parent: Path, script: str) -> Iterator[subprocess.Popen[str]]:
    """A process with a folder for counts, whose path it prints."""
    code = (
        "import sys; from pathlib import Path\n"
        "from emulator.server.metric_files import MetricFiles\n"
        f"files = MetricFiles(Path(sys.argv[1])); print(files.folder, flush=True); {script}"
    )
    command = [sys.executable, "-c", code, str(parent)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    ) as process:
        yield process


def test_the_folder_of_a_killed_server_goes_with_the_next_start(tmp_path: Path) -> None:
    with started(tmp_path, "sys.stdin.read()") as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        second = MetricFiles(tmp_path)
        assert folder.is_dir()  # its server runs
        process.kill()
        process.wait(30)
        third = MetricFiles(tmp_path)
    left = {each.name for each in tmp_path.iterdir()}
    assert left == {second.folder.name, third.folder.name}
    for files in (second, third):
        files.remove()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_without_a_lock_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / f"{PREFIX}new").mkdir()
    files = MetricFiles(tmp_path)
    assert (files.folder / LOCK).is_file()
    assert (tmp_path / f"{PREFIX}new").is_dir()
    files.remove()


def test_every_worker_answers_with_the_counts_of_all(own_server: SellerServer) -> None:
    url = f"{own_server.base}/_mockseller/metrics"
    sent = {"authinfo": "reseller:secret", "func": "whoami"}
    # Each call has a connection of its own, which is a throw of the dice.
    alone = httpx.Limits(max_keepalive_connections=0)
    with httpx.Client(timeout=60, trust_env=False, limits=alone) as client:
        for _ in range(20):
            assert "<doc" in client.post(own_server.url, data=sent).text
        for _ in range(8):
            text = client.get(url).text
            assert counts_in(text) == {("whoami", "read"): 20}
            assert "mockseller_call_seconds_count 20.0" in text


def test_a_server_that_ends_leaves_no_folder_behind(own_server: SellerServer) -> None:
    own_server.call("soft")
    files = Path(f"/proc/{own_server.process.pid}/fd").iterdir()
    folders = {path.readlink().parent for path in files if f"/{PREFIX}" in str(path.readlink())}
    assert [folder.is_dir() for folder in folders] == [True]
    assert own_server.close_process() == 0
    assert [folder.exists() for folder in folders] == [False]
