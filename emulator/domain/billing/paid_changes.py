"""Changes of a running service that cost money: prolongation, addons, another tariff.

Source: docs/trade.md sections 4 and 5.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from emulator.clock import add_months
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import discounts, payments
from emulator.domain.catalogue.catalogue import DAY, LIFETIME, TRIAL, Tariff
from emulator.domain.money import ZERO
from emulator.domain.services import certificates, order_rules, servers, services
from emulator.domain.services.services import ACTIVE, SUSPENDED, Service
from emulator.domain.world import Shop
from emulator.errors import BadValue, WrongState

MONTHS_OF_YEAR = 12


@dataclass(frozen=True, slots=True)
class Prolongation:
    """A prolongation that has not been bought: its cost and the new end."""

    service: Service
    tariff: Tariff
    period: int
    cost: Decimal
    new_expires_on: date
    discount: Decimal = ZERO
    """The amount of the account's own discount."""


def prolongable(service: Service, tariff: Tariff) -> None:
    """Raises WrongState for trials, lifetimes and unpaid services, RunningOperation.

    A trial whose tariff also sells paid periods can be prolonged into one of them (assumed).
    """
    services.require_settled(service)
    if tariff.trial:
        raise WrongState(service.id, "trial")
    if service.expires_on is None:
        raise WrongState(service.id, "lifetime")


def periods(service: Service, tariff: Tariff, currency: str) -> tuple[int, ...]:
    """Periods by which a service can be prolonged at this tariff: months, or the day alone.

    What is billed by the day stays so (docs/evidence.md 113).
    """
    return tuple(p for p in tariff.periods(currency) if (p == DAY if service.daily else p > 0))


def quote_prolongation(
    shop: Shop, account: Account, service: Service, period: int | None
) -> Prolongation:
    """What a prolongation would cost.

    ``period``: months, or a day; None: the service's own, or the shortest. An active service
    continues from its end, a suspended one from today (documented). Raises BadValue for a period
    that is not offered, or what `prolongable` raises.
    """
    tariff = shop.catalogue[service.tariff_id]
    prolongable(service, tariff)
    offered = periods(service, tariff, account.currency)
    if period is None:
        period = service.period if service.period in offered else next(iter(offered), 0)
    if period not in offered:
        raise BadValue("period", str(period))
    return _prolongation(shop, account, service, tariff, period)


def _prolongation(
    shop: Shop, account: Account, service: Service, tariff: Tariff, period: int
) -> Prolongation:
    start = service.expires_on or shop.today
    if service.status == SUSPENDED:
        start = shop.today
    try:
        end = start + timedelta(days=1) if period == DAY else add_months(start, period)
    except (OverflowError, ValueError):
        raise BadValue("period", str(period)) from None
    full = services.compute_cost(service, tariff, account.currency, period)
    price = discounts.compute_price(shop, account, tariff, full)
    return Prolongation(service, tariff, period, price.cost, end, price.discount)


def prolong(
    shop: Shop, account: Account, prolongation: Prolongation, user: str, *, discount: Decimal = ZERO
) -> Service:
    """Charges a prolongation and carries it out. Raises NotEnoughMoney."""
    service = prolongation.service
    name = prolongation.tariff.name
    off = prolongation.discount + discount
    payments.charge(shop, account, prolongation.cost, "prolong", name, service.id, discount=off)
    if prolongation.period != DAY or user == account.login:
        # The daily charges are in the list of expenses; a history of them would hide the rest.
        services.note(shop, service.id, user, "prolong", prolongation.new_expires_on.isoformat())
    return apply(shop, prolongation)


def apply(shop: Shop, prolongation: Prolongation) -> Service:
    """Sets the new end; a suspended service becomes active.

    A deletion that was scheduled for the old end is dropped (assumed).
    """
    was = prolongation.service
    now = replace(
        was,
        status=ACTIVE,
        substate=was.substate if was.status == ACTIVE else "",
        period=prolongation.period if was.period == TRIAL else was.period,
        scheduled_close=False,
        expires_on=prolongation.new_expires_on,
        due_at=services.midnight(prolongation.new_expires_on),
    )
    return services.save(shop, certificates.renew(shop, now))


