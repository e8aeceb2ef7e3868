"""A page that says what to do next and takes the answer: for a person with a browser.

It works without JavaScript. The same is there as JSON for a program that drives a browser:
``GET /step.json``, and ``POST /report`` with a report of the protocol. Only pages of this very
address may post: ``Host`` and ``Origin`` are its own, and a form brings the page's token back.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from functools import cache
from threading import Condition, Event
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, PackageLoader
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from contracts.checks.client.origin_check import check_ours
from contracts.checks.client.steps import BadReport, Report, Step, read_report

if TYPE_CHECKING:
    from contracts.checks.client.middleware import Environ, Start

FIELDS: Final = ("id", "key", "ip", "status", "ends_on", "balance", "reason")
HTML: Final = "text/html; charset=utf-8"


class Desk:
    """The page. `ask` is called by the judge and returns what a browser posted."""

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(16)
        self._changed = Condition()
        self._step: Step | None = None
        self._report: Report | None = None
        self._over = False
        self._seen_end = Event()

    def ask(self, step: Step) -> Report:
        """Shows a step and waits until it is answered."""
        with self._changed:
            self._step, self._report = step, None
            self._changed.wait_for(lambda: self._report is not None)
            report, self._step = self._report, None
        if report is None:  # pragma: no cover - what was just waited for
            raise RuntimeError("the page was closed")
        return report

    def finish(self, seconds: float) -> None:
        """No more steps; waits so long for a browser to see it."""
        with self._changed:
            self._over = True
        self._seen_end.wait(seconds)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """One request of a browser."""
        request = Request(environ)
        response: Response | HTTPException
        try:
            check_ours(request)
            response = self._answered(request)
        except HTTPException as refusal:
            response = refusal
        return response(environ, start_response)

    def _answered(self, request: Request) -> Response:
        if request.path == "/report":
            if request.method != "POST":
                raise MethodNotAllowed(["POST"])
            return self._taken(request)
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(["GET", "HEAD"])
        if request.path == "/step.json":
            with self._changed:
                told = {"over": self._over, "step": self._step.told() if self._step else None}
            return Response(json.dumps(told), content_type="application/json")
        if request.path != "/":
            raise NotFound
        return self._page()

    def _page(self, problem: str = "") -> Response:
        with self._changed:
            step, over = self._step, self._over
        if over:
            self._seen_end.set()
        page = _pages().get_template("step.html")
        text = page.render(
            step=step.told() if step else None, over=over, token=self._token, problem=problem
        )
        return Response(
            text,
            status=400 if problem else 200,
            content_type=HTML,
            headers={
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
                "form-action 'self'; frame-ancestors 'none'",
            },
        )

    def _taken(self, request: Request) -> Response:
        form = request.mimetype != "application/json"
        if form and not secrets.compare_digest(request.form.get("token", ""), self._token):
            raise Forbidden("this form is not of this page")
        try:
            report, number = self._read(request, form=form)
        except BadReport as problem:
            if form:
                return self._page(str(problem))
            raise BadRequest(str(problem)) from None
        with self._changed:
            if self._step is None or (number and number != _number(self._step)):
                if form:
                    return Response(status=303, headers={"Location": "/"})
                raise BadRequest("no such step is waiting for an answer")
            self._report = report
            self._changed.notify_all()
        return Response(status=303 if form else 204, headers={"Location": "/"} if form else {})

    @staticmethod
    def _read(request: Request, *, form: bool) -> tuple[Report, str]:
        if not form:
            return read_report(" ".join(request.get_data(as_text=True).split())), ""
        sent = {name: request.form[name] for name in FIELDS if request.form.get(name)}
        told: dict[str, object] = {"result": request.form.get("result", ""), **sent}
        if request.form.get("ids", "").strip():
            told["ids"] = request.form["ids"].replace(",", " ").split()
        return read_report(json.dumps(told)), request.form.get("number", "")


def _number(step: Step) -> str:
    """By which a page that was left open is told from the one that is asked."""
    return f"{step.lesson} {step.number} {step.trade}"


@cache
def _pages() -> Environment:
    return Environment(loader=PackageLoader("contracts.checks.client"), autoescape=True)
