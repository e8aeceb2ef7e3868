"""``service.changepricelist``: another tariff for a service, in one step or as a wizard.

Source: docs/trade.md section 5.
"""

from __future__ import annotations

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Amount, Id, Sum, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.billing import orders, paid_changes
from emulator.domain.billing.paid_changes import TariffChange
from emulator.domain.money import with_currency
from emulator.domain.services import services
from emulator.domain.services.services import Service
from emulator.errors import BadValue, Exists, Missed, NotEnoughMoney, RunningOperation, WrongState
from emulator.functions import descriptions
from emulator.functions.form_parts import next_step, tariff_choices
from emulator.functions.products.common import display_name, end_text

EXAMPLE = {"elid": "100001", "pricelist": "55228"}
SOURCE = "docs/trade.md section 5"
FAMILY = Family("service", {"en": "Services", "ru": "Услуги"}, SOURCE, Evidence.OBSERVED)


class TariffChangeParameters(WireSchema):
    """Which service, to which tariff, priced by which period. The form needs no tariff yet."""

    elid = Id(descriptions.SERVICE, required=True)
    pricelist = Whole("Number of the new tariff.", needed=True)
    period = Whole("Period by which both prices are compared; the service's own if left out.")


class TariffChangeForm(WireSchema):
    """What a change of tariff would do."""

    elid = Whole(descriptions.SERVICE)
    id = Whole(descriptions.SERVICE_AGAIN)
    title_name = Text(descriptions.DISPLAY_NAME)
    pricelist = Whole("Number of the new tariff.")
    period = Whole("Period by which both prices are compared.")
    oldpricelist = Text("Name of the present tariff.")
    newpricelist = Text("Name of the new tariff.")
    oldprice = Sum("Price of one period of the present tariff with its currency.")
    newprice = Sum("Price of one period of the new tariff with its currency.")
    oldexpiredate = Text(descriptions.EXPIRES)
    newexpiredate = Text("Last day of the term after the change: it stays the same.")
    money_info = Sum("What the rest of the term costs with its currency.")
    amount = Amount("What the rest of the term costs as a bare number.")
    currency = Text(descriptions.CURRENCY)
    billorder = Whole(descriptions.ORDER)


FAILS = (Missed, BadValue, WrongState, RunningOperation, NotEnoughMoney, Exists)


@FAMILY.form(
    "service.changepricelist",
    takes=TariffChangeParameters,
    returns=TariffChangeForm,
    fails=FAILS,
    example={**EXAMPLE, "period": "1", "sok": "ok"},
    next_step="service.changepricelist.pricelist",
)
def show_choice(
    call: Call, elid: int, pricelist: int | None = None, period: int | None = None
) -> FormAnswer:
    """Changes the tariff: without sok the tariffs to choose from, with sok the change itself."""
    service = services.require_owned(call.shop, call.user, elid)
    return _choice_form(call, service, pricelist, period)


@FAMILY.form(
    "service.changepricelist.pricelist",
    takes=TariffChangeParameters,
    returns=TariffChangeForm,
    fails=FAILS,
    example={**EXAMPLE, "period": "1", "snext": "ok"},
)
def show_quote(
    call: Call, elid: int, pricelist: int | None = None, period: int | None = None
) -> FormAnswer:
    """The second step: what the chosen tariff costs for the days that are left."""
    return _show_quote(call, elid, pricelist, period)


@show_quote.on_submit
def name_last_step(
    call: Call, elid: int, pricelist: int, period: int | None = None
) -> ActionResult:
    """Names the last step, with the price repeated."""
    shown = _change_form(call, _quote(call, elid, pricelist, period))
    names = ("elid", "pricelist", "period")
    last = next_step(call, "service.changepricelist.getmoney", names)
    return ActionResult({}, form=shown, flat=True, ok=last, ok_type="form")


@FAMILY.form(
    "service.changepricelist.getmoney",
    takes=TariffChangeParameters,
    returns=TariffChangeForm,
    fails=FAILS,
    example={**EXAMPLE, "snext": "ok", "sok": "ok"},
    commits_on_snext=True,
)
def show_last_step(
    call: Call, elid: int, pricelist: int | None = None, period: int | None = None
) -> FormAnswer:
    """The last step: with sok it changes the tariff, although clients send snext along."""
    return _show_quote(call, elid, pricelist, period)


@show_choice.on_submit
@show_last_step.on_submit
def change(call: Call, elid: int, pricelist: int, period: int | None = None) -> ActionResult:
    """Changes the tariff and pays from the balance."""
    quote = _quote(call, elid, pricelist, period)
    paid_changes.change_tariff(call.shop, call.user, quote)
    return ActionResult({"id": quote.service.id}, form=_change_form(call, quote))


@show_choice.on_button("basket")
@show_last_step.on_button("basket")
def put_change(call: Call, elid: int, pricelist: int, period: int | None = None) -> ActionResult:
    """Puts the change into the basket."""
    quote = _quote(call, elid, pricelist, period)
    number = orders.put_change(call.shop, call.user, quote)
    form = _change_form(call, quote)
    return ActionResult({"billorder": number}, form=form, ok="func=basket", ok_type="form")


def _choice_form(
    call: Call, service: Service, pricelist: int | None, period: int | None
) -> FormAnswer:
    tariff = call.shop.catalogue[service.tariff_id]
    targets = paid_changes.list_targets(call.shop, call.user, service)
    shown = {
        "elid": service.id,
        "id": service.id,
        "title_name": display_name(call, service, tariff),
        "pricelist": pricelist or "",
        "period": period or service.period,
        "oldpricelist": call.words(tariff.name),
    }
    return FormAnswer(shown, slists={"pricelist": tariff_choices(call, targets)})


def _quote(call: Call, elid: int, pricelist: int, period: int | None) -> TariffChange:
    service = services.require_owned(call.shop, call.user, elid)
    return paid_changes.quote_tariff_change(call.shop, call.user, service, pricelist, period)


def _show_quote(call: Call, elid: int, pricelist: int | None, period: int | None) -> FormAnswer:
    if pricelist is None:
        return _choice_form(call, services.require_owned(call.shop, call.user, elid), None, period)
    return _change_form(call, _quote(call, elid, pricelist, period))


def _change_form(call: Call, quote: TariffChange) -> FormAnswer:
    currency = call.user.currency
    end = end_text(quote.service)
    return FormAnswer(
        {
            "elid": quote.service.id,
            "id": quote.service.id,
            "title_name": display_name(call, quote.service, quote.old),
            "pricelist": quote.new.id,
            "period": quote.period,
            "oldpricelist": call.words(quote.old.name),
            "newpricelist": call.words(quote.new.name),
            "oldprice": with_currency(quote.old_price, currency),
            "newprice": with_currency(quote.new_price, currency),
            "oldexpiredate": end,
            "newexpiredate": end,
            "money_info": with_currency(quote.cost, currency),
            "amount": quote.cost,
            "currency": currency,
        }
    )
