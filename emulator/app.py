"""Assembles the application from settings, worlds, functions, the wire and the control API."""

from __future__ import annotations

import errno
import functools
import logging
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from http import HTTPStatus
from typing import IO
from urllib.parse import quote

import flask
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map
from werkzeug.wrappers import Request as HttpRequest
from werkzeug.wrappers import Response

from emulator.api.answered_call import Observer
from emulator.api.registry import Registry
from emulator.api.reply import Reply
from emulator.clock import SystemClock
from emulator.control.api.http import PREFIX, ControlApi
from emulator.control.api.names import KnownNames
from emulator.control.console.frame import AppCalls, AskPanel, Send
from emulator.control.console.pages import Console
from emulator.control.console.panel_request import PanelAnswer, PanelRequest
from emulator.domain.accounts.accounts import PasswordCache
from emulator.functions import families
from emulator.functions.products import service_types
from emulator.server.json_log import CallLog
from emulator.server.license_file_api import LicenseFileApi
from emulator.server.metrics import Metrics
from emulator.server.pages.landing import page
from emulator.server.pages.payment import PaymentPages
from emulator.server.trusted_proxies import TrustedProxies
from emulator.settings import Settings
from emulator.wire import request as wire
from emulator.wire.formats import FORMATS
from emulator.wire.pipeline import Pipeline
from emulator.wire.request import Request
from emulator.wire.rewriting import rewrite
from emulator.worlds.fixtures import world_names
from emulator.worlds.worlds import DEFAULT, CatalogueCache, Worlds

