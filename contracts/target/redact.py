"""Secrets, taken out of what a judge shows or writes down.

A password, a session or a key is masked in the request by the name of its parameter, and in the
answer by the name of its field and wherever the very text of the request's secret stands, however
it is written there.
"""

from __future__ import annotations

import functools
import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Final
from urllib.parse import quote, quote_plus
from xml.etree.ElementTree import ParseError, indent, tostring
from xml.sax.saxutils import escape

import httpx
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.record.formats import UnreadableBody
from contracts.record.tokens import ValueToken, rewritten, value_tokens
from contracts.target.parameters import keep_last, read_pairs
from contracts.verdicts import CallRecord

MASK: Final = "***"
SECRETS: Final = frozenset(
    {"authinfo", "auth", "auth_id", "password", "passwd", "confirm", "key", "qrcode", "billmgrses5"}
)
"""Parameters and fields that hold a secret. ``lickey`` is none: it is what is bought."""
MIN_SECRET_LENGTH: Final = 6
"""Signs: a shorter secret is not looked for in answers, it would blot out ordinary text."""
MAX_SECRETS: Final = 50
"""Secrets of one answer that are looked for in the rest of it; a hostile one has no end of them."""
_PIECES: Final = frozenset({
    "pass", "passphrase", "pwd", "pw", "cvc", "cvv", "totp", "otp", "pin", "session", "sessionid",
    "rootpass", "userpass", "adminpass", "ftppass", "dbpass",
})  # fmt: skip
"""A name with one of these words in it holds a secret as well (``adm_pass``, ``card[cvv2]``)."""
_ENDS: Final = (
    "passwd", "password", "token", "secret", "apikey", "privatekey", "secretkey", "sslkey",
    "cardnumber", "passwordhash", "passwordconfirm",
)  # fmt: skip
"""So does one that ends like this, or has a word that does (``api-token``, ``user[password]``)."""
_TELLING: Final = ("allow", "change", "need", "show", "has", "is", "send")
"""Words that make a flag of such a name: ``allow_changepassword`` is ``on`` or ``off``."""
_STATES: Final = frozenset({"", "on", "off", "yes", "no", "null"})
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_FIELD: Final = "|".join(sorted(SECRETS - {"authinfo"}))
_NAME: Final = re.compile(r"[\w.\-\[\]: ]{1,64}")
_PEM: Final = re.compile(
    r"(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL
)
_QUERY: Final = re.compile(
    r"(?<![\w.$\-])([\w.\-\[\]]{1,64})(=|%3D)([^&\s\"'<>;\\]+)", re.IGNORECASE
)
"""As a link has it: an answer may send a browser on with a key in its query."""
_USERINFO: Final = re.compile(r"(://[^/\s:@\"'<>]{0,100}:)[^@/\s\"'<>]{1,200}@")
_INPUT: Final = re.compile(r"<input\b[^<>]{1,2000}>", re.IGNORECASE)
_INPUT_NAME: Final = re.compile(r"""\bname=["']([^"']*)""", re.IGNORECASE)
_INPUT_VALUE: Final = re.compile(r"""(\bvalue=)("[^"]*"|'[^']*')""", re.IGNORECASE)
"""A page that sends a browser on carries the session in a hidden field."""
# No pattern may begin to look again at every sign of a long answer: each stops at the next mark.
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
"""For what is no whole document: cut off, or around one."""


@functools.lru_cache(maxsize=4096)
def is_secret(name: str) -> bool:
    """Whether a parameter or field of this name holds a secret."""
    meant = name.strip().lstrip("$@")
    if meant.lower() in SECRETS:
        return True
    words = re.split(r"[^a-z0-9]+", _CAMEL.sub("_", meant).lower())
    pieces = [word.rstrip("0123456789") for word in words]
    if any(_is_flag(piece) for piece in pieces):
        return False
    whole = "".join(pieces)
    return whole.endswith(_ENDS) or any(
        piece in _PIECES or piece.endswith(_ENDS) for piece in pieces
    )


def _is_flag(piece: str) -> bool:
    """``show``, ``changepassword``; ``hash`` only begins like one."""
    told = next((word for word in _TELLING if piece.startswith(word)), None)
    rest = piece.removeprefix(told or "")
    return told is not None and (not rest or rest in _PIECES or rest.endswith(_ENDS))


def is_secret_value(token: ValueToken) -> bool:
    """Whether a value of an answer is a secret by the place where it stands."""
    if token.value.strip() in _STATES:
        return False
    if token.attribute:
        # ``key`` of a choice is what a client sends to take it.
        meant = token.attribute != "key" and is_secret(token.attribute)
        return meant or (token.name == "auth" and token.attribute == "id")
    return is_secret(token.name)


