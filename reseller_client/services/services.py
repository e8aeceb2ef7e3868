"""What can be done to a service of any type: prolong, change tariff, read its history.

Source: docs/trade.md sections 4 and 5, docs/wire.md section 4.3 (inner `doc`).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.services.license_reading import read_license
from reseller_client.services.models import (
    HistoryRow,
    ProlongQuote,
    ServiceAddress,
    TariffOption,
    TariffQuote,
)
from reseller_client.transport.listing import every_row
from reseller_client.transport.retry import once
from reseller_client.transport.values import Status, read_date, read_flag, read_int, read_money

if TYPE_CHECKING:
    from datetime import date

    from reseller_client.services.models import License
    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Node
    from reseller_client.transport.values import Field


class Services:
    """Type-independent actions, by service id. Reached as `client.services`."""

    def __init__(self, caller: Caller) -> None:
        """Keep the client that makes the calls."""
        self._caller = caller

    def prolong_quote(self, service_id: int, period: int | None = None) -> ProlongQuote:
        """Ask what a prolongation by `period` months would do. Nothing is bought.

        Raises Missed, BadValue for a period not sold. Source: `service.prolong` without `sok`.
        """
        answer = self._caller.call("service.prolong", {"elid": service_id, "period": period})
        choices = (read_int(choice.key) for choice in answer.choices("period"))
        return ProlongQuote(
            expires_on=read_date(answer.value("expiredate")),
            new_expires_on=read_date(answer.value("newexpiredate")),
            period=read_int(answer.value("period")),
            periods=tuple(months for months in choices if months is not None),
            penalty=answer.value("suspendpenaltywarn"),
        )

    def prolong(self, service_id: int, period: int = 1, *, itemtype: str = "soft") -> date:
        """Buy `period` more months of a license, once. Returns the new end date.

        `itemtype` is its product type, by whose form the end date is read.
        The balance is charged at once. If the answer is lost, the end date is compared with the one
        before, and only if it has not moved is the order repeated.
        Raises NotEnoughMoney, BadValue, Missed, or UnknownOutcome where that could not be told.
        """
        before = self._end_of(service_id, itemtype)

        def find() -> date | None:
            after = self._settled(service_id, itemtype).expires_on
            if before is None or after is None:
                raise UnknownOutcome(f"service {service_id} shows no end date to compare")
            return after if after > before else None

        return once(
            lambda: self.prolong_once(service_id, period, itemtype=itemtype),
            find,
            self._caller.retry_policy,
        )

    def prolong_once(self, service_id: int, period: int = 1, *, itemtype: str = "soft") -> date:
        """Prolong with a single sending and no search after a lost answer.

        Source: `service.prolong` with `sok`; the new date is above or in the inner `doc`.
        """
        fields: dict[str, Field] = {"elid": service_id, "period": period, "sok": "ok"}
        answer = self._caller.call("service.prolong", fields)
        told = read_date(answer.value("newexpiredate"))
        new_end = told or self._end_of(service_id, itemtype)
        if new_end is None:
            raise UnknownOutcome(f"service {service_id} was prolonged, its end date is not shown")
        return new_end

    def put_prolong_in_basket(self, service_id: int, period: int = 1) -> int | None:
        """Put a prolongation in the basket instead of paying. Returns the unpaid order's id."""
        fields: dict[str, Field] = {
            "elid": service_id,
            "period": period,
            "sok": "ok",
            "clicked_button": "basket",
        }
        return read_int(self._caller.call("service.prolong", fields).value("billorder"))

    def tariffs_to_change_to(self, service_id: int) -> tuple[TariffOption, ...]:
        """List the tariffs this service may change to. Source: `service.changepricelist` form."""
        answer = self._caller.call("service.changepricelist", {"elid": service_id})
        options = ((read_int(one.key), one.label) for one in answer.choices("pricelist"))
        return tuple(TariffOption(code, label) for code, label in options if code is not None)

    def change_tariff_quote(self, service_id: int, tariff: int) -> TariffQuote:
        """Ask what changing the tariff would cost. Nothing is changed.

        Source: `service.changepricelist.pricelist` with `snext` (observed).
        """
        fields: dict[str, Field] = {"elid": service_id, "pricelist": tariff, "snext": "ok"}
        answer = self._caller.call("service.changepricelist.pricelist", fields)
        return TariffQuote(
            old_tariff=answer.value("oldpricelist"),
            new_tariff=answer.value("newpricelist"),
            old_price=read_money(answer.value("oldprice")),
            new_price=read_money(answer.value("newprice")),
            old_expires_on=read_date(answer.value("oldexpiredate")),
            new_expires_on=read_date(answer.value("newexpiredate")),
            money_info=answer.value("money_info"),
        )

    def change_tariff(
        self,
        service_id: int,
        tariff: int,
        period: int | None = None,
        *,
        itemtype: str = "soft",
    ) -> None:
        """Change the tariff of a license, once; the difference is charged at once.

        After a lost answer the license's tariff is read before anything is repeated. Raises
        NotEnoughMoney with the amount, BadValue for a tariff of another type, Missed.
        Source: `service.changepricelist` in one call (observed).
        """
        fields: dict[str, Field] = {
            "elid": service_id,
            "pricelist": tariff,
            "period": period,
            "sok": "ok",
        }

        def send() -> bool:
            self._caller.call("service.changepricelist", fields)
            return True

        def find() -> bool | None:
            found = self._settled(service_id, itemtype).tariff
            if found is None:
                raise UnknownOutcome(f"service {service_id} does not show its tariff")
            return True if found == tariff else None

        once(send, find, self._caller.retry_policy)

    def history(self, service_id: int) -> tuple[HistoryRow, ...]:
        """List what happened to a service. Column names differ, so all are kept."""
        answer = self._caller.call("service.history", {"elid": service_id})
        return tuple(
            HistoryRow(
                id=row.value("id"),
                happened=row.value("changedate", "date", "cdate", "time"),
                what=row.value("desc", "description", "event", "action", "name"),
                fields=MappingProxyType(row.fields()),
            )
            for row in answer.rows()
        )

    def addresses(self, service_id: int) -> tuple[ServiceAddress, ...]:
        """List the addresses of a service that has some. Source: `service.ip` (observed)."""
        rows = (
            _address(row) for row in every_row(self._caller, "service.ip", {"elid": service_id})
        )
        return tuple(row for row in rows if row is not None)

    def add_address(self, service_id: int, domain: str = "") -> ServiceAddress:
        """Order one more address for a machine, charged for the days that are left.

        Not repeated by itself. Raises BadValue where it has no such addon or no more, and
        NotEnoughMoney. Source: `service.ip.edit` without a number (assumed).
        """
        fields: dict[str, Field] = {"plid": service_id, "domain": domain or None, "sok": "ok"}
        answer = self._caller.call("service.ip.edit", fields)
        number = read_int(answer.value("id"))
        found = [one for one in self.addresses(service_id) if number in {None, one.id}]
        if not found:
            raise UnknownOutcome(f"the new address of service {service_id} is not in its list")
        return found[-1]

    def name_address(self, service_id: int, address_id: int, domain: str) -> None:
        """Set the name an address goes by. Source: `service.ip.edit` (observed)."""
        fields: dict[str, Field] = {"elid": address_id, "plid": service_id, "domain": domain}
        self._caller.call("service.ip.edit", {**fields, "sok": "ok"})

    def remove_address(self, service_id: int, address_id: int) -> None:
        """Give an address back; nothing is refunded. Raises WrongState for the main one, Missed.

        Source: `service.ip.delete` (observed).
        """
        fields: dict[str, Field] = {"elid": address_id, "plid": service_id, "sok": "ok"}
        self._caller.call("service.ip.delete", fields)

    def change_password(self, service_id: int, password: str) -> None:
        """Set the password of a service that has one; it never appears in an error of ours.

        Raises BadValue, WrongState, Missed. Source: `service.changepassword` (observed).
        """
        fields: dict[str, Field] = {"elid": service_id, "passwd": password, "confirm": password}
        self._caller.call("service.changepassword", {**fields, "sok": "ok"})

    def instruction(self, service_id: int) -> str:
        """Return how to use a service, as html. Source: `service.instruction.html` (observed)."""
        answer = self._caller.call("service.instruction.html", {"elid": service_id})
        return answer.value("body", "instruction", "html")

    def _end_of(self, service_id: int, itemtype: str) -> date | None:
        return self._license(service_id, itemtype).expires_on

    def _license(self, service_id: int, itemtype: str) -> License:
        return read_license(self._caller.call(f"{itemtype}.edit", {"elid": service_id}))

    def _settled(self, service_id: int, itemtype: str) -> License:
        """Read a license that nothing is being done to: else what we sent may be under way."""
        license = self._license(service_id, itemtype)
        if license.status is Status.PROCESSING:
            raise UnknownOutcome(f"service {service_id} is being processed")
        return license


def _address(row: Node) -> ServiceAddress | None:
    """Read an address; without an id it is none."""
    number = read_int(row.value("id"))
    if number is None:
        return None
    return ServiceAddress(
        id=number,
        address=row.value("name", "ip"),
        main=read_flag(row.value("is_main")),
        kind=row.value("type"),
        domain=row.value("domain"),
        gateway=row.value("gateway"),
        mask=row.value("mask"),
    )
