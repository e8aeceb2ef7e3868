"""``mockseller journal``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from emulator.cli import options

if TYPE_CHECKING:
    from emulator.journal import Entry

INDENT: Final = 18
"""The indent of wrapped rows: under the login."""


@click.command()
@click.option("--func", "functions", multiple=True, metavar="PATTERN",
              help="Only functions that match; * matches anything. May be repeated.")  # fmt: skip
@click.option("--account", metavar="LOGIN", help="Only calls of this login.")
@click.option("--errors", is_flag=True, help="Only calls that were refused.")
@click.option("--faults", is_flag=True, help="Only calls that a fault was applied to.")
@options.former("--struck", "--faults", is_flag=True)
@click.option(
    "--outcome",
    metavar="TEXT",
    help='Only calls that came to this: "bought", "form only", "refused exists".',
)
@click.option("--events", is_flag=True, help="Show due events as well.")
@options.former("--happenings", "--events", is_flag=True)
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True,
              metavar="COUNT", help="Show the latest COUNT only.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with parameters and answers.")
@options.world
@options.data
def journal(
    functions: tuple[str, ...],
    account: str | None,
    outcome: str | None,
    limit: int,
    name: str,
    data: Path | None,
    *,
    errors: bool,
    faults: bool,
    former_faults: bool,
    events: bool,
    former_events: bool,
    as_json: bool,
) -> None:
    """Show the recorded calls, oldest first; secrets are masked."""
    from emulator import journal as journals
    from emulator.app import collect_names, create_registry
    from emulator.control.api.names import require_login

    with options.opened(data) as worlds:
        if outcome is not None:
            journals.require_outcome(outcome)
        if account is not None:
            require_login(worlds, name, account)
        if functions:
            known_names = collect_names(create_registry())
            for pattern in functions:
                known_names.require_recorded(worlds, name, pattern)
        entries = journals.find(
            worlds.connect(name),
            func=functions or None,
            login=account,
            error=errors or None,
            fault=(faults or former_faults) or None,
            outcome=outcome,
            kind=None if events or former_events else journals.CALL,
            limit=limit,
        )
    entries.reverse()
    if as_json:
        click.echo(json.dumps([entry.as_dict() for entry in entries], indent=1))
        return
    for line in _rows(entries):
        options.show_row(line, INDENT)


def _rows(entries: Iterable[Entry]) -> Iterator[str]:
    """A line for each entry, under a line for each day."""
    day = ""
    for entry in entries:
        if day != (day := f"{entry.at:%Y-%m-%d}"):
            yield day
        row = f"{entry.id:>6}  {entry.at:%H:%M:%S}  {entry.login or '-':<10}"
        fault = f"  {entry.fault}" if entry.fault else ""
        yield f"{row}  {entry.func or '-':<18}  {_outcome(entry)}{fault}"


def _outcome(entry: Entry) -> str:
    from emulator import journal as journals

    if entry.kind == journals.EVENT:
        event = json.loads(entry.params)
        return f"service {event['service']}  {event['detail']}".rstrip()
    marks = {"repeated": entry.repeated, "unknown": entry.unknown}
    noted = "".join(f"  {mark}: {', '.join(json.loads(names))}"
                    for mark, names in marks.items() if names != journals.NO_NAMES)  # fmt: skip
    outcome = entry.outcome or entry.error or "ok"  # of an old entry the outcome is unknown
    return f"{outcome:<16}  {entry.took_ms:5.1f} ms{noted}"