@dataclass(frozen=True, slots=True)
class TariffChange:
    """A change of tariff that has not been made. ``cost``: the pro-rata difference, at least 0."""

    service: Service
    old: Tariff
    new: Tariff
    period: int
    old_price: Decimal
    new_price: Decimal
    cost: Decimal
    discount: Decimal = ZERO


def list_targets(shop: Shop, account: Account, service: Service) -> list[Tariff]:
    """Tariffs this service can change to, in the catalogue's order."""
    allowed = shop.catalogue[service.tariff_id].change_to
    targets = (shop.catalogue.find(number) for number in allowed)
    return [t for t in targets if t is not None and periods(service, t, account.currency)]


def quote_tariff_change(
    shop: Shop, account: Account, service: Service, pricelist: int, period: int | None
) -> TariffChange:
    """What a change of tariff would cost: the difference for the unused days (observed).

    The end date stays.

    ``period``: months, by whose price the two tariffs are compared. Raises WrongState for a term
    that is over, BadValue for a tariff or a period that is not offered, Exists for an address that
    has such a license.
    """
    services.require_settled(service)
    if service.expires_on is not None and shop.today >= service.expires_on:
        raise WrongState(service.id, "expired")
    old = shop.catalogue[service.tariff_id]
    new = next((t for t in list_targets(shop, account, service) if t.id == pricelist), None)
    if new is None:
        raise BadValue("pricelist", str(pricelist))
    if order_rules.is_retired(shop, new):
        raise BadValue("pricelist", str(pricelist), desc="retired")
    period = _period_of_change(service, new, account.currency, period)
    order_rules.check_address(shop, new, service.ip, but=service.id)
    return _priced_change(shop, account, service, old, new, period)


def _period_of_change(service: Service, new: Tariff, currency: str, period: int | None) -> int:
    offered = periods(service, new, currency)
    if period is None:
        period = service.period if service.period in offered else next(iter(offered), 0)
    if period not in offered:
        raise BadValue("period", str(period))
    return period


def _priced_change(
    shop: Shop, account: Account, service: Service, old: Tariff, new: Tariff, period: int
) -> TariffChange:
    addons = order_rules.choose_addons(new, service.amounts())
    new_price = new.cost(account.currency, period, addons)
    old_periods = old.prices.get(account.currency, {})
    if old.trial:
        old_price = ZERO
    else:
        same = period if period in old_periods else service.period
        same = old.nearest_period(account.currency, same)
        old_price = old.cost(account.currency, same, service.amounts())
    cost = _for_the_rest(shop, service, new_price - old_price, period, from_today=old.trial)
    price = discounts.compute_price(shop, account, new, cost)
    return TariffChange(service, old, new, period, old_price, new_price, price.cost, price.discount)


def _for_the_rest(
    shop: Shop, service: Service, dearer_by: Decimal, period: int, *, from_today: bool = False
) -> Decimal:
    """What the difference of two prices costs for the rest of the term; never negative.

    Not rounded. Whole months cost the monthly difference, the broken one its share of its own
    days (docs/evidence.md 144).
    """
    if service.expires_on is None or period == LIFETIME:
        return max(ZERO, dearer_by)
    if dearer_by <= ZERO or period == TRIAL or shop.today >= service.expires_on:
        return ZERO
    if period == DAY:
        return dearer_by * (service.expires_on - shop.today).days
    months = _months_left(
        shop.today, service.expires_on, shop.today if from_today else service.created_on
    )
    return dearer_by * months.numerator / (months.denominator * period)


def _months_left(today: date, end: date, begun_on: date) -> Fraction:
    """How many months are left: those that are whole, and the part of the broken one.

    ``begun_on``: the first day of the term, if that is known. Months are counted back from the end
    of the term, and from today where that leaves no rest: the 31st is as far from the 28th as the
    28th.
    """
    whole = (end.year - today.year) * MONTHS_OF_YEAR + end.month - today.month + 1
    while add_months(today, whole) > end:
        whole -= 1
    if add_months(today, whole) == end:
        return Fraction(whole)
    if begun_on == today:
        if _are_months(today, end, whole + 1):
            return Fraction(whole + 1)
        start = add_months(today, whole)
        return whole + Fraction((end - start).days, (add_months(today, whole + 1) - start).days)
    while add_months(end, -whole) < today:
        whole -= 1
    until = add_months(end, -whole)
    since = max(add_months(end, -whole - 1), min(begun_on, today))
    return whole + Fraction((until - today).days, (until - since).days)


