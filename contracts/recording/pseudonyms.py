"""Which fields hold personal data, and the pseudonyms that replace it.

No real value looks like a pseudonym: addresses are of the ranges for benchmarks (198.18.0.0/15) and
for documentation (2001:db8::/32), e-mail addresses under ``standin.example``, phone numbers of a
country code that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Final

EMAIL: Final = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PHONE: Final = re.compile(r"(?<![\w+])\+[0-9](?:[ ()-]{0,2}[0-9]){7,14}(?![0-9])")
IPV4: Final = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w.]*[0-9])")
IPV6: Final = re.compile(r"(?<![\w:.])[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}(?![\w:])")

_NAMES: Final[Mapping[str, str]] = {
    "person": "realname fullname firstname middlename lastname surname fname lname mname person"
    " contact director account account_name sender_name payer owner",
    "email": "email emailaddress mail",
    "phone": "phone mobile fax",
    "place": "address postaddress street city postcode zip",
    "number": "inn kpp ogrn vatnum passport bankaccount iban",
    "login": "login user su",
}
_FIELDS: Final = {name: kind for kind, names in _NAMES.items() for name in names.split()}
_PEOPLE: Final = re.compile(r"(?:v2\.)?(?:profile|user|usrparam|account|register)(?:\..*)?")
"""Functions in which ``name`` is the name of a person or a company."""
_LETTERS: Final = re.compile(r"clientticket.*|.*ticket.*")
_WRITTEN: Final = frozenset({"message", "subject", "name", "text", "last_message"})
_CONTACT: Final = re.compile(r"(?:adm|tech|owner|bill|org)_(.+)")
_PSEUDONYMS: Final[Mapping[str, tuple[re.Pattern[str], Callable[[int, str], str]]]] = {
    "person": (re.compile(r"Person ([0-9]+)"), lambda n, _: f"Person {n}"),
    "place": (re.compile(r"Place ([0-9]+)"), lambda n, _: f"Place {n}"),
    "words": (re.compile(r"Words ([0-9]+)"), lambda n, _: f"Words {n}"),
    "login": (re.compile(r"login([0-9]+)"), lambda n, _: f"login{n}"),
    "email": (
        re.compile(r"person([0-9]+)@standin\.example"), lambda n, _: f"person{n}@standin.example"),
    "phone": (re.compile(r"\+000([0-9]{7})"), lambda n, _: f"+000{n:07}"),
    "number": (re.compile(r"0{5,}([0-9]{1,6})"), lambda n, real: f"{n:0{max(len(real), 10)}}"),
    "ipv4": (
        re.compile(r"(198\.1[89]\.[0-9]+\.[0-9]+)"),
        lambda n, _: str(IPv4Address("198.18.0.0") + n)),
    "ipv6": (
        re.compile(r"(2001:db8::[0-9a-f:]+)"),
        lambda n, _: str(IPv6Address("2001:db8::") + n)),
}  # fmt: skip


def find_kind(func: str, name: str, attribute: str = "") -> str:
    """The kind of personal data in a field, a key of the pseudonyms; empty where it has none."""
    meant = (attribute or name).strip().lower().rpartition(".")[2]
    if contact := _CONTACT.fullmatch(meant):
        meant = contact[1]
    if meant == "name" and not attribute and _PEOPLE.fullmatch(func):
        return "login" if func == "usrparam" or func.startswith("user") else "person"
    if name == "user" and attribute == "name":
        return "login"
    if meant in _WRITTEN and not attribute and _LETTERS.fullmatch(func):
        return "words"
    return _FIELDS.get(meant, "")


def make_pseudonym(kind: str, number: int, real: str) -> str:
    """The pseudonym with this number; ``real`` gives the length of some kinds."""
    return _PSEUDONYMS[kind][1](number, real)


def read_number(kind: str, text: str) -> int:
    """The number of the pseudonym that a text is; 0 where it is none."""
    match = _PSEUDONYMS[kind][0].fullmatch(text)
    if match is None:
        return 0
    if kind == "ipv4":
        return max(int(IPv4Address(text)) - int(IPv4Address("198.18.0.0")), 0)
    if kind == "ipv6":
        return int(IPv6Address(text)) - int(IPv6Address("2001:db8::"))
    return int(match[1])


def recognize(text: str) -> str:
    """The kind of the pseudonym that a text is; empty where it is none."""
    return next((kind for kind in _PSEUDONYMS if read_number(kind, text)), "")


def is_routed(text: str) -> bool:
    """Whether an address is public: not of documentation, nor of a private network."""
    try:
        return ip_address(text).is_global
    except ValueError:
        return False
