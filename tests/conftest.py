"""What every test shares: how Hypothesis searches.

Worlds and sellers come from the fixtures of :mod:`emulator.pytest_plugin`, as they do for anyone
who installs mockseller.
"""

from __future__ import annotations

import os

from hypothesis import settings

# No deadline: a loaded machine is slow, not wrong; what hangs is named by the timeout of pytest.
# In CI the same tree gives the same verdict twice; at a desk every run looks somewhere new.
settings.register_profile(
    "mockseller", deadline=None, print_blob=True, derandomize="CI" in os.environ, database=None
)
settings.load_profile("mockseller")
