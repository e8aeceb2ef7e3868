"""The product types a reselling BILLmanager handles: what an order of each takes and gives.

A type that is not here needs one declaration, nothing else.

Source: docs/resale.md sections 2.2 and 2.8, docs/trade.md sections 3, 7 and 13 (documented).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from reseller_client.resellers.billmanager.models import NotForSale


@dataclass(frozen=True, slots=True)
class ItemType:
    """One product type: its name on the wire, and the fields of its forms.

    `takes` are the fields of an order beside tariff, period and addons, `changes` those `X.edit`
    can change, `gives` what its form tells once it runs. `templates`: it has OS templates.
    """

    code: str
    takes: tuple[str, ...]
    changes: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()
    templates: bool = False

    @property
    def gives_key(self) -> bool:
        """Whether what it gives is a key, which stands in the form alone."""
        return "lickey" in self.gives

    def check(self, fields: Iterable[str], *, change: bool = False) -> None:
        """Refuse fields this type has not. Raises NotForSale."""
        known = self.changes if change else self.takes
        if strange := [name for name in fields if name not in known]:
            doing = "change" if change else "order"
            raise NotForSale(f"{self.code} has no {', '.join(strange)} to {doing}")


_LICENSE: Final = ("ip", "licname", "lickey")
_SYSTEM: Final = ("domain", "ostempl", "recipe")
_MACHINE: Final = ("ip", "domain", "username", "password", "ostempl")
_ACCOUNT: Final = ("domain", "ip", "username", "password")
_SERVERS: Final = ("ns0", "ns1", "ns2", "ns3")
_REQUEST: Final = (
    "crt_type", "CN", "ST", "L", "O", "OU", "field_country", "emailAddress", "altname_input", "csr",
    "key",
)  # fmt: skip
_CONTACTS: Final = tuple(
    f"{who}_{what}"
    for who in ("adm", "tech")
    for what in ("fname", "lname", "jtitle", "email", "phone")
)
_CERTIFICATE: Final = ("domain", "csr", "key", "crt", "ca_crt", "valid_from", "valid_until")

_TYPES: Final = (
    ItemType("soft", ("ip", "licname", "remoteip"), ("ip", "licname", "remoteip"), _LICENSE),
    ItemType("softexternal", ("ip", "licname"), ("ip", "licname"), _LICENSE),
    ItemType("platform", ("comment",), ("comment",), ("comment", "lickey")),
    ItemType("addition", ("item",), ("item",), ("item",)),
    ItemType("vds", _SYSTEM, _SYSTEM, _MACHINE, templates=True),
    ItemType("dedic", _SYSTEM, _SYSTEM, _MACHINE, templates=True),
    ItemType("instances", _SYSTEM, _SYSTEM, _MACHINE, templates=True),
    ItemType("vhost", ("domain",), ("domain",), _ACCOUNT),
    ItemType("dnshost", ("domain",), ("domain",), _ACCOUNT),
    ItemType("storage", ("domain",), ("domain",), _ACCOUNT),
    ItemType("colocation", ("domain",), ("domain",), ("domain", "ip")),
    ItemType("certificate", (*_REQUEST, *_CONTACTS, "approver_email_1"), (), _CERTIFICATE),
    ItemType("domain", ("domain", *_SERVERS), _SERVERS, ("domain", *_SERVERS)),
)
ITEM_TYPES: Final[Mapping[str, ItemType]] = MappingProxyType({one.code: one for one in _TYPES})


class ItemTypes:
    """The types a reseller handles: those above, and those its seller made up."""

    def __init__(self, like: Mapping[str, str] = MappingProxyType({})) -> None:
        """Take in types by internal name, each like one that is declared. Raises NotForSale."""
        self._known = dict(ITEM_TYPES)
        for code, model in like.items():
            self._known[code] = replace(self.get(model), code=code)

    def get(self, code: str) -> ItemType:
        """Return the declaration of a type. Raises NotForSale for one that is not declared."""
        found = self._known.get(code)
        if found is None:
            raise NotForSale(f"product type {code} is not declared, only {', '.join(self._known)}")
        return found
