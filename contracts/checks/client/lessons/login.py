"""Who is calling: secrets and sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from contracts.checks.client.case_context import Scene
from contracts.checks.client.fault_hooks import EndSession
from contracts.checks.client.lesson import Finding, Lesson, Performance
from contracts.checks.client.lessons.common import came_to_order, check_settled
from contracts.checks.client.recorded_calls import CREDENTIALS
from contracts.checks.client.steps import Result

MOST_LOGINS: Final = 4


def _order(scene: Scene) -> None:
    scene.order("191")


def _is_out_of_sight(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    bare = [one for one in act.heard if one.in_query & CREDENTIALS]
    if not act.heard:
        finding.idle = "nothing was asked of the seller"
    if bare:
        finding.wrong(f"the password stood in the address of {len(bare)} requests", *bare[:6])


def _in_session(scene: Scene) -> None:
    scene.order("193", session=True)


def _session_is_out_of_sight(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    used = [one for one in act.heard if "auth" in one.form]
    bare = [one for one in used if "auth" in one.in_query]
    finding.shown(*used[:2])
    if not used:
        finding.idle = "it sends no session"
    elif bare:
        finding.wrong(f"the session stood in the address of {len(bare)} requests", *bare[:6])


def _session_ends(scene: Scene) -> None:
    scene.trick(EndSession(scene.times.pass_time))
    scene.order("192", session=True)


def _is_opened_again(acts: Sequence[Performance], finding: Finding) -> None:
    (act,) = acts
    logins = [one for one in act.heard if one.is_login]
    over = [one for one in act.heard if "session is over" in one.note]
    if not over:
        finding.idle = "it does not use sessions"
        return
    if act.last.result is Result.OK and not came_to_order(act, finding):
        return
    finding.shown(*over, *logins)
    if len(logins) > MOST_LOGINS:
        finding.wrong(f"it logged in {len(logins)} times", *logins)
    check_settled(act, finding)


OUT_OF_SIGHT = Lesson(
    name="password-not-in-the-address",
    title="The password travels in the body",
    why="Addresses are kept in logs of proxies and servers, for everybody who may read them.",
    source="docs/wire.md 1 and 2.1: GET and POST are the same (documented)",
    evidence="documented",
    plays=(_order,),
    grade=_is_out_of_sight,
)
SESSION_OUT_OF_SIGHT = Lesson(
    name="session-not-in-the-address",
    title="The session travels in the body",
    why="For an hour it is worth as much as the password, and addresses are kept in logs.",
    source="docs/wire.md 1 and 2.2: GET and POST are the same (documented)",
    evidence="documented",
    plays=(_in_session,),
    grade=_session_is_out_of_sight,
)
OPENED_AGAIN = Lesson(
    name="dead-session-opened-again",
    title="A session that ended is opened again",
    why="Sessions end after an hour: what fails every morning needs a person every morning.",
    source="docs/wire.md 2.2 (documented)",
    evidence="documented",
    plays=(_session_ends,),
    grade=_is_opened_again,
)
LESSONS = (OUT_OF_SIGHT, SESSION_OUT_OF_SIGHT, OPENED_AGAIN)
