"""The options of the markers ``seller`` and ``mockseller``: the world that a test begins with."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from mockseller import World

MARKERS: Final = ("seller", "mockseller")
FORMER: Final = MappingProxyType({"fixture": "world", "as_of": "clock"})
"""The options of the marker ``mockseller``, and what those of ``seller`` call them."""
OPTIONS: Final = ("world", "provisioning", "clock", "rules")
EXPORTED: Final = ".mockseller"
PROVISIONING: Final = re.compile(r"(at once|by hand)|after (\d{1,7}) (read|second)s?")
PROVISIONING_FORMS: Final = "'at once', 'after 3 reads', 'after 20 seconds' or 'by hand'"


class MarkerError(ValueError):
    """A marker has an option or a value that does not exist; the text is one line."""


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """The world of a test.

    ``marker``: the one that says it, or empty. ``world``: what it is made from. ``clock``: a day or
    an instant at which it stands, None for the present. ``provisioning``: mode and amount as
    `World.provisioning` takes them, None for what the world has. ``rules`` by name.
    """

    marker: str = ""
    world: str = "small"
    clock: str | None = None
    provisioning: tuple[str, int] | None = None
    rules: Mapping[str, Any] = field(default_factory=dict)

    def apply(self, world: World) -> None:
        """Sets what no world is made with. Raises ControlError."""
        if self.provisioning is not None:
            world.provisioning(*self.provisioning)
        if self.rules:
            world.rules(**self.rules)

    @contextmanager
    def errors_in_one_line(self) -> Iterator[None]:
        """Turns what the seller refuses into a MarkerError that names the marker."""
        from emulator.testing import ControlError
        from emulator.worlds.fixtures import FixtureError
        from emulator.worlds.worlds import WorldError

        try:
            yield
        except (FixtureError, WorldError, ControlError) as refusal:
            message = refusal.answer["error"] if isinstance(refusal, ControlError) else refusal
            line = " ".join(str(message).split())
            raise MarkerError(f"{self.marker or 'seller'}: {line}") from None


def read_options(node: pytest.Item) -> WorldOptions:
    """The options of the nearest of the two markers. Raises MarkerError."""
    marker = next((mark for mark in node.iter_markers() if mark.name in MARKERS), None)
    if marker is None:
        return WorldOptions()
    name = f"@pytest.mark.{marker.name}"
    if marker.args:
        raise MarkerError(f"{name}: {marker.args[0]!r} has no name; write world={marker.args[0]!r}")
    values: dict[str, Any] = {}
    for option, value in marker.kwargs.items():
        meant = FORMER.get(option, option) if marker.name == "mockseller" else option
        if meant not in OPTIONS:
            raise MarkerError(f"{name}: {_unknown(option)}")
        values[meant] = _READERS[meant](f"{name}: {option}", value)
    world = values.get("world", "")
    if world.endswith(EXPORTED):
        _require_file(f"{name}: world", world)
        if "clock" in values:
            raise MarkerError(f"{name}: clock: {world} has a clock of its own")
    return WorldOptions(name, **values)


def _require_file(place: str, file: str) -> None:
    if not Path(file).is_file():
        raise MarkerError(f'{place}: there is no file "{file}"')


def _unknown(option: str) -> str:
    from emulator.names import UnknownName, require

    try:
        require("option", option, OPTIONS)
    except UnknownName as refusal:
        return str(refusal)
    return f"{option} is no option of this marker"


def _text(place: str, value: object) -> str:
    if not isinstance(value, str) or not value:
        raise MarkerError(f"{place}: {value!r} is not a text")
    return value


def _instant(place: str, value: object) -> str:
    from emulator.clock import read_instant

    text = _text(place, value)
    try:
        read_instant(text)
    except ValueError as refusal:
        raise MarkerError(f"{place}: {refusal}") from None
    return text


def _provisioning(place: str, value: object) -> tuple[str, int]:
    match = PROVISIONING.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise MarkerError(f"{place}: {value!r} is not {PROVISIONING_FORMS}")
    if match[1]:
        return match[1].replace(" ", "_"), 0
    return f"{match[3]}s", int(match[2])


def _rules(place: str, value: object) -> Mapping[str, Any]:
    if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
        raise MarkerError(f"{place}: {value!r} is no dictionary of rules by name")
    return value


_READERS: Final = MappingProxyType({
    "world": _text, "provisioning": _provisioning, "clock": _instant, "rules": _rules,
})  # fmt: skip
