"""Schemas of the bodies of the control API. A bad body is refused with one clear line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from ipaddress import IPv4Address, ip_network
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, validate, validates_schema

from emulator.clock import read_instant
from emulator.domain.accounts.partners import MODES
from emulator.domain.catalogue.catalogue import DAY
from emulator.texts import LANGUAGES

AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?\Z", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
SECRET = re.compile(r"((?:[A-Z2-7]{8}){3,16})?\Z", re.ASCII)
"""Shorter ones are refused by the library that makes the codes."""
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML document, and so no answer, can carry."""
LONGEST = 1000
BIGGEST = 2**53


class TextField(fields.Field[str]):
    """Text without control characters, at most LONGEST characters, optionally of one form."""

    def __init__(
        self,
        form: re.Pattern[str] | None = None,
        kind: str = "",
        **options: Any,  # noqa: ANN401 - marshmallow's own options
    ) -> None:
        super().__init__(**options)
        self._form = form
        self._kind = kind

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            raise ValidationError("is not a text")
        if len(value) > LONGEST or UNSTORABLE.search(value):
            raise ValidationError("is too long or holds control characters")
        if self._form is not None and not self._form.match(value):
            raise ValidationError(f"is not {self._kind}")
        return value


class IntegerField(fields.Field[int]):
    """A whole number, not text and not a boolean."""

    def __init__(
        self,
        least: int = 0,
        most: int = BIGGEST,
        besides: int | None = None,
        **options: Any,  # noqa: ANN401 - the same
    ) -> None:
        super().__init__(**options)
        self._least = least
        self._most = most
        self._besides = besides

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("is not a whole number")
        if not self._least <= value <= self._most and value != self._besides:
            raise ValidationError(f"is not between {self._least} and {self._most}")
        return value


class AmountField(fields.Field[Decimal]):
    """Money as text, because a JSON number may have been a float on its way."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Decimal:
        if not isinstance(value, str) or not AMOUNT.match(value):
            raise ValidationError('is not an amount; write for example "10.00"')
        return Decimal(value)


class InstantField(fields.Field[Any]):
    """An ISO instant."""

    def _deserialize(self, value: object, *_: object, **__: object) -> object:
        try:
            return read_instant(value if isinstance(value, str) else str(value))
        except (ValueError, OverflowError) as fault:
            raise ValidationError(str(fault)) from None


class InstantOrNowField(InstantField):
    """An ISO instant, or true for now."""

    def _deserialize(self, value: object, *rest: object, **named: object) -> object:
        return None if value is True else super()._deserialize(value, *rest, **named)


class DateField(fields.Field[date]):
    """An ISO date."""

    def _deserialize(self, value: object, *_: object, **__: object) -> date:
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise ValidationError('is not a day; write for example "2027-01-31"') from None


class AddressField(fields.Field[str]):
    """An IPv4 address, or nothing."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        try:
            return str(IPv4Address(value)) if isinstance(value, str) and value else _empty(value)
        except ValueError:
            raise ValidationError("is not an IPv4 address") from None


class NetworkField(fields.Field[str]):
    """An address or a network."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        try:
            return str(ip_network(value if isinstance(value, str) else "", strict=False))
        except ValueError:
            raise ValidationError("is not an address or a network") from None


class KeyField(fields.Field[Any]):
    """A license key, or true for the next one of the series."""

    def _deserialize(self, value: object, *_: object, **__: object) -> object:
        if value is True:
            return True
        if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST:
            raise ValidationError("is neither a key nor true")
        return value


def _empty(value: object) -> str:
    if value != "":
        raise ValueError(value)
    return ""


class Body(Schema):
    """The base class: unknown keys are refused."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "unknown": "there is no such setting",
        "type": "is not an object",
    }

    def read(self, body: object) -> dict[str, Any]:
        """The validated values by key. Raises ValueError with one line."""
        if not isinstance(body, Mapping):
            raise ValueError("the body is not a JSON object")  # noqa: TRY004 - the client's error
        try:
            loaded: dict[str, Any] = self.load(body)
        except ValidationError as fault:
            raise ValueError(_line(fault.messages)) from None
        return loaded


