"""The mappings of fixture files: which keys they have, and what must hold inside one of them.

What must hold between several of them (a service and its tariff) is checked in ``load``.
"""

from __future__ import annotations

from typing import Any, cast, get_args

from marshmallow import ValidationError, validates_schema

from emulator.domain.partners import Mode
from emulator.domain.world import Provisioning, Rules
from emulator.fixtures_files import shapes
from emulator.fixtures_files.readers import (
    SECRET,
    URL,
    Shape,
    Unreadable,
    address,
    amount,
    currency,
    day,
    flag,
    inside,
    many,
    mapping,
    matching,
    may,
    need,
    network,
    offset,
    one_of,
    period,
    prices,
    text,
    whole,
    word,
)

IDENTIFIER = whole(1, 999_999_999)


def wording(value: object) -> shapes.Wording:
    """``{en: ..., ru: ...}`` as a value of a mapping."""
    return cast("shapes.Wording", WordingSchema().load(cast("Any", value)))


GRADE = one_of(*get_args(shapes.Evidence))


class WordingSchema(Shape):
    """``{en: ..., ru: ...}``."""

    makes = shapes.Wording
    en = need(word)
    ru = need(word)


class ItemSchema(Shape):
    """One item of an enumeration."""

    makes = shapes.ItemFixture
    id = need(IDENTIFIER)
    intname = need(word)
    name = inside(WordingSchema, required=True)
    prices = need(prices)


class OptionSchema(Shape):
    """An OS template, a recipe."""

    makes = shapes.OptionFixture
    intname = need(word)
    name = inside(WordingSchema, required=True)


class TypeSchema(Shape):
    """A product type of this world's own."""

    makes = shapes.TypeFixture
    intname = need(matching(shapes.TYPE_NAME, "a name such as forexbox"))
    title = inside(WordingSchema, required=True)
    like = need(one_of(*shapes.LIKE_TYPES))


class AddonSchema(Shape):
    """One addon of a tariff."""

    makes = shapes.AddonFixture
    id = need(IDENTIFIER)
    intname = need(word)
    name = inside(WordingSchema, required=True)
    minimum = need(whole(0, 100_000))
    maximum = need(whole(1, 1_000_000))
    step = need(whole(1, 100_000))
    default = need(whole(0, 100_000_000))
    included = need(whole(0, 100_000))
    evidence = need(GRADE)
    prices = may(prices)
    restrict_client_change = may(one_of(*get_args(shapes.Restriction)))
    kind = may(one_of(*get_args(shapes.AddonKind)))
    measure = inside(WordingSchema)
    items = many(inside(ItemSchema))

    @validates_schema
    def check(self, data: dict[str, Any], **_: object) -> None:
        """The default lies within the limits, or is an item of the enumeration."""
        items = {item.id for item in data.get("items") or ()}
        if (data.get("kind") == "enumeration") != bool(items):
            raise ValidationError("goes with an enumeration, and only with it", "items")
        if items:
            if data["default"] not in items:
                raise ValidationError("is not one of the items", "default")
            return
        if not data["minimum"] <= data["default"] <= data["maximum"]:
            raise ValidationError("is not between minimum and maximum", "default")


class TariffSchema(Shape):
    """One tariff of ``fixtures/tariffs``."""

    makes = shapes.TariffFixture
    id = need(IDENTIFIER)
    type = need(matching(shapes.TYPE_NAME, "the name of a product type"))
    intname = need(word)
    name = inside(WordingSchema, required=True)
    description = inside(WordingSchema, required=True)
    country = need(one_of(*get_args(shapes.Country)))
    trial = need(flag)
    trial_days = may(whole(1, 366))
    retired_on = may(day)
    retired_evidence = may(GRADE)
    evidence = need(GRADE)
    group = may(word)
    periods = need(prices)
    addons = many(inside(AddonSchema))
    deletion = may(one_of(*get_args(shapes.Deletion)))
    least_months = may(whole(0, 120))
    takes_address = may(flag)
    datacenters = may(mapping(whole(1, 1_000_000), wording))
    ostempl = many(inside(OptionSchema))
    recipe = many(inside(OptionSchema))
    most_at_once = may(whole(1, 1000))
    fits = many(need(word))

    @validates_schema
    def check_trial(self, data: dict[str, Any], **_: object) -> None:
        """A trial costs nothing and has a length; a tariff of trials has nothing else."""
        offered = {months for costs in data["periods"].values() for months in costs}
        if data["trial"] != (offered == {shapes.TRIAL}):
            raise ValidationError("a trial has the period -100 and no other", "periods")
        if any(own.get(shapes.TRIAL) for own in data["periods"].values()):
            raise ValidationError("a trial costs 0.00", "periods")
        if (shapes.TRIAL in offered) != (data.get("trial_days") is not None):
            raise ValidationError("goes with the period -100, and only with it", "trial_days")

    @validates_schema
    def check_dates(self, data: dict[str, Any], **_: object) -> None:
        """A day of retirement says how it is known."""
        if (data.get("retired_on") is None) != (data.get("retired_evidence") is None):
            raise ValidationError("goes with retired_on, and only with it", "retired_evidence")

    @validates_schema
    def check_prices(self, data: dict[str, Any], **_: object) -> None:
        """Every currency has the same periods, and an addon has the prices its tariff has."""
        offered = {name: set(costs) for name, costs in data["periods"].items()}
        if len({frozenset(months) for months in offered.values()}) > 1:
            raise ValidationError("currencies differ in their periods", "periods")
        for place, addon in enumerate(data.get("addons", ())):
            for own in [item.prices for item in addon.items] or [addon.prices]:
                if {name: set(costs) for name, costs in own.items()} != offered:
                    told = "do not cover the currencies and periods of the tariff"
                    raise ValidationError({"addons": {place: {"prices": [told]}}})


