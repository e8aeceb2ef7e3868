"""``mockseller record``: a recording proxy, and the export of its recordings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.cli import options
from contracts.cli.options import FILE, FOLDER, PORT, option_group
from contracts.recording.options import ON_MISS, RecordingOptions

if TYPE_CHECKING:
    from contracts.recording.proxy import Proxy


recording_options = option_group(
    "recording",
    RecordingOptions,
    click.option("--upstream", metavar="URL", help="The seller to record: the address of its API."),
    click.option("--to", type=FILE, metavar="SESSION", help="The file to write."),
    click.option("--replay", type=FILE, metavar="SESSION",
                 help="Answer from this recording; no seller is needed."),
    click.option("--on-miss", type=click.Choice(ON_MISS), default="error",
                 show_default=True,
                 help="With --replay, the answer to a request that was not recorded: an error "
                 "document, HTTP 404, or what --upstream answers, which is then recorded."),
    click.option("--rewrite", is_flag=True,
                 help="Record a request again that is in the file already."),
    click.option("--allow-paying", multiple=True, metavar="FUNC",
                 help="A function that may spend money, by its exact name. May be repeated."),
    click.option("--keep-personal", is_flag=True,
                 help="Record names, phones, e-mail and IP addresses as they are."),
    click.option("--personal", multiple=True, metavar="FIELD",
                 help="Hide what is in this field, too. May be repeated."),
    click.option("--seller-version", default="", metavar="TEXT",
                 help="The version that the seller runs, if you know it."),
    options.insecure,
)  # fmt: skip


@click.group(
    invoke_without_command=True,
    short_help="Record what a real seller answers, without secrets.",
)
@recording_options
@click.option("--host", default="127.0.0.1", show_default=True, metavar="HOST",
              help="Loopback address to listen on.")  # fmt: skip
@click.option("--port", type=PORT, default=1580, show_default=True, metavar="PORT",
              help="Port to listen on; 0 takes a free one.")  # fmt: skip
@click.pass_context
def record(context: click.Context, *, recording: RecordingOptions, host: str, port: int) -> None:
    """Record requests and answers: a proxy between your client and a real seller.

    Requests REACH THE SELLER and are carried out there. A call that may spend money is refused
    unless --allow-paying names its function. Passwords, sessions, keys and personal data are hidden
    before anything is written. Ctrl-C stops it.

    Exit code 0: it was stopped, 2: it could not start.
    """
    if context.invoked_subcommand is not None:
        return
    from contracts.record.fields import ExchangeError
    from contracts.recording.serving import check_loopback
    from contracts.recording.setup import open_proxy

    try:
        recording.check()
    except ValueError as problem:
        raise click.UsageError(str(problem)) from None
    try:
        check_loopback(host)
        with open_proxy(recording, _log) as proxy:
            _serve(proxy, host, port)
    except (ExchangeError, OSError, ValueError) as problem:
        click.echo(f"nothing can be recorded: {problem}", err=True)
        sys.exit(2)


def _log(line: str) -> None:
    click.echo(line, err=True)


def _serve(proxy: Proxy, host: str, port: int) -> None:
    """Serves until Ctrl-C or a signal."""
    from contracts.recording.serving import create_server

    serving = create_server(proxy, host, port)
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
              help="The shipped world that has what the exchanges need.")  # fmt: skip
def export(session: Path, *, folder: Path, fixture: str) -> None:
    """Write each exchange of a recording into a file of its own.

    Each has the steps that it depends on, and the evidence "recorded". Exchanges that cannot be
    exported are listed with the reason.

    Exit code 0: done, 2: the recording cannot be read, or the folder cannot be written.
    """
    from contracts.record.fields import ExchangeError
    from contracts.recording.export import export as made
    from contracts.recording.session import read
    from emulator.app import fixture_names

    options.require_known([fixture], fixture_names(), "shipped world")
    try:
        written, left = made(read(session), folder, world=fixture)
    except (ExchangeError, OSError) as problem:
        click.echo(f"nothing can be exported: {problem}", err=True)
        sys.exit(2)
    for line in left:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{len(written)} exchanges in {folder}")
