"""What every test shares: how Hypothesis searches, and a seller that no load and no hour changes.

A running server comes from the fixtures of :mod:`emulator.pytest_plugin`, as it does for anyone
who installs mockseller.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from emulator.testing import Seller
from tests.machine import stopped

# No deadline, no complaint of slow data: a loaded machine is slow, not wrong; what hangs is named
# by the timeout of pytest.
# In CI the same tree gives the same verdict twice; at a desk every run looks somewhere new.
settings.register_profile(
    "mockseller",
    deadline=None,
    print_blob=True,
    derandomize="CI" in os.environ,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("mockseller")

# What is asked here is asked on this machine; whoever works behind a proxy need not except it.
for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
    os.environ.pop(name, None)
    os.environ.pop(name.lower(), None)
# What is shown is read as plain text in lines of one width, whatever terminal the tests run in.
os.environ.pop("FORCE_COLOR", None)
os.environ["COLUMNS"] = "80"


@pytest.fixture
def seller() -> Iterator[Seller]:
    """The seller of the plugin, on a machine whose time only the test moves."""
    with Seller(machine=stopped()) as made:
        yield made
