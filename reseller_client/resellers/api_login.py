"""A login of its own for the program that resells, as the vendor advises.

It has no second factor, its rights end at what reselling needs, and it can be switched off without
a change of the owner's password.

Source: docs/resale.md section 3.2 (documented: the advice); which rights reselling needs is shown
by the flows of this package.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from reseller_client.transport.retry import once

if TYPE_CHECKING:
    from collections.abc import Iterable

    from reseller_client.client import Client

RIGHTS: Final = (
    "basket", "cart", "cartorder", "clientticket", "clientticket_archive", "expense", "order",
    "pricelist", "service", "subaccount",
)  # fmt: skip
"""Functions and families that the flows of every kind of reseller call, beside product types."""


@dataclass(frozen=True, slots=True)
class ApiLogin:
    """A login for a program: its number and name, its password, and what it may call."""

    id: int
    name: str
    password: str = field(repr=False)
    rights: tuple[str, ...]


def rights_to_resell(product_types: Iterable[str]) -> tuple[str, ...]:
    """Return the rights of a login that resells these product types, such as `soft` and `vds`."""
    return tuple(sorted({*RIGHTS, *product_types}))


def add_api_login(
    owner: Client, email: str, password: str, *, product_types: Iterable[str]
) -> ApiLogin:
    """Make a login for the program, once, even if the answer gets lost.

    `owner` is a client with the right to make logins, usually the account's own. The login's name
    is the e-mail address. Raises AlreadyExists for a name in use, BadValue, AccessDenied, and
    UnknownOutcome.
    """
    rights = rights_to_resell(product_types)

    def find() -> int | None:
        named = (login.id for login in owner.logins.list() if login.name == email)
        return next(named, None)

    number = once(
        lambda: owner.logins.add(email, password, rights=rights), find, owner.retry_policy
    )
    return ApiLogin(number, email, password, rights)
