"""A bad line and a busy seller: answers that are none yet, none at all, half, or late."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene, buys
from contracts.checks.client.fault_hooks import Asked, Slow, Tear
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_settled
from contracts.checks.client.steps import Do, Result

LONG: Final = 4.0
"""Seconds until the answer is behind its link."""


def _long(scene: Scene) -> None:
    scene.at_order("long", seconds=LONG)
    scene.order("181")
    scene.times.pass_time(LONG)
    scene.settle("181")


def _slow(scene: Scene) -> None:
    scene.trick(Slow(buys, scene.times.wait, scene.times.slow))
    scene.order("182")
    scene.settle("182")


def _is_ordered_once(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    sent = act.orders(1)
    if len(sent) > 1:
        finding.wrong(f"the order was taken, and sent {len(sent)} times", *sent)
    check_settled(act, finding)


def _broken(scene: Scene) -> None:
    scene.at_order("status", code=502, when="before")
    scene.order("183")
    scene.settle("183")


def _is_settled(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if came_to_order(act, finding):
        check_settled(act, finding)


def _half(scene: Scene) -> None:
    def looks(asked: Asked) -> bool:
        return asked.func == scene.goods.edit and not asked.confirmed

    scene.trick(Tear(looks, ("lickey", "ip", "item")))
    scene.order("184")
    say = "What does the customer of your number 184 get? Deliver it."
    scene.ask(Do.DELIVER, say, {"reference": "184"})


def _is_read_again(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    torn = [one for one in act.heard if "torn" in one.note]
    finding.shown(*torn)
    for report in act.reports:
        if report.result is Result.OK and act.owned:
            _check_whole(act, report.key, finding)
    check_settled(act, finding)


def _check_whole(act: Performance, key: str | None, finding: Finding) -> None:
    there = act.owned[0]["lickey"]
    if key and there and key != there:
        torn = [one for one in act.heard if "torn" in one.note]
        finding.wrong("a torn answer was taken for a whole one: the key is wrong", *torn)


FOLLOWED = Lesson(
    name="long-request-followed",
    title="An answer that is a link is followed",
    why="The order is under way: whoever takes the link for nonsense orders twice or not at all.",
    source="docs/wire.md 1 and 4.8 (observed)",
    plays=(_long,),
    grade=_is_ordered_once,
)
SLOW = Lesson(
    name="slow-seller",
    title="A slow answer is waited for",
    why="The seller is at work: an order sent again after ten seconds is a second one.",
    source="docs/wire.md 1 (observed)",
    plays=(_slow,),
    grade=_is_ordered_once,
)
BROKEN = Lesson(
    name="server-error",
    title="A page in place of an answer is no answer",
    why="A proxy says 502 with a page: it is neither a sale nor a refusal.",
    source="docs/wire.md 8.2 (observed)",
    plays=(_broken,),
    grade=_is_settled,
)
TORN = Lesson(
    name="torn-answer",
    title="Half an answer is asked for again",
    why="A key that was read from a torn answer does not work, and nobody knows why.",
    source="docs/wire.md 8.2 (observed)",
    plays=(_half,),
    grade=_is_read_again,
)
LESSONS = (FOLLOWED, SLOW, BROKEN, TORN)
