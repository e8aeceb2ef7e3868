"""Modules of control panels: order for a license, read, move, prolong by the seller, delete.

Source: docs/trade.md section 8 (documented: ordering, prolonging, deleting); the rest follows the
naming rule, docs/modules.md section 2. A module is prolonged by
`client.services.prolong(..., itemtype="addition")`.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

from reseller_client.errors import AlreadyExists, NotUnderstood, UnknownOutcome
from reseller_client.services.module_models import Module, ModuleRow, OrderedModule
from reseller_client.services.reading import read_cost, read_end, read_state, read_tariff
from reseller_client.transport.listing import PAGE, every_page
from reseller_client.transport.retry import once
from reseller_client.transport.values import (
    Status,
    read_autoprolong,
    read_flag,
    read_int,
    read_status,
    write_autoprolong,
    write_ids,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reseller_client.services.module_models import ModuleOrder
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field


class Modules:
    """Modules of the account's licenses. Reached as `client.modules`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller

    def order(self, wish: ModuleOrder) -> OrderedModule:
        """Order a module, once, even if the answer gets lost.

        Charged at once unless `wish.skipbasket` is off. Raises ValueError for an `autoprolong` that
        is not the period, NotEnoughMoney, Missed for a license that is not there, AlreadyExists for
        a module the license has, BadValue for one its edition does not take, WrongState for a
        suspended license, UnknownOutcome. Source: `addition.order.param` (documented).
        """
        named = wish if wish.remoteid else replace(wish, remoteid=f"rc-{uuid.uuid4().hex}")
        before = frozenset(row.id for row in self.list())
        lost = False

        def trace() -> OrderedModule | None:
            nonlocal lost
            lost = True
            return self._trace(named, before)

        def attempt() -> OrderedModule:
            try:
                return self.order_once(named)
            except AlreadyExists:
                # The order before this one arrived after we had looked for it.
                found = self._trace(named, before) if lost else None
                if found is None:
                    raise
                return found

        return once(attempt, trace, self._caller.retry_policy)

    def order_once(self, wish: ModuleOrder) -> OrderedModule:
        """Send an order a single time, with no search after a lost answer."""
        if wish.autoprolong not in {None, wish.period}:
            raise ValueError(
                f"autoprolong of a module must equal the period ({wish.period}), not "
                f"{wish.autoprolong}: the seller would leave it off without saying so"
            )
        fields: dict[str, Field] = {
            "pricelist": wish.tariff,
            "item": wish.license_id,
            "period": wish.period,
            "autoprolong": write_autoprolong(wish.autoprolong),
            "remoteid": wish.remoteid,
            "skipbasket": wish.skipbasket,
            "sok": "ok",
            "clicked_button": "finish",
            **wish.extra,
        }
        answer = self._caller.call("addition.order.param", fields)
        order_id = read_int(answer.value("billorder"))
        number = read_int(answer.value("id", "item.id"))
        if number is None and order_id is None:
            raise UnknownOutcome("the order was accepted under no id at all")
        return OrderedModule(None if order_id is not None else number, wish.remoteid, order_id)

    def list(self) -> tuple[ModuleRow, ...]:
        """Return all modules of the account as the list shows them."""
        return tuple(self.iterate())

    def iterate(self, *, page: int = PAGE) -> Iterator[ModuleRow]:
        """Iterate over the list, reading `page` rows at a time. Source: `addition`."""
        for _, rows in every_page(self._caller, "addition", page=page):
            read = (_read_row(row) for row in rows)
            yield from (row for row in read if row is not None)

    def of_license(self, license_id: int) -> tuple[ModuleRow, ...]:
        """Return the modules of one license; a row that does not tell its license is asked."""
        return tuple(row for row in self.list() if self._license_of(row) == license_id)

    def find(self, remoteid: str) -> ModuleRow | None:
        """Return the living module under an id of ours. Raises UnknownOutcome for several."""
        found = [
            row
            for row in self.list()
            if row.status is not Status.DELETED and self._remoteid_of(row) == remoteid
        ]
        if len(found) > 1:
            ids = ", ".join(str(row.id) for row in found)
            raise UnknownOutcome(f"several modules stand under {remoteid}: {ids}")
        return found[0] if found else None

    def get(self, module_id: int) -> Module:
        """Return one module. Raises Missed. Source: `addition.edit`."""
        return _read_form(self._caller.call("addition.edit", {"elid": module_id}))

    def move(self, module_id: int, license_id: int) -> Module:
        """Bind a module to another license of the account.

        Raises what an order for that license would raise. Source: `addition.edit` with `item`; that
        clients may is documented.
        """
        return self._edit(module_id, {"item": license_id})

    def rename(self, module_id: int, remoteid: str) -> Module:
        """Set our own id of a module."""
        return self._edit(module_id, {"remoteid": remoteid})

    def set_autoprolong(self, module_id: int, months: int | None) -> Module:
        """Let the seller renew at the end by the module's period, or not at all.

        Any other number of months than the period switches it off (documented).
        """
        return self._edit(module_id, {"autoprolong": write_autoprolong(months)})

    def set_period(self, module_id: int, months: int) -> Module:
        """Change what the next terms are bought by, where the seller lets clients do it.

        Raises AccessDenied where it does not. Source: docs/modules.md section 2 (documented there
        for the newer module of WHMCS; the request is assumed).
        """
        return self._edit(module_id, {"period": months})

    def suspend(self, module_id: int | Sequence[int]) -> None:
        """Switch modules off. Raises AccessDenied where that is the administrator's alone."""
        self._caller.call("addition.suspend", {"elid": write_ids(module_id)})

    def resume(self, module_id: int | Sequence[int]) -> None:
        """Switch modules on again. Raises as `suspend` does."""
        self._caller.call("addition.resume", {"elid": write_ids(module_id)})

    def delete(self, module_id: int | Sequence[int]) -> None:
        """Delete modules; nothing is refunded. Raises Missed. Source: `addition.delete`."""
        self._caller.call("addition.delete", {"elid": write_ids(module_id), "sok": "ok"})

    def _edit(self, module_id: int, fields: dict[str, Field]) -> Module:
        answer = self._caller.call("addition.edit", {**fields, "elid": module_id, "sok": "ok"})
        # Some sellers answer a save with no more than `ok`: then the form is read again.
        complete = answer.value("elid", "id") and answer.value("pricelist")
        return _read_form(answer) if complete else self.get(module_id)

    def _trace(self, wish: ModuleOrder, before: frozenset[int]) -> OrderedModule | None:
        """What an order left: a row that was not there, of this tariff, under our id."""
        fresh = [
            row
            for row in self.list()
            if row.id not in before
            and row.tariff in {None, wish.tariff}
            and self._license_of(row) in {None, wish.license_id}
            and self._remoteid_of(row) in {"", wish.remoteid}
        ]
        if not fresh:
            return None
        if len(fresh) > 1:
            ids = ", ".join(str(row.id) for row in fresh)
            raise UnknownOutcome(f"several modules answer to {wish.remoteid}: {ids}")
        return OrderedModule(fresh[0].id, wish.remoteid, found_again=True)

    def _license_of(self, row: ModuleRow) -> int | None:
        return row.license_id if row.license_id is not None else self.get(row.id).license_id

    def _remoteid_of(self, row: ModuleRow) -> str:
        return row.remoteid if row.remoteid is not None else self.get(row.id).remoteid


