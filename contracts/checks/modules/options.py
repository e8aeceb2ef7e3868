"""Options of the judge of endpoints: what the endpoint is like, and what the judge may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

AUTOMATIC: Final = "automatic"
MANUAL: Final = "manual"
PRICELIST: Final = "pricelist"
MODES: Final = (AUTOMATIC, MANUAL, PRICELIST)


@dataclass(frozen=True, slots=True)
class Options:
    """How the judge acts as a panel. Raises ValueError, one line, for a contradiction.

    ``mode``: automatic, manual or pricelist; empty: automatic where a login is given. ``slow`` and
    ``timeout`` in seconds. ``license``: the number of a license of the customer. ``expect``: names
    of modules that have to be sold. ``buy``: the name of a module that is really paid for; without
    it nothing is. ``delete``: deletes it afterwards. ``prolong``: pays for another month of it.
    ``other_login``: another customer, who may neither see nor do anything with what is this one's.
    """

    mode: str = ""
    login: str = ""
    password: str = field(default="", repr=False)
    license: str = ""
    expect: tuple[str, ...] = ()
    currency: str = ""
    slow: float = 5.0
    timeout: float = 30.0
    insecure: bool = False
    buy: str = ""
    delete: bool = False
    prolong: bool = False
    other_login: str = ""
    other_password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        """Choose the mode, and refuse contradictions."""
        if not self.mode:
            object.__setattr__(self, "mode", AUTOMATIC if self.login else PRICELIST)
        if self.mode not in MODES:
            raise ValueError(f"unknown mode {self.mode}: {', '.join(MODES)}")
        if self.mode == AUTOMATIC and not (self.login and self.password):
            raise ValueError("mode automatic needs --login and --password")
        if self.buy and not (self.mode == AUTOMATIC and self.license):
            raise ValueError("--buy needs mode automatic and a --item to buy for")
        if self.delete and not self.buy:
            raise ValueError("--delete deletes what --buy bought: it needs --buy")
        if self.prolong and not self.buy:
            raise ValueError("--prolong prolongs what --buy bought: it needs --buy")
        if self.other_login and not (self.other_password and self.mode == AUTOMATIC):
            raise ValueError("--other-login needs --other-password and mode automatic")
        if self.other_login and self.other_login == self.login:
            raise ValueError("--other-login has to be another customer than --login")
        if not 0 < self.slow <= self.timeout:
            raise ValueError("--slow has to be above 0 and not above --timeout")

    @property
    def authinfo(self) -> str:
        """The login as each request carries it, or an empty text."""
        return f"{self.login}:{self.password}" if self.login else ""

    @property
    def other_authinfo(self) -> str:
        """The login of the other customer, or an empty text."""
        return f"{self.other_login}:{self.other_password}" if self.other_login else ""
