"""Clients that are bad on purpose by what they do next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta

from contracts.checks.client.adapter import CustomAdapter
from contracts.checks.client.adapter.common import StepFields, today_of
from contracts.checks.client.adapter.custom import Row, list_rows, report_on
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

    def order(self, client: Client, step: StepFields) -> ClientReport:
        try:
            return super().order(client, step)
        except BadValue:
            return ClientReport(StepResult.OK)


class ReadsOneType(CustomAdapter):
    """All virtual servers are in `vds`."""

    def list_services(self, client: Client, step: StepFields) -> Iterator[Row]:
        return list_rows(client, step)


class SaysItAgain(CustomAdapter):
    """What was refused is sent again, as often as its retry policy allows."""

    refusal: type[Refused] = BadValue
    times = 15

    def order(self, client: Client, step: StepFields) -> ClientReport:
        for _ in range(self.times):
            try:
                return super().order(client, step)
            except self.refusal:
                continue
        return super().order(client, step)


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

    def order(self, client: Client, step: StepFields) -> ClientReport:
        for _ in range(10):
            try:
                return super().order(client, step)
            except NotTheSeller:
                continue
        return super().order(client, step)


class OrdersTwice(CustomAdapter):
    """No answer setup that nothing happened."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        license_order = self.license_order(step)
        if self.licenses(client, step).reconcile(license_order.remoteid) is None:
            try:
                client.licenses.order_once(license_order)
            except UnknownOutcome:
                self.once_more(client, step)
        return super().order(client, step)

    def once_more(self, client: Client, step: StepFields) -> None:
        try:
            client.licenses.order_once(self.license_order(step))
        except AlreadyExists:
            return


class NeverLooks(CustomAdapter):
    """Knows only what it was answered."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        ordered = client.licenses.order_once(self.license_order(step))
        return report_on(client.licenses.wait_for_key(ordered.license_id or 0))


class OnlyWaits(CustomAdapter):
    """No answer setup that it will come: it looks, and never orders again."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        waiting = self.setup.folder / step["reference"]
        existing = self.licenses(client, step).reconcile(step["reference"])
        if existing is None and not waiting.exists():
            try:
                client.licenses.order_once(self.license_order(step))
            except NotUnderstood:
                raise
            except UnknownOutcome:
                waiting.touch()
        if waiting.exists() and self.licenses(client, step).reconcile(step["reference"]) is None:
            return ClientReport(StepResult.UNKNOWN, reason="the seller will answer one day")
        return super().order(client, step)


class PollsWithoutPause(CustomAdapter):
    """Looks for the key a hundred times, as fast as it can."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        if self.missing(client, step):
            client.licenses.order(self.license_order(step))
        number = self.find(client, step).id
        for _ in range(100):
            license = client.licenses.get(number)
            if license.key:
                return report_on(license)
        return ClientReport(StepResult.UNKNOWN, id=number)

    def missing(self, client: Client, step: StepFields) -> bool:
        return self.licenses(client, step).reconcile(step["reference"]) is None


class WaitsForEver(CustomAdapter):
    """Waits for a key until there is one."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        if self.licenses(client, step).reconcile(step["reference"]) is None:
            client.licenses.order(self.license_order(step))
        return report_on(client.licenses.wait_for_key(self.find(client, step).id, reads=400))


