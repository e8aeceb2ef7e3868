"""What is asked of the journal over the control API."""

from __future__ import annotations

from marshmallow import ValidationError, fields, validate

from emulator import journal
from emulator.control.api.schemas import BIGGEST, Body, Text, Whole


class Wanted(Body):
    """``POST journal/verify``. ``count`` stands for ``at_least`` and ``at_most`` at once."""

    func = Text()
    login = Text()
    out = Text()
    method = Text()
    error = Text()
    params = fields.Dict(keys=Text(), values=Text())
    count = Whole()
    at_least = Whole()
    at_most = Whole()
    after = Whole()


class KindOfEntry(fields.Field[str | None]):
    """``call`` (which is meant where nothing is said), ``happening``, or ``all``."""

    def _deserialize(self, value: object, *_: object, **__: object) -> str | None:
        if value not in (journal.CALL, journal.HAPPENING, "all"):
            raise ValidationError("is not call, happening or all")
        return None if value == "all" else str(value)


class JournalQuery(Body):
    """The query string of ``GET journal``; everything comes as text."""

    func = Text()
    login = Text()
    error = fields.Boolean()
    kind = KindOfEntry()
    fault = fields.Boolean()
    after = fields.Integer(validate=validate.Range(0, BIGGEST))
    limit = fields.Integer(validate=validate.Range(1, 10_000))