def mask_form(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request with its secrets hidden; a login stays, its password does not."""
    known = _longest(find_secrets(form))
    shown: dict[str, str] = {}
    for name, text in form.items():
        meant = name.strip().lower()
        if meant == "authinfo":
            login, colon, _ = text.partition(":")
            # Without a colon nobody knows what of it is the password.
            shown[name] = f"{login}:{MASK}" if colon else MASK
        elif not _NAME.fullmatch(name):
            # A body that is no form: all of it may stand where a name should.
            shown[MASK] = MASK
        else:
            shown[name] = MASK if is_secret(name) else mask_links(_without(text, known))
    return shown


def mask_links(text: str) -> str:
    """A text without private keys, and without the secrets of the queries that stand in it."""
    text = _PEM.sub(rf"\g<1>{MASK}\g<2>", text)
    text = _USERINFO.sub(rf"\g<1>{MASK}@", text)
    return _INPUT.sub(_masked_input, _QUERY.sub(_masked_pair, text))


def _masked_pair(found: re.Match[str]) -> str:
    name, equals, text = found.groups()
    return f"{name}{equals}{MASK}" if is_secret(name) and text not in _STATES else found[0]


def _masked_input(found: re.Match[str]) -> str:
    name = _INPUT_NAME.search(found[0])
    if name is None or not is_secret(name[1]):
        return found[0]
    return _INPUT_VALUE.sub(rf'\g<1>"{MASK}"', found[0])


def mask_text(text: str, secrets: Iterable[str] = ()) -> str:
    """An answer in any format with secrets blotted out; ``secrets`` are those of its request."""
    try:
        found = value_tokens(text)
    except UnreadableBody:
        return _masked_patterns(text, secrets)
    told = (token.value for token in found if is_secret_value(token))
    known = _longest({*secrets, *islice(filter(_is_telling, told), MAX_SECRETS)})
    return mask_links(rewritten(text, lambda token: _masked_token(token, known)))


def _masked_patterns(text: str, secrets: Iterable[str]) -> str:
    """The same where nothing says for certain which name a text belongs to."""
    told = (
        found[0].removeprefix(found[1])
        for pattern, _ in _PATTERNS
        for found in islice(pattern.finditer(text), MAX_SECRETS)
    )
    ways = {way for secret in _longest(secrets) for way in spell_variants(secret)}
    for secret in _longest({*ways, *filter(_is_telling, told)}):
        text = text.replace(secret, MASK)
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return mask_links(text)


def _is_telling(secret: str) -> bool:
    """Whether a secret of an answer is looked for elsewhere in it, under whatever name."""
    return any(map(str.isdigit, secret))


def _longest(secrets: Iterable[str]) -> list[str]:
    """The longest first: a short one may be a part of it, and would leave the rest."""
    return sorted({one for one in secrets if len(one) >= MIN_SECRET_LENGTH}, key=len, reverse=True)


def _masked_token(token: ValueToken, known: Iterable[str]) -> str:
    if is_secret_value(token):
        return MASK
    return mask_links(_without(token.value, known))


def _without(text: str, known: Iterable[str]) -> str:
    for secret in known:
        text = text.replace(secret, MASK)
    return text


def spell_variants(secret: str) -> Iterator[str]:
    """A text as it may stand in an answer: as it is, and as XML, JSON or an address write it."""
    ways = {
        secret,
        escape(secret),
        escape(secret, {'"': "&quot;", "'": "&apos;"}),
        escape(secret, {'"': "&quot;"}),
        escape(secret, {'"': "&quot;", "'": "&#39;"}),
        html.escape(secret),
        secret.encode("ascii", "xmlcharrefreplace").decode(),
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        json.dumps(secret)[1:-1].replace("/", "\\/"),
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
    }
    # The longest first: the short one may be a part of it, and would leave the rest.
    yield from sorted(ways, key=lambda way: (-len(way), way))


def find_secrets(form: Mapping[str, str]) -> list[str]:
    """What of a request must not stand in an answer that is shown."""
    found: list[str] = []
    for name, text in form.items():
        if name.strip().lower() == "authinfo":
            login, colon, password = text.partition(":")
            found.append(password if colon else login)
        elif is_secret(name) and text.strip() not in _STATES:
            found.append(text)
    return [secret for secret in found if secret]


def read_fields(request: httpx.Request) -> dict[str, str]:
    """The parameters of a request, wherever they stand; the body's weigh more."""
    kind = request.headers.get("Content-Type", "")
    return keep_last(read_pairs(request.url.query, request.read(), kind))


def redact_exchange(
    request: httpx.Request, response: httpx.Response | None, note: str = ""
) -> CallRecord:
    """One request with its answer, ready to be shown. Without an answer the status is 0."""
    kind = request.headers.get("Content-Type", "")
    pairs = read_pairs(request.url.query, request.read(), kind)
    fields = keep_last(pairs)
    # Of a name that was said twice, both are secrets.
    said = [secret for pair in pairs for secret in find_secrets(dict([pair]))]
    secrets = [*said, *_headers(request)]
    address = mask_links(str(request.url.copy_with(query=None, username=None, password=None)))
    if response is None:
        return CallRecord(request.method, address, mask_form(fields), 0, "", note)
    text = mask_text(response.read().decode("utf-8", "replace"), secrets)
    return CallRecord(request.method, address, mask_form(fields), response.status_code, text, note)


def _headers(request: httpx.Request) -> Iterator[str]:
    """The session a cookie brings, or a token, which an answer may repeat."""
    yield from request.headers.get("Authorization", "").split()[1:]
    for part in request.headers.get("Cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if is_secret(name) and value:
            yield from {value, value.partition(":")[0]}


def format_readable(body: bytes) -> str:
    """An answer for people: xml with a line for each element, secrets hidden."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        text = body.decode("utf-8", "replace")
    else:
        indent(root)
        text = tostring(root, encoding="unicode")
    return mask_text(text)
