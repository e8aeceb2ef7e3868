"""``mockseller clock``: acts on the data folder; a running server sees it at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from emulator.cli import options

if TYPE_CHECKING:
    from emulator.control.api.clock import ClockState


@click.group()
def clock() -> None:
    """Show, move and stop a world's clock."""


@clock.command()
@options.world
@options.as_json
@options.data
def show(name: str, data: options.Location | None, *, as_json: bool) -> None:
    """Show the world's time."""
    from emulator.control.api import clock as clocks

    with options.opened(data) as worlds:
        state = clocks.show(worlds, name)
    if as_json:
        options.show_json(state.as_dict())
    else:
        _print(state)


# Unknown options pass, since "-1 day" is a bad span.
@clock.command(
    context_settings={"ignore_unknown_options": True}, short_help="Move the clock forward."
)
@click.argument("span", nargs=-1, required=True)
@options.world
@options.data
def advance(span: tuple[str, ...], name: str, data: options.Location | None) -> None:
    """Move the clock forward by SPAN: 31 days, 1 month, or "to next renewal"."""
    from emulator.control.api import clock as clocks

    with options.opened(data) as worlds:
        _print(clocks.advance(worlds, name, " ".join(span)))


@clock.command(short_help="Stop the clock, now or at an instant.")
@click.argument("at", required=False, metavar="[INSTANT]")
@options.world
@options.data
def freeze(at: str | None, name: str, data: options.Location | None) -> None:
    """Stop the clock, now or at an INSTANT such as 2027-01-31T00:00:00Z."""
    from emulator.clock import read_instant
    from emulator.control.api import clock as clocks

    with options.opened(data) as worlds:
        _print(clocks.freeze(worlds, name, read_instant(at) if at else None))


@clock.command("set", short_help="Set the clock to an instant.")
@click.argument("at", metavar="INSTANT")
@options.world
@options.data
def set_to(at: str, name: str, data: options.Location | None) -> None:
    """Set the clock to an INSTANT such as 2027-01-31T00:00:00Z."""
    from emulator.clock import read_instant
    from emulator.control.api import clock as clocks

    with options.opened(data) as worlds:
        _print(clocks.set_to(worlds, name, read_instant(at)))


@clock.command()
@options.world
@options.data
def real(name: str, data: options.Location | None) -> None:
    """Let the clock show real time again."""
    from emulator.control.api import clock as clocks

    with options.opened(data) as worlds:
        _print(clocks.run_real(worlds, name))


def _print(state: ClockState) -> None:
    for event in state.happened:
        line = f"{event.at:%Y-%m-%d %H:%M}  {event.what:<8} {event.service_id}  {event.detail}"
        click.echo(line.rstrip())
    if state.left_off:
        click.echo(f"and {state.left_off} more; the journal has the latest")
    click.echo(f"{state.now:%Y-%m-%d %H:%M:%S} UTC, {state.mode}")
    if state.ahead:
        click.echo(f"made after its present time: {options.join_counts(state.ahead)}")
    if state.next_due_at is not None:
        click.echo(f"next renewal {state.next_due_at:%Y-%m-%d %H:%M}")
