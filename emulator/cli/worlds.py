"""``mockseller world``: acts on the data folder; a running server sees it at once."""

from __future__ import annotations

from pathlib import Path

import click

from emulator.cli import options

YAML = {".yaml", ".yml"}


@click.group()
def world() -> None:
    """Make, reset, load and remove worlds."""


@world.command("list")
@options.data
@options.as_json
def list_worlds(data: options.Location | None, *, as_json: bool) -> None:
    """List the worlds."""
    from emulator.control.api import world_state

    with options.opened(data) as worlds:
        states = world_state.describe_all(worlds)
    if as_json:
        options.show_json(states)
        return
    for state in states:
        if "made_from" in state:
            click.echo(
                f"{state['name']:<20} from {state['made_from']:<12} "
                f"{state['now']}  {state['clock']}"
            )
        else:
            click.echo(state["error"], err=True)


@world.command()
@click.argument("name")
@click.option(
    "--fixture",
    default="small",
    show_default=True,
    metavar="NAME",
    help="A shipped world, or a file, also an exported one.",
)
@click.option("--seed", type=options.NUMBER, metavar="NUMBER", show_default="that of the settings",
              help="Seed of the invented data.")  # fmt: skip
@click.option("--as-of", metavar="DAY",
              help="Day or instant instead of the present; the clock stands there.")  # fmt: skip
@options.data
def create(
    name: str, fixture: str, seed: int | None, as_of: str | None, data: options.Location | None
) -> None:
    """Make a world NAME from a fixture."""
    from emulator.clock import read_instant

    with options.opened(data) as worlds:
        worlds.create(name, fixture, seed, None if as_of is None else read_instant(as_of))
    click.echo(f"{name}: made from {fixture}; its address is /w/{name}/billmgr")


@world.command()
@click.argument("name", default="default")
@options.data
def reset(name: str, data: options.Location | None) -> None:
    """Put the world NAME back to its initial state."""
    from emulator.control.api import clock

    with options.opened(data) as worlds:
        worlds.reset(name)
        ahead = clock.show(worlds, name).ahead
    click.echo(f"{name}: back in its initial state")
    if ahead:
        click.echo(f"made after its present time: {options.join_counts(ahead)}")


@world.command()
@click.argument("name")
@options.data
def remove(name: str, data: options.Location | None) -> None:
    """Remove the world NAME."""
    with options.opened(data) as worlds:
        worlds.remove(name)
    click.echo(f"{name}: removed")


@world.command()
@click.argument("name")
@click.argument("file", type=options.FILE)
@options.data
def load(name: str, file: Path, data: options.Location | None) -> None:
    """Load FILE into the world NAME; a missing world is created.

    FILE is an answer of pricelist.export (xml, json or bjson), whose tariffs become the catalogue,
    or your own world file (.yaml), from which the world NAME is made anew.
    """
    from emulator.control.api import world_state

    with options.opened(data) as worlds:
        if file.suffix in YAML:
            worlds.remake(name, str(file))
            click.echo(f"{name}: made from {file.name}")
            return
        document = file.read_bytes()
        is_new = not worlds.exists(name)
        if is_new:
            worlds.create(name, "empty")
        try:
            imported = world_state.sell(worlds, name, document)
        except ValueError as error:
            if is_new:
                worlds.remove(name)
            raise options.CannotRun(f"{file.name}: {options.one_line(error)}") from None
    for line in imported.left_out:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{name}: {len(imported.tariffs)} tariffs from {file.name}")


@world.command(short_help="Set when what is bought is ready.")
@click.argument("name")
@click.argument("mode")
@click.argument("amount", type=options.NUMBER, default=0)
@options.data
def provisioning(name: str, mode: str, amount: int, data: options.Location | None) -> None:
    """Set when services and keys of the world NAME are ready.

    MODE is at_once, by_hand, seconds or reads; the last two with an AMOUNT: after so many seconds,
    or when it was read so many times.
    """
    from emulator.control.api import world_state

    with options.opened(data) as worlds:
        world_state.change(worlds, name, provisioning={"mode": mode, "amount": amount})
    click.echo(f"{name}: provisioning {mode}" + (f" {amount}" if amount else ""))


@world.command()
@click.argument("name")
@click.argument("label")
@options.data
def snapshot(name: str, label: str, data: options.Location | None) -> None:
    """Save the present state of the world NAME as LABEL."""
    with options.opened(data) as worlds:
        worlds.snapshot(name, label)
    click.echo(f"{name}: saved as {label}")


@world.command()
@click.argument("name")
@click.argument("label")
@options.data
def restore(name: str, label: str, data: options.Location | None) -> None:
    """Put the world NAME back to the snapshot LABEL."""
    with options.opened(data) as worlds:
        worlds.restore(name, label)
    click.echo(f"{name}: restored from {label}")


@world.command("forget")
@click.argument("name")
@click.argument("label")
@options.data
def forget(name: str, label: str, data: options.Location | None) -> None:
    """Remove the snapshot LABEL of the world NAME."""
    with options.opened(data) as worlds:
        worlds.remove_snapshot(name, label)
    click.echo(f"{name}: the snapshot {label} is removed")


@world.command()
@click.argument("name")
@click.argument("into")
@options.data
def fork(name: str, into: str, data: options.Location | None) -> None:
    """Copy the world NAME to a new world INTO."""
    with options.opened(data) as worlds:
        worlds.fork(name, into)
    click.echo(f"{into}: a copy of {name}")


@world.command("export", short_help="Write a world into one file.")
@click.argument("name")
@click.argument("file", type=options.FILE)
@options.data
def export_world(name: str, file: Path, data: options.Location | None) -> None:
    """Write a world into a file.

    FILE is for another data folder or a colleague. It has the present state, the journal, and
    what the world resets to.
    """
    with options.opened(data) as worlds:
        worlds.export(name, file)
    click.echo(f"{name}: written into {file}")


@world.command("import", short_help="Make a world of such a file.")
@click.argument("file", type=options.FILE)
@click.argument("name", required=False)
@options.data
def import_world(file: Path, name: str | None, data: options.Location | None) -> None:
    """Make a world of an exported file.

    FILE is what `export` wrote; the world gets the name it had there, or NAME.
    """
    # Into a new folder `default` too can be imported.
    with options.opened(data, with_default=False) as worlds:
        name = worlds.import_archive(file, name)
    click.echo(f"{name}: made from {file.name}; its address is /w/{name}/billmgr")
