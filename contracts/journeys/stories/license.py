"""Tells one license's life in the terminal, against a seller that it starts itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime

import httpx
from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.syntax import Syntax

from contracts.journeys.stories.license_life import Life, Step
from contracts.journeys.stories.recording_transport import Overheard
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import Client, ResellerError

QUIET_DAY = 10
"""Months differ at their ends; a story that may be told on any day must not."""


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Tells the story; whether everything was as told. Raises what the seller cannot start by."""
    with running_seller(in_process=in_process) as (seller, transport):
        console.print(
            Panel.fit(
                f"A seller was started at [bold]{seller.url}[/bold]\n"
                f"Login [bold]{OUR_LOGIN}[/bold]; no money moves, nothing is real.",
                title="One license's whole life",
            )
        )
        heard = _printer(console) if verbose else _silence
        client = Client(
            seller.url,
            login=OUR_LOGIN,
            password=OUR_PASSWORD,
            transport=Overheard(transport, heard),
        )
        with client:
            return tell_life(console, seller, client)


def tell_life(console: Console, seller: testing.World, client: Client) -> bool:
    """Tells the story of a license that this client orders; whether everything was as told."""
    quiet_day(seller)

    def today() -> date:
        return datetime.fromisoformat(seller.clock.now).date()

    def advance(span: str) -> None:
        seller.clock.advance(span)

    life = Life(client, today=today, advance=advance)
    try:
        steps = _told(console, life, client.account.balance().currency, today())
    except ResellerError as problem:
        console.print(f"[red]The story broke off:[/red] {escape(str(problem))}")
        return False
    print_verdict(console, steps)
    return all(step.held for step in steps)


def quiet_day(seller: testing.World) -> None:
    """Stops the seller's clock on a day of the month that every month has."""
    now = datetime.fromisoformat(seller.clock.now)
    next_month = relativedelta(months=1 if now.day > QUIET_DAY else 0, day=QUIET_DAY)
    seller.clock.freeze((now + next_month).isoformat())


def _told(console: Console, life: Life, currency: str, day: date) -> list[Step]:
    console.print(f"Today is {day}. The balance is {life.balance():.2f} {currency}.\n")
    steps: list[Step] = []
    for number, step in enumerate(life.steps(), start=1):
        print_step(console, number, step, currency)
        steps.append(step)
    return steps


@contextmanager
def running_seller(*, in_process: bool) -> Iterator[tuple[testing.World, httpx.BaseTransport]]:
    """A seller with one account and no services, and a way to reach it."""
    if in_process:
        with testing.Seller(fixture="empty") as seller:
            yield seller, httpx.WSGITransport(app=seller.wsgi)
        return
    with testing.SellerServer(fixture="empty") as server:
        yield server, httpx.HTTPTransport()


def _silence(request: Mapping[str, str], answer: str) -> None:
    """Nobody listens."""


def _printer(console: Console) -> Callable[[Mapping[str, str], str], None]:
    def heard(request: Mapping[str, str], answer: str) -> None:
        fields = " ".join(f"{name}={text}" for name, text in request.items() if name != "func")
        console.print(f"[cyan]→ {request.get('func', '')}[/cyan] {escape(fields)}", highlight=False)
        console.print(Syntax(answer, "xml", word_wrap=True, background_color="default"))

    return heard


def print_step(console: Console, number: int, step: Step, currency: str) -> None:
    """One step with what it said, what it cost, and what was not as it must be."""
    mark = "[green]✓[/green]" if step.held else "[red]✗[/red]"
    console.print(f"{mark} [bold]{number}. {step.title}[/bold]")
    for line in step.says:
        console.print(f"     {escape(line)}", highlight=False)
    cost = f", charged {step.cost:.2f}" if step.cost else ""
    moved = f"{step.before:.2f} → {step.after:.2f} {currency}{cost}"
    console.print(f"     balance {moved}", style="dim", highlight=False)
    for check in step.checks:
        if not check.held:
            console.print(f"     [red]{check.what}: {escape(check.found)}[/red]", highlight=False)


def print_verdict(console: Console, steps: list[Step]) -> None:
    """Whether everything was as told, and how much was looked at."""
    wrong = [step.title for step in steps if not step.held]
    count = sum(len(step.checks) for step in steps)
    if wrong:
        console.print(f"[red]Not as told:[/red] {'; '.join(wrong)}")
    else:
        console.print(f"[green]Everything was as told:[/green] {count} things were checked.")
