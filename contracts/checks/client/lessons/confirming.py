"""Acting at all: a form acts when it is confirmed."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks.client.case_context import Scene
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order
from contracts.checks.client.steps import Result


def _order(scene: Scene) -> None:
    scene.order("101")


def _is_confirmed(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    func = f"{act.goods.itemtype}.order.param"
    looked = [one for one in act.heard if one.func.endswith(func) and not one.confirmed]
    finding.shown(*act.orders())
    if act.orders():
        if not act.owned:
            finding.wrong("orders were confirmed, and nothing was bought", *act.orders())
        _check_goods(act, finding)
    elif looked:
        said = "and the client said ok" if act.last.result is Result.OK else "and nothing bought"
        finding.wrong(f"{func} was called {len(looked)} times, never with sok, {said}", *looked)
    else:
        finding.idle = f"{func} was never called"


def _check_goods(act: Performance, finding: Finding) -> None:
    """What was bought is what the customer ordered."""
    wish = act.steps[0].goods
    for one in act.owned:
        for field, name in (("pricelist", "tariff"), ("period", "period"), ("ip", "ip")):
            if name in wish and one[field] != wish[name]:
                told = f"{one['id']} was bought with {name} {one[field]}, ordered was {wish[name]}"
                finding.wrong(told, *act.orders())


def _is_marked(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    finding.shown(*act.orders())
    if not any(one["remoteid"] for one in act.owned):
        finding.wrong("what was bought carries no number of the client's own", *act.orders())


CONFIRMS = Lesson(
    name="confirms-with-sok",
    title="Orders are confirmed",
    why="A form without sok is shown, not carried out: the customer waits for what nobody bought.",
    source="docs/wire.md 4.2 (documented)",
    evidence="documented",
    plays=(_order,),
    grade=_is_confirmed,
)
MARKS = Lesson(
    name="orders-under-its-own-number",
    title="Orders carry a number of the client's own",
    why="Without remoteid an order whose answer was lost cannot be told from one of yesterday.",
    source="docs/trade.md 3, docs/resale.md 2.2 (documented)",
    evidence="documented",
    plays=(_order,),
    grade=_is_marked,
)
LESSONS = (CONFIRMS, MARKS)
