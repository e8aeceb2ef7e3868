"""The exercises of a trainee: the list, and the one that is done in this world."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from werkzeug.wrappers import Response

from emulator.control.api import exercises
from emulator.control.console.frame import (
    ConsolePage,
    Route,
    Visit,
    address_of,
    redirect,
)
from emulator.control.console.live import nothing_new, read_live
from emulator.control.console.picture import draw
from emulator.exercises.definition import Exercise
from emulator.exercises.files import ExerciseError, NoExerciseError
from emulator.results import ExerciseProgress

LIVE_SECONDS = 2 * 3600
"""For how long a page asks for progress."""

FORMS = "/<world>/functions"
"""Where the console has a form for each function."""


class ConsoleExercises(ConsolePage):
    """Lists exercises, starts one, and shows how far its trainee has come."""

    title = "exercises.title"
    path = "/<world>/exercise"

    def routes(self) -> Sequence[Route]:
        """The exercise of the world, the list, and the button that starts one."""
        return (
            Route("/<world>/exercise", self._show),
            Route("/<world>/exercise/list", self._list),
            Route("/<world>/exercise/start", self._start, changes=True, refused=self._list),
        )

    def _list(self, visit: Visit) -> Response:
        listed = exercises.describe_all(self._worlds)
        try:
            begun = exercises.show(self._worlds, visit.world)["id"]
        except (NoExerciseError, ExerciseError):
            begun = ""
        return self._frame.render(
            visit,
            "exercises.html",
            exercises=listed["exercises"],
            problems=[] if visit.is_trainee else listed["problems"],
            begun=begun,
        )

    def _start(self, visit: Visit) -> Response:
        chosen = visit.form.get("exercise", "")
        exercises.start(self._worlds, visit.world, chosen, self._frame.known_names)
        return redirect(address_of(visit.world, "/exercise"))

    def _show(self, visit: Visit) -> Response:
        live = read_live(visit, self._worlds.system_clock, LIVE_SECONDS)
        try:
            shown = exercises.show(self._worlds, visit.world)
            exercise = exercises.find(self._worlds, shown["id"])
        except NoExerciseError:
            if live.mark is not None:  # the next one is being prepared
                return nothing_new()
            return self._list(visit)
        except ExerciseError as error:
            return self._frame.render(
                visit, "refused.html", HTTPStatus.BAD_REQUEST, line=str(error)
            )
        mark = _mark(shown)
        if live.has(mark):
            return nothing_new()
        response = self._frame.render(
            visit,
            "exercise.html",
            shown=shown,
            about=exercise.about,
            drawing=draw(exercise.picture, visit.lang),
            steps=_steps(shown, exercise, visit.lang),
            url=f"{visit.http.root_url.rstrip('/')}{shown['path']}",
            mark=mark,
            has_forms=any(path.startswith(FORMS) for path, _ in self._frame.links),
            live_since=live.live_since,
        )
        return live.finish(response)


def _mark(shown: ExerciseProgress) -> str:
    """Changes with everything that the page shows."""
    hints = sum(step["hint"] is not None for step in shown["steps"])
    return f"{shown['id']}-{shown['done']}-{shown['calls']}-{shown['charged']}-{hints}"


def _steps(shown: ExerciseProgress, exercise: Exercise, lang: str) -> list[dict[str, Any]]:
    """The steps with their texts in one language, and the functions that do them."""
    steps = []
    for step, definition in zip(shown["steps"], exercise.steps, strict=True):
        texts = {
            key: text.get(lang) or text["en"]
            for key, text in step.items()
            if isinstance(text, dict)
        }
        is_call = definition.call.kind == "call"
        functions = [name for name in definition.call.func if "*" not in name] if is_call else []
        absent = dict.fromkeys(("seen", "real_seller", "missed", "hint"))
        steps.append({**step, **absent, **texts, "functions": functions, "is_call": is_call})
    return steps
