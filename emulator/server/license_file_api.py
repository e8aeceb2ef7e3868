"""The license file API: control panels fetch their license file here. It is our own addition.

Source: docs/modules.md section 4. It is documented that a panel downloads a new license file after
a purchase, and that it contains the module and the address of the partner's billing. The format is
ours, not the vendor's: JSON text with a signature.
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
"""Characters of the key in the file: enough to tell licenses apart, too few to use one."""
LONGEST_KEY = 100


@dataclass(frozen=True, slots=True)
class LicenseFileResponse:
    """An HTTP status and a JSON body."""

    status: int
    body: Mapping[str, object]


class LicenseFileApi:
    """Issues license files, and publishes the key that they are signed with."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def public_key(self, name: str) -> LicenseFileResponse:
        """The public signing key of a world: raw Ed25519 in base64."""
        try:
            db = self._worlds.connect(name)
        except WorldError:
            return _refused(404, "no such world")
        with db.reading():
            key = _signing_key(self._worlds.shop(db, read(db)))
        raw = key.public_key().public_bytes_raw()
        return LicenseFileResponse(200, {"public_key": b64encode(raw).decode()})

    def issue(self, name: str, key: str, address: str) -> LicenseFileResponse:
        """The current license file for a key.

        ``address``: the panel's own IP address; empty: that of the license. 404: no license has
        this key; 409: the license is not active.
        """
        if address and not _is_address(address):
            return _refused(400, "ip is not an address")
        number, _, rest = key.partition("-")
        well_formed = number.isascii() and number.isdigit() and rest and len(key) <= LONGEST_KEY
        if not well_formed or len(number) > len("9223372036854775807") - 1:
            return _refused(404, "no such license")
        try:
            self._catch_up(name)
            db = self._worlds.connect(name)
        except WorldError:
            return _refused(404, "no such world")
        with db.reading():
            return _issued(self._worlds.shop(db, read(db)), int(number), key, address)

    def _catch_up(self, name: str) -> None:
        """Lets due events happen first, as before every call."""
        db = self._worlds.connect(name)
        with db.reading():
            due = lifecycle.is_due(self._worlds.shop(db, read(db)))
        while due:
            with self._worlds.locked(name) as locked_db, locked_db.writing():
                shop = self._worlds.shop(locked_db, read(locked_db))
                due = bool(events.catch_up(shop, self._worlds.bounds))


def _refused(status: int, why: str) -> LicenseFileResponse:
    return LicenseFileResponse(status, {"error": why})


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _issued(shop: Shop, number: int, key: str, address: str) -> LicenseFileResponse:
    license = services.find(shop, number)
    # A license without a key yet cannot be named.
    if license is None or license.type != modules.LICENSES or license.status == DELETED:
        return _refused(404, "no such license")
    if not license.lickey or not hmac.compare_digest(license.lickey.encode(), key.encode()):
        return _refused(404, "no such license")
    if license.status != ACTIVE:
        return _refused(409, f"the license is not active: {license.state}")
    text = json.dumps(_content(shop, license, address), sort_keys=True, ensure_ascii=False)
    signature = _signing_key(shop).sign(text.encode())
    return LicenseFileResponse(200, {"licence": text, "signature": b64encode(signature).decode()})


def _content(shop: Shop, license: Service, address: str) -> dict[str, object]:
    tariff = shop.catalogue[license.tariff_id]
    partner = partners.find_by_address(shop.db, license.account_id, address or license.ip)
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
        "modules": [_module(shop, module) for module in modules.list_working(shop, license)],
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
    """The world's signing key, derived from its seed, so that all workers and a reset world agree.

    Whoever knows the seed can sign: this protects against edited files, not against attackers.
    """
    # The library takes 0.1 s to load, and most sellers never sign a file.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PrivateKey,
    )

    # The spelling is part of the key: with another one, files issued before would not verify.
    content = f"{shop.world.seed}/{shop.world.name}/licence files"
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(content.encode()).digest())
