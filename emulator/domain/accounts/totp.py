"""The second factor: six digits that change every thirty seconds (RFC 6238).

Computed from real time, never from the world's clock, as the user's telephone does.
Source: docs/wire.md section 2.5.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pyotp

TOLERANCE = 1
"""Steps of thirty seconds by which the telephone's clock may differ."""


def is_valid(secret: str, code: str, at: float) -> bool:
    """Whether a code is valid now, or was or will be one step away."""
    if not secret or not code.strip().isascii():
        return False
    moment = datetime.fromtimestamp(at, UTC)
    return pyotp.TOTP(secret).verify(code.strip(), for_time=moment, valid_window=TOLERANCE)
