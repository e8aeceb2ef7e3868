"""Fills the roles of exchanges at a seller without worlds: finds or buys services and tariffs.

A role is filled by what an exchange of the same run has ordered, by a service of the account's own
if it is only read, or by one that is bought within the budget. A service is used for as many
exchanges as it survives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from contracts.checks.seller import states
from contracts.checks.seller.basket import Basket
from contracts.checks.seller.roles import (
    ANY,
    CERTIFICATE,
    DELETED,
    FAMILIES,
    SECOND,
    SUSPENDED,
    TRIAL,
    Role,
)
from contracts.checks.seller.saved_filters import SavedFilters
from contracts.checks.seller.states import ServiceStates, read_state
from contracts.checks.seller.tariff_choice import TariffChoice, list_terms, shortest_price
from contracts.journeys.catalogue_view import ADDITION, SOFT, CatalogueView, NotSold
from contracts.journeys.runs import JourneyOptions, create_client
from contracts.record.document import Node
from contracts.target.purchases import BUSY, Purchase, read_rows
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending_guard import CallBlocked
from contracts.target.sums import Sum
from contracts.verdicts import Verdict
from reseller_client import ResellerError
from reseller_client.services.catalogue_models import Tariff

_STATE: Final = {SUSPENDED: states.SUSPENDED, DELETED: states.DELETED}
"""The state of a role's service; all other roles are active."""
_CHANGE_TARIFF: Final = "service.changepricelist"
"""After it a service has another tariff and no longer fills its role."""
_NOT_SHARED: Final = frozenset({ADDITION, CERTIFICATE})
"""Orders of exchanges in these families belong to a license or a name that others need as well."""


class NotPortable(Exception):
    """An exchange cannot be asked of this seller; one line that says why."""


