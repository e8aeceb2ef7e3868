"""Clients that are bad on purpose by what they do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from contracts.checks.client.adapter import CustomAdapter
from contracts.checks.client.adapter.common import StepFields
from contracts.checks.client.adapter.custom import Row, report_on
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import (
    AccessDenied,
    AlreadyExists,
    AuthFailed,
    BadValue,
    Client,
    LoginLocked,
    NotEnoughMoney,
    NotTheSeller,
    NotUnderstood,
    Refused,
    UnknownOutcome,
)
from reseller_client.transport.values import Status, read_date


class TakesErrorsForSuccess(CustomAdapter):
    """HTTP 200 is success."""

    def order(self) -> ClientReport:
        try:
            return super().order()
        except BadValue:
            return ClientReport(StepResult.OK)


class ReadsOneType(CustomAdapter):
    """All virtual servers are in `vds`."""

    def list_services(self) -> Iterator[Row]:
        return self.list_rows()


class SaysItAgain(CustomAdapter):
    """What was refused is sent again, as often as its retry policy allows."""

    refusal: type[Refused] = BadValue
    times = 15

    def order(self) -> ClientReport:
        for _ in range(self.times):
            try:
                return super().order()
            except self.refusal:
                continue
        return super().order()


class OrdersWithoutMoney(SaysItAgain):
    """An order refused for lack of money is sent again and again."""

    refusal = NotEnoughMoney


class LogsInForEver(SaysItAgain):
    """`access` can only mean that the session died."""

    refusal = AccessDenied


class HammersTheLock(SaysItAgain):
    """A locked login will open if one only tries."""

    refusal = LoginLocked
    times = 40


class HammersTheGuard(CustomAdapter):
    """A page will be an answer if one only tries."""

    def order(self) -> ClientReport:
        for _ in range(10):
            try:
                return super().order()
            except NotTheSeller:
                continue
        return super().order()


class OrdersTwice(CustomAdapter):
    """No answer setup that nothing happened."""

    def order(self) -> ClientReport:
        license_order = self.license_order()
        if self.licenses.reconcile(license_order.remoteid) is None:
            try:
                self.client.licenses.order_once(license_order)
            except UnknownOutcome:
                self.once_more()
        return super().order()

    def once_more(self) -> None:
        try:
            self.client.licenses.order_once(self.license_order())
        except AlreadyExists:
            return


class NeverLooks(CustomAdapter):
    """Knows only what it was answered."""

    def order(self) -> ClientReport:
        ordered = self.client.licenses.order_once(self.license_order())
        return report_on(self.client.licenses.wait_for_key(ordered.license_id or 0))


class OnlyWaits(CustomAdapter):
    """No answer setup that it will come: it looks, and never orders again."""

    def order(self) -> ClientReport:
        waiting = self.setup.folder / self.step["reference"]
        existing = self.licenses.reconcile(self.step["reference"])
        if existing is None and not waiting.exists():
            try:
                self.client.licenses.order_once(self.license_order())
            except NotUnderstood:
                raise
            except UnknownOutcome:
                waiting.touch()
        if waiting.exists() and self.licenses.reconcile(self.step["reference"]) is None:
            return ClientReport(StepResult.UNKNOWN, reason="the seller will answer one day")
        return super().order()


class PollsWithoutPause(CustomAdapter):
    """Looks for the key a hundred times, as fast as it can."""

    def order(self) -> ClientReport:
        if self.missing():
            self.client.licenses.order(self.license_order())
        number = self.find().id
        for _ in range(100):
            license = self.client.licenses.get(number)
            if license.key:
                return report_on(license)
        return ClientReport(StepResult.UNKNOWN, id=number)

    def missing(self) -> bool:
        return self.licenses.reconcile(self.step["reference"]) is None


class WaitsForEver(CustomAdapter):
    """Waits for a key until there is one."""

    def order(self) -> ClientReport:
        if self.licenses.reconcile(self.step["reference"]) is None:
            self.client.licenses.order(self.license_order())
        return report_on(self.client.licenses.wait_for_key(self.find().id, reads=400))


class NeedsANumber(CustomAdapter):
    """An order that tells no number failed."""

    def order(self) -> ClientReport:
        failed = self.setup.folder / self.step["reference"]
        if not failed.exists() and self.server_flows.reconcile(self.step["reference"]) is None:
            try:
                ordered = self.client.products("vds").order_once(self.server_order())
            except (UnknownOutcome, NotUnderstood):
                return super().order()
            if ordered.service_id is None:
                failed.touch()
        if failed.exists():
            return ClientReport(StepResult.FAILED, reason="no number")
        return super().order()


class IgnoresInnerDoc(CustomAdapter):
    """A renewal whose answer has no new end above did not happen, so it is bought again."""

    def renew(self, row: Row) -> None:
        for _ in range(2):
            answer = self.client.call("service.prolong", {"elid": row.id, "period": 1, "sok": "ok"})
            if read_date(answer.root.value("newexpiredate")):
                return


class RemembersStatus(CustomAdapter):
    """What was active when it was bought is active."""

    def handlers(self) -> Mapping[str, Callable[[], ClientReport]]:
        remembered = ClientReport(StepResult.OK, status=2)
        return {**super().handlers(), "status": lambda: remembered}


class RenewsTooLate(CustomAdapter):
    """Renews what has ended."""

    def daily(self) -> ClientReport:
        for row in self.list_rows():
            if row.expires_on is not None and row.expires_on < self.today():
                self.renew(row)
        return ClientReport(StepResult.OK)


class RenewsEveryDay(CustomAdapter):
    """Renews what ends within five weeks: every day anew."""

    def daily(self) -> ClientReport:
        for row in self.list_rows():
            if row.expires_on is not None and row.expires_on < self.today() + timedelta(weeks=5):
                self.renew(row)
        return ClientReport(StepResult.OK)


class CountsItsOwnMonths(CustomAdapter):
    """Counts terms itself as PHP does: from 31 January to 3 March."""

    def daily(self) -> ClientReport:
        until = self.today() + timedelta(days=1)
        for row in self.list_rows():
            if row.created_on is not None and row.expires_on is not None:
                months = row.expires_on.year * 12 + row.expires_on.month - 1
                first = date(months // 12, months % 12 + 1, 1)
                if row.remoteid and first + timedelta(days=row.created_on.day - 1) <= until:
                    self.renew(row)
        return ClientReport(StepResult.OK)


class RenewsAfterSilence(CustomAdapter):
    """No answer to a renewal setup that nothing was renewed."""

    def renew(self, row: Row) -> None:
        try:
            self.client.services.prolong_once(row.id)
        except UnknownOutcome:
            self.client.services.prolong_once(row.id)


class MovesAgain(CustomAdapter):
    """A refused move is tried until it works."""

    def readdress(self) -> ClientReport:
        for _ in range(5):
            try:
                return super().readdress()
            except Refused:
                continue
        return ClientReport(StepResult.FAILED)


class SaysItIsOff(CustomAdapter):
    """Whatever the seller says, it is switched off."""

    def suspend(self) -> ClientReport:
        try:
            return super().suspend()
        except Refused:
            return ClientReport(StepResult.OK)


class IsImpatient(OrdersTwice):
    """Sends again what takes longer than ten seconds."""

    def make_client(self, step: StepFields) -> Client:
        seller = step["seller"]
        return Client(
            seller["url"],
            login=seller["login"],
            password=seller["password"],
            session=step["session"],
            transport=self.setup.transport,
            retry_policy=self.setup.retry_policy,
            timeout=10,
        )

    def order(self) -> ClientReport:
        if self.licenses.reconcile(self.step["reference"]) is None:
            try:
                self.client.licenses.order_once(self.license_order())
            except UnknownOutcome as problem:
                if "in time" in str(problem):
                    self.once_more()
        return CustomAdapter.order(self)


class TakesPageForOrder(CustomAdapter):
    """A page of a proxy is success."""

    def order(self) -> ClientReport:
        done = self.setup.folder / self.step["reference"]
        if done.exists():
            return ClientReport(StepResult.OK)
        if self.licenses.reconcile(self.step["reference"]) is None:
            try:
                self.client.licenses.order_once(self.license_order())
            except NotUnderstood:
                done.touch()
                return ClientReport(StepResult.OK)
        return super().order()


class DecidesByText(CustomAdapter):
    """Knows too little money by the sentence."""

    def order(self) -> ClientReport:
        try:
            return super().order()
        except NotEnoughMoney as problem:
            if "nsufficient" in problem.message:
                raise
            return ClientReport(StepResult.UNKNOWN, reason="what does that mean?")


class OrdersAgainAfterAPage(CustomAdapter):
    """What is no document did not happen."""

    def order(self) -> ClientReport:
        license_order = self.license_order()
        if self.licenses.reconcile(license_order.remoteid) is None:
            try:
                self.client.licenses.order_once(license_order)
            except NotUnderstood:
                try:
                    self.client.licenses.order_once(license_order)
                except AlreadyExists:
                    return super().order()
            except UnknownOutcome:
                return super().order()
        return super().order()


class TakesTheNewest(CustomAdapter):
    """An order that tells no number is the newest machine of the list."""

    def order(self) -> ClientReport:
        server_flows = self.server_flows
        if server_flows.reconcile(self.step["reference"]) is None:
            try:
                ordered = self.client.products("vds").order_once(self.server_order())
            except (UnknownOutcome, NotUnderstood):
                return super().order()
            if ordered.service_id is None and ordered.order_id is None:
                return report_on(server_flows.deliver(max(row.id for row in self.list_rows())))
        return super().order()


class ForgetsTheBasket(CustomAdapter):
    """What lies in the basket unpaid is no order: it is ordered anew."""

    def order(self) -> ClientReport:
        for row in self.list_rows():
            if row.remoteid == self.step["reference"] and row.status is Status.ORDERED:
                return self.anew()
        return super().order()

    def anew(self) -> ClientReport:
        license_order = replace(
            self.license_order(), ip="192.0.2.199", remoteid=f"{self.step['reference']}-2"
        )
        return report_on(self.licenses.order(license_order))


class LooksAtEach(CustomAdapter):
    """Opens the form of everything it has, every day."""

    def daily(self) -> ClientReport:
        for row in self.list_rows():
            self.client.licenses.get(row.id)
        return super().daily()


class ReadsAllPrices(CustomAdapter):
    """Fetches the price list before every order."""

    def order(self) -> ClientReport:
        self.client.call("pricelist.export", {"itemtype": "soft"})
        return super().order()


class BelievesTheMark(CustomAdapter):
    """New answers are those that the seller marks: who writes a message opens the ticket before."""

    def answers(self) -> ClientReport:
        texts: list[str] = []
        for row in self.client.tickets.list():
            if row.unread:
                messages = self.client.tickets.get(row.id).messages
                texts.append([message.text for message in messages if not message.ours][-1])
        return ClientReport(StepResult.OK, answers=tuple(texts))


class PassesEverythingOn(CustomAdapter):
    """What the seller has answered is what it answers."""

    def answers(self) -> ClientReport:
        threads = [self.client.tickets.get(row.id).messages for row in self.client.tickets.list()]
        texts = tuple(m.text for messages in threads for m in messages if not m.ours)
        return ClientReport(StepResult.OK, answers=texts)


class WritesAgain(CustomAdapter):
    """A message that nobody answered for was not written."""

    def ask(self) -> ClientReport:
        numbers = [
            row.id for row in self.client.tickets.list() if self.step["reference"] in row.subject
        ]
        if numbers:
            self.client.tickets.say(numbers[0], self.step["text"])
            return ClientReport(StepResult.OK, id=numbers[0])
        return super().ask()


class UsesTheAccountsLogin(CustomAdapter):
    """Its login is that of the account, which somebody once wrote into its settings."""

    def make_client(self, step: StepFields) -> Client:
        usual = {"login": "reseller", "password": "secret"}
        return super().make_client({**step, "seller": {**step["seller"], **usual}})


class HammersASuspendedLogin(SaysItAgain):
    """A password that was right will be right again if one only tries."""

    refusal = AuthFailed
    times = 6


class BlamesTheLine(CustomAdapter):
    """What cannot be renewed today is a matter of the connection."""

    def daily(self) -> ClientReport:
        try:
            return super().daily()
        except AccessDenied:
            return ClientReport(StepResult.UNKNOWN, reason="the seller does not answer")
