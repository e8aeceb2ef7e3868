"""What must hold of every answer, whatever was asked. Each rule has a name and its evidence."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import httpx

from contracts.checks.fuzz.answered import FLAT, AnsweredCall
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.invalid_inputs import invalid_fields
from contracts.record.formats import AS_JSON
from contracts.record.writers import as_json
from contracts.target.redact import MIN_SECRET_LENGTH, find_secrets
from contracts.verdicts import ASSUMED, OBSERVED
from emulator.openapi import FORMATS

OUTS: Final = frozenset(FORMATS)
ANYWHERE: Final = frozenset({"limit"})
"""Refusals that come before any function is looked at."""
INTERNAL: Final = "internal"
CONTENT_TYPES: Final = {"text": "text/plain", "csv": "text/csv", "xml": "text/xml"}

Check = Callable[[Declarations, str, AnsweredCall], Iterator[str]]


@dataclass(frozen=True, slots=True)
class Rule:
    """``check`` tells every breach, one line each; ``evidence`` is how we know it must hold."""

    name: str
    evidence: str
    check: Check


def _status(_: Declarations, __: str, told: AnsweredCall) -> Iterator[str]:
    if told.response.status_code != httpx.codes.OK:
        yield f"HTTP status {told.response.status_code}, refusals are documents with 200"


def _readable(_: Declarations, __: str, told: AnsweredCall) -> Iterator[str]:
    if told.fault and told.out in OUTS:
        yield f"cannot be read as {told.out}: {told.fault}"


def _content_type(_: Declarations, __: str, told: AnsweredCall) -> Iterator[str]:
    said = told.response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if told.out in AS_JSON | FLAT and told.out in {*OUTS, "ajax"}:
        wanted = {"application/json", "application/javascript"}
        if not told.params.get("callback"):
            wanted = {"application/json"}
    else:
        wanted = {CONTENT_TYPES.get(told.out, "text/xml")}
    # What cannot be parsed as a request is refused as xml, whatever it asked for.
    if said not in wanted and not (told.is_refused and said == "text/xml"):
        yield f"Content-Type {said or 'missing'} for out={told.out}, expected {min(wanted)}"


def _no_internal(_: Declarations, __: str, told: AnsweredCall) -> Iterator[str]:
    if told.error == INTERNAL or (told.is_refused and b'type="internal"' in told.response.content):
        yield 'refuses with "internal": a fault of the seller\'s own'


def _refusal(declared: Declarations, func: str, told: AnsweredCall) -> Iterator[str]:
    known = {*declared.functions[func]["errors"], *ANYWHERE, INTERNAL}
    if told.error and told.error not in known:
        yield f'refuses with "{told.error}", declared are {sorted(known - {INTERNAL})}'


def _fields(declared: Declarations, func: str, told: AnsweredCall) -> Iterator[str]:
    # A wizard that goes on answers another function's form; types of refusals have a rule.
    if told.doc is None or "snext" in told.params or told.error is not None:
        return
    if told.out in ("xml", *AS_JSON):
        yield from declared.answer_faults(func, as_json(told.doc))


def _bad_input(declared: Declarations, func: str, told: AnsweredCall) -> Iterator[str]:
    known = not told.fault and told.out in OUTS
    if (
        known
        and not told.is_refused
        and (bad := invalid_fields(declared.functions[func], told.params))
    ):
        yield f"takes what can only be nonsense: {'; '.join(bad)}"


def _open(params: Mapping[str, str]) -> dict[str, str]:
    """The parameters that are no secret."""
    return {name: text for name, text in params.items() if not find_secrets({name: text})}


def _secrets(_: Declarations, __: str, told: AnsweredCall) -> Iterator[str]:
    text = told.response.text
    for secret in find_secrets(told.params):
        # Chance, or somebody's wit, may send the same text as an ordinary one, which is echoed.
        sent_openly = any(secret in f"{n} {t}" for n, t in _open(told.params).items())
        if len(secret) >= MIN_SECRET_LENGTH and secret in text and not sent_openly:
            yield "echoes a secret of the request: a password, a session or a key"


RULES: Final = (
    Rule("answers-with-200", OBSERVED, _status),
    Rule("is-readable", OBSERVED, _readable),
    Rule("says-its-content-type", ASSUMED, _content_type),
    Rule("has-no-fault-of-its-own", OBSERVED, _no_internal),
    Rule("refuses-as-declared", ASSUMED, _refusal),
    Rule("answers-as-declared", ASSUMED, _fields),
    Rule("refuses-bad-input", ASSUMED, _bad_input),
    Rule("echoes-no-secret", OBSERVED, _secrets),
)
BESIDE_RULES: Final = {
    "again": "answers-the-same-again",
    "formats": "says-the-same-in-every-format",
    "nothing changed": "looks-without-changing",
}
"""Rules about looks, which take further requests."""


@dataclass(frozen=True, slots=True)
class RuleViolation:
    """One rule that does not hold, and what was found."""

    rule: str
    evidence: str
    told: str


def find_violations(declared: Declarations, func: str, told: AnsweredCall) -> list[RuleViolation]:
    """Every rule the answer breaks; an answer of another status is not looked into."""
    found: list[RuleViolation] = []
    for rule in RULES:
        found += [
            RuleViolation(rule.name, rule.evidence, line)
            for line in rule.check(declared, func, told)
        ]
        if found and rule.check in (_status, _readable):
            break
    return found
