"""Where a control panel fetches its license file: a door of our own, beside the API.

Source: docs/modules.md section 4. Documented is that a panel downloads a refreshed license after a
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
"""Signs of the key that the file shows: enough to tell two licenses apart, too few to use one."""
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class Told:
    """A status of HTTP and what is sent as JSON."""

    status: int
    body: Mapping[str, object]


class LicenseDoor:
    """Issues license files of the worlds' licenses, and tells by which key they are signed."""

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
        """The license file for a key, as it is now.

        ``address``: where the panel says it is; empty: the license's own. 404 for a key that is no
        living license's, 409 for a license that does not work now.
        """
        if address and not _is_address(address):
            return _refused(400, "ip is no address")
        number, _, rest = key.partition("-")
        known = number.isascii() and number.isdigit() and rest and len(key) <= LONGEST_KEY
        if not known or len(number) > len("9223372036854775807") - 1:
            return _refused(404, "no such license")
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
    license = services.find(shop, number)
    # An empty key is a license that has none yet: nobody can name it.
    if license is None or license.type != modules.LICENSES or license.status == DELETED:
        return _refused(404, "no such license")
    if not license.lickey or not hmac.compare_digest(license.lickey.encode(), key.encode()):
        return _refused(404, "no such license")
    if license.status != ACTIVE:
        return _refused(409, f"the licence is not active: {license.state}")
    text = json.dumps(_told(shop, license, address), sort_keys=True, ensure_ascii=False)
    signature = _signing_key(shop).sign(text.encode())
    return Told(200, {"licence": text, "signature": b64encode(signature).decode()})


def _told(shop: Shop, license: Service, address: str) -> dict[str, object]:
    tariff = shop.catalogue[license.tariff_id]
    partner = partners.of_address(shop.db, license.account_id, address or license.ip)
    return {
        "format": FORMAT,
        "id": license.id,
        "key_tail": license.lickey[-TAIL:],
        "product": tariff.name["en"],
        "intname": tariff.intname,
        "pricelist": tariff.id,
        "ip": address or license.ip,
        "status": license.status,
        "issued_at": shop.now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "expires_on": None if license.expires_on is None else license.expires_on.isoformat(),
        "modules": [_module(shop, one) for one in modules.carried(shop, license)],
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

    told = f"{shop.world.seed}/{shop.world.name}/license files"
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(told.encode()).digest())
