"""The text for people decides nothing: it is translated, and changes with every version."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks.client.answer_rewriting import OtherWords
from contracts.checks.client.case_context import Scene
from contracts.checks.client.fault_hooks import Asked
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order
from contracts.checks.client.lessons.money import ENOUGH, TOO_LITTLE


def _plain(scene: Scene) -> None:
    scene.world.account(balance=TOO_LITTLE)
    scene.order("195")
    scene.world.account(balance=ENOUGH)
    scene.settle("195")


def _changed(scene: Scene) -> None:
    scene.trick(OtherWords(_all))
    _plain(scene)


def _all(_: Asked) -> bool:
    return True


def _is_the_same(acts: Sequence[Performance], finding: Finding) -> None:
    plain, changed = acts
    if not came_to_order(plain, finding):
        return
    reworded = [one for one in changed.heard if OtherWords.note in one.note]
    finding.shown(*reworded)
    told = [[report.result for report in act.reports] for act in acts]
    if told[0] != told[1]:
        before, after = (", ".join(one) for one in told)
        finding.wrong(f"with other words it said {after} in place of {before}", *reworded)
    asked = [[(one.func, one.confirmed) for one in act.heard] for act in acts]
    if asked[0] != asked[1]:
        finding.wrong(
            f"with other words it asked {len(asked[1])} things in place of {len(asked[0])}, or "
            "others",
            *reworded,
        )
    if len(plain.owned) != len(changed.owned):
        finding.wrong(f"with other words {len(changed.owned)} were bought", *changed.orders())


SAME = Lesson(
    name="message-text-decides-nothing",
    title="Refusals are told apart by type and object",
    why="Texts are translated and reworded: what matches them stops working on a Tuesday.",
    source="docs/wire.md 5.1 (documented)",
    evidence="documented",
    plays=(_plain, _changed),
    grade=_is_the_same,
)
LESSONS = (SAME,)
