"""Answers that are none, and one under another name: what a proxy or a guard makes of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene, buys
from contracts.checks.client.fault_hooks import Instead, Mislabelled
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_once, check_settled
from contracts.checks.client.steps import Result

PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Just a moment</title></head>"
    b"<body><p>Checking your browser</p></body></html>"
)
HTML: Final = "text/html; charset=utf-8"
PLAIN: Final = "text/plain; charset=utf-8"


def _page(scene: Scene) -> None:
    scene.trick(Instead(buys, PAGE, HTML))
    scene.order("201")


def _nothing(scene: Scene) -> None:
    scene.trick(Instead(buys, b"", HTML))
    scene.order("202")


def _gateway(scene: Scene) -> None:
    scene.at_order("status", code=502, when="after")
    scene.order("203")


def _is_no_answer(acts: Sequence[Performance], finding: Finding) -> None:
    """The seller has acted: whoever was told ok has it, and it was asked for once."""
    (act,) = acts
    if not came_to_order(act, finding):
        return
    sent = act.orders()
    finding.shown(*sent)
    if len(sent) > 1:
        finding.wrong(f"the seller had acted, and the order was sent {len(sent)} times", *sent)
    if act.last.result is Result.OK and not act.is_delivered:
        finding.wrong("it was no answer, and the client told its customer ok", *sent)
    if act.last.result is Result.FAILED:
        finding.wrong("it was bought, and the client told that it did not happen", *sent)
    check_once(act, finding)


def _mislabelled(scene: Scene) -> None:
    scene.trick(Mislabelled(PLAIN))
    scene.order("204")


def _is_read_all_the_same(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    asked = any(one.func.endswith(f"{act.goods.itemtype}.order.param") for one in act.heard)
    if asked or not act.heard:
        if came_to_order(act, finding):
            check_settled(act, finding)
        return
    finding.wrong(
        f"it asked {len(act.heard)} things, read no answer that was called {PLAIN}, and ordered "
        "nothing",
        *act.heard[:6],
    )


PAGE_FOR_ANSWER = Lesson(
    name="page-in-place-of-an-answer",
    title="A page with HTTP 200 is neither a sale nor a refusal",
    why="A guard in front asks for a browser: the order may have passed it, and its answer not.",
    source="docs/wire.md 1 and 8.2 (observed)",
    plays=(_page,),
    grade=_is_no_answer,
)
EMPTY = Lesson(
    name="empty-answer",
    title="Nothing at all with HTTP 200 is no answer",
    why="No error is not success: an empty body tells neither that it was bought nor that not.",
    source="docs/grading.md: no seller was seen to do it (assumed)",
    evidence="assumed",
    plays=(_nothing,),
    grade=_is_no_answer,
)
GATEWAY = Lesson(
    name="server-error-after-the-deed",
    title="A server error does not mean that nothing happened",
    why="A proxy loses patience and says 502, the seller goes on: sent again, it is bought twice.",
    source="docs/evidence.md 10, docs/wire.md 8.2 (observed)",
    plays=(_gateway,),
    grade=_is_no_answer,
)
MISLABELLED = Lesson(
    name="content-type-is-not-believed",
    title="An answer is read by what it is, not by what it is called",
    why="Some sellers call their documents text/plain: whoever goes by that reads none of them.",
    source="docs/wire.md 1 (observed)",
    plays=(_mislabelled,),
    grade=_is_read_all_the_same,
)
LESSONS = (PAGE_FOR_ANSWER, EMPTY, GATEWAY, MISLABELLED)
