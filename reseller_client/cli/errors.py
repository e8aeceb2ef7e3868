"""How the reseller's commands tell what went wrong: in one line, and by the exit code.

1: the seller refuses. 2: it could not be done, or nobody knows yet whether it was.
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
    """Something that is needed is not there: a file, a port, a login, an answer."""

    exit_code = 2


class Amount(click.ParamType[Decimal]):
    """A sum or a percentage, exactly as written."""

    name = "amount"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Decimal:
        """Read it; anything that is no finite number is refused."""
        try:
            number = Decimal(str(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if not number.is_finite():
            self.fail(f"{value!r} is not a number", param, ctx)
        return number


AMOUNT: Final = Amount()


@contextmanager
def told() -> Iterator[None]:
    """Tell what went wrong in one line instead of a traceback."""
    try:
        yield
    except Refused as problem:
        raise click.ClickException(str(problem)) from problem
    except (ResellerError, sqlite3.Error, ValueError) as problem:
        raise CannotRun(str(problem)) from problem
