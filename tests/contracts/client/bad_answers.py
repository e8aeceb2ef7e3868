"""Clients that are bad on purpose by what they take for an answer, or for a safe place."""

from __future__ import annotations

from urllib.parse import urlencode

import httpx

from tests.contracts.client.bad_transports import (
    AlteredClient,
    AlteringTransport,
    Form,
    TakesAnything,
    again,
    orders,
)

DONE = b"<doc><ok/></doc>"


class TakesAPage(TakesAnything):
    """A page with HTTP 200 is no error."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:
            body = answer.read()
            page = orders(form) and answer.status_code == httpx.codes.OK and b"<html" in body
            link = b"long" in body
            return httpx.Response(answer.status_code, content=DONE if page and not link else body)


class TakesNothing(TakesAnything):
    """Nothing is no error."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:
            body = answer.read()
            return httpx.Response(
                answer.status_code, content=DONE if orders(form) and not body else body
            )


class BelievesContentType(AlteredClient):
    """Reads what is called XML, and nothing else."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - as the base
            if answer.headers.get("Content-Type", "").startswith("text/plain"):
                return httpx.Response(answer.status_code, content=b"")
            return answer


class SessionInAddress(AlteredClient):
    """Sends its session in the query."""

    class transport_class(AlteringTransport):  # noqa: N801
        def sent(self, request: httpx.Request, form: Form) -> httpx.Request:
            if "auth" not in form:
                return request
            rest = dict(form)
            return again(request, rest, urlencode({"auth": rest.pop("auth")}))


class LetsBothRenew(AlteredClient):
    """Renews by itself, and orders with the seller's renewal switched on to be sure."""

    class transport_class(AlteringTransport):  # noqa: N801
        def form(self, form: Form) -> Form:
            return {**form, "autoprolong": form["period"]} if orders(form) else form


class ReadsOneEnd(AlteredClient):
    """The end of a term is in `expiredate`, and nowhere else."""

    class transport_class(AlteringTransport):  # noqa: N801
        def got(self, form: Form, answer: httpx.Response) -> httpx.Response:  # noqa: ARG002 - as the base
            body = answer.read().replace(b"real_expiredate", b"unknown")
            return httpx.Response(answer.status_code, content=body)
