"""What the test client returns; `emulator.results` describes it."""

from emulator.results import (
    AccountInfo,
    ClockInfo,
    DiscountInfo,
    EventInfo,
    FaultInfo,
    ImportInfo,
    JournalEntry,
    LoginInfo,
    PartnerInfo,
    ServiceInfo,
)

__all__ = [
    "AccountInfo",
    "ClockInfo",
    "DiscountInfo",
    "EventInfo",
    "FaultInfo",
    "ImportInfo",
    "JournalEntry",
    "LoginInfo",
    "PartnerInfo",
    "ServiceInfo",
]
