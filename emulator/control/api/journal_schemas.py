"""Requests about the journal: bodies and queries of the control API."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from emulator import journal
from emulator.control.api.schemas import BIGGEST, Body, IntegerField, TextField, about


class OutcomeField(TextField):
    """What became of a call, in full or without its sum or error (`journal.OUTCOMES`)."""

    def _deserialize(self, value: object, *rest: object, **named: object) -> str:
        try:
            return journal.require_outcome(super()._deserialize(value, *rest, **named))
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


class ExpectedCall(Body):
    """``POST journal/verify``. ``count`` sets both ``at_least`` and ``at_most``."""

    func = TextField(metadata=about("Function of the call, or a pattern such as `soft.*`."))
    login = TextField(metadata=about("Login of the account that called."))
    out = TextField(metadata=about("Format of the answer, such as `json`."))
    method = TextField(metadata=about("HTTP method, `GET` or `POST`."))
    error = TextField(
        metadata=about("Type of the refusal, or `type/object`; empty: the call succeeded.")
    )
    outcome = OutcomeField(
        metadata=about("What became of the call, in full or without its sum or error.")
    )
    params = fields.Dict(
        keys=TextField(),
        values=TextField(),
        metadata=about("Parameters as sent; the call may have had others too."),
    )
    count = IntegerField(metadata=about("How many calls there have to be."))
    at_least = IntegerField(
        metadata=about("How many calls there have to be at least; default 1, beside `at_most` 0.")
    )
    at_most = IntegerField(metadata=about("How many calls there may be at most."))
    after = IntegerField(metadata=about("Only entries after this number."))


class EntryKindField(fields.Field[str | None]):
    """``call`` (the default), ``happening`` (an event) or ``all``."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str | None:
        if value not in (journal.CALL, journal.EVENT, "all"):
            raise ValidationError(f"{str(value)[:40]!r} is not call, happening or all")
        return None if value == "all" else str(value)


class JournalQuery(Body):
    """The query string of ``GET journal``; every value arrives as text."""

    func = TextField(metadata=about("Function or due event, or a pattern such as `soft.*`."))
    login = TextField(metadata=about("Login of the account that called."))
    error = fields.Boolean(metadata=about("`true`: only refusals; `false`: only successes."))
    kind = EntryKindField(metadata=about("Calls (the default), due events, or both."))
    fault = fields.Boolean(
        metadata=about("`true`: only calls that a fault hit; `false`: only the others.")
    )
    outcome = OutcomeField(
        metadata=about("What became of the call, in full or without its sum or error.")
    )
    after = fields.Integer(
        validate=validate.Range(0, BIGGEST), metadata=about("Only entries after this number.")
    )
    limit = fields.Integer(
        validate=validate.Range(1, 10_000), metadata=about("Number of entries; default 100.")
    )
