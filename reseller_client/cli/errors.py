"""Errors of the reseller's commands: one line on stderr, and an exit code.

Exit code 1: the seller refuses. 2: the command could not run, or its outcome is not known.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal, InvalidOperation
from typing import Final

import click

from reseller_client.errors import Refused, ResellerError


class CannotRun(click.ClickException):
    """The command cannot run: a file, a port, a login or an answer is missing."""

    exit_code = 2


class AmountType(click.ParamType[Decimal]):
    """A click type for a sum or a percentage, exactly as written."""

    name = "amount"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Return the number. Fails for a text that is not a finite number."""
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


AMOUNT: Final = AmountType()


@contextmanager
def report_errors() -> Iterator[None]:
    """Report an error inside in one line instead of a traceback.

    Raises ClickException (exit code 1) where the seller refuses, else CannotRun (2).
    """
    try:
        yield
    except Refused as problem:
        raise click.ClickException(str(problem)) from problem
    except (ResellerError, sqlite3.Error, ValueError) as problem:
        raise CannotRun(str(problem)) from problem
