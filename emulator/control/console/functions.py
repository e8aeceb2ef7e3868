"""The functions of the API: what each takes and how that is known, and a form to try it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from itertools import groupby
from typing import Any

from werkzeug.wrappers import Response

from emulator import journal
from emulator.api.registry import Function
from emulator.control.api import exercises
from emulator.control.api.guard import Refusal
from emulator.control.console import calls
from emulator.control.console.calls import CallResult
from emulator.control.console.frame import ConsolePage, Route, Visit, read_number
from emulator.exercises import prefill
from emulator.journal import is_secret
from emulator.openapi import answer_fields, errors_of, parameters

VALUE = "value."
"""Before the name of a parameter in the form, which has fields of its own too."""
FORMATS = ("xml", "json", "bjson", "sjson", "xjson", "JSONdata", "text", "devel", "csv")
MOST_ACCOUNTS = 50
FURTHER = "further"


@dataclass(frozen=True, slots=True)
class InputField:
    """One parameter in the form. ``needed``: ``always``, ``submit`` or empty."""

    name: str
    what: str
    value: str
    choices: Sequence[str]
    needed: str
    is_secret: bool


@dataclass(frozen=True, slots=True)
class FilledForm:
    """What is in the form before somebody types. ``login``: who calls; None for the first."""

    values: Mapping[str, str]
    login: str | None = None


class ConsoleFunctions(ConsolePage):
    """Lists the functions by family, and tries them."""

    title = "functions.title"
    path = "/<world>/functions"

    def routes(self) -> Sequence[Route]:
        """The list, and a function with its form."""
        shown = "/<world>/functions/<func>"
        return (
            Route("/<world>/functions", self._list),
            Route(shown, self._show),
            Route(f"{shown}/call", self._call, changes=True, refused=self._show),
        )

    def _list(self, visit: Visit) -> Response:
        search = visit.http.args.get("search", "").strip().lower()
        functions = [
            function
            for function in self._frame.registry
            if search in function.name.lower() or search in function.summary.lower()
        ]
        families = [
            (family, list(members))
            for family, members in groupby(functions, key=lambda function: function.family)
        ]
        return self._frame.render(
            visit, "functions.html", families=families, search=search, count=len(functions)
        )

    def _show(self, visit: Visit) -> Response:
        return self._page(visit, None)

    def _call(self, visit: Visit) -> Response:
        """Makes the call that the form describes, and shows its answer."""
        form = visit.form
        params = {"func": self._require_function(visit).name, **read_further(form.get(FURTHER, ""))}
        for name, text in form.items():
            if name.startswith(VALUE) and text:
                params[name.removeprefix(VALUE)] = text
        if form.get("out") in FORMATS:
            params["out"] = form["out"]
        result = calls.call_as(self._frame, visit, form.get("login", ""), params)
        return self._page(visit, result)

    def _page(self, visit: Visit, result: CallResult | None) -> Response:
        function = self._require_function(visit)
        db = self._frame.worlds.connect(visit.world)
        with db.reading():
            logins = calls.list_names(db, MOST_ACCOUNTS)
        form = visit.form
        filled = self._filled(visit, function)
        login = logins[0] if filled.login is None and logins else filled.login
        return self._frame.render(
            visit,
            "function.html",
            function=function,
            fields=_input_fields(function, filled.values, is_filled=bool(form)),
            answers=_describe_fields(function),
            errors=sorted({error.type for error in errors_of(function)}),
            logins=logins,
            login=login,
            formats=FORMATS,
            out=form.get("out", "xml"),
            further=form.get(FURTHER, ""),
            open_names=[
                pattern.strip("^$").replace("[0-9]{1,9}", "<id>")
                for pattern in parameters(function.takes).get("patternProperties", {})
            ],
            is_writing=function.submit is not None or function.kind.value == "action",
            result=result,
        )

    def _filled(self, visit: Visit, function: Function) -> FilledForm:
        """With what it sent, a call of the journal, the step of an exercise, or the example."""
        if visit.form:
            sent = {
                name.removeprefix(VALUE): text
                for name, text in visit.form.items()
                if name.startswith(VALUE)
            }
            return FilledForm(sent, visit.form.get("login", ""))
        number = read_number(visit.http.args.get("entry", ""))
        db = self._frame.worlds.connect(visit.world)
        entry = None if number is None else journal.entry(db, number)
        if entry is not None and entry.kind == journal.CALL:
            params: dict[str, str] = json.loads(entry.params)
            shown = {name: text for name, text in params.items() if text != journal.MASK}
            return FilledForm(shown, entry.login)
        present = exercises.find_step(
            self._frame.worlds, visit.world, visit.http.args.get("step", "")
        )
        if present is None:
            return FilledForm(function.example)
        values = prefill.fill(present.step, present.done, function.example)
        return FilledForm(values, prefill.login_of(present.step, present.login))

    def _require_function(self, visit: Visit) -> Function:
        """The function of the path, also one of the world's own types. Raises Refusal."""
        name = str(visit.values["func"])
        function = self._frame.find_function(visit.world, name)
        if function is None:
            raise Refusal(HTTPStatus.NOT_FOUND, f'there is no function "{name[:100]}"')
        return function


def read_further(text: str) -> dict[str, str]:
    """Parameters from lines ``name=value``. Raises ValueError for a line without a name."""
    params = {}
    for line in text.splitlines():
        name, sign, value = line.partition("=")
        if not line.strip():
            continue
        if not sign or not name.strip():
            raise ValueError(f'"{line[:40]}" is not name=value')
        params[name.strip()] = value
    return params


def _input_fields(
    function: Function, values: Mapping[str, str], *, is_filled: bool
) -> list[InputField]:
    """The parameters with their values; ``is_filled``: somebody typed them, secrets among them."""
    schema = parameters(function.takes)
    described: Mapping[str, Mapping[str, Any]] = schema["properties"]
    hidden = {"func", "out", *calls.CREDENTIALS}
    fields = []
    for name in dict.fromkeys([*described, *function.example, *values]):
        if name in hidden and name not in described:
            continue
        about = described.get(name, {})
        needed = "submit" if name in schema.get("x-needed", ()) else ""
        fields.append(
            InputField(
                name,
                str(about.get("description", "")).replace("``", "").replace("`", ""),
                "" if is_secret(name) and is_filled else values.get(name, ""),
                about.get("enum", ()),
                "always" if name in schema.get("required", ()) else needed,
                is_secret(name),
            )
        )
    return fields


def _describe_fields(function: Function) -> Mapping[str, str]:
    """The fields of the answer with their descriptions."""
    if function.returns is None:
        return {}
    described: Mapping[str, Mapping[str, Any]] = answer_fields(function.returns)["properties"]
    return {
        name: str(about.get("description", about.get("title", ""))).replace("`", "")
        for name, about in described.items()
    }