class NeedsANumber(CustomAdapter):
    """An order that tells no number failed."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        failed = self.setup.folder / step["reference"]
        if (
            not failed.exists()
            and self.server_flows(client, step).reconcile(step["reference"]) is None
        ):
            try:
                ordered = client.products("vds").order_once(self.server_order(step))
            except (UnknownOutcome, NotUnderstood):
                return super().order(client, step)
            if ordered.service_id is None:
                failed.touch()
        if failed.exists():
            return ClientReport(StepResult.FAILED, reason="no number")
        return super().order(client, step)


class IgnoresInnerDoc(CustomAdapter):
    """A renewal whose answer has no new end above did not happen, so it is bought again."""

    def renew(self, client: Client, step: StepFields, row: Row) -> None:  # noqa: ARG002 - as the base has it
        for _ in range(2):
            answer = client.call("service.prolong", {"elid": row.id, "period": 1, "sok": "ok"})
            if read_date(answer.root.value("newexpiredate")):
                return


class RemembersStatus(CustomAdapter):
    """What was active when it was bought is active."""

    def handlers(
        self, client: Client, step: StepFields
    ) -> Mapping[str, Callable[[], ClientReport]]:
        remembered = ClientReport(StepResult.OK, status=2)
        return {**super().handlers(client, step), "status": lambda: remembered}


class RenewsTooLate(CustomAdapter):
    """Renews what has ended."""

    def daily(self, client: Client, step: StepFields) -> ClientReport:
        for row in list_rows(client, step):
            if row.expires_on is not None and row.expires_on < today_of(step):
                self.renew(client, step, row)
        return ClientReport(StepResult.OK)


class RenewsEveryDay(CustomAdapter):
    """Renews what ends within five weeks: every day anew."""

    def daily(self, client: Client, step: StepFields) -> ClientReport:
        for row in list_rows(client, step):
            if row.expires_on is not None and row.expires_on < today_of(step) + timedelta(weeks=5):
                self.renew(client, step, row)
        return ClientReport(StepResult.OK)


class CountsItsOwnMonths(CustomAdapter):
    """Counts terms itself as PHP does: from 31 January to 3 March."""

    def daily(self, client: Client, step: StepFields) -> ClientReport:
        until = today_of(step) + timedelta(days=1)
        for row in list_rows(client, step):
            if row.created_on is not None and row.expires_on is not None:
                months = row.expires_on.year * 12 + row.expires_on.month - 1
                first = date(months // 12, months % 12 + 1, 1)
                if row.remoteid and first + timedelta(days=row.created_on.day - 1) <= until:
                    self.renew(client, step, row)
        return ClientReport(StepResult.OK)


class RenewsAfterSilence(CustomAdapter):
    """No answer to a renewal setup that nothing was renewed."""

    def renew(self, client: Client, step: StepFields, row: Row) -> None:  # noqa: ARG002 - as the base
        try:
            client.services.prolong_once(row.id)
        except UnknownOutcome:
            client.services.prolong_once(row.id)


class MovesAgain(CustomAdapter):
    """A refused move is tried until it works."""

    def readdress(self, client: Client, step: StepFields) -> ClientReport:
        for _ in range(5):
            try:
                return super().readdress(client, step)
            except Refused:
                continue
        return ClientReport(StepResult.FAILED)


class SaysItIsOff(CustomAdapter):
    """Whatever the seller says, it is switched off."""

    def suspend(self, client: Client, step: StepFields) -> ClientReport:
        try:
            return super().suspend(client, step)
        except Refused:
            return ClientReport(StepResult.OK)


class IsImpatient(OrdersTwice):
    """Sends again what takes longer than ten seconds."""

    def client(self, step: StepFields) -> Client:
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

    def order(self, client: Client, step: StepFields) -> ClientReport:
        if self.licenses(client, step).reconcile(step["reference"]) is None:
            try:
                client.licenses.order_once(self.license_order(step))
            except UnknownOutcome as problem:
                if "in time" in str(problem):
                    self.once_more(client, step)
        return CustomAdapter.order(self, client, step)


class TakesPageForOrder(CustomAdapter):
    """A page of a proxy is success."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        done = self.setup.folder / step["reference"]
        if done.exists():
            return ClientReport(StepResult.OK)
        if self.licenses(client, step).reconcile(step["reference"]) is None:
            try:
                client.licenses.order_once(self.license_order(step))
            except NotUnderstood:
                done.touch()
                return ClientReport(StepResult.OK)
        return super().order(client, step)


