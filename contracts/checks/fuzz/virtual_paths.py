"""From the document's virtual paths to the wire."""

from __future__ import annotations

from typing import Any, Final

from schemathesis import Case, HookContext

ADDRESS: Final = "/billmgr"


def map_case(context: HookContext, case: Case[Any]) -> Case[Any]:
    """``/billmgr/soft.edit`` of the document is ``/billmgr?func=soft.edit`` on the wire."""
    del context
    named = {name: value for name, value in (case.query or {}).items() if name != "func"}
    case.query = {**named, "func": func_of(case)}
    case.path = ADDRESS
    return case


def func_of(case: Case[Any]) -> str:
    """The function that a case is about: its operation's path keeps it."""
    return str(case.operation.path.rpartition("/")[2])
