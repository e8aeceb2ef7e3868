"""How much is asked: what one question answers is not asked for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order
from contracts.checks.client.recorded_calls import Heard

HELD: Final = 12
"""What the account has already."""
MOST_FORMS: Final = 4
"""Forms of others that may be opened in a step: to look at one or two is no habit."""
PRICES: Final = "pricelist.export"


def _two_orders(scene: Scene) -> None:
    scene.stock(HELD)
    scene.facts["others"] = scene.everything()
    for reference in ("111", "112"):
        scene.order(reference)
    scene.daily()


def _is_little(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    others = {str(number) for number in act.facts["others"]}
    for step in act.steps:
        opened = [one for one in act.during(step.number) if _opens(act, one, others)]
        if len(opened) > MOST_FORMS:
            finding.wrong(
                f"step {step.number} ({step.do}) opened the forms of {len(opened)} others, which "
                "one list tells",
                *opened[:4],
            )
    prices = [one for one in act.heard if one.func == PRICES]
    steps = {one.step for one in prices}
    if len(steps) > 1:
        finding.wrong(f"the whole price list was fetched in {len(steps)} steps", *prices[:4])


def _opens(act: Performance, one: Heard, others: set[str]) -> bool:
    return one.func == act.goods.edit and not one.confirmed and one.form.get("elid") in others


LITTLE = Lesson(
    name="little-is-asked",
    title="What one list tells is not asked for each",
    why="A thousand licenses are a thousand questions a day: reading all at once began to fail.",
    source="docs/grading.md: no seller tells a limit (assumed)",
    evidence="assumed",
    plays=(_two_orders,),
    grade=_is_little,
)
LESSONS = (LITTLE,)
