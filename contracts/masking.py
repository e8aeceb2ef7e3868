"""Secrets, taken out of what a judge shows or writes down.

A password, a session or a key is masked in the request by the name of its parameter, and in the
answer by the name of its field and wherever the very text of the request's secret stands.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Mapping
from io import BytesIO
from itertools import islice
from typing import Final
from urllib.parse import parse_qsl, quote, quote_plus
from xml.etree.ElementTree import ParseError, indent, tostring
from xml.sax.saxutils import escape

import httpx
from defusedxml.ElementTree import fromstring
from werkzeug.formparser import FormDataParser
from werkzeug.http import parse_options_header

from contracts.verdicts import Seen

MASK: Final = "***"
SECRETS: Final = frozenset(
    {"authinfo", "auth", "auth_id", "password", "passwd", "confirm", "key", "qrcode", "billmgrses5"}
)
"""Parameters and fields that hold a secret. ``lickey`` is none: it is what is bought."""
SHORTEST: Final = 6
"""Signs: a shorter secret is not looked for in answers, it would blot out ordinary text."""
MOST: Final = 50
"""Secrets of one answer that are looked for in the rest of it; a hostile one has no end of them."""
# No pattern may begin to look again at every sign of a long answer: each stops at the next mark.
_FIELD: Final = "|".join(sorted(SECRETS - {"authinfo"}))
_TEXT: Final = r'(?:\\.|[^"\\])*'
_PATTERNS: Final = (
    (re.compile(r"(<auth\b[^<>]*?\bid=[\"'])[^\"']*"), rf"\g<1>{MASK}"),
    (re.compile(rf"(<({_FIELD})\b[^<>]*>)[^<]+"), rf"\g<1>{MASK}"),
    (re.compile(rf'("({_FIELD})"\s*:\s*"){_TEXT}'), rf"\g<1>{MASK}"),
    (
        re.compile(rf'("({_FIELD})"\s*:\s*\{{[^{{}}]*?"\$?(?:id|v|)"\s*:\s*"){_TEXT}'),
        rf"\g<1>{MASK}",
    ),
    (re.compile(rf'("auth"\s*:\s*\{{[^{{}}]*?"\$"\s*:\s*"){_TEXT}'), rf"\g<1>{MASK}"),
)


def masked(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request with its secrets hidden; a login stays, its password does not."""
    shown: dict[str, str] = {}
    for name, text in form.items():
        meant = name.strip().lower()
        if meant == "authinfo":
            shown[name] = f"{text.partition(':')[0]}:{MASK}"
        else:
            shown[name] = MASK if meant in SECRETS else text
    return shown


def masked_text(text: str, secrets: Iterable[str] = ()) -> str:
    """An answer in any format with secrets blotted out; ``secrets`` are those of its request."""
    told = {
        found[0].removeprefix(found[1])
        for pattern, _ in _PATTERNS
        for found in islice(pattern.finditer(text), MOST)
    }
    # The same session may stand a second time, under a name that nobody thought of.
    known = {secret for secret in told if any(map(str.isdigit, secret))}
    known |= {written for secret in secrets for written in _writings(secret)}
    for secret in sorted(known, key=len, reverse=True):
        if len(secret) >= SHORTEST:
            text = text.replace(secret, MASK)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text


def _writings(secret: str) -> set[str]:
    """A secret as it stands in plain text, XML, JSON and an address."""
    in_json = json.dumps(secret), json.dumps(secret, ensure_ascii=False)
    in_xml = escape(secret), escape(secret, {'"': "&quot;"}), html.escape(secret)
    return {secret, quote(secret), quote_plus(secret), *in_xml, *(one[1:-1] for one in in_json)}


def secrets_of(form: Mapping[str, str]) -> list[str]:
    """What of a request must not stand in an answer that is shown."""
    found: list[str] = []
    for name, text in form.items():
        meant = name.strip().lower()
        if meant == "authinfo":
            found.append(text.partition(":")[2])
        elif meant in SECRETS:
            found.append(text)
    return [secret for secret in found if secret]


def fields_of(request: httpx.Request) -> dict[str, str]:
    """The parameters of a request, wherever they stand; the body's weigh more."""
    query = parse_qsl(request.url.query.decode("ascii", "replace"), keep_blank_values=True)
    return {**dict(query), **_body_of(request)}


def _body_of(request: httpx.Request) -> dict[str, str]:
    body = request.read()
    mimetype, options = parse_options_header(request.headers.get("Content-Type"))
    if mimetype != "multipart/form-data":
        return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    _, fields, files = FormDataParser().parse(BytesIO(body), mimetype, len(body), options)
    sent = {name: f"(a file: {file.filename})" for name, file in files.items()}
    return {**fields.to_dict(), **sent}


def seen(request: httpx.Request, response: httpx.Response | None, note: str = "") -> Seen:
    """One request with its answer, ready to be shown. Without an answer the status is 0."""
    fields = fields_of(request)
    secrets = secrets_of(fields)
    address = str(request.url.copy_with(query=None, username=None, password=None))
    if response is None:
        return Seen(request.method, address, masked(fields), 0, "", note)
    text = masked_text(response.read().decode("utf-8", "replace"), secrets)
    return Seen(request.method, address, masked(fields), response.status_code, text, note)


def readable(body: bytes) -> str:
    """An answer for people: xml with a line for each element, secrets hidden."""
    try:
        root = fromstring(body)
    except (ParseError, ValueError):
        text = body.decode("utf-8", "replace")
    else:
        indent(root)
        text = tostring(root, encoding="unicode")
    return masked_text(text)
