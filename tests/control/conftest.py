from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import Client, TestResponse

from emulator.testing import Seller

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(seller: Seller) -> Ask:
    """Asks the control API of the seller in this process: method, path, and what werkzeug takes."""
    client = Client(seller.wsgi)

    def send(method: str, path: str, **options: Any) -> TestResponse:  # noqa: ANN401 - werkzeug's
        return client.open(
            f"/_mockseller{path}",
            base_url="http://127.0.0.1",
            method=method,
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
            **options,
        )

    return send
