"""Fills a new world from a fixture, and with invented data from its seed."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, time
from decimal import Decimal
from ipaddress import IPv4Address
from typing import Any

from emulator.clock import SystemClock
from emulator.domain.accounts import accounts, logins, partners, profiles
from emulator.domain.accounts.accounts import Account
from emulator.domain.accounts.partners import Partner
from emulator.domain.accounts.profiles import PERSON
from emulator.domain.billing import discounts, payments
from emulator.domain.billing.discounts import NAME, Discount
from emulator.domain.catalogue.catalogue import Tariff
from emulator.domain.catalogue.rows import all_columns, load, write_tariffs
from emulator.domain.services import opening, services
from emulator.domain.services.services import ACTIVE, DELETED, KEEP_SUSPENDED, SUSPENDED, Service
from emulator.domain.world import Shop, new_catalogue_version, read
from emulator.store import tables
from emulator.store.engine import Database
from emulator.worlds.fixtures import Offset, ServiceFixture, WorldFixture

SUBSTATES = {
    "": "",
    "autosuspend": "3_autosuspend",
    "employeesuspend": "3_employeesuspend",
    "abusesuspend": "3_abusesuspend",
}


PAYMETHODS: tuple[Mapping[str, object], ...] = (
    {
        "id": 1,
        "name": {"en": "Bank card", "ru": "Банковская карта"},
        "kind": "card",
        "currency": None,
        "minimum": Decimal(1),
        "maximum": Decimal(1_000_000),
    },
    {
        "id": 2,
        "name": {"en": "Bank transfer", "ru": "Банковский перевод"},
        "kind": "transfer",
        "currency": None,
        "minimum": Decimal(10),
        "maximum": Decimal(10_000_000),
    },
)
"""Payment methods; limits in the account's currency (assumed)."""


_WORLD = all_columns(tables.world)
_PAYMETHOD = all_columns(tables.paymethod)
_TYPE = all_columns(tables.product_type)
_PROMO = all_columns(tables.promo_code)


def write(
    db: Database,
    fixture: WorldFixture,
    seed: int,
    system_clock: SystemClock,
    as_of: datetime | None = None,
) -> None:
    """Fills an empty database. Days are counted from the present day, or from that of ``as_of``.

    The world gets the fixture's name; whoever copies the file sets the real one. With ``as_of`` its
    clock stands at that instant.
    """
    if as_of is not None:
        system_clock = replace(system_clock, now=lambda: as_of)
    now = system_clock.now()
    db.insert(
        _WORLD,
        id=1,
        version=tables.VERSION,
        name=fixture.name,
        seed=seed,
        made_from=fixture.name,
        country=fixture.country,
        currency=fixture.currency,
        clock_mode="real" if as_of is None else "frozen",
        clock_offset=0,
        clock_frozen_at=as_of,
        next_due_at=None,
        next_ready=None,
        catalogue_version=new_catalogue_version(),
        rules=fixture.rules.as_dict(),
        provisioning=asdict(fixture.provisioning),
        created_at=now,
        faults_version=0,
    )
    write_tariffs(db, fixture.tariffs)
    db.many(_TYPE, [asdict(own_type) for own_type in fixture.types])
    db.many(
        _PROMO,
        [{"code": p.code, "percent": p.percent, "type": p.type} for p in fixture.promo_codes],
    )
    db.many(_PAYMETHOD, [dict(method) for method in PAYMETHODS])
    shop = Shop(db, read(db), now, load(db), system_clock)
    owners = {
        account.login: _account(shop, fixture, asdict(account)) for account in fixture.accounts
    }
    named: dict[tuple[str, str], int] = {}
    for service in fixture.services:
        parent = named.get((service.account, service.license)) if service.license else None
        number = _service(shop, owners[service.account], service, parent)
        named.setdefault((service.account, service.licname), number)
    if fixture.grow is not None:
        grow = fixture.grow
        _grow(shop, fixture, owners.values(), grow.accounts, grow.services_per_account)


def _account(shop: Shop, fixture: WorldFixture, values: Mapping[str, Any]) -> Account:
    currency = values["currency"] or fixture.currency
    number = accounts.add(
        shop.db,
        login=values["login"],
        password=values["password"],
        realname=values["realname"],
        email=values["email"],
        phone=values["phone"],
        country=values["country"] or fixture.country,
        currency=currency,
        totp_secret=values["totp_secret"] or None,
        api_addresses=[str(net) for net in values["api_addresses"]],
        created_on=shop.today,
        deletion=values["deletion"],
    )
    account = accounts.read(shop.db, number)
    assert account is not None  # noqa: S101 - it was written a line above
    if values["credit"]:
        accounts.save(shop.db, account := replace(account, credit=values["credit"]))
    payer = {name: values[name] or "" for name in ("email", "phone", "country")}
    profiles.add(shop, account, PERSON, values["realname"] or values["login"], payer)
    if (partner := values.get("partner")) is not None:
        networks = [str(network) for network in partner["addresses"]]
        partners.save(shop.db, Partner(number, partner["url"], partner["mode"], networks))
    own = (Discount(d["percent"], d["type"], d["tariff"], NAME) for d in values["discounts"])
    discounts.replace_all(shop.db, number, tuple(own))
    for login in values.get("logins") or ():
        logins.add(
            shop.db, number, login["email"], login["password"], email=login["email"],
            realname=login["realname"], totp_secret=login["totp_secret"] or None,
            api_addresses=[str(net) for net in login["api_addresses"]],
            rights=None if login["rights"] is None else list(login["rights"]),
        )  # fmt: skip
    if values["balance"]:
        payments.credit(shop, account, values["balance"], "opening")
    return account


