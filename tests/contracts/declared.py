"""Everything that a verdict can be about, with the source that it declares."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.checks.client.lessons import LESSONS
from contracts.checks.fuzz import relations
from contracts.checks.fuzz import rules as fuzz_rules
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.modules.judge import RULES
from contracts.checks.seller.scenarios import SCENARIOS
from contracts.record.exchange import read_all


def list_declared() -> Iterator[tuple[str, str]]:
    """The name and the source of everything that a verdict can be about."""
    for lesson in LESSONS:
        yield lesson.id, lesson.source
    for checks in (RULES, fuzz_rules.CHECKS, relations.CHECKS):
        for check in checks.values():
            yield check.id, check.source
    for exchange in read_all():
        yield exchange.name, exchange.source
    for scenario in SCENARIOS:
        yield scenario.name, scenario.source
    for name, function in Declarations().functions.items():
        yield name, function["source"]
