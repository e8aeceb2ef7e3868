"""Runs checks and makes verdicts of what they find.

`run_check` runs one check on one subject. `Results` is for a judge that decides many checks along
one walk: it holds the findings of each, and gives one verdict for each at the end. In both, what
rests on an assumption warns instead of failing, secrets are masked, and trouble of the judge's own
(`CannotRun`) is an error and never a pass.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from contracts.registry import Check
from contracts.target.curl import add_lines, list_lines
from contracts.target.redact import mask_text
from contracts.target.seller import CannotRun
from contracts.verdicts import ASSUMED, CallRecord, Cell, Outcome, Verdict

MAX_MESSAGES: Final = 8
"""Messages shown for one check; the rest is counted."""
MAX_MESSAGE_LENGTH: Final = 300
"""Characters of one message: an answer that it quotes may have any length."""
MAX_PROOF: Final = 12
"""Calls shown for one verdict."""
_GRAVEST_FIRST: Final = (
    Outcome.FAIL,
    Outcome.ERROR,
    Outcome.UNSUPPORTED,
    Outcome.NOT_EXERCISED,
    Outcome.DOES_NOT_APPLY,
)


@dataclass(slots=True)
class Findings:
    """What was found about one check: messages by outcome, and the calls that prove them."""

    passed: bool = False
    """Whether it held at least once."""
    messages: dict[Outcome, dict[str, None]] = field(default_factory=dict)
    _proof: list[CallRecord] = field(default_factory=list)
    _failing: list[CallRecord] = field(default_factory=list)

    def prove(self, *calls: CallRecord) -> None:
        """Add calls that show how it was decided."""
        self._proof.extend(call for call in calls if call not in self._proof)

    def hold(self, *calls: CallRecord) -> None:
        """Note that it held."""
        self.passed = True
        self.prove(*calls)

    def fail(self, message: str, *calls: CallRecord) -> None:
        """Note that it does not hold, and the calls that show it."""
        self.note(Outcome.FAIL, message)
        self._failing.extend(call for call in calls if call not in self._failing)

    def note(self, outcome: Outcome, message: str, *calls: CallRecord) -> None:
        """Note another outcome: not exercised, does not apply, skipped, unsupported, error."""
        self.messages.setdefault(outcome, {})[message] = None
        self.prove(*calls)

    def not_exercised(self, message: str) -> None:
        """Note that the judged never came to where it would have shown."""
        self.note(Outcome.NOT_EXERCISED, message)

    @property
    def failed(self) -> bool:
        """Whether it did not hold at least once."""
        return Outcome.FAIL in self.messages

    @property
    def outcome(self) -> Outcome:
        """The gravest outcome noted; SKIP where nothing was."""
        for outcome in _GRAVEST_FIRST:
            if outcome in self.messages:
                return outcome
        return Outcome.PASS if self.passed else Outcome.SKIP

    @property
    def proof(self) -> tuple[CallRecord, ...]:
        """What shows the failure, where there is one; else what shows that it held."""
        return tuple(self._failing or self._proof)


def run_check(
    check: Check,
    decide: Callable[[Findings], None],
    *,
    out: str = "",
    cells: frozenset[Cell] = frozenset(),
    secrets: Iterable[str] = (),
    errors: tuple[type[Exception], ...] = (CannotRun,),
) -> Verdict:
    """Run one check. ``decide`` notes what it finds; if it notes nothing, the check has passed.

    ``errors`` are the exceptions that mean that the judge could not ask: their text is the message
    of an ERROR verdict.
    """
    findings = Findings()
    try:
        decide(findings)
    except errors as problem:
        findings = Findings()
        findings.note(Outcome.ERROR, str(problem))
    if not findings.messages:
        findings.hold()
    return make_verdict(check, findings, out=out, cells=cells, secrets=secrets)


def make_verdict(
    check: Check,
    findings: Findings,
    *,
    out: str = "",
    cells: frozenset[Cell] = frozenset(),
    secrets: Iterable[str] = (),
    max_proof: int = MAX_PROOF,
) -> Verdict:
    """The verdict that findings come to. What is only assumed warns instead of failing."""
    outcome = findings.outcome
    hidden = tuple(secrets)
    messages = tuple(mask_text(text, hidden) for text in findings.messages.get(outcome, ()))
    proof = findings.proof[:max_proof]
    weak = findings.failed and check.evidence == ASSUMED
    verdict = check.verdict(out, Outcome.WARN if weak else outcome, messages, proof, cells=cells)
    return add_lines(verdict, list_lines(proof))


class Results:
    """Findings by check, for a walk that decides many. ``secrets`` are masked in every message."""

    def __init__(self, checks: Mapping[str, Check], secrets: tuple[str, ...] = ()) -> None:
        self.remarks: list[str] = []
        """Lines for people: what was paid, what was left behind."""
        self._checks = checks
        self._secrets = secrets
        self._findings = {id: Findings() for id in checks}

    def detached(self) -> Results:
        """Empty results, for an answer of which one check only is to say what is wrong with it."""
        return Results(self._checks, self._secrets)

    def check(self, id: str, holds: object, message: str = "", *proof: CallRecord) -> bool:
        """Note whether a check held in one place, and if not, what was found there.

        Raises KeyError for a check that is not declared.
        """
        findings = self._findings[id]
        if holds:
            findings.hold(*(() if findings.proof else proof[:1]))
        else:
            self.fail(id, message, *proof)
        return bool(holds)

    def fail(self, id: str, message: str, *proof: CallRecord) -> None:
        """Note that a check does not hold. Raises KeyError for one that is not declared."""
        self._findings[id].fail(self._readable(message), *proof)

    def skip(self, reason: str, *ids: str) -> None:
        """Note why checks were not judged; what was found about them weighs more."""
        self._note(Outcome.SKIP, reason, ids)

    def skip_group(self, group: str, reason: str) -> None:
        """Note why no check of a group was judged."""
        self.skip(reason, *(check.id for check in self._checks.values() if check.group == group))

    def does_not_apply(self, reason: str, *ids: str) -> None:
        """Note why checks are about nothing that is there."""
        self._note(Outcome.DOES_NOT_APPLY, reason, ids)

    def unsupported(self, message: str, *ids: str, proof: tuple[CallRecord, ...] = ()) -> None:
        """Note that the judged says it does not have what checks are about."""
        self._note(Outcome.UNSUPPORTED, message, ids, proof)

    def error(self, message: str, *ids: str, proof: tuple[CallRecord, ...] = ()) -> None:
        """Note that checks could not be judged: what had to be there before was not."""
        self._note(Outcome.ERROR, message, ids, proof)

    def remark(self, text: str) -> None:
        """Add a line for people."""
        self.remarks.append(mask_text(text, self._secrets))

    def failures(self) -> list[str]:
        """Everything that does not hold, a line each, after the id of its check."""
        return [
            f"{id}: {message}"
            for id, findings in self._findings.items()
            for message in findings.messages.get(Outcome.FAIL, ())
        ]

    def verdicts(self, out: str) -> Iterator[Verdict]:
        """One verdict for each check."""
        for id, check in self._checks.items():
            findings = self._findings[id]
            yield make_verdict(check, _summarized(findings), out=out, max_proof=3)

    def _note(
        self, outcome: Outcome, message: str, ids: Iterable[str], proof: Iterable[CallRecord] = ()
    ) -> None:
        for id in ids:
            self._findings[id].note(outcome, self._readable(message), *proof)

    def _readable(self, message: str) -> str:
        text = mask_text(message, self._secrets)
        return text if len(text) <= MAX_MESSAGE_LENGTH else f"{text[:MAX_MESSAGE_LENGTH]}…"


def _summarized(findings: Findings) -> Findings:
    outcome = findings.outcome
    messages = list(findings.messages.get(outcome, ()))
    if outcome is Outcome.SKIP and not messages:
        messages = ["it did not come to this"]
    if outcome is not Outcome.SKIP and len(messages) > MAX_MESSAGES:
        messages = [*messages[:MAX_MESSAGES], f"and {len(messages) - MAX_MESSAGES} more"]
    summary = Findings(findings.passed, {outcome: dict.fromkeys(messages)} if messages else {})
    summary.prove(*findings.proof)
    return summary
