"""Suspending, resuming and deleting a service of any product type.

Source: docs/trade.md sections 6 and 12 (deletion at once or at the paid end, minimum term),
docs/resale.md section 3 (an account that may not delete cannot resell); docs/evidence.md 13, 30
and 31.
"""

from __future__ import annotations

from dataclasses import replace

from emulator.clock import add_months
from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.services import modules, servers, services
from emulator.domain.services.services import (
    ACTIVE,
    BY_CLIENT,
    DELETED,
    ORDERED,
    PROCESSING,
    SUSPENDED,
    Service,
)
from emulator.domain.world import Shop
from emulator.errors import AccessDenied, MinimumTerm, RunningOperation, WrongState


def suspend(shop: Shop, account: Account, service: Service) -> Service:
    """Suspends a service; the paid term keeps running.

    Suspending twice is not an error (docs/evidence.md 13). Raises WrongState where it is unpaid,
    RunningOperation, and AccessDenied for a module that clients may not switch.
    """
    modules.check_switch(shop, service, "suspend")
    if service.status == SUSPENDED:
        return service
    services.require_settled(service)
    services.note(shop, service.id, account.login, "suspend")
    return services.save(shop, replace(service, status=SUSPENDED, substate=BY_CLIENT))


def resume(shop: Shop, account: Account, service: Service) -> Service:
    """Resumes a suspended service while its term lasts; resuming twice is not an error.

    Raises WrongState where it is expired, unpaid or suspended by the provider, RunningOperation,
    and AccessDenied for a module that clients may not switch.
    """
    modules.check_switch(shop, service, "resume")
    if service.status == ACTIVE:
        return service
    services.require_settled(service)
    if service.substate == services.BY_EMPLOYEE:
        raise WrongState(service.id, "employee")
    if service.expires_on is not None and shop.today >= service.expires_on:
        raise WrongState(service.id, "expired")
    services.note(shop, service.id, account.login, "resume")
    return services.save(shop, replace(service, status=ACTIVE, substate=""))


def delete(shop: Shop, account: Account, service: Service) -> Service:
    """Deletes a service at once or at the end of the paid term, as tariff and world say.

    There is no refund, and scheduling a deletion twice is not an error. Raises AccessDenied where
    the account may not delete, MinimumTerm where it is too early, RunningOperation.
    Source: docs/trade.md section 12.
    """
    if service.status == PROCESSING:
        raise RunningOperation(service.id)
    if service.status == ORDERED:
        return close(shop, account.login, service)
    tariff, rules = shop.catalogue[service.tariff_id], shop.world.rules
    policy = tariff.deletion if rules.deletion == "tariff" else rules.deletion
    if policy == "forbidden" or account.deletion != "allowed":
        raise AccessDenied(f"{service.type}.delete")
    _check_least_term(shop, service, max(tariff.least_months, rules.least_months))
    paid_on = service.expires_on is not None and shop.today < service.expires_on
    if policy == "at_once" or not paid_on:
        return close(shop, account.login, service)
    if service.scheduled_close:
        return service
    services.note(shop, service.id, account.login, "scheduledclose", str(service.expires_on))
    return services.save(shop, replace(service, scheduled_close=True))


def _check_least_term(shop: Shop, service: Service, months: int) -> None:
    free_on = add_months(service.created_on, months)
    # No minimum leaves nothing to wait for, even on a clock set before the day of the order.
    if months and shop.today < free_on:
        raise MinimumTerm(service.id, months, (free_on - shop.today).days)


def close(shop: Shop, user: str, service: Service) -> Service:
    """Deletes a service at once, whoever orders it, and a license's modules with it."""
    for module in modules.list_modules(shop, service):
        close(shop, user, module)
    services.note(shop, service.id, user, "delete")
    if traits.of(shop.catalogue, service.type).addresses:
        servers.release(shop, service)
    return services.save(
        shop,
        replace(service, status=DELETED, substate="", due_at=None, key_ready=None, key_reads=None),
    )
