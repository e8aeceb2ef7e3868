"""One license's whole life, as a custom billing leads it: what is done, and what must come of it.

Nothing here is known beforehand but the rules: prices come from the seller's price list, dates
from its clock, and every balance after a step is computed from the one before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from dateutil.relativedelta import relativedelta

from reseller_client import (
    AlreadyExists,
    Client,
    License,
    LicenseOrder,
    Missed,
    NotEnoughMoney,
    NotUnderstood,
    Refused,
    Status,
)
from reseller_client.resellers import CustomReseller
from reseller_client.services.models import Price

LITE, PRO, BUSINESS, NODES = 55227, 55228, 55230, 55236
OUR_ID: Final = "customer-17"
FIRST_ADDRESS, NEXT_ADDRESS = "192.0.2.201", "192.0.2.202"
MONTH: Final = relativedelta(months=1)
CENT: Final = Decimal("0.01")
NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must be so."""

    what: str
    held: bool
    found: str = ""


@dataclass(slots=True)
class Step:
    """One step of the story: what was done, what it should cost, what must be so."""

    title: str
    says: list[str] = field(default_factory=list)
    cost: Decimal = NOTHING
    checks: list[Check] = field(default_factory=list)
    before: Decimal = NOTHING
    after: Decimal = NOTHING

    def must(self, what: str, found: object, wanted: object) -> None:
        """Notes whether something is what it must be."""
        self.checks.append(Check(what, found == wanted, f"expected {wanted}, found {found}"))

    @property
    def held(self) -> bool:
        """Whether all of it was so."""
        return all(check.held for check in self.checks)


def _for_a_month(prices: Iterable[Price]) -> Decimal:
    found = next((price.cost.amount for price in prices if price.length == 1), None)
    if found is None:
        raise NotUnderstood("the price list has no price for a month")
    return found


