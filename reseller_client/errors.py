"""The errors of this package, as types that a program can handle one by one.

There are two families. A `TransportError` means that the seller's answer is not known; a `Refused`
is an error document of the seller. Its class depends on the error's `type` and `object`, never on
the text, which is translated.

Source: the structure and catalogue of error documents, docs/wire.md sections 5.1 and 5.2
(documented and observed).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


_SERVER_ERROR: Final = 500


class ResellerError(Exception):
    """The base class of all errors of this package."""


class TransportError(ResellerError):
    """The seller's answer to a call is not known."""


class NotSent(TransportError):
    """The request was not sent: nothing happened at the seller, and repeating it is safe."""


class UnknownOutcome(TransportError):
    """The request was sent, but not answered: it may have been carried out."""


class NotUnderstood(TransportError):
    """The answer is not one of this API, so the outcome is not known either.

    `status` is the HTTP status, `beginning` the first characters of the body.
    """

    def __init__(self, reason: str, *, status: int = 0, beginning: str = "") -> None:
        """Store what helps to find out who answered instead of the seller."""
        super().__init__(f"{reason} (HTTP {status}): {beginning!r}" if status else reason)
        self.reason = reason
        self.status = status
        self.beginning = beginning


class NotTheSeller(NotUnderstood):
    """Something in front of the seller answered: a page, a 403 or a redirect, not a document.

    `title` is the title of its page, `location` where a redirect leads. A page of a proxy that
    could not reach the seller (`status` 500 and more) may be gone at the next call; a guard
    stays, so nothing is tried again.
    """

    def __init__(self, *, status: int, title: str, location: str, beginning: str) -> None:
        """Store what the page says of itself."""
        super().__init__("something in front of the seller answered")
        says = f", {title!r}" if title else ""
        leads = f", to {location}" if location else ""
        self.args = (f"{self.reason}: HTTP {status}{says}{leads}",)
        self.status = status
        self.beginning = beginning
        self.title = title
        self.location = location

    @property
    def may_pass(self) -> bool:
        """Whether the same call may get through a little later."""
        return self.status >= _SERVER_ERROR


class KeyNotIssued(ResellerError):
    """The license exists, but its key was not issued within the reads allowed."""

    def __init__(self, license_id: int, reads: int) -> None:
        """Store the license, so that its key can be read later."""
        super().__init__(f"license {license_id} has no key after {reads} reads")
        self.license_id = license_id
        self.reads = reads


class NotReady(ResellerError):
    """The service exists, but the seller had not finished it within the reads allowed."""

    def __init__(self, service_id: int, reads: int) -> None:
        """Store the service, so that it can be read later."""
        super().__init__(f"service {service_id} is not ready after {reads} reads")
        self.service_id = service_id
        self.reads = reads


class NotPossible(ResellerError):
    """This kind of reseller cannot do this; no request was sent."""

    def __init__(self, kind: str, what: str, reason: str) -> None:
        """Store the kind of reseller, what it cannot do, and the reason."""
        super().__init__(f"{kind} cannot {what}: {reason}")
        self.kind = kind
        self.what = what
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """The data of one error document.

    `params` maps the names of the `<param>` elements to their texts; `amount` is the sum required
    where the seller names one. Formats that have only a text leave `type` and `object` empty.
    """

    type: str = ""
    object: str = ""
    message: str = ""
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    amount: Decimal | None = None


class Refused(ResellerError):
    """The seller refused the call; nothing changed."""

    def __init__(self, refusal: Refusal, func: str = "") -> None:
        """Store the seller's error document and the function that was called."""
        label = "/".join(part for part in (refusal.type, refusal.object) if part)
        texts = (f"{func}:" if func else "", refusal.message, f"({label})" if label else "")
        super().__init__(" ".join(filter(None, texts)))
        self.refusal = refusal
        self.func = func

    @property
    def type(self) -> str:
        """The class of the error, such as `value`; empty where the format does not have it."""
        return self.refusal.type

    @property
    def object(self) -> str:
        """What it concerns: a field, an entity, or the reason a login was refused."""
        return self.refusal.object

    @property
    def params(self) -> Mapping[str, str]:
        """The parameters of the error by name."""
        return self.refusal.params

    @property
    def message(self) -> str:
        """The text for people, in the language asked for."""
        return self.refusal.message


