"""Clients that are bad on purpose by what they send, or by how they read what they get."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx

from contracts.checks.client.adapter import CustomAdapter
from contracts.checks.client.adapter.common import AdapterSetup
from contracts.checks.client.adapter.custom import report_on
from contracts.checks.client.protocol import ClientReport, StepResult
from reseller_client import (
    LicenseOrder,
    UnknownOutcome,
)

Form = dict[str, str]


class AlteringTransport(httpx.BaseTransport):
    """A transport that changes requests or answers; the base changes nothing."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.read().decode(), keep_blank_values=True))
        sent = self.sent(request, form)
        return self.got(form, self._inner.handle_request(sent))

    def sent(self, request: httpx.Request, form: Form) -> httpx.Request:
        changed = self.form(form)
        return request if changed == form else again(request, changed)

    def form(self, form: Form) -> Form:
        return form

    def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - for those that look
        return answer


def again(request: httpx.Request, form: Form, query: str = "") -> httpx.Request:
    url = f"{request.url}?{query}" if query else str(request.url)
    return httpx.Request(
        request.method,
        url,
        content=urlencode(form),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        extensions=request.extensions,
    )


def orders(form: Form) -> bool:
    return form.get("func", "").endswith(".order.param") and bool(form.get("sok"))


class AlteredClient(CustomAdapter):
    """A custom billing with a transport that makes its mistake."""

    transport_class: type[AlteringTransport] = AlteringTransport

    def __init__(self, setup: AdapterSetup) -> None:
        assert setup.transport is not None
        super().__init__(replace(setup, transport=self.transport_class(setup.transport)))


class NeverConfirms(AlteredClient):
    """Calls the form without `sok` and takes that for an order."""

    class transport_class(AlteringTransport):  # noqa: N801 - the attribute of its name
        def form(self, form: Form) -> Form:
            return {n: v for n, v in form.items() if n != "sok"} if orders(form) else form

    def order(self) -> ClientReport:
        try:
            self.client.licenses.order_once(self.license_order())
        except UnknownOutcome:
            return ClientReport(StepResult.OK)
        raise AssertionError("it was confirmed")


class OrdersWithoutItsNumber(AlteredClient):
    """Sends no `remoteid`; keeps the seller's number in its own open_database instead."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            return {n: v for n, v in form.items() if n != "remoteid"}

    def order(self) -> ClientReport:
        existing = self.setup.folder / self.step["reference"]
        if existing.exists():
            return report_on(self.client.licenses.wait_for_key(int(existing.read_text())))
        ordered = self.client.licenses.order_once(self.license_order())
        existing.write_text(str(ordered.license_id))
        return report_on(self.client.licenses.wait_for_key(ordered.license_id or 0))

    def deliver(self) -> ClientReport:
        return self.order()


class OrdersUnderAWord(OrdersWithoutItsNumber):
    """Has no number yet when it orders, and its form encoder writes a word for nothing."""

    class transport_class(AlteringTransport):  # noqa: N801
        own_number = "None"

        def form(self, form: Form) -> Form:
            return {**form, "remoteid": self.own_number} if "remoteid" in form else form


class OrdersUnderOneNumber(OrdersWithoutItsNumber):
    """Orders everything under the name of its shop."""

    class transport_class(OrdersUnderAWord.transport_class):  # noqa: N801
        own_number = "my-shop"


class OrdersUnderTheNextNumber(OrdersWithoutItsNumber):
    """Counts too early: each order carries the number of the next one."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            if (number := form.get("remoteid", "")).isdigit():
                return {**form, "remoteid": str(int(number) + 1)}
            return form


class ReadsOnlyId(AlteredClient):
    """Does not know `item.id`: an order without `id` did not happen."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:
            if not orders(form):
                return answer
            body = re.sub(rb"<item\.id>\d+</item\.id>", b"", answer.read())
            return httpx.Response(answer.status_code, content=body)

    def order(self) -> ClientReport:
        if self.licenses.reconcile(self.step["reference"]) is None:
            try:
                self.client.licenses.order_once(self.license_order())
            except UnknownOutcome as problem:
                if "no number" in str(problem):
                    return ClientReport(StepResult.FAILED, reason="no id")
                raise
        return super().order()


def first_digits(element: re.Match[bytes]) -> bytes:
    """Cuts the number in the text and in the attribute `orig`."""
    return re.sub(rb"(\d+)[^\d.<\"][^<\"]*", rb"\1", element[0])


class ReadsPlainNumbers(AlteredClient):
    """A balance is what stands before the first blank or comma."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:
            if form.get("func") != "subaccount":
                return answer
            body = re.sub(rb"<balance[^<]*", first_digits, answer.read())
            return httpx.Response(answer.status_code, content=body)


class RenewsItselfByAMonth(AlteredClient):
    """The seller's renewal is always by a month, whatever the period is."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            requested = form.get("autoprolong", "null") != "null"
            return {**form, "autoprolong": "1"} if requested and orders(form) else form


class TakesAnything(AlteredClient):
    """What is no error is success, and remembered as one."""

    def order(self) -> ClientReport:
        done = self.setup.folder / self.step["reference"]
        if done.exists():
            return ClientReport(StepResult.OK)
        if self.licenses.reconcile(self.step["reference"]) is None:
            try:
                self.client.licenses.order_once(self.license_order())
            except UnknownOutcome as problem:
                if "no number" not in str(problem):
                    raise
                done.touch()
                return ClientReport(StepResult.OK)
        return super().order()


class TakesLinkForAnswer(TakesAnything):
    """A page that is no error is success."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - as the base has it
            body = answer.read()
            long = b"long" in body and b"<doc" not in body
            return httpx.Response(answer.status_code, content=b"<doc><ok/></doc>" if long else body)


