"""Whom and which names a certificate is asked for; how the names are checked.

Source: docs/resale.md section 2.8. Apart from ``certificates``, which is expensive to import.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from emulator.errors import BadValue

LABEL = r"(?!-)[a-z0-9_-]{1,63}(?<!-)"
NAME = re.compile(rf"(?:\*\.)?{LABEL}(?:\.{LABEL})+\Z")
LONGEST_COMMON, LONGEST_NAME = 64, 253
MOST_NAMES = 250
APPROVERS = ("admin", "administrator", "hostmaster", "postmaster", "webmaster")
"""Whose mailboxes may confirm a domain: the five that authorities have agreed on."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Who asks, by the names of the wire; ``C`` is the two letters of a country. Empty: unsaid."""

    C: str = ""
    ST: str = ""
    L: str = ""
    O: str = ""  # noqa: E741 - as X.500 and the wire call the organisation
    OU: str = ""
    emailAddress: str = ""  # noqa: N815 - the wire's name


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A request for a certificate. ``names``: the common name first, none twice.

    ``key``: PEM, or empty where the seller never had it.
    """

    csr: str
    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What shows that a domain is its owner's: a DNS record, or a mailbox that answers."""

    record: str
    value: str
    emails: tuple[str, ...]


def normalize_name(name: str, field: str) -> str:
    """A host's name as certificates hold it: small letters, other scripts as ``xn--``.

    Raises BadValue(field): no name of a host, or too long.
    """
    text = name.strip().lower().removesuffix(".")
    star, bare = ("*.", text[2:]) if text.startswith("*.") else ("", text)
    try:
        plain = star + bare.encode("idna").decode()
    except UnicodeError:
        raise BadValue(field, name) from None
    if len(plain) > LONGEST_NAME or NAME.match(plain) is None:
        raise BadValue(field, name)
    return plain


def normalize_names(common: str, others: str) -> tuple[str, ...]:
    """The common name and the further ones, which stand in one text, separated by blanks.

    Raises BadValue: ``CN`` or ``altname_input``.
    """
    first = normalize_name(common, "CN")
    if len(first) > LONGEST_COMMON:
        raise BadValue("CN", common)
    further = [
        normalize_name(name, "altname_input") for name in re.split(r"[\s,]+", others) if name
    ]
    names = tuple(dict.fromkeys([first, *further]))
    if len(names) > MOST_NAMES:
        raise BadValue("altname_input", str(len(names)), desc="names")
    return names


def list_free_names(name: str) -> set[str]:
    """Names that come with a name for nothing: with and without ``www``; below and at a star."""
    bare = name.removeprefix("*.").removeprefix("www.")
    return {bare} if name.startswith("*.") else {bare, f"www.{bare}"}


def list_further_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that are counted beside the first one."""
    return tuple(name for name in names[1:] if name not in list_free_names(names[0]))


def make_confirmation(csr: str, name: str) -> Confirmation:
    """What confirms the domain of a request; another request wants another record (assumed)."""
    content = "".join(line for line in csr.splitlines() if not line.startswith("-")).encode()
    bare = name.removeprefix("*.").removeprefix("www.")
    digest = hashlib.sha256(content).hexdigest()
    label = hashlib.sha256(b"label/" + content).hexdigest()[:32]
    return Confirmation(
        f"_{label}.{bare}",
        f"{digest[:32]}.{digest[32:]}.ca.example.net",
        tuple(f"{box}@{bare}" for box in APPROVERS),
    )