def _line(messages: object, place: str = "") -> str:
    """The first of nested messages: ``params.licname: is not a text``."""
    while isinstance(messages, dict | list) and messages:
        if isinstance(messages, list):
            messages = messages[0]
            continue
        step, messages = next(iter(messages.items()))
        if step != "_schema":
            place = f"{place}.{step}" if place else str(step)
    message = str(messages)[:200]
    shown = UNSTORABLE.sub("\ufffd", place)[:200]
    return f"{shown}: {message}" if shown else message


class NewWorld(Body):
    """``POST worlds``."""

    name = TextField(required=True)
    fixture = TextField()
    seed = IntegerField()
    as_of = InstantField()


class Named(Body):
    """``POST worlds/NAME/snapshot`` and ``restore``: the snapshot's label."""

    name = TextField(required=True)


class Fork(Body):
    """``POST worlds/NAME/fork``: the new world's name."""

    into = TextField(required=True)


class WorldChange(Body):
    """``PATCH worlds/NAME``; the rules themselves are checked where they are defined."""

    rules = fields.Dict(keys=fields.String())
    provisioning = fields.Dict(keys=fields.String())


class ClockMove(Body):
    """``POST clock``: exactly one of them."""

    advance = TextField()
    freeze = InstantOrNowField()
    to = InstantField(data_key="set")
    real = fields.Boolean(truthy={True}, falsy=set())

    @validates_schema
    def check(self, data: Mapping[str, object], **_: object) -> None:
        """Checks that there is exactly one of them. Raises ValidationError."""
        if len(data) != 1:
            raise ValidationError("needs exactly one of advance, freeze, set and real")


class DiscountBody(Body):
    """One discount of an account; without a type or a tariff it applies to everything."""

    percent = IntegerField(1, 100, required=True)
    type = TextField(allow_none=True)
    tariff = IntegerField(1, allow_none=True)


class UrlField(TextField):
    """An HTTP address."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.startswith(("http://", "https://")) or any(sign.isspace() for sign in text):
            raise ValidationError("is not an address such as https://partner.example/billmgr")
        return text


class PartnerBody(Body):
    """The billing that control panels at these addresses ask (docs/modules.md section 1)."""

    url = UrlField(required=True)
    mode = fields.String(load_default="automatic", validate=validate.OneOf(MODES))
    addresses = fields.List(NetworkField(), required=True, validate=validate.Length(1, 100))


class AccountChange(Body):
    """``PATCH accounts/LOGIN``."""

    balance = AmountField()
    credit = AmountField()
    currency = TextField(CURRENCY, "a currency such as EUR")
    country = TextField(allow_none=True)
    lang = fields.String(validate=validate.OneOf(sorted(LANGUAGES)))
    realname = TextField()
    email = TextField()
    phone = TextField()
    password = TextField()
    totp_secret = TextField(
        SECRET, "a secret in base32: 24 to 128 signs, a multiple of eight", allow_none=True
    )
    api_addresses = fields.List(NetworkField())
    deletion = fields.String(validate=validate.OneOf(("allowed", "forbidden", "phone")))
    discounts = fields.List(fields.Nested(DiscountBody))
    partner = fields.Nested(PartnerBody, allow_none=True)


class PaymentChange(Body):
    """``PATCH payments/ID``: the new status."""

    status = IntegerField(1, 9, required=True)


class TicketAnswer(Body):
    """``POST tickets/ID``: the seller's answer."""

    text = TextField(required=True)


class ServiceChange(Body):
    """``PATCH services/ID``."""

    status = IntegerField(1, 5)
    substate = TextField()
    expires = DateField(allow_none=True)
    lickey = KeyField()
    licname = TextField()
    ip = AddressField()
    remoteip = AddressField()
    remoteid = TextField()
    autoprolong = IntegerField(1, 36, besides=DAY, allow_none=True)
