"""The command that judges one check again, as the user has typed it for all of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

if TYPE_CHECKING:
    from contracts.verdicts import Verdict

DROPPED: Final = frozenset({"html", "junit", "save", "badge", "everything", "as_json"})
"""Options of reports: they decide what becomes of verdicts, and no verdict."""
SECRETS: Final = frozenset({"password", "other_password", "token"})
"""Options whose value is left to the environment."""
NO_GROUP: Final = frozenset({"drift"})
"""Commands of judges that are not in the group ``verify``."""
_TYPED: Final = "contracts.cli.repeat"

Chosen = Mapping[str, str]
"""Values of options, by the names of their parameters."""
ChooseCheck = Callable[["Verdict"], Chosen]
"""The options that choose the check of a verdict and nothing else."""


class JudgeCommand(click.Command):
    """A command of a judge, which keeps its arguments as they were typed."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse, and keep the arguments for `Repetition`. Raises UsageError."""
        ctx.meta[_TYPED] = list(args)
        return super().parse_args(ctx, args)


def choose_by_name(verdict: Verdict) -> Chosen:
    """``--only`` with the verdict's name."""
    return {"only": verdict.name}


@dataclass(frozen=True, slots=True)
class Repetition:
    """A command line, whose options about reports are left out when it is written again."""

    path: str
    parameters: tuple[click.Parameter, ...]
    typed: Mapping[str, Any]

    @classmethod
    def of(cls, context: click.Context) -> Repetition | None:
        """The command line of a context; None where its arguments were not kept."""
        args = context.meta.get(_TYPED)
        if args is None:
            return None
        return cls.of_words(context.command, *args)

    @classmethod
    def of_words(cls, command: click.Command, *words: str) -> Repetition:
        """A command line with these words. Raises UsageError."""
        typed, _, _ = command.make_parser(click.Context(command)).parse_args(list(words))
        name = command.name or ""
        path = f"mockseller {name}" if name in NO_GROUP else f"mockseller verify {name}"
        return cls(path, tuple(command.params), typed)

    def format(self, chosen: Chosen) -> str:
        """The command with ``chosen`` in place of what was typed for these options."""
        values = {**{n: v for n, v in self.typed.items() if n not in DROPPED}, **chosen}
        options = [(each, values.get(each.name or "")) for each in self.parameters]
        return " ".join([self.path, *(word for pair in options for word in _write(*pair))])


def _write(parameter: click.Parameter, value: object) -> Iterator[str]:
    """The words for a parameter, quoted for the shell; none where it was not options."""
    from contracts.target.redact import mask_links

    values = value if isinstance(value, list | tuple) else [value]
    for each in values:
        if each is True and isinstance(parameter, click.Option):
            yield _longest(parameter.opts)
        elif each is False and isinstance(parameter, click.Option) and parameter.secondary_opts:
            yield _longest(parameter.secondary_opts)
        elif isinstance(each, str) and each:
            if isinstance(parameter, click.Option):
                yield _longest(parameter.opts)
            secret = parameter.name in SECRETS
            yield f'"${parameter.envvar}"' if secret else shlex.quote(mask_links(each))


def _longest(names: list[str]) -> str:
    return max(names, key=len)
