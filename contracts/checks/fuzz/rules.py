"""Rules that every answer must keep, whatever the request. Each is one function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

import httpx

from contracts.checks.fuzz.answered import FLAT, AnsweredCall
from contracts.checks.fuzz.checks import RuleViolation
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.invalid_inputs import find_invalid_fields
from contracts.record.formats import AS_JSON
from contracts.record.writers import to_json
from contracts.target.redact import MIN_SECRET_LENGTH, find_secrets
from emulator.openapi import FORMATS

OUTS: Final = frozenset(FORMATS)
ANYWHERE: Final = frozenset({"limit"})
"""Types of errors that come before any function is looked at."""
INTERNAL: Final = "internal"
CONTENT_TYPES: Final = {"text": "text/plain", "csv": "text/csv", "xml": "text/xml"}

Rule = Callable[[Declarations, str, AnsweredCall], Iterator[str]]
"""Gets the declarations, the function and the call; yields every violation, one line each."""
TO_THE_PAGE: Final = "payment.add.redirect"


def find_other_status(_: Declarations, __: str, call: AnsweredCall) -> Iterator[str]:
    """An HTTP status other than 200; the way to a payment page leads a browser on."""
    leads_on = (
        call.params.get("func") == TO_THE_PAGE and call.response.status_code == httpx.codes.FOUND
    )
    if call.response.status_code != httpx.codes.OK and not leads_on:
        yield f"HTTP status {call.response.status_code}, refusals are documents with 200"


def find_unreadable(_: Declarations, __: str, call: AnsweredCall) -> Iterator[str]:
    """An answer that is no document of its format."""
    if call.unread and call.out in OUTS:
        yield f"cannot be read as {call.out}: {call.unread}"


def find_other_content_type(_: Declarations, __: str, call: AnsweredCall) -> Iterator[str]:
    """A Content-Type of another format."""
    actual = call.response.headers.get("content-type", "").partition(";")[0].strip().lower()
    if call.out in AS_JSON | FLAT and call.out in {*OUTS, "ajax"}:
        expected = {"application/json"}
        if call.params.get("callback"):
            expected.add("application/javascript")
    else:
        expected = {CONTENT_TYPES.get(call.out, "text/xml")}
    # What cannot be parsed as a request is refused as xml, whatever format it asked for.
    if actual not in expected and not (call.is_refused and actual == "text/xml"):
        yield f"Content-Type {actual or 'missing'} for out={call.out}, expected {min(expected)}"


def find_internal_error(_: Declarations, __: str, call: AnsweredCall) -> Iterator[str]:
    """An error that only the seller itself can have caused."""
    if call.error == INTERNAL or (call.is_refused and b'type="internal"' in call.response.content):
        yield 'refuses with "internal": an error inside the seller'


def find_undeclared_error(declared: Declarations, func: str, call: AnsweredCall) -> Iterator[str]:
    """A type of error that the function does not declare."""
    types = {*declared.functions[func]["errors"], *ANYWHERE, INTERNAL}
    if call.error and call.error not in types:
        yield f'refuses with "{call.error}", declared are {sorted(types - {INTERNAL})}'


def find_undeclared_answer(declared: Declarations, func: str, call: AnsweredCall) -> Iterator[str]:
    """Rows and fields outside the schema of the answer."""
    # A wizard that goes on answers with another function's form; errors have a rule of their own.
    if call.doc is None or "snext" in call.params or call.error is not None:
        return
    if call.out in ("xml", *AS_JSON):
        yield from declared.find_answer_errors(func, to_json(call.doc))


def find_accepted_nonsense(declared: Declarations, func: str, call: AnsweredCall) -> Iterator[str]:
    """Nonsense that was not refused."""
    if call.unread or call.out not in OUTS or call.is_refused:
        return
    if reasons := find_invalid_fields(declared.functions[func], call.params):
        yield f"takes what can only be nonsense: {'; '.join(reasons)}"


def find_echoed_secret(declared: Declarations, func: str, call: AnsweredCall) -> Iterator[str]:
    """A secret of the request that the answer repeats.

    A form that declares a field for it, such as the private key of a certificate, shows it there
    once: the next step of the order sends it again.
    """
    text = call.response.text
    fields = (declared.functions[func]["answer"] or {}).get("properties", {})
    public = {n: t for n, t in call.params.items() if not find_secrets({n: t})}
    secrets = ((n, secret) for n, t in call.params.items() for secret in find_secrets({n: t}))
    for name, secret in secrets:
        # Another parameter may carry the same text openly, and that one is echoed.
        sent_openly = any(secret in f"{n} {t}" for n, t in public.items())
        is_echoed = text.count(secret) > (name in fields)
        if len(secret) >= MIN_SECRET_LENGTH and is_echoed and not sent_openly:
            yield "echoes a secret of the request: a password, a session or a key"


RULES: Final[Mapping[str, Rule]] = {
    "answers-with-200": find_other_status,
    "is-readable": find_unreadable,
    "says-its-content-type": find_other_content_type,
    "has-no-fault-of-its-own": find_internal_error,
    "refuses-as-declared": find_undeclared_error,
    "answers-as-declared": find_undeclared_answer,
    "refuses-bad-input": find_accepted_nonsense,
    "echoes-no-secret": find_echoed_secret,
}
"""By the id of the check, in the order in which they are applied."""


def find_violations(declared: Declarations, func: str, call: AnsweredCall) -> list[RuleViolation]:
    """Every rule that the answer breaks; an answer of another status or format ends the search."""
    violations: list[RuleViolation] = []
    for id, rule in RULES.items():
        violations += [RuleViolation(id, line) for line in rule(declared, func, call)]
        if violations and rule in (find_other_status, find_unreadable):
            break
    return violations