class Life:
    """The story. ``advance`` moves the seller's clock and answers its day; so does ``today``."""

    def __init__(
        self, client: Client, *, today: Callable[[], date], advance: Callable[[str], None]
    ) -> None:
        self._client = client
        self._today = today
        self._advance = advance
        self._reseller = CustomReseller(client, today=today)
        self._id = 0
        self._key = ""

    def steps(self) -> Iterator[Step]:
        """Does one step after the other, each with its balances before and after."""
        for title, act in (
            ("Order an ISPmanager Lite license for a month", self._order),
            ("Send the same order again, as if its answer had been lost", self._order_again),
            ("Order a second license for the same address", self._order_on_taken_address),
            ("Order more nodes than the balance can pay", self._order_too_much),
            ("Rename it and move it to another server", self._readdress),
            ("Replace its key", self._new_key),
            ("Ten days later change the tariff to Pro", self._change_tariff),
            ("Suspend it", self._suspend),
            ("Resume it", self._resume),
            ("Let its term run out", self._run_out),
            ("Renew it: from today, since it is suspended", self._renew),
            ("Renew it once more: from its end, since it is active", self._renew_again),
            ("Delete it", self._cancel),
            ("Compare the ledger with the balance", self._ledger),
        ):
            step = Step(title, before=self.balance())
            act(step)
            step.after = self.balance()
            step.must("the balance after", step.after, step.before - step.cost)
            yield step

    def balance(self) -> Decimal:
        """The money with the seller."""
        return self._client.account.balance().amount

    def _price(self, tariff: int) -> Decimal:
        """What a month costs, by the price list."""
        found = self._client.catalogue.tariff(tariff)
        return _for_a_month(found.prices if found else ())

    def _price_of_addon(self, tariff: int, addon: int) -> Decimal:
        """What one more of an addon costs a month, by the price list."""
        found = self._client.catalogue.tariff(tariff)
        addons = found.addons if found else ()
        return _for_a_month(next((one.prices for one in addons if one.id == addon), ()))

    def _shown(self) -> License:
        return self._client.licenses.get(self._id)

    def _wish(self, **changes: object) -> LicenseOrder:
        given = {"tariff": LITE, "ip": FIRST_ADDRESS, "licname": "web-1", "remoteid": OUR_ID}
        return LicenseOrder(**{**given, **changes})  # type: ignore[arg-type]  # fields of the order

    def _order(self, step: Step) -> None:
        step.cost = self._price(LITE)
        license = self._reseller.order(self._wish())
        self._id, self._key = license.id, license.key
        step.says += [f"licence {license.id}", f"key {license.key}", f"until {license.expires_on}"]
        step.must("its state", license.status, Status.ACTIVE)
        step.must("its end", license.expires_on, self._today() + MONTH)
        step.must("its key begins with", license.key.partition("-")[0], str(license.id))
        step.must("its address", license.ip, FIRST_ADDRESS)
        step.must("our id of it", license.remoteid, OUR_ID)

    def _order_again(self, step: Step) -> None:
        license = self._reseller.order(self._wish())
        step.says.append(f"the seller holds it already: licence {license.id}")
        step.must("the license", license.id, self._id)
        step.must("licenses in the list", len(self._client.licenses.list()), 1)

    def _order_on_taken_address(self, step: Step) -> None:
        self._refused(step, AlreadyExists, self._wish(remoteid="customer-18"))

    def _order_too_much(self, step: Step) -> None:
        first, further = self._price(BUSINESS), self._price_of_addon(BUSINESS, NODES)
        count = 2 + int(max(NOTHING, self.balance() - first) / further)
        wish = self._wish(
            tariff=BUSINESS, ip="192.0.2.203", remoteid="customer-19", addons={NODES: count}
        )
        refusal = self._refused(step, NotEnoughMoney, wish)
        if isinstance(refusal, NotEnoughMoney):
            step.must("the sum required", refusal.amount, first + further * (count - 1))

    def _refused(self, step: Step, kind: type[Refused], wish: LicenseOrder) -> Refused | None:
        try:
            self._reseller.order(wish)
        except Refused as refusal:
            step.says.append(f"refused: {refusal.message}")
            step.must("the refusal", type(refusal).__name__, kind.__name__)
            return refusal
        step.must("the refusal", "none", kind.__name__)
        return None

    def _readdress(self, step: Step) -> None:
        self._client.licenses.rename(self._id, "web-1 (moved)")
        license = self._reseller.readdress(self._id, NEXT_ADDRESS)
        step.says.append(f"{license.licname} at {license.ip}")
        step.must("its address", license.ip, NEXT_ADDRESS)
        step.must("its name", self._shown().licname, "web-1 (moved)")
        step.must("its key", license.key, self._key)

    def _new_key(self, step: Step) -> None:
        key = self._client.licenses.new_key(self._id)
        step.says.append(f"key {key}")
        step.must("the key is another one", key != self._key, wanted=True)
        step.must("the key that is shown", self._shown().key, key)
        self._key = key

    def _change_tariff(self, step: Step) -> None:
        self._advance("10 days")
        end = self._shown().expires_on or self._today()
        term, left = (end - (end - MONTH)).days, (end - self._today()).days
        full = self._price(PRO) - self._price(LITE)
        step.cost = (full * left / term).quantize(CENT, ROUND_HALF_UP)
        license = self._reseller.change_tariff(self._id, PRO)
        step.says.append(f"{license.tariff_name}, the difference for {left} of {term} days")
        step.must("its tariff", license.tariff, PRO)
        step.must("its end", license.expires_on, end)

    def _suspend(self, step: Step) -> None:
        self._reseller.suspend(self._id)
        step.must("its state", self._shown().status, Status.SUSPENDED)

    def _resume(self, step: Step) -> None:
        license = self._reseller.resume(self._id)
        step.must("its state", license.status, Status.ACTIVE)

    def _run_out(self, step: Step) -> None:
        self._advance("1 month")
        license = self._shown()
        step.says.append(f"its term ended on {license.expires_on}; today is {self._today()}")
        step.must("its state", license.status, Status.SUSPENDED)

    def _renew(self, step: Step) -> None:
        step.cost = self._price(PRO)
        renewal = self._reseller.renew(self._id)
        step.says.append(f"until {renewal.ends_on}")
        step.must("its end", renewal.ends_on, self._today() + MONTH)
        step.must("its state", self._shown().status, Status.ACTIVE)

    def _renew_again(self, step: Step) -> None:
        step.cost = self._price(PRO)
        end = self._shown().expires_on or self._today()
        renewal = self._reseller.renew(self._id)
        step.says.append(f"until {renewal.ends_on}")
        step.must("its end", renewal.ends_on, end + MONTH)

    def _cancel(self, step: Step) -> None:
        self._reseller.cancel(self._id)
        step.must("licenses in the list", len(self._client.licenses.list()), 0)
        try:
            self._shown()
        except Missed as refusal:
            step.says.append(f"afterwards: {refusal.message}")
        else:
            step.must("the license", "still shown", "missed")

    def _ledger(self, step: Step) -> None:
        paid = sum((p.amount.amount for p in self._client.payments.payments() if p.amount), NOTHING)
        spent = sum(
            (e.amount.amount for e in self._client.payments.expenses() if e.amount), NOTHING
        )
        step.says.append(f"paid in {paid}, charged {spent}")
        step.must("the balance", self.balance(), paid - spent)
