"""Where a control panel fetches its licence file: a door of our own, beside the API.

Source: docs/modules.md section 4. Documented is that a panel downloads a refreshed licence after a
purchase, which holds the module and the address of the partner's billing. The format is ours, never
the vendor's: a text of JSON, signed so that tampering shows.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from emulator import events
from emulator.domain import lifecycle
from emulator.domain.accounts import partners
from emulator.domain.services import modules, services
from emulator.domain.services.services import ACTIVE, DELETED, Service
from emulator.domain.world import Shop, read
from emulator.worlds.worlds import WorldError, Worlds

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

FORMAT = 1
TAIL = 4
"""Signs of the key that the file shows: enough to tell two licences apart, too few to use one."""
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Told:
    """A status of HTTP and what is sent as JSON."""

    status: int
    body: Mapping[str, object]


class LicenceDoor:
    """Issues licence files of the worlds' licences, and tells by which key they are signed."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def public_key(self, name: str) -> Told:
        """The key that a panel keeps, in base64: raw Ed25519."""
        try:
            db = self._worlds.connect(name)
        except WorldError:
            return _refused(404, "no such world")
        with db.reading():
            key = _signing_key(self._worlds.shop(db, read(db)))
        raw = key.public_key().public_bytes_raw()
        return Told(200, {"public_key": b64encode(raw).decode()})

    def issue(self, name: str, key: str, address: str) -> Told:
        """The licence file for a key, as it is now.

        ``address``: where the panel says it is; empty: the licence's own. 404 for a key that is no
        living licence's, 409 for a licence that does not work now.
        """
        if address and not _is_address(address):
            return _refused(400, "ip is no address")
        number, _, rest = key.partition("-")
        known = number.isascii() and number.isdigit() and rest and len(key) <= LONGEST_KEY
        if not known or len(number) > len("9223372036854775807") - 1:
            return _refused(404, "no such licence")
        try:
            self._let_happen(name)
            db = self._worlds.connect(name)
        except WorldError:
            return _refused(404, "no such world")
        with db.reading():
            return _issued(self._worlds.shop(db, read(db)), int(number), key, address)

    def _let_happen(self, name: str) -> None:
        """What fell due before this moment happens first, as before every call."""
        db = self._worlds.connect(name)
        with db.reading():
            due = lifecycle.is_due(self._worlds.shop(db, read(db)))
        while due:
            with self._worlds.locked(name) as held, held.writing():
                shop = self._worlds.shop(held, read(held))
                due = bool(events.catch_up(shop, self._worlds.bounds))


def _refused(status: int, why: str) -> Told:
    return Told(status, {"error": why})


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _issued(shop: Shop, number: int, key: str, address: str) -> Told:
    licence = services.find(shop, number)
    # An empty key is a licence that has none yet: nobody can name it.
    if licence is None or licence.type != modules.LICENCES or licence.status == DELETED:
        return _refused(404, "no such licence")
    if not licence.lickey or not hmac.compare_digest(licence.lickey.encode(), key.encode()):
        return _refused(404, "no such licence")
    if licence.status != ACTIVE:
        return _refused(409, f"the licence is not active: {licence.state}")
    text = json.dumps(_told(shop, licence, address), sort_keys=True, ensure_ascii=False)
    signature = _signing_key(shop).sign(text.encode())
    return Told(200, {"licence": text, "signature": b64encode(signature).decode()})


def _told(shop: Shop, licence: Service, address: str) -> dict[str, object]:
    tariff = shop.catalogue[licence.tariff_id]
    partner = partners.of_address(shop.db, licence.account_id, address or licence.ip)
    return {
        "format": FORMAT,
        "id": licence.id,
        "key_tail": licence.lickey[-TAIL:],
        "product": tariff.name["en"],
        "intname": tariff.intname,
        "pricelist": tariff.id,
        "ip": address or licence.ip,
        "status": licence.status,
        "issued_at": shop.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "expires_on": None if licence.expires_on is None else licence.expires_on.isoformat(),
        "modules": [_module(shop, one) for one in modules.carried(shop, licence)],
        "partner": None if partner is None else {"url": partner.url, "mode": partner.mode},
    }


def _module(shop: Shop, module: Service) -> dict[str, object]:
    tariff = shop.catalogue[module.tariff_id]
    return {
        "id": module.id,
        "intname": tariff.intname,
        "name": tariff.name["en"],
        "expires_on": None if module.expires_on is None else module.expires_on.isoformat(),
    }


def _signing_key(shop: Shop) -> Ed25519PrivateKey:
    """The world's own, made from its seed: every worker signs alike, and so does a world reset.

    Whoever knows the seed can sign. This guards against files changed by hand, not against people.
    """
    # The library takes a tenth of a second to load, and most sellers never sign a file.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    told = f"{shop.world.seed}/{shop.world.name}/licence files"
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(told.encode()).digest())
