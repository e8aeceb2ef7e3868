"""Runs as JUnit XML for CI systems: a suite for each run, a test case for each verdict.

JUnit has fewer outcomes. Skipped, not exercised, does not apply, unsupported and known are
*skipped* with their reason; warnings and outdated deviations pass unless strict. The property
``outcome`` of a case has the exact outcome.
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
from contracts.sources import explain_command, list_sections
from contracts.verdicts import Outcome, Run, Verdict, is_failure

SKIPPED: Final = frozenset(
    {
        Outcome.SKIP,
        Outcome.NOT_EXERCISED,
        Outcome.DOES_NOT_APPLY,
        Outcome.UNSUPPORTED,
        Outcome.KNOWN,
    }
)
MAX_TEXT: Final = 20_000
"""Characters of the messages of one verdict: some CI systems fail on more."""


def to_junit(runs: Iterable[Run], *, strict: bool = False) -> str:
    """The runs as one document. ``strict``: warnings and outdated deviations are failures."""
    report = JUnitXml("mockseller verify")
    for run in runs:
        # add_testsuite would merge two runs that look alike.
        report.append(_suite(run, strict=strict))
    report.update_statistics()
    text: str = tostring(report._elem, encoding="unicode")  # noqa: SLF001 - the public method writes bytes to a file only
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _suite(run: Run, *, strict: bool) -> TestSuite:
    suite = TestSuite(one_line(f"{run.judge}: {run.target}"))
    suite.timestamp = run.began.isoformat(timespec="seconds")
    suite.add_property("judge", run.judge)
    suite.add_property("target", one_line(run.target))
    if run.extent is not None:
        partial = "partial: " if run.extent.is_partial else ""
        suite.add_property("extent", one_line(f"{partial}{run.extent}"))
    for remark in run.remarks:
        suite.add_property("remark", one_line(remark))
    suite.add_testcases([_case(run, verdict, strict=strict) for verdict in run.verdicts])
    return suite


def _case(run: Run, verdict: Verdict, *, strict: bool) -> TestCase:
    family, _, _ = verdict.name.partition("/")
    title = f"{verdict.name} [{verdict.out}]" if verdict.out else verdict.name
    case = TestCase(one_line(title), f"{run.judge}.{one_line(family)}", verdict.seconds)
    properties = Properties()
    properties.add_property(Property("outcome", verdict.outcome.value))
    properties.add_property(Property("evidence", verdict.evidence))
    for name, value in (
        ("source", verdict.source),
        ("about", verdict.about),
        ("cost", verdict.cost),
        ("explain", explain_command(verdict.source)),
        (
            "anchors",
            " ".join(f"#{each.reference.anchor}" for each in list_sections(verdict.source)),
        ),
    ):
        if value:
            properties.add_property(Property(name, one_line(value)))
    case.append(properties)
    text = cut("\n".join(map(shown, _lines(verdict))), MAX_TEXT)
    result = _result(verdict, text, strict=strict)
    if result is not None:
        case.result = [result]
    elif text:
        case.append(SystemOut(f"{verdict.outcome.value}: {text}"))
    return case


def _result(verdict: Verdict, text: str, *, strict: bool) -> FinalResult | None:
    first = one_line(text.partition("\n")[0]) or verdict.outcome.value
    result: FinalResult
    if verdict.outcome is Outcome.ERROR:
        result = Error(first, verdict.outcome.value)
    elif is_failure(verdict.outcome, strict=strict):
        result = Failure(first, verdict.outcome.value)
    elif verdict.outcome in SKIPPED:
        result = Skipped(f"{verdict.outcome.value}: {first}", verdict.outcome.value)
    else:
        return None
    if text:
        result.text = text
    return result


def _lines(verdict: Verdict) -> list[str]:
    deviation = verdict.deviation
    lines = [*verdict.messages, *(["to repeat it:", *verdict.repeat] if verdict.repeat else [])]
    if deviation is None:
        return lines
    reason = f"known since {deviation.noted_on}: {deviation.what} ({deviation.reason})"
    return [reason, *lines]
