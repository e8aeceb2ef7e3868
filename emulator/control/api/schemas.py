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
from emulator.domain.catalogue import currencies
from emulator.domain.catalogue.catalogue import DAY
from emulator.texts import LANGUAGES

AMOUNT = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?\Z", re.ASCII)

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
        self.form = form
        self.kind = kind

    def _deserialize(self, value: object, *_: object, **__: object) -> str:
        if not isinstance(value, str):
            raise ValidationError("is not a text")
        if len(value) > LONGEST or UNSTORABLE.search(value):
            raise ValidationError("is too long or holds control characters")
        if self.form is not None and not self.form.match(value):
            raise ValidationError(f"is not {self.kind}")
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
        self.least = least
        self.most = most
        self.besides = besides

    def _deserialize(self, value: object, *_: object, **__: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValidationError("is not a whole number")
        if not self.least <= value <= self.most and value != self.besides:
            raise ValidationError(f"is not between {self.least} and {self.most}")
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


def about(text: str) -> dict[str, str]:
    """Metadata of a field: what the OpenAPI document and the reference say of it."""
    return {"description": text}


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

    name = TextField(required=True, metadata=about("Name of the new world."))
    fixture = TextField(
        metadata=about("Shipped world that it is made from; default: that of the server.")
    )
    seed = IntegerField(
        metadata=about("Seed of invented data and of license keys; default: that of the server.")
    )
    as_of = InstantField(
        metadata=about("Instant as of which it is made and at which its clock stands.")
    )


class Named(Body):
    """``POST worlds/NAME/snapshot`` and ``restore``: the snapshot's label."""

    name = TextField(required=True, metadata=about("Name of the snapshot."))


class Fork(Body):
    """``POST worlds/NAME/fork``: the new world's name."""

    into = TextField(required=True, metadata=about("Name of the new world."))


class WorldImport(Body):
    """The query of ``POST worlds/import``."""

    name = TextField(metadata=about("Name of the new world; default: the one that it had."))


class WorldChange(Body):
    """``PATCH worlds/NAME``; the rules themselves are checked where they are defined."""

    rules = fields.Dict(
        keys=fields.String(), metadata=about("Rules to set; those not named stay as they are.")
    )
    provisioning = fields.Dict(
        keys=fields.String(), metadata=about("When a newly opened service is ready.")
    )


class ClockMove(Body):
    """``POST clock``: exactly one of them."""

    advance = TextField(
        metadata=about("Span to go forward: `31 days`, `1 month`, or `to next renewal`.")
    )
    freeze = InstantOrNowField(
        metadata=about("Instant at which the clock stands from now on; `true`: now.")
    )
    to = InstantField(
        data_key="set", metadata=about("Instant to set the clock to, in the past or the future.")
    )
    real = fields.Boolean(
        truthy={True}, falsy=set(), metadata=about("`true`: the clock shows real time again.")
    )

    @validates_schema
    def check(self, data: Mapping[str, object], **_: object) -> None:
        """Checks that there is exactly one of them. Raises ValidationError."""
        if len(data) != 1:
            raise ValidationError("needs exactly one of advance, freeze, set and real")


class DiscountBody(Body):
    """One discount of an account; without a type or a tariff it applies to everything."""

    percent = IntegerField(1, 100, required=True, metadata=about("Per cent off."))
    type = TextField(allow_none=True, metadata=about("Only off this product type."))
    tariff = IntegerField(1, allow_none=True, metadata=about("Only off this tariff."))


class UrlField(TextField):
    """An HTTP address."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> str:
        text = super()._deserialize(value, *args, **kwargs)
        if not text.startswith(("http://", "https://")) or any(sign.isspace() for sign in text):
            raise ValidationError("is not an address such as https://partner.example/billmgr")
        return text


class PartnerBody(Body):
    """The billing that control panels at these addresses ask (docs/modules.md section 1)."""

    url = UrlField(required=True, metadata=about("Address of the partner's billing."))
    mode = fields.String(
        load_default="automatic",
        validate=validate.OneOf(MODES),
        metadata=about("How panels are directed to it."),
    )
    addresses = fields.List(
        NetworkField(),
        required=True,
        validate=validate.Length(1, 100),
        metadata=about("Addresses or networks of the panels."),
    )


class AccountChange(Body):
    """``PATCH accounts/LOGIN``."""

    balance = AmountField(
        metadata=about("New balance; the difference is booked as a correcting payment.")
    )
    credit = AmountField(metadata=about("How far below zero the balance may go."))
    currency = TextField(
        currencies.PATTERN,
        "a currency such as EUR",
        metadata=about("Currency that the account pays in."),
    )
    country = TextField(allow_none=True, metadata=about("Country, such as `RU`."))
    lang = fields.String(
        validate=validate.OneOf(sorted(LANGUAGES)), metadata=about("Language of answers.")
    )
    realname = TextField(metadata=about("Name of the person or company."))
    email = TextField(metadata=about("E-mail address."))
    phone = TextField(metadata=about("Phone number."))
    password = TextField(metadata=about("New password."))
    totp_secret = TextField(
        SECRET,
        "a secret in base32: 24 to 128 signs, a multiple of eight",
        allow_none=True,
        metadata=about("Secret of the second factor, base32; null or empty: there is none."),
    )
    api_addresses = fields.List(
        NetworkField(),
        metadata=about("Addresses or networks that may call; empty: every address."),
    )
    deletion = fields.String(
        validate=validate.OneOf(("allowed", "forbidden", "phone")),
        metadata=about(
            "Whether it may delete its services; `phone`: only after a call that nobody makes."
        ),
    )
    discounts = fields.List(
        fields.Nested(DiscountBody), metadata=about("Its discounts, in place of all former ones.")
    )
    partner = fields.Nested(
        PartnerBody,
        allow_none=True,
        metadata=about("Billing of its own that control panels are directed to; null: none."),
    )


class PaymentChange(Body):
    """``PATCH payments/ID``: the new status."""

    status = IntegerField(
        1,
        9,
        required=True,
        metadata=about("New status; those that may follow are `next` of the payment."),
    )


class ExerciseStart(Body):
    """``POST worlds/NAME/exercise``."""

    exercise = TextField(required=True, metadata=about("Id of the exercise."))


class TicketAnswer(Body):
    """``POST tickets/ID``: the seller's answer."""

    text = TextField(required=True, metadata=about("Text of the answer."))


class ServiceChange(Body):
    """``PATCH services/ID``."""

    status = IntegerField(
        1,
        5,
        metadata=about("1 ordered, 2 active, 3 suspended, 4 deleted, 5 being processed."),
    )
    substate = TextField(metadata=about("Reason of the status, such as `3_autosuspend`; or empty."))
    expires = DateField(
        allow_none=True, metadata=about("Day on which the paid term ends; null: it has no end.")
    )
    lickey = KeyField(metadata=about("License key; `true`: the next one of its series."))
    licname = TextField(metadata=about("Name of the license."))
    ip = AddressField(metadata=about("IPv4 address of the license, or empty."))
    remoteip = AddressField(
        metadata=about("IPv4 address of the server where it is not `ip`, or empty.")
    )
    remoteid = TextField(metadata=about("The client's own number of the service."))
    autoprolong = IntegerField(
        1,
        36,
        besides=DAY,
        allow_none=True,
        metadata=about("Months of each automatic prolongation, -50 for a day; null: off."),
    )
