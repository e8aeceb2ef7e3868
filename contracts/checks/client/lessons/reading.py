"""Reading answers: the same thing is told in more than one shape."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.checks.client.answer_rewriting import OnlyInner, OnlyItemId
from contracts.checks.client.case_context import Scene, buys
from contracts.checks.client.fault_hooks import Asked, Meanwhile
from contracts.checks.client.lesson import Finding, Lesson, Performance, Play
from contracts.checks.client.lessons.common import came_to_order, check_settled
from contracts.checks.client.products import LICENSES, MODULES, SERVICES
from contracts.checks.client.steps import Do, Result

SUSPENDED = 3
"""Of the wire: docs/trade.md 10."""
PAGE, MANY = 5, 12
"""Rows of one page, and rows altogether."""


def _item_id(scene: Scene) -> None:
    scene.trick(OnlyItemId(buys))
    scene.order("141")


def _is_settled(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if came_to_order(act, finding):
        check_settled(act, finding)


def _nothing_told(scene: Scene) -> None:
    scene.world.rules(order_tells_id=False)
    scene.order("142")
    scene.settle("142")


def _another_is_newer(scene: Scene) -> None:
    def somebody_else() -> None:
        before = set(scene.everything())
        scene.stock(1)
        scene.facts["other"] = next(iter(set(scene.everything()) - before))

    scene.world.rules(order_tells_id=False)
    scene.trick(Meanwhile(buys, somebody_else))
    scene.order("145")
    scene.settle("145")


def _is_its_own(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    other = act.facts.get("other")
    own = [one for one in act.owned if one["id"] != other]
    finding.shown(*act.orders())
    if len(own) != 1:
        finding.wrong(f"ordered once, and {len(own)} are there", *act.orders())
        return
    for report in act.reports:
        if report.result is Result.OK and report.id not in {None, own[0]["id"]}:
            finding.wrong(
                f"{report.id} was delivered, which somebody else ordered; its own is "
                f"{own[0]['id']}",
                *act.orders(),
            )
    if not any(one.result is Result.OK and one.ip == own[0]["ip"] for one in act.reports):
        finding.wrong(f"its own, {own[0]['id']}, was never delivered", *act.orders())


def _inner(scene: Scene) -> None:
    scene.month_ago()
    scene.trick(OnlyInner(_submits))
    scene.order("143")
    scene.before_end()
    scene.daily()
    scene.status("143")


def _submits(asked: Asked) -> bool:
    return asked.confirmed and asked.func.endswith((".edit", "service.prolong"))


def _is_understood(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    renewals = [one for one in act.heard if one.is_renewal]
    finding.shown(*renewals)
    if len(renewals) > 1:
        finding.wrong(f"one term was to be bought, and {len(renewals)} were asked for", *renewals)
    if renewals and act.reports[1].result is not Result.OK:
        finding.wrong(f"it was renewed, and the client said {act.reports[1].result}", *renewals)
    ends = act.owned[0]["expires"] if act.owned else None
    told = act.last.ends_on
    if renewals and told is not None and told.isoformat() != ends:
        finding.wrong(f"it is paid until {ends}, and the client believes {told}", *renewals)


def _listed(count: int) -> Play:
    def play(scene: Scene) -> None:
        scene.world.rules(list_rows=PAGE)
        scene.stock(count)
        scene.world.faults.add("one_row", func=scene.goods.itemtype)
        scene.facts["ids"] = tuple(sorted(scene.everything()))
        say = f"Which {scene.goods.trade} has the account at the seller? Tell all their numbers."
        scene.ask(Do.LIST, say)

    return play


def _is_counted(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    there, told = act.facts["ids"], act.last.ids
    looked = [one for one in act.heard if one.func == act.goods.itemtype]
    finding.shown(*looked)
    if told is None:
        said = f"{act.last.result} {act.last.reason}".strip()
        finding.wrong(f"{len(there)} are there, and the client told none: {said}", *looked)
    elif tuple(sorted(told)) != there:
        finding.wrong(f"{len(there)} are there, and the client told {len(told)}", *looked)


def _suspended(scene: Scene) -> None:
    scene.order("144")
    scene.world.faults.add("one_row", func=scene.goods.itemtype)
    for one in scene.owned():
        scene.world.service(one["id"], status=SUSPENDED)
    scene.times.pass_time(300)
    scene.status("144")


def _is_noticed(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    looked = act.during(2)
    finding.shown(*looked)
    if act.last.status is None:
        finding.idle = "the client does not tell how something is at the seller"
    elif act.last.status != SUSPENDED:
        finding.wrong(f"the seller has suspended it, the client tells {act.last.status}", *looked)


ITEM_ID = Lesson(
    name="item-id-alone",
    title="What was ordered is named in id or in item.id",
    why="Whoever knows only one of the names takes a paid order for none.",
    source="docs/wire.md 4.3 (observed)",
    plays=(_item_id,),
    grade=_is_settled,
)
NUMBER_NOT_TOLD = Lesson(
    name="number-not-told",
    title="A machine whose number the order does not tell is found",
    why="Some sellers answer an order of a machine without its number: it has to be looked for.",
    source="docs/resale.md 2.3 (observed)",
    plays=(_nothing_told,),
    grade=_is_settled,
    trades=frozenset({SERVICES}),
)
NOT_THE_NEWEST = Lesson(
    name="newest-is-not-taken",
    title="What was ordered is known by its name, not by being the newest",
    why="Two customers order in one minute, and each gets the other's machine with its password.",
    source="docs/resale.md 2.3, docs/wire.md 8.2 (observed)",
    plays=(_another_is_newer,),
    grade=_is_its_own,
    trades=frozenset({SERVICES}),
)
INNER = Lesson(
    name="inner-doc",
    title="What a submit answers may stand in an inner doc",
    why="A renewal that is not recognised is bought again.",
    source="docs/wire.md 4.3, docs/evidence.md 15 (observed)",
    plays=(_inner,),
    grade=_is_understood,
    trades=frozenset({LICENSES, SERVICES, MODULES}),
)
NONE, ONE, SEVERAL = (
    Lesson(
        name=f"list-of-{name}",
        title=f"A list of {name} is read",
        why="One row comes as an object, none as nothing, many on several pages.",
        source="docs/wire.md 3.1 and 4.1 (observed)",
        plays=(_listed(count),),
        grade=_is_counted,
        trades=frozenset({LICENSES, SERVICES}),
    )
    for name, count in (("none", 0), ("one", 1), ("many", MANY))
)
NOTICED = Lesson(
    name="notices-what-the-seller-did",
    title="What the seller does by itself is noticed",
    why="A customer whose service was stopped reads active in the client area, and complains.",
    source="docs/resale.md 3.3 (documented)",
    evidence="documented",
    plays=(_suspended,),
    grade=_is_noticed,
)
LESSONS = (ITEM_ID, NUMBER_NOT_TOLD, NOT_THE_NEWEST, INNER, NONE, ONE, SEVERAL, NOTICED)
