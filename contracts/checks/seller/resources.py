"""What a judge has at a seller without worlds, to ask about in place of fixtures.

Exchanges on record speak of services of the world ``small`` by their numbers. At a foreign seller
an equal one plays their part: what an exchange has ordered already, one of the account's own where
it is only looked at, or one that is bought for it, within the budget. It is used for as many
exchanges as it survives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.checks.seller.baskets import Baskets
from contracts.checks.seller.roles import (
    ANY,
    CERTIFICATE,
    DEAD,
    FAMILIES,
    RESTING,
    SECOND,
    TRIAL,
    Part,
)
from contracts.checks.seller.states import ACTIVE, GONE, SUSPENDED, States, state_of
from contracts.checks.seller.tariff_choice import Goods, lengths, shortest
from contracts.journeys.catalogue_view import ADDITION, SOFT, NotSold, Shelf
from contracts.journeys.runs import Wishes, client_at
from contracts.record.document import Node
from contracts.target.purchases import BUSY, Purchase, read_rows
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending_guard import CallBlocked
from contracts.target.sums import Sum
from contracts.verdicts import Verdict
from reseller_client import ResellerError
from reseller_client.services.models import Tariff

_STATE: Final = {RESTING: SUSPENDED, DEAD: GONE}
"""What state a part is in; all others are active."""
_CHANGE: Final = "service.changepricelist"
"""After it a service is of another tariff, and plays its part no more."""
_OURS: Final = frozenset({ADDITION, CERTIFICATE})
"""What exchanges order of these stands on a license, or for a name, that others need as well."""


class NotHere(Exception):
    """An exchange cannot be asked of this seller; one line that says why."""


@dataclass(slots=True)
class Stock:
    """Services by the part they play.

    What is asked of it raises NotHere where there is none, and CannotRun where one could not be
    prepared although it should have been.
    """

    seller: Seller
    wishes: Wishes
    baskets: Baskets = field(init=False)
    goods: Goods = field(init=False)
    states: States = field(init=False)
    _held: dict[Part, int] = field(default_factory=dict)
    _never: dict[Part, str] = field(default_factory=dict)
    _broken: dict[Part, str] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)
    _rows: dict[str, dict[int, Node] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The basket and the price list are those of the same account."""
        client = client_at(self.seller, self.wishes)
        self.baskets = Baskets(self.seller.guard)
        self.goods = Goods(Shelf(client, self.wishes.tariffs, self.wishes.addresses))
        self.states = States(self.seller, client.retry_policy)

    def tariff(self, part: Part) -> Tariff:
        """What is sold in the part of a tariff."""
        try:
            return self._tariff(part)
        except NotSold as reason:
            raise NotHere(str(reason)) from None
        except ResellerError as problem:
            raise CannotRun(f"the price list could not be read: {problem}") from problem

    def _tariff(self, part: Part) -> Tariff:
        """The same; the gate is told what it costs by the price list."""
        tariff = self.goods.tariff(part)
        if lengths(tariff):
            term = shortest(tariff)
            told = Sum(term.cost.amount, term.cost.currency or "")
            self.seller.guard.listed_prices[str(tariff.id)] = told, term.length
        return tariff

    def price(self, family: str) -> float:
        """What a family costs, to compare; what is not sold counts as the dearest."""
        if family not in FAMILIES:
            return 0
        try:
            return float(shortest(self._tariff(Part(family))).cost.amount)
        except (NotSold, ResellerError):
            return float("inf")

    def number(self, part: Part, *, acts: bool, buys: bool = True) -> int:
        """The service that plays a part. ``acts``: something is done to it, so it has to be bought.

        ``buys`` False: only what is there already.
        """
        if part in self._held:
            return self._held[part]
        found = next(self._bought(part), None)
        if found is None and not acts:
            found = self._there(part)
            if found is not None:
                # It is the account's own: the next one may do something to it, and may not.
                return found
        if found is None:
            found = self._made(part, buys=buys)
        self._held[part] = found
        return found

    def shown(self, part: Part, name: str, *, acts: bool) -> str:
        """What the form of a service that plays a part has under a name."""
        number = self.number(part, acts=acts)
        form, refusal = self.seller.ask({"func": f"{part.family}.edit", "elid": str(number)})
        told = form.first(name) if form is not None else None
        if told is None or not told.text:
            raise NotHere(f"the form of {part.family} {number} tells no {name} {refusal}".strip())
        return told.text

    def has_had(self, family: str) -> bool:
        """Whether this run has had one that lived."""
        bought = (one for one in self.seller.guard.purchases.all if one.family == family)
        return any(not one.waits and one.number is not None for one in bought)

    def by_hand(self, family: str) -> str:
        """Why a family is not ordered from unless its tariff is named, or nothing."""
        try:
            return self.goods.by_hand(family)
        except (NotSold, ResellerError) as reason:
            return str(reason)

    def patiently(self, ask: Callable[[], Verdict], times: int) -> Verdict:
        """Asks again, so many times, while the seller is at work on what it is asked about."""
        verdict = ask()
        for _ in range(times):
            if not any(BUSY in told for told in verdict.messages):
                break
            self.states.pause((part.family, number) for part, number in self._held.items())
            verdict = ask()
        return verdict

    def bare_license(self) -> int:
        """A license without a module; those that this run has put there are deleted."""
        number = self.number(Part(SOFT, SECOND), acts=True)
        for one in self.seller.guard.purchases.select_family(ADDITION):
            form, _ = self.seller.ask({"func": f"{ADDITION}.edit", "elid": str(one.number)})
            carrier = form.first("item") if form is not None else None
            if carrier is None or carrier.text != str(number):
                continue
            if refusal := self.states.delete(ADDITION, one.number or 0):
                # Sellers may have rules of when something may go.
                raise NotHere(f"license {number} keeps the module it has: {refusal}")
            self.states.wait_until_gone(ADDITION, one.number or 0)
        return number

    def tariff_of(self, part: Part) -> Tariff:
        """That of a service of the account's own, which is not what is bought here."""
        code = self.shown(part, "pricelist", acts=False)
        found = self.goods.shelf.client.catalogue.tariff(int(code)) if code.isdigit() else None
        if found is None:
            raise NotHere(f"its tariff {code} is not in the price list")
        return found

    def dearer(self, part: Part, number: int) -> Tariff:
        """A dearer tariff that a service can change to."""
        shelf = self.goods.shelf
        try:
            options = shelf.client.services.tariffs_to_change_to(number)
            return shelf.dearer(self._tariff(Part(part.family)), [one.id for one in options])
        except (NotSold, ResellerError) as reason:
            raise NotHere(f"no other tariff for {part.family} {number}: {reason}") from None

    def rows(self, family: str) -> dict[int, Node]:
        """A list of the account's as it is now, by number."""
        rows = read_rows(self.seller.ask, family)
        if rows is None:
            raise NotHere(f"the list {family} cannot be read to its end")
        return rows

    def settle(self, func: str, touched: frozenset[int]) -> None:
        """After something was done: what was touched plays its part again, or none any more."""
        if func.startswith(_CHANGE):
            self._changed |= touched
        for part, number in list(self._held.items()):
            if number not in touched:
                continue
            del self._held[part]
            state = self.states.work_again(func, part.family, number)
            if state == _STATE.get(part.which, ACTIVE) and not func.startswith(_CHANGE):
                self._held[part] = number

    def _bought(self, part: Part) -> Iterator[int]:
        """What this run has bought already and would do."""
        code = str(self._code(part))
        for one in reversed(self.seller.guard.purchases.all):
            if one.family != part.family or one.number in (None, *self._held.values()):
                continue
            if part.family in _OURS or one.number in self._changed:
                # Those of exchanges are for what is on record, and not for whom it is asked.
                continue
            if part.which == DEAD:
                if self.states.of(part.family, one.number or 0) == GONE:
                    yield one.number or 0
            elif self._plays(part, one, code):
                yield one.number or 0

    def _code(self, part: Part) -> int:
        try:
            return self._tariff(Part(part.family, TRIAL if part.which == TRIAL else ANY)).id
        except (NotSold, ResellerError):
            return 0

    def _plays(self, part: Part, one: Purchase, code: str) -> bool:
        if one.gone or one.refused or one.waits or one.tariff != code or one.number is None:
            return False
        if (one.price is not None and not one.price.amount) != (part.which == TRIAL):
            return False
        if self.states.of(part.family, one.number) != ACTIVE:
            return False
        return part.which != RESTING or self.states.rests(part.family, one.number)

    def _there(self, part: Part) -> int | None:
        """One of the account's own."""
        if part.which == TRIAL:
            return None
        if part.family not in self._rows:
            self._rows[part.family] = read_rows(self.seller.ask, part.family)
        wanted = _STATE.get(part.which, ACTIVE)
        fits = [n for n, row in (self._rows[part.family] or {}).items() if state_of(row) == wanted]
        # The list may have changed since: what has gone plays no active part.
        living = (n for n in fits if self.states.of(part.family, n) == wanted)
        if part.which not in (ANY, RESTING, DEAD):
            next(living, None)
        return next(living, None)

    def _made(self, part: Part, *, buys: bool) -> int:
        """One that is bought now, and brought into its state."""
        if part in self._never:
            raise NotHere(self._never[part])
        if part in self._broken:
            raise CannotRun(self._broken[part])
        if part.which == DEAD:
            raise NotHere(f"needs {part}, and nothing that was bought is deleted yet")
        if not buys:
            raise NotHere(
                f"another service of {part.family} would have to be bought for this alone"
            )
        try:
            number = self._buy(part)
        except (CallBlocked, NotSold, NotHere) as reason:
            # A budget only shrinks: it is not asked for again.
            self._never[part] = f"needs {part}: {reason}"
            raise NotHere(self._never[part]) from None
        except (ResellerError, CannotRun) as problem:
            # Nor is what failed done over and over again: every time may cost.
            self._broken[part] = f"{part} could not be had: {problem}"
            raise CannotRun(self._broken[part]) from problem
        if part.which == RESTING and not self.states.rests(part.family, number):
            raise CannotRun(f"{part} could not be had: {number} cannot be suspended")
        return number

    def _buy(self, part: Part) -> int:
        family = part.family
        if reason := self.goods.by_hand(family):
            raise NotHere(reason)
        license = str(self.number(Part(SOFT), acts=True)) if family == ADDITION else ""
        kind = Part(family, TRIAL if part.which == TRIAL else ANY)
        order = self.goods.order(family, self._tariff(kind), license)
        if part.which == TRIAL:
            order["period"] = "-100"
        _, refusal = self.seller.ask(order)
        purchase = self.seller.guard.purchases.all[-1]
        if purchase.number is None:
            raise CannotRun(f"its order was answered with {refusal or 'no number'}")
        state = self.states.of(family, purchase.number)
        if state != ACTIVE:
            raise CannotRun(f"{family} {purchase.number} was ordered and does not become active")
        return purchase.number
