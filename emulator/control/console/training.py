"""The trainer's page: worlds for a class, who is at which step, and a sheet of logins to print."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from urllib.parse import urlencode

from werkzeug.wrappers import Response

from emulator.control.api import exercises
from emulator.control.api.exercises import Trainee
from emulator.control.console.frame import (
    PREFIX,
    ConsolePage,
    Route,
    Visit,
    read_number,
    redirect,
)
from emulator.control.console.live import nothing_new, read_live
from emulator.results import ExerciseProgress

PATH = "/_training"
"""No name of a world begins with an underscore."""
LIVE_SECONDS = 4 * 3600
"""For how long the page asks for progress."""
STUCK_MINUTES, MOST_MINUTES = 5, 600


class ConsoleTraining(ConsolePage):
    """Creates worlds for trainees, starts exercises in them, and shows them side by side."""

    title = "training.title"
    path = PATH

    def routes(self) -> Sequence[Route]:
        """The page, its buttons and the sheet."""
        return (
            Route(PATH, self._show),
            Route(f"{PATH}/sheet", self._sheet),
            Route(f"{PATH}/create", self._create, changes=True, refused=self._show),
            Route(f"{PATH}/start", self._start, changes=True, refused=self._show),
            Route(f"{PATH}/remove", self._remove, changes=True, refused=self._show),
        )

    def _show(self, visit: Visit) -> Response:
        chosen, minutes = _class_of(visit), _minutes(visit)
        live = read_live(visit, self._worlds.system_clock, LIVE_SECONDS)
        trainees = exercises.class_of(self._worlds, chosen, minutes)
        mark = _mark(trainees)
        if live.has(mark):
            return nothing_new()
        response = self._frame.render(
            visit,
            "training.html",
            page=f"{visit.prefix}{PATH}",
            trainees=trainees,
            mark=mark,
            exercises=exercises.describe_all(self._worlds)["exercises"],
            chosen=chosen,
            minutes=minutes,
            most=exercises.MOST_TRAINEES,
            live_since=None if visit.line else live.live_since,
        )
        return live.finish(response)

    def _sheet(self, visit: Visit) -> Response:
        chosen = _class_of(visit)
        trainees = exercises.class_of(self._worlds, chosen, STUCK_MINUTES)
        return self._frame.render(
            visit,
            "sheet.html",
            page=f"{visit.prefix}{PATH}",
            chosen=chosen,
            trainees=trainees,
            passwords=exercises.passwords(self._worlds, trainees),
            server=visit.http.host_url.rstrip("/"),
        )

    def _create(self, visit: Visit) -> Response:
        form = visit.form
        prefix = form.get("class", "").strip()
        exercises.create_class(
            self._worlds,
            prefix,
            read_number(form.get("count", "").strip()) or 0,
            form.get("exercise", ""),
            self._frame.known_names,
        )
        return _moved(prefix)

    def _start(self, visit: Visit) -> Response:
        prefix = visit.form.get("class", "")
        exercise = visit.form.get("exercise", "")
        exercises.start_class(self._worlds, prefix, exercise, self._frame.known_names)
        return _moved(prefix)

    def _remove(self, visit: Visit) -> Response:
        exercises.remove_class(self._worlds, visit.form.get("class", ""))
        return _moved("")


def _mark(trainees: Sequence[Trainee]) -> str:
    """Changes with everything that the table shows."""
    shown = [
        (
            each.world,
            each.stuck,
            each.problem,
            each.progress and {**each.progress, "idle_seconds": idle_minutes(each.progress)},
        )
        for each in trainees
    ]
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def idle_minutes(progress: ExerciseProgress) -> int:
    """Whole minutes without progress, as the table shows them."""
    return progress["idle_seconds"] // exercises.MINUTE


def _class_of(visit: Visit) -> str:
    """The class that a form or an address names; empty for all."""
    return (visit.form or visit.http.args).get("class", "").strip()


def _minutes(visit: Visit) -> int:
    minutes = read_number(visit.http.args.get("minutes", "")) or STUCK_MINUTES
    return min(max(minutes, 1), MOST_MINUTES)


def _moved(prefix: str) -> Response:
    query = f"?{urlencode({'class': prefix})}" if prefix else ""
    return redirect(f"{PREFIX}{PATH}{query}")
