"""``mockseller record``: a recording proxy, and the export of its recordings."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import FILE, FOLDER, PORT, option_group

if TYPE_CHECKING:
    from contracts.recording.proxy import Proxy, ProxyPolicy


@dataclass(frozen=True, slots=True)
class RecordSettings:
    """What is recorded or replayed, where to, and which calls and data are let through."""

    upstream: str | None
    to: Path | None
    replay: Path | None
    on_miss: str
    rewrite: bool
    allow_paying: tuple[str, ...]
    keep_personal: bool
    personal: tuple[str, ...]
    seller_version: str
    insecure: bool

    def check(self) -> None:
        """Raises UsageError for options that exclude or need each other."""
        if self.replay is None and (self.upstream is None or self.to is None):
            raise click.UsageError("give --upstream URL and --to SESSION, or --replay SESSION")
        if self.replay is not None and (self.to is not None or self.rewrite):
            raise click.UsageError("--replay goes with neither --to nor --rewrite")
        if self.on_miss == "upstream" and (self.upstream is None or self.replay is None):
            raise click.UsageError("--on-miss upstream needs --replay and --upstream")


settings_options = option_group(
    "settings",
    RecordSettings,
    click.option("--upstream", metavar="URL", help="The seller to record: the address of its API."),
    click.option("--to", type=FILE, metavar="SESSION", help="The file to write."),
    click.option("--replay", type=FILE, metavar="SESSION",
                 help="Answer from a recording instead."),
    click.option("--on-miss", type=click.Choice(["error", "404", "upstream"]), default="error",
                 show_default=True,
                 help="With --replay, how to answer what is not in the recording: an error "
                 "document, HTTP 404, or by the --upstream, recording it too."),
    click.option("--rewrite", is_flag=True,
                 help="Replace exchanges that are on record already."),
    click.option("--allow-paying", multiple=True, metavar="FUNC",
                 help="A function that may spend money, by its exact name. May be repeated."),
    click.option("--keep-personal", is_flag=True,
                 help="Record names, phones, e-mail and IP addresses as they are."),
    click.option("--personal", multiple=True, metavar="FIELD",
                 help="A further field with personal data. May be repeated."),
    click.option("--seller-version", default="", metavar="TEXT",
                 help="The version that the seller runs, if you know it."),
    options.insecure,
)  # fmt: skip


@click.group(
    invoke_without_command=True,
    short_help="Record a real seller's answers without secrets and personal data.",
)
@settings_options
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST",
              help="Loopback address to listen on.")  # fmt: skip
@click.option("--port", type=PORT, default=1580, show_default=True, metavar="PORT",
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@click.pass_context
def record(context: click.Context, *, settings: RecordSettings, host: str, port: int) -> None:
    """Runs a proxy between a client and a seller that records requests and answers.

    Requests REACH THE SELLER and are carried out there. A call that may spend money is refused
    unless --allow-paying names its function. Passwords, sessions, keys and personal data are hidden
    before anything is written. Ctrl-C stops it.

    Exit code 0: it was stopped, 2: it could not start.
    """
    if context.invoked_subcommand is not None:
        return
    from contracts.record.fields import ExchangeError
    from contracts.recording import setup
    from contracts.recording.serving import loopback

    policy = _policy(settings.allow_paying, settings.on_miss)
    settings.check()
    options = setup.RecordingOptions(
        upstream=settings.upstream or "", verify=not settings.insecure,
        version=settings.seller_version,
        keep_personal=settings.keep_personal, personal=settings.personal, rewrite=settings.rewrite,
    )  # fmt: skip
    try:
        loopback(host)
        with setup.proxy(options, policy, _log, to=settings.to, replay=settings.replay) as proxy:
            _serve(proxy, host, port)
    except (ExchangeError, OSError, ValueError) as problem:
        click.echo(f"nothing can be recorded: {problem}", err=True)
        sys.exit(2)


def _policy(paying: tuple[str, ...], on_miss: str) -> ProxyPolicy:
    from contracts.recording.proxy import ProxyPolicy
    from contracts.recording.request import FUNC

    for name in paying:
        if not FUNC.fullmatch(name):
            raise click.UsageError(f'--allow-paying "{name}": name one function exactly')
    return ProxyPolicy(paying=frozenset(paying), on_miss=on_miss)


def _log(line: str) -> None:
    click.echo(line, err=True)


def _serve(proxy: Proxy, host: str, port: int) -> None:
    """Serves until Ctrl-C or a signal."""
    from contracts.recording.serving import server

    serving = server(proxy, host, port)
    shown = f"[{host}]" if ":" in host else host
    click.echo(f"listening on http://{shown}:{serving.port}/billmgr")
    try:
        serving.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        serving.server_close()
        for line in proxy.summary():
            click.echo(line, err=True)


@record.command()
@click.argument("session", type=FILE)
@click.option("--folder", type=FOLDER, required=True, metavar="FOLDER", help="Where to write.")
@click.option("--fixture", default="small", show_default=True, metavar="NAME",
              help="The world fixture that is in the same state.")  # fmt: skip
def export(session: Path, *, folder: Path, fixture: str) -> None:
    """Makes exchanges of grade "recorded" from a recording, one file each.

    Each has the steps that it depends on. Exchanges that cannot be exported are listed with the
    reason.

    Exit code 0: done, 2: the recording cannot be read, or the folder cannot be written.
    """
    from contracts.record.fields import ExchangeError
    from contracts.recording.export import export as made
    from contracts.recording.session import read

    try:
        written, left = made(read(session), folder, world=fixture)
    except (ExchangeError, OSError) as problem:
        click.echo(f"nothing can be exported: {problem}", err=True)
        sys.exit(2)
    for line in left:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{len(written)} exchanges in {folder}")
