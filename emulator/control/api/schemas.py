"""What the bodies of the control API may hold. One clear line says what is wrong with one."""

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
from emulator.texts import LANGUAGES

AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?\Z", re.ASCII)
CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
SECRET = re.compile(r"((?:[A-Z2-7]{8}){3,16})?\Z", re.ASCII)
"""Shorter ones are refused by the library that makes the codes."""
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What could never be answered again: no XML document can hold it."""
LONGEST = 1000
BIGGEST = 2**53


class Text(fields.Field[str]):
    """A text without control characters, at most ``longest`` characters, maybe of one form."""

    def __init__(
        self,
        form: re.Pattern[str] | None = None,
        kind: str = "",
        **given: Any,  # noqa: ANN401 - marshmallow's own options
    ) -> None:
        super().__init__(**given)
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


class Whole(fields.Field[int]):
    """A whole number; neither a text nor true."""

    def __init__(self, least: int = 0, most: int = BIGGEST, **given: Any) -> None:  # noqa: ANN401 - the same
        super().__init__(**given)
        self._least = least
        self._most = most

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("is not a whole number")
        if not self._least <= value <= self._most:
            raise ValidationError(f"is not between {self._least} and {self._most}")
        return value


class Amount(fields.Field[Decimal]):
    """Money as a text: a JSON number may have been a float on its way."""

    def _deserialize(self, value: object, *_: object, **__: object) -> Decimal:
        if not isinstance(value, str) or not AMOUNT.match(value):
            raise ValidationError('is not an amount; write for example "10.00"')
        return Decimal(value)


class Instant(fields.Field[Any]):
    """An ISO instant."""

    def _deserialize(self, value: object, *_: object, **__: object) -> object:
        try:
            return read_instant(value if isinstance(value, str) else str(value))
        except (ValueError, OverflowError) as fault:
            raise ValidationError(str(fault)) from None


class Moment(Instant):
    """An ISO instant, or true for now."""

    def _deserialize(self, value: object, *rest: object, **named: object) -> object:
        return None if value is True else super()._deserialize(value, *rest, **named)


class Day(fields.Field[date]):
    """An ISO date."""

    def _deserialize(self, value: object, *_: object, **__: object) -> date:
        try:
            return date.fromisoformat(value if isinstance(value, str) else "")
        except ValueError:
            raise ValidationError('is not a day; write for example "2027-01-31"') from None


class Address(fields.Field[str]):
    """An IPv4 address, or nothing."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        try:
            return str(IPv4Address(value)) if isinstance(value, str) and value else _empty(value)
        except ValueError:
            raise ValidationError("is not an IPv4 address") from None


class Network(fields.Field[str]):
    """An address or a network."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        try:
            return str(ip_network(value if isinstance(value, str) else "", strict=False))
        except ValueError:
            raise ValidationError("is not an address or a network") from None


class Key(fields.Field[Any]):
    """A license key, or true for the one that is next in turn."""

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
    """The base: unknown names are refused."""

    class Meta:
        unknown = RAISE

    error_messages = {  # noqa: RUF012 - declared so by marshmallow
        "unknown": "there is no such setting",
        "type": "is not an object",
    }

    def read(self, given: object) -> dict[str, Any]:
        """The values. Raises ValueError with one line."""
        if not isinstance(given, Mapping):
            raise ValueError("the body is not a JSON object")  # noqa: TRY004 - a fault of the body
        try:
            loaded: dict[str, Any] = self.load(given)
        except ValidationError as fault:
            raise ValueError(_line(fault.messages)) from None
        return loaded


def _line(messages: object, place: str = "") -> str:
    """The first fault of nested messages: ``params.licname: is not a text``."""
    while isinstance(messages, dict | list) and messages:
        if isinstance(messages, list):
            messages = messages[0]
            continue
        step, messages = next(iter(messages.items()))
        if step != "_schema":
            place = f"{place}.{step}" if place else str(step)
    told = str(messages)[:200]
    shown = UNSTORABLE.sub("\ufffd", place)[:200]
    return f"{shown}: {told}" if shown else told


class NewWorld(Body):
    """``POST worlds``."""

    name = Text(required=True)
    fixture = Text()
    seed = Whole()


class Named(Body):
    """``POST worlds/NAME/snapshot`` and ``restore``: the snapshot's label."""

    name = Text(required=True)


class Fork(Body):
    """``POST worlds/NAME/fork``: the new world's name."""

    into = Text(required=True)


class WorldChange(Body):
    """``PATCH worlds/NAME``; the rules themselves are checked where they are defined."""

    rules = fields.Dict(keys=fields.String())
    provisioning = fields.Dict(keys=fields.String())


class ClockMove(Body):
    """``POST clock``: exactly one of them."""

    advance = Text()
    freeze = Moment()
    to = Instant(data_key="set")
    real = fields.Boolean(truthy={True}, falsy=set())

    @validates_schema
    def check(self, data: Mapping[str, object], **_: object) -> None:
        """One wish at a time."""
        if len(data) != 1:
            raise ValidationError("say one of advance, freeze, set and real")


class DiscountOf(Body):
    """One of an account's discounts; without a type or a tariff it is off everything."""

    percent = Whole(1, 100, required=True)
    type = Text(allow_none=True)
    tariff = Whole(1, allow_none=True)


class Url(Text):
    """An address of the web."""

    def _deserialize(self, value: object, *args: object, **given: object) -> str:
        text = super()._deserialize(value, *args, **given)
        if not text.startswith(("http://", "https://")) or any(sign.isspace() for sign in text):
            raise ValidationError("is not an address such as https://partner.example/billmgr")
        return text


class PartnerOf(Body):
    """Who answers the panels of these addresses (docs/modules.md section 1)."""

    url = Url(required=True)
    mode = fields.String(load_default="automatic", validate=validate.OneOf(MODES))
    addresses = fields.List(Network(), required=True, validate=validate.Length(1, 100))


class AccountChange(Body):
    """``PATCH accounts/LOGIN``."""

    balance = Amount()
    credit = Amount()
    currency = Text(CURRENCY, "a currency such as EUR")
    country = Text(allow_none=True)
    lang = fields.String(validate=validate.OneOf(sorted(LANGUAGES)))
    realname = Text()
    email = Text()
    phone = Text()
    password = Text()
    totp_secret = Text(
        SECRET, "a secret in base32: 24 to 128 signs, a multiple of eight", allow_none=True
    )
    api_addresses = fields.List(Network())
    deletion = fields.String(validate=validate.OneOf(("allowed", "forbidden", "phone")))
    discounts = fields.List(fields.Nested(DiscountOf))
    partner = fields.Nested(PartnerOf, allow_none=True)


class PaymentChange(Body):
    """``PATCH payments/ID``: the status that follows."""

    status = Whole(1, 9, required=True)


class TicketAnswer(Body):
    """``POST tickets/ID``: what the seller says."""

    text = Text(required=True)


class ServiceChange(Body):
    """``PATCH services/ID``."""

    status = Whole(1, 5)
    substate = Text()
    expires = Day(allow_none=True)
    lickey = Key()
    licname = Text()
    ip = Address()
    remoteip = Address()
    remoteid = Text()
    autoprolong = Whole(1, 36, allow_none=True)
