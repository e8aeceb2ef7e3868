"""``mockseller demo``: a license from order to deletion, resold by a custom billing.

Only the rules are known beforehand: prices come from the seller's price list, dates from its clock,
and every balance after a step is computed from the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from contracts.journeys.catalogue_view import SOFT, CatalogueView, find_month_price
from contracts.journeys.custom import CustomLicenseJourney
from contracts.journeys.journey import NOTHING, Act, JourneyContext, StepRecord, perform
from contracts.journeys.stories.story import (
    TracingTransport,
    freeze_on_quiet_day,
    print_steps,
    start_seller,
)
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD
from emulator import testing
from reseller_client import (
    AlreadyExists,
    Client,
    NotEnoughMoney,
    NotUnderstood,
    ResellerError,
    Status,
)

LITE, BUSINESS, NODES = 55227, 55230, 55236
RUN_ID: Final = "demo"


@dataclass(slots=True)
class LicenseStory(CustomLicenseJourney):
    """The journey of a license, with refused orders, and time that passes."""

    def tell(self) -> Iterator[StepRecord]:
        """Does one step after the other. Raises what the client raises."""
        for title, act in (
            ("Order an ISPmanager Lite license for a month", _all(self.order, self.read_key)),
            ("Send the same order again, as if its answer had been lost", self.order_again),
            ("Order a second license for the same address", self.order_for_same_address),
            ("Order more nodes than the balance can pay", self.order_too_much),
            ("Rename it and move it to another server", _all(self.rename, self.readdress)),
            ("Replace its key", self.replace_key),
            ("Ten days later change the tariff to Pro", self.change_tariff_later),
            ("Suspend it", self.suspend),
            ("Resume it", self.resume),
            ("Let its term run out", self.let_run_out),
            ("Renew it: from today, since it is suspended", self.prolong_ended),
            ("Renew it once more: from its end, since it is active", self.prolong),
            ("Delete it", self.delete),
            ("Compare the ledger with the balance", _all(self.check_ledger, self.check_balance)),
        ):
            yield perform(title, act, self.context.read_balance)

    def order_for_same_address(self, step: StepRecord) -> None:
        """One address cannot have two licenses."""
        order = replace(self.build_order(), remoteid=self.make_remoteid("2"))
        step.expect_refusal("the order", lambda: self.billing.order(order), AlreadyExists)

    def order_too_much(self, step: StepRecord) -> None:
        """The refusal names the sum that the order would cost. Raises NotUnderstood."""
        tariff = self.client.catalogue.tariff(BUSINESS)
        node = (
            next((addon for addon in tariff.addons if addon.id == NODES), None) if tariff else None
        )
        first, further = (
            find_month_price(tariff) if tariff else None,
            find_month_price(node) if node else None,
        )
        if not first or not further:
            raise NotUnderstood(f"the price list has no price of {BUSINESS} with nodes")
        count = 2 + int(max(NOTHING, self.context.read_balance() - first) / further)
        order = replace(
            self.build_order(), tariff=BUSINESS, ip=self.context.catalogue.take_address(),
            remoteid=self.make_remoteid("3"), addons={NODES: count},
        )  # fmt: skip
        refusal = step.expect_refusal(
            "the order", lambda: self.billing.order(order), NotEnoughMoney
        )
        if isinstance(refusal, NotEnoughMoney):
            step.expect("the sum required", refusal.amount, first + further * (count - 1))

    def change_tariff_later(self, step: StepRecord) -> None:
        """After ten days only the difference for the rest of the term is charged."""
        self._advance("10 days")
        self.change_tariff(step)

    def let_run_out(self, step: StepRecord) -> None:
        """At the end of its term the seller suspends it."""
        self._advance("1 month")
        form = self.read()
        step.says.append(f"its term ended on {form.expires_on}; today is {self.context.today()}")
        step.expect("its state", form.status, Status.SUSPENDED)

    def prolong_ended(self, step: StepRecord) -> None:
        """A license whose term is over is prolonged from today."""
        self.ends_on = self.context.today()
        self.prolong(step)
        step.expect("its state", self.read().status, Status.ACTIVE)

    def check_balance(self, step: StepRecord) -> None:
        """The balance is what was paid in, less what was charged."""
        paid = sum(
            (
                payment.amount.amount
                for payment in self.client.payments.payments()
                if payment.amount
            ),
            NOTHING,
        )
        step.says.append(f"paid in {paid:.2f}")
        step.expect("the balance", self.context.read_balance(), paid - self.spent)

    def _advance(self, span: str) -> None:
        if self.context.advance is not None:
            self.context.advance(span)


def _all(*acts: Act) -> Act:
    def act(step: StepRecord) -> None:
        for each in acts:
            each(step)

    return act


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Tells the story; whether everything was as expected.

    Raises RuntimeError or OSError if the seller does not start.
    """
    with start_seller(in_process=in_process) as (seller, transport):
        console.print(
            Panel.fit(
                f"A seller was started at [bold]{seller.url}[/bold]\n"
                f"Login [bold]{OUR_LOGIN}[/bold]; no money moves, nothing is real.",
                title="A license from order to deletion",
            )
        )
        line = TracingTransport(transport, console) if verbose else transport
        client = Client(seller.url, login=OUR_LOGIN, password=OUR_PASSWORD, transport=line)
        with client:
            return tell_story(console, seller, client)


def tell_story(console: Console, seller: testing.World, client: Client) -> bool:
    """Tells the story of a license that this client orders; whether everything was as expected."""
    freeze_on_quiet_day(seller)

    def today() -> date:
        return datetime.fromisoformat(seller.clock.now).date()

    def advance(span: str) -> None:
        seller.clock.advance(span)

    catalogue = CatalogueView(client, {SOFT: LITE})
    context = JourneyContext(client, today, catalogue, own=True, token=RUN_ID, advance=advance)
    try:
        balance = client.account.balance()
    except ResellerError as problem:
        console.print(f"[red]The story broke off:[/red] {escape(str(problem))}")
        return False
    amount = f"{balance.amount:.2f} {balance.currency}"
    console.print(f"Today is {today()}. The balance is {amount}.\n")
    records = LicenseStory(context).tell()
    return print_steps(console, records, balance.currency or "", broken_by=(ResellerError,))
