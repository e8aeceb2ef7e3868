"""An answer read as strictly as XML allows, with every fault on the way written down.

A fault does not end the reading where a reader could still go on: an endpoint with a blank before
its declaration shall also learn of the comma in its prices.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.checks.modules.http_client import MOST, Reply
from contracts.checks.modules.results import Sheet

OK: Final = 200
REDIRECTS: Final = range(300, 400)
_UTF_8: Final = frozenset({"utf-8", "utf8"})
_DECLARATION: Final = re.compile(r"^<\?xml\b[^>]*?\?>")
_ENCODING: Final = re.compile(r"""^<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']+)["']""")
_CHARSET: Final = re.compile(r"charset\s*=\s*\"?([\w.-]+)", re.IGNORECASE)
_DOCTYPE: Final = re.compile(r"<!(?:DOCTYPE|ENTITY)\b", re.IGNORECASE)
_BARE_AMPERSAND: Final = re.compile(r"&(?!(?:#\d+|#x[0-9a-fA-F]+|\w+);)")
_PAGE: Final = re.compile(r"^\s*<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_ROOT: Final = re.compile(r"<(?:\?xml\b|doc\b)")
_TRACES: Final = re.compile(
    r"Traceback \(most recent call last\)|Stack trace:|(?:Fatal|Parse) error:|Uncaught \w*Exception"
    r"|\b(?:Warning|Notice|Deprecated)(?:</b>)?: .{1,300} on line|\bat [\w.$]+\([\w.]+\.java:\d+\)"
)


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer as far as it could be read; without a ``root`` it could not."""

    reply: Reply
    root: Element | None = None

    @property
    def error(self) -> Element | None:
        """The error that the answer is, if it is one."""
        return None if self.root is None else self.root.find("error")

    @property
    def refusal(self) -> str:
        """Type, object and message of the error in one line, or nothing."""
        error = self.error
        if error is None:
            return ""
        parts = (error.get("type"), error.get("object"), error.findtext("msg"))
        return " ".join(part.strip() for part in parts if part) or "an error without a word"

    @property
    def missed_function(self) -> bool:
        """Whether the endpoint says that it has no such function."""
        error = self.error
        return error is not None and (error.get("type"), error.get("object")) == ("missed", "func")

    def text(self, path: str) -> str:
        """The text of an element, or nothing."""
        found = None if self.root is None else self.root.findtext(path)
        return (found or "").strip()


def read(reply: Reply, label: str, sheet: Sheet, *, slow: float) -> Heard:
    """Reads one answer; ``label`` says in findings which it was."""
    seen = reply.seen
    if not sheet.check("answers", not reply.problem, f"{label}: {reply.problem}", seen):
        return Heard(reply)
    told = f"{label}: {reply.seconds:.1f} s, more than {slow:g} s"
    sheet.check("quick", reply.seconds <= slow, told, seen)
    if not sheet.check("small", not reply.cut, f"{label}: more than {MOST} bytes", seen):
        return Heard(reply)
    target = reply.headers.get("location", "nowhere")
    moved = f"{label}: HTTP {reply.status} to {target}"
    if not sheet.check("no-redirect", reply.status not in REDIRECTS, moved, seen):
        return Heard(reply)
    fine = sheet.check("http-200", reply.status == OK, f"{label}: HTTP {reply.status}", seen)
    if not fine and not _ROOT.search(reply.body.decode("utf-8", "replace")):
        return Heard(reply)  # a page beside a wrong status is one fault, not two
    return Heard(reply, _root(reply, label, sheet))


def _root(reply: Reply, label: str, sheet: Sheet) -> Element | None:
    text = _after_what_stands_before(_text(reply, label, sheet), reply, label, sheet)
    if text is None:
        return None
    kind = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    fits = kind in {"text/xml", "application/xml"}
    sheet.check("content-type", fits, f"{label}: {kind or 'no Content-Type'}", reply.seen)
    sheet.check("no-doctype", not _DOCTYPE.search(text), f"{label}: <!DOCTYPE …>", reply.seen)
    try:
        # The declaration has been judged by itself; the text is decoded already.
        root: Element = fromstring(_DECLARATION.sub("", text))
    except ParseError as problem:
        bare = _BARE_AMPERSAND.search(text)
        hint = f"; a bare & at {text[bare.start() :][:20]!r}" if bare else ""
        sheet.broken("well-formed", f"{label}: {problem}{hint}", reply.seen)
        return None
    except (DefusedXmlException, ValueError) as problem:
        sheet.broken("no-doctype", f"{label}: not read for its entities: {problem}", reply.seen)
        return None
    sheet.check("well-formed", holds=True, told="")
    if not sheet.check("root-doc", root.tag == "doc", f"{label}: <{root.tag}>", reply.seen):
        return None
    for error in root.findall("error"):
        lacks = [name for name in ("type", "msg") if not (error.get(name) or error.findtext(name))]
        told = f"{label}: an error without {' and '.join(lacks)}"
        sheet.check("error-shape", not lacks, told, reply.seen)
    return root


def _text(reply: Reply, label: str, sheet: Sheet) -> str:
    """The answer as text; what cannot be decoded is replaced, once that has been told."""
    body = reply.body
    told = f"{label}: begins with the bytes EF BB BF"
    sheet.check("no-bom", not body.startswith(BOM_UTF8), told, reply.seen)
    body = body.removeprefix(BOM_UTF8)
    declared = _ENCODING.match(body[:200].lstrip().decode("ascii", "replace"))
    charset = _CHARSET.search(reply.headers.get("content-type", ""))
    names = [match.group(1) for match in (declared, charset) if match]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as problem:
        bad = body[problem.start : problem.start + 1].hex().upper()
        says = f", declared {names[0]}" if names else ""
        told = f"{label}: the byte {bad} at {problem.start} is no UTF-8{says}"
        sheet.broken("utf-8", told, reply.seen)
        return body.decode("utf-8", "replace")
    sheet.check("utf-8", holds=True, told="")
    others = [name for name in names if name.lower() not in _UTF_8]
    told = f"{label}: declared {', '.join(others)}, sent UTF-8"
    sheet.check("declared-encoding", not others, told, reply.seen)
    return text


def _after_what_stands_before(text: str, reply: Reply, label: str, sheet: Sheet) -> str | None:
    """The document in an answer, or None where there is none."""
    traced = _TRACES.search(text)
    shown = traced.group(0)[:60] if traced else ""
    sheet.check("no-program-errors", not traced, f"{label}: {shown}", reply.seen)
    start = text.find("<?xml")
    if start < 0 and not text.lstrip().startswith("<"):
        found = _ROOT.search(text)
        start = found.start() if found else -1
    stripped = text.lstrip()
    if start < 0 and (not stripped.startswith("<") or _PAGE.match(stripped)):
        sheet.broken("out-xml", f"{label}: {_kind(stripped)}", reply.seen)
        return None
    sheet.check("out-xml", holds=True, told="")
    before = text[: max(start, 0)]
    told = f"{label}: {before[:60]!r} before the XML"
    sheet.check("nothing-before", not before, told, reply.seen)
    return text[len(before) :].lstrip()


def _kind(text: str) -> str:
    """What an answer is that is no XML."""
    if not text:
        return "the answer is empty"
    if _PAGE.match(text):
        return "a page of HTML"
    return f"{'JSON' if text[0] in '{[' else 'no XML'}: {text[:60]!r}"
