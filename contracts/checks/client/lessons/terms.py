"""The seller's own terms: how often an address changes, and by how much a service renews itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene
from contracts.checks.client.fault_hooks import Asked, Plan
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order
from contracts.checks.client.products import LICENSES, MODULES, SERVICES, address
from contracts.checks.client.steps import Do, Result

MOST_MOVES: Final = 2
HALF_A_YEAR: Final = 6
SUSPENDED: Final = 3
"""Of the wire: docs/trade.md 10."""
NO_RENEWAL: Final = frozenset({"", "null", "off", "0"})


def _moves(scene: Scene) -> None:
    scene.world.rules(change_limit=True)
    scene.order("171")
    for number in (172, 173):
        scene.world.clock.advance("2 days")
        fields: dict[str, str | int | bool] = {"reference": "171", "ip": address(number)}
        say = f"The server of your number 171 moves: put its license on {fields['ip']}."
        scene.ask(Do.READDRESS, say, fields)
    scene.facts["allowed"] = address(172)


def _is_respected(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    tried = [one for one in act.during(3) if one.confirmed and one.form.get("ip")]
    finding.shown(*tried)
    if act.owned and act.owned[0]["ip"] != act.facts["allowed"] and len(act.owned) == 1:
        finding.wrong(f"the first move never happened: it is on {act.owned[0]['ip']}", *tried)
    if act.reports[2].result is Result.OK:
        finding.wrong("it cannot move twice in a month, and the client told ok", *tried)
    if len(tried) > MOST_MOVES:
        finding.wrong(f"the refused move was tried {len(tried)} times", *tried)
    if len(act.orders()) > 1:
        finding.wrong("it bought another license to get around the limit", *act.orders())


def _itself(scene: Scene) -> None:
    scene.order("174", period=HALF_A_YEAR, autoprolong=True)


def _is_equal(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    finding.shown(*act.orders())
    if all(one.form.get("autoprolong", "") in NO_RENEWAL for one in act.orders()):
        finding.idle = "it renews by itself, and does not ask the seller to"
        return
    for one in act.owned:
        if one["autoprolong"] != one["period"]:
            finding.wrong(
                f"{one['id']} will not be renewed by the seller: its period is {one['period']} "
                "and autoprolong was another number, which is left off without a word",
                *act.orders(),
            )


def _does_not_pay(scene: Scene) -> None:
    scene.order("175")
    bought = scene.owned()
    busy = "runningoperation"
    scene.trick(Plan(scene.world.faults, _suspends, "error", type=busy, object=busy))
    for fact in ("first", "second"):
        scene.ask(
            Do.SUSPEND,
            "The customer of your number 175 does not pay: switch it off.",
            {"reference": "175"},
        )
        scene.facts[fact] = [one["status"] for one in scene.owned()]
        if bought and not scene.facts[fact]:
            return


def _suspends(asked: Asked) -> bool:
    return asked.func.endswith(".suspend")


def _is_off(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    asked = [one for one in act.heard if one.func.endswith(".suspend")]
    finding.shown(*asked)
    if "second" not in act.facts or not act.facts["second"]:
        finding.wrong("it is gone, and the customer who pays late has lost it", *act.heard[-1:])
        return
    if act.reports[1].result is Result.OK and act.facts["first"] != [SUSPENDED]:
        finding.wrong("the seller was busy and refused, and the client told ok", *asked)
    if act.facts["second"] != [SUSPENDED]:
        finding.wrong("it runs still, and nobody pays for it", *asked)


MOVES = Lesson(
    name="address-changes-once-a-month",
    title="An address that may not change again is told so",
    why="The license stays where it was, and the customer who was told ok has none.",
    source="docs/trade.md 12, docs/evidence.md 17 (documented)",
    evidence="documented",
    plays=(_moves,),
    grade=_is_respected,
    trades=frozenset({LICENSES}),
)
ITSELF = Lesson(
    name="autoprolong-equals-period",
    title="autoprolong is the period where the seller wants it so",
    why="Any other number is left off without a word: nobody renews it, and it ends.",
    source="docs/trade.md 7 and 8 (documented)",
    evidence="documented",
    plays=(_itself,),
    grade=_is_equal,
    trades=frozenset({MODULES}),
)
OFF = Lesson(
    name="suspension-is-made-sure",
    title="What could not be switched off is not told to be off",
    why="A busy seller refuses with HTTP 200: the service runs on, and nobody pays for it.",
    source="docs/trade.md 6.2, docs/evidence.md 48 (observed)",
    plays=(_does_not_pay,),
    grade=_is_off,
    trades=frozenset({LICENSES, SERVICES}),
)
LESSONS = (MOVES, ITSELF, OFF)
