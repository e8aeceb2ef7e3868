"""What can go wrong between a reseller and the seller, as types a program can branch on.

Two families. A `TransportError` says how far a call got; a `Refused` is the seller's own "no",
told apart by the error's `type` and then its `object`, never by the text, which is translated.

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


class ResellerError(Exception):
    """The root of everything this package raises on purpose."""


class TransportError(ResellerError):
    """The seller's answer to a call is not known."""


class NotSent(TransportError):
    """The request never left: nothing happened at the seller, repeating is safe."""


class UnknownOutcome(TransportError):
    """The request went out and no answer came: it may have happened. Ask before repeating."""


class NotUnderstood(TransportError):
    """Something came back that is no answer of this API, so the outcome is not known either.

    `status` is the HTTP status, `beginning` the first characters of the body.
    """

    def __init__(self, reason: str, *, status: int = 0, beginning: str = "") -> None:
        """Keep what is needed to see who answered instead of the seller."""
        super().__init__(f"{reason} (HTTP {status}): {beginning!r}" if status else reason)
        self.reason = reason
        self.status = status
        self.beginning = beginning


class KeyNotIssued(ResellerError):
    """The license exists, but its key did not arrive while we were ready to wait."""

    def __init__(self, license_id: int, reads: int) -> None:
        """Name the license, so that its key can be read later."""
        super().__init__(f"license {license_id} has no key after {reads} reads")
        self.license_id = license_id
        self.reads = reads


class NotReady(ResellerError):
    """The service exists, but it was still being worked on when we stopped waiting."""

    def __init__(self, service_id: int, reads: int) -> None:
        """Name the service, so that it can be looked at later."""
        super().__init__(f"service {service_id} is not ready after {reads} reads")
        self.service_id = service_id
        self.reads = reads


class NotPossible(ResellerError):
    """This kind of reseller cannot do this at all; no request was sent."""

    def __init__(self, kind: str, what: str, reason: str) -> None:
        """Name who cannot do what, and why."""
        super().__init__(f"{kind} cannot {what}: {reason}")
        self.kind = kind
        self.what = what
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Refusal:
    """The data of one error document.

    `params` maps the name of every `<param>` to its text; `amount` is the sum required where the
    seller names one. Formats that carry only a text leave `type` and `object` empty.
    """

    type: str = ""
    object: str = ""
    message: str = ""
    params: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    amount: Decimal | None = None


class Refused(ResellerError):
    """The seller understood the call and said no; nothing changed."""

    def __init__(self, refusal: Refusal, func: str = "") -> None:
        """Carry the seller's error document and the function that was called."""
        where = f"{func}: " if func else ""
        label = ":".join(part for part in (refusal.type, refusal.object) if part)
        super().__init__(f"{where}{label} {refusal.message}".strip())
        self.refusal = refusal
        self.func = func

    @property
    def type(self) -> str:
        """The class of the error, such as `value`; empty where the format does not carry it."""
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


class SecondFactorNeeded(AuthFailed):
    """The account has a second factor: no `authinfo`, and a session wants its code first."""


class AccessDenied(Refused):
    """No rights to call this, or the session is dead: the seller tells both alike."""


class Missed(Refused):
    """No such element, or not one of this account's."""


class UnknownFunction(Missed):
    """The seller has no such function."""


class BadValue(Refused):
    """A field is missing, malformed or not accepted; `object` is its name."""


class AlreadyExists(Refused):
    """The same thing is there already."""


class OperationRunning(Refused):
    """Another operation on this service is still running; try again later."""


class DeletionRefused(Refused):
    """It is not deleted: too early, or its owner may not do it."""


class MinimumTerm(DeletionRefused):
    """The service cannot be deleted before its minimum term is over."""


class DeletionForbidden(DeletionRefused, AccessDenied):
    """No rights to delete it: the seller, its tariff, its state or the account does not allow it.

    Told as `access`, like a dead session; the function that was called tells it apart.
    """


class WrongState(Refused):
    """The service is not in a state in which this can be done (unpaid, a trial, lifetime)."""


class LimitReached(Refused):
    """More than the seller takes: of requests in a time, or in one request."""


class SellerFault(Refused):
    """The seller failed inside: the one refusal after which something may have happened."""


class PromoCodeRefused(Refused):
    """The promo code does not apply."""


class StepUnavailable(Refused):
    """A wizard step was called out of turn."""


class NotEnoughMoney(Refused):
    """The balance is too low. Nothing changed."""

    @property
    def amount(self) -> Decimal | None:
        """The sum required, in the account's currency, where the seller names it."""
        return self.refusal.amount


# An empty type stands for any: an object that decides alone, whatever class the seller gives it.
_BY_OBJECT: Final[Mapping[tuple[str, str], type[Refused]]] = MappingProxyType(
    {
        ("auth", "badip"): AddressNotAllowed,
        ("auth", "blocked_ip"): AddressNotAllowed,
        ("auth", "blockgeoip"): AddressNotAllowed,
        ("auth", "blocklogon"): LoginLocked,
        ("auth", "totp"): SecondFactorNeeded,
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
    chosen = _BY_OBJECT.get((refusal.type, refusal.object)) or _BY_OBJECT.get(("", refusal.object))
    chosen = chosen or _BY_TYPE.get(refusal.type, Refused)
    if chosen is AccessDenied and func.endswith(".delete"):
        chosen = DeletionForbidden
    return chosen(refusal, func)
