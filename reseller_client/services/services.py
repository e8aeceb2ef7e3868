"""Functions for services of any type: prolong, change the tariff, history, addresses, passwords.

Source: docs/trade.md sections 4 and 5, docs/wire.md section 4.3 (inner `doc`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.errors import UnknownOutcome
from reseller_client.services.models import (
    HistoryRow,
    ProductForm,
    ProlongQuote,
    ServiceAddress,
    TariffOption,
    TariffQuote,
)
from reseller_client.transport.call import Area
from reseller_client.transport.listing import every_row
from reseller_client.transport.reading import read_fields, read_form, read_rows
from reseller_client.transport.retry import once
from reseller_client.transport.values import Status, read_date, read_int

if TYPE_CHECKING:
    from datetime import date

    from reseller_client.transport.values import Field


class Services(Area):
    """Functions for services of any product type, by service id. Reached as `client.services`.

    Every method raises the seller's Refused, or TransportError where its answer is not known.
    """

    def prolong_quote(self, service_id: int, period: int | None = None) -> ProlongQuote:
        """Return what a prolongation by `period` months would do. Nothing is bought.

        Raises Missed, and BadValue for a period that is not sold. Source: `service.prolong` without
        `sok`.
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
        """Buy `period` more months, once. Returns the new end date.

        `itemtype` is the product type, whose form shows the end date. The balance is charged at
        once. If the answer is lost, the end date is compared with the one before, and the request
        is sent again only if it is the same. Raises NotEnoughMoney, BadValue, Missed, and
        UnknownOutcome where that cannot be found out.
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
        """Prolong with a single request, without a search after a lost answer.

        Raises as `prolong` does. Source: `service.prolong` with `sok`; the new date is above or in
        the inner `doc`.
        """
        fields: dict[str, Field] = {"elid": service_id, "period": period, "sok": "ok"}
        answer = self._caller.call("service.prolong", fields)
        new_end = read_date(answer.value("newexpiredate")) or self._end_of(service_id, itemtype)
        if new_end is None:
            raise UnknownOutcome(f"service {service_id} was prolonged, its end date is not shown")
        return new_end

    def put_prolong_in_basket(self, service_id: int, period: int = 1) -> int | None:
        """Put a prolongation in the basket, unpaid. Returns the id of the order."""
        fields: dict[str, Field] = {
            "elid": service_id,
            "period": period,
            "sok": "ok",
            "clicked_button": "basket",
        }
        return read_int(self._caller.call("service.prolong", fields).value("billorder"))

    def tariffs_to_change_to(self, service_id: int) -> tuple[TariffOption, ...]:
        """Return the tariffs this service may change to. Source: `service.changepricelist` form."""
        answer = self._caller.call("service.changepricelist", {"elid": service_id})
        options = ((read_int(option.key), option.label) for option in answer.choices("pricelist"))
        return tuple(TariffOption(code, label) for code, label in options if code is not None)

    def change_tariff_quote(self, service_id: int, tariff: int) -> TariffQuote:
        """Return what a change of the tariff would cost. Nothing is changed.

        Source: `service.changepricelist.pricelist` with `snext` (observed).
        """
        fields: dict[str, Field] = {"elid": service_id, "pricelist": tariff, "snext": "ok"}
        answer = self._caller.call("service.changepricelist.pricelist", fields)
        return read_fields(TariffQuote, answer.form())

    def change_tariff(
        self,
        service_id: int,
        tariff: int,
        period: int | None = None,
        *,
        itemtype: str = "soft",
    ) -> None:
        """Change the tariff, once; the difference in price is charged at once.

        After a lost answer the tariff is read before the request is sent again. Raises
        NotEnoughMoney with the amount, BadValue for a tariff of another type, Missed, and
        UnknownOutcome. Source: `service.changepricelist` in one call (observed).
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
            now = self._settled(service_id, itemtype).tariff
            if now is None:
                raise UnknownOutcome(f"service {service_id} does not show its tariff")
            return True if now == tariff else None

        once(send, find, self._caller.retry_policy)

    def history(self, service_id: int) -> tuple[HistoryRow, ...]:
        """Return the history of a service. Source: `service.history`; its columns differ."""
        answer = self._caller.call("service.history", {"elid": service_id})
        return tuple(read_fields(HistoryRow, row) for row in answer.rows())

    def addresses(self, service_id: int) -> tuple[ServiceAddress, ...]:
        """Return the addresses of a service, if it has any. Source: `service.ip` (observed)."""
        rows = every_row(self._caller, "service.ip", {"elid": service_id})
        return read_rows(ServiceAddress, rows)

    def add_address(self, service_id: int, domain: str = "") -> ServiceAddress:
        """Order one more address for a server, charged for the days that are left.

        Never sent again. Raises BadValue where its tariff allows no further address,
        NotEnoughMoney, and UnknownOutcome where the list does not show the address. Source:
        `service.ip.edit` without a number (assumed).
        """
        fields: dict[str, Field] = {"plid": service_id, "domain": domain or None, "sok": "ok"}
        answer = self._caller.call("service.ip.edit", fields)
        number = read_int(answer.value("id"))
        addresses = [row for row in self.addresses(service_id) if number in {None, row.id}]
        if not addresses:
            raise UnknownOutcome(f"the new address of service {service_id} is not in its list")
        return addresses[-1]

    def name_address(self, service_id: int, address_id: int, domain: str) -> None:
        """Set the domain name of an address. Source: `service.ip.edit` (observed)."""
        fields: dict[str, Field] = {"elid": address_id, "plid": service_id, "domain": domain}
        self._caller.call("service.ip.edit", {**fields, "sok": "ok"})

    def remove_address(self, service_id: int, address_id: int) -> None:
        """Remove an address without a refund. Raises WrongState for the main one, Missed.

        Source: `service.ip.delete` (observed).
        """
        fields: dict[str, Field] = {"elid": address_id, "plid": service_id, "sok": "ok"}
        self._caller.call("service.ip.delete", fields)

    def change_password(self, service_id: int, password: str) -> None:
        """Set the password of a service that has one. No error message contains it.

        Raises BadValue, WrongState, Missed. Source: `service.changepassword` (observed).
        """
        fields: dict[str, Field] = {"elid": service_id, "passwd": password, "confirm": password}
        self._caller.call("service.changepassword", {**fields, "sok": "ok"})

    def instruction(self, service_id: int) -> str:
        """Return how to use a service, as html. Source: `service.instruction.html` (observed)."""
        answer = self._caller.call("service.instruction.html", {"elid": service_id})
        return answer.value("body", "instruction", "html")

    def _end_of(self, service_id: int, itemtype: str) -> date | None:
        return self._form(service_id, itemtype).expires_on

    def _form(self, service_id: int, itemtype: str) -> ProductForm:
        return read_form(ProductForm, self._caller.call(f"{itemtype}.edit", {"elid": service_id}))

    def _settled(self, service_id: int, itemtype: str) -> ProductForm:
        """Return a service's form. Raises UnknownOutcome while the seller may be working on it."""
        form = self._form(service_id, itemtype)
        if form.status is Status.PROCESSING:
            raise UnknownOutcome(f"service {service_id} is being processed")
        return form
