"""A request as a line for the shell that sends it again, secrets left to the environment."""

from __future__ import annotations

import re
import shlex
from typing import Final
from urllib.parse import parse_qsl, quote

import httpx

from contracts.target.redact import SECRETS

PASSWORD, SESSION = "$MOCKSELLER_PASSWORD", "$MOCKSELLER_SESSION"
PLAIN: Final = re.compile(r"[\x20-\x7e]*\Z")
"""What can stand in a line as it is; everything else is written with percent signs."""
LOSSLESS: Final = "surrogateescape"
"""Bytes that are no UTF-8 go out again as they came."""
SAFE_LOGIN: Final = re.compile(r"[A-Za-z0-9@._-]*\Z")


def curl(request: httpx.Request, address: str, *, password: str = "", session: str = "") -> str:
    """The line for one request, sent to ``address`` instead of where it went.

    A secret stands as an environment variable: ``$MOCKSELLER_PASSWORD``, ``$MOCKSELLER_SESSION``.
    ``password`` and ``session`` are those of the judge: only where they were sent does a variable
    stand for them; passwords that were made up are told.
    """
    query, body = _pairs(request.url.query), _pairs(request.read())
    words = ["curl", "-sS"]
    if request.method == "GET":
        words += ["-G", shlex.quote(address)]
        words += [_data(*pair, password, session) for pair in (*query, *body)]
        return " ".join(words)
    # A password in the query would have to be encoded by hand: there the body carries it too.
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
    """What stands for a secret, already in double quotes; or nothing where there is none."""
    meant = name.strip().lower()
    if meant == "authinfo":
        login, colon, said = text.partition(":")
        if colon and password and said == password and SAFE_LOGIN.match(login):
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
