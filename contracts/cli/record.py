"""``mockseller record``: a recording proxy, and what becomes of its recordings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from contracts.recording.proxy import Gate, Proxy


@click.group(invoke_without_command=True, short_help="Record a real seller's answers, masked.")
@click.option("--upstream", metavar="URL", help="The seller to record: the address of its API.")
@click.option("--to", type=click.Path(path_type=Path), metavar="SESSION", help="The file to write.")
@click.option(
    "--replay", type=click.Path(exists=True, path_type=Path), metavar="SESSION",
    help="Answer from a recording instead.",
)  # fmt: skip
@click.option(
    "--on-miss", type=click.Choice(["error", "404", "upstream"]), default="error",
    show_default=True,
    help="With --replay, what is not in the recording: an error document, HTTP 404, or ask "
    "--upstream and record it too.",
)  # fmt: skip
@click.option("--rewrite", is_flag=True, help="Record anew, in place, what is on record already.")
@click.option(
    "--allow-paying", multiple=True, metavar="FUNC",
    help="A function that may spend money, by its exact name; may be said several times.",
)  # fmt: skip
@click.option("--keep-personal", is_flag=True, help="Keep names, phones, e-mail and IP addresses.")
@click.option(
    "--personal", multiple=True, metavar="FIELD", help="A further field that holds people's data."
)
@click.option("--version", metavar="TEXT", help="What the seller runs, if you know it.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Loopback only.")
@click.option("--port", default=1580, show_default=True, help="0 is a free one.")
@click.option("--insecure", is_flag=True, help="Accept any certificate of the seller.")
@click.pass_context
def record(
    context: click.Context,
    *,
    upstream: str | None,
    to: Path | None,
    replay: Path | None,
    on_miss: str,
    rewrite: bool,
    allow_paying: tuple[str, ...],
    keep_personal: bool,
    personal: tuple[str, ...],
    version: str | None,
    host: str,
    port: int,
    insecure: bool,
) -> None:
    """Stands between a client and a seller, and writes down what they say.

    Requests REACH THE SELLER and act there. Whatever may spend money is refused unless it is named
    by --allow-paying. Passwords, sessions, keys and people's data are masked before anything is
    written. Stop it with Ctrl-C. Exit code 2: it could not begin.
    """
    if context.invoked_subcommand is not None:
        return
    from contracts.fields import ExchangeFault
    from contracts.recording import begin
    from contracts.recording.serving import loopback

    gate = _gate(allow_paying, on_miss)
    if replay is None and (upstream is None or to is None):
        raise click.UsageError("say --upstream URL and --to SESSION, or --replay SESSION")
    if replay is not None and (to is not None or rewrite):
        raise click.UsageError("--replay goes with neither --to nor --rewrite")
    if on_miss == "upstream" and (upstream is None or replay is None):
        raise click.UsageError("--on-miss upstream needs --replay and --upstream")
    wish = begin.Wish(
        upstream=upstream or "", verify=not insecure, version=version or "",
        keep_personal=keep_personal, personal=personal, rewrite=rewrite,
    )  # fmt: skip
    try:
        loopback(host)
        with begin.proxy(wish, gate, _log, to=to, replay=replay) as proxy:
            _serve(proxy, host, port)
    except (ExchangeFault, OSError, ValueError) as problem:
        click.echo(f"nothing can be recorded: {problem}", err=True)
        sys.exit(2)


def _gate(paying: tuple[str, ...], on_miss: str) -> Gate:
    from contracts.recording.proxy import Gate
    from contracts.recording.sent import FUNC

    for name in paying:
        if not FUNC.fullmatch(name):
            raise click.UsageError(f'--allow-paying "{name}": name one function exactly')
    return Gate(paying=frozenset(paying), on_miss=on_miss)


def _log(line: str) -> None:
    click.echo(line, err=True)


def _serve(proxy: Proxy, host: str, port: int) -> None:
    """Until Ctrl-C, or until whoever started it ends it.

    Both signals are asked for: a shell that starts it in the background has SIGINT ignored.
    """
    import signal

    from contracts.recording.serving import server

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    serving = server(proxy, host, port)
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, stop)
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
@click.argument("session", type=click.Path(path_type=Path))
@click.option("--to", "folder", type=click.Path(path_type=Path), required=True, metavar="FOLDER")
@click.option("--world", default="small", show_default=True, help="Where ours has the same state.")
def export(session: Path, *, folder: Path, world: str) -> None:
    """Makes exchanges of grade "recorded" of a recording, one file each.

    Each brings the steps it depends on. What cannot stand alone is listed with the reason.
    Exit code 2: the recording cannot be read, or the folder not be written.
    """
    from contracts.fields import ExchangeFault
    from contracts.recording.export import export as made
    from contracts.recording.session import read

    try:
        written, left = made(read(session), folder, world=world)
    except (ExchangeFault, OSError) as problem:
        click.echo(f"nothing can be exported: {problem}", err=True)
        sys.exit(2)
    for line in left:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{len(written)} exchanges in {folder}")
