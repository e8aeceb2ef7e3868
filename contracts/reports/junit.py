"""Runs as JUnit XML, in the form CI systems read: one suite for each run, one case each verdict.

JUnit knows less than we do. What does not hold is a failure, what could not be asked an error; not
asked, not exercised, unsupported and known deviations are skipped with their reason. A warning and
an outdated deviation pass unless strict. The property ``outcome`` says which of all it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import tostring

from junitparser import (
    Error,
    Failure,
    JUnitXml,
    Properties,
    Property,
    Skipped,
    SystemOut,
    TestCase,
    TestSuite,
)
from junitparser.junitparser import FinalResult

from contracts.reports.plaintext import cut, one_line, shown
from contracts.verdicts import Outcome, Run, Verdict, wrong

SKIPPED: Final = frozenset(
    {Outcome.SKIP, Outcome.NOT_EXERCISED, Outcome.UNSUPPORTED, Outcome.KNOWN}
)
LONGEST: Final = 20_000
"""Characters of what is told of one verdict: CI systems choke on more."""


def to_junit(runs: Iterable[Run], *, strict: bool = False) -> str:
    """The runs as one document. ``strict``: warnings and outdated deviations are failures."""
    report = JUnitXml("mockseller verify")
    for run in runs:
        # Its add_testsuite would make one of two runs that look alike.
        report.append(_suite(run, strict=strict))
    report.update_statistics()
    text: str = tostring(report._elem, encoding="unicode")  # noqa: SLF001 - its own way gives bytes only to a file
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(run: Run, *, strict: bool) -> TestSuite:
    suite = TestSuite(one_line(f"{run.judge}: {run.target}"))
    suite.timestamp = run.began.isoformat(timespec="seconds")
    suite.add_property("judge", run.judge)
    suite.add_property("target", one_line(run.target))
    for remark in run.remarks:
        suite.add_property("remark", one_line(remark))
    suite.add_testcases([_case(run, verdict, strict=strict) for verdict in run.verdicts])
    return suite


def _case(run: Run, verdict: Verdict, *, strict: bool) -> TestCase:
    family, _, _ = verdict.name.partition("/")
    name = f"{verdict.name} [{verdict.out}]" if verdict.out else verdict.name
    case = TestCase(one_line(name), f"{run.judge}.{one_line(family)}", verdict.seconds)
    properties = Properties()
    properties.add_property(Property("outcome", verdict.outcome.value))
    properties.add_property(Property("evidence", verdict.evidence))
    if verdict.source:
        properties.add_property(Property("source", one_line(verdict.source)))
    case.append(properties)
    told = cut("\n".join(map(shown, _told(verdict))), LONGEST)
    result = _result(verdict, told, strict=strict)
    if result is not None:
        case.result = [result]
    elif told:
        case.append(SystemOut(f"{verdict.outcome.value}: {told}"))
    return case


def _result(verdict: Verdict, told: str, *, strict: bool) -> FinalResult | None:
    first = one_line(told.partition("\n")[0]) or verdict.outcome.value
    made: FinalResult
    if verdict.outcome is Outcome.ERROR:
        made = Error(first, verdict.outcome.value)
    elif wrong(verdict.outcome, strict=strict):
        made = Failure(first, verdict.outcome.value)
    elif verdict.outcome in SKIPPED:
        made = Skipped(f"{verdict.outcome.value}: {first}", verdict.outcome.value)
    else:
        return None
    if told:
        made.text = told
    return made


def _told(verdict: Verdict) -> list[str]:
    known = verdict.deviation
    why = [f"known since {known.noted_on}: {known.what} ({known.reason})"] if known else []
    return [*why, *verdict.messages]
