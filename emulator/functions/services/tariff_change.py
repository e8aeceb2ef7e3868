"""``service.changepricelist``: another tariff for a service, in one step or as a wizard.

Source: docs/trade.md section 5.
"""

from __future__ import annotations

from emulator.api.context import ActionResult, Call, FormAnswer
from emulator.api.fields import Amount, Id, Text, Whole
from emulator.api.registry import Evidence, Family, Function
from emulator.api.schema import WireSchema
from emulator.domain.billing import orders, terms
from emulator.domain.billing.terms import TariffChange
from emulator.domain.money import with_currency
from emulator.domain.services import services
from emulator.domain.services.services import Service
from emulator.errors import ApiError
from emulator.functions.params import tariff_choices
from emulator.functions.products.license_views import display_name, end_text

LAST_STEP = "service.changepricelist.getmoney"


class Change(WireSchema):
    """Which service, to which tariff, told by which period. A look needs no tariff yet."""

    elid = Id(required=True)
    pricelist = Whole(needed=True)
    period = Whole()


class ChangeForm(WireSchema):
    """What a change of tariff would do."""

    elid = Whole()
    id = Whole()
    title_name = Text()
    pricelist = Whole()
    period = Whole()
    oldpricelist = Text()
    newpricelist = Text()
    oldprice = Text()
    newprice = Text()
    oldexpiredate = Text()
    newexpiredate = Text()
    money_info = Text()
    amount = Amount()
    currency = Text()
    billorder = Whole()


def add_change(family: Family, fails: tuple[type[ApiError], ...], example: str) -> None:
    """Adds ``service.changepricelist`` in one step, and its two further steps.

    ``fails``: the errors each may answer; ``example``: a service of the world ``small``.
    """
    _add_one_step(family, fails, example)
    _add_quote(family, fails, example)
    _add_last_step(family, fails, example)


def _add_one_step(family: Family, fails: tuple[type[ApiError], ...], example: str) -> None:
    @family.form(
        "service.changepricelist",
        takes=Change,
        returns=ChangeForm,
        fails=fails,
        evidence=Evidence.OBSERVED,
        source="docs/trade.md section 5",
        example={"elid": example, "pricelist": "55228", "period": "1", "sok": "ok"},
        title={"en": "Change of tariff", "ru": "Смена тарифа"},
        next_step="service.changepricelist.pricelist",
    )
    def show(
        call: Call, elid: int, pricelist: int | None = None, period: int | None = None
    ) -> FormAnswer:
        """Changes the tariff: without sok the tariffs to choose from, with it the change itself."""
        service = services.owned(call.shop, call.user, elid)
        return _choice_form(call, service, pricelist, period)

    _commits(show)


def _choice_form(
    call: Call, service: Service, pricelist: int | None, period: int | None
) -> FormAnswer:
    tariff = call.shop.catalogue[service.tariff_id]
    targets = terms.targets(call.shop, call.user, service)
    shown = {
        "elid": service.id,
        "id": service.id,
        "title_name": display_name(call, service, tariff),
        "pricelist": pricelist or "",
        "period": period or service.period,
        "oldpricelist": call.words(tariff.name),
    }
    return FormAnswer(shown, slists={"pricelist": tariff_choices(call, targets)})


def _add_quote(family: Family, fails: tuple[type[ApiError], ...], example: str) -> None:
    @family.form(
        "service.changepricelist.pricelist",
        takes=Change,
        returns=ChangeForm,
        fails=fails,
        evidence=Evidence.OBSERVED,
        source="docs/trade.md section 5",
        title={"en": "Change of tariff", "ru": "Смена тарифа"},
        example={"elid": example, "pricelist": "55228", "period": "1", "snext": "ok"},
    )
    def quote(
        call: Call, elid: int, pricelist: int | None = None, period: int | None = None
    ) -> FormAnswer:
        """The second step: what the chosen tariff costs for the days that are left."""
        return _quoted(call, elid, pricelist, period)

    @quote.on_submit
    def forward(call: Call, elid: int, pricelist: int, period: int | None = None) -> ActionResult:
        shown = _quoted(call, elid, pricelist, period)
        return ActionResult({}, form=shown, flat=True, ok=f"func={LAST_STEP}", ok_type="form")


def _add_last_step(family: Family, fails: tuple[type[ApiError], ...], example: str) -> None:
    @family.form(
        LAST_STEP,
        takes=Change,
        returns=ChangeForm,
        fails=fails,
        evidence=Evidence.OBSERVED,
        source="docs/trade.md section 5",
        title={"en": "Change of tariff", "ru": "Смена тарифа"},
        commits_on_snext=True,
        example={"elid": example, "pricelist": "55228", "snext": "ok", "sok": "ok"},
    )
    def show(
        call: Call, elid: int, pricelist: int | None = None, period: int | None = None
    ) -> FormAnswer:
        """The last step: with sok it commits, although clients send snext along."""
        return _quoted(call, elid, pricelist, period)

    _commits(show)


def _commits(form: Function) -> None:
    """What sending one of the two forms does that can make the change."""

    @form.on_submit
    def change(call: Call, elid: int, pricelist: int, period: int | None = None) -> ActionResult:
        wanted = _wanted(call, elid, pricelist, period)
        terms.change_tariff(call.shop, call.user, wanted)
        return ActionResult({"id": wanted.service.id}, form=_change_form(call, wanted))

    @form.on_button("basket")
    def put(call: Call, elid: int, pricelist: int, period: int | None = None) -> ActionResult:
        wanted = _wanted(call, elid, pricelist, period)
        number = orders.put_change(call.shop, call.user, wanted)
        shown = _change_form(call, wanted)
        return ActionResult({"billorder": number}, form=shown, ok="func=basket", ok_type="form")


def _wanted(call: Call, elid: int, pricelist: int, period: int | None) -> TariffChange:
    service = services.owned(call.shop, call.user, elid)
    return terms.change_quote(call.shop, call.user, service, pricelist, period)


def _quoted(call: Call, elid: int, pricelist: int | None, period: int | None) -> FormAnswer:
    if pricelist is None:
        return _choice_form(call, services.owned(call.shop, call.user, elid), None, period)
    return _change_form(call, _wanted(call, elid, pricelist, period))


def _change_form(call: Call, wanted: TariffChange) -> FormAnswer:
    currency = call.user.currency
    end = end_text(wanted.service)
    return FormAnswer(
        {
            "elid": wanted.service.id,
            "id": wanted.service.id,
            "title_name": display_name(call, wanted.service, wanted.old),
            "pricelist": wanted.new.id,
            "period": wanted.period,
            "oldpricelist": call.words(wanted.old.name),
            "newpricelist": call.words(wanted.new.name),
            "oldprice": with_currency(wanted.old_price, currency),
            "newprice": with_currency(wanted.new_price, currency),
            "oldexpiredate": end,
            "newexpiredate": end,
            "money_info": with_currency(wanted.cost, currency),
            "amount": wanted.cost,
            "currency": currency,
        }
    )
