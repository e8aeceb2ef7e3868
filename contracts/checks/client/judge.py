"""Grades a client: every lesson that is for it, one after the other, each in worlds of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contracts.checks.client.case_context import NotPlayed, Player
from contracts.checks.client.environment import Stage
from contracts.checks.client.lesson import Finding, Lesson, Performance, Play
from contracts.checks.client.lessons import LESSONS
from contracts.checks.client.lessons.refusals import REFUSES
from contracts.checks.client.products import GOODS, LICENSES, TRADES, Goods
from contracts.checks.client.recorded_calls import Heard
from contracts.record.exchange import OUR_PASSWORD
from contracts.target.redact import mask_text
from contracts.target.seller import CannotRun
from contracts.verdicts import ASSUMED, Cell, Outcome, Verdict
from emulator.testing import ControlError

KINDS = ("custom", "billmanager", "whmcs")
"""Ways of reselling, as the matrix names them."""
MOST_PROOF = 12
"""Requests shown for one verdict."""


class NoLessonError(ValueError):
    """No lesson is called so; the text is one line."""


def trades_of(kind: str) -> tuple[str, ...]:
    """What a kind of reseller can resell. Source: docs/resale.md 3 (documented)."""
    return (LICENSES,) if kind == "whmcs" else TRADES


def chosen(only: str = "") -> tuple[Lesson, ...]:
    """The lessons whose name contains ``only``. Raises NoLessonError."""
    found = tuple(lesson for lesson in LESSONS if only in lesson.name)
    if not found:
        raise NoLessonError(f'no lesson is called "{only}": {", ".join(o.name for o in LESSONS)}')
    return found


def grade(
    stage: Stage, player: Player, *, kind: str, trade: str, lessons: Iterable[Lesson] = LESSONS
) -> Iterator[Verdict]:
    """Every lesson in one line of trade, as it is graded; nothing is excused here.

    In a trade that this kind cannot resell there is one lesson: that it says so.
    """
    taught = lessons if trade in trades_of(kind) else (REFUSES,)
    for lesson in taught:
        if trade in lesson.trades:
            yield _graded(stage, player, lesson, GOODS[trade], Cell(kind, trade))


def _graded(stage: Stage, player: Player, lesson: Lesson, goods: Goods, cell: Cell) -> Verdict:
    finding = Finding()
    try:
        played = [_played(stage, player, lesson, goods, play, finding) for play in lesson.plays]
    except (CannotRun, ControlError) as problem:
        return _verdict(lesson, cell, Outcome.ERROR, (str(problem),), ())
    if not finding.idle or lesson is REFUSES:
        finding.idle = ""
        lesson.grade(played, finding)
    if not finding.faults and not finding.idle and not all(one.trapped for one in played):
        finding.idle = "the client never came to where the trap is"
    heard = finding.proof or [one for act in played for one in act.heard if one.confirmed]
    return _verdict(lesson, cell, finding.outcome, finding.told, heard)


def _played(
    stage: Stage, player: Player, lesson: Lesson, goods: Goods, play: Play, finding: Finding
) -> Performance:
    scene = stage.scene(lesson.name, goods, player)
    player.begin(lesson.name)
    try:
        try:
            play(scene)
        except NotPlayed as problem:
            finding.idle = str(problem)
        return scene.performance()
    finally:
        player.end()
        scene.close()


def _verdict(
    lesson: Lesson, cell: Cell, outcome: Outcome, told: tuple[str, ...], heard: Sequence[Heard]
) -> Verdict:
    if outcome is Outcome.FAIL and lesson.evidence == ASSUMED:
        outcome = Outcome.WARN
    return Verdict(
        name=lesson.name,
        out=f"{cell.system} {cell.trade}",
        outcome=outcome,
        evidence=lesson.evidence,
        messages=tuple(mask_text(line, [OUR_PASSWORD]) for line in told),
        proof=tuple(one.seen() for one in heard[:MOST_PROOF]),
        source=lesson.source,
        cells=frozenset({cell}),
    )
