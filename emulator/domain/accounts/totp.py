"""The second factor: six digits that change every thirty seconds (RFC 6238).

Real elapsed time, never the world's clock: the user's telephone does not know our worlds.
Source: docs/wire.md section 2.5.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp

TOLERANCE = 1
"""Steps of thirty seconds by which a telephone may be early or late."""


def is_valid(secret: str, code: str, at: float) -> bool:
    """Whether the code is the one of this moment, give or take a step."""
    if not secret or not code.strip().isascii():
        return False
    moment = datetime.fromtimestamp(at, UTC)
    return pyotp.TOTP(secret).verify(code.strip(), for_time=moment, valid_window=TOLERANCE)
