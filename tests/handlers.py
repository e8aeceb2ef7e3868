"""Which functions share their handlers: some properties are checked once for each handler."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import partial

from emulator.app import create_registry

REGISTRY = create_registry()


def handlers_of(name: str) -> Hashable:
    """Return what functions with the same handlers have in common.

    A handler that is made once for each product type is the same for all of them.
    """
    return tuple((use, _place_of(handler)) for use, handler in REGISTRY[name].handlers())


def _place_of(handler: Callable[..., object]) -> str:
    """Return where the code of a handler stands."""
    while isinstance(handler, partial):
        handler = handler.func
    return f"{handler.__module__}.{handler.__qualname__}"
