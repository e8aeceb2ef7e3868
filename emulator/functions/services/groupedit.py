"""``groupedit``: one form applied to many objects.

Source: docs/wire.md section 4.4 (observed): ``faction`` names the form, ``elid`` holds the ids.
"""

from __future__ import annotations

from dataclasses import dataclass

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite
from emulator.api.fields import Ids, Text
from emulator.api.registry import Evidence, Family, FindOwn, Function, Kind
from emulator.api.schema import WireSchema
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

        Shows the form of the first with ``elid`` as it was sent, since clients send the form's own
        back (docs/evidence.md 138). Raises what the form of any of them raises.
        """
        target = self._target(call, faction)
        several = {"faction": faction, "elid": call.params["elid"]}
        first: FormAnswer | None = None
        for number in elid:
            values = target.takes.read({**call.params, "elid": str(number)}, submit=False)
            if target.show is None or target.kind is not Kind.FORM:
                break
            shown = target.show(call, **values)
            if isinstance(shown, NeedsWrite):
                return shown
            if first is None and isinstance(shown, FormAnswer):
                first = shown
        if first is None:
            return FormAnswer(several)
        first.fields = {**first.fields, **several}
        return first

    def apply(self, call: Call, faction: str, elid: list[int]) -> ActionResult:
        """Submits the form for one object after another; all of it is one transaction."""
        target = self._target(call, faction)
        result = ActionResult()
        for number in elid:
            params = {**call.params, "elid": str(number), "sok": "ok"}
            handler, _ = target.chosen(params)
            values = target.takes.read(params, submit=True)
            if target.elids:
                values[target.elids] = number
            answer = handler(call, **values)
            result = answer if isinstance(answer, ActionResult) else result
        # They all went into one basket, whose number is needed to pay it.
        unpaid = {name: result.fields[name] for name in ("billorder",) if name in result.fields}
        return ActionResult(unpaid, ok=result.ok, ok_type=result.ok_type)

    def _target(self, call: Call, faction: str) -> Function:
        target = self.find(faction, call.shop.catalogue.types)
        if target is None or "elid" not in target.takes.fields or faction == "groupedit":
            raise UnknownFunction(faction)
        return target
