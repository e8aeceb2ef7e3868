"""One seller in the test's own process, called through ``/billmgr``; tests move its clock."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from emulator import testing
from emulator.clock import SystemClock
from emulator.testing import Answer

DAY = date(2026, 3, 15)
"""The day on which the worlds of these tests were made."""


class Seller:
    """The world ``small``, and others by ``world``; ``who`` is a login, or nobody."""

    def __init__(self, seeds: Path) -> None:
        self._waited = 0.0
        self._at = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
        system_clock = SystemClock(now=lambda: self._at, elapsed=self._elapsed)
        self._seller = testing.Seller(seeds=seeds, system_clock=system_clock)
        self.worlds = self._seller.worlds
        self.client = self._seller.wsgi.test_client(use_cookies=False)

    def _elapsed(self) -> float:
        return self._at.timestamp() + self._waited

    def wait(self, seconds: float) -> None:
        """So many seconds pass by, on no calendar."""
        self._waited += seconds

    def close(self) -> None:
        """Throws everything away."""
        self._seller.close()

    def begin(self) -> None:
        """The first day again, and nothing has happened."""
        self.move_to(DAY)
        for name in set(self.worlds.names()) - {"default"}:
            self.worlds.remove(name)
        self.worlds.reset("default")

    def move_to(self, day: date) -> None:
        """It is noon of that day."""
        self._at += timedelta(days=(day - self._at.date()).days)

    def answer(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> Answer:
        """What came back, as any client would get it."""
        login = {} if who is None else {"authinfo": f"{who}:secret"}
        path = f"/w/{world}/billmgr" if world else "/billmgr"
        got = self.client.post(path, data={"func": func, **login, **params})
        assert got.status_code == 200
        return Answer(got.status_code, dict(got.headers), got.data)

    def text(self, func: str, who: str | None = "reseller", world: str = "", **params: str) -> str:
        return self.answer(func, who, world, **params).text

    def doc(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> Element:
        return self.answer(func, who, world, **params, out="xml").xml

    def json(self, func: str, who: str | None = "reseller", **params: str) -> dict[str, Any]:
        doc: dict[str, Any] = self.answer(func, who, **params, out="json").json["doc"]
        return doc

    def flat(self, func: str, who: str | None = "reseller", **params: str) -> dict[str, Any]:
        answer: dict[str, Any] = self.answer(func, who, **params, out="bjson").json
        return answer

    def rows(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> list[dict[str, str]]:
        answer = self.answer(func, who, world, **params, out="xml")
        assert answer.error is None
        return answer.rows()

    def csv(self, func: str, **params: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(func, **params, out="csv"))))

    def refusal(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> str:
        """``type/object`` of the error."""
        error = self.answer(func, who, world, **params, out="xml").error
        assert error is not None
        return f"{error.type}/{error.object}"

    def order_at(self, world: str, **params: str) -> dict[str, str]:
        """Orders a server in another world; returns the numbers in the answer."""
        usual = {"pricelist": "6", "period": "1", "skipbasket": "on", "sok": "ok"}
        doc = self.doc("vds.order.param", world=world, **{**usual, **params})
        assert doc.find("ok") is not None
        names = ("id", "item.id", "billorder")
        return {name: doc.findtext(name) or "" for name in names if doc.find(name) is not None}

    def order(self, address: str, tariff: str = "55227", period: str = "1", **params: str) -> str:
        """The id of a license, ordered and paid."""
        doc = self.doc(
            "soft.order.param",
            pricelist=tariff,
            period=period,
            ip=address,
            skipbasket="on",
            sok="ok",
            **params,
        )
        number = doc.findtext("id")
        assert number is not None
        return number


def child(of: Element, path: str) -> Element:
    """The element at the path; there must be one."""
    element = of.find(path)
    assert element is not None, path
    return element
