"""Renewing: before the end, once."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks.client.case_context import Scene
from contracts.checks.client.fault_hooks import Asked, Plan
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order


def _end_comes(scene: Scene) -> None:
    scene.month_ago()
    scene.order("151")
    scene.before_end()
    scene.facts["before"] = scene.end_of_first()
    scene.daily()
    scene.facts["after"] = scene.end_of_first()
    scene.world.clock.advance("2 days")
    scene.daily()


def _is_in_time(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    renewals = [one for one in act.heard if one.is_renewal]
    finding.shown(*renewals)
    if not act.owned:
        finding.wrong("what was ordered is gone", *act.orders())
        return
    owned = act.owned[0]
    by_seller = owned["autoprolong"] and not renewals
    if act.facts["before"] == act.facts["after"] and not by_seller:
        late = f"its term ended on {act.facts['before']}"
        told = "it was renewed afterwards" if renewals else "it was not renewed at all"
        finding.wrong(f"{late}, and {told}", *renewals)
    terms = len(act.charges.get(owned["id"], ()))
    if terms > 2:  # noqa: PLR2004 - the order and one renewal
        finding.wrong(f"{terms} terms were bought where two were due", *renewals)


def _answer_lost(scene: Scene) -> None:
    scene.month_ago()
    scene.order("152")
    scene.before_end()
    scene.trick(Plan(scene.world.faults, _renews, "drop", when="after"))
    scene.daily()
    scene.world.clock.advance("1 day")
    scene.daily()


def _renews(asked: Asked) -> bool:
    return asked.confirmed and asked.func == "service.prolong"


def _is_bought_once(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    renewals = [one for one in act.heard if one.is_renewal]
    finding.shown(*renewals)
    for one in act.owned:
        terms = len(act.charges.get(one["id"], ())) - 1
        if terms > 1:
            finding.wrong(
                f"the answer to a renewal was lost, and the term was bought {terms} times: it is "
                f"paid until {one['expires']}",
                *renewals,
            )


def _day_before(scene: Scene) -> None:
    scene.month_ago()
    scene.order("153")
    scene.before_end()
    scene.daily()


def _is_by_one(acts: Sequence[Performance], finding: Finding) -> None:
    """Who leaves it to the seller does not renew; who renews does not leave it to the seller."""
    (act,) = acts
    if not came_to_order(act, finding):
        return
    renewals = [one for one in act.heard if one.is_renewal]
    finding.shown(*act.orders(), *renewals)
    for one in act.owned:
        if renewals and one["autoprolong"]:
            finding.wrong(
                f"the client renews {one['id']} itself, and the seller will too: it was ordered "
                f"with autoprolong={one['autoprolong']}, which nobody asked for",
                *act.orders(),
                *renewals,
            )


IN_TIME = Lesson(
    name="renews-before-the-end",
    title="What ends tomorrow is renewed today, once",
    why="At its end it is suspended: the customer's server stands, and a new term begins later.",
    source="docs/trade.md 4 and 10 (documented)",
    evidence="documented",
    plays=(_end_comes,),
    grade=_is_in_time,
)
ONCE = Lesson(
    name="lost-renewal-bought-once",
    title="A renewal whose answer was lost is not bought again",
    why="Nothing refuses a second renewal, and nothing is paid back for it.",
    source="docs/trade.md 4 (documented)",
    evidence="documented",
    plays=(_answer_lost,),
    grade=_is_bought_once,
)
BY_ONE = Lesson(
    name="renewed-by-one-of-both",
    title="What the client renews the seller does not",
    why="When its customer is gone nobody renews it, but the seller: it is charged every month.",
    source="docs/trade.md 3: without autoprolong nothing renews itself (documented)",
    evidence="documented",
    plays=(_day_before,),
    grade=_is_by_one,
)
LESSONS = (IN_TIME, ONCE, BY_ONE)
