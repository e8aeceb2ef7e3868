"""Elements of a JSON array as values of SQL: what a column is compared with."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, String, bindparam, func, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine


class TypedElement(FunctionElement[Any]):
    """An element of an array. SQLite knows its type; PostgreSQL has texts, and is told."""

    inherit_cache = False
    name = "typed_element"

    def __init__(self, element: ColumnElement[Any], of: TypeEngine[Any]) -> None:
        super().__init__(element)
        self.type = of


@compiles(TypedElement)
def _as_it_is(typed: TypedElement, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    return compiler.process(typed.clauses, **kw)


@compiles(TypedElement, "postgresql")
def _cast(typed: TypedElement, compiler: SQLCompiler, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
    kind = compiler.dialect.type_compiler_instance.process(typed.type)
    return f"CAST({compiler.process(typed.clauses, **kw)} AS {kind})"


def elements(name: str, of: TypeEngine[Any]) -> Select[Any]:
    """The elements of the JSON array in the parameter ``name``, to compare a column of ``of``."""
    array = func.json_each(bindparam(name, type_=String)).table_valued("value")
    return select(TypedElement(array.c.value, of))
