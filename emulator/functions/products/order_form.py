"""What an order form shows: what is chosen, what could be, and what it costs.

Source: docs/resale.md section 2.2, docs/evidence.md 114 to 118 and 137. Both forms of an order of
every product type are shown here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emulator.api.context import Call, Choice, FormAnswer, Part
from emulator.api.fields import Structure, Text
from emulator.api.schema import WireSchema
from emulator.domain.billing import discounts
from emulator.domain.billing.discounts import Price
from emulator.domain.catalogue.catalogue import DAY, Addon, Tariff
from emulator.domain.money import plain, rounded, with_currency
from emulator.domain.services import modules, order_rules
from emulator.domain.services.contacts import OWNER
from emulator.errors import BadValue, StepUnavailable
from emulator.functions.contacts import owner_choices
from emulator.functions.form_parts import (
    addon_choices,
    addon_labels,
    addon_sliders,
    addon_text,
    addon_value,
    autoprolong_choices,
    datacenter_choices,
    element,
    new_tariff_rows,
    option_choices,
    period_choices,
    tariff_rows,
    total_text,
    usual_period,
)
from emulator.functions.products.common import (
    ON,
    OWN_NAMES,
    display_name,
    names_of,
    sent_names,
    with_usual_names,
)
from emulator.functions.products.product_type import ProductType
from emulator.texts import period_label

HIDDEN = frozenset({"addon", "password", "keyvalue", "tariff_period"})
"""What a form does not repeat, or shows otherwise."""
SUMMARY_NAMES = {
    "discount": {"en": "Discount", "ru": "Скидка"},
    "total": {"en": "Total amount", "ru": "Итого"},
}


@dataclass(frozen=True, slots=True)
class Selection:
    """What the form was sent, completed by what an order would take without it.

    ``price`` of one service; ``options``: datacenter, OS template and recipe, where there are any.
    """

    tariff: Tariff
    period: int
    amounts: Mapping[int, int]
    autoprolong: int | None
    options: Mapping[str, str]
    count: int
    price: Price

    @property
    def total(self) -> Decimal:
        """What all the services cost together."""
        return self.price.cost * self.count


def read_selection(
    call: Call,
    product: ProductType,
    pricelist: int | None,
    period: int | None,
    draft: Mapping[str, Any],
) -> Selection:
    """What would be ordered.

    Raises StepUnavailable without a tariff, BadValue for one that cannot be ordered and for
    whatever an order would refuse of the rest.
    """
    if pricelist is None:
        raise StepUnavailable(call.func)
    account = call.user
    tariff = order_rules.find_orderable(call.shop, account, product.intname, pricelist)
    chosen = usual_period(tariff.periods(account.currency)) if period is None else period
    tariff.check_period(account.currency, chosen)
    amounts = order_rules.choose_addons(tariff, product.read_addons(tariff, draft))
    months = draft.get("autoprolong", DAY if chosen == DAY else None)
    if months == ON:
        months = chosen if chosen > 0 or chosen == DAY else None
    order_rules.check_autoprolong(tariff, account.currency, chosen, months)
    changed = call.params.get("sv_field", "")
    usual = with_usual_names(draft, changed)
    if changed:
        usual = order_rules.drop_misfits(tariff, usual, OWN_NAMES.get(changed, changed))
    with sent_names(call):
        options = order_rules.choose_options(
            tariff, usual.get("datacenter"), usual.get("ostempl", ""), usual.get("recipe", "")
        )
    count = draft.get("order_count", 1)
    check_count(tariff, count)
    full = tariff.cost(account.currency, chosen, amounts)
    return Selection(
        tariff=tariff,
        period=chosen,
        amounts=amounts,
        autoprolong=order_rules.choose_autoprolong(tariff, chosen, months),
        options=options,
        count=count,
        price=discounts.compute_price(call.shop, account, tariff, full),
    )


def check_count(tariff: Tariff, count: int) -> None:
    """Raises BadValue("order_count") for more than the tariff allows, and for none."""
    if not 1 <= count <= tariff.most_at_once:
        raise BadValue("order_count", str(count))


def show_classic(
    call: Call,
    product: ProductType,
    pricelist: int | None,
    period: int | None,
    draft: Mapping[str, Any],
) -> FormAnswer:
    """The form of ``X.order.param``. Raises what `read_selection` raises."""
    selection = read_selection(call, product, pricelist, period, draft)
    return FormAnswer(
        {**_chosen_fields(call, product, selection, draft), "period": selection.period},
        slists={"period": _periods(call, selection), **_selects(call, product, selection)},
        lists={"tariflist": tariff_rows(call, [selection.tariff], selection.period)},
        inner=was_sent(call),
        labels=addon_labels(call, selection.tariff),
        sliders=addon_sliders(call, selection.tariff, selection.period),
    )


def show_new(
    call: Call,
    product: ProductType,
    pricelist: int | None,
    period: int | None,
    draft: Mapping[str, Any],
) -> FormAnswer:
    """The form of ``v2.X.order.param``, with summaries of the price. Raises the same."""
    selection = read_selection(call, product, pricelist, period, draft)
    periods = _periods(call, selection)
    chosen = {"period": selection.period, "order_period": selection.period}
    return FormAnswer(
        {**_chosen_fields(call, product, selection, draft), **chosen},
        slists={
            "order_period": periods,
            "period": periods,
            **_selects(call, product, selection),
        },
        lists={
            "pricelist": new_tariff_rows(call, [selection.tariff], selection.period),
            **_summaries(call, selection),
        },
        inner=was_sent(call),
        labels=addon_labels(call, selection.tariff),
        sliders=addon_sliders(call, selection.tariff, selection.period),
    )


def was_sent(call: Call) -> bool:
    """A recalculated or sent form is repeated in an inner doc (docs/evidence.md 21)."""
    return bool(call.params.get("sv_field") or call.params.get("sok"))


def _chosen_fields(
    call: Call, product: ProductType, selection: Selection, draft: Mapping[str, Any]
) -> dict[str, object]:
    """What was sent, and every choice with its present value (docs/evidence.md 137)."""
    tariff, own = selection.tariff, names_of(product.order_form)
    price = with_currency(selection.price.cost, call.user.currency)
    label = period_label(selection.period, call.lang)
    options = dict(selection.options)
    if tariff.recipe:
        options.setdefault("recipe", "null")
    if "instances_os" in own and "ostempl" in options:
        options["instances_os"] = options["ostempl"]
    shown: dict[str, object] = {
        **{name: value for name, value in draft.items() if name not in HIDDEN},
        **options,
        "pricelist": tariff.id,
        "autoprolong": selection.autoprolong,
        "orderinfo": f"<b>{call.words(tariff.name)}</b><br/>{price} / {label}<br/>"
        f"{total_text(call, selection.total)}",
    }
    if "item" in own:
        licenses = modules.list_licenses_for(call.shop, call.user, tariff)
        shown.setdefault("item", licenses[0].id if licenses else None)
    if "use_ssh_key" in own:
        shown.setdefault("use_ssh_key", False)
    if OWNER in own:
        shown.setdefault(OWNER, 0)
    if "order_count" in own:
        shown["order_count"] = selection.count
    return shown | {
        f"addon_{number}": addon_text(tariff.addons[number], amount)
        for number, amount in selection.amounts.items()
    }


def _periods(call: Call, selection: Selection) -> list[Choice]:
    return period_choices(call, selection.tariff.periods(call.user.currency))


def _selects(call: Call, product: ProductType, selection: Selection) -> dict[str, list[Choice]]:
    """Further choices: prolongation, addons, and where a tariff has them place and software."""
    tariff = selection.tariff
    selects = {"autoprolong": autoprolong_choices(call, tariff, selection.period)}
    if tariff.datacenters:
        selects["datacenter"] = datacenter_choices(call, [tariff])
    selects |= option_choices(call, tariff)
    if "instances_os" in names_of(product.order_form) and "ostempl" in selects:
        selects["instances_os"] = selects["ostempl"]
    if OWNER in names_of(product.order_form):
        selects[OWNER] = owner_choices(call, "0")
    if "item" in names_of(product.order_form):
        selects["item"] = [
            Choice(
                str(license.id), display_name(call, license, call.shop.catalogue[license.tariff_id])
            )
            for license in modules.list_licenses_for(call.shop, call.user, tariff)
        ]
    return {**selects, **addon_choices(call, tariff)}


class SummaryRow(WireSchema):
    """One line of a price: a row of a summary."""

    label = Text("What the line is about.")
    cost = Structure("What it costs: `price` with `cost` as a bare number, and `currency`.")


SUMMARIES = ("pricelist_summary", "discount_summary", "total_summary")
"""The tables of the new form that say what a price consists of."""


def _summaries(call: Call, selection: Selection) -> dict[str, list[dict[str, object]]]:
    """What the tariff and its addons cost, what is deducted, and what is to be paid."""
    tariff, period, count = selection.tariff, selection.period, selection.count
    currency = call.user.currency
    rows = [_summary(call, call.words(tariff.name), tariff.prices[currency][period] * count)]
    for number, amount in selection.amounts.items():
        addon = tariff.addons[number]
        cost = addon.cost(amount, currency, period) * count
        rows.append(_summary(call, _addon_line(call, addon, amount), cost))
    off = selection.price.discount * count
    discount = [_summary(call, call.words(SUMMARY_NAMES["discount"]), off)] if off else []
    total = _summary(call, call.words(SUMMARY_NAMES["total"]), selection.total)
    return dict(zip(SUMMARIES, (rows, discount, [total]), strict=True))


def _summary(call: Call, label: str, cost: Decimal) -> dict[str, object]:
    price = element("price", {"cost": plain(rounded(cost)), "currency": call.user.currency})
    return {"label": label, "cost": Part("cost", parts=[price])}


def _addon_line(call: Call, addon: Addon, amount: int) -> str:
    """An addon with what of it is chosen: ``Memory: 512 MB``."""
    return f"{call.words(addon.name)}: {addon_value(call, addon, amount)}"
