"""Refusals as data: a type, an object, a value. They never render themselves.

Source: docs/wire.md section 5. ``type`` is the class of the refusal, ``object`` what it
concerns (a field, an entity, a sub-code), ``value`` what was sent. Its text in two languages
stands beside it, in ``texts``; the document is made by ``wire.answer``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar


class ApiError(Exception):
    """A refusal a client gets to read. A subclass declares the ``type`` on the wire and its texts.

    ``object``  wire object, or empty: then the attribute is left out;
    ``value``   the text of ``param name=value``, or None: then there is no such param;
    ``desc``    key of a further explanation (``texts.REASONS``), or empty;
    ``params``  further named params, in order.
    """

    type: ClassVar[str] = "error"
    login: str = ""
    """The login whose failed attempt has to be counted, or empty."""
    text_key: ClassVar[str] = ""
    """Key of its text where it differs from the type."""
    texts: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """Templates by key and language; ``__object__``, ``__value__`` and the like are filled in."""

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
        self.text_params: dict[str, str] = {}
        """What is filled into the text only, and is no ``param`` of the document."""
        self.text = ""
        """The text itself where no class declares one."""

    @property
    def message_key(self) -> str:
        """Which of the declared texts this error has."""
        return self.text_key or self.type


class AuthFailed(ApiError):
    """Login refused: ``badpassword``, ``badip``, ``blocklogon`` or ``captcha`` (observed).

    ``login``  the name whose failure has to be counted, or empty.
    """

    type = "auth"
    texts: ClassVar = {
        "auth_badpassword": {
            "en": "Invalid username or password",
            "ru": "Неверное имя пользователя или пароль",
        },
        "auth_badip": {
            "en": "Access from this IP denied",
            "ru": "Доступ с этого IP-адреса запрещён",
        },
        "auth_blocklogon": {
            "en": "The login is locked for 20 seconds after failed attempts",
            "ru": "Вход заблокирован на 20 секунд из-за неудачных попыток",
        },
        "auth_captcha": {
            "en": "Confirm that you are not a robot",
            "ru": "Подтвердите, что вы не робот",
        },
    }

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
    texts: ClassVar = {
        "access": {
            "en": "Insufficient privileges to perform '__value__'",
            "ru": "Недостаточно прав для выполнения '__value__'",
        },
    }

    def __init__(self, func: str, *, object: str = "") -> None:
        super().__init__(object, func)


class Missed(ApiError):
    """No such thing, or not yours: ``object`` is the entity, ``value`` the id (observed)."""

    type = "missed"
    texts: ClassVar = {
        "missed": {
            "en": "The '__object__' __value__ does not exist",
            "ru": "Объект '__object__' __value__ не существует",
        },
    }


class UnknownFunction(Missed):
    """``func`` names nothing (observed as ``missed``; its object is assumed)."""

    text_key = "missed_func"
    texts: ClassVar = {
        "missed_func": {
            "en": "Function '__value__' not found. The control module may not be loaded.",
            "ru": "Не удалось найти функцию '__value__'. Возможно, управляющий модуль не загружен.",
        },
    }

    def __init__(self, func: str) -> None:
        super().__init__("func", func)


class BadValue(ApiError):
    """A field is malformed, refused or, with ``desc="empty"``, missing (observed)."""

    type = "value"
    texts: ClassVar = {
        "value": {
            "en": "The '__object__' field has invalid value. __desc__",
            "ru": "Поле '__object__' имеет недопустимое значение. __desc__",
        },
    }

    @classmethod
    def empty(cls, field: str) -> BadValue:
        """A required field that was not sent, or sent empty."""
        return cls(field, "", desc="empty")


class Exists(ApiError):
    """A duplicate (documented as a kind; its use for addresses is assumed)."""

    type = "exists"
    texts: ClassVar = {
        "exists": {
            "en": "The '__object__' '__value__' already exists. __desc__",
            "ru": "Объект '__object__' '__value__' уже существует. __desc__",
        },
    }


class NotEnoughMoney(ApiError):
    """The balance does not cover it; ``amount`` is the whole sum required (observed)."""

    type = "not_enough_money"
    texts: ClassVar = {
        "not_enough_money": {
            "en": (
                "Insufficient funds to complete the operation. Required amount __amount__ "
                "__currency__. Your current balance: __balance__ __currency__, credit limit "
                "__credit__ __currency__"
            ),
            "ru": (
                "Недостаточно средств для выполнения операции. Требуется __amount__ "
                "__currency__. Ваш баланс: __balance__ __currency__, кредит __credit__ "
                "__currency__"
            ),
        },
    }

    def __init__(self, amount: str, currency: str, balance: str, credit: str) -> None:
        super().__init__(params={"amount": amount})
        # One param alone: a client reads it without looking at its name (observed).
        self.text_params = {
            "currency": currency,
            "balance": balance,
            "credit": credit,
        }


class RunningOperation(ApiError):
    """Another operation on this service is in progress (object observed, type assumed)."""

    type = "exists"
    text_key = "runningoperation"
    texts: ClassVar = {
        "runningoperation": {
            "en": "Another operation on service __value__ is in progress",
            "ru": "С услугой __value__ уже выполняется операция",
        },
    }

    def __init__(self, service_id: int) -> None:
        super().__init__("runningoperation", str(service_id))


class WrongState(ApiError):
    """The service is not in a state in which this can be done (type assumed).

    ``desc`` names the reason: ``unpaid``, ``trial``, ``lifetime``, ``change_limit`` …
    """

    type = "status"
    texts: ClassVar = {
        "status": {
            "en": "This cannot be done to service __value__. __desc__",
            "ru": "Это действие для услуги __value__ невозможно. __desc__",
        },
    }

    def __init__(self, service_id: int, desc: str, **params: str) -> None:
        super().__init__("item", str(service_id), desc=desc, params=params)


class PromocodeNotUsable(ApiError):
    """The promo code exists but cannot be used here (observed); one param, the code."""

    type = "promocode_not_use"
    texts: ClassVar = {
        "promocode_not_use": {
            "en": "Promo code '__value__' cannot be used here",
            "ru": "Промокод '__value__' нельзя применить",
        },
    }

    def __init__(self, code: str) -> None:
        super().__init__("", code)


class MinimumTerm(ApiError):
    """Nobody may delete a service so soon; the text tells the term and what is left (observed)."""

    type = "pricelist_min_order"
    texts: ClassVar = {
        "pricelist_min_order": {
            "en": (
                "The minimum order period of service __value__ is __months__ months, __days__ "
                "days left"
            ),
            "ru": (
                "Минимальный срок заказа услуги __value__ - __months__ мес., осталось дней: "
                "__days__"
            ),
        },
    }

    def __init__(self, service_id: int, months: int, days_left: int) -> None:
        super().__init__("", str(service_id))
        self.text_params = {"months": str(months), "days": str(days_left)}


class StepUnavailable(ApiError):
    """A wizard's step called out of turn (observed as ``wizard_unavailable``)."""

    type = "wizard_unavailable"
    texts: ClassVar = {
        "wizard_unavailable": {
            "en": "You are trying to access the '__value__' step that is currently not available",
            "ru": "Шаг '__value__' сейчас недоступен",
        },
    }

    def __init__(self, step: str) -> None:
        super().__init__("", step)


