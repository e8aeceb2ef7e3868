"""Options that several commands of the judge have: one name, one type, one meaning.

`gathered` puts a group of options into one frozen dataclass, so that a command takes a few of those
instead of a parameter for each option. The fields of the class are named as the options are.
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


def gathered(
    into: str, made: type, *options: Callable[[Command], Command]
) -> Callable[[Command], Command]:
    """Adds options to a command, which gets them as one ``into``: an instance of ``made``."""
    names = [one.name for one in fields(made)]

    def decorated(command: Command) -> Command:
        @functools.wraps(command)
        def called(*args: Any, **given: Any) -> Any:  # noqa: ANN401 - whatever the command takes
            chosen = made(**{name: given.pop(name) for name in names})
            return command(*args, **{into: chosen}, **given)

        wrapped: Command = called
        for option in reversed(options):
            wrapped = option(wrapped)
        return wrapped

    return decorated


class SumOf(click.ParamType["Sum"]):
    """An amount with or without its currency: ``30``, ``30.00 EUR``. Not below 0."""

    name = "sum"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> Sum:
        """Reads it; what is no sum is refused."""
        from contracts.target.sums import read_sum

        found = read_sum(str(value))
        if found is None or found.amount < 0:
            self.fail(f'"{value}" is no sum; write 30 or "30.00 EUR"', param, ctx)
        return found


SUM: Final = SumOf()


@dataclass(frozen=True, slots=True)
class Access:
    """How a seller at a URL is reached: a foreign account, or the token of our control API."""

    login: str = ""
    password: str = field(default="", repr=False)
    token: str = field(default="", repr=False)
    insecure: bool = False

    def at(self, url: str, rules: SpendingRules | None = None) -> AbstractContextManager[Seller]:
        """The seller; nothing is spent where no rules allow it. CannotRun: it is not reached."""
        from contracts.target.seller import connect
        from contracts.target.spending_guard import SPEND_NOTHING

        return connect(
            url,
            login=self.login,
            password=self.password,
            token=self.token,
            verify=not self.insecure,
            rules=rules or SPEND_NOTHING,
        )


token = click.option(
    "--token", envvar="MOCKSELLER_TOKEN", show_envvar=True, default="", help="Of our control API."
)
insecure = click.option("--insecure", is_flag=True, help="Accept any certificate.")
access_options = gathered(
    "access",
    Access,
    click.option("--login", envvar="MOCKSELLER_LOGIN", show_envvar=True, default="",
                 help="Of an account at a foreign seller."),
    click.option("--password", envvar="MOCKSELLER_PASSWORD", show_envvar=True, default="",
                 help="Of that account."),
    token,
    insecure,
)  # fmt: skip
max_spend = click.option(
    "--max-spend", type=SUM, metavar="SUM",
    help='At a foreign seller, spend so much, such as "30 EUR".',
)  # fmt: skip
families = click.option(
    "--family", "families", multiple=True, metavar="NAME",
    help="Only functions of this family, such as soft. May be repeated.",
)  # fmt: skip
functions = click.option(
    "--func", "functions", multiple=True, metavar="PATTERN",
    help="Only this function; * stands for anything. May be repeated.",
)  # fmt: skip
level = click.option(
    "--level", type=click.Choice(LEVELS), default="all", show_default=True,
    help="core: what most clients call.",
)  # fmt: skip
in_process = click.option(
    "--in-process", is_flag=True, help="That of this installation, without a network."
)


def only(what: str) -> Callable[[Command], Command]:
    """``--only TEXT``: of the things that the command is about."""
    return click.option(
        "--only", default="", metavar="TEXT", help=f"Only {what} whose name contains this."
    )


def scenarios(*, default: bool) -> Callable[[Command], Command]:
    """``--scenarios/--no-scenarios``: what takes longest."""
    return click.option(
        "--scenarios/--no-scenarios", default=default, show_default=True,
        help="Play a year and a quarter as well.",
    )  # fmt: skip


def known_names(wanted: Iterable[str], known: Collection[str], what: str) -> tuple[str, ...]:
    """The names as they are, if there are such. UsageError: there is no ``what`` of a name."""
    named = tuple(wanted)
    for name in named:
        if name not in known:
            raise click.UsageError(f'there is no {what} "{name}"')
    return named


def matching(patterns: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The functions that any of the patterns names. UsageError: one of them names none."""
    found: dict[str, None] = {}
    for pattern in patterns:
        some = [name for name in known if fnmatchcase(name, pattern)]
        if not some:
            raise click.UsageError(f'there is no function "{pattern}"')
        found |= dict.fromkeys(some)
    return tuple(found)
