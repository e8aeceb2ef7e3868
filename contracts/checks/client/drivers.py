"""Drivers pass steps to the graded client: an adapter in this process, any command, or a person.

A person gets a page on this machine (`ManualPageDriver`) or lines in the terminal
(`TerminalDriver`), acts in the billing system, and reports what became of it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path
from threading import Condition, Event
from typing import Final, Self, TextIO

import httpx
import jinja2
from werkzeug.exceptions import BadRequest, Forbidden, HTTPException, MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from contracts.checks.client.adapter import Adapter, carry_out
from contracts.checks.client.adapter.common import AdapterSetup
from contracts.checks.client.environment import CaseEnvironment, on_port
from contracts.checks.client.middleware import (
    StartResponse,
    WsgiApp,
    WsgiEnviron,
    refuse_foreign_origin,
)
from contracts.checks.client.protocol import (
    BadReport,
    ClientReport,
    ClientStep,
    ClientUnusable,
    StepResult,
    read_report,
)
from emulator.testing.interrupts import interrupts_held
from reseller_client import RetryPolicy

MAX_STDERR: Final = 300
"""Characters shown of what a failed command wrote to stderr, from its end."""
FINAL_WAIT: Final = 3.0
"""Seconds that the page stays after the last step: it reloads itself every second."""
TERMINAL_WORDS: Final = {"done": StepResult.OK, **{each.value: each for each in StepResult}}
FORM_FIELDS: Final = ("id", "name", "key", "ip", "status", "ends_on", "balance", "reason")
HTML: Final = "text/html; charset=utf-8"


class StateFolder:
    """A folder for what a client stores during one case."""

    def __init__(self) -> None:
        self.path = Path()

    def begin(self, lesson: str) -> None:
        """Make a new folder."""
        self.path = Path(tempfile.mkdtemp(prefix=f"mockseller-{lesson}-"))

    def end(self) -> None:
        """Delete the folder."""
        shutil.rmtree(self.path, ignore_errors=True)


class TimeLimitedTransport(httpx.BaseTransport):
    """A transport to a WSGI application on which the client's own read timeout applies.

    ``seconds_delayed`` returns how long answers were delayed so far: an answer delayed by more than
    the client's timeout is lost.
    """

    def __init__(self, app: WsgiApp, seconds_delayed: Callable[[], float]) -> None:
        self._inner = httpx.WSGITransport(app=app)
        self._seconds_delayed = seconds_delayed

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request. Raises httpx.ReadTimeout for an answer that comes too late."""
        start = self._seconds_delayed()
        answer = self._inner.handle_request(request)
        limit = request.extensions.get("timeout", {}).get("read")
        if limit is not None and self._seconds_delayed() - start > limit:
            raise httpx.ReadTimeout("no answer in time", request=request)
        return answer


class AdapterDriver(StateFolder):
    """Calls an adapter directly. The client waits by moving the seller's time."""

    def __init__(
        self,
        environment: CaseEnvironment,
        make_adapter: Callable[[AdapterSetup], Adapter],
        *,
        out: str = "xml",
    ) -> None:
        super().__init__()
        self._environment = environment
        self._make_adapter = make_adapter
        self._out = out

    def do(self, step: ClientStep) -> ClientReport:
        """Carry out a step, which is passed on as the JSON that a process would get."""
        policy = RetryPolicy(wait=self._environment.times.pass_time)
        transport = TimeLimitedTransport(
            self._environment.middleware, self._environment.seconds_delayed
        )
        adapter = self._make_adapter(AdapterSetup(self.path, policy, transport, self._out))
        try:
            return carry_out(adapter, json.loads(step.to_json()))
        except Exception as crash:  # noqa: BLE001 - a client that crashes has failed, as a process would
            return ClientReport(StepResult.FAILED, reason=f"{type(crash).__name__}: {crash}")


