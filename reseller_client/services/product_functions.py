"""The functions that all product types share: order, list, read, change, suspend, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic

from reseller_client.errors import NotReady, UnknownOutcome
from reseller_client.services.product_types import Form, ProductType, Row
from reseller_client.transport.listing import PAGE, every_page
from reseller_client.transport.reading import read_form, read_row
from reseller_client.transport.values import Status, write_autoprolong, write_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reseller_client.transport.call import Caller
    from reseller_client.transport.document import Answer
    from reseller_client.transport.values import Field


class ProductFunctions(Generic[Form, Row]):
    """Services of one product type of the account, by id.

    Every method raises the seller's Refused, or TransportError where its answer is not known.
    """

    def __init__(self, caller: Caller, product: ProductType[Form, Row]) -> None:
        """Keep the client that makes the calls, and the product type."""
        self._caller = caller
        self.product = product

    def list(self) -> tuple[Row, ...]:
        """Return all services of this type as the list shows them."""
        return tuple(self.iterate())

    def iterate(self, *, page: int = PAGE) -> Iterator[Row]:
        """Iterate over the list, reading `page` rows at a time. Source: `soft`, `vds`."""
        for _, rows in self._pages(page, self._list_fields()):
            yield from rows

    def find(self, remoteid: str) -> Row | None:
        """Return the service, not deleted, that has this id of ours, or None.

        Raises UnknownOutcome for several, and where the list is filtered.
        """
        matches = self.find_all(remoteid)
        if len(matches) > 1:
            ids = ", ".join(str(row.id) for row in matches)
            raise UnknownOutcome(
                f"several {self.product.noun}s have the remoteid {remoteid}: {ids}"
            )
        return matches[0] if matches else None

    def find_all(self, remoteid: str) -> tuple[Row, ...]:
        """Return the services, not deleted, that have this id of ours.

        Raises UnknownOutcome where the list is filtered.
        """
        rows = self._all_rows()
        if rows is None:
            raise UnknownOutcome(
                f"the {self.product.noun} list is filtered; clear the filter first"
            )
        living = (row for row in rows if row.status is not Status.DELETED)
        return tuple(row for row in living if self._remoteid_of(row) == remoteid)

    def get(self, service_id: int) -> Form:
        """Return one service by its form. Raises Missed. Source: `soft.edit`, `vds.edit`."""
        return read_form(self.product.form, self._call("edit", {"elid": service_id}))

    def set_autoprolong(self, service_id: int, months: int | None) -> Form:
        """Set by how many months the seller renews at the end of the term; None is no renewal."""
        return self._edit(service_id, {"autoprolong": write_autoprolong(months)})

    def suspend(self, service_id: int | Sequence[int]) -> None:
        """Suspend a service, or several. The paid term keeps running.

        Raises AccessDenied where only an administrator may. Source: `soft.suspend`, `vds.suspend`.
        """
        self._call("suspend", {"elid": write_ids(service_id)})

    def resume(self, service_id: int | Sequence[int]) -> None:
        """Resume a service, or several; one whose term has ended has to be prolonged instead.

        Raises AccessDenied where only an administrator may. Source: `soft.resume`, `vds.resume`.
        """
        self._call("resume", {"elid": write_ids(service_id)})

    def delete(self, service_id: int | Sequence[int]) -> None:
        """Delete a service, or several; some tariffs let it run to its paid end. No refund.

        Raises MinimumTerm, DeletionForbidden, OperationRunning, Missed. Source: `soft.delete`.
        """
        self._call("delete", {"elid": write_ids(service_id), "sok": "ok"})

    def _wait_until(self, service_id: int, ready: Callable[[Form], bool], reads: int) -> Form:
        """Read a service, with pauses, until it is `ready`.

        At most `reads` times. Raises NotReady.
        """
        for left in reversed(range(reads)):
            service = self.get(service_id)
            if ready(service):
                return service
            if left:
                self._caller.retry_policy.wait(self._caller.retry_policy.pause)
        raise NotReady(service_id, reads)

    def _call(self, action: str, fields: Mapping[str, Field]) -> Answer:
        return self._caller.call(f"{self.product.code}.{action}", fields)

    def _edit(self, service_id: int, fields: Mapping[str, Field]) -> Form:
        answer = self._call("edit", {**fields, "elid": service_id, "sok": "ok"})
        # Some sellers answer a change with nothing but `ok`: then the form is read again.
        complete = answer.value("elid", "id") and answer.value("pricelist")
        return read_form(self.product.form, answer) if complete else self.get(service_id)

    def _list_fields(self) -> Mapping[str, Field]:
        """Return what a list is read with: nothing reads the whole list, whatever is saved."""
        return {}

    def _pages(
        self, page: int, fields: Mapping[str, Field]
    ) -> Iterator[tuple[Answer, tuple[Row, ...]]]:
        for answer, nodes in every_page(self._caller, self.product.code, fields, page=page):
            rows = (read_row(self.product.row, node) for node in nodes)
            yield answer, tuple(row for row in rows if row is not None)

    def _all_rows(self) -> tuple[Row, ...] | None:
        """Return the whole list, or None where the seller filters it."""
        return self.list()

    def _remoteid_of(self, row: Row) -> str:
        """Return our id of a row, from its form where the list does not have it."""
        return row.remoteid if row.remoteid is not None else self.get(row.id).remoteid
