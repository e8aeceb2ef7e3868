"""The pages of errors, settings and commands."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import MISSING, fields

import click

from emulator import errors, journal
from emulator.api.registry import Registry
from emulator.cli import mockseller
from emulator.domain.world import Rules
from emulator.faults import KINDS, MAGIC_VALUES, FaultKind
from emulator.faults.magic import ADDRESS, NAMES, ORDERS
from emulator.reference import HEAD, prose
from emulator.settings import PREFIX, Settings
from emulator.worlds.fixtures.json_schema import attribute_docs


def errors_page(registry: Registry) -> str:
    """Every error type, its meaning, and the functions that declare it."""
    classes = inspect.getmembers(errors, inspect.isclass)
    kinds = [error for _, error in classes if issubclass(error, errors.ApiError)]
    kinds = [error for error in kinds if error is not errors.ApiError]
    parts = [
        f"{HEAD}\n# Errors\n",
        "The meaning of each error `type`. All of them come with HTTP status 200.\n",
    ]
    for name in sorted({error.type for error in kinds}):
        parts.append(f"## {name}\n")
        of_type = sorted((k for k in kinds if k.type == name), key=lambda k: k.__name__)
        parts += [f"{prose(inspect.getdoc(error) or '')}\n" for error in of_type]
        keys = [key for key in errors.TEXTS if key == name or key.startswith(f"{name}_")]
        parts += [f"> {errors.TEXTS[key]['en']}\n" for key in keys]
        declared = [f.name for f in registry if any(e.type == name for e in f.fails)]
        if declared:
            parts.append("Declared by " + ", ".join(f"`{func}`" for func in declared) + ".\n")
    return "\n".join(parts)


def settings_page() -> str:
    """The settings of a server and the rules of a world."""
    weight = (
        "An option of `mockseller serve` takes precedence over the environment, the environment"
        " over the file, the file over the default. With a bad value the server does not start, and"
        " the message names it.\n"
    )
    parts = [
        f"{HEAD}\n# Settings\n",
        "## Of a server\n",
        weight,
        _table(Settings, lambda name: f"`{PREFIX}{name.upper()}`", "environment"),
        "## Of a world\n",
        "Under `rules` in the file of a world (`fixtures/worlds`).\n",
        _table(Rules, lambda name: f"`rules.{name}`", "rule"),
    ]
    return "\n".join(parts)


def faults_page() -> str:
    """Every kind of fault: when it can be applied, its settings, and what the client meets."""
    parts = [
        f"{HEAD}\n# Faults\n",
        "What can go wrong. Which calls a fault hits: [faults](../faults.md).\n",
    ]
    for name, kind in KINDS.items():
        parts.append(f"## {name}\n\n{prose(inspect.getdoc(kind) or '')}\n")
        parts.append(f"Applies {' or '.join(kind.applies)} the call.\n")
        rows = [_fault_setting(kind, *setting) for setting in kind().settings().items()]
        if rows:
            head = ["| setting | default | from | to |", "| --- | --- | --- | --- |"]
            parts.append("\n".join([*head, *rows]) + "\n")
    return "\n".join([*parts, _magic_values()])


def _magic_values() -> str:
    """The values of an order that fail in a world with the rule ``magic_values``."""
    rows = [
        f"| `{value.name}` | `{value.address}` | {value.about} | {_rule(value.rule)} |"
        for value in MAGIC_VALUES
    ]
    parameters = " or ".join(f"`{name}`" for name in NAMES)
    about = (
        f"In a world with the rule `magic_values`, such as `sandbox`, an order (`{ORDERS}`, with"
        f" `sok`) fails whose {parameters}, or whose `{ADDRESS}`, has one of these values. Of"
        " several, each applies.\n"
    )
    head = ["| name | address | the order | fault |", "| --- | --- | --- | --- |"]
    return "\n".join(["## Magic values\n", about, "\n".join([*head, *rows]) + "\n"])


def _rule(rule: Mapping[str, object]) -> str:
    return ", ".join(f"`{name}: {value}`" for name, value in rule.items())


def journal_page() -> str:
    """What can become of a call, as the journal has it."""
    rows = [f"| `{outcome}` | {meaning} |" for outcome, meaning in journal.OUTCOMES.items()]
    naming = (
        "What became of a call, as an entry of the journal has it under `outcome`. Where an outcome"
        " is expected (`journal.verify`, `POST /_mockseller/journal/verify`, `mockseller journal"
        " --outcome`), it can be named in full or without its sum or error: `bought`, `refused"
        " exists`. Due events have none, and neither do calls that an earlier version recorded.\n"
    )
    verifying = (
        "`POST /_mockseller/journal/verify` answers 200 where as many calls match as were expected,"
        " and otherwise 409, with the line `error` and in `near` the calls that come nearest.\n"
    )
    table = "\n".join(["| outcome | when |", "| --- | --- |", *rows]) + "\n"
    return "\n".join([f"{HEAD}\n# Journal\n", naming, table, verifying])


def _fault_setting(kind: type[FaultKind], name: str, default: object) -> str:
    least, most = map("{:,g}".format, kind.limits[name]) if name in kind.limits else ("", "")
    return f"| `{name}` | {_default(default)} | {least} | {most} |"


def _table(of: type[Settings | Rules], name: Callable[[str], str], head: str) -> str:
    texts = attribute_docs(of)
    lines = [f"| name | {head} | default | what |", "| --- | --- | --- | --- |"]
    for field in fields(of):
        default = "per user" if field.default is MISSING else _default(field.default)
        lines.append(
            f"| `{field.name}` | {name(field.name)} | {default} | {prose(texts[field.name])} |"
        )
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    if isinstance(value, bool):
        return "`true`" if value else "`false`"
    return "none" if value in (None, "", ()) else f"`{value}`"


def commands_page() -> str:
    """Every command with its help, those of the reseller and the judge included."""
    parts = [f"{HEAD}\n# Commands\n"]
    parts += _command(mockseller, "mockseller", None)
    return "\n".join(parts)


def _command(command: click.Command, name: str, parent: click.Context | None) -> Iterator[str]:
    context = click.Context(
        command, parent, info_name=name, max_content_width=96, terminal_width=96,
        **command.context_settings,
    )  # fmt: skip
    yield f"## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"
    if isinstance(command, click.Group):
        for each in command.list_commands(context):
            inner = command.get_command(context, each)
            if inner is not None:
                yield from _command(inner, each, context)