def _service(
    shop: Shop, owner: Account, declared: ServiceFixture, parent: int | None = None
) -> int:
    tariff = shop.catalogue[declared.tariff]
    created = declared.ordered.from_day(shop.today)
    expires = tariff.term_end(created, declared.period)
    if declared.expires is not None:
        expires = declared.expires.from_day(shop.today)
    amounts = {a.id: declared.addons.get(a.id, a.standard) for a in tariff.addons.values()}
    draft = Service(
        id=0,
        account_id=owner.id,
        type=tariff.type,
        tariff_id=tariff.id,
        period=declared.period,
        autoprolong=declared.autoprolong,
        status=declared.status,
        substate=SUBSTATES[declared.substate],
        created_on=created,
        expires_on=expires,
        due_at=_due_at(declared.status, expires, shop.now),
        licname=declared.licname or declared.domain,
        ip=str(declared.ip or ""),
        comment=declared.comment,
        remoteip=str(declared.remoteip or ""),
        remoteid=declared.remoteid,
        update_expires_on=opening.updates_end(created, declared.period),
        addons={str(number): amount for number, amount in amounts.items()},
        params=_chosen(declared),
        parent_id=parent,
    )
    written = services.add(shop, draft)
    if declared.status in (ACTIVE, SUSPENDED):
        services.save(shop, opening.give(shop, written))
    at = shop.at(datetime.combine(created, time(), UTC))
    services.note(at, written.id, "system", "open", str(tariff.id))
    return written.id


def _chosen(declared: ServiceFixture) -> dict[str, str]:
    places = {} if declared.datacenter is None else {"datacenter": str(declared.datacenter)}
    return {**places, **({"ostempl": declared.ostempl} if declared.ostempl else {})}


def _due_at(status: int, expires: date | None, now: datetime) -> datetime | None:
    due = services.due_after(status, expires)
    if due is not None and status == SUSPENDED and due <= now:
        return due + KEEP_SUSPENDED
    return None if status == DELETED else due


def _grow(
    shop: Shop, fixture: WorldFixture, owners: Iterable[Account], count: int, each: int
) -> None:
    """Adds invented accounts, and invented services for all accounts."""
    from faker import Faker  # noqa: PLC0415 - half a second of import that few worlds need

    sold = [t for t in shop.catalogue.of_type("soft") if 1 in t.periods(fixture.currency)]
    addresses = count_from(IPv4Address("10.0.0.1"))
    for place, owner in enumerate(owners, start=1):
        _invent_services(shop, owner, sold, f"own/{place}", addresses, each)
    for place in range(1, count + 1):
        invented = Faker()
        invented.seed_instance(_seed_of(shop, "account", place))
        values = {
            "login": f"client{place}",
            "password": "secret",
            "realname": invented.company(),
            "email": f"client{place}@example.com",
            "phone": f"+1555{place:07d}",
            "balance": Decimal(invented.random_int(1, 500)),
            "currency": "",
            "country": None,
            "totp_secret": "",
            "api_addresses": (),
            "deletion": "allowed",
            "credit": Decimal(0),
            "discounts": (),
        }
        owner = _account(shop, fixture, values)
        _invent_services(shop, owner, sold, f"invented/{place}", addresses, each)


def count_from(address: IPv4Address) -> Iterator[IPv4Address]:
    """Consecutive addresses, so that no two invented licenses share one."""
    while True:
        yield address
        address += 1


def _invent_services(
    shop: Shop,
    owner: Account,
    sold: list[Tariff],
    place: str,
    addresses: Iterator[IPv4Address],
    each: int,
) -> None:
    for number in range(each):
        dice = random.Random(_seed_of(shop, f"service/{place}", number))  # noqa: S311 - invented data
        _service(
            shop,
            owner,
            ServiceFixture(
                account=owner.login,
                tariff=dice.choice(sold).id,
                licname=f"node-{number}.{owner.login}",
                ip=next(addresses),
                period=1,
                ordered=Offset(-dice.randint(0, 27)),
                remoteid=str(number),
                autoprolong=dice.choice([None, 1]),
            ),
        )


def _seed_of(shop: Shop, entity: str, number: int) -> int:
    source = f"{shop.world.seed}/{shop.world.made_from}/{entity}/{number}"
    return int.from_bytes(hashlib.sha256(source.encode()).digest()[:8], "big")
