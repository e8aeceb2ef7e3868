"""What a client of the storm knows to have bought, and the comparison with what the seller says."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from xml.etree.ElementTree import Element

from tests.storm.connection import Connection, Difference

PRICES = {"soft": Decimal(5), "vds": Decimal(3), "addition": Decimal(10)}
"""Price of a month, by product type; nothing here costs anything else."""
MOST_ROWS = 10_000
ACTIVE = 2
DELETED = 4


@dataclass(slots=True)
class Purchase:
    """A service that was paid for; ``months``: how often, the order included."""

    type: str
    remoteid: str
    number: int
    expires: str
    months: int = 1
    deleted: bool = False
    suspended: bool = False
    item: int = 0
    """Of a module: its license."""


@dataclass(slots=True)
class Purchases:
    """Everything that one client owns in one world, by its own numbers."""

    prefix: str
    by_remoteid: dict[str, Purchase] = field(default_factory=dict)

    def add(self, purchase: Purchase) -> None:
        """Notes a service that the seller acknowledged."""
        self.by_remoteid[purchase.remoteid] = purchase

    def cost(self) -> Decimal:
        """What all of it cost."""
        paid = (PRICES[p.type] * p.months for p in self.by_remoteid.values())
        return sum(paid, Decimal(0))

    def working(self, kind: str, today: str) -> list[Purchase]:
        """Services of a type whose term runs on the day ``today`` (ISO)."""
        return [
            p
            for p in self.by_remoteid.values()
            if p.type == kind and not p.deleted and p.expires > today
        ]


def rows_of(connection: Connection, func: str) -> list[Element]:
    """All rows of a list, as one page: between two pages others buy, and rows move."""
    doc = connection.read(func, p_cnt=MOST_ROWS)
    rows = doc.findall("elem")
    if len(rows) != int(doc.findtext("p_elems") or 0):
        raise Difference(f"{connection.world}: {func} has more rows than fit on a page")
    return rows


def differences(
    connection: Connection, owned: Collection[Purchases], start: Decimal | None
) -> list[str]:
    """Compares a world at rest with what its clients know; one line for each difference.

    ``owned``: of all clients of this world; ``start``: the balance before they bought anything,
    None where somebody is buying now, and only what belongs to ``owned`` can be compared.
    """
    name = connection.world
    lines = [f"{name}: {line}" for line in _money(connection, owned, start)]
    lines += [f"{name}: {line}" for line in _services(connection, owned)]
    return lines + [
        f"{name}: {line}" for line in _expenses(connection, owned, alone=start is not None)
    ]


def _money(
    connection: Connection, owned: Iterable[Purchases], start: Decimal | None
) -> Iterable[str]:
    account = connection.insist("GET", f"/accounts/reseller?world={connection.world}")
    if Decimal(account["balance"]) != Decimal(account["ledger"]):
        yield f"the balance is {account['balance']}, the ledger says {account['ledger']}"
    if start is not None:
        expected = start - sum((p.cost() for p in owned), Decimal(0))
        if Decimal(account["balance"]) != expected:
            yield f"the balance is {account['balance']}, by the clients' books {expected}"


def _services(connection: Connection, owned: Collection[Purchases]) -> Iterable[str]:
    clock = connection.insist("GET", f"/clock?world={connection.world}")
    today = clock["now"][:10]
    prefixes = tuple(f"{p.prefix}-" for p in owned)
    purchases = {r: p for one_client in owned for r, p in one_client.by_remoteid.items()}
    keys: Counter[str] = Counter()
    for kind in PRICES:
        rows = rows_of(connection, kind)
        listed = Counter(row.findtext("remoteid") or "" for row in rows)
        yield from (f"{kind} {r} is there {n} times" for r, n in listed.items() if r and n > 1)
        for row in rows:
            remoteid = row.findtext("remoteid") or ""
            if not remoteid.startswith(prefixes):
                continue
            if remoteid not in purchases:
                yield f"{kind} {remoteid} is there, and nobody has bought it"
            else:
                yield from _row(row, purchases[remoteid], today)
        for purchase in purchases.values():
            runs = purchase.expires > today and not purchase.deleted
            if purchase.type == kind and runs and purchase.remoteid not in listed:
                yield f"{kind} {purchase.remoteid} was acknowledged and is missing"
        if kind == "soft":
            keys.update(_keys(connection, purchases.values()))
    yield from (f"{n} licenses have the key {key}" for key, n in keys.items() if n > 1)


def _row(row: Element, purchase: Purchase, today: str) -> Iterable[str]:
    what = f"{purchase.type} {purchase.remoteid}"
    if row.findtext("id") != str(purchase.number):
        yield f"{what} is number {row.findtext('id')}, acknowledged was {purchase.number}"
    if purchase.deleted:
        yield f"{what} was deleted and is listed"
    if row.findtext("real_expiredate") != purchase.expires:
        yield f"{what} ends {row.findtext('real_expiredate')}, acknowledged was {purchase.expires}"
    active = row.findtext("status") == str(ACTIVE)
    if active != (purchase.expires > today and not purchase.suspended):
        yield f"{what} has status {row.findtext('status')} on {today}"
    if purchase.type == "vds" and not row.findtext("ip"):
        yield f"{what} has no address"


def _keys(connection: Connection, purchases: Iterable[Purchase]) -> Iterable[str]:
    """The keys of the youngest licenses: those that a kill could have hit."""
    for purchase in [p for p in purchases if p.type == "soft"][-20:]:
        path = f"/services/{purchase.number}?world={connection.world}"
        yield connection.insist("GET", path)["lickey"] or f"(empty, of {purchase.number})"


def _expenses(
    connection: Connection, owned: Collection[Purchases], *, alone: bool
) -> Iterable[str]:
    paid: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows_of(connection, "expense"):
        paid[row.findtext("main_item") or ""][row.findtext("operation") or ""] += 1
    for purchases in owned:
        for purchase in purchases.by_remoteid.values():
            expected = {"open": 1, "prolong": purchase.months - 1}
            operations = paid.pop(str(purchase.number), Counter())
            if +Counter(expected) != operations:
                yield f"{purchase.type} {purchase.remoteid}: paid {dict(operations)}"
    if alone:
        yield from (
            f"money was operations for {n or 'nothing'}: {dict(c)}" for n, c in paid.items()
        )
