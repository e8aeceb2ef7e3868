"""``python -m contracts``: commands for maintainers of the record."""

from __future__ import annotations

import sys

import click


@click.group()
def contracts() -> None:
    """Maintains the record of the seller's API."""


@contracts.command()
@click.option("--write", "writes", is_flag=True, help="Record the present declarations.")
def schemas(*, writes: bool) -> None:
    """Shows how the declarations differ from the record; with --write, records them."""
    from contracts.record.declarations import COMMAND, find_drift, write  # noqa: PLC0415 - --help costs nothing

    if writes:
        changed = write()
        for name in changed:
            click.echo(f"written: contracts/schemas/{name}")
        click.echo("Review what changed." if changed else "Nothing has changed.")
        return
    lines = find_drift()
    for line in lines:
        click.echo(line)
    if lines:
        click.echo(f"If this is meant: {COMMAND}")
        sys.exit(1)
    click.echo("The declarations are as recorded.")


@contracts.command()
def exchanges() -> None:
    """Lists the exchanges on record with their evidence."""
    from contracts.record.exchange import read_all  # noqa: PLC0415 - --help costs nothing

    for exchange in read_all():
        click.echo(f"{exchange.name}\t{exchange.evidence}\t{','.join(exchange.formats)}")


if __name__ == "__main__":
    contracts(prog_name="python -m contracts")
