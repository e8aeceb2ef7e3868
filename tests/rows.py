"""All rows of a world, for tests that something or nothing has changed."""

from __future__ import annotations

from sqlalchemy import select

from emulator.store import tables
from emulator.store.engine import Database, Row, Statement

RECORDS_OF_CALLS = frozenset({"journal", "session", "login_failure"})
"""Tables a look may write: the record of calls, the last use of sessions, failed logins."""
STATEMENTS = {
    table.name: Statement(select(table))
    for table in tables.metadata.sorted_tables
    if table.name not in RECORDS_OF_CALLS
}
"""Compiled once: that takes longer than to read the rows."""


def read_rows(db: Database) -> dict[str, list[Row]]:
    """Every row of a world but the records of calls, by table."""
    return {name: db.rows(statement) for name, statement in STATEMENTS.items()}