class AuthFailed(Refused):
    """Login refused: wrong name or password, or another reason named by `object`."""


class AddressNotAllowed(AuthFailed):
    """Login refused from this address (`badip`, `blocked_ip`, `blockgeoip`)."""


class LoginLocked(AuthFailed):
    """Too many failures; the login is closed for some seconds (`blocklogon`)."""


class CaptchaNeeded(AuthFailed):
    """The seller wants a captcha solved at login (`captcha`): no program logs in there."""


class SecondFactorNeeded(AuthFailed):
    """The account has a second factor: no `authinfo`, and a session wants its code first."""


class AccessDenied(Refused):
    """No right to call this, or the session has ended: the seller answers both with `access`."""


class Missed(Refused):
    """The element does not exist, or does not belong to this account."""


class UnknownFunction(Missed):
    """The seller does not have this function."""


class BadValue(Refused):
    """A field is missing, malformed or not accepted; `object` is its name."""


class AlreadyExists(Refused):
    """The same element exists already."""


class OperationRunning(Refused):
    """Another operation on this service is still running; try again later."""


class DeletionRefused(Refused):
    """The service cannot be deleted: too early, or not by its owner."""


class MinimumTerm(DeletionRefused):
    """The service cannot be deleted before its minimum term is over."""


class DeletionForbidden(DeletionRefused, AccessDenied):
    """No right to delete it: the seller, its tariff, its state or the account does not allow it.

    The seller answers with `access`, as for a session that has ended; this class is chosen by the
    function that was called.
    """


class WrongState(Refused):
    """The state of the service does not allow this (unpaid, a trial, lifetime)."""


class LimitReached(Refused):
    """More than the seller accepts: too many requests, or too much in one."""


class SellerFault(Refused):
    """An internal error of the seller: the only refusal after which something may have happened."""


class PromoCodeRefused(Refused):
    """The promo code does not apply."""


class StepUnavailable(Refused):
    """A step of a wizard was called out of order."""


class NotEnoughMoney(Refused):
    """The balance is too low. Nothing changed."""

    @property
    def amount(self) -> Decimal | None:
        """The sum required, in the account's currency, where the seller names it."""
        return self.refusal.amount


# An empty type matches any type: these objects decide alone.
_BY_OBJECT: Final[Mapping[tuple[str, str], type[Refused]]] = MappingProxyType(
    {
        ("auth", "badip"): AddressNotAllowed,
        ("auth", "blocked_ip"): AddressNotAllowed,
        ("auth", "blockgeoip"): AddressNotAllowed,
        ("auth", "blocklogon"): LoginLocked,
        ("", "captcha"): CaptchaNeeded,
        ("auth", "totp"): SecondFactorNeeded,
        ("auth", "forbidden_auth"): SecondFactorNeeded,
        ("missed", "func"): UnknownFunction,
        ("", "runningoperation"): OperationRunning,
    }
)
_BY_TYPE: Final[Mapping[str, type[Refused]]] = MappingProxyType(
    {
        "auth": AuthFailed,
        "badauth": AuthFailed,
        "access": AccessDenied,
        "extraconfirm": SecondFactorNeeded,
        "missed": Missed,
        "value": BadValue,
        "exists": AlreadyExists,
        "exist": AlreadyExists,
        "not_enough_money": NotEnoughMoney,
        "pricelist_min_order": MinimumTerm,
        "status": WrongState,
        "limit": LimitReached,
        "internal": SellerFault,
        "promocode_not_use": PromoCodeRefused,
        "wizard_unavailable": StepUnavailable,
        "runningoperation": OperationRunning,
    }
)


def refused(refusal: Refusal, func: str = "") -> Refused:
    """Return the exception for an error document, chosen by type, object and function."""
    kind = _BY_OBJECT.get((refusal.type, refusal.object)) or _BY_OBJECT.get(("", refusal.object))
    kind = kind or _BY_TYPE.get(refusal.type, Refused)
    if kind is AccessDenied and func.endswith(".delete"):
        kind = DeletionForbidden
    return kind(refusal, func)
