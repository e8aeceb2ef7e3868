"""Answers requests from a recording, in its order, without a seller.

A request is answered by the first exchange with the same request that was not replayed yet. A read
can be repeated until a request changes something; after that the reads before it no longer match.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts.clock import now
from contracts.record.formats import find_format
from contracts.record.tokens import rewrite_values
from contracts.recording.pseudonymizer import Pseudonymizer, has_pseudonym, is_pseudonym
from contracts.recording.recorder import observe
from contracts.recording.references import References
from contracts.recording.request import ProxiedRequest
from contracts.recording.session import RecordedExchange, Session
from contracts.target.spending import changes

_LOOSE: Final = frozenset({"lang", "progressid", "newface", "clickstat"})
"""Parameters that only some clients send and that do not change the answer."""


class Replayer:
    """Replays a session; pseudonyms of values that the client sends are replaced in the answers."""

    def __init__(self, session: Session) -> None:
        self._entries = list(session.entries)
        self._played: set[int] = set()
        self._looks: list[int] = []
        self._real: dict[str, str] = {}
        self._pseudonymizer = Pseudonymizer(keep_personal=session.personal == "kept")
        self._references = References()
        for entry in session.entries:
            observe(self._references, entry)

    @property
    def left(self) -> int:
        """How many exchanges were not replayed."""
        return len(self._entries) - len(self._played)

    def replay(self, sent: ProxiedRequest) -> RecordedExchange | None:
        """The exchange that answers a request, marked as replayed; None: there is none."""
        fields = {name: text for name, text in sent.fields.items() if name not in ("func", "out")}
        shown = self._references.request(
            sent.func, self._pseudonymizer.request(sent.func, fields), now().date()
        )
        number = self._find(sent, fields, shown)
        if number is None:
            return None
        entry = self._entries[number]
        self._played.add(number)
        if changes(entry.func, entry.params):
            self._looks.clear()
        else:
            self._looks.append(number)
        self._bind(entry.params, fields)
        return entry

    def body(self, entry: RecordedExchange) -> bytes:
        """The body that is sent for an exchange."""
        if not self._real:
            return entry.text.encode()

        def own(value: str) -> str:
            for pseudonym, real in self._real.items():
                value = value.replace(pseudonym, real)
            return value

        return rewrite_values(entry.text, lambda token: own(token.value)).encode()

    def foreign(self, sent: ProxiedRequest) -> str:
        """The name of a parameter whose value is a pseudonym; empty if there is none.

        Such a request must not reach a seller, which would take 198.18.0.1 for the address.
        """
        for name, text in sent.fields.items():
            value = text.partition(":")[2] if name == "authinfo" else text
            if has_pseudonym(value):
                return name
        return "cookie" if is_pseudonym(sent.cookie) else ""

    def _find(
        self, sent: ProxiedRequest, fields: Mapping[str, str], shown: Mapping[str, str]
    ) -> int | None:
        fresh = (n for n in range(len(self._entries)) if n not in self._played)
        for number in (*fresh, *reversed(self._looks)):
            entry = self._entries[number]
            same = entry.func == sent.func and find_format(entry.out) == find_format(sent.out)
            if same and not entry.withheld and self._fits(entry.params, fields, shown):
                return number
        return None

    def _fits(
        self, recorded: Mapping[str, str], fields: Mapping[str, str], shown: Mapping[str, str]
    ) -> bool:
        if (set(recorded) ^ set(shown)) - _LOOSE:
            return False
        for name, text in recorded.items():
            if name in _LOOSE or shown.get(name) == text:
                continue
            if not is_pseudonym(text) or self._real.get(text, fields.get(name)) != fields.get(name):
                return False
        return True

    def _bind(self, recorded: Mapping[str, str], fields: Mapping[str, str]) -> None:
        for name, text in recorded.items():
            if is_pseudonym(text) and text != "***" and not is_pseudonym(fields.get(name, "")):
                self._real.setdefault(text, fields.get(name, text))
