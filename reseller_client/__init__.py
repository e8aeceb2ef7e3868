"""A client for resellers of a BILLmanager-based seller, and the ways resellers use it."""

from reseller_client.call import Patience
from reseller_client.client import Client
from reseller_client.errors import (
    AccessDenied,
    AddressNotAllowed,
    AlreadyExists,
    AuthFailed,
    BadValue,
    KeyNotIssued,
    LoginLocked,
    MinimumTerm,
    Missed,
    NotEnoughMoney,
    NotPossible,
    NotSent,
    NotUnderstood,
    OperationRunning,
    PromoCodeRefused,
    Refused,
    ResellerError,
    SecondFactorNeeded,
    StepUnavailable,
    TransportError,
    UnknownFunction,
    UnknownOutcome,
)
from reseller_client.license_orders import LicenseOrder
from reseller_client.models import License, LicenseRow, Ordered
from reseller_client.values import Money, Status

__all__ = [
    "AccessDenied",
    "AddressNotAllowed",
    "AlreadyExists",
    "AuthFailed",
    "BadValue",
    "Client",
    "KeyNotIssued",
    "License",
    "LicenseOrder",
    "LicenseRow",
    "LoginLocked",
    "MinimumTerm",
    "Missed",
    "Money",
    "NotEnoughMoney",
    "NotPossible",
    "NotSent",
    "NotUnderstood",
    "OperationRunning",
    "Ordered",
    "Patience",
    "PromoCodeRefused",
    "Refused",
    "ResellerError",
    "SecondFactorNeeded",
    "Status",
    "StepUnavailable",
    "TransportError",
    "UnknownFunction",
    "UnknownOutcome",
]
