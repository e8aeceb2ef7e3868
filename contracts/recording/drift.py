"""Holds a recording or a live seller against the contracts and our own seller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from contracts.clock import elapsed, now
from contracts.record.exchange import Exchange, read_all
from contracts.recording.baseline import Baseline, baseline_of
from contracts.recording.captured_answers import CapturedAnswer, of_live, of_ours, of_session
from contracts.recording.compare import differences
from contracts.recording.contract_fields import contracts
from contracts.recording.difference import Difference, Severity
from contracts.recording.session import Session
from contracts.target.own import start_in_process
from contracts.target.seller import Seller
from contracts.verdicts import ASSUMED, EVIDENCE, NO_EVIDENCE, Outcome, Run, Verdict

AGAINST: Final = ("both", "contracts", "emulator")
JUDGE: Final = "drift"
_OUTS: Final = ("xml", "json")
_MOST: Final = 3
"""Answers that are shown with a verdict."""


@dataclass(frozen=True, slots=True)
class DriftOptions:
    """What to compare with, and from which severity on a difference fails.

    ``only``: functions whose name contains this.
    """

    against: str = "both"
    only: str = ""
    fail_on: Severity = Severity.BREAKING
    max_age: timedelta | None = None


def of_recording(session: Session, options: DriftOptions) -> Run:
    """A recording compared. ExchangeError: what is on record cannot be read."""
    run = _judged(session.name, lambda _: of_session(session), options)
    verdicts = run.verdicts
    if options.max_age is not None:
        verdicts = (_age(session, options.max_age), *verdicts)
    remarks = (f"recorded of {session.upstream}, version {session.version}", *run.remarks)
    if session.torn:
        remarks = (*remarks, "the last exchange of the file is not whole and was left out")
    return Run(JUDGE, session.name, run.began, run.seconds, verdicts, remarks, run.details)


def of_seller(seller: Seller, options: DriftOptions) -> Run:
    """A live seller compared, by calls that only look. CannotRun: it does not answer."""
    return _judged(
        seller.name, lambda records: of_live(seller, records, _OUTS, options.only), options
    )


def _judged(
    name: str,
    taken: Callable[[Sequence[Exchange]], Iterable[CapturedAnswer]],
    options: DriftOptions,
) -> Run:
    began, start = now(), elapsed()
    records = read_all()
    samples = [sample for sample in taken(records) if options.only in sample.func]
    known = contracts(records) if options.against in ("both", "contracts") else None
    states = _ours(records, samples)
    own = states if options.against in ("both", "emulator") else None
    found = list(_once(differences(samples, known, own, states)))
    verdicts = tuple(_verdicts(samples, found, _grades(records), options.fail_on))
    return Run(
        JUDGE, name, began, elapsed() - start, verdicts, (f"compared with {options.against}",),
        {"differences": [_told(one) for one in found]},
    )  # fmt: skip


def _ours(records: Sequence[Exchange], samples: Sequence[CapturedAnswer]) -> Baseline:
    """What our own seller answers where the same functions are on record."""
    funcs = {sample.func for sample in samples}
    asked = [record for record in records if record.func in funcs]
    with start_in_process() as seller:
        return baseline_of(of_ours(seller, asked, sorted({sample.out for sample in samples})))


def _once(found: Iterable[Difference]) -> Iterable[Difference]:
    """Each difference one time, with the first answer that shows it."""
    told: dict[tuple[str, str, str, str], Difference] = {}
    for one in found:
        told.setdefault((one.func, one.out, one.path, one.told), one)
    return told.values()


def _grades(records: Iterable[Exchange]) -> dict[str, str]:
    """The best evidence there is for each function."""
    found: dict[str, str] = {}
    for record in records:
        known = found.get(record.func, ASSUMED)
        found[record.func] = min(known, record.evidence, key=EVIDENCE.index)
    return found


def _verdicts(
    samples: Sequence[CapturedAnswer],
    found: Sequence[Difference],
    grades: Mapping[str, str],
    fail_on: Severity,
) -> Iterable[Verdict]:
    """One verdict for each function and format, by the worst of its differences."""
    answers: dict[tuple[str, str], list[CapturedAnswer]] = defaultdict(list)
    mine: dict[tuple[str, str], list[Difference]] = defaultdict(list)
    for sample in samples:
        answers[sample.func, sample.out].append(sample)
    for one in found:
        mine[one.func, one.out].append(one)
    for (func, out), many in answers.items():
        told = sorted(mine[func, out], key=lambda one: list(Severity).index(one.severity))
        shown = {id(one.seen): one.seen for one in told if one.seen is not None}
        wrong = told if (outcome := _outcome(told, fail_on)) is not Outcome.PASS else []
        usual = grades.get(func, ASSUMED)
        evidence = min((one.evidence for one in wrong), key=EVIDENCE.index, default=usual)
        lines = tuple(str(one) for one in told)
        if func in grades and all(sample.is_unknown for sample in many):
            outcome, lines = Outcome.UNSUPPORTED, ("the seller does not have this function",)
        elif not told and not any(sample.doc or sample.can_be_read for sample in many):
            outcome, lines = Outcome.SKIP, ("its answer was not written down, or is not readable",)
        yield Verdict(func, out, outcome, evidence, lines, tuple(shown.values())[:_MOST])


def _outcome(told: Sequence[Difference], fail_on: Severity) -> Outcome:
    if not told:
        return Outcome.PASS
    order = list(Severity)
    worst = min(order.index(one.severity) for one in told)
    if worst <= order.index(fail_on):
        return Outcome.FAIL
    return Outcome.WARN if worst <= order.index(Severity.NOTABLE) else Outcome.PASS


def _age(session: Session, most: timedelta) -> Verdict:
    """Whether a recording is still young enough to say something."""
    moments = [entry.at for entry in session.entries] or [session.began]
    old = now() - min(moments)
    told = f"its oldest exchange is {old.days} days old, more than {most.days}"
    if old > most:
        return Verdict("age", "session", Outcome.WARN, NO_EVIDENCE, (told,))
    return Verdict("age", "session", Outcome.PASS, NO_EVIDENCE)


def _told(one: Difference) -> dict[str, str]:
    return {
        "func": one.func, "out": one.out, "path": one.path, "severity": one.severity.value,
        "told": one.told, "evidence": one.evidence, "source": one.source,
    }  # fmt: skip
