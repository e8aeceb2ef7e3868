"""Parameters and answer fields of functions, as marshmallow schemas.

An empty parameter that is not text counts as absent, unknown ones are ignored (docs/evidence.md 7),
and the first invalid value in the order of declaration becomes the refusal. Schemas are created
once, for speed (docs/architecture.md).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, cached_property
from itertools import chain
from typing import Any, ClassVar, Self

from marshmallow import EXCLUDE, Schema, ValidationError, fields

from emulator.api.fields import Id, Months, Numbered, Rest, WireField, written
from emulator.domain.world import GENERATIONS, Generation
from emulator.errors import ApiError, BadValue, Missed


class WireSchema(Schema):
    """The base of all schemas of functions."""

    class Meta:
        """Unknown parameters are ignored."""

        unknown = EXCLUDE

    without: ClassVar[tuple[str, ...]] = ()
    """Fields of the classes above that neither this one nor those below it have."""

    def __init__(self) -> None:
        above = (vars(base).get("without", ()) for base in type(self).__mro__)
        super().__init__(exclude=frozenset(chain.from_iterable(above)))

    # What follows is derived once, when it is first needed: of most functions a server needs none.

    @cached_property
    def wire_fields(self) -> dict[str, WireField]:
        """The fields by their names on the wire."""
        return {
            field.data_key or name: field
            for name, field in self.fields.items()
            if isinstance(field, WireField)
        }

    @cached_property
    def _declared(self) -> list[tuple[str, WireField]]:
        return [
            (name, field) for name, field in self.wire_fields.items() if not isinstance(field, Rest)
        ]

    @cached_property
    def _numbered(self) -> list[tuple[str, re.Pattern[str]]]:
        return [
            (name, re.compile(re.escape(field.prefix) + r"([0-9]{1,9})\Z"))
            for name, field in self.wire_fields.items()
            if isinstance(field, Numbered)
        ]

    @cached_property
    def _needed(self) -> list[str]:
        return [name for name, field in self.wire_fields.items() if field.needed]

    @cached_property
    def _always(self) -> list[str]:
        return [name for name, field in self.wire_fields.items() if field.required]

    @cached_property
    def _readers(self) -> dict[str, tuple[str, Callable[..., Any]]]:
        # The methods a field is made by; the public ones around them repeat what read() did.
        return {
            field.data_key or name: (name, field._deserialize)  # noqa: SLF001 - see above
            for name, field in self.fields.items()
        }

    @cached_property
    def absent(self) -> dict[Generation, frozenset[str]]:
        """Fields that the answers of a generation do not have."""
        return {
            generation: frozenset(
                name
                for name, field in self.wire_fields.items()
                if field.generation not in {None, generation}
            )
            for generation in GENERATIONS
        }

    @cached_property
    def _writers(self) -> dict[Generation, list[tuple[str, Callable[..., Any] | None]]]:
        return {
            generation: [
                (name, field._serialize if _has_a_way(field) else None)  # noqa: SLF001 - the same
                for name, field in self.wire_fields.items()
                if name not in absent
            ]
            for generation, absent in self.absent.items()
        }

    @classmethod
    @cache
    def shared(cls) -> Self:
        """The one instance of this class: a schema keeps nothing of what it reads and writes."""
        return cls()

    def read(
        self, sent: Mapping[str, str], *, submit: bool, only_null: bool = False
    ) -> dict[str, Any]:
        """The parameters that were sent, as values. Raises BadValue or Missed.

        ``submit``: whether the fields that a submit needs are required. ``only_null``: whether
        ``null`` is the one word for no prolongation (rule ``autoprolong_off``).
        """
        if only_null:
            self._refuse_words_for_none(sent)
        texts: dict[str, Any] = {}
        for name, field in self._declared:
            text = sent.get(name)
            if text is not None and (field.keeps_empty or text.strip()):
                texts[name] = text
        for name, pattern in self._numbered:
            texts.pop(name, None)
            numbered = {
                int(m[1]): sent[m[0]] for m in map(pattern.match, sent) if m and sent[m[0]].strip()
            }
            if numbered:
                texts[name] = numbered
        for name in self._needed if submit else self._always:
            if not texts.get(name):
                raise BadValue.empty(name)
        # Here and in written(): the fields' own work without Schema.load and Schema.dump around
        # it, which cost three times as much (docs/architecture.md has the figures).
        loaded: dict[str, Any] = {}
        for name, text in texts.items():
            attribute, deserialize = self._readers[name]
            try:
                loaded[attribute] = deserialize(text, name, texts)
            except ValidationError as fault:
                raise self._refusal(name, fault, sent) from None
        return loaded

    def _refuse_words_for_none(self, sent: Mapping[str, str]) -> None:
        for name, field in self.wire_fields.items():
            word = sent.get(name, "").strip().lower()
            if isinstance(field, Months) and word in field.ASSUMED:
                raise BadValue(name, sent[name])

    def _refusal(self, name: str, fault: ValidationError, sent: Mapping[str, str]) -> ApiError:
        reasons = fault.messages
        if isinstance(reasons, dict):
            name = next(iter(reasons))  # the open name itself: addon_55236
        value = sent.get(name, "")
        field = self.wire_fields.get(name)
        if isinstance(field, Id) and reasons == ["missed"]:
            return Missed(field.entity, value)
        return BadValue(name, value)

    def written(self, values: Mapping[str, Any], generation: Generation) -> dict[str, Any]:
        """Values as wire texts, in the order of declaration; what is absent stays absent.

        Fields that the generation does not have are left out.
        """
        texts: dict[str, Any] = {}
        for name, write in self._writers[generation]:
            if name in values:
                value = values[name]
                if write is not None:
                    texts[name] = write(value, name, values)
                else:  # most fields: no conversion of their own, and often a text already
                    texts[name] = value if type(value) is str else written(value)
        return texts


def _has_a_way(field: WireField) -> bool:
    """Whether a field overrides how values are written."""
    return type(field)._serialize is not WireField._serialize  # noqa: SLF001 - compared, not called


class Nothing(WireSchema):
    """A function without parameters of its own."""


def field_names(schema: Schema) -> tuple[str, ...]:
    """Wire names of a schema's fields in their order."""
    return tuple(field.data_key or name for name, field in schema.fields.items())


__all__ = ["Nothing", "WireSchema", "field_names", "fields"]