class TooMuch(ApiError):
    """The request is larger than this seller takes (assumed): ``body`` or ``params``."""

    type = "limit"
    texts: ClassVar = {
        "limit": {
            "en": "The request is too large: '__object__' is limited to __value__",
            "ru": "Слишком большой запрос: '__object__' не больше __value__",
        },
    }


class SecondFactorNeeded(AuthFailed):
    """``authinfo`` is no way in for a login with 2FA (documented; the object is assumed)."""

    texts: ClassVar = {
        "auth_totp": {
            "en": "Two-factor authentication is on: log in with a session",
            "ru": "Включена двухфакторная аутентификация: войдите через сессию",
        },
    }

    def __init__(self, object: str, login: str) -> None:
        super().__init__(object, login)

    @property
    def message_key(self) -> str:
        """One text, whatever the object (rule ``second_factor_object``)."""
        return "auth_totp"


class InternalError(ApiError):
    """A bug of this seller. The client gets a document all the same; the log has the traceback."""

    type = "internal"
    texts: ClassVar = {
        "internal": {
            "en": "Internal error of the emulator; its log tells more",
            "ru": "Внутренняя ошибка эмулятора; подробности в его журнале",
        },
    }


def _all_texts(of: type[ApiError]) -> dict[str, Mapping[str, str]]:
    texts = dict(of.texts)
    for subclass in of.__subclasses__():
        texts |= _all_texts(subclass)
    return texts


TEXTS: Mapping[str, Mapping[str, str]] = _all_texts(ApiError)
"""The texts of all errors by key: an error that a fault orders names any type."""
