"""Refusals as data: a type, an object, a value. They never render themselves.

Source: docs/wire.md section 5. ``type`` is the class of the refusal, ``object`` what it
concerns (a field, an entity, a sub-code), ``value`` what was sent. The words in two
languages live in :mod:`emulator.texts`; the document is made by ``protocol.answer``.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import ClassVar


class ApiError(Exception):
    """A refusal a client gets to read. Subclasses fix the wire's ``type``.

    ``object``  wire object, or empty: then the attribute is left out;
    ``value``   the text of ``param name=value``, or None: then there is no such param;
    ``desc``    key of a further explanation in the words, or empty;
    ``params``  further named params, in order.
    """

    type: ClassVar[str] = "error"
    login: str = ""
    """The login whose failed attempt has to be counted, or empty."""
    words: ClassVar[str] = ""
    """Key of the message where it differs from the type."""

    def __init__(
        self,
        object: str = "",
        value: str | None = None,
        *,
        desc: str = "",
        params: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(self.type, object, value)
        self.object = object
        self.value = value
        self.desc = desc
        self.params = dict(params or {})
        self.told: dict[str, str] = {}
        """What only the sentence tells; no ``param`` of its own."""
        self.text = ""
        """The sentence itself where the words have none for it."""

    @property
    def message_key(self) -> str:
        """Which sentence of the words tells this refusal."""
        return self.words or self.type


class AuthFailed(ApiError):
    """Login refused: ``badpassword``, ``badip`` or ``blocklogon`` (observed).

    ``login``  the name whose failure has to be counted, or empty.
    """

    type = "auth"

    def __init__(self, object: str, value: str, login: str = "") -> None:
        super().__init__(object, value)
        self.login = login

    @property
    def message_key(self) -> str:
        """One sentence for each way to be refused."""
        return f"auth_{self.object}"


class AccessDenied(ApiError):
    """No rights, no credentials, or a dead session: all three are this one (observed).

    The reference shows no ``object``; ``value`` is the function.
    """

    type = "access"

    def __init__(self, func: str, *, object: str = "") -> None:
        super().__init__(object, func)


class Missed(ApiError):
    """No such thing, or not yours: ``object`` is the entity, ``value`` the id (observed)."""

    type = "missed"


class UnknownFunction(Missed):
    """``func`` names nothing (observed as ``missed``; its object is assumed)."""

    words = "missed_func"

    def __init__(self, func: str) -> None:
        super().__init__("func", func)


class BadValue(ApiError):
    """A field is malformed, refused or, with ``desc="empty"``, missing (observed)."""

    type = "value"

    @classmethod
    def empty(cls, field: str) -> BadValue:
        """A required field that was not sent, or sent empty."""
        return cls(field, "", desc="empty")


class Exists(ApiError):
    """A duplicate (documented as a kind; its use for addresses is assumed)."""

    type = "exists"


class NotEnoughMoney(ApiError):
    """The balance does not cover it; ``amount`` is the whole sum required (observed)."""

    type = "not_enough_money"

    def __init__(self, amount: Decimal, currency: str, balance: Decimal, credit: Decimal) -> None:
        super().__init__(params={"amount": f"{amount:.2f}"})
        # One param alone: a client reads it without looking at its name (observed).
        self.told = {
            "currency": currency,
            "balance": f"{balance:.2f}",
            "credit": f"{credit:.2f}",
        }


class RunningOperation(ApiError):
    """Another operation on this service is in progress (object observed, type assumed)."""

    type = "exists"
    words = "runningoperation"

    def __init__(self, service_id: int) -> None:
        super().__init__("runningoperation", str(service_id))


class WrongState(ApiError):
    """The service is not in a state in which this can be done (type assumed).

    ``desc`` names the reason: ``unpaid``, ``trial``, ``lifetime``, ``change_limit`` …
    """

    type = "status"

    def __init__(self, service_id: int, desc: str, **params: str) -> None:
        super().__init__("item", str(service_id), desc=desc, params=params)


class PromocodeNotUsable(ApiError):
    """The promo code exists but cannot be used here (observed); one param, the code."""

    type = "promocode_not_use"

    def __init__(self, code: str) -> None:
        super().__init__("", code)


class MinimumTerm(ApiError):
    """Nobody may delete a service so soon; the text tells the term and what is left (observed)."""

    type = "pricelist_min_order"

    def __init__(self, service_id: int, months: int, days_left: int) -> None:
        super().__init__("", str(service_id))
        self.told = {"months": str(months), "days": str(days_left)}


class StepUnavailable(ApiError):
    """A wizard's step called out of turn (observed as ``wizard_unavailable``)."""

    type = "wizard_unavailable"

    def __init__(self, step: str) -> None:
        super().__init__("", step)


class TooMuch(ApiError):
    """The request is larger than this seller takes (assumed): ``body`` or ``params``."""

    type = "limit"


class SecondFactorNeeded(AuthFailed):
    """``authinfo`` is no way in for a login with 2FA (documented; the object is assumed)."""

    def __init__(self, login: str) -> None:
        super().__init__("totp", login)


class InternalError(ApiError):
    """A bug of this seller. The client gets a document all the same; the log has the traceback."""

    type = "internal"
