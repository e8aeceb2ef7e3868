"""``emulator.wsgi`` under a gunicorn of one's own, with a worker that is not ours."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest


@pytest.mark.full_only("test_serving starts gunicorn with our own worker in every run")
def test_155_a_gevent_worker_of_an_own_gunicorn_serves_the_application(tmp_path: Path) -> None:
    package = f"gunicorn[gevent]=={version('gunicorn')}"
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(tmp_path / "gevent")]
    installed = subprocess.run([*pip, package], capture_output=True, text=True, check=False)
    if installed.returncode:
        pytest.skip(f"pip could not install {package}: {installed.stderr.strip()[-100:]}")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        environ = {
            **os.environ,
            "PYTHONPATH": str(tmp_path / "gevent"),
            "MOCKSELLER_HOST": "127.0.0.1",
            "MOCKSELLER_DATA": str(tmp_path / "data"),
        }
        command = [sys.executable, "-m", "gunicorn", "--worker-class", "gevent", "--workers", "2",
                   "--bind", f"fd://{listener.fileno()}", "mockseller:create_app()"]  # fmt: skip
        with subprocess.Popen(command, env=environ, pass_fds=[listener.fileno()]) as server:
            try:
                url = f"http://127.0.0.1:{listener.getsockname()[1]}/billmgr"
                with ThreadPoolExecutor(8) as pool:
                    answers = list(pool.map(lambda number: order(url, number), range(8)))
            finally:
                server.terminate()
    assert all("<id>" in answer for answer in answers), answers


def order(url: str, number: int) -> str:
    form = {
        "func": "soft.order.param", "authinfo": "reseller:secret", "pricelist": "55227",
        "period": "1", "ip": f"10.1.0.{number}", "licname": f"n{number}", "skipbasket": "on",
        "sok": "ok",
    }  # fmt: skip
    return httpx.post(url, data=form, timeout=60).text
