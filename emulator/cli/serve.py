"""``mockseller serve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli import options

if TYPE_CHECKING:
    from ssl import SSLContext
    from wsgiref.types import WSGIApplication

    from emulator.cli.banner import FirstOrder
    from emulator.server.ready_file import ReadyFile
    from emulator.settings import Settings


@click.command()
@options.host()
@options.port(1500, of_settings=True)
@click.option("--workers", show_default="2", metavar="COUNT", help="Worker processes, 1 to 64.")
@click.option("--threads", show_default="8", metavar="COUNT", help="Threads per process, 1 to 256.")
@options.data
@click.option(
    "--seed",
    show_default="1",
    metavar="NUMBER",
    help="Seed of the invented data of a new world.",
)
@click.option(
    "--fixture",
    show_default="small",
    metavar="NAME",
    help="Fixture of a new world `default`: a shipped one, or a file.",
)
@click.option(
    "--as-of",
    metavar="DAY",
    help="Day or instant from which a new world `default` is made and at which its clock stands, "
    "so that answers are the same every day.",
)
@click.option(
    "--worlds-expire",
    show_default="never",
    metavar="AGE",
    help="Remove worlds other than `default` at this age: 2h, 30m, 1d.",
)
@click.option(
    "--tls",
    is_flag=True,
    default=None,
    help="Serve HTTPS too, with a certificate made here, and print how clients trust it.",
)
@click.option(
    "--tls-port",
    show_default="the next free one",
    metavar="PORT",
    help="Port of HTTPS beside that of HTTP; 0 takes a free port.",
)
@click.option(
    "--tls-name",
    multiple=True,
    metavar="NAME",
    callback=lambda _context, _option, names: ",".join(names) or None,
    help="A further host name or address for the certificate made here. May be repeated.",
)
@click.option(
    "--cert",
    type=options.FILE,
    metavar="FILE",
    help="Certificate of your own (PEM): HTTPS instead of HTTP, or beside it with --tls-port.",
)
@click.option("--key", type=options.FILE, metavar="FILE", help="Its private key (PEM).")
@click.option(
    "--exercises", type=options.FOLDER, metavar="FOLDER", help="Exercises of your own for trainees."
)
@click.option(
    "--trusted-proxy",
    multiple=True,
    metavar="ADDRESS",
    callback=lambda _context, _option, addresses: ",".join(addresses) or None,
    help="Address or network of a proxy whose X-Forwarded- headers are believed. May be repeated.",
)
@click.option(
    "--log",
    show_default="text",
    metavar="FORM",
    help="What stderr has: `text`, errors alone, or `json`, a line for each call and each error.",
)
@click.option(
    "--config",
    type=options.FILE,
    metavar="FILE",
    envvar="MOCKSELLER_CONFIG",
    show_envvar=True,
    help="Settings in a TOML file.",
)
@click.option(
    "--ready-file",
    type=options.FILE,
    metavar="FILE",
    help="JSON with address, port, control, pid and perhaps token for scripts: written when all "
    "workers answer, removed when the server ends.",
)
def serve(config: Path | None, ready_file: Path | None, **flags: object) -> None:
    """Start a seller; Ctrl-C stops it.

    Every setting can also be given as an environment variable (MOCKSELLER_PORT and so on) or in a
    file. An option takes precedence over the environment, the environment over the file.

    Exit code 0: it was stopped, 2: it could not start.
    """
    import gc
    from contextlib import ExitStack

    # All that is imported and made from here on stays; `Server.load` ends this.
    gc.disable()
    from emulator.server.json_log import log_errors_as_json
    from emulator.server.metric_files import MetricFiles
    from emulator.server.serving import PortError, Server, listen
    from emulator.settings import load

    with options.one_line_errors():
        settings = _with_token(load(flags, file=config))
        if settings.log == "json":
            log_errors_as_json()
        tls = _own_certificate(settings)
        _check_fixture(settings)
        try:
            listeners = listen(settings)
        except PortError as error:
            raise options.CannotRun(str(error)) from None
        network = "" if settings.is_local else listeners.network_url
        authority = None
        if settings.tls:
            tls, authority = _made_certificate(settings, network)
        written = _ready_file(ready_file)
        app, order = _app_and_first_order(settings)
        counts = MetricFiles()
    banner = order.banner(
        listeners.url,
        _location(settings),
        https=listeners.https.url(https=True) if listeners.http and listeners.https else "",
        authority=authority,
        network=network,
        token=settings.token,
    )

    def tell() -> None:
        if written is not None:
            written.write(listeners.url, listeners.all[0].port, settings.token)
        click.echo(banner)

    counts.use()
    ended = ExitStack()
    ended.callback(counts.remove)
    if written is not None:
        ended.callback(written.remove)
    Server(app, settings, listeners, ready=tell, ended=ended.close, tls=tls).run()


def _ready_file(path: Path | None) -> ReadyFile | None:
    """The file that is to be written, if one is."""
    import os

    from emulator.server.ready_file import ReadyFile, ReadyFileError

    if path is None:
        return None
    written = ReadyFile(path, os.getpid())
    try:
        written.prepare()
    except ReadyFileError as error:
        raise options.CannotRun(f"--ready-file: {error}") from None
    return written


def _with_token(settings: Settings) -> Settings:
    """The settings; a server for other computers has a token, an invented one where none is set."""
    import secrets
    from dataclasses import replace

    if settings.token or settings.is_local:
        return settings
    return replace(settings, token=secrets.token_urlsafe(12))


def _own_certificate(settings: Settings) -> SSLContext | None:
    """The certificate that the settings name, if they do."""
    import ssl

    if settings.cert is None or settings.key is None:
        return None
    for name, file in (("cert", settings.cert), ("key", settings.key)):
        try:
            with file.open("rb") as opened:
                opened.read(1)
        except OSError as error:
            raise options.CannotRun(f"{name}: {options.one_line(error)}") from None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    files = f"cert, key: {settings.cert} and {settings.key}"
    try:
        context.load_cert_chain(settings.cert, settings.key, _no_password)
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise options.CannotRun(f"{files} do not belong together") from None
        raise options.CannotRun(f"{files} are no certificate and its key, in PEM") from None
    return context


def _no_password() -> str:
    """In place of OpenSSL's question for it, which nobody would answer."""
    raise options.CannotRun("key: it is encrypted; a server needs one without a password")


