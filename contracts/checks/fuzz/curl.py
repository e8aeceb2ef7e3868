"""Writes a request as a curl line that repeats it, its secrets left to the environment."""

from __future__ import annotations

import re
import shlex
from typing import Final
from urllib.parse import parse_qsl, quote

import httpx

from contracts.target.redact import SECRETS

PASSWORD, SESSION = "$MOCKSELLER_PASSWORD", "$MOCKSELLER_SESSION"
PLAIN: Final = re.compile(r"[\x20-\x7e]*\Z")
"""Texts that are written as they are; everything else is percent-encoded."""
LOSSLESS: Final = "surrogateescape"
"""Bytes that are not UTF-8 are sent again unchanged."""
SAFE_LOGIN: Final = re.compile(r"[A-Za-z0-9@._-]*\Z")


def format_curl(
    request: httpx.Request, address: str, *, password: str = "", session: str = ""
) -> str:
    """The line for one request, sent to ``address`` instead of where it went.

    The judge's own ``password`` and ``session`` are written as environment variables,
    ``$MOCKSELLER_PASSWORD`` and ``$MOCKSELLER_SESSION``; generated passwords are written out.
    """
    query, body = _pairs(request.url.query), _pairs(request.read())
    words = ["curl", "-sS"]
    if request.method == "GET":
        words += ["-G", shlex.quote(address)]
        words += [_data(*pair, password, session) for pair in (*query, *body)]
        return " ".join(words)
    # A secret of the query is sent in the body: in an address curl would not encode the variable.
    secret = [pair for pair in query if _hidden(*pair, password, session)]
    shown = [pair for pair in query if pair not in secret]
    words += ["-X", request.method] if request.method != "POST" else []
    words.append(shlex.quote(f"{address}?{_encoded(shown)}" if shown else address))
    data = [_data(*pair, password, session) for pair in (*secret, *body)]
    return " ".join([*words, *(data or ["-d ''"])])


def _pairs(text: bytes) -> list[tuple[str, str]]:
    return parse_qsl(text.decode("ascii", "replace"), keep_blank_values=True, errors=LOSSLESS)


def _encoded(pairs: list[tuple[str, str]]) -> str:
    return "&".join(f"{_percent(name)}={_percent(text)}" for name, text in pairs)


def _percent(text: str) -> str:
    return quote(text, safe="", errors=LOSSLESS)


def _hidden(name: str, text: str, password: str, session: str) -> str:
    """The variable for one of the judge's secrets, in double quotes; empty for other values."""
    meant = name.strip().lower()
    if meant == "authinfo":
        login, colon, value = text.partition(":")
        if colon and password and value == password and SAFE_LOGIN.match(login):
            return f'"authinfo={login}:{PASSWORD}"'
    if meant in SECRETS and text:
        if session and text == session:
            return f'"{_percent(name)}={SESSION}"'
        if password and text == password:
            return f'"{_percent(name)}={PASSWORD}"'
    return ""


def _data(name: str, text: str, password: str, session: str) -> str:
    if hidden := _hidden(name, text, password, session):
        return f"--data-urlencode {hidden}"
    if PLAIN.match(text) and name:
        pair = f"{_percent(name)}={text}"
        return f"--data-urlencode {shlex.quote(pair)}"
    return f"--data-raw {shlex.quote(_encoded([(name, text)]))}"