class DecidesByText(CustomAdapter):
    """Knows too little money by the sentence."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        try:
            return super().order(client, step)
        except NotEnoughMoney as problem:
            if "nsufficient" in problem.message:
                raise
            return ClientReport(StepResult.UNKNOWN, reason="what does that mean?")


class OrdersAgainAfterAPage(CustomAdapter):
    """What is no document did not happen."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        license_order = self.license_order(step)
        if self.licenses(client, step).reconcile(license_order.remoteid) is None:
            try:
                client.licenses.order_once(license_order)
            except NotUnderstood:
                try:
                    client.licenses.order_once(license_order)
                except AlreadyExists:
                    return super().order(client, step)
            except UnknownOutcome:
                return super().order(client, step)
        return super().order(client, step)


class TakesTheNewest(CustomAdapter):
    """An order that tells no number is the newest machine of the list."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        server_flows = self.server_flows(client, step)
        if server_flows.reconcile(step["reference"]) is None:
            try:
                ordered = client.products("vds").order_once(self.server_order(step))
            except (UnknownOutcome, NotUnderstood):
                return super().order(client, step)
            if ordered.service_id is None and ordered.order_id is None:
                return report_on(
                    server_flows.deliver(max(row.id for row in list_rows(client, step)))
                )
        return super().order(client, step)


class ForgetsTheBasket(CustomAdapter):
    """What lies in the basket unpaid is no order: it is ordered anew."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        for row in list_rows(client, step):
            if row.remoteid == step["reference"] and row.status is Status.ORDERED:
                return self.anew(client, step)
        return super().order(client, step)

    def anew(self, client: Client, step: StepFields) -> ClientReport:
        license_order = replace(
            self.license_order(step), ip="192.0.2.199", remoteid=f"{step['reference']}-2"
        )
        return report_on(self.licenses(client, step).order(license_order))


class LooksAtEach(CustomAdapter):
    """Opens the form of everything it has, every day."""

    def daily(self, client: Client, step: StepFields) -> ClientReport:
        for row in list_rows(client, step):
            client.licenses.get(row.id)
        return super().daily(client, step)


class ReadsAllPrices(CustomAdapter):
    """Fetches the price list before every order."""

    def order(self, client: Client, step: StepFields) -> ClientReport:
        client.call("pricelist.export", {"itemtype": "soft"})
        return super().order(client, step)


class BelievesTheMark(CustomAdapter):
    """New answers are those that the seller marks: who writes a message opens the ticket before."""

    def answers(self, client: Client) -> ClientReport:
        texts: list[str] = []
        for row in client.tickets.list():
            if row.unread:
                messages = client.tickets.get(row.id).messages
                texts.append([message.text for message in messages if not message.ours][-1])
        return ClientReport(StepResult.OK, answers=tuple(texts))


class PassesEverythingOn(CustomAdapter):
    """What the seller has answered is what it answers."""

    def answers(self, client: Client) -> ClientReport:
        threads = [client.tickets.get(row.id).messages for row in client.tickets.list()]
        texts = tuple(m.text for messages in threads for m in messages if not m.ours)
        return ClientReport(StepResult.OK, answers=texts)


class WritesAgain(CustomAdapter):
    """A message that nobody answered for was not written."""

    def ask(self, client: Client, step: StepFields) -> ClientReport:
        numbers = [row.id for row in client.tickets.list() if step["reference"] in row.subject]
        if numbers:
            client.tickets.say(numbers[0], step["text"])
            return ClientReport(StepResult.OK, id=numbers[0])
        return super().ask(client, step)


class UsesTheAccountsLogin(CustomAdapter):
    """Its login is that of the account, which somebody once wrote into its settings."""

    def client(self, step: StepFields) -> Client:
        usual = {"login": "reseller", "password": "secret"}
        return super().client({**step, "seller": {**step["seller"], **usual}})


class HammersASuspendedLogin(SaysItAgain):
    """A password that was right will be right again if one only tries."""

    refusal = AuthFailed
    times = 6


class BlamesTheLine(CustomAdapter):
    """What cannot be renewed today is a matter of the connection."""

    def daily(self, client: Client, step: StepFields) -> ClientReport:
        try:
            return super().daily(client, step)
        except AccessDenied:
            return ClientReport(StepResult.UNKNOWN, reason="the seller does not answer")
