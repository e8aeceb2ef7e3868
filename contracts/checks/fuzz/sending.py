"""Sends requests to a seller and keeps the answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx

from contracts.checks.fuzz.answered import AnsweredCall, read_answer
from contracts.checks.fuzz.operations import Generated
from contracts.target.redact import read_fields
from contracts.target.seller import CannotRun, SellerSession

LISTED: Final = ("service", "soft")
"""Lists of services: of all types, and of the type that every seller has."""


class NoAnswer(CannotRun):
    """A request that got no answer at all."""

    def __init__(self, request: httpx.Request, problem: Exception) -> None:
        super().__init__(
            f"{request.url.copy_with(query=None)}: {str(problem) or type(problem).__name__}"
        )
        self.request = request

    @property
    def call(self) -> AnsweredCall:
        """The request, with status 0 for its answer."""
        return AnsweredCall(self.request, httpx.Response(0), read_fields(self.request), "")


@dataclass(slots=True)
class RequestSender:
    """Sends requests with the judge's login; opens a session at the first request that needs one.

    ``sent`` are the calls since it was last cleared.
    """

    place: SellerSession
    session: str = ""
    calls: int = 0
    sent: list[AnsweredCall] = field(default_factory=list)

    def send_generated(self, request: Generated, *, public: bool) -> AnsweredCall:
        """Sends a generated request, with a login unless the function is public.

        Raises NoAnswer, and CannotRun where no session can be opened.
        """
        query, form = dict(request.query), None if request.form is None else dict(request.form)
        login = {} if public else self._login(request.style)
        # In the body where there is one: addresses get into logs.
        (query if form is None else form).update(login)
        return self._send(request.method, query, form)

    def send_changed(
        self, request: Generated, params: Mapping[str, str], *, public: bool
    ) -> AnsweredCall:
        """Sends a generated request with other values for some parameters. Raises NoAnswer."""
        query = {n: v for n, v in request.query.items() if n not in params}
        form = request.form
        if form is None:
            changed = replace(request, query={**query, **params})
        else:
            others = {n: v for n, v in form.items() if n not in params}
            changed = replace(request, query=query, form={**others, **params})
        return self.send_generated(changed, public=public)

    def call(self, func: str, params: Mapping[str, Any] | None = None) -> AnsweredCall:
        """An ordinary call by POST, answered in xml. Raises NoAnswer."""
        form = {"func": func, "out": "xml", **(params or {}), **self._login("authinfo")}
        return self._send("POST", {}, form)

    def _login(self, style: str) -> dict[str, str]:
        place = self.place
        if style == "authinfo" or not place.password:
            return {"authinfo": f"{place.login}:{place.password}"}
        if not self.session:
            self.session = self._open_session()
        return {"auth": self.session}

    def _open_session(self) -> str:
        form = {"func": "auth", "username": self.place.login, "password": self.place.password}
        answer = self._send("POST", {}, {**form, "out": "xml"})
        session = "" if answer.doc is None else answer.doc.text_of("auth")
        if not session:
            raise CannotRun(f"no session for {self.place.login}")
        return session

    def _send(
        self, method: str, query: Mapping[str, Any], form: Mapping[str, Any] | None
    ) -> AnsweredCall:
        http = self.place.http
        http.cookies.clear()
        request = http.build_request(method, self.place.path, params=query, data=form)
        try:
            response = http.send(request)
        except httpx.HTTPError as problem:
            raise NoAnswer(request, problem) from problem
        self.calls += 1
        call = read_answer(request, response)
        self.sent.append(call)
        return call


def find_services(sender: RequestSender, listings: tuple[str, ...] = LISTED) -> tuple[str, ...]:
    """The numbers of the account's services, at most 50 of each list."""
    numbers: dict[str, None] = {}
    for func in listings:
        answer = sender.call(func, {"p_cnt": "50", "filter": "off"})
        if answer.doc is None or answer.error is not None:
            continue
        numbers |= dict.fromkeys(filter(None, (r.text_of("id") for r in answer.doc.all("elem"))))
    return tuple(numbers)
