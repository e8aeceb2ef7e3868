"""Hides secrets behind a mask, and license keys and personal data behind pseudonyms.

The same value has the same pseudonym throughout a session, so that references still match. Real
values are held in memory only, for as long as the recording takes.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from contracts.record.tokens import ValueToken, rewrite_values
from contracts.recording import pseudonyms
from contracts.target.redact import (
    MASK,
    MIN_SECRET_LENGTH,
    find_secrets,
    is_secret,
    is_secret_value,
    mask_links,
    spell_variants,
)

CREDENTIALS: Final = frozenset({"authinfo", "auth"})
"""Parameters that are not recorded; the login of the caller is recorded beside them."""
KEYS: Final = frozenset({"lickey", "old_lickey", "licensekey", "license_key", "licence_key"})
NUMBERS: Final = frozenset({"id", "elid", "item", "item.id", "plid", "main_item"})
_SESSION: Final = re.compile(r"(?=.*[a-f]|0{6})[0-9a-f]{10,64}")
"""Hexadecimal with a letter, unlike a password of digits; a pseudonym begins with zeros."""
_KEY: Final = re.compile(r"([0-9]+)-([^\s<>\"'&,;]+)")
_FAKE_KEY: Final = re.compile(r"[0-9]+-[0\W_]*[0-9]{1,4}")
_DIGIT: Final = re.compile(r"[0-9A-Za-z]")
_TELLING: Final = re.compile(r"(?![0-9]{1,5}$).{4,}", re.DOTALL)
"""Values that are also searched for in other texts: shorter ones would match by chance."""


class Pseudonymizer:
    """The masks and pseudonyms of one session.

    ``keep_personal``: personal data stays as it is, secrets and keys never do. ``more``: names of
    further fields that are personal.
    """

    def __init__(self, *, keep_personal: bool = False, more: Iterable[str] = ()) -> None:
        self._keep = keep_personal
        self._more = frozenset(name.lower() for name in more)
        self._secrets: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._numbers: set[str] = set()
        self._count: Counter[str] = Counter()

    def count_from(self, texts: Iterable[str]) -> None:
        """Continues to count after the pseudonyms in texts that are on record already."""
        for text in texts:
            for kind, match in _findable(text):
                self._count[kind] = max(self._count[kind], match)

    def login(self, name: str) -> str:
        """The pseudonym of a login."""
        if not name or self._keep:
            return name
        kind = "email" if pseudonyms.EMAIL.fullmatch(name) else "login"
        return self._person(kind, name)

    def observe(self, fields: Mapping[str, str], cookie: str = "") -> None:
        """Remembers the secrets and the login of a request, to hide them everywhere."""
        for secret in [*find_secrets(fields), cookie, cookie.partition(":")[0]]:
            if secret:
                self._secret(secret)
        self.login(fields.get("authinfo", "").partition(":")[0] or fields.get("username", ""))

    def request(self, func: str, fields: Mapping[str, str]) -> dict[str, str]:
        """The parameters as they may be recorded, without credentials."""
        shown: dict[str, str] = {}
        for name, text in fields.items():
            if name.strip().lower() in CREDENTIALS:
                continue
            if name in NUMBERS:
                self._numbers |= set(re.findall("[0-9]+", text))
            if is_secret(name):
                shown[name] = self._secret(text) if text else ""
            elif name == "username":
                shown[name] = self.login(text)
            else:
                shown[self._within(name)] = self._covered(
                    func, ValueToken((name,), "", text, 0, 0, "")
                )
        return shown

    def answer(self, func: str, text: str) -> str:
        """An answer as it may be recorded. Raises UnreadableBody: it cannot be parsed."""

        def note_number(token: ValueToken) -> str:
            if token.name in NUMBERS and token.value.isdigit():
                self._numbers.add(token.value)
            return token.value

        # A value may be recognized only by a later field: hence two passes.
        rewrite_values(text, note_number)
        rewrite_values(text, self._by_place(func))
        return rewrite_values(text, self._by_place(func))

    def redact(self, text: str) -> str:
        """Any other text, such as a line of a log, without hidden values."""
        return self._within(text)

    def leaks(self, texts: Iterable[str]) -> bool:
        """Whether a secret or a key is still in one of the texts, in any spelling."""
        real = [text for text in (*self._secrets, *self._keys) if len(text) >= MIN_SECRET_LENGTH]
        ways = {way for text in real for way in spell_variants(text)} - set(self._keys.values())
        return any(way in text for text in texts for way in ways)

    def _by_place(self, func: str) -> Callable[[ValueToken], str]:
        def change(token: ValueToken) -> str:
            return (
                self._secret(token.value) if is_secret_value(token) else self._covered(func, token)
            )

        return change

    def _covered(self, func: str, token: ValueToken) -> str:
        value = token.value
        if not value.strip():
            return value
        if token.name.lower() in KEYS and not token.attribute:
            return self._key(value)
        kind = pseudonyms.find_kind(func, token.name, token.attribute)
        if not kind and token.name.lower() in self._more:
            kind = "words"
        if kind and not self._keep:
            return self._person(kind, value)
        return self._within(value)

    def _secret(self, value: str) -> str:
        if value == MASK or not value.strip():
            return value
        if value not in self._secrets:
            hidden = mask_links(value) if "PRIVATE KEY-----" in value else MASK
            if _SESSION.fullmatch(value):
                if _is_fake(value):
                    return value
                self._count["session"] += 1
                hidden = f"{self._count['session']:0{len(value)}x}"
            self._secrets[value] = hidden
        return self._secrets[value]

    def _key(self, value: str) -> str:
        """An invalid key with the same number and the same shape."""
        match = _KEY.fullmatch(value)
        if match is None:
            return self._secret(value)
        if value not in self._keys:
            if _FAKE_KEY.fullmatch(value):
                return value
            self._count["key"] += 1
            self._keys[value] = f"{match[1]}-{_shaped(match[2], self._count['key'])}"
        return self._keys[value]

    def _person(self, kind: str, value: str) -> str:
        if pseudonyms.recognize(value):
            return value
        if value not in self._people:
            self._count[kind] += 1
            self._people[value] = pseudonyms.make_pseudonym(kind, self._count[kind], value)
        return self._people[value]

    def _within(self, text: str) -> str:
        """A text without hidden values, those seen before and those that look like one."""
        if text in self._secrets and _TELLING.match(text):
            return self._secrets[text]
        text = mask_links(text)
        for secret, hidden in self._longest(self._secrets):
            if len(secret) >= MIN_SECRET_LENGTH:
                text = text.replace(secret, hidden)
        for key, hidden in self._longest(self._keys):
            text = text.replace(key, hidden)
        text = _KEY.sub(lambda m: self._key(m[0]) if m[1] in self._numbers else m[0], text)
        return text if self._keep else self._without_people(text)

    def _without_people(self, text: str) -> str:
        if text in self._people and _TELLING.match(text):
            return self._people[text]
        for kind, pattern in (("email", pseudonyms.EMAIL), ("phone", pseudonyms.PHONE)):
            text = pattern.sub(lambda m, kind=kind: self._person(kind, m[0]), text)  # type: ignore[misc]
        for kind, pattern in (("ipv4", pseudonyms.IPV4), ("ipv6", pseudonyms.IPV6)):
            text = pattern.sub(lambda m, kind=kind: self._address(kind, m[0]), text)  # type: ignore[misc]
        for name, hidden in self._longest(self._people):
            if name in text and _TELLING.match(name):
                text = re.sub(rf"(?<![\w.@-]){re.escape(name)}(?![\w@-])", hidden, text)
        return text

    def _address(self, kind: str, text: str) -> str:
        return self._person(kind, text) if pseudonyms.is_routed(text) else text

    @staticmethod
    def _longest(replacements: Mapping[str, str]) -> list[tuple[str, str]]:
        return sorted(replacements.items(), key=lambda pair: -len(pair[0]))


def is_pseudonym(text: str) -> bool:
    """Whether a text is a mask or a pseudonym: of a key, a session or personal data."""
    return (
        text == MASK
        or _FAKE_KEY.fullmatch(text) is not None
        or (_SESSION.fullmatch(text) is not None and _is_fake(text))
        or bool(pseudonyms.recognize(text))
    )


def has_pseudonym(text: str) -> bool:
    """Whether a text contains a pseudonym."""
    return is_pseudonym(text) or any(number for _, number in _findable(text))


def _is_fake(session: str) -> bool:
    return session.startswith("0" * (len(session) - 4))


def _shaped(real: str, number: int) -> str:
    """A text of the same shape: zeros in place of its characters, and the number at the end."""
    signs = len(_DIGIT.findall(real))
    digits = iter(f"{number:0{max(signs, 1)}}"[-max(signs, 1) :])
    return _DIGIT.sub(lambda _: next(digits), real)


def _findable(text: str) -> Iterable[tuple[str, int]]:
    """The pseudonyms in a text, by kind and number."""
    if _SESSION.fullmatch(text) and _is_fake(text):
        yield "session", int(text, 16)
    for key in _KEY.findall(text):
        if _FAKE_KEY.fullmatch("-".join(key)):
            yield "key", int("".join(_DIGIT.findall(key[1]))[-4:])
    if kind := pseudonyms.recognize(text):
        yield kind, pseudonyms.read_number(kind, text)
    for kind, pattern in (
        ("email", pseudonyms.EMAIL), ("ipv4", pseudonyms.IPV4), ("ipv6", pseudonyms.IPV6),
        ("phone", pseudonyms.PHONE),
    ):  # fmt: skip
        for match in pattern.findall(text):
            yield kind, pseudonyms.read_number(kind, match)
