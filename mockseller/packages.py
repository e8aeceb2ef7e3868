"""The three packages behind this one, and the folders of a project that hide them.

A project may have a folder ``emulator`` or ``contracts`` of its own. Where Python finds that
folder first, it imports it in place of ours: this module says so in one line.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

PACKAGES: Final = ("emulator", "reseller_client", "contracts")
HOME: Final = Path(__file__).resolve().parents[1]
"""The folder in which the packages are installed."""


class HiddenPackage(ImportError):
    """A file or folder of the project has the name of one of our packages, and comes first."""


def find_hiding() -> Iterator[Path]:
    """The files and folders that Python imports in place of our packages."""
    for name in PACKAGES:
        found_at = _location(name)
        if found_at is not None and found_at != HOME / name:
            yield found_at


def find_outranked(root: Path) -> Iterator[Path]:
    """The folders of a project with modules in them that Python passes over for our packages.

    It prefers a folder with an ``__init__.py``, wherever it is, to one without.
    """
    for name in PACKAGES:
        folder = root / name
        names = {path.name for path in folder.glob("*.py")}
        if names and "__init__.py" not in names and folder != HOME / name:
            yield folder


def _location(name: str) -> Path | None:
    """Where a package is imported from, or None where nothing of this name can be imported."""
    try:
        spec = find_spec(name)
    except ValueError:  # imported already, and made by hand
        return None
    if spec is None:
        return None
    folders = spec.submodule_search_locations
    places = list(folders) if folders is not None else [spec.origin or name]
    return Path(places[0]).resolve()


def load(module: str) -> ModuleType:
    """Imports a module of our packages. Raises HiddenPackage, one line, where it is hidden."""
    package = module.partition(".")[0]
    for path in find_hiding():
        if path.stem == package:
            raise HiddenPackage(
                f"{path} hides mockseller's package {package!r}: Python imports what has this name "
                "in your project. Rename it, or use mockseller from another process: "
                "mockseller serve"
            )
    return importlib.import_module(module)


def prefer_own() -> None:
    """Lets nothing hide our packages in this process and in those that it starts.

    For commands: they import nothing of a project.
    """
    if any(find_hiding()):
        sys.path.insert(0, str(HOME))
