"""A module's life between three systems: what is done, and what must come of it.

Nothing here is known beforehand but the script: what the seller charges comes from its price list,
and every balance after a step is computed from the one before.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from dateutil.relativedelta import relativedelta

from contracts.journeys.stories.ledger import Charge, compare
from contracts.journeys.stories.license_life import NOTHING, Step
from contracts.journeys.stories.module_environment import Stage
from contracts.journeys.stories.module_script import ModuleScript
from emulator.panel import LicenseFileError, Panel
from reseller_client import Client, LicenseOrder, NotUnderstood
from reseller_client.resellers import CustomReseller
from reseller_client.services.module_models import ModuleRow

OUR_ID: Final = "server-17"
MONTH: Final = relativedelta(months=1)
CARRIES_NOTHING: Final = "nothing"


class ModuleLife:
    """The story, step by step; ``before`` and ``after`` of a step are the money at the seller."""

    def __init__(self, script: ModuleScript, stage: Stage) -> None:
        self._script = script
        self._stage = stage
        self._client: Client = stage.client
        self._charges: list[Charge] = []
        self._panel: Panel | None = None
        self._page = ""
        self._license = 0
        self._bought_on: date = stage.today()

    def steps(self) -> Iterator[Step]:
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
            step = Step(title, before=self.balance())
            act(step)
            step.after = self.balance()
            step.must("the money at the seller", step.after, step.before - step.cost)
            yield step

    def balance(self) -> Decimal:
        """The reseller's money at the seller."""
        return self._client.account.balance().amount

    def purse(self) -> Decimal:
        """The customer's money at the reseller."""
        return self._stage.shop.customer(self._script.login).balance

    def carried(self) -> str:
        """What the license file in the panel carries."""
        license = self._machine().state().license
        if license is None:
            return "no license"
        return ", ".join(one.intname for one in license.modules) or CARRIES_NOTHING

    def _file(self) -> str:
        license = self._machine().state().license
        if license is None:
            return "there is no license file that works"
        until = license.expires_on
        return f"{license.product}, {license.ip}, until {until}, carries {self.carried()}"

    def _machine(self) -> Panel:
        if self._panel is None:
            raise NotUnderstood("there is no panel yet")
        return self._panel

    def _price(self, tariff: int, period: int) -> Decimal:
        found = self._client.catalogue.tariff(tariff)
        prices = found.prices if found else ()
        cost = next((price.cost.amount for price in prices if price.length == period), None)
        if cost is None:
            raise NotUnderstood(f"the price list has no price of {tariff} for {period} months")
        return cost

    def _charge(self, step: Step, service: int, amount: Decimal) -> None:
        step.cost += amount
        self._charges.append(Charge(self._stage.today(), service, amount))

    def _order_license(self, step: Step) -> None:
        script = self._script
        wish = LicenseOrder(
            tariff=script.license_tariff, period=script.period, ip=script.ip,
            licname="server", remoteid=OUR_ID,
        )  # fmt: skip
        price = self._price(script.license_tariff, script.period)
        license = CustomReseller(self._client, today=self._stage.today).order(wish)
        self._license = license.id
        self._charge(step, license.id, price)
        self._stage.shop.add_license(script.login, license.id, script.edition)
        self._panel, self._page = self._stage.panel(license.key)
        step.says += [f"licence {license.id} until {license.expires_on}", f"panel {self._page}"]

    def _tie(self, step: Step) -> None:
        told = {"url": self._stage.billing_url, "mode": "automatic", "addresses": [self._script.ip]}
        kept = self._stage.seller.account("reseller", partner=told)["partner"]
        assert kept is not None  # noqa: S101 - it was just set
        step.says.append(f"{self._script.ip} is served by {self._stage.billing_url}")
        step.must("the partner's address", kept["url"], self._stage.billing_url)

    def _first_file(self, step: Step) -> None:
        license = self._machine().refresh()
        step.says.append(self._file())
        step.must("what the license carries", self.carried(), CARRIES_NOTHING)
        step.must("whose billing", license.partner and license.partner.url, self._stage.billing_url)

    def _show(self, step: Step) -> None:
        prices = {one.intname: one.price for one in self._machine().state().rows}
        shown = prices.get(self._script.intname)
        cost = self._price(self._script.module_tariff, 1)
        if shown is not None:
            step.says.append(f"{shown[0]:.2f} {shown[1]} a month; the seller asks {cost:.2f}")
        step.must("the price in the panel", shown and shown[0], self._script.price)

    def _only_module(self) -> ModuleRow:
        """The one module at the seller. Raises NotUnderstood where there is none, or several."""
        there = self._client.modules.list()
        if len(there) != 1:
            raise NotUnderstood(f"the seller has {len(there)} modules, not one")
        return there[0]

    def _press(self) -> str:
        login = {"login": self._script.login, "password": self._script.password}
        number = str(self._script.number)
        return self._stage.press(self._page, self._machine(), "/buy", module=number, **login)

    def _buy(self, step: Step) -> None:
        purse, self._bought_on = self.purse(), self._stage.today()
        cost = self._price(self._script.module_tariff, 1)
        page = self._press()
        module = self._only_module()
        self._charge(step, module.id, cost)
        step.says += [
            f"the customer pays {self._script.price:.2f}, the reseller {cost:.2f}",
            self._file(),
        ]
        step.must("the page", f"{self._script.intname} is active" in page, wanted=True)
        step.must("the customer's money", self.purse(), purse - self._script.price)
        step.must("what the license carries", self.carried(), self._script.intname)
        step.must("its license at the seller", module.license_id, self._license)
        step.must("its end", module.expires_on, self._bought_on + MONTH)

    def _buy_again(self, step: Step) -> None:
        purse = self.purse()
        self._press()
        step.says.append("nothing is bought, nobody is charged")
        step.must("the customer's money", self.purse(), purse)
        step.must("modules at the seller", len(self._client.modules.list()), 1)

    def _prolong(self, step: Step) -> None:
        purse, shop = self.purse(), self._stage.shop
        end = self._bought_on + MONTH
        # On the day before its end: a module that ended is suspended, and prolonged from that day.
        self._stage.seller.clock.advance(f"{(end - self._stage.today()).days - 1} days")
        cost = self._price(self._script.module_tariff, 1)
        module = self._only_module()
        early = shop.renew_due()
        self._charge(step, module.id, cost)
        held = shop.modules(shop.customer(self._script.login))[0]
        file = self._machine().refresh()
        step.says += [
            f"the customer pays {self._script.price:.2f}, the reseller {cost:.2f}",
            f"until {held.expires_on}",
        ]
        step.must("what was prolonged", [one.intname for one in early], [self._script.intname])
        step.must("the customer's money", self.purse(), purse - self._script.price)
        step.must("its end", held.expires_on, self._bought_on + MONTH * 2)
        step.must("its end in the file", file.modules[0].expires_on, held.expires_on)

    def _close(self, step: Step) -> None:
        self._stage.seller.clock.advance("10 days")
        self._client.licenses.delete(self._license)
        gone = self._stage.shop.follow_seller()
        try:
            self._machine().refresh()
            refused = "nothing"
        except LicenseFileError as fault:
            refused = str(fault)
        step.says += [f"the panel asks for its file: {refused}", "it is locked, without modules"]
        step.must("what the panel is told", refused, "no such license")
        step.must("what the panel has", self.carried(), "no license")
        step.must("modules at the seller", self._client.modules.list(), ())
        step.must("what the reseller closed", [one.intname for one in gone], [self._script.intname])

    def _ledgers(self, step: Step) -> None:
        script, shop = self._script, self._stage.shop
        sold = -sum((one.amount for one in shop.entries() if one.amount < 0), NOTHING)
        paid = sum((one.amount for one in shop.entries() if one.amount > 0), NOTHING)
        cost = sum(shop.costs().values(), NOTHING)
        step.says.append(f"modules sold {sold:.2f}, bought {cost:.2f}, margin {sold - cost:.2f}")
        step.must("what the customer paid", sold, script.price * 2)
        step.must("the customer's money", self.purse(), paid - sold)
        step.checks += compare(self._client, self._charges, script.balance)
