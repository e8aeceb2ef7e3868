"""The names that a world knows: its functions, due events and logins, and the formats."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from emulator import journal, names
from emulator.domain.accounts import accounts
from emulator.domain.lifecycle import EVENTS
from emulator.domain.world import read
from emulator.worlds.worlds import Worlds


@dataclass(frozen=True, slots=True)
class KnownNames:
    """The names of all functions of the API, and of the formats of answers."""

    functions: Collection[str]
    formats: Collection[str]

    def functions_in(self, worlds: Worlds, world: str) -> set[str]:
        """The functions of a world, those of its own product types too. Raises NoWorld."""
        db = worlds.connect(world)
        with db.reading():
            types = worlds.catalogue(db, read(db)).types.values()
        own = {
            function.replace(own.like, own.intname, 1)
            for own in types
            for function in self.functions
            if function.removeprefix("v2.").partition(".")[0] == own.like
        }
        return {*self.functions, *own}

    def require_recorded(self, worlds: Worlds, world: str, pattern: str) -> str:
        """A pattern of functions or due events that the journal may have.

        Raises UnknownName where none matches, unless the journal has a call of that name.
        """
        if journal.has(worlds.connect(world), func=pattern):
            return pattern
        known_names = {*self.functions_in(worlds, world), *EVENTS}
        return names.require_match("function", pattern, known_names)

    def require_format(self, name: str) -> str:
        """The name of a format. Raises UnknownName."""
        return names.require("format", name, self.formats)


def require_login(worlds: Worlds, world: str, login: str) -> str:
    """The login of an account of the world, now or in its journal. Raises UnknownName, NoWorld.

    A further login is none of them: its calls are those of its account.
    """
    db = worlds.connect(world)
    if journal.has(db, login=login):
        return login
    with db.reading():
        known_names = [account.login for account in accounts.list_accounts(db)]
    return names.require("account", login, known_names)


def require_filters(
    worlds: Worlds, world: str, known_names: KnownNames, filters: Mapping[str, Any]
) -> None:
    """Raises ValueError for a function, login or format that does not exist, after its key."""
    checks: Mapping[str, Callable[[str], str]] = {
        "func": lambda name: known_names.require_recorded(worlds, world, name),
        "login": lambda name: require_login(worlds, world, name),
        "out": known_names.require_format,
    }
    for key, check in checks.items():
        if filters.get(key):
            try:
                check(str(filters[key]))
            except names.UnknownName as problem:
                raise ValueError(f"{key}: {problem}") from None
