"""Refusals: they come with HTTP 200, and saying it again does not help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_settled
from contracts.checks.client.recorded_calls import most_in
from contracts.checks.client.steps import Result

ALWAYS: Final = 1_000
"""Times: for as long as a lesson lasts."""
MOST_ORDERS, MOST_LOGINS, MOST_LOCKED = 2, 3, 10
"""Tries that are patience still: of one refused order, of logging in, in a minute while locked."""
FAILURES: Final = 5
LOCK: Final = 21.0
"""Seconds. Source: docs/wire.md 2.6 (observed)."""


def _refused(scene: Scene) -> None:
    scene.at_order("error", times=ALWAYS, type="value", object="period", value="1")
    scene.order("111")


def _is_no_success(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    refused = [one for one in act.orders() if one.error]
    finding.shown(*refused)
    if act.last.result is Result.OK:
        finding.wrong("the seller refused, and the client told its customer ok", *refused)


def _is_not_repeated(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    refused = [one for one in act.orders() if one.error]
    finding.shown(*refused)
    if len(refused) > MOST_ORDERS:
        finding.wrong(f"the refused order was sent {len(refused)} times", *refused)


def _no_access(scene: Scene) -> None:
    scene.at_order("error", times=ALWAYS, type="access")
    scene.order("112", session=True)


def _is_given_up(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    if not came_to_order(act, finding):
        return
    refused = [one for one in act.orders() if one.error]
    logins = [one for one in act.heard if one.is_login]
    finding.shown(*refused)
    if act.last.result is Result.OK:
        finding.wrong("there was no access, and the client told its customer ok", *refused)
    if len(refused) > MOST_ORDERS:
        finding.wrong(f"without the right to order it was tried {len(refused)} times", *refused)
    if len(logins) > MOST_LOGINS:
        finding.wrong(f"it logged in {len(logins)} times for a right that it lacks", *logins)


def _locked(scene: Scene) -> None:
    for _ in range(FAILURES):
        scene.world.call("auth", login="", username="reseller", password="not this one")  # noqa: S106 - wrong on purpose
    scene.order("113")
    scene.times.pass_time(LOCK)
    scene.settle("113")


def _is_waited_out(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    shut_out = [one for one in act.heard if one.error.startswith("auth/blocklogon")]
    if not shut_out:
        finding.idle = "it did not call while its login was locked"
        return
    if not came_to_order(act, finding):
        return
    finding.shown(shut_out[0])
    most = most_in(shut_out, 60)
    if most > MOST_LOCKED:
        finding.wrong(f"a locked login was tried {most} times in a minute", *shut_out)
    check_settled(act, finding)


def _not_sold(scene: Scene) -> None:
    scene.order("114")


def _is_said(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    finding.shown(*act.heard)
    if act.owned:
        finding.wrong("it was bought all the same", *act.orders())
    elif act.last.result is not Result.CANNOT:
        finding.wrong(f"the client said {act.last.result} of what it cannot sell", *act.heard)


NO_SUCCESS = Lesson(
    name="refusal-is-no-success",
    title="HTTP 200 with an error is a refusal",
    why="Whoever looks at the HTTP status alone sells what was never bought.",
    source="docs/wire.md 1 and 5.1 (observed)",
    plays=(_refused,),
    grade=_is_no_success,
)
NOT_REPEATED = Lesson(
    name="refusal-is-not-repeated",
    title="What was refused is not sent again and again",
    why="A refusal changes nothing by itself: repeating it is load, and a ban at some sellers.",
    source="docs/wire.md 5.2 (observed)",
    plays=(_refused,),
    grade=_is_not_repeated,
)
NO_ACCESS = Lesson(
    name="access-is-given-up",
    title="A missing right is told from a dead session",
    why="access means both. Logging in for ever does not give a right, and locks the login.",
    source="docs/wire.md 2.6 and 5.2 (observed)",
    plays=(_no_access,),
    grade=_is_given_up,
)
WAITED_OUT = Lesson(
    name="locked-login-waited-out",
    title="A locked login is left alone until it opens",
    why="Every try may prolong the lock, and no customer's order is carried out meanwhile.",
    source="docs/wire.md 2.6 (observed)",
    plays=(_locked,),
    grade=_is_waited_out,
)
REFUSES = Lesson(
    name="says-what-it-cannot-resell",
    title="What this kind of reseller cannot sell is refused before anything is asked",
    why="A customer who paid for what the module cannot order waits for a person.",
    source="docs/resale.md 3 (documented)",
    evidence="documented",
    plays=(_not_sold,),
    grade=_is_said,
)
"""For a trade that a kind cannot resell; it stands in no list, since there is no other then."""
LESSONS = (NO_SUCCESS, NOT_REPEATED, NO_ACCESS, WAITED_OUT)
