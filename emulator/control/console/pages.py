"""The console: finds the page of a request, and guards every change.

Access is that of the control API. A change must come from a page of this server: browsers say so in
``Origin`` or ``Sec-Fetch-Site``, a request with neither header is refused; and its form must have
the token of this browser.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from http import HTTPStatus

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from emulator.api.registry import Registry
from emulator.control.api.exercises import find_password
from emulator.control.api.guard import COOKIE, Guard, Refusal, require_same_origin
from emulator.control.api.names import KnownNames
from emulator.control.console import csrf, preferences, trainees
from emulator.control.console.exercises import ConsoleExercises
from emulator.control.console.frame import (
    PREFIX,
    SAFE,
    AppCalls,
    ConsolePage,
    Frame,
    Route,
    Visit,
    address_of,
    load_static,
    read_visit,
    redirect,
)
from emulator.control.console.functions import ConsoleFunctions
from emulator.control.console.journal import ConsoleJournal
from emulator.control.console.money import ConsoleMoney
from emulator.control.console.overview import ConsoleOverview
from emulator.control.console.panel import ConsolePanel
from emulator.control.console.services import ConsoleServices
from emulator.control.console.training import ConsoleTraining
from emulator.control.console.verify import ConsoleVerify
from emulator.faults import NoFault
from emulator.settings import Settings
from emulator.worlds.worlds import DEFAULT, WorldError, Worlds

FORM = "application/x-www-form-urlencoded"
STATIC: Mapping[str, str] = {
    "style.css": "text/css; charset=utf-8",
    "icon.svg": "image/svg+xml",
    "htmx.min.js": "text/javascript; charset=utf-8",
}
"""Files that pages load, with their types."""


def build_pages(frame: Frame) -> Sequence[ConsolePage]:
    """Every page, in the order of the navigation."""
    return (
        ConsoleOverview(frame),
        ConsoleJournal(frame),
        ConsoleServices(frame),
        ConsoleFunctions(frame),
        ConsoleMoney(frame),
        ConsolePanel(frame),
        ConsoleExercises(frame),
        ConsoleTraining(frame),
        ConsoleVerify(frame),
    )


class Console:
    """Answers what comes under ``/_mockseller/console``. One per process, without state."""

    def __init__(
        self,
        settings: Settings,
        worlds: Worlds,
        registry: Registry,
        known_names: KnownNames,
        calls: AppCalls,
    ) -> None:
        self._guard = Guard(settings)
        self._worlds = worlds
        plain = Frame(worlds, registry, known_names, *calls)
        self._frame = plain.with_links(build_pages(plain))

    def answer(self, http: Request) -> Response:
        """Answers one request with a page; a refusal is a page too."""
        visit = read_visit(http)
        try:
            response = self._answer(visit)
        except Refusal as refusal:
            return self._refused(visit, refusal.status, refusal.line)
        except HTTPException as error:
            return self._refused(visit, error.code or 400, visit.text("frame.no_page"))
        except (WorldError, NoFault) as error:
            return self._refused(visit, 404, str(error))
        preferences.store_preferences(http, response)
        csrf.store_browser(http, response, visit.browser)
        return response

    @cached_property
    def _routes(self) -> tuple[Map, Mapping[str, Route]]:
        """With the first page, since most processes show none."""
        routes = {
            f"{route.methods[0]} {route.path}": route
            for page in build_pages(self._frame)
            for route in page.routes()
        }
        rules = [
            Rule(route.path, methods=route.methods, endpoint=endpoint)
            for endpoint, route in routes.items()
        ]
        return Map(rules), routes

    def _answer(self, visit: Visit) -> Response:
        http = visit.http
        path = http.path.removeprefix(PREFIX) or "/"
        if path == "/" and self._guard.is_token(http.args.get("token", "")):
            return _logged_in(http.args["token"], secure=http.is_secure)
        name = path.removeprefix("/")
        if name in STATIC:
            self._guard.check(http, kinds=(FORM,), may_anyone=True)
            return Response(load_static(name), headers=SAFE, content_type=STATIC[name])
        try:
            self._guard.check(http, kinds=(FORM,))
        except Refusal as refusal:
            world = name.partition("/")[0]
            password = find_password(self._worlds, world)
            if refusal.status != HTTPStatus.UNAUTHORIZED or not password:
                raise
            self._guard.check(http, kinds=(FORM,), may_anyone=True)
            visit = replace(visit, world=world, is_trainee=True)
            if not trainees.is_trainee(http, world, password):
                return self._ask_for_password(visit, password)
        if path == "/":
            return redirect(address_of(DEFAULT))
        return self._find_page(visit, path)

    def _ask_for_password(self, visit: Visit, password: str) -> Response:
        """A trainee's own, of the world that is shown."""
        http = visit.http
        if http.method == "POST" and http.path.endswith(f"/{visit.world}/{trainees.LOGIN}"):
            require_same_origin(http)
            csrf.require_token(http)
            if trainees.knows_password(http, password):
                return trainees.log_in(visit, password)
            visit = replace(visit, line=visit.text("trainees.wrong"))
        return self._frame.render(visit, "trainee.html", HTTPStatus.UNAUTHORIZED)

    def _find_page(self, visit: Visit, path: str) -> Response:
        http = visit.http
        rules, routes = self._routes
        endpoint, values = rules.bind("mockseller", path_info=path).match(method=http.method)
        route = routes[endpoint]
        if route.changes:
            require_same_origin(http)
            csrf.require_token(http)
        if visit.is_trainee and (route.for_trainers or values.get("world") != visit.world):
            raise Refusal(HTTPStatus.FORBIDDEN, visit.text("trainees.not_yours"))
        if "world" in values:
            self._worlds.connect(values["world"])
            visit = replace(visit, world=values["world"])
        return self._view(route, replace(visit, values=values))

    def _view(self, route: Route, visit: Visit) -> Response:
        if not route.changes:
            return route.view(visit)
        try:
            return route.view(visit)
        except (ValueError, LookupError) as error:
            line = str(error)
            if route.refused is None:
                return self._refused(visit, 400, line)
            response = route.refused(replace(visit, line=line))
            response.status_code = 400
            return response

    def _refused(self, visit: Visit, status: int, line: str) -> Response:
        return self._frame.render(visit, "refused.html", status, line=line)


def _logged_in(token: str, *, secure: bool) -> Response:
    """Leads to the console without the token in the address, which the browser keeps instead."""
    response = redirect(address_of(DEFAULT))
    response.set_cookie(
        COOKIE, token, path="/_mockseller", httponly=True, samesite="Strict", secure=secure
    )
    return response