class CommandDriver(StateFolder):
    """Starts a command for every step.

    It gets the step on stdin and in the environment, and answers with one line on stdout. After
    ``limit`` seconds it is stopped, with everything it has started. ``has_called``: whether the
    seller was called in this case.
    """

    def __init__(
        self, words: Sequence[str], *, limit: float, has_called: Callable[[], bool]
    ) -> None:
        super().__init__()
        self._words = tuple(words)
        self._limit = limit
        self._has_called = has_called
        self._has_reported = False
        self._is_alive = False

    def do(self, step: ClientStep) -> ClientReport:
        """Run it once.

        Raises BadReport where it answers nothing readable, and ClientUnusable where it cannot be
        started, or has neither reported nor called the seller so far.
        """
        process = None
        try:
            with interrupts_held():
                process = self._start(step)
            output, errors = process.communicate(step.to_json() + "\n", timeout=self._limit)
        except subprocess.TimeoutExpired:
            errors = _stop(process)
            reason = f"it did not end in {self._limit:g} seconds"
            self._require_life(step, reason, errors)
            return ClientReport(StepResult.UNKNOWN, reason=reason)
        except BaseException:
            _stop(process)
            raise
        try:
            report = read_report(output)
        except BadReport as problem:
            if process.returncode:
                self._require_life(step, f"exit code {process.returncode}", errors)
                reason = f"exit code {process.returncode}: {_tail(errors)}"
                return ClientReport(StepResult.FAILED, reason=reason)
            if not self._has_reported:
                raise self._unusable(step, f"exit code 0, and {problem}", errors) from None
            raise
        self._has_reported = self._is_alive = True
        if process.returncode and report.result is StepResult.OK:
            return ClientReport(StepResult.FAILED, reason=f"exit code {process.returncode}")
        return report

    def _require_life(self, step: ClientStep, problem: str, errors: str) -> None:
        """Raises ClientUnusable where it has neither reported nor called the seller so far."""
        self._is_alive = self._is_alive or self._has_called()
        if not self._is_alive:
            raise self._unusable(step, f"{problem}, no report and no call of the seller", errors)

    def _unusable(self, step: ClientStep, problem: str, errors: str) -> ClientUnusable:
        stderr = f"; stderr: {_tail(errors)}" if errors.strip() else "; nothing on stderr"
        return ClientUnusable(f"step {step.number} of {step.lesson}: {problem}{stderr}")

    def _start(self, step: ClientStep) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(  # noqa: S603 - the command that the user named
                self._words,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                env={**os.environ, **self._environment(step)},
                start_new_session=True,
            )
        except OSError as problem:
            raise ClientUnusable(f"{self._words[0]}: {problem.strerror or problem}") from None

    def _environment(self, step: ClientStep) -> Mapping[str, str]:
        return {
            "MOCKSELLER_URL": step.seller.url,
            "MOCKSELLER_LOGIN": step.seller.login,
            "MOCKSELLER_PASSWORD": step.seller.password,
            "MOCKSELLER_NOW": step.seller.now,
            "MOCKSELLER_STATE": str(self.path),
            "MOCKSELLER_STEP": step.to_json(),
        }


def _stop(process: subprocess.Popen[str] | None) -> str:
    """Kill the process group of a command, if it was started; what it wrote to stderr."""
    if process is None:
        return ""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return process.communicate()[1]


def _tail(errors: str) -> str:
    return " ".join(errors.split())[-MAX_STDERR:]


class TerminalDriver(StateFolder):
    """Writes each step as a sentence and a line of JSON, and reads a line.

    A line is a report of the protocol, or one word: done, failed, unknown, cannot.
    """

    def __init__(self, out: TextIO, lines: TextIO) -> None:
        super().__init__()
        self._out = out
        self._lines = lines

    def do(self, step: ClientStep) -> ClientReport:
        """Write a step and wait for a line. Raises ClientUnusable at the end of the input."""
        print(f"# {step.say}", file=self._out)
        print(step.to_json(), file=self._out, flush=True)
        for line in self._lines:
            text = line.strip()
            if not text:
                continue
            if text in TERMINAL_WORDS:
                return ClientReport(TERMINAL_WORDS[text])
            try:
                return read_report(text)
            except BadReport as problem:
                print(f"# {problem}", file=self._out, flush=True)
        line = f"no answer to step {step.number} of {step.lesson}: the input has ended"
        raise ClientUnusable(line)


