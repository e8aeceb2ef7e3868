"""The judge: starts it, shows how far it is, and what it found."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path

from werkzeug.wrappers import Response

from emulator.control.api.guard import Refusal
from emulator.control.console.frame import (
    PREFIX,
    SAFE,
    ConsolePage,
    Route,
    Visit,
    redirect,
)
from emulator.control.console.judge_run import COMMANDS, JudgeRuns
from emulator.control.console.live import nothing_new, read_live
from emulator.names import require

PATH = "/_verify"
"""No name of a world begins with an underscore."""
LIVE_SECONDS = 1800
REPORT_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""The report is one file with its style in it, and full of answers: it runs no script here."""
SYSTEMS = ("billmanager", "custom", "whmcs")
TRADES = ("services", "modules", "licences")


class ConsoleVerify(ConsolePage):
    """Starts and ends a run of the judge, and shows its report and the matrix."""

    title = "verify.title"
    path = PATH

    def routes(self) -> Sequence[Route]:
        """The page, its buttons and the files of the report."""
        return (
            Route(PATH, self._show),
            Route(f"{PATH}/start", self._start, changes=True, refused=self._show),
            Route(f"{PATH}/cancel", self._cancel, changes=True),
            Route(f"{PATH}/report.html", self._report),
            Route(f"{PATH}/report.json", self._saved),
        )

    @property
    def _runs(self) -> JudgeRuns:
        return JudgeRuns(self._worlds.settings.data.absolute() / "verify")

    def _show(self, visit: Visit) -> Response:
        live = read_live(visit, self._worlds.system_clock, LIVE_SECONDS)
        state = self._runs.state()
        mark = hashlib.sha256(repr(state).encode()).hexdigest()[:16]
        if live.has(mark):
            return nothing_new()
        response = self._frame.render(
            visit,
            "verify.html",
            page=f"{visit.prefix}{PATH}",
            state=state,
            subjects=list(COMMANDS),
            families=self._families(),
            mark=mark,
            live_since=live.live_since if state.is_running else None,
            systems=SYSTEMS,
            trades=TRADES,
        )
        return live.finish(response)

    def _families(self) -> list[str]:
        """The first parts of the names of functions, as the judge has them."""
        names = (function.name.removeprefix("v2.") for function in self._frame.registry)
        return sorted({name.partition(".")[0] for name in names})

    def _start(self, visit: Visit) -> Response:
        family = visit.form.get("family", "")
        subject = visit.form.get("subject", "")
        if family and subject == "seller":
            require("family", family, self._families())
        self._runs.start(subject, [family] if family and subject == "seller" else [])
        return redirect(f"{PREFIX}{PATH}")

    def _cancel(self, _: Visit) -> Response:
        self._runs.cancel()
        return redirect(f"{PREFIX}{PATH}")

    def _report(self, visit: Visit) -> Response:
        response = _file(visit, self._runs.report, "text/html; charset=utf-8")
        response.headers["Content-Security-Policy"] = REPORT_POLICY
        return response

    def _saved(self, visit: Visit) -> Response:
        response = _file(visit, self._runs.saved, "application/json")
        response.headers["Content-Disposition"] = 'attachment; filename="report.json"'
        return response


def _file(visit: Visit, path: Path, content_type: str) -> Response:
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise Refusal(HTTPStatus.NOT_FOUND, visit.text("verify.no_report")) from None
    return Response(content, headers=SAFE, content_type=content_type)
