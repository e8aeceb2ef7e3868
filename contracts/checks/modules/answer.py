"""An answer, read as strictly as XML allows, by the rules of every answer.

`ANSWER_RULES` are applied in order. A rule returns False where nothing behind it can be read. A
fault after which a reader can still go on does not end the reading: an endpoint with a blank
before its declaration shall also learn of the comma in its prices.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from contracts.checks.modules.http_client import MAX_BODY, EndpointAnswer
from contracts.checks.runner import Results
from contracts.verdicts import CallRecord

OK: Final = 200
REDIRECTS: Final = range(300, 400)
_XML_TYPES: Final = frozenset({"text/xml", "application/xml"})
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


@dataclass(slots=True)
class Answer:
    """An answer as far as it was read; without a ``root`` it could not be.

    ``label`` says in messages which answer it was. ``slow``: seconds after which it is slow.
    """

    raw: EndpointAnswer
    label: str
    slow: float
    text: str = ""
    root: Element | None = None

    @property
    def call(self) -> CallRecord:
        """The request with its answer, as proof."""
        return self.raw.call

    @property
    def error(self) -> Element | None:
        """The element ``error``, if the answer is one."""
        return None if self.root is None else self.root.find("error")

    @property
    def error_type(self) -> str:
        """The type of the error, or an empty text."""
        return "" if self.error is None else self.error.get("type", "")

    @property
    def refusal(self) -> str:
        """Type, object and message of the error in one line, or an empty text."""
        error = self.error
        if error is None:
            return ""
        parts = (error.get("type"), error.get("object"), error.findtext("msg"))
        return " ".join(part.strip() for part in parts if part) or "an error without type and text"

    @property
    def lacks_function(self) -> bool:
        """Whether the endpoint says that it has no such function."""
        error = self.error
        return error is not None and (error.get("type"), error.get("object")) == ("missed", "func")

    def value(self, path: str) -> str:
        """The text of an element, or an empty text."""
        text = None if self.root is None else self.root.findtext(path)
        return (text or "").strip()


def read(raw: EndpointAnswer, label: str, results: Results, *, slow: float) -> Answer:
    """Read one answer by all rules of answers; what does not hold is noted in ``results``."""
    answer = Answer(raw, label, slow)
    for judge in ANSWER_RULES:
        if not judge(answer, results):
            answer.root = None
            break
    return answer


def _judge_arrival(answer: Answer, results: Results) -> bool:
    message = f"{answer.label}: {answer.raw.problem}"
    return results.check("answers", not answer.raw.problem, message, answer.call)


def _judge_time(answer: Answer, results: Results) -> bool:
    seconds = answer.raw.seconds
    message = f"{answer.label}: {seconds:.1f} s, more than {answer.slow:g} s"
    results.check("quick", seconds <= answer.slow, message, answer.call)
    return True


def _judge_size(answer: Answer, results: Results) -> bool:
    message = f"{answer.label}: more than {MAX_BODY} bytes"
    return results.check("small", not answer.raw.cut, message, answer.call)


def _judge_redirect(answer: Answer, results: Results) -> bool:
    status, target = answer.raw.status, answer.raw.headers.get("location", "nowhere")
    message = f"{answer.label}: HTTP {status} to {target}"
    return results.check("no-redirect", status not in REDIRECTS, message, answer.call)


def _judge_status(answer: Answer, results: Results) -> bool:
    message = f"{answer.label}: HTTP {answer.raw.status}"
    fine = results.check("http-200", answer.raw.status == OK, message, answer.call)
    # A page beside a wrong status is one fault, not two.
    return fine or _ROOT.search(answer.raw.body.decode("utf-8", "replace")) is not None


def _judge_first_bytes(answer: Answer, results: Results) -> bool:
    message = f"{answer.label}: begins with the bytes EF BB BF"
    results.check("no-bom", not answer.raw.body.startswith(BOM_UTF8), message, answer.call)
    return True


def _judge_encoding(answer: Answer, results: Results) -> bool:
    """Decode the answer; bytes that are not UTF-8 are replaced."""
    body = answer.raw.body.removeprefix(BOM_UTF8)
    declared = _ENCODING.match(body[:200].lstrip().decode("ascii", "replace"))
    charset = _CHARSET.search(answer.raw.headers.get("content-type", ""))
    names = [match.group(1) for match in (declared, charset) if match]
    answer.text = body.decode("utf-8", "replace")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError as problem:
        bad = body[problem.start : problem.start + 1].hex().upper()
        suffix = f", declared {names[0]}" if names else ""
        message = f"{answer.label}: the byte {bad} at {problem.start} is not UTF-8{suffix}"
        results.fail("utf-8", message, answer.call)
        return True
    results.check("utf-8", holds=True)
    others = [name for name in names if name.lower() not in _UTF_8]
    message = f"{answer.label}: declared {', '.join(others)}, sent UTF-8"
    results.check("declared-encoding", not others, message, answer.call)
    return True


def _judge_traces(answer: Answer, results: Results) -> bool:
    trace = _TRACES.search(answer.text)
    message = f"{answer.label}: {trace.group(0)[:60] if trace else ''}"
    results.check("no-program-errors", not trace, message, answer.call)
    return True


def _judge_beginning(answer: Answer, results: Results) -> bool:
    """Find the document in the answer, and remove what comes before it."""
    text, stripped = answer.text, answer.text.lstrip()
    start = text.find("<?xml")
    if start < 0 and not stripped.startswith("<"):
        match = _ROOT.search(text)
        start = match.start() if match else -1
    if start < 0 and (not stripped.startswith("<") or _PAGE.match(stripped)):
        results.fail("out-xml", f"{answer.label}: {_describe(stripped)}", answer.call)
        return False
    results.check("out-xml", holds=True)
    before = text[: max(start, 0)]
    message = f"{answer.label}: {before[:60]!r} before the XML"
    results.check("nothing-before", not before, message, answer.call)
    answer.text = text[len(before) :].lstrip()
    return True


def _judge_content_type(answer: Answer, results: Results) -> bool:
    sent = answer.raw.headers.get("content-type", "").partition(";")[0].strip().lower()
    message = f"{answer.label}: {sent or 'no Content-Type'}"
    results.check("content-type", sent in _XML_TYPES, message, answer.call)
    return True


def _judge_parsing(answer: Answer, results: Results) -> bool:
    text, call = answer.text, answer.call
    message = f"{answer.label}: <!DOCTYPE …>"
    results.check("no-doctype", not _DOCTYPE.search(text), message, call)
    try:
        # Without the declaration, which was judged already: the text is decoded.
        answer.root = fromstring(_DECLARATION.sub("", text))
    except ParseError as problem:
        bare = _BARE_AMPERSAND.search(text)
        hint = f"; a bare & at {text[bare.start() :][:20]!r}" if bare else ""
        results.fail("well-formed", f"{answer.label}: {problem}{hint}", call)
        return False
    except (DefusedXmlException, ValueError) as problem:
        results.fail("no-doctype", f"{answer.label}: not read for its entities: {problem}", call)
        return False
    return results.check("well-formed", holds=True)


def _judge_root(answer: Answer, results: Results) -> bool:
    tag = "" if answer.root is None else answer.root.tag
    return results.check("root-doc", tag == "doc", f"{answer.label}: <{tag}>", answer.call)


def _judge_errors(answer: Answer, results: Results) -> bool:
    for error in [] if answer.root is None else answer.root.findall("error"):
        absent = [name for name in ("type", "msg") if not (error.get(name) or error.findtext(name))]
        message = f"{answer.label}: an error without {' and '.join(absent)}"
        results.check("error-shape", not absent, message, answer.call)
    return True


ANSWER_RULES: Final[tuple[Callable[[Answer, Results], bool], ...]] = (
    _judge_arrival,
    _judge_time,
    _judge_size,
    _judge_redirect,
    _judge_status,
    _judge_first_bytes,
    _judge_encoding,
    _judge_traces,
    _judge_beginning,
    _judge_content_type,
    _judge_parsing,
    _judge_root,
    _judge_errors,
)
"""The rules of every answer in the order in which they are applied."""


def _describe(text: str) -> str:
    """What an answer is that is not XML."""
    if not text:
        return "the answer is empty"
    if _PAGE.match(text):
        return "a page of HTML"
    return f"{'JSON' if text[0] in '{[' else 'not XML'}: {text[:60]!r}"
