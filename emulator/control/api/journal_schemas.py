"""Requests about the journal: bodies and queries of the control API."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from emulator import journal
from emulator.control.api.schemas import BIGGEST, Body, IntegerField, TextField


class OutcomeField(TextField):
    """What became of a call, in full or without its sum or error (`journal.OUTCOMES`)."""

    def _deserialize(self, value: object, *rest: object, **named: object) -> str:
        try:
            return journal.require_outcome(super()._deserialize(value, *rest, **named))
        except ValueError as problem:
            raise ValidationError(str(problem)) from None


class ExpectedCall(Body):
    """``POST journal/verify``. ``count`` sets both ``at_least`` and ``at_most``."""

    func = TextField()
    login = TextField()
    out = TextField()
    method = TextField()
    error = TextField()
    outcome = OutcomeField()
    params = fields.Dict(keys=TextField(), values=TextField())
    count = IntegerField()
    at_least = IntegerField()
    at_most = IntegerField()
    after = IntegerField()


class EntryKindField(fields.Field[str | None]):
    """``call`` (the default), ``happening`` (an event) or ``all``."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str | None:
        if value not in (journal.CALL, journal.EVENT, "all"):
            raise ValidationError(f"{str(value)[:40]!r} is not call, happening or all")
        return None if value == "all" else str(value)


class JournalQuery(Body):
    """The query string of ``GET journal``; every value arrives as text."""

    func = TextField()
    login = TextField()
    error = fields.Boolean()
    kind = EntryKindField()
    fault = fields.Boolean()
    outcome = OutcomeField()
    after = fields.Integer(validate=validate.Range(0, BIGGEST))
    limit = fields.Integer(validate=validate.Range(1, 10_000))
