"""Silence after an order: it may have happened, or not."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks.client.case_context import Scene
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_once, check_settled


def _answer_lost(scene: Scene) -> None:
    scene.at_order("drop", when="after")
    scene.order("121")


def _is_ordered_once(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    sent = act.orders()
    finding.shown(*sent)
    if len(sent) > 1:
        finding.wrong(
            f"the answer was lost after the seller had acted, and the order was sent {len(sent)} "
            "times",
            *sent,
        )
    check_once(act, finding)


def _answer_lost_and_settled(scene: Scene) -> None:
    scene.at_order("drop", when="after")
    scene.order("122")
    scene.settle("122")


def _request_lost(scene: Scene) -> None:
    scene.at_order("drop", when="before")
    scene.order("123")
    scene.settle("123")


def _is_settled(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if came_to_order(act, finding):
        check_settled(act, finding)


ONCE = Lesson(
    name="lost-reply-ordered-once",
    title="An order whose answer was lost is not sent again",
    why="The seller has acted already: the second order is a second charge, and nobody uses it.",
    source="docs/evidence.md 10, docs/reselling.md (observed)",
    plays=(_answer_lost,),
    grade=_is_ordered_once,
)
FOUND = Lesson(
    name="lost-reply-found-again",
    title="An order whose answer was lost is found again",
    why="What was paid for and never found is charged every month, and its customer has nothing.",
    source="docs/trade.md 3 and 6.6 (documented)",
    evidence="documented",
    plays=(_answer_lost_and_settled,),
    grade=_is_settled,
)
NOT_ARRIVED = Lesson(
    name="lost-request-ordered-in-the-end",
    title="An order that never arrived is there in the end",
    why="To the client it looks like a lost answer: whoever only waits loses the customer.",
    source="docs/trade.md 3 and 6.6 (documented)",
    evidence="documented",
    plays=(_request_lost,),
    grade=_is_settled,
)
LESSONS = (ONCE, FOUND, NOT_ARRIVED)
