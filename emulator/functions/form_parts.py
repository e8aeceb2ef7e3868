"""Parts of forms and rows that several families share: selects, labels, prices, tariffs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache, lru_cache
from types import MappingProxyType
from typing import cast
from urllib.parse import quote, urlencode

from emulator.api.context import Call, Choice, Part
from emulator.api.fields import Flag, Id, Ids, Structure, Structures, Text, Whole
from emulator.api.schema import WireSchema
from emulator.api.values import Leaf
from emulator.domain.accounts.accounts import Account
from emulator.domain.billing import discounts
from emulator.domain.catalogue.catalogue import (
    BOOLEAN,
    DAY,
    ENUMERATION,
    INTEGER,
    Addon,
    Tariff,
    Words,
)
from emulator.domain.money import exact, plain, with_currency
from emulator.domain.services import order_rules
from emulator.domain.services.services import Service
from emulator.functions import descriptions
from emulator.texts import STATES, in_language, period_label

PROJECT_ID, PROJECT = "1", "ISPsystem"
"""Number and name of the provider (docs/evidence.md 7). Clients pick their balance by the name."""

DATACENTER_ID = str(order_rules.ONLY_DATACENTER)
DATACENTER: Words = {"en": "Default", "ru": "По умолчанию"}
"""The only datacenter. Rows name it, and order forms offer it as a choice."""
NOTHING_MADE: Mapping[str, object] = MappingProxyType({})
NO_AUTOPROLONG: Words = {"en": "Off", "ru": "Отключено"}


class ServiceParameters(WireSchema):
    """One service by its number."""

    elid = Id(descriptions.SERVICE, required=True)


class ServicesParameters(WireSchema):
    """One or many services: ``1`` or ``1, 2``."""

    elid = Ids(descriptions.SERVICES, required=True)


@cache
def numbers_of(things: str, entity: str) -> type[WireSchema]:
    """What takes the numbers of one thing or many: ``1`` or ``1, 2``."""
    about = f"Numbers of {things}, separated by commas: `1, 2`."
    fields = {"elid": Ids(about, required=True, entity=entity)}
    return cast("type[WireSchema]", type("Numbers", (WireSchema,), fields))


def account_name(account: Account) -> str:
    """``Example Reseller (reseller@example.com)``; the login where there is no name."""
    name = account.realname or account.login
    return f"{name} ({account.email})" if account.email else name


def next_step(
    call: Call, func: str, names: Iterable[str], made: Mapping[str, object] = NOTHING_MADE
) -> str:
    """The ``ok`` that leads to another form: a query with those of these parameters that were sent.

    It can be requested as it stands (docs/evidence.md 107). ``made``: what this step adds.
    """
    sent = {name: call.params[name] for name in names if call.params.get(name)}
    return urlencode({"func": func, **sent, **made}, quote_via=quote)


def state_label(call: Call, state: str) -> str:
    """The label of a state in the caller's language: ``Active``, ``Остановлен``."""
    texts = STATES.get(state) or STATES.get(state.partition("_")[0]) or {"en": state}
    return in_language(texts, call.lang)


def state_leaf(call: Call, service: Service) -> Leaf:
    """The label with its number beside it (docs/evidence.md 19)."""
    text = state_label(call, service.state)
    if call.shop.world.rules.item_status_text == "number":
        text = str(service.status)
    return Leaf(text, {"orig": str(service.status)})


def sum_with_currency(amount: Decimal, currency: str) -> Leaf:
    """``12.34 EUR`` with the bare number beside it (docs/evidence.md 111)."""
    return Leaf(with_currency(amount, currency), {"orig": plain(amount)})


def period_choices(call: Call, periods: Iterable[int]) -> list[Choice]:
    """Periods as options of a select."""
    return list(_periods_named(tuple(periods), call.lang))


@lru_cache(maxsize=256)
def _periods_named(periods: tuple[int, ...], lang: str) -> tuple[Choice, ...]:
    return tuple(Choice(str(p), period_label(p, lang)) for p in periods)


def autoprolong_choices(call: Call, tariff: Tariff, period: int) -> list[Choice]:
    """``null`` and what goes on after this period: the tariff's months, or the day.

    What would be ignored is not offered.
    """
    offered = tariff.periods(call.user.currency)
    further = [
        p
        for p in offered
        if (p == DAY if period == DAY else p > 0)
        and order_rules.choose_autoprolong(tariff, period, p) == p
    ]
    return [Choice("null", call.words(NO_AUTOPROLONG)), *period_choices(call, further)]


