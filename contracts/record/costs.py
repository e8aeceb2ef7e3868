"""What goes wrong where a seller answers an exchange otherwise: ``costs.yaml``."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mockseller.files import FileError, read_yaml

_FILE: Final = Path(__file__).with_name("costs.yaml")


@dataclass(frozen=True, slots=True)
class Costs:
    """Sentences by type of error, and by function, in which ``X`` stands for a product type."""

    errors: Mapping[str, str]
    functions: Mapping[str, str]

    def find(self, func: str, error: str | None) -> str:
        """The sentence for an exchange; empty where there is none, as for a made-up function.

        ``error`` is the type of the error that is on record, None where it is no error.
        """
        if error is not None:
            return self.errors.get(error, "")
        version = "v2." if func.startswith("v2.") else ""
        _, dot, rest = func.removeprefix(version).partition(".")
        return self.functions.get(func) or self.functions.get(f"{version}X{dot}{rest}", "")


@functools.cache
def read_costs() -> Costs:
    """The sentences of the file."""
    source = read_yaml(_FILE, FileError)
    source.check()
    content = source.document
    return Costs(content["errors"], content["functions"])