@dataclass(slots=True)
class Resources:
    """Services and tariffs by role.

    Methods raise NotPortable if nothing can fill a role, and CannotRun if a service should have
    been prepared and could not be.
    """

    seller: Seller
    options: JourneyOptions
    basket: Basket = field(init=False)
    filters: SavedFilters = field(init=False)
    tariffs: TariffChoice = field(init=False)
    states: ServiceStates = field(init=False)
    _numbers: dict[Role, int] = field(default_factory=dict)
    _unavailable: dict[Role, str] = field(default_factory=dict)
    _failed: dict[Role, str] = field(default_factory=dict)
    _changed: set[int] = field(default_factory=set)
    _rows: dict[str, dict[int, Node] | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Basket, filters, price list and states are read with the same account."""
        client = create_client(self.seller, self.options)
        self.basket = Basket(self.seller.guard)
        self.filters = SavedFilters(self.seller.guard)
        self.tariffs = TariffChoice(
            CatalogueView(client, self.options.tariffs, self.options.addresses)
        )
        self.states = ServiceStates(self.seller, client.retry_policy)

    def find_tariff(self, role: Role) -> Tariff:
        """The tariff that fills a role. Raises NotPortable or CannotRun."""
        try:
            return self._choose_tariff(role)
        except NotSold as reason:
            raise NotPortable(str(reason)) from None
        except ResellerError as problem:
            raise CannotRun(f"the price list could not be read: {problem}") from problem

    def _choose_tariff(self, role: Role) -> Tariff:
        """As ``tariff``, raising NotSold; the spending guard learns its listed price."""
        tariff = self.tariffs.choose(role)
        if list_terms(tariff):
            price = shortest_price(tariff)
            cost = Sum(price.cost.amount, price.cost.currency or "")
            self.seller.guard.listed_prices[str(tariff.id)] = cost, price.length
        return tariff

    def estimate_price(self, family: str) -> float:
        """The price of a family's service, to compare; infinite if it is not sold."""
        if family not in FAMILIES:
            return 0
        try:
            return float(shortest_price(self._choose_tariff(Role(family))).cost.amount)
        except (NotSold, ResellerError):
            return float("inf")

    def find_service(self, role: Role, *, acts: bool, buys: bool = True) -> int:
        """The number of the service that fills a role.

        ``acts``: it will be changed, so it has to be one that was bought. ``buys`` False: only
        services that exist already.
        """
        if role in self._numbers:
            return self._numbers[role]
        number = next(self._bought(role), None)
        if number is None and not acts:
            number = self._find_own(role)
            if number is not None:
                # Not remembered: it is the account's own, and the next exchange may change its.
                return number
        if number is None:
            number = self._prepare(role, buys=buys)
        self._numbers[role] = number
        return number

    def read_field(self, role: Role, name: str, *, acts: bool) -> str:
        """A field in the form of the service that fills a role. Raises NotPortable or CannotRun."""
        number = self.find_service(role, acts=acts)
        form, refusal = self.seller.ask({"func": f"{role.family}.edit", "elid": str(number)})
        node = form.first(name) if form is not None else None
        if node is None or not node.text:
            raise NotPortable(f"the form of {role.family} {number} has no {name} {refusal}".strip())
        return node.text

    def has_ordered(self, family: str) -> bool:
        """Whether this run has bought a service of a family."""
        return any(
            purchase.family == family and not purchase.waits and purchase.number is not None
            for purchase in self.seller.guard.purchases.all
        )

    def explain_manual(self, family: str) -> str:
        """Why a family is not ordered unless its tariff is named, or an empty text."""
        try:
            return self.tariffs.explain_manual(family)
        except (NotSold, ResellerError) as reason:
            return str(reason)

    def retry_while_busy(self, judge: Callable[[], Verdict], times: int) -> Verdict:
        """Judges again, at most ``times``, while the seller is working on the service."""
        verdict = judge()
        for _ in range(times):
            if not any(BUSY in message for message in verdict.messages):
                break
            self.states.pause((role.family, number) for role, number in self._numbers.items())
            verdict = judge()
        return verdict

    def find_bare_license(self) -> int:
        """A license without a module; modules that this run put on it are deleted.

        Raises NotPortable if one cannot be deleted.
        """
        number = self.find_service(Role(SOFT, SECOND), acts=True)
        for purchase in self.seller.guard.purchases.select_family(ADDITION):
            module = purchase.number or 0
            form, _ = self.seller.ask({"func": f"{ADDITION}.edit", "elid": str(module)})
            carrier = form.first("item") if form is not None else None
            if carrier is None or carrier.text != str(number):
                continue
            if refusal := self.states.delete(ADDITION, module):
                # A seller may have a rule about when something may be deleted.
                raise NotPortable(f"license {number} keeps the module it has: {refusal}")
            self.states.wait_until_deleted(ADDITION, module)
        return number

    def read_tariff(self, role: Role) -> Tariff:
        """The tariff of a service of the account's own, which may differ from what is bought.

        Raises NotPortable if the price list does not have it.
        """
        code = self.read_field(role, "pricelist", acts=False)
        catalogue = self.tariffs.catalogue.client.catalogue
        tariff = catalogue.tariff(int(code)) if code.isdigit() else None
        if tariff is None:
            raise NotPortable(f"its tariff {code} is not in the price list")
        return tariff

    def find_dearer_tariff(self, role: Role, number: int) -> Tariff:
        """A dearer tariff to which a service can change. Raises NotPortable."""
        catalogue = self.tariffs.catalogue
        try:
            options = catalogue.client.services.tariffs_to_change_to(number)
            current = self._choose_tariff(Role(role.family))
            return catalogue.choose_dearer(current, [option.id for option in options])
        except (NotSold, ResellerError) as reason:
            raise NotPortable(f"no other tariff for {role.family} {number}: {reason}") from None

    def read_rows(self, family: str) -> dict[int, Node]:
        """A list of the account as it is now, by number. Raises NotPortable if it is unreadable."""
        rows = read_rows(self.seller.ask, family)
        if rows is None:
            raise NotPortable(f"the list {family} cannot be read to its end")
        return rows

    def release(self, func: str, changed: frozenset[int]) -> None:
        """After ``func`` changed services: those that still fit fill their roles again."""
        if func.startswith(_CHANGE_TARIFF):
            self._changed |= changed
        for role, number in list(self._numbers.items()):
            if number not in changed:
                continue
            del self._numbers[role]
            state = self.states.resume_after(func, role.family, number)
            fits = state == _STATE.get(role.kind, states.ACTIVE)
            if fits and not func.startswith(_CHANGE_TARIFF):
                self._numbers[role] = number

    def _bought(self, role: Role) -> Iterator[int]:
        """Numbers of services that this run has bought and that fit a role, the newest first."""
        code = str(self._tariff_code(role))
        for purchase in reversed(self.seller.guard.purchases.all):
            number = purchase.number
            if purchase.family != role.family or number in (None, *self._numbers.values()):
                continue
            if role.family in _NOT_SHARED or number in self._changed:
                continue
            if role.kind == DELETED:
                if self.states.read(role.family, number or 0) == states.DELETED:
                    yield number or 0
            elif self._fits(role, purchase, code):
                yield number or 0

    def _tariff_code(self, role: Role) -> int:
        try:
            kind = TRIAL if role.kind == TRIAL else ANY
            return self._choose_tariff(Role(role.family, kind)).id
        except (NotSold, ResellerError):
            return 0

    def _fits(self, role: Role, purchase: Purchase, code: str) -> bool:
        if purchase.gone or purchase.refused or purchase.waits or purchase.tariff != code:
            return False
        if purchase.number is None:
            return False
        is_free = purchase.price is not None and not purchase.price.amount
        if is_free != (role.kind == TRIAL):
            return False
        if self.states.read(role.family, purchase.number) != states.ACTIVE:
            return False
        return role.kind != SUSPENDED or self.states.suspend(role.family, purchase.number)

    def _find_own(self, role: Role) -> int | None:
        """A service of the account's own that fits a role."""
        if role.kind == TRIAL:
            return None
        if role.family not in self._rows:
            self._rows[role.family] = read_rows(self.seller.ask, role.family)
        state = _STATE.get(role.kind, states.ACTIVE)
        listed = [
            n for n, row in (self._rows[role.family] or {}).items() if read_state(row) == state
        ]
        # The list was read earlier; a service may have changed its state since.
        current = (n for n in listed if self.states.read(role.family, n) == state)
        if role.kind not in (ANY, SUSPENDED, DELETED):
            next(current, None)
        return next(current, None)

    def _prepare(self, role: Role, *, buys: bool) -> int:
        """Buys a service and brings it into the state of a role."""
        if role in self._unavailable:
            raise NotPortable(self._unavailable[role])
        if role in self._failed:
            raise CannotRun(self._failed[role])
        if role.kind == DELETED:
            raise NotPortable(f"needs {role}, and nothing that was bought is deleted yet")
        if not buys:
            raise NotPortable(
                f"another service of {role.family} would have to be bought for this alone"
            )
        try:
            number = self._buy(role)
        except (CallBlocked, NotSold, NotPortable) as reason:
            # The budget only shrinks, so the answer stays the same.
            self._unavailable[role] = f"needs {role}: {reason}"
            raise NotPortable(self._unavailable[role]) from None
        except (ResellerError, CannotRun) as problem:
            # Not tried again: every attempt may cost money.
            self._failed[role] = f"{role} could not be prepared: {problem}"
            raise CannotRun(self._failed[role]) from problem
        if role.kind == SUSPENDED and not self.states.suspend(role.family, number):
            raise CannotRun(f"{role} could not be prepared: {number} cannot be suspended")
        return number

    def _buy(self, role: Role) -> int:
        family = role.family
        if reason := self.tariffs.explain_manual(family):
            raise NotPortable(reason)
        license = str(self.find_service(Role(SOFT), acts=True)) if family == ADDITION else ""
        tariff = self._choose_tariff(Role(family, TRIAL if role.kind == TRIAL else ANY))
        order = self.tariffs.build_order(family, tariff, license)
        if role.kind == TRIAL:
            order["period"] = "-100"
        _, refusal = self.seller.ask(order)
        purchase = self.seller.guard.purchases.all[-1]
        if purchase.number is None:
            raise CannotRun(f"its order was answered with {refusal or 'no number'}")
        if self.states.read(family, purchase.number) != states.ACTIVE:
            raise CannotRun(f"{family} {purchase.number} was ordered and does not become active")
        return purchase.number
