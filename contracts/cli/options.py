"""Options shared by several commands of the judge: one name, one type, one meaning.

`option_group` passes a group of options to a command as one frozen dataclass, whose fields have
the names of the options.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from emulator import names

if TYPE_CHECKING:
    from contracts.target.seller import Seller
    from contracts.target.spending_guard import SpendingRules
    from contracts.target.sums import Sum

Command = Callable[..., Any]
FILE: Final = click.Path(dir_okay=False, path_type=Path)
FOLDER: Final = click.Path(file_okay=False, path_type=Path)
SECONDS: Final = click.FloatRange(0, 86_400, min_open=True)
PORT: Final = click.IntRange(0, 65535)
LEVELS: Final = ("core", "extended", "all")


def option_group(
    parameter: str, group: type, *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Add options to a command, which gets them as one ``parameter``: an instance of ``group``."""
    names = [each.name for each in fields(group)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def call(*args: Any, **values: Any) -> Any:  # noqa: ANN401 - whatever the command takes
            grouped = group(**{name: values.pop(name) for name in names})
            return command(*args, **{parameter: grouped}, **values)

        decorated: Command = call
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


class SumType(click.ParamType["Sum"]):
    """An amount with or without its currency: ``30``, ``30.00 EUR``. Not below 0."""

    name = "sum"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Sum:
        """Read the amount. Raises BadParameter for anything else."""
        from contracts.target.sums import read_sum

        amount = read_sum(str(value))
        if amount is None or amount.amount < 0:
            self.fail(f'"{value}" is not an amount; write 30 or "30.00 EUR"', param, ctx)
        return amount


SUM: Final = SumType()


@dataclass(frozen=True, slots=True)
class Access:
    """How a seller at a URL is called: with an account, or with the token of our control API."""

    login: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    insecure: bool = False
    user_agent: str = ""

    def at(self, url: str, rules: SpendingRules | None = None) -> AbstractContextManager[Seller]:
        """Connect to the seller; without ``rules`` nothing is spent there.

        Raises CannotRun where it cannot be reached.
        """
        from contracts.target.seller import connect
        from contracts.target.spending_guard import SPEND_NOTHING

        return connect(
            url,
            login=self.login,
            password=self.password,
            token=self.token,
            verify=not self.insecure,
            user_agent=self.user_agent,
            rules=rules or SPEND_NOTHING,
        )


token = click.option(
    "--token", envvar="MOCKSELLER_TOKEN", show_envvar=True, default="",
    help="Token of the mockseller at the URL, if it has one.",
)  # fmt: skip
insecure = click.option("--insecure", is_flag=True, help="Accept any certificate.")
user_agent = click.option(
    "--user-agent", envvar="MOCKSELLER_USER_AGENT", show_envvar=True, default="", metavar="TEXT",
    help="The User-Agent of every request; otherwise mockseller/VERSION.",
)  # fmt: skip
access_options = option_group(
    "access",
    Access,
    click.option("--login", envvar="MOCKSELLER_LOGIN", show_envvar=True, default="",
                 help="Login of your account at a seller that is not a mockseller."),
    click.option("--password", envvar="MOCKSELLER_PASSWORD", show_envvar=True, default="",
                 help="Password of that account."),
    token,
    insecure,
    user_agent,
)  # fmt: skip
max_spend = click.option(
    "--max-spend", type=SUM, metavar="SUM",
    help='Spend at most this at a seller that is not a mockseller: "30 EUR".',
)  # fmt: skip
families = click.option(
    "--family", "families", multiple=True, metavar="NAME",
    help="Only functions of this family, such as soft. May be repeated.",
)  # fmt: skip
functions = click.option(
    "--func", "functions", multiple=True, metavar="PATTERN",
    help="Only this function; * matches anything. May be repeated.",
)  # fmt: skip
level = click.option(
    "--level", type=click.Choice(LEVELS), default="all", show_default=True,
    help="Only functions that most clients call (core), or only the others (extended).",
)  # fmt: skip
in_process = click.option(
    "--in-process", is_flag=True, help="Use mockseller's own, in this process, without a network."
)


def only(what: str) -> Callable[[Command], Command]:
    """``--only TEXT``: of the things that the command is about."""
    return click.option(
        "--only", default="", metavar="TEXT",
        help=f"Only {what} whose name contains this; a whole name means it alone.",
    )  # fmt: skip


def out(what: str) -> Callable[[Command], Command]:
    """``--format NAME``: of the formats that answers are judged in; empty where none is named."""
    from contracts.record.formats import FORMATS

    return click.option(
        "--format", "out", type=click.Choice(FORMATS), callback=lambda _, __, value: value or "",
        help=f"Only {what} in this format.",
    )  # fmt: skip


def scenarios(*, default: bool) -> Callable[[Command], Command]:
    """``--scenarios/--no-scenarios``: what takes longest."""
    return click.option(
        "--scenarios/--no-scenarios", default=default, show_default=True,
        help="Also play the months of the scenario files: a year and a quarter.",
    )  # fmt: skip


def require_known(typed: Iterable[str], known_names: Collection[str], what: str) -> tuple[str, ...]:
    """The names. Raises UsageError for a name that is not the name of a ``what``."""
    checked = tuple(typed)
    try:
        for name in checked:
            names.require(what, name, known_names)
    except names.UnknownName as problem:
        raise click.UsageError(str(problem)) from None
    return checked


def require_part(only: str, known_names: Iterable[str], what: str) -> None:
    """Raises UsageError where no name of a ``what`` contains ``only``: nothing would be judged."""
    if not any(only in name for name in known_names):
        raise click.UsageError(f'--only: no {what} has "{only}" in its name')


def match_functions(patterns: Iterable[str], functions: Collection[str]) -> tuple[str, ...]:
    """The functions that match any pattern. Raises UsageError for a pattern that matches none."""
    matches: dict[str, None] = {}
    for pattern in patterns:
        try:
            names.require_match("function", pattern, functions)
        except names.UnknownName as problem:
            raise click.UsageError(str(problem)) from None
        matches |= dict.fromkeys(name for name in functions if fnmatchcase(name, pattern))
    return tuple(matches)
