"""The license file of a panel: fetched from the seller, saved in a folder, verified on every read.

Source: docs/modules.md section 4. The format is ours, not the vendor's.
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


class LicenseFileError(Exception):
    """There is no usable license file; the text is one line that says why."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module in the license. ``id`` is its number at the seller."""

    id: int
    intname: str
    name: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class LicensePartner:
    """The billing that the panel asks, and the mode (docs/modules.md section 1)."""

    url: str
    mode: str


@dataclass(frozen=True, slots=True)
class License:
    """The content of a license file. ``id`` is the license's number at the seller."""

    id: int
    key_tail: str
    product: str
    intname: str
    pricelist: int
    ip: str
    issued_at: str
    expires_on: date | None
    modules: tuple[Module, ...]
    partner: LicensePartner | None

    def carries(self, intname: str) -> bool:
        """Whether the license includes a module."""
        return any(module.intname == intname for module in self.modules)


class LicenseFolder:
    """The folder with the license file, the license key, and the seller's public signing key.

    The first signing key is trusted from then on: a file signed with another one is refused.
    """

    def __init__(self, folder: Path) -> None:
        """Store the path; the folder is created by the first write."""
        self._folder = folder

    @property
    def key(self) -> str:
        """The saved license key, or empty."""
        return self._text(KEY)

    @property
    def locked(self) -> str:
        """Why the seller refused the last request for the file, or empty."""
        return self._text(LOCK)

    def fetch(self, http: httpx.Client, seller: str, key: str, address: str = "") -> License:
        """Fetches the file and saves it. ``seller``: the address of the seller's API.

        Raises LicenseFileError: no such license, an inactive one (the panel is then locked until a
        later fetch succeeds), no connection, or a file signed with another key.
        """
        answer = _request_file(http, seller, key, address)
        if isinstance(answer, str):
            self._write(LOCK, answer)
            raise LicenseFileError(answer)
        signed = {"licence": str(answer["licence"]), "signature": str(answer["signature"])}
        trusted = self._text(TRUSTED) or _public_key(http, seller)
        license = _checked(signed, trusted)
        if not key.endswith(license.key_tail):
            raise LicenseFileError("the seller sent the file of another license")
        self._write(TRUSTED, trusted)
        self._write(FILE, json.dumps(signed, ensure_ascii=False, indent=2))
        self._write(KEY, key)
        (self._folder / LOCK).unlink(missing_ok=True)
        return license

    def read(self) -> License:
        """Reads the saved file. Raises LicenseFileError: none, tampered with, or locked."""
        if self.locked:
            raise LicenseFileError(self.locked)
        text = self._text(FILE)
        if not text:
            raise LicenseFileError(
                "there is no license file yet; fetch one: mockseller panel --license KEY refresh"
            )
        try:
            signed = json.loads(text)
            parts = {"licence": str(signed["licence"]), "signature": str(signed["signature"])}
        except (ValueError, KeyError, TypeError, RecursionError):
            raise LicenseFileError(f"{self._folder / FILE}: is not a license file") from None
        return _checked(parts, self._text(TRUSTED))

    def _text(self, name: str) -> str:
        try:
            return (self._folder / name).read_text("utf-8")
        except FileNotFoundError:
            return ""
        except (OSError, UnicodeError) as error:
            raise LicenseFileError(
                f"{self._folder / name}: cannot be read: {_reason(error)}"
            ) from None

    def _write(self, name: str, text: str) -> None:
        """Writes a file atomically and readable by its owner only: one of the files is the key."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, made = tempfile.mkstemp(dir=self._folder, prefix=f".{name}")
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(made).replace(self._folder / name)
        except OSError as error:
            raise LicenseFileError(
                f"{self._folder / name}: cannot be written: {_reason(error)}"
            ) from None


def _reason(error: Exception) -> str:
    """The reason without errno and path, since the message names the path already."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


def license_file_url(seller: str) -> str:
    """Where the seller with this API address issues license files."""
    parts = urlsplit(seller)
    path = parts.path.rstrip("/")
    for path_end in BILLING_PATHS:
        if path.endswith(path_end):
            path = path.removesuffix(path_end)
            break
    return urlunsplit((parts.scheme, parts.netloc, f"{path}/_licence", "", ""))


def _request_file(
    http: httpx.Client, seller: str, key: str, address: str
) -> Mapping[str, Any] | str:
    """The seller's answer, or the reason why it refuses."""
    form = {"key": key, "ip": address} if address else {"key": key}
    try:
        response = http.post(license_file_url(seller), data=form)
        answer = response.json()
    except httpx.HTTPError as error:
        raise LicenseFileError(f"the seller at {seller} cannot be reached: {error}") from None
    except ValueError:
        raise LicenseFileError(f"{license_file_url(seller)} is not a license file API") from None
    if (
        response.status_code in {MISSING, NOT_NOW}
        and isinstance(answer, dict)
        and "error" in answer
    ):
        return str(answer["error"])
    if (
        response.is_error
        or not isinstance(answer, dict)
        or not {"licence", "signature"} <= set(answer)
    ):
        raise LicenseFileError(
            f"{license_file_url(seller)} answered {response.status_code} without a license file"
        )
    return answer


def _public_key(http: httpx.Client, seller: str) -> str:
    try:
        return str(http.get(license_file_url(seller)).json()["public_key"])
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        raise LicenseFileError(
            f"{license_file_url(seller)} returned no public key to verify license files with"
        ) from None


def _checked(signed: Mapping[str, str], trusted: str) -> License:
    """The content of a file after verifying its signature. Raises LicenseFileError."""
    # A tenth of a second to load; who only lists the commands does not need it.
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric.ed25519 import (  # noqa: PLC0415
        Ed25519PublicKey,
    )

    try:
        key = Ed25519PublicKey.from_public_bytes(b64decode(trusted, validate=True))
        key.verify(b64decode(signed["signature"], validate=True), signed["licence"].encode())
    except (ValueError, InvalidSignature):
        raise LicenseFileError(
            "the license file was changed: its signature does not match"
        ) from None
    try:
        return _license(json.loads(signed["licence"]))
    except (ValueError, KeyError, TypeError):
        raise LicenseFileError(
            "the license file has a format that this panel cannot read"
        ) from None


def _license(answer: Mapping[str, Any]) -> License:
    if answer["format"] != FORMAT:
        raise ValueError
    partner = answer["partner"]
    return License(
        id=int(answer["id"]),
        key_tail=str(answer["key_tail"]),
        product=str(answer["product"]),
        intname=str(answer["intname"]),
        pricelist=int(answer["pricelist"]),
        ip=str(answer["ip"]),
        issued_at=str(answer["issued_at"]),
        expires_on=_day(answer["expires_on"]),
        modules=tuple(_module(module) for module in answer["modules"]),
        partner=None
        if partner is None
        else LicensePartner(str(partner["url"]), str(partner["mode"])),
    )


def _module(answer: Mapping[str, Any]) -> Module:
    name, intname = str(answer["name"]), str(answer["intname"])
    return Module(int(answer["id"]), intname, name, _day(answer["expires_on"]))


def _day(text: object) -> date | None:
    return None if text is None else date.fromisoformat(str(text))
