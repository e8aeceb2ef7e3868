"""The families of licenses, and in what they differ: what an order of each takes.

Source: docs/trade.md sections 3 (the vendor's own), 7 (third-party), 8 and 13 (platforms).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal


@dataclass(frozen=True, slots=True)
class Family:
    """One product type of licenses.

    `code` begins its function names. `named_by` is the field that names a license; `addressed`
    tells whether it can stand on an address, `server_address` whether on a second one as well.
    `strict_autoprolong`: the seller renews only by the very period bought, and drops any other
    number without a word. `tells_remoteid`: the pages of this type document `remoteid`, so that a
    lost order can be told by it alone.
    """

    code: str
    named_by: Literal["licname", "comment"] = "licname"
    addressed: bool = True
    server_address: bool = False
    with_addons: bool = False
    strict_autoprolong: bool = False
    tells_remoteid: bool = False

    def check_autoprolong(self, months: int | None, period: int | None) -> None:
        """Refuse a renewal the seller would drop in silence. Raises ValueError."""
        if self.strict_autoprolong and months is not None and months != period:
            raise ValueError(
                f"autoprolong of {self.code} must equal the period ({period}), not {months}: "
                "the seller would leave it off without saying so"
            )


SOFT: Final = Family("soft", server_address=True, with_addons=True, tells_remoteid=True)
THIRD_PARTY: Final = Family("softexternal", strict_autoprolong=True)
PLATFORM: Final = Family("platform", named_by="comment", addressed=False, with_addons=True)
FAMILIES: Final = (SOFT, THIRD_PARTY, PLATFORM)
