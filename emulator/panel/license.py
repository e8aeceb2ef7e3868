"""The license file of a panel: fetched from the seller, kept in a folder, checked at every look.

Source: docs/modules.md section 4. The format is ours and has nothing of the vendor's.
"""

from __future__ import annotations

import json
import os
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import httpx

FORMAT = 1
FILE, TRUSTED, KEY, LOCK = "licence.json", "seller.pub", "licence.key", "locked"
MISSING, NOT_NOW = 404, 409
BILLING_PATHS = ("/manager/billmgr", "/billmgr")


class LicenseFault(Exception):
    """There is no license file that can be used; one line for people says why."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module that the license carries. ``id`` is its number at the seller."""

    id: int
    intname: str
    name: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class Partner:
    """Whose billing the panel asks, and in which mode (docs/modules.md section 1)."""

    url: str
    mode: str


@dataclass(frozen=True, slots=True)
class License:
    """What a license file says. ``id`` is the license's number at the seller."""

    id: int
    key_tail: str
    product: str
    intname: str
    pricelist: int
    ip: str
    issued_at: str
    expires_on: date | None
    modules: tuple[Module, ...]
    partner: Partner | None

    def carries(self, intname: str) -> bool:
        """Whether a module works under it."""
        return any(module.intname == intname for module in self.modules)


class LicenseFolder:
    """Where a panel keeps its license file, its key, and the key by which the seller signs.

    The first signing key that is seen is trusted from then on: a file by another one is refused.
    """

    def __init__(self, folder: Path) -> None:
        """Keep the folder; it is made when something is written."""
        self._folder = folder

    @property
    def key(self) -> str:
        """The license key that was kept, or nothing."""
        return self._text(KEY)

    @property
    def locked(self) -> str:
        """Why the seller gave no file when last asked, or nothing."""
        return self._text(LOCK)

    def fetch(self, http: httpx.Client, seller: str, key: str, address: str = "") -> License:
        """Fetches the file anew and keeps it. ``seller``: the address of its API.

        Raises LicenseFault: no such license, one that does not work now (the panel is locked until
        a later fetch succeeds), nobody there, or a file that is not signed as before.
        """
        told = _asked(http, seller, key, address)
        if isinstance(told, str):
            self._keep(LOCK, told)
            raise LicenseFault(told)
        signed = {"licence": str(told["licence"]), "signature": str(told["signature"])}
        trusted = self._text(TRUSTED) or _public_key(http, seller)
        license = _checked(signed, trusted)
        if not key.endswith(license.key_tail):
            raise LicenseFault("the seller sent the file of another license")
        self._keep(TRUSTED, trusted)
        self._keep(FILE, json.dumps(signed, ensure_ascii=False, indent=2))
        self._keep(KEY, key)
        (self._folder / LOCK).unlink(missing_ok=True)
        return license

    def read(self) -> License:
        """The file as it lies here. Raises LicenseFault: none, changed by somebody, or locked."""
        if self.locked:
            raise LicenseFault(self.locked)
        text = self._text(FILE)
        if not text:
            raise LicenseFault(
                "there is no licence file yet; fetch one: mockseller panel --licence KEY refresh"
            )
        try:
            signed = json.loads(text)
            parts = {"licence": str(signed["licence"]), "signature": str(signed["signature"])}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise LicenseFault(f"{self._folder / FILE}: is no license file") from None
        return _checked(parts, self._text(TRUSTED))

    def _text(self, name: str) -> str:
        try:
            return (self._folder / name).read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError) as fault:
            raise LicenseFault(f"{self._folder / name}: cannot be read: {_reason(fault)}") from None

    def _keep(self, name: str, text: str) -> None:
        """Whole or not at all, and for nobody else's eyes: one of the files is the key."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(dir=self._folder, prefix=f".{name}")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(made).replace(self._folder / name)
        except OSError as fault:
            raise LicenseFault(
                f"{self._folder / name}: cannot be written: {_reason(fault)}"
            ) from None


def _reason(fault: Exception) -> str:
    """Without number and path, which the line has already."""
    return (isinstance(fault, OSError) and fault.strerror) or str(fault)


def door(seller: str) -> str:
    """Where the seller at this address of its API issues license files."""
    parts = urlsplit(seller)
    path = parts.path.rstrip("/")
    for known in BILLING_PATHS:
        if path.endswith(known):
            path = path.removesuffix(known)
            break
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/_licence", "", ""))


def _asked(http: httpx.Client, seller: str, key: str, address: str) -> Mapping[str, Any] | str:
    """The seller's answer, or why it gives none now."""
    form = {"key": key, "ip": address} if address else {"key": key}
    try:
        got = http.post(door(seller), data=form)
        told = got.json()
    except httpx.HTTPError as fault:
        raise LicenseFault(f"the seller at {seller} is not reached: {fault}") from None
    except ValueError:
        raise LicenseFault(f"{door(seller)} issues no license files") from None
    if got.status_code in {MISSING, NOT_NOW} and isinstance(told, dict) and "error" in told:
        return str(told["error"])
    if got.is_error or not isinstance(told, dict) or not {"licence", "signature"} <= set(told):
        raise LicenseFault(f"{door(seller)} answered {got.status_code} and no license file")
    return told


def _public_key(http: httpx.Client, seller: str) -> str:
    try:
        return str(http.get(door(seller)).json()["public_key"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        raise LicenseFault(f"{door(seller)} tells no key to check license files by") from None


def _checked(signed: Mapping[str, str], trusted: str) -> License:
    """What a file says, if its signature fits. Raises LicenseFault."""
    # A tenth of a second to load; who only lists the commands does not need it.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(trusted, validate=True))
        key.verify(b64decode(signed["signature"], validate=True), signed["licence"].encode())
    except (ValueError, InvalidSignature):
        raise LicenseFault("the license file was changed: its signature does not fit") from None
    try:
        return _license(json.loads(signed["licence"]))
    except (ValueError, KeyError, TypeError):
        raise LicenseFault("the license file is of a kind that this panel cannot read") from None


def _license(told: Mapping[str, Any]) -> License:
    if told["format"] != FORMAT:
        raise ValueError
    partner = told["partner"]
    return License(
        id=int(told["id"]),
        key_tail=str(told["key_tail"]),
        product=str(told["product"]),
        intname=str(told["intname"]),
        pricelist=int(told["pricelist"]),
        ip=str(told["ip"]),
        issued_at=str(told["issued_at"]),
        expires_on=_day(told["expires_on"]),
        modules=tuple(_module(one) for one in told["modules"]),
        partner=None if partner is None else Partner(str(partner["url"]), str(partner["mode"])),
    )


def _module(told: Mapping[str, Any]) -> Module:
    name, intname = str(told["name"]), str(told["intname"])
    return Module(int(told["id"]), intname, name, _day(told["expires_on"]))


def _day(text: object) -> date | None:
    return None if text is None else date.fromisoformat(str(text))