def datacenter_choices(call: Call, tariffs: Iterable[Tariff]) -> list[Choice]:
    """The datacenters of these tariffs as options of a select, where clients look for them."""
    offered: dict[str, Words] = {}
    for tariff in tariffs:
        offered |= {str(number): name for number, name in tariff.datacenters.items()}
    return [
        Choice(n, call.words(name)) for n, name in (offered or {DATACENTER_ID: DATACENTER}).items()
    ]


def datacenter_of(service: Service, tariff: Tariff) -> tuple[str, Words]:
    """Number and name of the datacenter of a service."""
    datacenters = tariff.datacenters
    number = int(service.params.get("datacenter", next(iter(datacenters), DATACENTER_ID)))
    return str(number), datacenters.get(number, DATACENTER)


def option_choices(call: Call, tariff: Tariff) -> dict[str, list[Choice]]:
    """Selects of OS templates in their groups, and of recipes, as far as the tariff has them.

    A recipe, and none, stands once for each template it goes with (``depend``; observed).
    """
    selects: dict[str, list[Choice]] = {}
    if tariff.ostempl:
        selects["ostempl"] = [
            Choice(o.intname, call.words(o.name), {"valuegroup": o.group} if o.group else {})
            for o in tariff.ostempl
        ]
    if tariff.recipe:
        selects["recipe"] = [
            Choice(key, label, {"depend": system} if system else {})
            for system in [option.intname for option in tariff.ostempl] or [""]
            for key, label in _recipes_for(call, tariff, system)
        ]
    return selects


def _recipes_for(call: Call, tariff: Tariff, system: str) -> list[tuple[str, str]]:
    fitting = [recipe for recipe in tariff.recipe if not recipe.fits or system in recipe.fits]
    none = call.words({"en": "none", "ru": "нет"})
    return [("null", none), *((recipe.intname, call.words(recipe.name)) for recipe in fitting)]


def addon_text(addon: Addon, amount: int) -> str:
    """An addon's value on the wire: ``on`` or ``off`` for a switch, else the amount."""
    if addon.kind == BOOLEAN:
        return "on" if amount else "off"
    return str(amount)


def addon_value(call: Call, addon: Addon, amount: int) -> str:
    """What is chosen of an addon, for people: ``512 MB``, ``on``, the name of an item."""
    item = addon.item(amount)
    if item is not None:
        return call.words(item.name)
    text = addon_text(addon, amount)
    return f"{text} {call.words(addon.measure)}" if addon.kind == INTEGER else text


def addon_choices(call: Call, tariff: Tariff) -> dict[str, list[Choice]]:
    """A select for each enumeration among the addons: the item's id and its name."""
    return {
        f"addon_{addon.id}": [Choice(str(item.id), call.words(item.name)) for item in addon.items]
        for addon in tariff.addons.values()
        if addon.kind == ENUMERATION
    }


def addon_sliders(call: Call, tariff: Tariff, period: int) -> list[dict[str, str]]:
    """A slider for each counted addon: limits, step, measure, and price of one more (observed)."""
    currency = call.user.currency
    return [
        {
            "name": f"addon_{addon.id}",
            "min": str(addon.minimum),
            "max": str(addon.maximum),
            "step": str(addon.step),
            "cost": exact(addon.prices.get(currency, {}).get(period, Decimal(0))),
            "measure": call.words(addon.measure),
        }
        for addon in tariff.addons.values()
        if addon.kind == INTEGER
    ]


def addon_labels(call: Call, tariff: Tariff) -> dict[str, str]:
    """The names of addons by field, ``addon_<id>``, for ``messages``."""
    return {f"addon_{addon.id}": call.words(addon.name) for addon in tariff.addons.values()}


def tariff_choices(call: Call, tariffs: Iterable[Tariff]) -> list[Choice]:
    """Tariffs as options of a select."""
    return [Choice(str(t.id), call.words(t.name)) for t in tariffs]


def price_text(call: Call, tariff: Tariff, period: int) -> str:
    """The price of a tariff for the caller: ``5.00 EUR / Month``."""
    currency = call.user.currency
    full = tariff.prices[currency][period]
    cost = discounts.compute_price(call.shop, call.user, tariff, full).cost
    return f"{with_currency(cost, currency)} / {period_label(period, call.lang)}"


