"""Tells a module's life in the terminal: a panel, a reseller and a seller that it starts itself."""

from __future__ import annotations

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from contracts.journeys.stories.license import print_step, print_verdict
from contracts.journeys.stories.license_life import Step
from contracts.journeys.stories.module_environment import Stage, staged
from contracts.journeys.stories.module_life import ModuleLife
from contracts.journeys.stories.module_script import ModuleScript, read_script
from emulator.panel import BillingRefused, BillingUnavailable, LicenseFileError
from reseller_client import ResellerError


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Tells the story; whether everything was as told. Raises what the seller cannot start by."""
    script = read_script()
    with staged(script, in_process=in_process) as stage:
        console.print(
            Panel.fit(
                f"Seller: [bold]{stage.seller.url}[/bold]\n"
                f"Reseller's billing: [bold]{stage.billing_url}[/bold]\n"
                f"The panel follows with its licence. {escape(script.about.strip())}",
                title="A module's life",
            )
        )
        return tell_life(console, script, stage, verbose=verbose)


def tell_life(
    console: Console, script: ModuleScript, stage: Stage, *, verbose: bool = False
) -> bool:
    """Tells the story on a stage that stands; whether everything was as told."""
    currency = stage.shop.currency
    life, steps = ModuleLife(script, stage), list[Step]()
    try:
        for number, step in enumerate(life.steps(), start=1):
            print_step(console, number, step, currency)
            console.print(f"     the customer has {life.purse():.2f} {currency}", style="dim")
            if verbose:
                for check in step.checks:
                    console.print(f"     {escape(check.what)}: {escape(check.found)}", style="dim")
            steps.append(step)
    except (ResellerError, LicenseFileError, BillingUnavailable, BillingRefused) as problem:
        console.print(f"[red]The story broke off:[/red] {escape(str(problem))}")
        return False
    print_verdict(console, steps)
    return all(step.held for step in steps)
