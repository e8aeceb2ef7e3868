"""How PostgreSQL writes the statements of the tables, so that it answers as SQLite does.

Values are stored as SQLite stores them (a day is a text, a switch a number), so that one set of
conversions serves both engines and a world moves between them row by row. Texts are compared by
their bytes, and NULL is the smallest value. docs/adr/0007 lists what is done and why.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Executable,
    ForeignKeyConstraint,
    Insert,
    Integer,
    MetaData,
    Table,
    Text,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.dialects.postgresql.base import (
    PGCompiler,
    PGDDLCompiler,
    PGDialect,
    PGTypeCompiler,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import AddConstraint, CreateColumn, CreateIndex, CreateTable
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BinaryExpression, BindParameter, False_, True_, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement

from emulator.store.row_changes import recorded_tables
from emulator.store.tables import FIRST_SERVICE, metadata

NUMBERS = Table(
    "sqlite_sequence",
    MetaData(),
    Column("name", Text, primary_key=True),
    Column("seq", BigInteger, nullable=False),
)
"""The last number of each table whose numbers never come again, as SQLite keeps them.

A sequence of PostgreSQL would not do: it keeps the number of a row that was rolled back.
"""


class StatementCompiler(PGCompiler):
    """Statements. ``visit_NAME_func`` writes a function of SQLite in PostgreSQL's words."""

    def order_by_clause(self, select: Any, **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """NULL is the smallest value."""
        # Theirs has no public name; every dialect that orders otherwise reads it.
        clauses = select._order_by_clauses  # noqa: SLF001
        written = ", ".join(self.process(_with_nulls(clause), **kw) for clause in clauses)
        return f" ORDER BY {written}" if written else ""

    def visit_like_op_binary(
        self,
        binary: BinaryExpression[Any],
        operator: Any,  # noqa: ANN401 - SQLAlchemy's
        **kw: Any,  # noqa: ANN401 - SQLAlchemy's
    ) -> str:
        """The case of ASCII letters does not count; without ESCAPE nothing escapes."""
        del operator
        modifiers = {"escape": "", **(binary.modifiers or {})}
        left, right = self.process(binary.left, **kw), self.process(binary.right, **kw)
        escape = self._literal(modifiers["escape"] or "")
        return f"{left} ILIKE {right} ESCAPE {escape}"

    def visit_is__binary(
        self,
        binary: BinaryExpression[Any],
        operator: Any,  # noqa: ANN401 - SQLAlchemy's
        **kw: Any,  # noqa: ANN401 - SQLAlchemy's
    ) -> str:
        """A switch is a number, which only equals another."""
        del operator
        word = "=" if isinstance(binary.right, True_ | False_) else "IS"
        return f"{self.process(binary.left, **kw)} {word} {self.process(binary.right, **kw)}"

    def visit_lower_func(self, function: FunctionElement[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """ASCII letters alone."""
        return f'lower({self._arguments(function, **kw)[0]} COLLATE "C")'

    def visit_instr_func(self, function: FunctionElement[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """The place of a text in another, from 1; 0: nowhere."""
        return f"strpos({', '.join(self._arguments(function, **kw))})"

    def visit_group_concat_func(self, function: FunctionElement[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """Texts of several rows in one."""
        return f"string_agg({', '.join(self._arguments(function, **kw))})"

    def visit_json_each_func(self, function: FunctionElement[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """The elements of an array as texts: `store.values.elements` gives them their type."""
        return f"jsonb_array_elements_text(CAST({self._arguments(function, **kw)[0]} AS JSONB))"

    def visit_json_extract_func(self, function: FunctionElement[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """The text of one member of an object, named by its path ``$.name``."""
        of, path = function.clauses
        assert isinstance(path, BindParameter)  # noqa: S101 - our statements name it
        name = self._literal(str(path.value).removeprefix("$."))
        return f'((CAST({self.process(of, **kw)} AS JSONB) ->> {name}) COLLATE "C")'

    def visit_strftime_func(self, function: FunctionElement[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """The month of an instant, which is the only use that statements make of it."""
        moment = self.process(list(function.clauses)[1], **kw)
        return f"to_char(to_timestamp({moment}) AT TIME ZONE 'UTC', 'YYYY-MM')"

    def _literal(self, text: str) -> str:
        return self.process(literal(text, Text), literal_binds=True)

    def _arguments(self, function: FunctionElement[Any], **kw: Any) -> list[str]:  # noqa: ANN401 - SQLAlchemy's
        return [self.process(argument, **kw) for argument in function.clauses]


class TypeCompiler(PGTypeCompiler):
    """Column types: what SQLite stores in them."""

    def visit_INTEGER(self, type_: Any, **kw: Any) -> str:  # noqa: ANN401, N802 - SQLAlchemy's
        """SQLite's integers have 64 bits."""
        del type_, kw
        return "BIGINT"

    def visit_BOOLEAN(self, type_: Any, **kw: Any) -> str:  # noqa: ANN401, N802 - SQLAlchemy's
        """0 and 1."""
        del type_, kw
        return "BIGINT"

    def visit_DATE(self, type_: Any, **kw: Any) -> str:  # noqa: ANN401, N802 - SQLAlchemy's
        """``2027-01-31``."""
        del type_, kw
        return "TEXT"

    def visit_FLOAT(self, type_: Any, **kw: Any) -> str:  # noqa: ANN401, N802 - SQLAlchemy's
        """64 bits."""
        del type_, kw
        return "DOUBLE PRECISION"


class DdlCompiler(PGDDLCompiler):
    """Declarations."""

    def get_column_specification(self, column: Column[Any], **kw: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """A column: no sequence behind it, and texts compared by their bytes."""
        del kw
        kind = self.dialect.type_compiler_instance.process(column.type)
        default = self.get_column_default_string(column)
        return " ".join(
            [
                self.preparer.format_column(column),
                f'{kind} COLLATE "C"' if kind == "TEXT" else kind,
                *([] if default is None else [f"DEFAULT {default}"]),
                *([] if column.nullable else ["NOT NULL"]),
            ]
        )

    def define_constraint_deferrability(self, constraint: Any) -> str:  # noqa: ANN401 - SQLAlchemy's
        """References can wait for the commit (`Database.defer_references`)."""
        return " DEFERRABLE" if isinstance(constraint, ForeignKeyConstraint) else ""


class WorldDialect(PGDialect):
    """PostgreSQL as worlds use it."""

    statement_compiler = StatementCompiler
    type_compiler_cls = TypeCompiler
    ddl_compiler = DdlCompiler
    supports_native_boolean = False
    supports_statement_cache = False


DIALECT: Dialect = WorldDialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]  # SQLAlchemy's


def _with_nulls(clause: ColumnElement[Any]) -> ColumnElement[Any]:
    """A key to sort by; only what can be NULL says where NULL stands, for an index to be used."""
    element, descending = clause, False
    if isinstance(clause, UnaryExpression) and clause.modifier in {
        operators.desc_op,
        operators.asc_op,
    }:
        element, descending = clause.element, clause.modifier is operators.desc_op
    if not isinstance(element, Column) or not element.nullable:
        return clause
    return clause.nulls_last() if descending else clause.nulls_first()


def adapt(element: Executable) -> Executable:
    """A statement as it is compiled: an INSERT gives a row its number, and says which."""
    if not isinstance(element, Insert) or not isinstance(element.table, Table):
        return element
    table, key = element.table, element.table.c.get("id")
    if key is None or list(table.primary_key) != [key] or not isinstance(key.type, Integer):
        return element
    has_number = "id" in element.compile(dialect=DIALECT).params
    if not table.dialect_options["sqlite"]["autoincrement"]:
        if not has_number:
            others = table.alias()
            last = select(func.coalesce(func.max(others.c.id), 0) + 1).scalar_subquery()
            element = element.values(id=last)
        return element.returning(key)
    number = bindparam("id", type_=BigInteger) if has_number else literal(1, BigInteger)
    add = upsert(NUMBERS).values(name=literal(table.name, Text), seq=number)
    seq = NUMBERS.c.seq
    next_seq = func.greatest(seq, add.excluded.seq) if has_number else seq + 1
    counted = (
        add.on_conflict_do_update(index_elements=["name"], set_={"seq": next_seq})
        .returning(seq)
        .cte("counted")
    )
    if has_number:
        return element.add_cte(counted).returning(key)
    return element.values(id=select(counted.c.seq).scalar_subquery()).returning(key)


@cache
def tables_script() -> str:
    """The statements that make all tables, without indexes and references."""
    tables = [*metadata.sorted_tables, NUMBERS]
    return _script([CreateTable(table, include_foreign_key_constraints=[]) for table in tables])


@cache
def rest_script() -> str:
    """Indexes and references, which are made faster once the rows are there."""
    return _script(
        [
            *(CreateIndex(index) for table in metadata.sorted_tables for index in table.indexes),
            *(
                AddConstraint(constraint)
                for table in metadata.sorted_tables
                for constraint in sorted(
                    table.foreign_key_constraints, key=lambda each: list(each.column_keys)
                )
            ),
        ]
    )


def _script(statements: list[Any]) -> str:
    return ";".join(str(statement.compile(dialect=DIALECT)) for statement in statements)


def note_function(schema: str) -> str:
    """Makes the function that a trigger calls for a row; see `PostgresDatabase.recording`."""
    return (
        f'CREATE OR REPLACE FUNCTION "{schema}".note_row() RETURNS trigger LANGUAGE plpgsql AS'  # noqa: S608 - our own name
        " $note$ BEGIN INSERT INTO pg_temp.row_change (name, before, after)"
        " VALUES (TG_TABLE_NAME, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END,"
        " CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END); RETURN NULL; END $note$"
    )


@cache
def recording_script() -> str:
    """The statements that let every row of a world be noted while a call records its rows."""
    return ";".join(
        f'CREATE OR REPLACE TRIGGER note_row AFTER INSERT OR UPDATE OR DELETE ON "{table.name}"'
        " FOR EACH ROW WHEN (current_setting('mockseller.recording', true) = 'on')"
        " EXECUTE FUNCTION note_row()"
        for table in recorded_tables()
    )


def first_numbers() -> str:
    """The statement after which service numbers start high."""
    return f"INSERT INTO sqlite_sequence (name, seq) VALUES ('service', {FIRST_SERVICE - 1})"  # noqa: S608 - our own number


def added_column(column: Column[Any]) -> str:
    """The declaration of a column that is added to a table."""
    return str(CreateColumn(column).compile(dialect=DIALECT))


def casefold_function(schema: str) -> str:
    """Makes the function ``casefold`` of SQL in a schema: Python's, letter by letter.

    Texts of ASCII letters, which nearly all are, take the short way.
    """
    folded = {chr(code): chr(code).casefold() for code in range(0x110000)}
    pairs = {was: now for was, now in folded.items() if was != now}
    single = {was: now for was, now in pairs.items() if len(now) == 1}
    body = f"translate(t, '{''.join(single)}', '{''.join(single.values())}')"
    for was, now in pairs.items():
        if len(now) > 1:
            body = f"replace({body}, '{was}', '{now}')"
    return (
        f'CREATE OR REPLACE FUNCTION "{schema}".casefold(t text) RETURNS text'
        " LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $fold$ SELECT CASE"
        ' WHEN octet_length(t) = char_length(t) THEN lower(t COLLATE "C")'
        f" ELSE {body} END $fold$"
    )
