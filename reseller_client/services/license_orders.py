"""Ordering a license once: what is sent, and how it is found again when the answer is lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.services.families import SOFT, Family
from reseller_client.services.license_reading import read_license
from reseller_client.services.models import LicenseRow, Ordered
from reseller_client.transport.retry import once
from reseller_client.transport.values import read_int, write_autoprolong

if TYPE_CHECKING:
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field

_Search = Callable[[], tuple[LicenseRow, ...] | None]


@dataclass(frozen=True, slots=True)
class LicenseOrder:
    """What to order. Source: `soft.order.param` and its like, docs/trade.md sections 3, 7 and 13.

    A license of the vendor or of a third party has a `licname`, and an `ip` where its tariff wants
    one; a platform has a `comment` instead of both. What is empty is not sent.
    `tariff` is the code of the price list; `period` and `autoprolong` are months (period -100 is a
    trial, autoprolong None is no renewal); `addons` maps addon ids to quantities. `remoteid` is the
    reseller's own id; left empty, a unique one is made. With `skipbasket` off the order waits in
    the basket unpaid. `extra` is sent as it stands.
    """

    tariff: int
    ip: str = ""
    licname: str = ""
    period: int = 1
    autoprolong: int | None = None
    addons: Mapping[int, int] = field(default_factory=lambda: MappingProxyType({}))
    remoteid: str = ""
    remoteip: str | None = None
    skipbasket: bool = True
    extra: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    comment: str = ""

    def check(self, family: Family) -> None:
        """Refuse what this type does not take, before anything is sent. Raises ValueError."""
        sent = {
            "licname": bool(self.licname) and family.named_by != "licname",
            "comment": bool(self.comment) and family.named_by != "comment",
            "ip": bool(self.ip) and not family.addressed,
            "remoteip": bool(self.remoteip) and not family.server_address,
            "addons": bool(self.addons) and not family.with_addons,
        }
        if strange := [name for name, given in sent.items() if given]:
            raise ValueError(f"an order of {family.code} takes no {' and no '.join(strange)}")
        family.check_autoprolong(self.autoprolong, self.period)

    def common_fields(self) -> dict[str, Field]:
        """Return what both kinds of order form take alike."""
        addons = {f"addon_{code}": quantity for code, quantity in self.addons.items()}
        return {
            "pricelist": self.tariff,
            "ip": self.ip or None,
            "licname": self.licname or None,
            "comment": self.comment or None,
            "remoteid": self.remoteid,
            "remoteip": self.remoteip,
            "skipbasket": self.skipbasket,
            "sok": "ok",
            **addons,
            **self.extra,
        }


def order_license(
    caller: Caller, wish: LicenseOrder, search: _Search, family: Family = SOFT
) -> Ordered:
    """Order once; `search` lists all licenses of the family, or returns None if it cannot."""
    named, known = _prepare(family, wish, search)
    return once(
        lambda: send_order(caller, named, family),
        lambda: _find(caller, named, _Before(family, known), search),
        caller.retry_policy,
    )


def order_license_v2(
    caller: Caller, wish: LicenseOrder, search: _Search, family: Family = SOFT
) -> Ordered:
    """Order by the newer form; a lost order is looked for, never sent again."""
    named, known = _prepare(family, wish, search)
    fields: dict[str, Field] = {
        **named.common_fields(),
        "order_period": named.period,
        "autoprolong": named.autoprolong is not None,
        "clicked_button": "order",
    }
    func = f"v2.{family.code}.order.param"
    return once(
        lambda: _ordered(caller.call(func, fields), named.remoteid),
        lambda: _find(caller, named, _Before(family, known), search),
        replace(caller.retry_policy, attempts=1),
    )


def send_order(caller: Caller, wish: LicenseOrder, family: Family = SOFT) -> Ordered:
    """Send the order a single time."""
    if not wish.remoteid:
        raise ValueError("an order needs a remoteid, by which it can be found again")
    wish.check(family)
    fields: dict[str, Field] = {
        **wish.common_fields(),
        "period": wish.period,
        "autoprolong": write_autoprolong(wish.autoprolong),
        "clicked_button": "finish",
    }
    return _ordered(caller.call(f"{family.code}.order.param", fields), wish.remoteid)


@dataclass(frozen=True, slots=True)
class _Before:
    """What was there before the order: its family, and the ids in the list if they were read."""

    family: Family
    known: frozenset[int] | None


def _prepare(
    family: Family, wish: LicenseOrder, search: _Search
) -> tuple[LicenseOrder, frozenset[int] | None]:
    """Give the order an id of its own, or remember the licenses that were there before it.

    A remoteid chosen by the caller may be on older licenses too: the seller keeps them, never
    unique. A fresh one cannot be, which saves reading the list before every order; but where the
    seller may not keep it at all, the list is the only witness and is read first.
    """
    wish.check(family)
    named = wish if wish.remoteid else replace(wish, remoteid=f"rc-{uuid.uuid4().hex}")
    if family.tells_remoteid and not wish.remoteid:
        return named, None
    rows = search()
    if rows is None:
        raise UnknownOutcome("the license list is filtered; clear the filter before ordering")
    return named, frozenset(row.id for row in rows)


def _ordered(answer: Answer, remoteid: str) -> Ordered:
    """Read what an order left: the license, or the unpaid order, under any of their names."""
    license_id = read_int(answer.value("id", "item.id"))
    order_id = read_int(answer.value("billorder", "lineitem.id", "elid"))
    if license_id is None and order_id is None:
        raise UnknownOutcome("the order was accepted under no id at all")
    return Ordered(license_id=license_id, remoteid=remoteid, order_id=order_id)


def _find(caller: Caller, wish: LicenseOrder, before: _Before, search: _Search) -> Ordered | None:
    """Look for the order in the list. Raises UnknownOutcome where the list does not tell."""
    rows = search()
    if rows is None:
        raise UnknownOutcome("the license list is filtered and cannot tell what was ordered")
    fresh = [row for row in rows if row.id not in (before.known or ())]
    found = [row for row in fresh if _is_it(caller, wish, row, before)]
    if not found:
        return None
    if len(found) > 1:
        ids = ", ".join(str(row.id) for row in found)
        raise UnknownOutcome(f"several licenses answer to {wish.remoteid}: {ids}")
    return Ordered(license_id=found[0].id, remoteid=wish.remoteid, found_again=True)


def _is_it(caller: Caller, wish: LicenseOrder, row: LicenseRow, before: _Before) -> bool:
    """Tell whether a row is the one ordered, asking its form where the list has no remoteid.

    Where neither carries one, a name says it, if the row is known not to have been there before.
    """
    if not _looks_like_it(wish, row, before.family):
        return False
    remoteid = row.remoteid if before.family.tells_remoteid else row.remoteid or None
    if remoteid is None:
        form = caller.call(f"{before.family.code}.edit", {"elid": row.id})
        remoteid = read_license(form).remoteid or None
    if remoteid is not None:
        return remoteid == wish.remoteid
    named = wish.licname if before.family.named_by == "licname" else wish.comment
    if before.family.tells_remoteid or before.known is None or not named:
        raise UnknownOutcome(f"license {row.id} may be the one ordered, the seller does not tell")
    return True


def _looks_like_it(wish: LicenseOrder, row: LicenseRow, family: Family) -> bool:
    """Tell whether name and tariff of a row are those of the order, as far as it shows them."""
    if family.named_by == "licname":
        same_name = row.licname == wish.licname
    else:
        same_name = row.comment in {None, wish.comment}
    return same_name and row.tariff in {None, wish.tariff}
