"""Runs what a judge printed to repeat a failure: lines of curl in this process, and commands."""

from __future__ import annotations

import json
import re
import shlex
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx
from click.testing import CliRunner

from contracts.cli import drift, verify
from contracts.target.redact import redact_exchange
from contracts.verdicts import Verdict
from emulator.testing import Seller

FLAGS: Final = frozenset({"-sSi", "-G"})
DATA: Final = frozenset({"--data-urlencode", "--data-raw", "-d"})
FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
SESSION: Final = re.compile("<auth[^>]*>([0-9a-f]+)</auth>")
PASSWORDS: Final = {
    "$MOCKSELLER_PASSWORD": "secret", "$MOCKSELLER_URL": "http://127.0.0.1:1500/billmgr"
}  # fmt: skip
"""What somebody sets who repeats lines at a seller of ours."""


def read_line(line: str, variables: Mapping[str, str]) -> httpx.Request:
    """The request that curl makes of a printed line."""
    curl, *words = shlex.split(expand(line, variables))
    assert curl == "curl"
    options, (url,) = _options(words)
    values = defaultdict(list)
    for name, value in options:
        values[name].append(value)
    data = "&".join(_encode(v) if n == "--data-urlencode" else v for n, v in options if n in DATA)
    query = "&".join(map(_encode, values["--url-query"]))
    address = "?".join(filter(None, (url, data if "-G" in values else query)))
    method = values["-X"][0] if "-X" in values else "GET" if "-G" in values else "POST"
    headers = {"Cookie": values["-b"][0]} if "-b" in values else {}
    if values["--form-string"]:
        pairs = (text.partition("=") for text in values["--form-string"])
        form = {name: (None, value) for name, _, value in pairs}
        return httpx.Request(method, address, headers=headers, files=form)
    if method == "GET":
        return httpx.Request(method, address, headers=headers)
    pairs = (text.partition(":") for text in values["-H"])
    headers |= FORM | {name: value.strip() for name, _, value in pairs}
    sent = {name: value for name, value in headers.items() if value}
    return httpx.Request(method, address, content=data, headers=sent)


def _options(words: Iterable[str]) -> tuple[list[tuple[str, str]], list[str]]:
    """The options with their values, and the other words; getopt takes a minute for 10,000."""
    options, others = [], []
    words = iter(words)
    for word in words:
        if word in FLAGS:
            options.append((word, ""))
        elif word.startswith("-"):
            options.append((word, next(words)))
        else:
            others.append(word)
    return options, others


def _encode(pair: str) -> str:
    name, _, text = pair.partition("=")
    return f"{name}={quote(text, safe='')}"


def expand(line: str, variables: Mapping[str, str]) -> str:
    """The line with its variables replaced, as the shell does it; their values need no quotes."""
    for name in sorted(variables, key=len, reverse=True):
        line = line.replace(name, variables[name])
    return line


def send_lines(
    lines: Iterable[str],
    app: Any,  # noqa: ANN401 - a WSGI application
    variables: Mapping[str, str] = PASSWORDS,
) -> list[httpx.Response]:
    """The answers of an application to the requests of printed lines.

    A session that an answer gives is that of the lines after it.
    """
    known_values = dict(variables)
    answers: list[httpx.Response] = []
    with httpx.Client(transport=httpx.WSGITransport(app=app)) as http:
        for line in lines:
            http.cookies.clear()
            answers.append(http.send(read_line(line, known_values)))
            if session := SESSION.search(answers[-1].text):
                known_values["$MOCKSELLER_SESSION"] = session[1]
    return answers


def as_seen(answers: Iterable[httpx.Response], count: int) -> list[str]:
    """The last ``count`` answers of the API as a report shows them."""
    of_api = [each for each in answers if each.request.url.path.endswith("billmgr")]
    return [redact_exchange(each.request, each).answer for each in of_api[-count:]]


def run_command(*words: str) -> dict[tuple[str, str], dict[str, Any]]:
    """The verdicts of a command of a judge by name and format, as JSON has them."""
    command, arguments = (drift, words[1:]) if words[0] == "drift" else (verify, words)
    result = CliRunner().invoke(command, [*arguments, "--json"], env={"NO_PROXY": "127.0.0.1"})
    assert result.exit_code in (0, 1), result.output
    (run,) = json.loads(result.stdout)["runs"]
    return {(each["name"], each["out"]): each for each in run["verdicts"]}


def curl_lines(verdict: Verdict) -> list[str]:
    """The requests that a verdict prints."""
    return [line for line in verdict.repeat if line.startswith("curl ")]


def world_is_gone(seller: Seller) -> bool:
    """Whether the world of printed lines was deleted by the last of them."""
    return "repeat" not in [world["name"] for world in seller.control("GET", "/worlds")]
