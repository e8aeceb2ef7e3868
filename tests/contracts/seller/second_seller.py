"""A second seller that differs on purpose: no control API, its own codes, prices and habits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from email.utils import format_datetime
from typing import Any
from xml.etree.ElementTree import tostring

from contracts.checks.seller.judge import Notes, Task, judge
from contracts.journeys.runs import JourneyOptions
from contracts.record.exchange import read_all
from contracts.record.levels import EVERYTHING, Choice
from contracts.target.seller import Seller, connect_wsgi
from contracts.target.spending_guard import SPEND_NOTHING, SpendingRules
from contracts.target.sums import Sum
from contracts.verdicts import Verdict
from emulator import testing
from tests.clocks import stopped_clock
from tests.contracts.seller.interception import (
    Fault,
    Fields,
    InterceptedCall,
    InterceptingApp,
    refusal,
)
from tests.handlers import REGISTRY

RECORDS = read_all()
CODES, DEARER = 700_000, Decimal("1.3")
MISSING = ("dashboard.info", "service.changepassword", "account.discountinfo")
CLOSED = ("menu",)


@dataclass
class Second:
    """The seller behind it, and every call that reached it."""

    own: testing.Seller
    calls: list[Fields] = field(default_factory=list)
    fault: Fault = lambda _: None

    def application(self) -> Callable[..., Iterable[bytes]]:
        """What the judge sees of it."""
        outside = InterceptingApp(self.own.wsgi, self._answer)

        def without_control(
            environ: dict[str, Any], start_response: Callable[..., Any]
        ) -> Iterable[bytes]:
            if environ["PATH_INFO"].startswith("/_mockseller"):
                start_response("200 OK", [("Content-Type", "text/html")])
                return [b'<html>"status": a page for every address</html>']

            def dated(status: str, headers: list[tuple[str, str]], *_: object) -> object:
                day = format_datetime(datetime.fromisoformat(self.own.clock.now))
                return start_response(status, [*headers, ("Date", day.replace("+0000", "GMT"))])

            # Nobody reads the day off an answer to a question, and the clock takes a call.
            return outside(environ, start_response if environ["QUERY_STRING"] else dated)

        return without_control

    def _answer(self, call: InterceptedCall) -> bytes | None:
        if call.func:
            self.calls.append(call.fields)
        instead = self.fault(call)
        if instead is not None:
            return instead
        if call.func in MISSING and call.fields.get("out", "xml") == "xml":
            return refusal("missed", "func")
        if call.func in CLOSED and call.fields.get("out", "xml") == "xml":
            return refusal("access", call.func)
        if call.func == "soft" and call.fields.get("out", "xml") == "xml":
            return re.sub(rb"<remoteid>[^<]*</remoteid>", b"", call.forward())
        return None

    @property
    def balance(self) -> Decimal:
        """The money of the account."""
        return Decimal(str(self.own.account()["balance"]))

    def services(self) -> set[str]:
        """The numbers of all that is not deleted."""
        kinds = ("soft", "vds", "addition")
        return {
            row["id"]
            for kind in kinds
            for row in self.own.call(kind, p_cnt=500).rows()
            if row["status"] != "4"
        }

    def saved_filters(self) -> list[str]:
        """The lists that a saved filter hides rows of."""
        lists = [f.name.removesuffix(".filter") for f in REGISTRY if f.name.endswith(".filter")]
        saved = "saved_filters/filter"
        return [name for name in lists if self.own.call(name).xml.find(saved) is not None]

    def judge_all(
        self, rules: SpendingRules = SPEND_NOTHING, choice: Choice = EVERYTHING, **task: bool
    ) -> tuple[list[Verdict], Notes]:
        """All verdicts on it, and what is told at the end."""
        notes = Notes()
        options = JourneyOptions({"vds": CODES + 6}, wait=self.own.time.pass_time)
        with self.seller(rules) as seller:
            verdicts = list(judge(RECORDS, seller, Task(choice, options, **task), notes))
        return verdicts, notes

    def seller(self, rules: SpendingRules = SPEND_NOTHING) -> Seller:
        """It, as the judge has it."""
        return connect_wsgi(self.application(), name="the second seller", rules=rules)


@contextmanager
def second_seller() -> Iterator[Second]:
    """One with services of its customer's own, which are none of the judge's business."""
    with testing.Seller("hoster", system_clock=stopped_clock()) as own:
        own.clock.freeze()
        document = own.call("pricelist.export", login="", out="xml").xml
        for tariff in document.findall("pricelist"):
            number = tariff.find("id")
            assert number is not None
            number.text = str(int(number.text or "0") + CODES)
            for period in tariff.iter("period"):
                period.set("cost", f"{Decimal(period.get('cost', '0')) * DEARER:.2f}")
        own.sell(tostring(document))
        own.provisioning("reads", 2)
        yield Second(own)


def budget(amount: str) -> SpendingRules:
    """Rules with so many euros to spend."""
    return SpendingRules(limit=Sum(Decimal(amount), "EUR"))
