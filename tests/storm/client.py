"""A client that buys at random, and finds out what became of every call without an answer."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from random import Random
from xml.etree.ElementTree import Element

from tests.storm.connection import Connection, LostReply
from tests.storm.purchases import DELETED, Purchase, Purchases, differences

MONEY = Decimal(100_000)
SOFT, VDS, MODULE = "55227", "6", "55371"
LABEL = "storm"
COMPARED_EVERY = 12
"""After so many steps a client compares all that it owns."""


class StormClient:
    """Acts in one world; ``alone``: the world is its own, so it also resets and moves it.

    A call that got no answer is looked up by the client's own number (`remoteid`), and repeated
    only where nothing became of it: what a careful reseller does.
    """

    def __init__(self, connection: Connection, prefix: str, chance: Random, *, alone: bool) -> None:
        self.owned = Purchases(prefix)
        self._saved: Purchases | None = None
        self._connection = connection
        self._chance = chance
        self._alone = alone
        self._count = 0
        self._steps = 0

    def prepare(self) -> None:
        """Makes the world, standing on a day, and puts money in."""
        world = self._connection.world
        body = {"name": world, "fixture": "empty", "as_of": "2027-01-31"}
        self._connection.control("POST", "/worlds", body, also=409)
        self._put_money()

    def step(self) -> None:
        """One action. Raises Difference."""
        common = [self._license] * 4 + [self._server] * 3 + [self._module, self._prolong] * 2
        common += [self._suspend, self._delete]
        own = [self._basket] * 2 + [
            self._clock,
            self._snapshot,
            self._restore,
            self._fork,
            self._carry,
        ]
        own += [self._reset] if self._chance.random() < 0.2 else []
        self._chance.choice(common + own if self._alone else common)()
        self._steps += 1
        if self._steps % COMPARED_EVERY == 0:
            self.compare()

    @property
    def world(self) -> str:
        """The name of its world."""
        return self._connection.world

    def finish(self) -> None:
        """Ends its connection."""
        self._connection.close()

    def compare(self) -> None:
        """Compares what is owned with what the seller says."""
        start = MONEY if self._alone else None
        for line in differences(self._connection, [self.owned], start):
            self._connection.tally.differ(line)

    def _today(self) -> str:
        clock = self._connection.insist("GET", f"/clock?world={self._connection.world}")
        return str(clock["now"])[:10]

    def _put_money(self) -> None:
        path = f"/accounts/reseller?world={self._connection.world}"
        self._connection.insist("PATCH", path, {"balance": str(MONEY)})

    def _find(self, kind: str, remoteid: str) -> Element | None:
        return self._connection.read(kind, filter="on", remoteid=remoteid).find("elem")

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{self.owned.prefix}-{kind}-{self._count}"

    def _until(self, is_done: Callable[[], bool], act: Callable[[], object]) -> None:
        """Acts; after a lost reply looks first whether it was done."""
        while True:
            try:
                act()
            except LostReply:
                if is_done():
                    self._connection.tally.count("lost, though done")
                    return
                self._connection.tally.count("lost and repeated")
            else:
                return

    def _order(self, kind: str, remoteid: str, act: Callable[[], object], item: int = 0) -> None:
        self._until(lambda: self._find(kind, remoteid) is not None, act)
        self._bought(kind, remoteid, item)

    def _bought(self, kind: str, remoteid: str, item: int = 0) -> None:
        row = self._find(kind, remoteid)
        if row is None:
            self._connection.tally.differ(f"{kind} {remoteid} was acknowledged and is not listed")
            return
        expires = row.findtext("real_expiredate") or ""
        number = int(row.findtext("id") or 0)
        self.owned.add(Purchase(kind, remoteid, number, expires, item=item))
        self._connection.tally.count(f"bought: {kind}")

    def _soft_order(self, remoteid: str, **more: str) -> Element:
        return self._connection.call(
            "soft.order.param", pricelist=SOFT, period=1, ip="0.0.0.0", licname=remoteid,  # noqa: S104 - "no address yet"
            remoteid=remoteid, autoprolong="null", sok="ok", **more,
        )  # fmt: skip

    def _license(self) -> None:
        remoteid = self._next("soft")
        finish = {"skipbasket": "on", "clicked_button": "finish"}
        self._order("soft", remoteid, lambda: self._soft_order(remoteid, **finish))

    def _module(self) -> None:
        items = {p.item for p in self.owned.by_remoteid.values() if p.type == "addition"}
        licenses = [p for p in self.owned.working("soft", self._today()) if not p.suspended]
        free = [p for p in licenses if p.number not in items]
        if not free:
            return
        item, remoteid = self._chance.choice(free).number, self._next("addition")
        self._order(
            "addition",
            remoteid,
            lambda: self._connection.call(
                "addition.order.param", item=item, pricelist=MODULE, period=1, autoprolong="null",
                remoteid=remoteid, skipbasket="on", clicked_button="finish", sok="ok",
            ),
            item,
        )  # fmt: skip

    def _server(self) -> None:
        """A server by way of the new cart."""
        remoteid = self._next("vds")
        self._until(
            lambda: self._find("vds", remoteid) is not None,
            lambda: self._connection.call(
                "v2.vds.order.param", pricelist=VDS, order_period=1, clicked_button="order",
                force_use_new_cart="on", sok="ok", domain=f"{remoteid}.test", remoteid=remoteid,
                autoprolong="null",
            ),
        )  # fmt: skip
        row = self._find("vds", remoteid)
        number = None if row is None else row.findtext("id")
        lines = self._connection.read("cart").findall("list[@name='lineitems']/elem")
        position = next((e.findtext("elid") for e in lines if e.findtext("item.id") == number), "")
        self._until(
            lambda: self._is_paid("vds", remoteid),
            lambda: self._connection.call(
                "cartorder.create.confirm", elid=position, paymethod_id=0, sok="ok"
            ),
        )
        self._bought("vds", remoteid)

    def _is_paid(self, kind: str, remoteid: str) -> bool:
        row = self._find(kind, remoteid)
        return row is not None and row.findtext("status") != "1"

    def _basket(self) -> None:
        """A license by way of the old basket, which is this client's alone."""
        remoteid = self._next("soft")
        self._until(
            lambda: self._find("soft", remoteid) is not None,
            lambda: self._soft_order(remoteid, clicked_button="basket"),
        )
        order = self._connection.read("basket").findtext("billorder")
        self._until(
            lambda: self._is_paid("soft", remoteid),
            lambda: self._connection.call("basket", id=order, clicked_button="free", sok="ok"),
        )
        self._bought("soft", remoteid)

    def _any(self, *kinds: str) -> Purchase | None:
        today = self._today()
        working = [p for kind in kinds for p in self.owned.working(kind, today)]
        return self._chance.choice(working) if working else None

    def _prolong(self) -> None:
        purchase = self._any("soft", "vds")
        if purchase is None or purchase.suspended:
            return
        before = purchase.expires

        def expiry() -> str:
            row = self._find(purchase.type, purchase.remoteid)
            return "" if row is None else row.findtext("real_expiredate") or ""

        self._until(
            lambda: expiry() != before,
            lambda: self._connection.call(
                "service.prolong", elid=purchase.number, period=1, sok="ok", clicked_button="finish"
            ),
        )
        purchase.expires, purchase.months = expiry(), purchase.months + 1
        self._connection.tally.count("prolonged")

    def _suspend(self) -> None:
        """Off, or on again: to do either twice is no error."""
        purchase = self._any("vds")
        if purchase is None:
            return
        func = "vds.resume" if purchase.suspended else "vds.suspend"
        self._until(lambda: False, lambda: self._connection.call(func, elid=purchase.number))
        purchase.suspended = not purchase.suspended
        self._connection.tally.count("suspended or resumed")

    def _delete(self) -> None:
        purchase = self._any("vds")
        if purchase is None:
            return
        path = f"/services/{purchase.number}?world={self._connection.world}"
        self._until(
            lambda: self._connection.insist("GET", path)["status"] == DELETED,
            lambda: self._connection.call(f"{purchase.type}.delete", elid=purchase.number),
        )
        purchase.deleted = True
        self._connection.tally.count("deleted")

    def _clock(self) -> None:
        before, path = self._today(), f"/clock?world={self._connection.world}"
        self._until(
            lambda: self._today() != before,
            lambda: self._connection.control("POST", path, {"advance": "2 days"}),
        )
        self._connection.tally.count("clock moved")

    def _snapshot(self) -> None:
        path = f"/worlds/{self._connection.world}/snapshot"
        self._connection.insist("POST", path, {"name": LABEL})
        self._saved = copy.deepcopy(self.owned)
        self._connection.tally.count("snapshots")

    def _restore(self) -> None:
        if self._saved is None:
            return
        path = f"/worlds/{self._connection.world}/restore"
        self._connection.insist("POST", path, {"name": LABEL})
        self.owned = copy.deepcopy(self._saved)
        self._connection.tally.count("restored")
        self.compare()

    def _reset(self) -> None:
        self._connection.insist("POST", f"/worlds/{self._connection.world}/reset")
        self.owned = Purchases(self.owned.prefix)
        self._put_money()
        self._connection.tally.count("reset")

    def _fork(self) -> None:
        """A copy, compared and removed; whatever becomes of it, the world is as it was."""
        into = f"{self._connection.world}-copy"
        path = f"/worlds/{self._connection.world}/fork"
        self._connection.insist("POST", path, {"into": into}, also=409)
        self._compare_and_remove(into)
        self._connection.tally.count("forked")

    def _carry(self) -> None:
        """The same by way of a file."""
        into = f"{self._connection.world}-carried"
        file = self._connection.download(f"/worlds/{self._connection.world}/export")
        self._connection.insist("POST", f"/worlds/import?name={into}", file, also=409)
        self._compare_and_remove(into)
        self._connection.tally.count("carried as a file")

    def _compare_and_remove(self, copied: str) -> None:
        other = self._connection.of(copied)
        try:
            for line in differences(other, [self.owned], MONEY):
                self._connection.tally.differ(line)
            other.insist("DELETE", f"/worlds/{copied}", also=404)
        finally:
            other.close()
