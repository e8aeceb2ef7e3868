"""Writes requests as lines for the shell that send them again, secrets left to the environment.

Every judge builds its lines here: `format_curl` for a request that it sent itself, `format_record`
for one that it only saw, masked, `format_control` for the control API of a mockseller.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import parse_qsl, quote

import httpx

from contracts.target.parameters import detect_body_kind, read_body_pairs
from contracts.target.redact import MASK, MIN_SECRET_LENGTH, is_secret
from contracts.verdicts import WRONG, CallRecord, Verdict

PASSWORD: Final = "$MOCKSELLER_PASSWORD"  # noqa: S105 - the name of a variable
SESSION: Final = "$MOCKSELLER_SESSION"
TOKEN: Final = "$MOCKSELLER_TOKEN"  # noqa: S105 - the name of a variable
URL: Final = "$MOCKSELLER_URL"
"""In place of the address of a seller that ended with its judge; a record has only its path."""
CURL: Final = "curl -sSi"
"""With status and headers: they may be what is wrong."""
PLAIN: Final = re.compile(r"[\x20-\x7e]*\Z")
"""Texts that are written as they are; everything else is percent-encoded."""
LOSSLESS: Final = "surrogateescape"
"""Bytes that are not UTF-8 are sent again unchanged."""
SAFE_LOGIN: Final = re.compile(r"[A-Za-z0-9@._-]*\Z")
_VARIABLES: Final = {
    "auth": SESSION, "billmgrses5": SESSION,
    "authinfo": "$MOCKSELLER_AUTHINFO",
    "password": PASSWORD, "passwd": PASSWORD, "confirm": PASSWORD,
}  # fmt: skip

Pairs = list[tuple[str, str]]
Lines = tuple[str, ...]
Variables = Mapping[str, str]
"""Secrets, each with the variable that is written in its place: ``{"secret": "$VARIABLE"}``."""


def format_curl(request: httpx.Request, address: str, variables: Variables) -> str:
    """The line for one request, sent to ``address`` instead of where it went.

    ``variables``: the judge's own secrets. What the judge made up is written out.
    """
    query, content = _pairs(request.url.query), request.read()
    content_type = request.headers.get("Content-Type", "")
    kind = detect_body_kind(content, content_type)
    words = [CURL, *_cookies(request, variables)]
    if kind in ("json", "multipart"):
        words += _method(request.method)
        words.append(shlex.quote(address))
        words += [f"--url-query {_pair(*pair, variables)}" for pair in query]
        if kind == "json":
            data = shlex.quote(content.decode("utf-8", "replace"))
            return " ".join([*words, "-H 'Content-Type: application/json'", f"--data-raw {data}"])
        fields = read_body_pairs(content, content_type)
        return " ".join([*words, *(f"--form-string {_field(*pair, variables)}" for pair in fields)])
    if kind == "bare":
        words.append("-H Content-Type:")
    return " ".join(
        [*words, *_form_words(request.method, address, query, _pairs(content), variables)]
    )


def format_record(call: CallRecord) -> str:
    """The line for a call of which only the masked record is there.

    Its secrets are variables; where its parameters were, in the query or in the body, is lost.
    """
    pairs = list(call.request.items())
    variables = {MASK: ""}
    address = URL if call.address.startswith("/") else call.address
    words = _form_words(call.method, address, [], pairs, variables)
    return " ".join([CURL, *words])


def list_lines(calls: Iterable[CallRecord]) -> tuple[str, ...]:
    """The lines for calls, in their order."""
    return tuple(call.line or format_record(call) for call in calls)


def add_lines(
    verdict: Verdict, lines: Iterable[str], world: tuple[Lines, Lines] = ((), ())
) -> Verdict:
    """The verdict with the lines that show again what does not hold; unchanged where all holds.

    ``world``: the lines that make the world for the requests, and those that delete it.
    """
    if verdict.outcome not in WRONG:
        return verdict
    return replace(verdict, repeat=(*world[0], *lines, *world[1]))


def format_control(method: str, url: str, body: object, *, with_token: bool = False) -> str:
    """The line for a call of the control API of a mockseller, with a body in JSON."""
    words = [CURL, "-X", method, shlex.quote(url), "-H 'Content-Type: application/json'"]
    words += [f'-H "Authorization: Bearer {TOKEN}"'] if with_token else []
    return " ".join([*words, "-d", shlex.quote(json.dumps(body))])


def name_variable(name: str) -> str:
    """The variable for a secret in a parameter of this name, such as ``$MOCKSELLER_KEY``."""
    meant = name.strip().lower()
    return _VARIABLES.get(meant) or "$MOCKSELLER_" + re.sub(r"[^A-Z0-9]+", "_", meant.upper())


def _method(method: str) -> list[str]:
    return ["-X", method] if method != "POST" else []


def _form_words(
    method: str, address: str, query: Pairs, body: Pairs, variables: Variables
) -> list[str]:
    """Method, address and data of a request whose parameters are in the query or in a form."""
    if method == "GET":
        return ["-G", _quote(address), *(_data(*pair, variables) for pair in (*query, *body))]
    # A secret of the query is sent in the body: in an address curl would not encode the variable.
    secret = [pair for pair in query if _hidden(*pair, variables)]
    shown = [pair for pair in query if pair not in secret]
    where = _quote(f"{address}?{_encoded(shown)}" if shown else address)
    data = [_data(*pair, variables) for pair in (*secret, *body)]
    return [*_method(method), where, *(data or ["-d ''"])]


def _quote(address: str) -> str:
    return f'"{URL}"' if address == URL else shlex.quote(address)


def _pairs(text: bytes) -> Pairs:
    return parse_qsl(text.decode("ascii", "replace"), keep_blank_values=True, errors=LOSSLESS)


def _encoded(pairs: Pairs) -> str:
    return "&".join(f"{_percent(name)}={_percent(text)}" for name, text in pairs)


def _percent(text: str) -> str:
    return quote(text, safe="", errors=LOSSLESS)


def _hidden(name: str, text: str, variables: Variables) -> str:
    """Name and variable of a secret, in double quotes; empty for other values."""
    if name.strip().lower() == "authinfo":
        login, colon, value = text.partition(":")
        if colon and value in variables and SAFE_LOGIN.match(login):
            return f'"{_percent(name)}={login}:{variables[value] or PASSWORD}"'
    if text in variables and text and (is_secret(name) or len(text) >= MIN_SECRET_LENGTH):
        return f'"{_percent(name)}={variables[text] or name_variable(name)}"'
    return ""


def _pair(name: str, text: str, variables: Variables) -> str:
    return _hidden(name, text, variables) or shlex.quote(f"{_percent(name)}={text}")


def _field(name: str, text: str, variables: Variables) -> str:
    """A field of a form in several parts, which is not percent-encoded."""
    return _hidden(name, text, variables) or shlex.quote(f"{name}={text}")


def _data(name: str, text: str, variables: Variables) -> str:
    if hidden := _hidden(name, text, variables):
        return f"--data-urlencode {hidden}"
    if PLAIN.match(text) and name:
        return f"--data-urlencode {_pair(name, text, variables)}"
    return f"--data-raw {shlex.quote(_encoded([(name, text)]))}"


def _cookies(request: httpx.Request, variables: Variables) -> list[str]:
    cookie = request.headers.get("Cookie", "")
    name, _, text = cookie.partition("=")
    return [f"-b {_pair(name, text, variables)}"] if cookie else []
