"""Deleting a service on its client's wish, as far as seller, tariff and account let it.

Source: docs/trade.md section 12 (deletion at once or at the paid end, minimum term), docs/resale.md
section 3 (an account that may not delete cannot resell); docs/evidence.md 30 and 31.
"""

from __future__ import annotations

from dataclasses import replace

from emulator.clock import add_months
from emulator.domain.accounts.accounts import Account
from emulator.domain.services import licenses, services
from emulator.domain.services.services import ORDERED, PROCESSING, Service
from emulator.domain.world import Shop
from emulator.errors import AccessDenied, MinimumTerm, RunningOperation


def delete(shop: Shop, account: Account, service: Service) -> Service:
    """Deletes a service, as its tariff and the world let a client: at once or at the paid end.

    Nothing is paid back. AccessDenied where clients, or this one, may not; MinimumTerm where it is
    too early; RunningOperation while it is being opened. Twice scheduled is no fault.
    Source: docs/trade.md section 12.
    """
    if service.status == PROCESSING:
        raise RunningOperation(service.id)
    if service.status == ORDERED:
        return licenses.close(shop, account.login, service)
    tariff, rules = shop.catalogue[service.tariff_id], shop.world.rules
    policy = tariff.deletion if rules.deletion == "tariff" else rules.deletion
    if policy == "forbidden" or account.deletion != "allowed":
        raise AccessDenied(f"{service.type}.delete")
    _check_least_term(shop, service, max(tariff.least_months, rules.least_months))
    paid_on = service.expires_on is not None and shop.today < service.expires_on
    if policy == "at_once" or not paid_on:
        return licenses.close(shop, account.login, service)
    if service.scheduled_close:
        return service
    services.note(shop, service.id, account.login, "scheduledclose", str(service.expires_on))
    return services.save(shop, replace(service, scheduled_close=True))


def _check_least_term(shop: Shop, service: Service, months: int) -> None:
    free_on = add_months(service.created_on, months)
    # Of none nothing is left, even on a clock that stands before the day it was bought.
    if months and shop.today < free_on:
        raise MinimumTerm(service.id, months, (free_on - shop.today).days)
