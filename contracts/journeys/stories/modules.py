"""``mockseller demo modules``: a module between control panel, reseller and seller.

Only the scenario is known beforehand: what the seller charges comes from its price list, and every
balance after a step is computed from the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from dateutil.relativedelta import relativedelta
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel

from contracts.journeys.journey import NOTHING, StepRecord, perform
from contracts.journeys.stories.ledger import Charge, compare
from contracts.journeys.stories.module_environment import ModuleEnvironment, start_environment
from contracts.journeys.stories.script import ModuleScript, read_module_script
from contracts.journeys.stories.story import print_steps
from emulator.panel import BillingRefused, BillingUnavailable, LicenseFileError
from emulator.panel import Panel as ControlPanel
from reseller_client import Client, LicenseOrder, NotUnderstood, ResellerError
from reseller_client.resellers import CustomReseller
from reseller_client.services.models import ModuleRow

OUR_ID: Final = "server-17"
MONTH: Final = relativedelta(months=1)
NO_MODULES: Final = "nothing"


class ModuleStory:
    """The steps of the story, with the reseller's balance at the seller before and after each."""

    def __init__(self, script: ModuleScript, environment: ModuleEnvironment) -> None:
        self._script = script
        self._environment = environment
        self._client: Client = environment.client
        self._charges: list[Charge] = []
        self._panel: ControlPanel | None = None
        self._page = ""
        self._license = 0
        self._bought_on: date = environment.today()

    def tell(self) -> Iterator[StepRecord]:
        """Does one step after the other."""
        name = self._script.intname
        for title, act in (
            ("The reseller buys a license for the customer's server", self._order_license),
            ("The vendor ties panels of its addresses to the reseller's billing", self._tie),
            ("The panel fetches its license file", self._first_file),
            (f"The panel shows {name} at the reseller's price", self._show),
            (f"The customer buys {name} in the panel", self._buy),
            ("The customer presses the button again", self._buy_again),
            ("A month later the reseller's daily run prolongs it", self._prolong),
            ("The license is closed, and the module goes with it", self._close),
            ("Compare the ledgers", self._ledgers),
        ):
            yield perform(title, act, self.read_balance)

    def read_balance(self) -> Decimal:
        """The reseller's balance at the seller."""
        return self._client.account.balance().amount

    def read_customer_balance(self) -> Decimal:
        """The customer's balance with the reseller."""
        return self._environment.shop.customer(self._script.login).balance

    def list_modules(self) -> str:
        """The modules in the panel's license file."""
        license = self._open_panel().state().license
        if license is None:
            return "no license"
        return ", ".join(module.intname for module in license.modules) or NO_MODULES

    def _file(self) -> str:
        license = self._open_panel().state().license
        if license is None:
            return "there is no license file that works"
        until = license.expires_on
        return f"{license.product}, {license.ip}, until {until}, carries {self.list_modules()}"

    def _open_panel(self) -> ControlPanel:
        if self._panel is None:
            raise NotUnderstood("there is no panel yet")
        return self._panel

    def _price(self, tariff: int, period: int) -> Decimal:
        offer = self._client.catalogue.tariff(tariff)
        prices = offer.prices if offer else ()
        cost = next((price.cost.amount for price in prices if price.length == period), None)
        if cost is None:
            raise NotUnderstood(f"the price list has no price of {tariff} for {period} months")
        return cost

    def _charge(self, step: StepRecord, service: int, amount: Decimal) -> None:
        step.cost += amount
        self._charges.append(Charge(self._environment.today(), service, amount))

    def _order_license(self, step: StepRecord) -> None:
        script = self._script
        order = LicenseOrder(
            tariff=script.license_tariff, period=script.period, ip=script.ip,
            licname="server", remoteid=OUR_ID,
        )  # fmt: skip
        price = self._price(script.license_tariff, script.period)
        license = CustomReseller(self._client, today=self._environment.today).order(order)
        self._license = license.id
        self._charge(step, license.id, price)
        self._environment.shop.add_license(script.login, license.id, script.edition)
        self._panel, self._page = self._environment.open_panel(license.key)
        step.says += [f"licence {license.id} until {license.expires_on}", f"panel {self._page}"]

    def _tie(self, step: StepRecord) -> None:
        partner = {
            "url": self._environment.billing_url,
            "mode": "automatic",
            "addresses": [self._script.ip],
        }
        answer = self._environment.seller.account("reseller", partner=partner)["partner"]
        assert answer is not None  # noqa: S101 - it was just set
        step.says.append(f"{self._script.ip} is served by {self._environment.billing_url}")
        step.expect("the partner's address", answer["url"], self._environment.billing_url)

    def _first_file(self, step: StepRecord) -> None:
        license = self._open_panel().refresh()
        step.says.append(self._file())
        step.expect("what the license carries", self.list_modules(), NO_MODULES)
        step.expect(
            "whose billing", license.partner and license.partner.url, self._environment.billing_url
        )

    def _show(self, step: StepRecord) -> None:
        prices = {row.intname: row.price for row in self._open_panel().state().rows}
        shown = prices.get(self._script.intname)
        cost = self._price(self._script.module_tariff, 1)
        if shown is not None:
            step.says.append(f"{shown[0]:.2f} {shown[1]} a month; the seller asks {cost:.2f}")
        step.expect("the price in the panel", shown and shown[0], self._script.price)

    def _only_module(self) -> ModuleRow:
        """The only module at the seller. Raises NotUnderstood if there is none, or several."""
        modules = self._client.modules.list()
        if len(modules) != 1:
            raise NotUnderstood(f"the seller has {len(modules)} modules, not one")
        return modules[0]

    def _press(self) -> str:
        login = {"login": self._script.login, "password": self._script.password}
        number = str(self._script.number)
        return self._environment.press(
            self._page, self._open_panel(), "/buy", module=number, **login
        )

    def _buy(self, step: StepRecord) -> None:
        customer, self._bought_on = self.read_customer_balance(), self._environment.today()
        cost = self._price(self._script.module_tariff, 1)
        page = self._press()
        module = self._only_module()
        self._charge(step, module.id, cost)
        step.says += [
            f"the customer pays {self._script.price:.2f}, the reseller {cost:.2f}",
            self._file(),
        ]
        step.expect("the page", f"{self._script.intname} is active" in page, expected=True)
        step.expect(
            "the customer's money", self.read_customer_balance(), customer - self._script.price
        )
        step.expect("what the license carries", self.list_modules(), self._script.intname)
        step.expect("its license at the seller", module.license_id, self._license)
        step.expect("its end", module.expires_on, self._bought_on + MONTH)

    def _buy_again(self, step: StepRecord) -> None:
        customer = self.read_customer_balance()
        self._press()
        step.says.append("nothing is bought, nobody is charged")
        step.expect("the customer's money", self.read_customer_balance(), customer)
        step.expect("modules at the seller", len(self._client.modules.list()), 1)

    def _prolong(self, step: StepRecord) -> None:
        customer, shop = self.read_customer_balance(), self._environment.shop
        end = self._bought_on + MONTH
        # On the day before its end: after it the module is suspended, and prolonged from that day.
        self._environment.seller.clock.advance(f"{(end - self._environment.today()).days - 1} days")
        cost = self._price(self._script.module_tariff, 1)
        module = self._only_module()
        early = shop.renew_due()
        self._charge(step, module.id, cost)
        module_at_shop = shop.modules(shop.customer(self._script.login))[0]
        file = self._open_panel().refresh()
        step.says += [
            f"the customer pays {self._script.price:.2f}, the reseller {cost:.2f}",
            f"until {module_at_shop.expires_on}",
        ]
        step.expect(
            "what was prolonged", [module.intname for module in early], [self._script.intname]
        )
        step.expect(
            "the customer's money", self.read_customer_balance(), customer - self._script.price
        )
        step.expect("its end", module_at_shop.expires_on, self._bought_on + MONTH * 2)
        step.expect("its end in the file", file.modules[0].expires_on, module_at_shop.expires_on)

    def _close(self, step: StepRecord) -> None:
        self._environment.seller.clock.advance("10 days")
        self._client.licenses.delete(self._license)
        gone = self._environment.shop.follow_seller()
        try:
            self._open_panel().refresh()
            refused = "nothing"
        except LicenseFileError as problem:
            refused = str(problem)
        step.says += [f"the panel asks for its file: {refused}", "it is locked, without modules"]
        step.expect("what the panel is told", refused, "no such license")
        step.expect("what the panel has", self.list_modules(), "no license")
        step.expect("modules at the seller", self._client.modules.list(), ())
        step.expect(
            "what the reseller closed", [module.intname for module in gone], [self._script.intname]
        )

    def _ledgers(self, step: StepRecord) -> None:
        script, shop = self._script, self._environment.shop
        sold = -sum((entry.amount for entry in shop.entries() if entry.amount < 0), NOTHING)
        paid = sum((entry.amount for entry in shop.entries() if entry.amount > 0), NOTHING)
        cost = sum(shop.costs().values(), NOTHING)
        step.says.append(f"modules sold {sold:.2f}, bought {cost:.2f}, margin {sold - cost:.2f}")
        step.expect("what the customer paid", sold, script.price * 2)
        step.expect("the customer's money", self.read_customer_balance(), paid - sold)
        step.expectations += compare(self._client, self._charges, script.balance)


