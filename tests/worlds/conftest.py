from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from emulator.settings import Settings
from emulator.worlds.worlds import Worlds


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[Worlds]:
    made = Worlds(Settings(data=tmp_path))
    yield made
    made.close()
