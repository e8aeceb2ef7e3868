"""A request as it came to the proxy, and whether it may be sent to the seller."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote_to_bytes

from werkzeug.http import parse_options_header
from werkzeug.wrappers import Request

from contracts.recording.options import FUNC
from contracts.target.parameters import (
    Pairs,
    detect_body_kind,
    keep_last,
    read_body_pairs,
    read_pairs,
)
from contracts.target.spending import find_rule, spends

COOKIE: Final = "billmgrses5"
DECIDING: Final = frozenset({
    "func", "sok", "clicked_button", "skipbasket", "faction", "elid", "autoprolong", "promocode",
})  # fmt: skip
"""Parameters that decide what happens; repeated with other values they are ambiguous."""
_HIDDEN: Final = re.compile(rb";\s*(?:func|sok|clicked_button|skipbasket|faction)=")
"""Some servers split at ``;`` too, and would read further parameters."""

_PARTED: Final = re.compile(rb";\s*[\w.\[\]-]{1,64}=")
"""A ``;`` before any name: a parameter that is not checked may be the one that costs."""
_HIDDEN_JSON: Final = re.compile(rb"&\s*(?:func|sok|clicked_button|skipbasket|faction)=")
"""JSON that has further parameters if it is read as a form."""
_NAME: Final = re.compile(r"[\w.\-\[\]:$@]{0,200}", re.ASCII)
_ODD: Final = re.compile(r"[^a-z_]+.*")
"""Suffixes that some readers drop: ``sok[]``, ``clicked_button.x``."""
_CHARSETS: Final = frozenset({"", "utf-8", "utf8", "us-ascii"})


@dataclass(frozen=True, slots=True)
class ProxiedRequest:
    """One request. ``pairs``: every parameter, repeated ones too; ``cookie``: its session id."""

    method: str
    query: bytes
    body: bytes
    content_type: str
    headers: tuple[tuple[str, str], ...]
    pairs: Pairs
    cookie: str

    @property
    def fields(self) -> dict[str, str]:
        """The last value of each parameter."""
        return keep_last(self.pairs)

    @property
    def func(self) -> str:
        """The function that is called; empty if none is named."""
        return self.fields.get("func", "")

    @property
    def out(self) -> str:
        """The format that is asked for; empty if none is named."""
        return self.fields.get("out", "")

    @property
    def body_kind(self) -> str:
        """How the body is written, one of `contracts.record.exchange.BODIES`."""
        return detect_body_kind(self.body, self.content_type)

    @property
    def style(self) -> str:
        """The login's style: none, authinfo, session or cookie."""
        fields = self.fields
        if "authinfo" in fields:
            return "authinfo"
        if fields.get("auth"):
            return "session"
        return "cookie" if self.cookie else "none"


def read_request(request: Request) -> ProxiedRequest:
    """The request of werkzeug, as it was sent."""
    query = request.query_string
    body = request.get_data(cache=False)
    kind = request.headers.get("Content-Type", "")
    return ProxiedRequest(
        method=request.method,
        query=query,
        body=body,
        content_type=kind,
        headers=tuple(request.headers.items()),
        pairs=read_pairs(query, body, kind),
        cookie=request.cookies.get(COOKIE, ""),
    )


def find_ambiguity(sent: ProxiedRequest) -> str:
    """Why a request is ambiguous, in a few words; empty where it is not."""
    kind = sent.body_kind
    form = b"" if kind in ("multipart", "json") else sent.body
    plain = b"" if kind == "multipart" else unquote_to_bytes(sent.body)
    charset = parse_options_header(sent.content_type)[1].get("charset", "").lower()
    packed = any(name.lower() == "content-encoding" for name, _ in sent.headers)
    reasons = {
        'a name may hide behind a ";"': (
            _HIDDEN.search(unquote_to_bytes(sent.query)) or _HIDDEN.search(plain)
        ),
        'a name may stand behind a ";"': _PARTED.search(sent.query) or _PARTED.search(form),
        "its body may be read in two ways": (
            (kind == "json" and _HIDDEN_JSON.search(plain))
            or (kind == "multipart" and not sent.body.startswith(b"--"))
            or b"\n" in form.strip(b"\r\n")
        ),
        "its body is in another character set": charset not in _CHARSETS,
        "its body is compressed": packed,
        "its body cannot be read": sent.body and not read_body_pairs(sent.body, sent.content_type),
        "a name in it is no name": any(not _NAME.fullmatch(name) for name, _ in sent.pairs),
        "what decides is written oddly": any(map(_is_odd, sent.pairs)),
        "func is no name of a function": sent.func and not FUNC.fullmatch(sent.func),
    }
    return _repeated(sent) or next((reason for reason, holds in reasons.items() if holds), "")


def _is_odd(pair: tuple[str, str]) -> bool:
    """Whether only some readers would take this name for one of `DECIDING`."""
    name = pair[0]
    return name not in DECIDING and _ODD.sub("", name.lower()) in DECIDING


def _repeated(sent: ProxiedRequest) -> str:
    values: dict[str, set[str]] = defaultdict(set)
    for name, text in sent.pairs:
        values[name.strip().lower()].add(text)
    twice = sorted(name for name in DECIDING & set(values) if len(values[name]) > 1)
    return f'"{twice[0]}" is given twice, with different values' if twice else ""


def find_paid_function(sent: ProxiedRequest, allowed: Iterable[str]) -> str:
    """The function that must be allowed for this request to be sent; empty where it may be sent.

    An unknown function may act without ``sok``: it counts as spending until it is allowed.
    """
    func = sent.func
    named = func in frozenset(allowed) or not func
    unknown = find_rule(func) is None
    return "" if named or not (unknown or spends(func, sent.fields)) else func