def tell(console: Console, *, in_process: bool, verbose: bool) -> bool:
    """Tells the story; whether everything was as expected.

    Raises RuntimeError or OSError if a server does not start.
    """
    script = read_module_script()
    with start_environment(script, in_process=in_process) as environment:
        console.print(
            Panel.fit(
                f"Seller: [bold]{environment.seller.url}[/bold]\n"
                f"Reseller's billing: [bold]{environment.billing_url}[/bold]\n"
                f"The panel follows with its licence. {escape(script.about.strip())}",
                title="A module between panel, reseller and seller",
            )
        )
        return tell_story(console, script, environment, verbose=verbose)


def tell_story(
    console: Console,
    script: ModuleScript,
    environment: ModuleEnvironment,
    *,
    verbose: bool = False,
) -> bool:
    """Tells the story in a running environment; whether everything was as expected."""
    currency = environment.shop.currency
    story = ModuleStory(script, environment)

    def print_more(record: StepRecord) -> None:
        customer = f"the customer has {story.read_customer_balance():.2f} {currency}"
        console.print(f"     {customer}", style="dim")
        for expectation in record.expectations if verbose else ():
            console.print(f"     {escape(str(expectation))}", style="dim")

    return print_steps(
        console,
        story.tell(),
        currency,
        broken_by=(ResellerError, LicenseFileError, BillingUnavailable, BillingRefused),
        after_step=print_more,
    )