def _are_months(begin: date, end: date, count: int) -> bool:
    """Whether a term was bought as so many months in two parts, such as 31 January to 28 March."""
    return any(
        add_months(add_months(begin, first), count - first) == end for first in range(1, count)
    )


@dataclass(frozen=True, slots=True)
class AddonChange:
    """A change of addons that has not been bought. ``after``: amounts of all addons by number."""

    service: Service
    after: Mapping[int, int]
    cost: Decimal
    discount: Decimal


def quote_addons(
    shop: Shop, account: Account, service: Service, sent: Mapping[int, int]
) -> AddonChange | None:
    """What other addons would cost for the days that are left of the term; None: no change.

    Addons the tariff does not have are ignored. Raises BadValue for an amount outside the
    limits, WrongState for an expired or unpaid service, RunningOperation.
    """
    tariff = shop.catalogue[service.tariff_id]
    before = service.amounts()
    after = {**before, **{number: sent[number] for number in sent.keys() & tariff.addons.keys()}}
    for number in after.keys() - {n for n, amount in before.items() if after[n] == amount}:
        tariff.addons[number].check(after[number])
        tariff.addons[number].check_change(before.get(number, 0), after[number])
    if after == before:
        return None
    services.require_settled(service)
    if service.expires_on is not None and shop.today >= service.expires_on:
        raise WrongState(service.id, "expired")
    period = tariff.nearest_period(account.currency, service.period)
    dearer_by = tariff.cost(account.currency, period, after) - tariff.cost(
        account.currency, period, before
    )
    cost = _for_the_rest(shop, service, dearer_by, period, from_today=service.period == TRIAL)
    price = discounts.compute_price(shop, account, tariff, cost)
    return AddonChange(service, after, price.cost, price.discount)


def make_addons(
    shop: Shop, account: Account, change: AddonChange, *, discount: Decimal = ZERO
) -> Service:
    """Charges a change of addons and carries it out. Raises NotEnoughMoney."""
    service, after = change.service, change.after
    tariff = shop.catalogue[service.tariff_id]
    before = service.amounts()
    changed = {number for number, amount in after.items() if before.get(number) != amount}
    addresses = tariff.addon(servers.IP_ADDON)
    kind = payments.ADDRESS if addresses and changed == {addresses.id} else "addon"
    off = change.discount + discount
    payments.charge(shop, account, change.cost, kind, tariff.name, service.id, discount=off)
    detail = ", ".join(f"{n}: {before.get(n, 0)} -> {after[n]}" for n in sorted(changed))
    services.note(shop, service.id, account.login, "addon", detail)
    addons = {str(number): amount for number, amount in after.items()}
    resized = services.save(shop, replace(service, addons=addons))
    servers.fit_addresses(shop, resized, before)
    return resized


def change_addons(
    shop: Shop, account: Account, service: Service, sent: Mapping[int, int]
) -> Service:
    """Changes addons at once. Raises what `quote_addons` raises, and NotEnoughMoney."""
    change = quote_addons(shop, account, service, sent)
    return service if change is None else make_addons(shop, account, change)


def change_tariff(
    shop: Shop, account: Account, change: TariffChange, *, discount: Decimal = ZERO
) -> Service:
    """Charges a change of tariff and carries it out. Raises NotEnoughMoney."""
    service, new = change.service, change.new
    kind = "changepricelist"
    off = change.discount + discount
    payments.charge(shop, account, change.cost, kind, new.name, service.id, discount=off)
    detail = f"{change.old.id} -> {new.id}"
    services.note(shop, service.id, account.login, "changepricelist", detail)
    return services.save(shop, on_tariff(change))


def on_tariff(change: TariffChange) -> Service:
    """The service as it is after a change of tariff; nothing is written."""
    addons = order_rules.choose_addons(change.new, change.service.amounts())
    return replace(
        change.service,
        tariff_id=change.new.id,
        period=change.period if change.old.trial else change.service.period,
        addons={str(number): amount for number, amount in addons.items()},
    )
