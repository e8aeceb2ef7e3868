"""Opens paid services: a service becomes active, and gets what its type gives.

Source: docs/trade.md section 3 (a key may be late); docs/evidence.md 2. At once, after seconds of
elapsed time, after a number of reads, or by hand, as the world's provisioning says.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from emulator.clock import add_months
from emulator.domain.catalogue import traits
from emulator.domain.catalogue.catalogue import LIFETIME, Tariff
from emulator.domain.services import certificates, keys, servers, services
from emulator.domain.services.services import ACTIVE, OPENING, PROCESSING, SUSPENDED, Service
from emulator.domain.world import Shop


def updates_end(bought_on: date, period: int) -> date | None:
    """When updates end: after a year for a lifetime license, else with the license (None)."""
    return add_months(bought_on, 12) if period == LIFETIME else None


def opened(shop: Shop, tariff: Tariff, service: Service) -> Service:
    """The service after payment: its term runs, and it is active or being opened. Not saved."""
    expires_on = tariff.term_end(shop.today, service.period)
    how = shop.world.provisioning
    at_once = how.mode == "at_once"
    return replace(
        service,
        status=ACTIVE if at_once else PROCESSING,
        substate="" if at_once else OPENING,
        expires_on=expires_on,
        due_at=services.due_after(ACTIVE, expires_on),
        update_expires_on=updates_end(shop.today, service.period),
        key_ready=shop.system_clock.elapsed() + how.amount if how.mode == "seconds" else None,
        key_reads=how.amount if how.mode == "reads" else None,
        webdomains=0 if at_once and traits.of(shop.catalogue, service.type).is_license else None,
    )


def open_new(shop: Shop, tariff: Tariff, service: Service) -> Service:
    """Inserts and opens a paid service that was never in a basket."""
    added = services.add(shop, opened(shop, tariff, service))
    if added.key_ready is not None:
        shop.ready_no_later_than(added.key_ready)
    return start(shop, added)


def start(shop: Shop, service: Service) -> Service:
    """Gives a newly inserted service what its type gives, if it is active already."""
    if service.status != ACTIVE:
        return service
    if traits.of(shop.catalogue, service.type).is_license:
        return keys.give_first_key(shop, service)
    return services.save(shop, give(shop, service))


def open_ordered(shop: Shop, tariff: Tariff, service: Service) -> Service:
    """Opens a service from a basket that has been paid."""
    paid = opened(shop, tariff, service)
    if paid.key_ready is not None:
        shop.ready_no_later_than(paid.key_ready)
    return finish_opening(shop, paid) if paid.status == ACTIVE else services.save(shop, paid)


def give(shop: Shop, service: Service) -> Service:
    """Gives a service its key, server, account or certificate. Not saved."""
    own = traits.of(shop.catalogue, service.type)
    if own.gives == "module":
        return service  # the license it extends names it
    if own.gives == "certificate":
        return certificates.give(shop, service)
    if not own.is_license:
        return servers.give(shop, service)
    number = service.key_number + 1
    key = keys.make_key(shop, service.id, number)
    return replace(service, lickey=key, key_number=number, webdomains=0)


def finish_opening(shop: Shop, service: Service) -> Service:
    """Ends an operation: the service is active and gets what its type gives.

    A service whose term ended meanwhile gets it too and stays suspended. A server that was only
    started or reinstalled has everything already.
    """
    late = service.status == SUSPENDED
    done = replace(
        service,
        status=SUSPENDED if late else ACTIVE,
        substate=service.substate if late else "",
        key_ready=None,
        key_reads=None,
    )
    has_it = service.substate in services.OPERATIONS or "username" in service.params
    return services.save(shop, done if has_it else give(shop, done))


def count_read(shop: Shop, service: Service) -> Service:
    """Counts a read of a service that becomes ready after a number of reads."""
    if service.key_reads is None:
        return service
    if service.key_reads <= 0:
        return finish_opening(shop, service)
    return services.save(shop, replace(service, key_reads=service.key_reads - 1))
