"""What the report of a failing test says of its sellers: their exchanges, and the money."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from mockseller import JournalEntry, World

LOGIN: Final = "reseller"
MOST: Final = 20
"""Exchanges that are shown: the latest."""
LONGEST_VALUE, LONGEST_ANSWER = 80, 400
"""Characters that are shown of the value of a parameter, and of an answer."""


@dataclass(slots=True)
class WatchedSeller:
    """A seller that a fixture made, and how it was when the test began.

    ``name`` of the fixture; ``money``: the balance of the login ``reseller``, empty where there is
    none; ``after``: the number of the last entry of the journal; ``outlives``: whether it was
    there before the test.
    """

    name: str
    world: World
    outlives: bool = False
    money: str = field(init=False, default="")
    after: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        self.money = self._balance()

    def begin_test(self) -> None:
        """Forgets earlier tests: this seller was made before."""
        self.outlives = True
        with suppress(Exception):  # a server that was stopped is no concern of other tests
            self.money = self._balance()
            newest = self.world.journal.entries(limit=1)
            self.after = max((entry["id"] for entry in newest), default=0)

    def describe(self) -> str:
        """The section of the report; empty where a test did not use a seller that outlives it."""
        entries = self.world.journal.entries(after=self.after, limit=1000)
        if self.outlives and not entries:
            return ""
        return "\n".join(self._lines(entries))

    def _lines(self, entries: list[JournalEntry]) -> Iterator[str]:
        money = self._balance()
        if self.money or money:
            yield f"money of {LOGIN}: {self.money} before, {money} after"
        if not entries:
            yield f"no call reached {self.world.url}"
        if len(entries) > MOST:
            yield f"earlier calls: {len(entries) - MOST}"
        for entry in reversed(entries[:MOST]):
            yield from _exchange(entry)

    def _balance(self) -> str:
        from emulator.testing import ControlError

        try:
            account = self.world.account()
        except ControlError:  # a world of the user's own need not have this login
            return ""
        return f"{account['balance']} {account['currency']}"


def _exchange(entry: JournalEntry) -> Iterator[str]:
    """One call: what became of it, what was sent (secrets are masked), what was answered."""
    fault = f", fault {entry['fault']}" if entry["fault"] else ""
    by = entry["login"] or "nobody"
    yield f"#{entry['id']} {entry['func']}: {entry['outcome']} (by {by}, {entry['out']}{fault})"
    sent = [f"{name}={_cut(value, LONGEST_VALUE)}" for name, value in entry["params"].items()]
    yield f"    sent: {' '.join(sent)}"
    yield f"    answer: {_cut(entry['answer'], LONGEST_ANSWER)}"


def _cut(text: str, most: int) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[:most]}…"
