"""The control API over HTTP: paths, methods, bodies, statuses. JSON in, JSON out, never CORS."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import IO, Any, cast

from werkzeug.exceptions import HTTPException, MethodNotAllowed, RequestEntityTooLarge
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from emulator import __version__
from emulator.api.registry import Registry
from emulator.control.api import routes
from emulator.control.api.accounts import NoAccountError
from emulator.control.api.clock import NothingDueError
from emulator.control.api.functions import functions
from emulator.control.api.guard import JSON, Guard, Refusal
from emulator.control.api.names import KnownNames
from emulator.control.api.operations import OPERATIONS
from emulator.control.api.payments import NoPaymentError
from emulator.control.api.routes import BINARY, ControlRequest, FileAnswer, Handler
from emulator.control.api.services import NoServiceError
from emulator.control.api.tickets import NoTicketError
from emulator.errors import ApiError
from emulator.exercises.files import NoExerciseError
from emulator.faults import NoFault
from emulator.names import require
from emulator.results import CoverageInfo, FunctionInfo, HealthInfo, OpenApiDocument, PathList
from emulator.settings import Settings
from emulator.store.engine import is_storage_error
from emulator.worlds.fixtures import FixtureError
from emulator.worlds.pricelist.nodes import PriceListError
from emulator.worlds.worlds import DEFAULT, NoWorld, TooManyWorlds, WorldError, WorldExists, Worlds

LOG = logging.getLogger("mockseller")
PREFIX = "/_mockseller"
STATUSES: tuple[tuple[tuple[type[Exception], ...], int], ...] = (
    (
        (
            NoWorld,
            NoAccountError,
            NoServiceError,
            NoPaymentError,
            NoTicketError,
            NoFault,
            NoExerciseError,
        ),
        404,
    ),
    ((WorldExists, TooManyWorlds, NothingDueError), 409),
    ((WorldError, FixtureError, PriceListError, ApiError, ValueError), 400),
)
"""The first match counts: special exceptions stand before general ones."""
NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
CHUNK = 64 * 1024
DRAIN = 64 * 1024 * 1024
"""Bytes of a refused body that are read, so that the client gets an answer, not a reset."""


class ControlApi:
    """Answers every path under ``/_mockseller/``. One per process."""

    def __init__(
        self,
        settings: Settings,
        worlds: Worlds,
        registry: Registry,
        known_names: KnownNames,
        metrics: Callable[[], str],
    ) -> None:
        self._metrics = metrics
        self._guard = Guard(settings)
        self._settings = settings
        self._worlds = worlds
        self._registry = registry
        self._known_names = known_names

    def answer(self, http: Request) -> Response:
        """Answers one request; a refusal is ``{"error": "one line"}`` with its HTTP status."""
        self._worlds.look_for_expired()
        try:
            return self._answer(http)
        except routes.ExpectationFailed as error:
            return _json(409, error.payload)
        except MethodNotAllowed as error:
            allowed = ", ".join(sorted(error.valid_methods or ()))
            return _refused(405, f"this path takes only {allowed}", {"Allow": allowed})
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is JSON
            return _refused(*_status_and_message(error, f"{http.method} {http.path}"))

    def _answer(self, http: Request) -> Response:
        adapter = MAP.bind("mockseller", path_info=http.path.removeprefix(PREFIX) or "/")
        endpoint, matched = adapter.match(method=http.method)
        values = dict(matched)
        if endpoint == "GET /health":
            return _json(200, _health())
        handler = HANDLERS[endpoint]
        kinds = routes.BODIES.get(endpoint, (JSON,))
        self._guard.check(http, kinds=kinds)
        name = values.pop("name", None) or http.args.get("world") or DEFAULT
        query = http.args.to_dict()
        if OPERATIONS[endpoint].query is None:  # it would read them itself
            _require_parameters(query)
        request = ControlRequest(
            self._worlds, name, values, query, lambda: self._body(http),
            lambda file: self._save_body(http, file), self._known_names, self._registry,
            self._metrics,
        )  # fmt: skip
        status = 201 if endpoint in routes.CREATES else 200
        answer = handler(request)
        if isinstance(answer, str):
            return Response(answer, status, NO_STORE, content_type=routes.TEXT_OF_METRICS)
        return _file(answer) if isinstance(answer, FileAnswer) else _json(status, answer)

    def _body(self, http: Request) -> bytes:
        return b"".join(_chunks(http, "max_body", self._settings.max_body))

    def _save_body(self, http: Request, file: IO[bytes]) -> None:
        for chunk in _chunks(http, "max_world_file", self._settings.max_world_file):
            file.write(chunk)


def _chunks(http: Request, setting: str, most: int) -> Iterator[bytes]:
    """The body in pieces. Raises Refusal where it is larger than a setting lets it be."""
    http.max_content_length = most
    try:
        while chunk := http.stream.read(CHUNK):
            yield chunk
    except RequestEntityTooLarge:
        stream, left = http.environ["wsgi.input"], min(http.content_length or DRAIN, DRAIN)
        while left > 0 and (rest := stream.read(min(left, CHUNK))):
            left -= len(rest)
        line = f"the body is larger than the {most} bytes of the setting {setting}"
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, line) from None


def _require_parameters(query: Mapping[str, str]) -> None:
    """Raises ValueError for a parameter that no path takes: it would mean nothing."""
    for name in query:
        require("parameter", name, ("world",))


def _health() -> HealthInfo:
    return {"status": "ok", "version": __version__}


def _index(request: ControlRequest) -> PathList:
    """Every path, for those who look around with a program."""
    del request
    paths = [rule.endpoint.replace(" ", f" {PREFIX}", 1) for rule in MAP.iter_rules()]
    return {"console": f"{PREFIX}/console", "world": "?world=NAME", "paths": sorted(paths)}


def _functions(request: ControlRequest) -> list[FunctionInfo]:
    return functions(request.registry)


def _openapi(request: ControlRequest) -> OpenApiDocument:
    from emulator.openapi import openapi  # noqa: PLC0415 - loaded on first use

    return cast("OpenApiDocument", openapi(request.registry))


def _control_document(request: ControlRequest) -> OpenApiDocument:
    from emulator.control.api.document import control_document  # noqa: PLC0415 - on first use

    del request
    return cast("OpenApiDocument", control_document(ANSWERED_BY))


def _coverage(request: ControlRequest) -> CoverageInfo:
    from emulator.control.api import coverage  # noqa: PLC0415 - the same

    return coverage.measure(request.worlds, request.name, request.registry)


HANDLERS: Mapping[str, Handler] = {
    "GET /": _index,
    "GET /functions": _functions,
    "GET /openapi.json": _openapi,
    "GET /control.json": _control_document,
    "GET /coverage": _coverage,
    **routes.HANDLERS,
}
ANSWERED_BY: Mapping[str, Callable[..., object]] = {"GET /health": _health, **HANDLERS}
"""By path, what makes its answer."""
MAP = Map(
    [
        Rule(path, methods=[method], endpoint=f"{method} {path}")
        for method, _, path in (key.partition(" ") for key in ANSWERED_BY)
    ]
)
"""Built once: every application of this process has the same paths."""


def _status_and_message(error: Exception, what: str) -> tuple[int, str]:
    """The HTTP status and the message for an exception."""
    if isinstance(error, Refusal):
        return error.status, error.line
    if isinstance(error, HTTPException):
        code = error.code or 400
        return code, "there is no such path" if code == HTTPStatus.NOT_FOUND else error.name.lower()
    for kinds, status in STATUSES:
        if isinstance(error, kinds):
            return status, str(error)
    if is_storage_error(error):
        line = f"the worlds cannot be read or written: {error}"
        LOG.error("%s: %s", what, line)
        return HTTPStatus.INSUFFICIENT_STORAGE, line
    LOG.error("%s failed", what, exc_info=error)
    return 500, "internal error; the server's log has the details"


def _json(status: int, payload: object, headers: dict[str, str] | None = None) -> Response:
    body = json.dumps(payload, ensure_ascii=True, indent=1, default=_to_json()) + "\n"
    return Response(body, status, {**NO_STORE, **(headers or {})}, content_type=JSON)


def _file(answer: FileAnswer) -> Response:
    length = answer.file.seek(0, os.SEEK_END)
    answer.file.seek(0)
    response = Response(_pieces(answer.file), content_type=BINARY, headers=NO_STORE)
    response.call_on_close(answer.file.close)  # nobody may have read it
    response.headers["Content-Disposition"] = f'attachment; filename="{answer.name}"'
    response.content_length = length
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(CHUNK):
            yield piece


def _to_json() -> Callable[[Any], Any]:
    """Converts mappings and sequences that are not dict and list."""
    return lambda value: dict(value) if hasattr(value, "keys") else list(value)


def _refused(status: int, line: str, headers: dict[str, str] | None = None) -> Response:
    message = " ".join(line.split())
    extra = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = 'Bearer realm="mockseller"'
    return _json(status, {"error": message}, extra)
