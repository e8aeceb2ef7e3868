"""``groupedit``: one form applied to many objects.

Source: docs/wire.md section 4.4 (observed): ``faction`` names the form, ``elid`` holds the ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite
from emulator.api.fields import Amount, Ids, Sum, Text
from emulator.api.registry import Evidence, Family, FindOwn, Function, Kind
from emulator.api.schema import WireSchema
from emulator.domain.money import ZERO, plain, with_currency
from emulator.errors import (
    BadValue,
    Exists,
    Missed,
    NotEnoughMoney,
    RunningOperation,
    UnknownFunction,
    WrongState,
)


class GroupParameters(WireSchema):
    """Which form, for which objects; the form's own fields come along."""

    faction = Text("Name of the form to apply, such as `service.prolong`.", required=True)
    elid = Ids("Numbers of the objects, separated by commas: `1, 2`.", required=True)


class GroupForm(WireSchema):
    """What stands before the fields of the form that is applied."""

    faction = Text("Name of the form that is applied.")
    elid = Text("Numbers of the objects, as they were sent.")


def declare_group_edit(find: FindOwn) -> Family:
    """``groupedit``. ``find`` gives a function by its name, in a world with its own types."""
    group = Family("groupedit", {"en": "Group action", "ru": "Групповое действие"})
    editor = GroupEditor(find)
    function = group.form(
        "groupedit",
        takes=GroupParameters,
        returns=GroupForm,
        fails=(BadValue, Missed, Exists, NotEnoughMoney, RunningOperation, WrongState),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 4.4",
        example={
            "faction": "service.prolong",
            "elid": "100001, 100002",
            "period": "12",
            "sok": "ok",
        },
    )(editor.show)
    function.on_submit(editor.apply)
    return group


@dataclass(frozen=True, slots=True)
class GroupEditor:
    """The handlers of ``groupedit``."""

    find: FindOwn

    def show(self, call: Call, faction: str, elid: list[int]) -> FormAnswer | NeedsWrite:
        """Applies a form to several objects at once: to all of them, or to none.

        The form has ``elid`` as it was sent and what all of them have in common, since clients send
        the form's own back; amounts are those of all (docs/evidence.md 138). Raises what the form
        of any of them raises.
        """
        target = self._target(call, faction)
        several = {"faction": faction, "elid": call.params["elid"]}
        shown = self._forms(call, target, elid, {})
        if isinstance(shown, NeedsWrite):
            return shown
        if not shown:
            return FormAnswer(several)
        form = shown[0] if len(shown) == 1 else _in_common(target, shown)
        # What they differ in, but can have in common: the first of the choices.
        chosen = {
            name: choices[0].key for name, choices in form.slists.items() if name not in form.fields
        }
        if chosen:
            again = self._forms(call, target, elid, chosen)
            form = form if isinstance(again, NeedsWrite) else _in_common(target, again)
        form.fields = {**form.fields, **several}
        return form

    def _forms(
        self, call: Call, target: Function, elid: list[int], chosen: Mapping[str, str]
    ) -> list[FormAnswer] | NeedsWrite:
        """The form of each; none for what is no form."""
        forms: list[FormAnswer] = []
        for number in elid:
            if target.show is None or target.kind is not Kind.FORM:
                break
            params = {**call.params, **chosen, "elid": str(number)}
            shown = target.show(call, **target.takes.read(params, submit=False))
            if isinstance(shown, NeedsWrite):
                return shown
            if isinstance(shown, FormAnswer):
                forms.append(shown)
        return forms

    def apply(self, call: Call, faction: str, elid: list[int]) -> ActionResult:
        """Submits the form for one object after another; all of it is one transaction.

        Raises what the form raises; NotEnoughMoney has the sum for all of them.
        """
        target = self._target(call, faction)
        result = ActionResult()
        for place, number in enumerate(elid):
            try:
                answer = self._submit(call, target, number)
            except NotEnoughMoney as refusal:
                rest = [self._amount(call, target, later) for later in elid[place + 1 :]]
                raise _for_all(call, refusal, sum(rest, ZERO)) from refusal
            result = answer if isinstance(answer, ActionResult) else result
        # They all went into one basket, whose number is needed to pay it.
        unpaid = {name: result.fields[name] for name in ("billorder",) if name in result.fields}
        return ActionResult(unpaid, ok=result.ok, ok_type=result.ok_type)

    def _submit(self, call: Call, target: Function, number: int) -> object:
        params = {**call.params, "elid": str(number), "sok": "ok"}
        handler, _ = target.chosen(params)
        values = target.takes.read(params, submit=True)
        if target.elids:
            values[target.elids] = number
        return handler(call, **values)

    def _amount(self, call: Call, target: Function, number: int) -> Decimal:
        """What the form would charge for one object, where it says so."""
        if target.show is None or target.kind is not Kind.FORM:
            return ZERO
        values = target.takes.read({**call.params, "elid": str(number)}, submit=False)
        shown = target.show(call, **values)
        amount = shown.fields.get("amount") if isinstance(shown, FormAnswer) else None
        return amount if isinstance(amount, Decimal) else ZERO

    def _target(self, call: Call, faction: str) -> Function:
        target = self.find(faction, call.shop.catalogue.types)
        if target is None or "elid" not in target.takes.fields or faction == "groupedit":
            raise UnknownFunction(faction)
        return target


def _in_common(target: Function, forms: Sequence[FormAnswer]) -> FormAnswer:
    """The form of several: the fields with one value for all, the choices that all of them have.

    An amount to pay is the sum. Not the first one's values: sent back they would be given to all.
    """
    first, others = forms[0], forms[1:]
    fields = {
        name: value
        for name, value in first.fields.items()
        if all(other.fields.get(name) == value for other in others)
    }
    for name, field in (target.returns.fields if target.returns else {}).items():
        if type(field) in (Amount, Sum) and all(form.fields.get(name) for form in forms):
            fields[name] = _sum_of([form.fields[name] for form in forms])
    slists = {
        name: [
            choice for choice in choices if all(choice in o.slists.get(name, ()) for o in others)
        ]
        for name, choices in first.slists.items()
    }
    return replace(first, fields=fields, slists={name: own for name, own in slists.items() if own})


def _sum_of(values: Sequence[object]) -> Decimal | str:
    """The sum of amounts, or of texts such as ``3.00 EUR``."""
    texts = [str(value).partition(" ") for value in values]
    total = sum((Decimal(number) for number, _, _ in texts), ZERO)
    currency = texts[0][2]
    return with_currency(total, currency) if currency else total


def _for_all(call: Call, refusal: NotEnoughMoney, rest: Decimal) -> NotEnoughMoney:
    """The refusal with what all of them cost, and the balance from before the first."""
    balance = call.user.balance
    spent = balance - Decimal(refusal.text_params["balance"])
    amount = Decimal(refusal.params["amount"]) + spent + rest
    return NotEnoughMoney(
        plain(amount),
        refusal.text_params["currency"],
        plain(balance),
        refusal.text_params["credit"],
    )