class ManualPageDriver(StateFolder):
    """Shows steps on a page of this machine. A context manager: the page exists while it is open.

    ``final_wait``: seconds that the page stays after the last step, until a browser has seen that.
    """

    def __init__(self, out: TextIO, *, final_wait: float = FINAL_WAIT) -> None:
        super().__init__()
        self._out = out
        self._final_wait = final_wait
        self._page = ManualPage()
        self._server = ExitStack()

    def __enter__(self) -> Self:
        """Serve the page and print its address. Raises OSError if no port is free."""
        address = self._server.enter_context(on_port(self._page))
        print(f"what to do next: {address}/", file=self._out, flush=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Show that there are no more steps, then stop serving."""
        self._page.finish(self._final_wait)
        self._server.close()

    def do(self, step: ClientStep) -> ClientReport:
        """Show a step and wait for the report."""
        return self._page.ask(step)


class ManualPage:
    """A WSGI application: a page that shows a step and takes the report, without JavaScript.

    A program that drives a browser gets the step as JSON from ``GET /step.json`` and sends a report
    of the protocol to ``POST /report``. Only pages of this address may post: ``Host`` and
    ``Origin`` have to be its own, and a form has to carry the page's token.
    """

    def __init__(self) -> None:
        self._token = secrets.token_urlsafe(16)
        self._changed = Condition()
        self._step: ClientStep | None = None
        self._report: ClientReport | None = None
        self._over = False
        self._end_shown = Event()

    def ask(self, step: ClientStep) -> ClientReport:
        """Show a step and wait until it is reported on; called by the judge."""
        with self._changed:
            self._step, self._report = step, None
            self._changed.wait_for(lambda: self._report is not None)
            report, self._step = self._report, None
        if report is None:  # pragma: no cover - what was just waited for
            raise RuntimeError("the page was closed")
        return report

    def finish(self, seconds: float) -> None:
        """Show that there are no more steps; wait so long for a browser to see it."""
        with self._changed:
            self._over = True
        self._end_shown.wait(seconds)

    def __call__(self, environ: WsgiEnviron, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request of a browser."""
        request = Request(environ)
        response: Response | HTTPException
        try:
            refuse_foreign_origin(request)
            response = self._respond(request)
        except HTTPException as refusal:
            response = refusal
        return response(environ, start_response)

    def _respond(self, request: Request) -> Response:
        if request.path == "/report":
            if request.method != "POST":
                raise MethodNotAllowed(["POST"])
            return self._accept(request)
        if request.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(["GET", "HEAD"])
        if request.path == "/step.json":
            with self._changed:
                step = self._step.as_dict() if self._step else None
                document = {"over": self._over, "step": step}
            return Response(json.dumps(document), content_type="application/json")
        if request.path != "/":
            raise NotFound
        return self._render()

    def _render(self, problem: str = "") -> Response:
        with self._changed:
            step, over = self._step, self._over
        if over:
            self._end_shown.set()
        page = _templates().get_template("step.html")
        text = page.render(
            step=step.as_dict() if step else None, over=over, token=self._token, problem=problem
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

    def _accept(self, request: Request) -> Response:
        is_form = request.mimetype != "application/json"
        token = request.form.get("token", "") if is_form else self._token
        if not secrets.compare_digest(token, self._token):
            raise Forbidden("this form does not belong to this page")
        try:
            report, number = _read_form(request) if is_form else (_read_json(request), "")
        except BadReport as problem:
            if is_form:
                return self._render(str(problem))
            raise BadRequest(str(problem)) from None
        with self._changed:
            if self._step is None or (number and number != _step_key(self._step)):
                if is_form:
                    return Response(status=303, headers={"Location": "/"})
                raise BadRequest("no such step is waiting for a report")
            self._report = report
            self._changed.notify_all()
        return Response(status=303, headers={"Location": "/"}) if is_form else Response(status=204)


def _read_json(request: Request) -> ClientReport:
    return read_report(" ".join(request.get_data(as_text=True).split()))


def _read_form(request: Request) -> tuple[ClientReport, str]:
    """The report in a form, and the step it is about."""
    fields: dict[str, object] = {"result": request.form.get("result", "")}
    fields |= {name: request.form[name] for name in FORM_FIELDS if request.form.get(name)}
    if request.form.get("ids", "").strip():
        fields["ids"] = request.form["ids"].replace(",", " ").split()
    if "answers" in request.form:
        lines = request.form["answers"].splitlines()
        fields["answers"] = [line.strip() for line in lines if line.strip()]
    return read_report(json.dumps(fields)), request.form.get("number", "")


def _step_key(step: ClientStep) -> str:
    """What tells the form of an earlier step from that of the current one."""
    return f"{step.lesson} {step.number} {step.trade}"


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("contracts.checks.client"), autoescape=True
    )
