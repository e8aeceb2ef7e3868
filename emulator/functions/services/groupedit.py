"""``groupedit``: one form applied to many objects.

Source: docs/wire.md section 4.4 (observed): ``faction`` names the form, ``elid`` holds the ids.
"""

from __future__ import annotations

from collections.abc import Callable

from emulator.api.context import ActionResult, Call, FormAnswer, NeedsWrite
from emulator.api.fields import Ids, Text
from emulator.api.registry import Evidence, Family, Function, Kind
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

Find = Callable[[str], Function | None]


class Group(WireSchema):
    """Which form, for which objects; the form's own fields come along."""

    faction = Text(required=True)
    elid = Ids(required=True)


def family(find: Find) -> Family:
    """``find`` looks a function up by its name, once all of them are declared."""
    group = Family("groupedit", {"en": "Group action", "ru": "Групповое действие"})

    @group.form(
        "groupedit",
        takes=Group,
        returns=Group,
        fails=(BadValue, Missed, Exists, NotEnoughMoney, RunningOperation, WrongState),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md section 4.4",
        example={
            "faction": "service.prolong",
            "elid": "100001, 100002",
            "period": "12",
            "sok": "ok",
        },
    )
    def show(call: Call, faction: str, elid: list[int]) -> FormAnswer | NeedsWrite:
        """Applies a form to several objects at once: all of them, or none."""
        target = _target(find, faction)
        values = target.takes.read({**call.params, "elid": str(elid[0])}, submit=False)
        handler = target.show
        if handler is None or target.kind is not Kind.FORM:
            return FormAnswer({"faction": faction, "elid": ", ".join(map(str, elid))})
        shown = handler(call, **values)
        if isinstance(shown, FormAnswer | NeedsWrite):
            return shown
        return FormAnswer({"faction": faction})

    @show.on_submit
    def apply(call: Call, faction: str, elid: list[int]) -> ActionResult:
        target = _target(find, faction)
        done = ActionResult()
        for one in elid:
            params = {**call.params, "elid": str(one), "sok": "ok"}
            handler, _ = target.chosen(params)
            values = target.takes.read(params, submit=True)
            if target.elids:
                values[target.elids] = one
            answer = handler(call, **values)
            done = answer if isinstance(answer, ActionResult) else done
        # They all went into one basket, and whoever pays asks for its number.
        unpaid = {name: done.fields[name] for name in ("billorder",) if name in done.fields}
        return ActionResult(unpaid, ok=done.ok, ok_type=done.ok_type)

    return group


def _target(find: Find, faction: str) -> Function:
    target = find(faction)
    if target is None or "elid" not in target.takes.fields or faction == "groupedit":
        raise UnknownFunction(faction)
    return target
