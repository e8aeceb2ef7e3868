"""What a plain installation lacks: packages of an extra, which only some commands need."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from typing import Final

EXTRAS: Final[Mapping[str, str]] = {
    "jsonschema_rs": "judge",
    "schemathesis": "judge",
    "hypothesis": "judge",
}
"""The extra of mockseller that installs a module."""
OUR_PACKAGES: Final = frozenset({"mockseller", "emulator", "contracts", "reseller_client"})


def missing_module(error: ModuleNotFoundError) -> str:
    """One line: which module is missing, and how it is installed. Raises a bug of ours again."""
    module = (error.name or "").partition(".")[0]
    if not module or module in OUR_PACKAGES:
        raise error
    missing = f"this command needs {module}, which is not installed"
    if module not in EXTRAS:
        return f"{missing}; install mockseller again"
    package = f"mockseller[{EXTRAS[module]}]"
    command = shlex.join([sys.executable, "-m", "pip", "install", package])
    return f"{missing}; install it: {command}"