class DiscountSchema(Shape):
    """A partner's discount."""

    makes = shapes.DiscountFixture
    percent = need(whole(1, 100))
    type = may(matching(shapes.TYPE_NAME, "the name of a product type"))
    tariff = may(IDENTIFIER)


class PartnerSchema(Shape):
    """Whose panels the account's own billing answers."""

    makes = shapes.PartnerFixture
    url = need(matching(URL, "an address such as https://partner.example/billmgr"))
    mode = may(one_of(*get_args(Mode)))
    addresses = many(need(network))

    @validates_schema
    def check_addresses(self, data: dict[str, Any], **_: object) -> None:
        """Without addresses nobody's panel would ever be told of it."""
        if not data.get("addresses"):
            raise ValidationError("missing", "addresses")


class AccountSchema(Shape):
    """One client of the seller."""

    makes = shapes.AccountFixture
    login = need(word)
    password = need(word)
    balance = need(amount)
    realname = need(word)
    email = need(word)
    currency = may(currency)
    country = may(one_of("other", "RU"))
    phone = may(text)
    totp_secret = may(matching(SECRET, "a secret in base32: 24 to 128 signs, a multiple of eight"))
    api_addresses = many(need(network))
    deletion = may(one_of(*get_args(shapes.ClientDeletion)))
    discounts = many(inside(DiscountSchema))
    credit = may(amount)
    partner = inside(PartnerSchema)


class ServiceSchema(Shape):
    """One service that exists from the start."""

    makes = shapes.ServiceFixture
    account = need(word)
    tariff = need(IDENTIFIER)
    licname = may(text)
    ip = may(address)
    comment = may(text)
    period = need(period)
    ordered = need(offset)
    expires = may(offset)
    status = may(whole(1, 5))
    substate = may(one_of(*get_args(shapes.Substate)))
    autoprolong = may(whole(1, 36))
    remoteid = may(text)
    remoteip = may(address)
    addons = may(mapping(IDENTIFIER, whole(0, 100_000_000)))
    domain = may(text)
    ostempl = may(text)
    datacenter = may(whole(1, 1_000_000))
    licence = may(text)

    @validates_schema
    def check_substate(self, data: dict[str, Any], **_: object) -> None:
        """Only suspended services say why; one that does not say was suspended by its owner."""
        if data.get("substate") and data.get("status") != shapes.SUSPENDED:
            raise ValidationError("goes only with status 3", "substate")


class RulesSchema(Shape):
    """The rules in which a world differs from the default."""

    makes = Rules
    retired_products = may(one_of("allow", "refuse"))
    change_limit = may(flag)
    country_tariffs = may(flag)
    poor_order = may(one_of("refuse", "basket"))
    open_pricelist = may(flag)
    list_rows = may(whole(1, 100_000))
    item_status_text = may(one_of("label", "number"))
    deletion = may(one_of("tariff", "at_once", "period_end", "forbidden"))
    least_months = may(whole(0, 120))
    order_tells_id = may(flag)
    item_lists = may(flag)
    registration = may(flag)
    allowed_origins = many(need(word))
    trial_once = may(flag)
    module_actions = may(one_of("classic", "newer"))
    modules_alone = may(flag)


class ProvisioningSchema(Shape):
    """``{mode: at_once}``, ``{mode: seconds, amount: 5}``, ``{mode: reads, amount: 2}`` ..."""

    makes = Provisioning
    mode = need(one_of("at_once", "seconds", "reads", "by_hand"))
    amount = may(whole(1, 1_000_000))

    @validates_schema
    def check_amount(self, data: dict[str, Any], **_: object) -> None:
        """Seconds and reads are counted, the other two are not."""
        if (data["mode"] in {"seconds", "reads"}) != (data.get("amount") is not None):
            raise ValidationError("goes with seconds and reads, and only with them", "amount")


class GrowthSchema(Shape):
    """How much is invented."""

    makes = shapes.Growth
    accounts = need(whole(1, 10_000))
    services_per_account = need(whole(0, 100_000))


class PromoCodeSchema(Shape):
    """A code for the basket."""

    makes = shapes.PromoCode
    code = need(word)
    percent = need(whole(1, 100))


def tariff_files(value: object) -> tuple[str, ...]:
    """Names of tariff files, or the word ``all`` for every one (told as no names)."""
    if value == "all":
        return ()
    if not isinstance(value, list) or not value:
        raise Unreadable("is neither a list of files nor the word all")
    return tuple(word(name) for name in value)


class WorldSchema(Shape):
    """One file of ``fixtures/worlds``. Its tariffs are still names of files."""

    makes = dict
    about = need(word)
    country = may(one_of("other", "RU"))
    currency = need(currency)
    tariffs = need(tariff_files)
    rules = inside(RulesSchema)
    provisioning = inside(ProvisioningSchema)
    accounts = many(inside(AccountSchema))
    services = many(inside(ServiceSchema))
    grow = inside(GrowthSchema)
    promo_codes = many(inside(PromoCodeSchema))
    types = many(inside(TypeSchema))
    own_tariffs = many(inside(TariffSchema))
