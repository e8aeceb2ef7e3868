"""The account: balance, user, settings, notifications, menu.

Source: docs/wire.md section 6 (observed, partly documented).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from reseller_client.account.models import (
    Currency,
    Dashboard,
    Discount,
    MenuNode,
    Provider,
    Subaccount,
    User,
)
from reseller_client.account.notifications import Notifications
from reseller_client.errors import NotUnderstood
from reseller_client.transport.call import Area
from reseller_client.transport.listing import every_row
from reseller_client.transport.reading import read_fields, read_rows
from reseller_client.transport.values import read_flag, read_int, read_money

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reseller_client.account.models import Notice
    from reseller_client.transport.document import Node
    from reseller_client.transport.values import Field, Money

SERVICES_SECTION: Final = "mainmenuservice"
"""The section of the menu that lists services, by the name clients look for."""


class Account(Area):
    """The account at the seller. Reached as `client.account`.

    Every method raises the seller's Refused, or TransportError where its answer is not known.
    """

    def subaccounts(self) -> tuple[Subaccount, ...]:
        """Return the balances with all providers. Source: `subaccount`."""
        rows = (_subaccount(row) for row in self._caller.call("subaccount").rows())
        return tuple(row for row in rows if row is not None)

    def balance(self, provider: str = "") -> Money:
        """Return the balance with a provider, by default the first one.

        Raises NotUnderstood where the seller lists none.
        """
        for row in self.subaccounts():
            if provider in {"", row.provider}:
                return row.balance
        raise NotUnderstood(f"no subaccount with {provider or 'any provider'} is listed")

    def dashboard(self) -> Dashboard:
        """Return the balance and how long it lasts. Source: `dashboard.info`."""
        answer = self._caller.call("dashboard.info")
        row = next(iter(answer.rows()), answer.form())
        return Dashboard(
            balance=read_money(row.value("balance")),
            real_balance=read_money(row.value("realbalance")),
            enough_until=row.value("enoughmoneyto"),
        )

    def whoami(self) -> User:
        """Return who is logged in. Raises AccessDenied, AuthFailed. Source: `whoami`."""
        node = self._caller.call("whoami").field("user")
        if node is None:
            raise NotUnderstood("the answer names no user")
        return read_fields(User, node)

    def settings(self) -> Mapping[str, str]:
        """Return the settings of the user by name. Source: `usrparam`."""
        return self._caller.call("usrparam").form().fields()

    def change_settings(self, changes: Mapping[str, Field]) -> None:
        """Change settings; those that are not named stay. Raises BadValue. Source: `usrparam`."""
        self._caller.call("usrparam", {**changes, "sok": "ok"})

    def notifications(self) -> tuple[Notice, ...]:
        """Return the notices of the client area; see `client.notifications`."""
        return Notifications(self._caller).list()

    def discounts(self) -> tuple[Discount, ...]:
        """Return the discounts and promotions of the account. Source: `account.discountinfo`."""
        rows = self._caller.call("account.discountinfo").table("promotion")
        return tuple(_discount(row) for row in rows)

    def currencies(self) -> tuple[Currency, ...]:
        """Return the currencies of the seller. Source: `currency`."""
        rows = self._caller.call("currency").rows()
        return tuple(
            Currency(
                row.value("iso", "id"),
                row.value("name"),
                read_flag(row.value("is_default")),
                read_int(row.value("id")),
            )
            for row in rows
        )

    def providers(self) -> tuple[Provider, ...]:
        """Return the providers of the seller. Source: `project` (documented)."""
        return read_rows(Provider, self._caller.call("project").rows())

    def users(self) -> tuple[User, ...]:
        """Return the logins of the account. Source: `user` (observed; columns assumed)."""
        return tuple(read_fields(User, row) for row in every_row(self._caller, "user"))

    def change_user(self, user_id: int, changes: Mapping[str, Field]) -> None:
        """Change fields of a login: its phone or language, or `passwd`. Name and mail stay.

        After a new password the client needs to be created anew with it. Raises
        BadValue, Missed. Source: `user.edit` (observed).
        """
        self._caller.call("user.edit", {**changes, "elid": user_id, "sok": "ok"})

    def menu(self) -> tuple[MenuNode, ...]:
        """Return the menu, which lists the functions that this account may use.

        The tree is `mainmenu` on some sellers and `menu` on others. Source: `menu` (observed).
        """
        answer = self._caller.call("menu")
        roots = (answer.field(name) for name in ("mainmenu", "menu"))
        return tuple(
            _menu_node(node) for root in roots if root is not None for node in root.all("node")
        )

    def service_lists(self) -> tuple[str, ...]:
        """Return the service lists that the menu names, such as `vds` and `vds.vps`.

        At some sellers `vds` is empty and the machines are in a subtype, and only the menu tells.
        Empty where the menu has no section of services. Source: `menu` (observed).
        """
        sections = (node for node in self.menu() if node.name == SERVICES_SECTION)
        names = (entry.action for section in sections for entry in section.nodes)
        return tuple(dict.fromkeys(name for name in names if name))


def _subaccount(row: Node) -> Subaccount | None:
    """Return a row as a balance; its currency may be part of the text."""
    balance = read_money(row.value("balance"), row.value("currency", "currency_str"))
    if balance is None:
        return None
    return Subaccount(read_int(row.value("id")), row.value("project"), balance)


def _inner(row: Node, name: str) -> str:
    """Return a text that may stand one level deeper, in an element of the same name."""
    node = row.first(name)
    return "" if node is None else node.value(name) or node.text


def _discount(row: Node) -> Discount:
    """Return a discount; its percentage may have a percent sign."""
    percent = read_money(row.value("discount", "percent").replace("%", ""))
    return Discount(
        name=_inner(row, "name") or row.value("id"),
        percent=None if percent is None else percent.amount,
        itemtype=row.value("itemtype"),
        promo_code=row.value("promocode"),
        tariff=read_int(row.value("pricelist")),
        fields=MappingProxyType(row.fields()),
    )


def _menu_node(node: Node) -> MenuNode:
    """Return an entry of the menu with everything below it."""
    return MenuNode(
        name=node.value("name"),
        action=node.value("action"),
        kind=node.value("type"),
        nodes=tuple(_menu_node(child) for child in node.all("node")),
    )