def total_text(call: Call, cost: Decimal) -> str:
    """The sum at the end of ``orderinfo``. A client relies on the blank before the closing tag."""
    total = with_currency(cost, call.user.currency)
    return call.words({"en": f"<b>Total amount: {total} </b>", "ru": f"<b>Итого: {total} </b>"})


def usual_period(periods: Sequence[int], chosen: int | None = None) -> int:
    """The chosen period where it is among these, else a month, else the first of them."""
    if chosen is not None and chosen in periods:
        return chosen
    return 1 if 1 in periods else periods[0]


class TariffRow(WireSchema):
    """One tariff on offer: a row of ``tariflist``."""

    id = Whole(descriptions.TARIFF)
    pricelist = Whole("The same as `id`.")
    name = Text(descriptions.TARIFF_NAME)
    desc = Text("Name and description, as HTML.")
    price = Text("Price of the chosen period with currency and period, as HTML.")
    order_available = Flag("Whether it can be ordered.")


class NewTariffRow(TariffRow):
    """One tariff on offer in the new form: a row of ``pricelist``."""

    title = Text("The same as `name`.")
    description = Text("Description of the tariff.")
    prices = Structure(
        "A `price` for each period: `period`, `cost` as a bare number before discounts, `currency`."
    )
    detail = Structures("What the tariff contains, one for each resource: `name` and `value`.")
    datacenter = Structures("Where it is offered, one for each data centre: `id` and `value`.")


def tariff_rows(
    call: Call, tariffs: Sequence[Tariff], period: int | None = None
) -> list[dict[str, object]]:
    """``tariflist`` of an order form: description and price are HTML (observed)."""
    rows: list[dict[str, object]] = []
    for tariff in tariffs:
        periods = tariff.periods(call.user.currency)
        if periods:
            first = usual_period(periods, period)
            name = call.words(tariff.name)
            rows.append(
                {
                    "id": str(tariff.id),
                    "pricelist": str(tariff.id),
                    "name": name,
                    "desc": f"<b>{name}</b><br/>{call.words(tariff.description)}",
                    "price": f"<b>{price_text(call, tariff, first)}</b>",
                    "order_available": "on",
                }
            )
    return rows


def new_tariff_rows(
    call: Call,
    tariffs: Sequence[Tariff],
    period: int | None = None,
    places: Collection[int] = (),
) -> list[dict[str, object]]:
    """``pricelist`` of the new form: contents, prices and datacenters of each tariff (observed).

    A tariff has a row for each of these ``places`` that offers it, else one row with all of its
    datacenters (docs/evidence.md 162).
    """
    rows: list[dict[str, object]] = []
    for tariff in tariffs:
        offered = datacenter_choices(call, [tariff])
        chosen = [place for place in offered if int(place.key) in places]
        for row in tariff_rows(call, [tariff], period):
            columns = _new_columns(call, tariff)
            for group in [[place] for place in chosen] or [offered]:
                blocks = tuple(
                    element("datacenter", {"id": place.key, "value": place.label})
                    for place in group
                )
                rows.append({**row, **columns, "datacenter": blocks})
    return rows


def _new_columns(call: Call, tariff: Tariff) -> dict[str, object]:
    currency, costs = call.user.currency, tariff.prices[call.user.currency]
    if call.shop.world.rules.listed_prices == "account":
        costs = {
            period: discounts.compute_price(call.shop, call.user, tariff, cost).cost
            for period, cost in costs.items()
        }
    prices = [
        element("price", {"period": str(period), "cost": plain(cost), "currency": currency})
        for period, cost in costs.items()
    ]
    details = [
        element(
            "detail",
            {
                "name": call.words(addon.name),
                "value": f"{addon.included} {call.words(addon.measure)}".strip(),
            },
        )
        for addon in tariff.addons.values()
        if addon.kind == INTEGER
    ]
    return {
        "title": call.words(tariff.name),
        "description": call.words(tariff.description),
        "prices": Part("prices", parts=prices),
        "detail": tuple(details),
    }


def element(name: str, texts: Mapping[str, str]) -> Part:
    """An element with one child for each text."""
    return Part(name, parts=[Part(inner, text) for inner, text in texts.items()])
