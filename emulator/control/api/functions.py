"""The functions of the API as data, read off their declarations."""

from __future__ import annotations

from emulator.api.fields import WireField
from emulator.api.registry import Function, Registry
from emulator.api.schema import WireSchema
from emulator.results import FieldInfo, FunctionInfo


def functions(registry: Registry) -> list[FunctionInfo]:
    """Every function with its parameters and answer fields, in the order of the registry."""
    return [_describe(function) for function in registry]


def _describe(function: Function) -> FunctionInfo:
    return {
        "name": function.name,
        "family": function.family.name,
        "kind": function.kind.value,
        "summary": function.summary.partition("\n")[0],
        "evidence": function.evidence.value,
        "source": function.source,
        "takes": _fields(function.takes),
        "returns": _fields(function.returns),
        "fails": [refusal.type for refusal in function.fails],
        "example": dict(function.example),
    }


def _fields(schema: WireSchema | None) -> list[FieldInfo]:
    if schema is None:
        return []
    return [
        {
            "name": field.data_key or name,
            "type": _type_name(field),
            "needed": isinstance(field, WireField) and field.needed,
        }
        for name, field in schema.fields.items()
    ]


def _type_name(field: object) -> str:
    declared = field.type_name if isinstance(field, WireField) else ""
    return declared or type(field).__name__.lower()
