"""What is delivered later: keys and machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_settled
from contracts.checks.client.products import LICENSES, SERVICES
from contracts.checks.client.recorded_calls import Heard, most_in, without_pause
from contracts.checks.client.steps import Do, Result

PAUSE: Final = 0.9
"""Seconds between two looks that are a pause: clients in production wait one. Source: observed."""
WITHOUT_PAUSE: Final = 5
MOST_A_MINUTE: Final = 60
MOST_LOOKS: Final = 120
"""Looks in one step after which nobody is waiting any more, but hanging."""


def _deliver(scene: Scene, reference: str) -> None:
    say = f"What does the customer of your number {reference} get? Deliver it."
    scene.ask(Do.DELIVER, say, {"reference": reference})


def _late(scene: Scene) -> None:
    scene.world.provisioning("seconds", max(1, round(scene.times.late)))
    scene.order("131")
    scene.times.pass_time(scene.times.late + 1)
    _deliver(scene, "131")


def _looks(act: Performance) -> list[Heard]:
    """Looks at the form or the list after the order, for what has not come yet."""
    ordered = next((n for n, one in enumerate(act.heard) if one.is_order), len(act.heard))
    names = (act.goods.edit, act.goods.itemtype)
    return [one for one in act.heard[ordered:] if one.func in names and not one.confirmed]


def _is_patient(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    looks = _looks(act)
    hasty, most = without_pause(looks, PAUSE), most_in(looks, 60)
    if hasty > WITHOUT_PAUSE:
        finding.wrong(f"{hasty} of {len(looks)} looks came without a pause", *looks[:6])
    if most > MOST_A_MINUTE:
        finding.wrong(f"it looked {most} times in a minute", *looks[:6])
    check_settled(act, finding)


def _never(scene: Scene) -> None:
    scene.at_order("no_key")
    scene.order("132")
    scene.world.faults.clear()
    scene.times.pass_time(5)
    _deliver(scene, "132")


def _gives_up(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    looks = [one for one in _looks(act) if one.step == 1]
    if len(looks) > MOST_LOOKS:
        finding.wrong(f"it looked {len(looks)} times and would look still", *looks[:6])
    if act.reports[0].result is Result.OK:
        finding.wrong("nothing was there to deliver yet, and the client said ok", *looks[-1:])
    check_settled(act, finding)


LATE = Lesson(
    name="late-key-with-pauses",
    title="A late key is waited for with pauses",
    why="Hundreds of looks a second are a load at which sellers shut accounts out.",
    source="docs/trade.md 3, docs/wire.md 8 (observed)",
    plays=(_late,),
    grade=_is_patient,
    trades=frozenset({LICENSES, SERVICES}),
)
NEVER = Lesson(
    name="key-that-does-not-come",
    title="A key that does not come holds nothing up, and is delivered later",
    why="A program that waits for ever serves no other customer; one that forgets, not this one.",
    source="docs/trade.md 3 (documented)",
    evidence="documented",
    plays=(_never,),
    grade=_gives_up,
    trades=frozenset({LICENSES, SERVICES}),
)
LESSONS = (LATE, NEVER)
