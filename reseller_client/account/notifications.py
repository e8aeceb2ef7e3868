"""The notices that the seller shows in its client area.

Source: docs/wire.md section 6 (`notify`, observed; the fields of an entry are assumed).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.account.models import Notice, NoticeItem
from reseller_client.transport.call import Area
from reseller_client.transport.values import read_int

if TYPE_CHECKING:
    from reseller_client.transport.document import Node


class Notifications(Area):
    """Notices of the account. Reached as `client.notifications`."""

    def list(self) -> tuple[Notice, ...]:
        """Return the kinds of notices with their entries. Source: `notify`."""
        notify = self._caller.call("notify").field("notify")
        if notify is None:
            return ()
        return tuple(_notice(item) for item in notify.all("item"))

    def happened(self) -> tuple[NoticeItem, ...]:
        """Return all entries of all kinds of notices."""
        return tuple(thing for notice in self.list() for thing in notice.things)


def _notice(item: Node) -> Notice:
    """Return a notice; its text may be in the notice or in its entries."""
    things = tuple(
        NoticeItem(read_int(part.value("id")), part.value("msg") or part.text)
        for part in item.all("bitem")
        if not part.is_empty()
    )
    inner = "\n".join(thing.text for thing in things if thing.text)
    return Notice(item.value("name"), item.value("msg") or item.text or inner, things)
