"""Compares a recording or a live seller with the record and with our own seller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from contracts.clock import elapsed, now
from contracts.record.exchange import Exchange, read_all
from contracts.record.levels import select_names
from contracts.recording.captured_answers import (
    LIVE_WORLD,
    CapturedAnswer,
    capture_live,
    capture_own,
    capture_session,
)
from contracts.recording.compare import ComparisonBasis, Difference, compare_answers
from contracts.recording.contract_fields import Baseline, collect_baseline, collect_contract_fields
from contracts.recording.options import DriftOptions, Severity
from contracts.recording.session import Session
from contracts.target.curl import Lines, add_lines
from contracts.target.own import start_in_process
from contracts.target.seller import Seller
from contracts.verdicts import ASSUMED, EVIDENCE, NO_EVIDENCE, Outcome, Run, Verdict

JUDGE: Final = "drift"
_OUTS: Final = ("xml", "json")
_MAX_PROOF: Final = 3
"""Calls that are shown with a verdict."""


def judge_recording(session: Session, options: DriftOptions) -> Run:
    """Compares a recording. Raises ExchangeError where what is on record cannot be read."""
    run = _judge(session.name, lambda _: capture_session(session), options)
    verdicts = run.verdicts
    if options.max_age is not None:
        verdicts = (_age(session, options.max_age), *verdicts)
    remarks = (f"recorded of {session.upstream}, version {session.version}", *run.remarks)
    if session.torn:
        remarks = (*remarks, "the last exchange of the file is incomplete and was left out")
    return replace(run, verdicts=verdicts, remarks=remarks)


def judge_seller(seller: Seller, options: DriftOptions) -> Run:
    """Compares a live seller, by calls that only read. Raises CannotRun: it does not answer."""
    return _judge(
        seller.name,
        lambda records: capture_live(seller, records, _OUTS, options.only),
        options,
        lambda: seller.list_world_lines(LIVE_WORLD),
    )


def _judge(
    name: str,
    capture: Callable[[Sequence[Exchange]], Iterable[CapturedAnswer]],
    options: DriftOptions,
    list_world_lines: Callable[[], tuple[Lines, Lines]] = lambda: ((), ()),
) -> Run:
    began, start = now(), elapsed()
    records = read_all()
    captured = list(capture(records))
    names = set(select_names(options.only, (answer.func for answer in captured)))
    answers = [each for each in captured if each.func in names and options.out in ("", each.out)]
    states = _own_answers(records, answers)
    basis = ComparisonBasis(
        collect_contract_fields(records) if options.against in ("both", "contracts") else None,
        states if options.against in ("both", "emulator") else None,
        states,
    )
    drifts = list(_unique(compare_answers(answers, basis)))
    verdicts = tuple(
        # Of a recording there is no request that could be sent again.
        add_lines(verdict, [call.line for call in verdict.proof if call.line], list_world_lines())
        for verdict in _verdicts(answers, drifts, _grades(records), options.fail_on)
    )
    return Run(
        JUDGE, name, began, elapsed() - start, verdicts, (f"compared with {options.against}",),
        {"differences": [difference.as_dict() for difference in drifts]},
    )  # fmt: skip


def _own_answers(records: Sequence[Exchange], answers: Sequence[CapturedAnswer]) -> Baseline:
    """What our own seller answers in the same functions and formats."""
    funcs = {answer.func for answer in answers}
    exchanges = [record for record in records if record.func in funcs]
    with start_in_process() as seller:
        outs = sorted({answer.out for answer in answers})
        return collect_baseline(capture_own(seller, exchanges, outs))


def _unique(drifts: Iterable[Difference]) -> Iterable[Difference]:
    """Each difference once, with the first call that shows it."""
    first: dict[tuple[str, str, str, str], Difference] = {}
    for difference in drifts:
        key = (difference.func, difference.out, difference.path, difference.message)
        first.setdefault(key, difference)
    return first.values()


def _grades(records: Iterable[Exchange]) -> dict[str, str]:
    """The best evidence there is for each function."""
    grades: dict[str, str] = {}
    for record in records:
        best = grades.get(record.func, ASSUMED)
        grades[record.func] = min(best, record.evidence, key=EVIDENCE.index)
    return grades


def _verdicts(
    answers: Sequence[CapturedAnswer],
    drifts: Sequence[Difference],
    grades: Mapping[str, str],
    fail_on: Severity,
) -> Iterable[Verdict]:
    """One verdict for each function and format, by the gravest of its differences."""
    answers_of: dict[tuple[str, str], list[CapturedAnswer]] = defaultdict(list)
    differences_of: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for answer in answers:
        answers_of[answer.func, answer.out].append(answer)
    for difference in drifts:
        differences_of[difference.func, difference.out].append(difference)
    for (func, out), same in answers_of.items():
        own = sorted(differences_of[func, out], key=lambda difference: difference.severity.rank)
        proof = {id(item.seen): item.seen for item in own if item.seen is not None}
        failing = own if (outcome := _outcome(own, fail_on)) is not Outcome.PASS else []
        grade = grades.get(func, ASSUMED)
        evidence = min((item.evidence for item in failing), key=EVIDENCE.index, default=grade)
        lines = tuple(map(str, own))
        if func in grades and all(answer.is_unknown for answer in same):
            outcome, lines = Outcome.UNSUPPORTED, ("the seller does not have this function",)
        elif not own and not any(answer.doc or answer.can_be_read for answer in same):
            outcome, lines = Outcome.SKIP, ("its answer was not written down, or is not readable",)
        gravest = failing[0].check if failing else None
        yield Verdict(
            func,
            out,
            outcome,
            evidence,
            lines,
            tuple(proof.values())[:_MAX_PROOF],
            source=gravest.source if gravest else "",
            about=gravest.about if gravest else "",
            cost=gravest.cost if gravest else "",
        )


def _outcome(drifts: Sequence[Difference], fail_on: Severity) -> Outcome:
    if not drifts:
        return Outcome.PASS
    gravest = min(difference.severity.rank for difference in drifts)
    if gravest <= fail_on.rank:
        return Outcome.FAIL
    return Outcome.WARN if gravest <= Severity.NOTABLE.rank else Outcome.PASS


def _age(session: Session, limit: timedelta) -> Verdict:
    """Warns where the oldest exchange of a recording is older than the limit."""
    moments = [entry.at for entry in session.entries] or [session.began]
    age = now() - min(moments)
    if age > limit:
        message = f"its oldest exchange is {age.days} days old, more than {limit.days}"
        return Verdict("age", "session", Outcome.WARN, NO_EVIDENCE, (message,))
    return Verdict("age", "session", Outcome.PASS, NO_EVIDENCE)