def _location(settings: Settings) -> Path | str:
    """Where the worlds are, for people: of a database without the password."""
    import re

    return re.sub(r"(//[^/@:]*):[^@/]*@", r"\1@", settings.database) or settings.data


def _made_certificate(settings: Settings, network: str) -> tuple[SSLContext, Path]:
    """A certificate of the data folder's authority, and the file of that authority.

    It is valid for the address for other computers too.
    """
    from urllib.parse import urlsplit

    from emulator.clock import SystemClock
    from emulator.server.local_authority import local_authority

    now = SystemClock().now()
    authority = local_authority(settings.data / "tls", now)
    reached = urlsplit(network).hostname
    names = [*settings.tls_name, *([reached] if reached else [])]
    return authority.server_context(names, now), authority.file


def _check_fixture(settings: Settings) -> None:
    """Checks the fixture even if the world `default` exists and does not need it."""
    from emulator.worlds.fixtures import world_names

    name = settings.fixture
    if name in world_names() or (Path(name).suffix and Path(name).is_file()):
        return
    names = ", ".join(sorted(world_names()))
    raise options.CannotRun(f'fixture: there is no shipped world "{name}"; choose one of {names}')


def _app_and_first_order(settings: Settings) -> tuple[WSGIApplication, FirstOrder]:
    from emulator.app import create_app
    from emulator.cli.banner import first_order

    return create_app(settings), first_order(settings)
