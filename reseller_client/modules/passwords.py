"""Passwords of a shop's customers: kept as scrypt, told apart quickly once they were right."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

COST: Final = 2**14


def hashed(password: str) -> str:
    """Return what is kept of a password."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt)}"


def fits(password: str, kept: str) -> bool:
    """Tell whether a password is the one that was kept."""
    salt, _, digest = kept.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), digest)


def _scrypt(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1).hex()


class PasswordCache:
    """Passwords that were right in this process, so that not every call costs a slow hash.

    Kept are digests under a key of this process, bound to the kept hash: another password at once
    makes the old one wrong.
    """

    def __init__(self, most: int = 1000) -> None:
        """Remember so many at most."""
        self._key = secrets.token_bytes(32)
        self._right: dict[bytes, None] = {}
        self._most = most

    def fits(self, password: str, kept: str) -> bool:
        """Tell whether a password is the one that was kept."""
        told = hmac.digest(self._key, f"{kept}\0{password}".encode(), "sha256")
        if told in self._right:
            return True
        if not fits(password, kept):
            return False
        if len(self._right) >= self._most:
            self._right.clear()
        self._right[told] = None
        return True
