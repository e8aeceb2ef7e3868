from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from emulator.app import create_app
from emulator.clock import Machine
from emulator.settings import Settings


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    folder = tmp_path_factory.mktemp("robust")
    at = datetime(2026, 3, 15, 12, tzinfo=UTC)
    machine = Machine(now=lambda: at, elapsed=at.timestamp)
    app = create_app(Settings(data=folder, seeds=folder / "seeds"), machine)
    yield app.test_client(use_cookies=False)
    app.extensions["mockseller"].close()
