"""Masks secrets in requests and answers before a judge shows or saves them.

Passwords, sessions and keys are recognised by the name of their parameter or field. In an answer
the secrets of its request are masked as well wherever they stand, in any spelling.
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
from contracts.record.tokens import ValueToken, read_tokens, rewrite_values
from contracts.target.parameters import keep_last, read_pairs
from contracts.verdicts import CallRecord

MASK: Final = "***"
SECRETS: Final = frozenset(
    {"authinfo", "auth", "auth_id", "password", "passwd", "confirm", "key", "qrcode", "billmgrses5"}
)
"""Parameters and fields that hold a secret. ``lickey`` is not one: it is the product."""
MIN_SECRET_LENGTH: Final = 6
"""Characters: shorter secrets are not searched in answers, since they match ordinary text."""
MAX_SECRETS: Final = 50
"""Secrets of one answer that are searched in the rest of it, so that masking ends in time."""
_PIECES: Final = frozenset({
    "pass", "passphrase", "pwd", "pw", "cvc", "cvv", "totp", "otp", "pin", "session", "sessionid",
    "rootpass", "userpass", "adminpass", "ftppass", "dbpass",
})  # fmt: skip
"""Words that make a name secret (``adm_pass``, ``card[cvv2]``)."""
_ENDS: Final = (
    "passwd", "password", "token", "secret", "apikey", "privatekey", "secretkey", "sslkey",
    "cardnumber", "passwordhash", "passwordconfirm",
)  # fmt: skip
"""Endings of words that make a name secret (``api-token``, ``user[password]``)."""
_FLAG_PREFIXES: Final = ("allow", "change", "need", "show", "has", "is", "send")
"""Prefixes that make such a name a flag: ``allow_changepassword`` is ``on`` or ``off``."""
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
"""The query of a link: a redirect may carry a key."""
_USERINFO: Final = re.compile(r"(://[^/\s:@\"'<>]{0,100}:)[^@/\s\"'<>]{1,200}@")
_INPUT: Final = re.compile(r"<input\b[^<>]{1,2000}>", re.IGNORECASE)
_INPUT_NAME: Final = re.compile(r"""\bname=["']([^"']*)""", re.IGNORECASE)
_INPUT_VALUE: Final = re.compile(r"""(\bvalue=)("[^"]*"|'[^']*')""", re.IGNORECASE)
"""A page that forwards a browser carries the session in a hidden field."""
_LINK_MARKS: Final = ("=", "%3", "://", "-----")
"""Every text in which `mask_links` masks something has one of these."""
# Every pattern stops at the next delimiter, so that a long answer is searched in linear time.
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
"""For texts that are not a whole document."""


@functools.lru_cache(maxsize=65536)  # more names than a flood of parameters has
def is_secret(name: str) -> bool:
    """Whether a parameter or field of this name holds a secret."""
    stripped = name.strip().lstrip("$@")
    if stripped.lower() in SECRETS:
        return True
    words = re.split(r"[^a-z0-9]+", _CAMEL.sub("_", stripped).lower())
    pieces = [word.rstrip("0123456789") for word in words]
    if any(_is_flag(piece) for piece in pieces):
        return False
    whole = "".join(pieces)
    return whole.endswith(_ENDS) or any(
        piece in _PIECES or piece.endswith(_ENDS) for piece in pieces
    )


def _is_flag(piece: str) -> bool:
    """Whether a word makes a flag: ``show``, ``changepassword``, but not ``hash``."""
    prefix = next((word for word in _FLAG_PREFIXES if piece.startswith(word)), None)
    rest = piece.removeprefix(prefix or "")
    return prefix is not None and (not rest or rest in _PIECES or rest.endswith(_ENDS))


def is_secret_value(token: ValueToken) -> bool:
    """Whether a value of an answer is a secret, by the name of its field or attribute."""
    if token.value.strip() in _STATES:
        return False
    if token.attribute:
        # The attribute ``key`` of a choice is the value that a client sends.
        named_so = token.attribute != "key" and is_secret(token.attribute)
        return named_so or (token.name == "auth" and token.attribute == "id")
    return is_secret(token.name)


def mask_form(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a request with its secrets masked; of ``authinfo`` the login is kept."""
    secrets = _longest_first(find_secrets(form))
    shown: dict[str, str] = {}
    for name, text in form.items():
        if name.strip().lower() == "authinfo":
            login, colon, _ = text.partition(":")
            # Without a colon it is unknown which part is the password.
            shown[name] = f"{login}:{MASK}" if colon else MASK
        elif not _NAME.fullmatch(name):
            # A body that is not a form ends up in the name.
            shown[MASK] = MASK
        else:
            shown[name] = MASK if is_secret(name) else mask_links(_remove(text, secrets))
    return shown


def mask_links(text: str) -> str:
    """Masks private keys, and secrets in links and hidden fields of a text."""
    if not any(mark in text for mark in _LINK_MARKS):
        return text  # most values of an answer are short
    text = _PEM.sub(rf"\g<1>{MASK}\g<2>", text)
    text = _USERINFO.sub(rf"\g<1>{MASK}@", text)
    return _INPUT.sub(_masked_input, _QUERY.sub(_masked_pair, text))


def _masked_pair(match: re.Match[str]) -> str:
    name, equals, text = match.groups()
    return f"{name}{equals}{MASK}" if is_secret(name) and text not in _STATES else match[0]


def _masked_input(match: re.Match[str]) -> str:
    name = _INPUT_NAME.search(match[0])
    if name is None or not is_secret(name[1]):
        return match[0]
    return _INPUT_VALUE.sub(rf'\g<1>"{MASK}"', match[0])


@functools.lru_cache(maxsize=128)  # half of a client's answers are one that it has read before
def mask_text(text: str, secrets: tuple[str, ...] = ()) -> str:
    """Masks an answer in any format; ``secrets`` are those of its request."""
    try:
        tokens = read_tokens(text)
    except UnreadableBody:
        return _masked_patterns(text, secrets)
    own = (token.value for token in tokens if is_secret_value(token))
    texts = _longest_first({*secrets, *islice(filter(_is_distinctive, own), MAX_SECRETS)})
    return mask_links(rewrite_values(text, lambda token: _masked_token(token, texts), tokens))


def _masked_patterns(text: str, secrets: Iterable[str]) -> str:
    """Masks a text that cannot be parsed, by patterns."""
    own = (
        match[0].removeprefix(match[1])
        for pattern, _ in _PATTERNS
        for match in islice(pattern.finditer(text), MAX_SECRETS)
    )
    spellings = {way for secret in _longest_first(secrets) for way in spell_variants(secret)}
    for secret in _longest_first({*spellings, *filter(_is_distinctive, own)}):
        text = text.replace(secret, MASK)
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return mask_links(text)


def _is_distinctive(secret: str) -> bool:
    """Whether a secret of an answer is searched in the rest of it, under other names."""
    return any(map(str.isdigit, secret))


def _longest_first(secrets: Iterable[str]) -> list[str]:
    """Secrets long enough to be searched; a short one may be part of a long one."""
    long_enough = {secret for secret in secrets if len(secret) >= MIN_SECRET_LENGTH}
    return sorted(long_enough, key=len, reverse=True)


def _masked_token(token: ValueToken, secrets: Iterable[str]) -> str:
    if is_secret_value(token):
        return MASK
    return mask_links(_remove(token.value, secrets))


def _remove(text: str, secrets: Iterable[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def spell_variants(secret: str) -> Iterator[str]:
    """The spellings of a text in an answer: plain, and as XML, JSON or an address has it."""
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
    # The longest first: a short spelling may be part of it.
    yield from sorted(ways, key=lambda way: (-len(way), way))


def find_secrets(form: Mapping[str, str]) -> list[str]:
    """The secrets of a request, which its answer must not show."""
    secrets: list[str] = []
    for name, text in form.items():
        if name.strip().lower() == "authinfo":
            login, colon, password = text.partition(":")
            secrets.append(password if colon else login)
        elif is_secret(name) and text.strip() not in _STATES:
            secrets.append(text)
    return [secret for secret in secrets if secret]


def read_fields(request: httpx.Request) -> dict[str, str]:
    """The parameters of a request; those of the body override those of the query."""
    kind = request.headers.get("Content-Type", "")
    return keep_last(read_pairs(request.url.query, request.read(), kind))


def redact_exchange(
    request: httpx.Request, response: httpx.Response | None, note: str = "", line: str = ""
) -> CallRecord:
    """A request with its answer, masked. The status is 0 if there is no answer.

    ``line``: the one that sends the request again (contracts.target.curl).
    """
    kind = request.headers.get("Content-Type", "")
    pairs = read_pairs(request.url.query, request.read(), kind)
    fields = keep_last(pairs)
    # Of a repeated name all texts are secrets.
    sent = [secret for pair in pairs for secret in find_secrets(dict([pair]))]
    secrets = [*sent, *_header_secrets(request)]
    address = mask_links(str(request.url.copy_with(query=None, username=None, password=None)))
    if response is None:
        return CallRecord(request.method, address, mask_form(fields), 0, "", note, line)
    text = mask_text(response.read().decode("utf-8", "replace"), tuple(secrets))
    return CallRecord(
        request.method, address, mask_form(fields), response.status_code, text, note, line
    )


def _header_secrets(request: httpx.Request) -> Iterator[str]:
    """The token or the session in the headers, which an answer may repeat."""
    yield from request.headers.get("Authorization", "").split()[1:]
    for part in request.headers.get("Cookie", "").split(";"):
        name, _, value = part.strip().partition("=")
        if is_secret(name) and value:
            yield from {value, value.partition(":")[0]}


def format_readable(body: bytes) -> str:
    """An answer for people: masked, and xml indented."""
    try:
        root = fromstring(body)
    except (ParseError, DefusedXmlException, ValueError):
        text = body.decode("utf-8", "replace")
    else:
        indent(root)
        text = tostring(root, encoding="unicode")
    return mask_text(text)
