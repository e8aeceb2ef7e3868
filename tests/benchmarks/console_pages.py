"""How long each page of the console takes in a large world: in this process, over WSGI."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from werkzeug.test import Client

from emulator.app import create_app
from emulator.settings import Settings
from tests.benchmarks.growth import grow
from tests.benchmarks.world import FIRST_ID, FIXTURE

CALLS = 500
"""Calls in the journal, half of them orders."""
ROUNDS = 5
NEAR = {"REMOTE_ADDR": "127.0.0.1"}
CONSOLE = "/_mockseller/console"
PAGES = {
    "overview": "/default",
    "journal": "/default/journal",
    "one call": f"/default/journal/{CALLS}",
    "services": "/default/services",
    "services by a part of a name": "/default/services?search=web",
    "service": f"/default/services/{FIRST_ID}",
    "calendar": "/default/services/calendar",
    "functions": "/default/functions",
    "a function": "/default/functions/soft.order.param",
    "money": "/default/money",
    "panel": "/default/panel",
    "exercises": "/default/exercise",
    "training": "/_training",
    "judge": "/_verify",
}


def measure(folder: Path, licenses: int) -> dict[str, float]:
    """Milliseconds of each page by its name: the median of some rounds after a first one."""
    fixture = folder / "console.yaml"
    fixture.write_text(FIXTURE)
    settings = Settings(data=folder / "console", seeds=folder / "seeds", fixture=str(fixture))
    app = create_app(settings)
    grow(app.extensions["mockseller"], "default", licenses)
    client = Client(app)
    for number in range(CALLS):
        order = {"func": "soft.order.param", "pricelist": "55227", "period": "1", "sok": "ok",
                 "ip": "0.0.0.0", "licname": "a", "skipbasket": "on"}  # fmt: skip  # noqa: S104
        params = order if number % 2 else {"func": "soft", "p_cnt": "10"}
        client.post("/billmgr", data={"authinfo": "reseller:secret", **params})
    return {name: _median(client, CONSOLE + path) for name, path in PAGES.items()}


def _median(client: Client, path: str) -> float:
    times = []
    for _ in range(ROUNDS + 1):
        start = time.perf_counter()
        response = client.get(path, base_url="http://127.0.0.1", environ_overrides=NEAR)
        times.append((time.perf_counter() - start) * 1000)
        if response.status_code != 200:
            raise RuntimeError(f"{path}: {response.status_code}")
    return round(statistics.median(times[1:]), 1)
