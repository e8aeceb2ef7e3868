"""A call of the journal as lines that send it again: for the shell, in Python and in PHP.

Secrets are not in the journal: each is a variable of the environment there.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from emulator.journal import MASK, is_secret

PASSWORD = "MOCKSELLER_PASSWORD"  # noqa: S105 - the name of a variable
TIMEOUT = 60
PLAIN_NAME = re.compile(r"[\w.-]+\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter; behind its ``text`` comes the value of ``variable``, unless that is empty."""

    name: str
    text: str
    variable: str = ""


@dataclass(frozen=True, slots=True)
class CodeLines:
    """The same call in three languages."""

    curl: str
    python: str
    php: str


def read_parameters(params: Mapping[str, str], login: str | None) -> list[Parameter]:
    """The parameters of an entry; a session is replaced by the login and its password."""
    credentials = [Parameter("authinfo", f"{login}:", PASSWORD)] if login else []
    others = []
    for name, text in params.items():
        meant = name.strip().lower()
        if meant in {"auth", "authinfo"}:
            if not login and meant == "authinfo":
                credentials = [Parameter("authinfo", text.removesuffix(MASK), PASSWORD)]
            continue
        if is_secret(name) and text == MASK:
            others.append(Parameter(name, "", f"SECRET_{re.sub('[^A-Z0-9]', '_', name.upper())}"))
        else:
            others.append(Parameter(name, text))
    return credentials + others


def write_code(url: str, method: str, params: Sequence[Parameter]) -> CodeLines:
    """The lines for a call. ``method``: ``GET`` puts the parameters into the address."""
    get = method == "GET"
    return CodeLines(_curl(url, params, get), _python(url, params, get), _php(url, params, get))


def _curl(url: str, params: Sequence[Parameter], get: bool) -> str:  # noqa: FBT001 - as above
    head = f"curl -sS {'-G ' if get else ''}{shlex.quote(url)}"
    return " \\\n  ".join([head, *(_curl_pair(parameter) for parameter in params)])


def _curl_pair(parameter: Parameter) -> str:
    name, text, variable = parameter.name, parameter.text, parameter.variable
    after = f'"${variable}"' if variable else ""
    if PLAIN_NAME.match(name):
        return f"--data-urlencode {shlex.quote(f'{name}={text}')}{after}"
    # curl would take what stands before a sign such as = or @ in the name for the whole name.
    pair = "=".join(quote(part, safe="") for part in (name, text))
    return f"-d {shlex.quote(pair)}{after}"


def _python(url: str, params: Sequence[Parameter], get: bool) -> str:  # noqa: FBT001 - as above
    pairs = [f"        {p.name!r}: {_python_value(p)}," for p in params]
    return "\n".join([
        "import os",
        "",
        "import requests",
        "",
        f"answer = requests.{'get' if get else 'post'}(",
        f"    {url!r},",
        f"    {'params' if get else 'data'}={{",
        *pairs,
        "    },",
        f"    timeout={TIMEOUT},",
        ")",
        "print(answer.text)",
    ])  # fmt: skip


def _python_value(parameter: Parameter) -> str:
    if not parameter.variable:
        return repr(parameter.text)
    variable = f"os.environ[{parameter.variable!r}]"
    return f"{parameter.text!r} + {variable}" if parameter.text else variable


def _php(url: str, params: Sequence[Parameter], get: bool) -> str:  # noqa: FBT001 - as above
    pairs = [f"    {_php_text(p.name)} => {_php_value(p)}," for p in params]
    address = _php_text(url)
    if get:
        sending = [f"echo file_get_contents({address} . '?' . http_build_query($params));"]
    else:
        sending = [
            "$context = stream_context_create(['http' => [",
            "    'method' => 'POST',",
            "    'header' => 'Content-Type: application/x-www-form-urlencoded',",
            "    'content' => http_build_query($params),",
            "]]);",
            f"echo file_get_contents({address}, false, $context);",
        ]
    return "\n".join(["<?php", "$params = [", *pairs, "];", *sending])


def _php_value(parameter: Parameter) -> str:
    variable = f"getenv({_php_text(parameter.variable)})" if parameter.variable else ""
    parts = [_php_text(parameter.text)] if parameter.text or not variable else []
    return " . ".join([*parts, *([variable] if variable else [])])


def _php_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
