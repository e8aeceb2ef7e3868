"""Three servers by the newer order: price list, form, cart, promo code, payment, delivery.

A seller may not have the newer order, so these steps say nothing of a cell unless they fail.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from contracts.journeys.catalogue_view import CENT, VDS, choose_template, find_month_price
from contracts.journeys.journey import NOTHING, JourneyContext, JourneyStep, StepRecord, Unreached
from reseller_client import ServiceOrder, Status
from reseller_client.services.catalogue_models import Tariff
from reseller_client.services.models import NewOrderForm, PriceLine
from reseller_client.services.products import Products
from reseller_client.transport.values import Money

COUNT: Final = 3


@dataclass(slots=True)
class NewerOrder:
    """Orders COUNT servers of a tariff for a month. ``numbers`` are those that were opened."""

    context: JourneyContext
    remoteid: str
    numbers: frozenset[int] = frozenset()
    datacenter: int | None = None
    _tariff: Tariff | None = field(default=None, repr=False)

    def list_steps(self) -> tuple[JourneyStep, ...]:
        """The steps in their order."""
        return (
            JourneyStep("newer price list", self.read_offers, optional=True),
            JourneyStep("newer form", self.read_form, optional=True),
            JourneyStep("tariff by keyvalue", self.read_by_keyvalue, optional=True),
            JourneyStep("recalculation", self.recalculate, optional=True),
            JourneyStep("newer order", self.order, optional=True),
            JourneyStep("delete what it opened", self.delete, optional=True),
        )

    @property
    def tariff(self) -> Tariff:
        """The tariff that is bought. Raises NotSold."""
        if self._tariff is None:
            self._tariff = self.context.catalogue.choose_tariff(VDS)
        return self._tariff

    @property
    def servers(self) -> Products:
        """The servers of the account."""
        return self.context.client.products(VDS)

    def read_offers(self, step: StepRecord) -> None:
        """The list has the tariff once, with the price of a month and datacenters with names."""
        offers = [offer for offer in self.servers.offers() if offer.id == self.tariff.id]
        step.expect("rows of the tariff", len(offers), 1)
        for offer in offers:
            month = offer.prices.get(1)
            expected = find_month_price(self.tariff)
            step.expect("its price of a month", None if month is None else month.amount, expected)
            named = all(offer.datacenters.values()) and bool(offer.datacenters)
            step.expect("its datacenters have names", named, expected=True)
            self.datacenter = max(offer.datacenters, default=None)
            step.says.append(f"{offer.name} in {', '.join(offer.datacenters.values())}")

    def read_form(self, step: StepRecord) -> None:
        """The form sums up its price, and shows what is chosen in every select."""
        form = self._form()
        self._expect_sums(step, form, 1)
        for name, options in form.choices.items():
            is_choice = form.fields.get(name) in options
            step.expect(f"{name} is among its choices", is_choice, expected=True)

    def read_by_keyvalue(self, step: StepRecord) -> None:
        """``keyvalue`` and ``period_N`` choose the tariff, its datacenter and its period."""
        if self.datacenter is None:
            raise Unreached("the price list named no datacenter")
        tariff = self.tariff.id
        chosen: dict[str, str | int] = {
            "keyvalue": f"{tariff}_{self.datacenter}",
            f"period_{tariff}": 1,
        }
        fields = self.context.client.call(f"v2.{VDS}.order.param", chosen).form().fields()
        step.expect("the tariff", fields.get("pricelist"), str(tariff))
        step.expect("the datacenter", fields.get("datacenter"), str(self.datacenter))
        step.expect("the period", fields.get("order_period"), "1")

    def recalculate(self, step: StepRecord) -> None:
        """Every select and the number of servers may change; nothing is ordered by that."""
        living, lines = self._living(), self.context.client.cart.lines()
        start = self._form()
        for name, options in start.choices.items():
            other = next((key for key in options if key != start.fields.get(name)), None)
            if other is None or name == "period":
                continue  # ``order_period`` is the same choice in this form
            form = self._form(**{name: other, "sv_field": name})
            step.expect(f"{name} after its change", form.fields.get(name), other)
            step.expect(f"the total after {name}", _amount(form.total), _sum_up(form))
        several = self._form(order_count=COUNT, sv_field="order_count")
        self._expect_sums(step, several, COUNT)
        step.expect("the services in the list", self._living(), living)
        step.expect("the positions in the cart", self.context.client.cart.lines(), lines)

    def order(self, step: StepRecord) -> None:
        """Into the cart, with a promo code, paid from the balance, and delivered."""
        before, cart = self._living(), self.context.client.cart
        form = self._form(order_count=COUNT, datacenter=self.datacenter)
        with self.context.open_basket():
            ordered = self.servers.put_in_cart(
                ServiceOrder(
                    self.tariff.id,
                    datacenter=self.datacenter,
                    ostempl=choose_template(self.tariff),
                    remoteid=self.remoteid,
                    count=COUNT,
                )
            )
            lines = cart.lines()
            step.expect("the positions of the answer", len(set(ordered.line_ids)), COUNT)
            shown = {line.id for line in lines} >= set(ordered.line_ids)
            step.expect("they are in the cart", shown, expected=True)
            step.expect("they have parts with prices", all(map(_has_parts, lines)), expected=True)
            step.expect("the total of the cart", _amount(cart.total()), _amount(form.total))
            step.expect("the balance before paying", self.context.read_balance(), step.before)
            self._enter_promo_codes(step)
            step.cost = _amount(cart.total())
            sums = [_amount(line.cost) for line in cart.lines()]
            step.expect("the sum of the positions", sum(sums, NOTHING), step.cost)
            cart.pay(ordered.line_ids)
            step.expect("what is left in the cart", cart.lines(), ())
        self.numbers = self._living() - before
        self._expect_delivered(step)

    def _enter_promo_codes(self, step: StepRecord) -> None:
        """A code that nobody has is refused; one that a seller of ours shows takes its part off.

        A real seller's code may be used once only, and stays with the account.
        """
        client = self.context.client
        unknown = {"promocode": f"none-{self.context.token}", "sok": "ok"}
        step.expect_refusal("an unknown promo code", lambda: client.call("cart", unknown))
        if not self.context.own:
            return
        code, percent = _read_promotion(self.context)
        costs = [_amount(line.cost) for line in client.cart.lines()]
        reduced = [(cost * (100 - percent) / 100).quantize(CENT, ROUND_HALF_UP) for cost in costs]
        client.call("cart", {"promocode": code, "sok": "ok"})
        after = _amount(client.cart.total())
        step.expect(f"the total after {code}", after, sum(reduced, NOTHING))
        step.says.append(f"{code}: {after:.2f} for {sum(costs, NOTHING):.2f}")

    def _expect_delivered(self, step: StepRecord) -> None:
        step.says.append(f"{len(self.numbers)} servers for {step.cost:.2f}")
        step.expect("the servers that were opened", len(self.numbers), COUNT)
        for number in sorted(self.numbers):
            service = self.servers.wait_until_ready(number)
            step.expect(f"the state of {number}", service.status, Status.ACTIVE)
            step.expect(f"our id of {number}", service.remoteid, self.remoteid)
            accessible = bool(service.ip and service.password)
            step.expect(f"{number} has an address and a password", accessible, expected=True)
            place = service.fields.get("datacenter", "")
            step.expect(f"the datacenter of {number}", place, str(self.datacenter or place))
        step.expect("their expenses", self.context.sum_expenses(self.numbers), step.cost)

    def delete(self, step: StepRecord) -> None:
        """Deletes them. Raises Unreached."""
        if not self.numbers:
            raise Unreached("nothing was opened")
        for number in sorted(self.numbers):
            self.servers.delete(number)
        left = self._living() & self.numbers
        step.expect("the servers that are left", sorted(left), [])

    def _form(self, **chosen: str | int | None) -> NewOrderForm:
        return self.servers.new_order_form(self.tariff.id, 1, **chosen)

    def _living(self) -> frozenset[int]:
        rows = self.servers.list()
        return frozenset(row.id for row in rows if row.status is not Status.DELETED)

    def _expect_sums(self, step: StepRecord, form: NewOrderForm, count: int) -> None:
        month = find_month_price(self.tariff) or NOTHING
        step.expect(f"the total of {count}", _amount(form.total), _sum_up(form))
        full = _sum(form.lines)
        step.expect(f"the price of {count}", full, month * count)


def _read_promotion(context: JourneyContext) -> tuple[str, Decimal]:
    """A promo code and the per cent that it takes off. Raises Unreached."""
    for row in context.client.call("account.discountinfo").table("promotion"):
        if row.value("promocode"):
            return row.value("promocode"), Decimal(row.value("discount"))
    raise Unreached("no promo code is shown")


def _has_parts(line: object) -> bool:
    parts = getattr(line, "configuration", ())
    return bool(parts) and all(part.name and part.price is not None for part in parts)


def _sum_up(form: NewOrderForm) -> Decimal:
    """The price of all lines less what is deducted, whichever sign the seller gives that."""
    return _sum(form.lines) - abs(_sum(form.discounts))


def _sum(lines: tuple[PriceLine, ...]) -> Decimal:
    return sum((_amount(line.cost) for line in lines), NOTHING)


def _amount(cost: Money | None) -> Decimal:
    return NOTHING if cost is None else cost.amount
