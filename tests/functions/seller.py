"""One seller in the test's own process, asked through ``/billmgr``; the test moves its days."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from emulator.app import create_app
from emulator.clock import Machine
from emulator.settings import Settings
from emulator.worlds import Worlds

DAY = date(2026, 3, 15)
"""The day on which the worlds of these tests were made."""


class Seller:
    """The world ``small``, and others by ``world``; ``who`` is a login, or nobody."""

    def __init__(self, folder: Path) -> None:
        self._at = datetime(DAY.year, DAY.month, DAY.day, 12, tzinfo=UTC)
        machine = Machine(now=lambda: self._at, elapsed=self._elapsed)
        settings = Settings(data=folder, seeds=folder / "seeds")
        app = create_app(settings, machine)
        self.worlds: Worlds = app.extensions["mockseller"]
        self._client = app.test_client(use_cookies=False)

    def _elapsed(self) -> float:
        return self._at.timestamp()

    def close(self) -> None:
        """Gives up every open file."""
        self.worlds.close()

    def begin(self) -> None:
        """The first day again, and nothing has happened."""
        self.move_to(DAY)
        for name in set(self.worlds.names()) - {"default"}:
            self.worlds.remove(name)
        self.worlds.reset("default")

    def move_to(self, day: date) -> None:
        """It is noon of that day."""
        self._at += timedelta(days=(day - self._at.date()).days)

    def text(self, func: str, who: str | None = "reseller", world: str = "", **params: str) -> str:
        login = {} if who is None else {"authinfo": f"{who}:secret"}
        path = f"/w/{world}/billmgr" if world else "/billmgr"
        answer = self._client.post(path, data={"func": func, **login, **params})
        assert answer.status_code == 200
        return answer.get_data(as_text=True)

    def doc(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> Element:
        root: Element = fromstring(self.text(func, who, world, **params, out="xml"))
        return root

    def json(self, func: str, who: str | None = "reseller", **params: str) -> dict[str, Any]:
        doc: dict[str, Any] = json.loads(self.text(func, who, **params, out="json"))["doc"]
        return doc

    def flat(self, func: str, who: str | None = "reseller", **params: str) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.text(func, who, **params, out="bjson"))
        return answer

    def rows(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> list[dict[str, str]]:
        doc = self.doc(func, who, world, **params)
        assert doc.find("error") is None
        return [{cell.tag: cell.text or "" for cell in row} for row in doc.findall("elem")]

    def csv(self, func: str, **params: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self.text(func, **params, out="csv"))))

    def refusal(
        self, func: str, who: str | None = "reseller", world: str = "", **params: str
    ) -> str:
        """``type/object`` of the error."""
        error = self.doc(func, who, world, **params).find("error")
        assert error is not None
        return f"{error.get('type')}/{error.get('object', '')}"

    def order(self, address: str, tariff: str = "55227", period: str = "1", **params: str) -> str:
        """The id of a licence, ordered and paid."""
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
    found = of.find(path)
    assert found is not None, path
    return found
