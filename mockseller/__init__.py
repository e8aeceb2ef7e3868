"""mockseller in your own program and tests: these names, and no others, are the public API.

    from mockseller import Client, LicenseOrder, Seller

A name is imported when it is first used, so importing this package costs nothing. The ways of
reselling are in `mockseller.reselling`; docs/python.md explains every name.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from mockseller.packages import load

if TYPE_CHECKING:
    from contracts.checks.modules import Options as EndpointOptions
    from contracts.checks.modules import examine as examine_endpoint
    from emulator import __version__
    from emulator.testing import *
    from emulator.testing.results import LoginInfo
    from emulator.wsgi import create as create_app
    from reseller_client import *
    from reseller_client.connection_check import check_connection

__all__ = [
    "AccessDenied",
    "AccountInfo",
    "AddressNotAllowed",
    "AlreadyExists",
    "Answer",
    "AuthFailed",
    "BadValue",
    "CaptchaNeeded",
    "Certificate",
    "CertificateOrder",
    "CertificateRequest",
    "Client",
    "ClockInfo",
    "ControlError",
    "DeletionForbidden",
    "DeletionRefused",
    "DiscountInfo",
    "EndpointOptions",
    "ErrorDocument",
    "EventInfo",
    "FaultInfo",
    "ImportInfo",
    "JournalEntry",
    "KeyNotIssued",
    "License",
    "LicenseOrder",
    "LicenseRow",
    "LimitReached",
    "LoginInfo",
    "LoginLocked",
    "MinimumTerm",
    "Missed",
    "Module",
    "ModuleOrder",
    "ModuleRow",
    "Money",
    "MovableClock",
    "NotEnoughMoney",
    "NotPossible",
    "NotReady",
    "NotSent",
    "NotTheSeller",
    "NotUnderstood",
    "OperationRunning",
    "Ordered",
    "OrderedModule",
    "OrderedService",
    "PartnerInfo",
    "PromoCodeRefused",
    "Refused",
    "ResellerError",
    "RetryPolicy",
    "SecondFactorNeeded",
    "Seller",
    "SellerFault",
    "SellerServer",
    "Service",
    "ServiceInfo",
    "ServiceOrder",
    "ServiceRow",
    "Status",
    "StepUnavailable",
    "TransportError",
    "UnknownFunction",
    "UnknownOutcome",
    "World",
    "WrongState",
    "__version__",
    "check_connection",
    "create_app",
    "examine_endpoint",
]

_SELLER = frozenset({
    "AccountInfo", "Answer", "ClockInfo", "ControlError", "DiscountInfo", "ErrorDocument",
    "EventInfo", "FaultInfo", "ImportInfo", "JournalEntry", "MovableClock", "PartnerInfo",
    "Seller", "SellerServer", "ServiceInfo", "World",
})  # fmt: skip
"""Names of `emulator.testing`; those that are nowhere else here are `reseller_client`'s."""
_PLACES = MappingProxyType({
    "EndpointOptions": "contracts.checks.modules:Options",
    "LoginInfo": "emulator.testing.results:LoginInfo",
    "__version__": "emulator:__version__",
    "check_connection": "reseller_client.connection_check:check_connection",
    "create_app": "emulator.wsgi:create",
    "examine_endpoint": "contracts.checks.modules:examine",
    **{name: f"emulator.testing:{name}" for name in _SELLER},
})  # fmt: skip


if not TYPE_CHECKING:  # so that a type checker knows no other names than those above

    def __getattr__(name: str) -> object:
        """Imports a public name. Raises HiddenPackage where a folder hides its package."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        module, _, original = _PLACES.get(name, f"reseller_client:{name}").partition(":")
        value: object = getattr(load(module), original)
        return value


def __dir__() -> list[str]:
    return __all__
