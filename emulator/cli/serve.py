"""``mockseller serve``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from emulator.cli import options

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

    from emulator.cli.banner import FirstOrder
    from emulator.settings import Settings


@click.command()
@options.host()
@options.port(1500, of_settings=True)
@click.option("--workers", show_default="2", metavar="COUNT", help="Processes, 1 to 64.")
@click.option(
    "--threads", show_default="8", metavar="COUNT", help="Threads of each process, 1 to 256."
)
@options.data
@click.option(
    "--seed",
    show_default="1",
    metavar="NUMBER",
    help="What invented data of a new world derives from.",
)
@click.option(
    "--fixture",
    show_default="small",
    metavar="NAME",
    help="What a new world `default` is made from: a shipped world, or a file.",
)
@click.option("--cert", type=options.FILE, metavar="FILE", help="Certificate (PEM): serve HTTPS.")
@click.option("--key", type=options.FILE, metavar="FILE", help="Its private key (PEM).")
@click.option(
    "--config",
    type=options.FILE,
    metavar="FILE",
    envvar="MOCKSELLER_CONFIG",
    show_envvar=True,
    help="Settings in a TOML file.",
)
def serve(config: Path | None, **flags: object) -> None:
    """Start a seller; Ctrl-C stops it.

    Every setting also comes from the environment: MOCKSELLER_PORT and so on. Flags weigh more.

    Exit code 0: it was stopped, 2: it could not begin.
    """
    from emulator.server.serving import PortError, Server, take
    from emulator.settings import load

    with options.told():
        settings = load(flags, file=config)
        _check_certificate(settings)
        _check_fixture(settings)
        try:
            place = take(settings.host, settings.port)
        except PortError as fault:
            raise options.CannotRun(str(fault)) from None
        app, order = _made(settings)
    url = place.url(https=settings.cert is not None)
    Server(app, settings, place, ready=lambda: click.echo(order.banner(url))).run()


def _check_certificate(settings: Settings) -> None:
    import ssl

    if settings.cert is None or settings.key is None:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(settings.cert, settings.key)
    except (ssl.SSLError, OSError) as fault:
        raise options.CannotRun(
            f"cert, key: {settings.cert} and {settings.key} cannot be used: {fault}"
        ) from None


def _check_fixture(settings: Settings) -> None:
    """Also where the world `default` exists already and nothing is made from it today."""
    from emulator.worlds.fixtures import world_names

    name = settings.fixture
    if name in world_names() or (Path(name).suffix and Path(name).is_file()):
        return
    raise options.CannotRun(
        f'fixture: no worlds "{name}"; there are {", ".join(sorted(world_names()))}'
    )


def _made(settings: Settings) -> tuple[WSGIApplication, FirstOrder]:
    from emulator.app import create_app
    from emulator.cli.banner import first_order

    return create_app(settings), first_order(settings)
