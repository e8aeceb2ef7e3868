"""Changes that the owner of a service of any product type makes to it, free of charge.

Source: docs/trade.md section 6; docs/evidence.md 13 and 17.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from emulator.domain.accounts.accounts import Account
from emulator.domain.catalogue import traits
from emulator.domain.services import order_rules, services
from emulator.domain.services.services import Service
from emulator.domain.world import Shop

SECRET = frozenset({"password", "key", "csr"})
"""What is stored of a service and stands in no history."""


def change(shop: Shop, account: Account, service: Service, changes: Mapping[str, Any]) -> Service:
    """Changes name, address, ids or automatic prolongation: what was sent and differs.

    Addons cost and are left as they are. Allowed while suspended and while an operation runs
    (docs/evidence.md 13). Raises BadValue for ``autoprolong``, Exists for an address, WrongState
    within the month after the last change.
    """
    tariff = shop.catalogue[service.tariff_id]
    own = {name: value for name, value in changes.items() if name != "addon"}
    changed = replace(service, **own)
    if changed.autoprolong != service.autoprolong:
        order_rules.check_autoprolong(tariff, account.currency, changed.period, changed.autoprolong)
        months = order_rules.choose_autoprolong(tariff, changed.period, changed.autoprolong)
        changed = replace(changed, autoprolong=months)
    if not tariff.takes_address:
        changed = replace(changed, ip=service.ip)
    if changed.ip != service.ip:
        order_rules.check_address(shop, tariff, changed.ip, but=service.id)
        services.check_change_limit(shop, service, service.ip_changed_on, "ip_change_limit")
        changed = replace(changed, ip_changed_on=shop.today)
    if changed == service:
        return service
    named = "domain" if traits.of(shop.catalogue, service.type).domain else "licname"
    services.note(shop, service.id, account.login, "edit", _describe(service, changed, named))
    return services.save(shop, changed)


def _describe(before: Service, after: Service, named: str) -> str:
    """What differs, by the names of the parameters; ``named``: the one of the service's name."""
    pairs = (
        (named, before.licname, after.licname),
        ("comment", before.comment, after.comment),
        ("ip", before.ip, after.ip),
        ("remoteip", before.remoteip, after.remoteip),
        ("remoteid", before.remoteid, after.remoteid),
        ("period", before.period, after.period),
        ("item", before.parent_id, after.parent_id),
        ("autoprolong", before.autoprolong or "null", after.autoprolong or "null"),
        *(
            (name, before.params.get(name, ""), value)
            for name, value in after.params.items()
            if name not in SECRET
        ),
    )
    return ", ".join(f"{name}: {old} -> {new}" for name, old, new in pairs if old != new)