class ReadsTornAnswers(AlteredClient):
    """Takes what came for all there is."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - as the base has it
            body = b""
            try:
                for part in answer.stream:  # type: ignore[union-attr]
                    body += part
            except OSError:
                if not body:
                    raise
                body += b"</lickey></doc>"
            return httpx.Response(answer.status_code, content=body)


class PasswordInAddress(AlteredClient):
    """Sends its login in the query."""

    class transport_class(AlteringTransport):  # noqa: N801
        def sent(self, request: httpx.Request, form: Form) -> httpx.Request:
            if "authinfo" not in form:
                return request
            rest = dict(form)
            return again(request, rest, urlencode({"authinfo": rest.pop("authinfo")}))


class GivesUpASession(AlteredClient):
    """Logs in once a day."""

    class transport_class(AlteringTransport):  # noqa: N801
        logins = 0

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if b"func=auth" in request.read():
                self.logins += 1
                if self.logins > 1:
                    text = b'<doc><error type="access"><msg>not again</msg></error></doc>'
                    return httpx.Response(200, content=text)
            return super().handle_request(request)


class RawList(CustomAdapter):
    """Reads lists out of bjson by hand."""

    def handlers(self) -> Mapping[str, Callable[[], ClientReport]]:
        return {**super().handlers(), "list": self.listed}

    def listed(self) -> ClientReport:
        ids: list[int] = []
        for page in range(1, 4):
            ids_of_page = self.read_page(page)
            ids += [number for number in ids_of_page if number not in ids]
        return ClientReport(StepResult.OK, ids=tuple(ids))

    def read_page(self, page: int) -> list[int]:
        seller = self.step["seller"]
        form = {
            "func": "soft",
            "out": "bjson",
            "p_num": str(page),
            "authinfo": f"{seller['login']}:{seller['password']}",
        }
        with httpx.Client(transport=self.setup.transport) as http:
            return self.read(json.loads(http.post(seller["url"], data=form).content))

    def read(self, answer: Mapping[str, Any]) -> list[int]:
        matches = answer.get("elem", [])
        several = matches if isinstance(matches, list) else [matches]
        return [int(row["id"]) for row in several]


class CrashesOnOneRow(RawList):
    """Rows are always in an array."""

    def read(self, answer: Mapping[str, Any]) -> list[int]:
        return [int(row["id"]) for row in answer.get("elem", [])]


class CrashesOnNoRows(RawList):
    """There is always a row."""

    def read(self, answer: Mapping[str, Any]) -> list[int]:
        assert answer["elem"]
        return super().read(answer)


class ReadsOnePage(RawList):
    """The first page is the list."""

    def listed(self) -> ClientReport:
        return ClientReport(StepResult.OK, ids=tuple(self.read_page(1)))


class NeverResetsAFilter(AlteredClient):
    """A list shows what there is, whoever looked at it last."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            return {name: text for name, text in form.items() if name != "filter"}

        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - any
            body = re.sub(rb"<saved_filters>.*?</saved_filters>", b"", answer.read())
            return httpx.Response(answer.status_code, content=body)


class SearchesAFilteredList(NeverResetsAFilter):
    """What was ordered is in the list, or was not ordered."""


class OrdersAnotherTariff(CustomAdapter):
    """Has one article for everything it sells."""

    def license_order(self) -> LicenseOrder:
        return replace(super().license_order(), tariff=3887)


class DeletesForSuspending(AlteredClient):
    """Whoever does not pay is thrown out."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            if not form.get("func", "").endswith(".suspend"):
                return form
            return {**form, "func": form["func"].replace(".suspend", ".delete"), "sok": "ok"}


class RepeatsANumber(AlteredClient):
    """Sends a list as its library does: the same name once for each element."""

    class transport_class(AlteringTransport):  # noqa: N801
        def sent(self, request: httpx.Request, form: Form) -> httpx.Request:
            several = form.get("elid", "").split(", ")
            if len(several) == 1 or not form["func"].endswith(".suspend"):
                return request
            rest = {name: value for name, value in form.items() if name != "elid"}
            return again(request, rest, urlencode([("elid", number) for number in several]))


class SendsNothingForNothing(AlteredClient):
    """Its library writes an empty text for null."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            off = form.get("autoprolong") == "null" and not orders(form)
            return {**form, "autoprolong": ""} if off else form


class GuessesLatin1(AlteredClient):
    """Believes that text/xml without a charset is Latin-1."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - as the base
            text = answer.read().decode("latin-1")
            return httpx.Response(answer.status_code, content=text.encode())


class WritesNamesAsTheyAre(AlteredClient):
    """Joins its form by hand: a + in a name is a blank at the seller."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            signed = {name: form[name] for name in ("authinfo", "username") if name in form}
            return {**form, **{name: text.replace("+", " ") for name, text in signed.items()}}
