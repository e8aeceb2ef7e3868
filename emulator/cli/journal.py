"""``mockseller journal``."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import click

from emulator.cli import options

if TYPE_CHECKING:
    from emulator.journal import Entry
    from emulator.worlds.worlds import Worlds

MOST: Final = 100_000
SECONDS_BETWEEN_LOOKS: Final = 0.5
INDENT: Final = 18
"""The indent of wrapped rows: under the login."""


@click.command()
@click.argument("number", type=click.IntRange(1), required=False)
@click.option("--follow", is_flag=True, help="Show further calls as they come, until Ctrl-C.")
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
@click.option("--limit", type=click.IntRange(1, MOST), default=50, show_default=True,
              metavar="COUNT", help="Show the latest COUNT only.")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with parameters and answers.")
@options.world
@options.data
def journal(
    number: int | None,
    functions: tuple[str, ...],
    account: str | None,
    outcome: str | None,
    limit: int,
    name: str,
    data: options.Location | None,
    *,
    follow: bool,
    errors: bool,
    faults: bool,
    former_faults: bool,
    events: bool,
    former_events: bool,
    as_json: bool,
) -> None:
    """Show the recorded calls, oldest first; secrets are masked.

    With a NUMBER, show that call with its parameters and its answer.
    """
    from emulator import journal as journals

    if follow and (as_json or number is not None):
        raise click.UsageError("--follow shows rows: it goes with neither --json nor a NUMBER")
    with options.opened(data) as worlds:
        if number is not None:
            _print_entry(_entry(worlds, name, number), as_json=as_json)
            return
        _require_names(worlds, name, functions, account, outcome)

        filters = {
            "func": functions or None,
            "login": account,
            "error": errors or None,
            "fault": (faults or former_faults) or None,
            "outcome": outcome,
            "kind": None if events or former_events else journals.CALL,
        }
        find = partial(_find_after, worlds, name, limit, filters)
        if as_json:
            click.echo(json.dumps([entry.as_dict() for entry in find(0)], indent=1))
            return
        if follow:
            with suppress(KeyboardInterrupt):
                _show(follow_journal(find, lambda: journals.newest(worlds.connect(name))))
        else:
            _show(find(0))


def _find_after(
    worlds: Worlds, name: str, limit: int, filters: dict[str, Any], after: int
) -> list[Entry]:
    """The entries after one of this number, oldest first; from the beginning the latest only."""
    from emulator import journal as journals

    limit = MOST if after else limit
    return journals.find(worlds.connect(name), **filters, after=after, limit=limit)[::-1]


def _require_names(
    worlds: Worlds, name: str, functions: Iterable[str], account: str | None, outcome: str | None
) -> None:
    """Refuse functions, a login or an outcome that the world's journal cannot have."""
    from emulator import journal as journals
    from emulator.app import collect_names, create_registry
    from emulator.control.api.names import require_login

    if outcome is not None:
        journals.require_outcome(outcome)
    if account is not None:
        require_login(worlds, name, account)
    if functions:
        known_names = collect_names(create_registry())
        for pattern in functions:
            known_names.require_recorded(worlds, name, pattern)


def _show(entries: Iterable[Entry]) -> None:
    for line in _rows(entries):
        options.show_row(line, INDENT)


def follow_journal(
    find: Callable[[int], list[Entry]],
    newest: Callable[[], int],
    wait: Callable[[float], None] = time.sleep,  # noqa: TID251 - a person waits for calls
) -> Iterator[Entry]:
    """What ``find`` returns after a number, and then whatever comes, without end.

    ``newest``: the number of the last entry; it begins anew when the world is reset.
    """
    last = 0
    while True:
        for entry in find(last):
            yield entry
            last = entry.id
        wait(SECONDS_BETWEEN_LOOKS)
        if newest() < last:
            last = 0


def _entry(worlds: Worlds, name: str, number: int) -> Entry:
    from emulator import journal as journals

    entry = journals.entry(worlds.connect(name), number)
    if entry is None:
        raise options.CannotRun(f"there is no entry {number} in the journal of this world")
    return entry


def _print_entry(entry: Entry, *, as_json: bool) -> None:
    """One entry: its row, what was sent a line each, and the answer."""
    if as_json:
        click.echo(json.dumps(entry.as_dict(), indent=1))
        return
    _show([entry])
    click.echo(f"\n{entry.method} {entry.path}".rstrip())
    for name, value in json.loads(entry.params).items():
        click.echo(f"  {name} = {value}")
    click.echo(f"\n{entry.answer}".rstrip())


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