LOG = logging.getLogger("mockseller")
View = Callable[..., Response]
"""Answers the request at hand; its arguments are the variables of the path."""
PATHS = (
    "/",
    "/billmgr",
    "/billmgr/",
    "/manager",
    "/manager/billmgr",
    "/manager/billmgr/",
    "/w/<world>/billmgr",
    "/w/<world>/billmgr/",
    "/w/<world>/manager/billmgr",
    "/w/<world>/manager/billmgr/",
)
LONG_PATHS = tuple(
    f"{before}/long/<token>/billmgr"
    for before in ("", "/manager", "/w/<world>", "/w/<world>/manager")
)
"""Clients join the link of a long request to their base in different ways."""
FURTHER_PATHS = {
    "long": LONG_PATHS,
    "pay": ("/pay/<token>",),
    "license": ("/_licence", "/w/<world>/_licence"),
}
"""Paths by the name of their view, beside those of the API and of the control API."""
TO_THE_PAGE = "payment.add.redirect"
"""A browser that follows the ``ok`` of ``payment.add.method`` wants the page, not a document."""
PAGE_LINK = re.compile(rb"<url>(/pay/[^<]+)</url>")
"""The page in the document of TO_THE_PAGE, for a browser with a login and no key."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def create_registry(verified: PasswordCache | None = None) -> Registry:
    """Every function of the API; raises DeclarationError with all errors at once."""
    declared = families(verified or PasswordCache(secrets.token_bytes(32)))
    return Registry(declared, service_types.find_own)


def collect_names(registry: Registry) -> KnownNames:
    """The names of all functions and formats, for whoever refuses others."""
    return KnownNames(frozenset(function.name for function in registry), frozenset(FORMATS))


def fixture_names() -> tuple[str, ...]:
    """The names of the shipped worlds."""
    return world_names()


@functools.cache
def _shared() -> tuple[PasswordCache, Registry, CatalogueCache]:
    """The parts that all applications of this process share; nothing in them belongs to a world."""
    verified = PasswordCache(secrets.token_bytes(32))
    return verified, create_registry(verified), CatalogueCache()


def create_app(
    settings: Settings, system_clock: SystemClock | None = None, *, durable: bool = True
) -> Flask:
    """A WSGI application over the worlds under ``settings.data``; creates ``default`` if needed.

    ``durable``: False for data that is thrown away with the process. Such applications share their
    paths, so none may be added to one, and count no calls.

    Worlds that cannot be read are named in the log, and the others are served. Raises WorldError,
    FixtureError or OSError where ``default`` can be neither created nor read.
    """
    verified, registry, catalogues = _shared()
    worlds = Worlds(settings, system_clock, catalogues=catalogues, durable=durable)
    worlds.remove_leftovers()
    worlds.ensure_default()
    worlds.connect(DEFAULT)
    for problem in worlds.unreadable().values():
        LOG.warning(problem)
    worlds.close()  # no connection survives the fork of a worker
    known_names = collect_names(registry)
    metrics = Metrics(worlds, known_names.functions, counts=durable)
    observers: list[Observer] = [metrics.observe] if durable else []
    if settings.log == "json":
        observers.append(CallLog(worlds.system_clock).observe)
    if settings.worlds_expire:
        observers.append(lambda _: worlds.look_for_expired())
    pipeline = Pipeline(worlds.with_shared_connections(), registry, verified, observers)
    app = Flask("mockseller", static_folder=None)
    app.extensions["mockseller"] = worlds

    if durable:
        _add_paths(app)
    else:
        app.url_map = _paths_of_tests()
    app.view_functions |= {
        "api": _api(pipeline, settings),
        "long": _long_requests(pipeline),
        "pay": _payment_pages(PaymentPages(worlds)),
        "license": _license_files(LicenseFileApi(worlds)),
    }
    calls = AppCalls(_sender(pipeline), rewrite, _panel_asker(app))
    _add_control(
        app,
        ControlApi(settings, worlds, registry, known_names, metrics.text),
        Console(settings, worlds, registry, known_names, calls),
    )
    if settings.trusted_proxy:
        app.wsgi_app = TrustedProxies(app.wsgi_app, settings.trusted_proxy)  # type: ignore[method-assign]  # as Flask documents
    return app


def _add_paths(app: Flask) -> None:
    """Adds every path, by the name of the view that answers it."""
    for path in PATHS:
        app.add_url_rule(path, "api", methods=["GET", "POST", "OPTIONS"])
    for view, paths in FURTHER_PATHS.items():
        for path in paths:
            app.add_url_rule(path, view, methods=["GET", "POST"])
    for path in (PREFIX, f"{PREFIX}/", f"{PREFIX}/<path:rest>"):
        app.add_url_rule(path, "control", methods=METHODS, provide_automatic_options=False)


@functools.cache
def _paths_of_tests() -> Map:
    """The paths of all sellers of this process that a test throws away.

    To compile them takes longer than all else that such a seller needs. Nobody adds paths to it.
    """
    app = Flask("mockseller", static_folder=None)
    _add_paths(app)
    return app.url_map


def _api(pipeline: Pipeline, settings: Settings) -> View:
    """The API."""

    def billmgr(world: str = "") -> Response:
        # The request itself, not Flask's proxy, which costs a microsecond per access.
        http = flask.globals.request_ctx.request
        request = wire.read(http, world, max_body=settings.max_body, max_params=settings.max_params)
        if http.method == "OPTIONS":
            return _allowed(pipeline, request, Response(status=204))
        if not request.func and http.method in ("GET", "HEAD") and "out" not in request.params:
            prefix = http.root_path.rstrip("/")
            return Response(page(request.host, prefix, http.path), mimetype="text/html")
        to_page = (
            request.func == TO_THE_PAGE
            and _wants_page(http, request)
            and not request.params.get("out")
        )
        if to_page and request.params.get("key"):
            return flask.redirect(f"/pay/{quote(request.params['key'], safe='')}")
        reply = pipeline.answer(request)
        page_link = PAGE_LINK.search(reply.body) if to_page else None
        if page_link:
            return flask.redirect(page_link[1].decode())
        response = _response(reply)
        for name, value in reply.headers.items():
            response.headers[name] = value
        if request.refused is not None:
            response.headers["Connection"] = "close"
        return _allowed(pipeline, request, response) if request.origin else response

    return billmgr


def _sender(pipeline: Pipeline) -> Send:
    """How the console makes calls: like everybody else, from its own path."""

    def send(world: str, params: Mapping[str, str], address: str) -> Reply:
        return pipeline.answer(
            Request(
                params,
                "POST",
                f"{PREFIX}/console/{world}",
                world,
                address,
                host="",
                cookie="",
                origin="",
                agent="mockseller console",
            )
        )

    return send


def _wants_page(http: HttpRequest, request: Request) -> bool:
    """Whether a page is wanted: HTML is accepted, or an address is opened as it stands.

    One client area opens it with POST, its session in the body (docs/evidence.md 107).
    """
    if "text/html" in http.headers.get("Accept", ""):
        return True
    return "func" in http.args and not {"out", "sok"} & request.params.keys()


def _panel_asker(app: Flask) -> AskPanel:
    """How the console asks the control panel of a license, which calls this application."""

    def ask(request: PanelRequest) -> PanelAnswer:
        from emulator.panel.in_console import answer  # noqa: PLC0415 - few servers need a client

        return answer(app.wsgi_app, request)

    return ask


def _add_control(app: Flask, control: ControlApi, console: Console) -> None:
    """Adds the view of the control API, with the console among its paths."""

    def admin(rest: str = "") -> Response:
        if rest == "console" or rest.startswith("console/"):
            return console.answer(flask.globals.request_ctx.request)
        if not rest and "text/html" in flask.globals.request_ctx.request.headers.get("Accept", ""):
            return flask.redirect(f"{PREFIX}/console")  # a browser; programs get the paths
        # The control API has its own map and answers JSON for unknown paths.
        return control.answer(flask.globals.request_ctx.request)

    app.view_functions["control"] = admin

    @app.errorhandler(HTTPStatus.NOT_FOUND)
    def missing(error: HTTPException) -> Response | HTTPException:
        # A path with a line break in it matches no rule of the application.
        http = flask.globals.request_ctx.request
        return control.answer(http) if http.path.startswith(f"{PREFIX}/") else error


def _payment_pages(pages: PaymentPages) -> View:
    """The pages on which payments are paid (docs/evidence.md 37)."""

    def pay(token: str) -> Response:
        http = flask.globals.request_ctx.request
        if http.method == "POST":
            page = pages.click(token, http.form.get("action", ""))
        else:
            page = pages.show(token, http.base_url)
        response = Response(page.html, status=page.status, mimetype="text/html")
        response.headers["Cache-Control"] = "no-store"
        response.headers["Referrer-Policy"] = "no-referrer"
        if page.again:
            response.headers["Location"] = http.path
        return response

    return pay


def _license_files(license_files: LicenseFileApi) -> View:
    """The license file API; a key in a form stays out of logs of URLs."""

    def license(world: str = DEFAULT) -> Response:
        form = flask.globals.request_ctx.request
        if form.method == "POST":
            answer = license_files.issue(world, form.form.get("key", ""), form.form.get("ip", ""))
        else:
            answer = license_files.public_key(world)
        response = flask.jsonify(answer.body)
        response.status_code = answer.status
        response.headers["Cache-Control"] = "no-store"
        return response

    return license


def _long_requests(pipeline: Pipeline) -> View:
    """What waits behind the links of long requests (docs/faults.md)."""

    def long_answer(token: str, world: str = "") -> Response:
        del world  # the token names it
        return _response(pipeline.long_answer(token))

    return long_answer


def _response(reply: Reply) -> Response:
    """A reply as an HTTP response, broken off where a fault says so."""
    if reply.dropped or reply.cut_at is not None:
        sent = b"" if reply.dropped else reply.body[: reply.cut_at]
        broken = Response(_breaks_off(sent), content_type=reply.content_type or None)
        broken.headers["Content-Length"] = str(len(reply.body))
        return broken
    if reply.file is not None:
        long = Response(_chunks(reply.file), content_type=reply.content_type)
        long.headers["Content-Length"] = str(reply.length)
        return long
    return Response(reply.body, status=reply.status, content_type=reply.content_type)


CHUNK = 64 * 1024


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A long answer in chunks."""
    with file:
        while chunk := file.read(CHUNK):
            yield chunk


def _breaks_off(sent: bytes) -> Iterator[bytes]:
    """Sends bytes, then raises what a broken socket raises: clients in this process see the same.

    The server closes the connection on it.
    """
    if sent:
        yield sent
    raise ConnectionResetError(errno.ECONNRESET, "connection reset by a planned fault")


def _allowed(pipeline: Pipeline, request: Request, response: Response) -> Response:
    """CORS for the origins the world allows; nothing at all for the others."""
    if request.origin and pipeline.allows_origin(request):
        response.headers["Access-Control-Allow-Origin"] = request.origin
        response.headers["Access-Control-Allow-Credentials"] = "true"
        response.headers["Access-Control-Allow-Headers"] = "Content-Type, X-Requested-With"
        response.headers["Access-Control-Allow-Methods"] = "GET, POST"
        response.headers["Vary"] = "Origin"
    return response
