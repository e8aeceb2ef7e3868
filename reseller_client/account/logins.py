"""Further logins of the account: one of its own for the API, as the seller advises.

Source: docs/evidence.md 130 (observed).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reseller_client.errors import NotUnderstood
from reseller_client.transport.call import Area
from reseller_client.transport.listing import every_row
from reseller_client.transport.values import read_int

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reseller_client.transport.document import Node
    from reseller_client.transport.values import Field


@dataclass(frozen=True, slots=True)
class Login:
    """A login. `rights`: what it may call where that is not everything, None: everything."""

    id: int
    name: str
    realname: str = ""
    rights: tuple[str, ...] | None = None
    suspended: bool = False


class AccountLogins(Area):
    """The logins of the account. Reached as `client.logins`."""

    def list(self) -> tuple[Login, ...]:
        """Return the logins, the account's own first. Source: `user`."""
        rows = (_login(row) for row in every_row(self._caller, "user", {}))
        return tuple(row for row in rows if row is not None)

    def add(
        self,
        email: str,
        password: str,
        *,
        realname: str = "",
        phone: str = "",
        rights: Sequence[str] | None = None,
    ) -> int:
        """Make a login whose name is the address, and return its id.

        `rights` are functions and families, such as `soft`; None allows everything. Raises
        AlreadyExists for a name in use, BadValue. Source: `user.edit`.
        """
        fields: dict[str, Field] = {
            "email": email,
            "passwd": password,
            "realname": realname or None,
            "phone": phone or None,
            "sok": "ok",
        }
        if rights is not None:
            fields |= {"default_access_allow": "off", "rights": ", ".join(rights)}
        number = read_int(self._caller.call("user.edit", fields).value("id", "elid"))
        if number is None:
            raise NotUnderstood("a login was made, but the answer has no id")
        return number

    def set_password(self, login_id: int, password: str) -> None:
        """Change the password of a login. Raises Missed. Source: `user.edit`."""
        self._caller.call("user.edit", {"elid": login_id, "passwd": password, "sok": "ok"})

    def suspend(self, login_id: int) -> None:
        """Switch a login off; its sessions end. Raises Refused for the last one, Missed."""
        self._caller.call("user.suspend", {"elid": login_id})

    def resume(self, login_id: int) -> None:
        """Switch a login on again. Raises Missed."""
        self._caller.call("user.resume", {"elid": login_id})

    def delete(self, login_id: int) -> None:
        """Delete a login. Raises Refused for the last one, Missed."""
        self._caller.call("user.delete", {"elid": login_id})


def _login(row: Node) -> Login | None:
    number = read_int(row.value("id"))
    if number is None:
        return None
    restricted = row.value("default_access_allow") == "off"
    named = tuple(name.strip() for name in row.value("rights").split(",") if name.strip())
    return Login(
        id=number,
        name=row.value("name"),
        realname=row.value("realname"),
        rights=named if restricted else None,
        suspended=row.value("enabled") == "off",
    )
