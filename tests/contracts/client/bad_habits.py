"""Clients that are bad on purpose by what they do next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from contracts.checks.client.adapter import CustomAdapter
from contracts.checks.client.adapter.common import Told, today_of
from contracts.checks.client.adapter.custom import Row, rows, shown
from contracts.checks.client.steps import Report, Result
from reseller_client import (
    AccessDenied,
    AlreadyExists,
    BadValue,
    Client,
    LoginLocked,
    NotEnoughMoney,
    NotUnderstood,
    Refused,
    UnknownOutcome,
)
from reseller_client.transport.values import Status, read_date


class TakesErrorsForSuccess(CustomAdapter):
    """HTTP 200 is success."""

    def order(self, client: Client, told: Told) -> Report:
        try:
            return super().order(client, told)
        except BadValue:
            return Report(Result.OK)


class SaysItAgain(CustomAdapter):
    """What was refused is sent again, as often as its retry policy allows."""

    refusal: type[Refused] = BadValue
    times = 15

    def order(self, client: Client, told: Told) -> Report:
        for _ in range(self.times):
            try:
                return super().order(client, told)
            except self.refusal:
                continue
        return super().order(client, told)


class OrdersWithoutMoney(SaysItAgain):
    """The same when there is no money."""

    refusal = NotEnoughMoney


class LogsInForEver(SaysItAgain):
    """`access` can only mean that the session died."""

    refusal = AccessDenied


class HammersTheLock(SaysItAgain):
    """A locked login will open if one only tries."""

    refusal = LoginLocked
    times = 40


class OrdersTwice(CustomAdapter):
    """No answer means that nothing happened."""

    def order(self, client: Client, told: Told) -> Report:
        wish = self.license_wish(told)
        if self.licenses(client, told).reconcile(wish.remoteid) is None:
            try:
                client.licenses.order_once(wish)
            except UnknownOutcome:
                self.once_more(client, told)
        return super().order(client, told)

    def once_more(self, client: Client, told: Told) -> None:
        try:
            client.licenses.order_once(self.license_wish(told))
        except AlreadyExists:
            return


class NeverLooks(CustomAdapter):
    """Knows only what it was answered."""

    def order(self, client: Client, told: Told) -> Report:
        ordered = client.licenses.order_once(self.license_wish(told))
        return shown(client.licenses.wait_for_key(ordered.license_id or 0))


class OnlyWaits(CustomAdapter):
    """No answer means that it will come: it looks, and never orders again."""

    def order(self, client: Client, told: Told) -> Report:
        waiting = self.means.folder / told["reference"]
        held = self.licenses(client, told).reconcile(told["reference"])
        if held is None and not waiting.exists():
            try:
                client.licenses.order_once(self.license_wish(told))
            except NotUnderstood:
                raise
            except UnknownOutcome:
                waiting.touch()
        if waiting.exists() and self.licenses(client, told).reconcile(told["reference"]) is None:
            return Report(Result.UNKNOWN, reason="the seller will answer one day")
        return super().order(client, told)


class PollsWithoutPause(CustomAdapter):
    """Looks for the key a hundred times, as fast as it can."""

    def order(self, client: Client, told: Told) -> Report:
        if self.missing(client, told):
            client.licenses.order(self.license_wish(told))
        number = self.find(client, told).id
        for _ in range(100):
            license = client.licenses.get(number)
            if license.key:
                return shown(license)
        return Report(Result.UNKNOWN, id=number)

    def missing(self, client: Client, told: Told) -> bool:
        return self.licenses(client, told).reconcile(told["reference"]) is None


class WaitsForEver(CustomAdapter):
    """Waits for a key until there is one."""

    def order(self, client: Client, told: Told) -> Report:
        if self.licenses(client, told).reconcile(told["reference"]) is None:
            client.licenses.order(self.license_wish(told))
        return shown(client.licenses.wait_for_key(self.find(client, told).id, reads=400))


class NeedsANumber(CustomAdapter):
    """An order that tells no number failed."""

    def order(self, client: Client, told: Told) -> Report:
        failed = self.means.folder / told["reference"]
        if not failed.exists() and self.machines(client, told).reconcile(told["reference"]) is None:
            try:
                ordered = client.products("vds").order_once(self.machine_wish(told))
            except (UnknownOutcome, NotUnderstood):
                return super().order(client, told)
            if ordered.service_id is None:
                failed.touch()
        if failed.exists():
            return Report(Result.FAILED, reason="no number")
        return super().order(client, told)


class IgnoresInnerDoc(CustomAdapter):
    """A renewal whose answer has no new end above did not happen, so it is bought again."""

    def renew(self, client: Client, told: Told, row: Row) -> None:  # noqa: ARG002 - as the base has it
        for _ in range(2):
            answer = client.call("service.prolong", {"elid": row.id, "period": 1, "sok": "ok"})
            if read_date(answer.root.value("newexpiredate")):
                return


class RemembersStatus(CustomAdapter):
    """What was active when it was bought is active."""

    def deeds(self, client: Client, told: Told) -> Mapping[str, Callable[[], Report]]:
        remembered = Report(Result.OK, status=2)
        return {**super().deeds(client, told), "status": lambda: remembered}


class RenewsTooLate(CustomAdapter):
    """Renews what has ended."""

    def daily(self, client: Client, told: Told) -> Report:
        for row in rows(client, told):
            if row.expires_on is not None and row.expires_on < today_of(told):
                self.renew(client, told, row)
        return Report(Result.OK)


class RenewsEveryDay(CustomAdapter):
    """Renews what ends within five weeks: every day anew."""

    def daily(self, client: Client, told: Told) -> Report:
        for row in rows(client, told):
            if row.expires_on is not None and row.expires_on < today_of(told) + timedelta(weeks=5):
                self.renew(client, told, row)
        return Report(Result.OK)


class RenewsAfterSilence(CustomAdapter):
    """No answer to a renewal means that nothing was renewed."""

    def renew(self, client: Client, told: Told, row: Row) -> None:  # noqa: ARG002 - as the base
        try:
            client.services.prolong_once(row.id)
        except UnknownOutcome:
            client.services.prolong_once(row.id)


class MovesAgain(CustomAdapter):
    """A refused move is tried until it works."""

    def readdress(self, client: Client, told: Told) -> Report:
        for _ in range(5):
            try:
                return super().readdress(client, told)
            except Refused:
                continue
        return Report(Result.FAILED)


class SaysItIsOff(CustomAdapter):
    """Whatever the seller says, it is switched off."""

    def suspend(self, client: Client, told: Told) -> Report:
        try:
            return super().suspend(client, told)
        except Refused:
            return Report(Result.OK)


class IsImpatient(OrdersTwice):
    """Sends again what takes longer than ten seconds."""

    def client(self, told: Told) -> Client:
        seller = told["seller"]
        return Client(
            seller["url"],
            login=seller["login"],
            password=seller["password"],
            session=told["session"],
            transport=self.means.transport,
            retry_policy=self.means.retry_policy,
            timeout=10,
        )

    def order(self, client: Client, told: Told) -> Report:
        if self.licenses(client, told).reconcile(told["reference"]) is None:
            try:
                client.licenses.order_once(self.license_wish(told))
            except UnknownOutcome as problem:
                if "in time" in str(problem):
                    self.once_more(client, told)
        return CustomAdapter.order(self, client, told)


class TakesPageForOrder(CustomAdapter):
    """A page of a proxy is success."""

    def order(self, client: Client, told: Told) -> Report:
        done = self.means.folder / told["reference"]
        if done.exists():
            return Report(Result.OK)
        if self.licenses(client, told).reconcile(told["reference"]) is None:
            try:
                client.licenses.order_once(self.license_wish(told))
            except NotUnderstood:
                done.touch()
                return Report(Result.OK)
        return super().order(client, told)


class DecidesByText(CustomAdapter):
    """Knows too little money by the sentence."""

    def order(self, client: Client, told: Told) -> Report:
        try:
            return super().order(client, told)
        except NotEnoughMoney as problem:
            if "nsufficient" in problem.message:
                raise
            return Report(Result.UNKNOWN, reason="what does that mean?")


class OrdersAgainAfterAPage(CustomAdapter):
    """What is no document did not happen."""

    def order(self, client: Client, told: Told) -> Report:
        wish = self.license_wish(told)
        if self.licenses(client, told).reconcile(wish.remoteid) is None:
            try:
                client.licenses.order_once(wish)
            except NotUnderstood:
                try:
                    client.licenses.order_once(wish)
                except AlreadyExists:
                    return super().order(client, told)
            except UnknownOutcome:
                return super().order(client, told)
        return super().order(client, told)


class TakesTheNewest(CustomAdapter):
    """An order that tells no number is the newest machine of the list."""

    def order(self, client: Client, told: Told) -> Report:
        machines = self.machines(client, told)
        if machines.reconcile(told["reference"]) is None:
            try:
                ordered = client.products("vds").order_once(self.machine_wish(told))
            except (UnknownOutcome, NotUnderstood):
                return super().order(client, told)
            if ordered.service_id is None and ordered.order_id is None:
                return shown(machines.deliver(max(row.id for row in rows(client, told))))
        return super().order(client, told)


class ForgetsTheBasket(CustomAdapter):
    """What lies in the basket unpaid is no order: it is ordered anew."""

    def order(self, client: Client, told: Told) -> Report:
        for row in rows(client, told):
            if row.remoteid == told["reference"] and row.status is Status.ORDERED:
                return self.anew(client, told)
        return super().order(client, told)

    def anew(self, client: Client, told: Told) -> Report:
        wish = replace(self.license_wish(told), ip="192.0.2.199", remoteid=f"{told['reference']}-2")
        return shown(self.licenses(client, told).order(wish))


class LooksAtEach(CustomAdapter):
    """Opens the form of everything it has, every day."""

    def daily(self, client: Client, told: Told) -> Report:
        for row in rows(client, told):
            client.licenses.get(row.id)
        return super().daily(client, told)


class ReadsAllPrices(CustomAdapter):
    """Fetches the price list before every order."""

    def order(self, client: Client, told: Told) -> Report:
        client.call("pricelist.export", {"itemtype": "soft"})
        return super().order(client, told)
