"""Sends made-up requests to a seller, and keeps what came back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import httpx

from contracts.checks.fuzz.answered import AnsweredCall, answered
from contracts.checks.fuzz.operations import Generated
from contracts.target.redact import read_fields
from contracts.target.seller import CannotRun, SellerSession

LISTED: Final = ("service", "soft")
"""Where services are looked for: all of them, or those every seller has."""


class NoAnswer(CannotRun):
    """A request got no answer at all."""

    def __init__(self, request: httpx.Request, problem: Exception) -> None:
        super().__init__(
            f"{request.url.copy_with(query=None)}: {str(problem) or type(problem).__name__}"
        )
        self.request = request

    @property
    def answered(self) -> AnsweredCall:
        """The request, with status 0 for its answer."""
        return AnsweredCall(self.request, httpx.Response(0), read_fields(self.request), "")


@dataclass(slots=True)
class RequestSender:
    """Asks in one place; a session is opened where one is wanted, and kept."""

    place: SellerSession
    address: str
    """What is printed as the address of the seller."""
    session: str = ""
    calls: int = 0
    sent: list[AnsweredCall] = field(default_factory=list)
    """What the last example sent, in order."""

    def made_up(self, request: Generated, *, public: bool) -> AnsweredCall:
        """A made-up request with a login that works, unless the function is for everybody."""
        query, form = dict(request.query), None if request.form is None else dict(request.form)
        login = {} if public else self._login(request.style)
        # In a body where there is one: an address gets into logs.
        (query if form is None else form).update(login)
        return self._send(request.method, query, form)

    def ask(self, func: str, params: Mapping[str, Any] | None = None) -> AnsweredCall:
        """An ordinary call, POST, with the judge's login."""
        form = {"func": func, "out": "xml", **(params or {}), **self._login("authinfo")}
        return self._send("POST", {}, form)

    def again(self, request: Generated, *, public: bool, **instead: str) -> AnsweredCall:
        """The same with other parameters."""
        left = {n: v for n, v in request.query.items() if n not in instead}
        form = request.form
        if form is not None:
            form = {**{n: v for n, v in form.items() if n not in instead}, **instead}
            return self.made_up(replace(request, query=left, form=form), public=public)
        return self.made_up(replace(request, query={**left, **instead}), public=public)

    def _login(self, style: str) -> dict[str, str]:
        place = self.place
        if style == "authinfo" or not place.password:
            return {"authinfo": f"{place.login}:{place.password}"}
        if not self.session:
            self.session = self._opened()
        return {"auth": self.session}

    def _opened(self) -> str:
        form = {"func": "auth", "username": self.place.login, "password": self.place.password}
        answer = self._send("POST", {}, {**form, "out": "xml"})
        opened = None if answer.doc is None else answer.doc.first("auth")
        if opened is None or not opened.text:
            raise CannotRun(f"no session for {self.place.login}")
        return opened.text

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
        told = answered(request, response)
        self.sent.append(told)
        return told


def numbers_of(sender: RequestSender, listings: tuple[str, ...] = LISTED) -> tuple[str, ...]:
    """The numbers of the services that the account has, a few of each list."""
    found: list[str] = []
    for func in listings:
        answer = sender.ask(func, {"p_cnt": "50"})
        if answer.doc is None or answer.error is not None:
            continue
        rows = answer.doc.all("elem")
        found += [node.text for row in rows if (node := row.first("id")) is not None and node.text]
    return tuple(dict.fromkeys(found))
