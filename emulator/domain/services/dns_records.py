"""DNS records of a domain name, as `domain.dnsrecords` has them; nothing here resolves them.

Source: docs/evidence.md 157.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete, insert, select, update

from emulator.domain.services.services import Service
from emulator.domain.world import Shop
from emulator.errors import Missed
from emulator.store import tables
from emulator.store.engine import Statement, every_column, values_of


class Holder(NamedTuple):
    """Which parameters of a form hold the name of a record and what it says."""

    name: str
    values: tuple[str, ...]


HOLDERS: Final = {
    "A": Holder("dns_name", ("ipv4",)),
    "AAAA": Holder("dns_name", ("ipv6",)),
    "CNAME": Holder("dns_name", ("canonical_name",)),
    "MX": Holder("dns_name", ("mx",)),
    "NS": Holder("ns_field", ("ns_name",)),
    "SRV": Holder("host", ("srv_priority", "weight", "port", "address")),
    "TXT": Holder("dns_name", ("txt",)),
}
TYPES: Final = tuple(HOLDERS)
R = tables.dns_record.c
_LIST = Statement(select(*R).where(R.service_id == bindparam("which")).order_by(R.id))
_ADD = Statement(insert(tables.dns_record).values(every_column(tables.dns_record, "id")))
_FIXED = ("id", "service_id")
_SAVE = Statement(
    update(tables.dns_record)
    .where(R.id == bindparam("which"))
    .values(every_column(tables.dns_record, *_FIXED))
)
_DELETE = Statement(delete(tables.dns_record).where(R.id == bindparam("which")))


@dataclass(frozen=True, slots=True)
class DnsRecord:
    """One record: ``ttl`` in seconds, ``priority`` of a mail server."""

    id: int
    service_id: int
    name: str
    type: str
    value: str
    ttl: int
    priority: int

    def values(self) -> dict[str, str]:
        """What the record says, by the parameters of its type."""
        names = HOLDERS[self.type].values
        return dict(zip(names, self.value.split(" ", len(names) - 1), strict=False))


def list_records(shop: Shop, service: Service) -> list[DnsRecord]:
    """The records of a domain name, oldest first."""
    return [DnsRecord(*row) for row in shop.db.rows(_LIST, which=service.id)]


def require_record(shop: Shop, service: Service, number: int) -> DnsRecord:
    """A record of this domain name. Raises Missed."""
    for record in list_records(shop, service):
        if record.id == number:
            return record
    raise Missed("dnsrecord", str(number))


def save(shop: Shop, record: DnsRecord) -> int:
    """Writes a record, a new one where its number is 0."""
    if not record.id:
        return shop.db.insert(_ADD, **values_of(record, tables.dns_record, "id"))
    shop.db.run(_SAVE, which=record.id, **values_of(record, tables.dns_record, *_FIXED))
    return record.id


def remove(shop: Shop, record: DnsRecord) -> None:
    """Deletes a record."""
    shop.db.run(_DELETE, which=record.id)