def _read_row(row: Node) -> ModuleRow | None:
    """Read a row of the list; a row without an id is no module and is skipped."""
    number = read_int(row.value("id"))
    if number is None:
        return None
    state = read_state(row)
    return ModuleRow(
        id=number,
        license_id=read_int(row.value("item")),
        name=row.value("name"),
        intname=row.value("intname"),
        tariff=read_tariff(row),
        remoteid=row.value("remoteid") if row.has("remoteid") else None,
        status=read_status(state) or Status.UNKNOWN,
        period=read_int(row.value("period")),
        autoprolong=read_autoprolong(row.value("autoprolong")),
        expires_on=read_end(row),
        cost=read_cost(row),
    )


def _read_form(answer: Answer) -> Module:
    """Read the form of a module, its fields above or in the inner document."""
    form = answer.form()
    number = read_int(form.value("elid", "id"))
    if number is None:
        raise NotUnderstood("the form of the module carries no id")
    return Module(
        id=number,
        license_id=read_int(form.value("item")),
        name=form.value("name"),
        tariff=read_int(form.value("pricelist", "pricelist_id")),
        remoteid=form.value("remoteid"),
        status=read_status(form.value("status")) or Status.UNKNOWN,
        period=read_int(form.value("period")),
        autoprolong=read_autoprolong(form.value("autoprolong")),
        expires_on=read_end(form),
        scheduled_close=read_flag(form.value("scheduledclose")),
    )
