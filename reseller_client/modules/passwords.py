"""Passwords of a shop's customers: stored as scrypt hashes, with a cache of those that matched."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

COST: Final = 2**14


def hash_password(password: str) -> str:
    """Return the salted hash of a password, as it is stored."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}${_scrypt(password, salt)}"


def check_password(password: str, stored: str) -> bool:
    """Tell whether a password matches a stored hash."""
    salt, _, digest = stored.partition("$")
    return hmac.compare_digest(_scrypt(password, bytes.fromhex(salt)), digest)


def _scrypt(password: str, salt: bytes) -> str:
    return hashlib.scrypt(password.encode(), salt=salt, n=COST, r=8, p=1).hex()


class PasswordCache:
    """Passwords that matched in this process, so that not every call costs a slow hash.

    An entry is a digest, under a key of this process, of the password and the stored hash together:
    once the stored hash changes, the old password does not match any more.
    """

    def __init__(self, most: int = 1000) -> None:
        """Create an empty cache of at most `most` entries."""
        self._key = secrets.token_bytes(32)
        self._matched: dict[bytes, None] = {}
        self._most = most

    def check(self, password: str, stored: str) -> bool:
        """Tell whether a password matches a stored hash."""
        digest = hmac.digest(self._key, f"{stored}\0{password}".encode(), "sha256")
        if digest in self._matched:
            return True
        if not check_password(password, stored):
            return False
        if len(self._matched) >= self._most:
            self._matched.clear()
        self._matched[digest] = None
        return True
