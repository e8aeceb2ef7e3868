"""The subject and the names of a certificate request, and the checks of names.

Source: docs/resale.md section 2.8. Separate from ``certificate_signing``, which is slow to import.
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
"""Mailboxes that may confirm a domain: the five that authorities have agreed on."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The applicant, by the names of the wire; ``C`` is a country's two letters. Empty: absent."""

    C: str = ""
    ST: str = ""
    L: str = ""
    O: str = ""  # noqa: E741 - as X.500 and the wire call the organisation
    OU: str = ""
    emailAddress: str = ""  # noqa: N815 - the wire's name


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A request for a certificate. ``names``: the common name first, none twice.

    ``key``: PEM, or empty where the client did not send it.
    """

    csr: str
    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What proves the ownership of a domain: a DNS record, or an answer from a mailbox."""

    record: str
    value: str
    emails: tuple[str, ...]


def normalize_name(name: str, field: str) -> str:
    """A host name as certificates contain it: lower case, other scripts as ``xn--``.

    Raises BadValue(field) for anything that is not a host name, or too long.
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
    """The common name and the ``others``, one text separated by blanks or commas; no name twice.

    Raises BadValue("CN") or BadValue("altname_input").
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
    """Names that are included with a name: with and without ``www``; a wildcard's own domain."""
    bare = name.removeprefix("*.").removeprefix("www.")
    return {bare} if name.startswith("*.") else {bare, f"www.{bare}"}


def list_further_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names that have to be paid for beside the first one."""
    return tuple(name for name in names[1:] if name not in list_free_names(names[0]))


def make_confirmation(csr: str, name: str) -> Confirmation:
    """What proves the domain of a request; each request has a record of its own (assumed)."""
    content = "".join(line for line in csr.splitlines() if not line.startswith("-")).encode()
    bare = name.removeprefix("*.").removeprefix("www.")
    digest = hashlib.sha256(content).hexdigest()
    label = hashlib.sha256(b"label/" + content).hexdigest()[:32]
    return Confirmation(
        f"_{label}.{bare}",
        f"{digest[:32]}.{digest[32:]}.ca.example.net",
        tuple(f"{box}@{bare}" for box in APPROVERS),
    )
