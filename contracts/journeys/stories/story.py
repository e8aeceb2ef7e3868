"""What all stories of ``mockseller demo`` share: a seller to play at, and steps in the terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

import httpx
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.markup import escape
from rich.syntax import Syntax

from contracts.journeys.journey import StepRecord
from contracts.target.redact import format_readable, mask_form
from emulator import testing

QUIET_DAY: Final = 10
"""A day that every month has, so that a story is the same on any day it is told."""
MORNING: Final = relativedelta(hour=9, minute=0, second=0, microsecond=0)


@contextmanager
def start_seller(*, in_process: bool) -> Iterator[tuple[testing.World, httpx.BaseTransport]]:
    """A seller with one account and no services, and the transport that reaches it.

    Raises RuntimeError or OSError if it does not start.
    """
    if in_process:
        with testing.Seller(fixture="empty") as seller:
            yield seller, httpx.WSGITransport(app=seller.wsgi)
        return
    with testing.SellerServer(fixture="empty") as server:
        yield server, httpx.HTTPTransport()


def freeze_on_quiet_day(seller: testing.World) -> None:
    """Stops the seller's clock on the next QUIET_DAY."""
    now = datetime.fromisoformat(seller.clock.now)
    next_month = relativedelta(months=1 if now.day > QUIET_DAY else 0, day=QUIET_DAY)
    seller.clock.freeze((now + next_month).isoformat())


def freeze_on_new_year(seller: testing.World) -> int:
    """Stops the seller's clock on the morning of the next first of January; returns its year."""
    now = datetime.fromisoformat(seller.clock.now)
    first = now + relativedelta(years=1, yearday=1) + MORNING
    seller.clock.freeze(first.isoformat())
    return first.year


class TracingTransport(httpx.BaseTransport):
    """Transport that prints every request and every answer, secrets masked."""

    def __init__(self, inner: httpx.BaseTransport, console: Console) -> None:
        self._inner = inner
        self._console = console

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sends the request and prints it. Raises what the inner transport raises."""
        response = self._inner.handle_request(request)
        response.read()
        form = dict(parse_qsl(request.read().decode(), keep_blank_values=True))
        self._print(mask_form(form), format_readable(response.content))
        return response

    def _print(self, form: Mapping[str, str], answer: str) -> None:
        fields = " ".join(f"{name}={text}" for name, text in form.items() if name != "func")
        line = f"[cyan]→ {form.get('func', '')}[/cyan] {escape(fields)}"
        self._console.print(line, highlight=False)
        self._console.print(Syntax(answer, "xml", word_wrap=True, background_color="default"))

    def close(self) -> None:
        """Closes the inner transport."""
        self._inner.close()


def print_steps(
    console: Console,
    records: Iterator[StepRecord],
    currency: str,
    *,
    broken_by: tuple[type[Exception], ...],
    after_step: Callable[[StepRecord], None] = lambda _: None,
) -> bool:
    """Prints steps as they are done, then a summary; whether everything was as expected.

    ``broken_by``: exceptions that end the story early. ``after_step`` may print more on a step.
    """
    done: list[StepRecord] = []
    try:
        for number, record in enumerate(records, start=1):
            _print_step(console, number, record, currency)
            after_step(record)
            done.append(record)
    except broken_by as problem:
        console.print(f"[red]The story broke off:[/red] {escape(str(problem))}")
        return False
    wrong = [record.title for record in done if not record.met]
    count = sum(len(record.expectations) for record in done)
    if wrong:
        console.print(f"[red]Not as expected:[/red] {'; '.join(wrong)}")
    else:
        console.print(f"[green]Everything was as expected:[/green] {count} checks passed.")
    return not wrong


def _print_step(console: Console, number: int, record: StepRecord, currency: str) -> None:
    mark = "[green]✓[/green]" if record.met else "[red]✗[/red]"
    console.print(f"{mark} [bold]{number}. {record.title}[/bold]")
    for line in record.says:
        console.print(f"     {escape(line)}", highlight=False)
    cost = f", charged {record.cost:.2f}" if record.cost else ""
    balance = f"{record.before:.2f} → {record.after:.2f} {currency}{cost}"
    console.print(f"     balance {balance}", style="dim", highlight=False)
    for problem in record.problems:
        console.print(f"     [red]{escape(problem)}[/red]", highlight=False)
