"""Money: what lacks today is there tomorrow, and the order still stands."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from contracts.checks.client.case_context import Scene
from contracts.checks.client.fault_hooks import OtherText
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_settled
from contracts.checks.client.products import LICENSES
from contracts.checks.client.steps import Do, Result

TOO_LITTLE, ENOUGH, HELD = "0.10", "500.00", "1234.56"
MOST_ORDERS: Final = 2
ORDERED: Final = 1
"""Of the wire: docs/trade.md 10."""


def _poor(scene: Scene) -> None:
    scene.world.account(balance=TOO_LITTLE)
    scene.order("161")
    scene.world.account(balance=ENOUGH)
    scene.settle("161")


def _is_kept(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    refused = act.orders(1)
    finding.shown(*refused)
    if len(refused) > MOST_ORDERS:
        finding.wrong(f"without the money it was ordered {len(refused)} times", *refused)
    if act.reports[0].result is Result.OK:
        finding.wrong("nothing could be bought, and the client told its customer ok", *refused)
    check_settled(act, finding)


def _into_the_basket(scene: Scene) -> None:
    scene.world.rules(poor_order="basket")
    scene.world.account(balance=TOO_LITTLE)
    scene.order("162")
    scene.world.account(balance=ENOUGH)
    scene.settle("162")


def _is_paid_once(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    finding.shown(*act.orders())
    told_ok = [report.result is Result.OK for report in act.reports]
    if told_ok[0]:
        finding.wrong("it lay unpaid in the basket, and the client told ok", *act.orders(1))
    waiting = [one["id"] for one in act.owned if one["status"] == ORDERED]
    bought = [one["id"] for one in act.owned if one["status"] != ORDERED]
    if not bought and told_ok[-1]:
        finding.wrong("it lies in the basket still, and the client told ok", *act.orders())
    elif not bought:
        finding.idle = "it leaves what lies in the basket to a person, and says so"
    if bought and waiting:
        finding.wrong(
            f"{bought[0]} was bought, and {waiting[0]} lies in the basket still: whoever pays what "
            "is there buys it twice",
            *act.orders(),
        )
    if len(bought) > 1:
        finding.wrong(f"bought {len(bought)} times: {bought}", *act.orders())


def _written(scene: Scene) -> None:
    scene.world.account(balance=HELD)
    scene.trick(OtherText(HELD, "1\u00a0234,56"))
    scene.ask(Do.BALANCE, "What is the balance of the account at the seller?")


def _is_read(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    finding.shown(*act.heard)
    if act.last.balance is None:
        told = f"{act.last.result} {act.last.reason}".strip()
        finding.wrong(f"the balance is {HELD}, and the client told none: {told}", *act.heard)
    elif act.last.balance.is_nan():
        finding.wrong(
            f'the balance is {HELD}, the client told what is no amount, such as "12.34"', *act.heard
        )
    elif act.last.balance != Decimal(HELD):
        finding.wrong(f"the balance is {HELD}, the client told {act.last.balance}", *act.heard)


POOR = Lesson(
    name="too-little-money",
    title="An order for which the money lacked is carried out when it is there",
    why="An empty balance is an evening's work; an order that got lost with it is a customer.",
    source="docs/wire.md 5.2, docs/evidence.md 25 (observed)",
    plays=(_poor,),
    grade=_is_kept,
)
IN_THE_BASKET = Lesson(
    name="order-left-in-the-basket",
    title="An order that the seller has put into the basket is paid, or taken out",
    why="Ordered again it is there twice, and the next who pays the basket pays for both.",
    source="docs/evidence.md 25: what sellers do without the money is not known (assumed)",
    evidence="assumed",
    plays=(_into_the_basket,),
    grade=_is_paid_once,
)
READ = Lesson(
    name="balance-is-read",
    title="Money is a text, however it is grouped",
    why="Whoever reads 1 out of 1 234,56 stops renewing, or never sees that the money ends.",
    source="docs/evidence.md 23: clients read it, no seller was seen to write it (assumed)",
    evidence="assumed",
    plays=(_written,),
    grade=_is_read,
    trades=frozenset({LICENSES}),
)
LESSONS = (POOR, IN_THE_BASKET, READ)
