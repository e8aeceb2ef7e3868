"""Fault hooks: what a scenario does to requests and answers on their way, each a small class.

A fault that the seller can inject itself (docs/faults.md) is planned there, for exactly the call
that the scenario means (`PlanFault`). What the seller cannot do is done to the answer here.
"""

from __future__ import annotations

import json
import re
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol
from xml.etree.ElementTree import Element, ParseError, SubElement, tostring

from defusedxml.ElementTree import fromstring

ORDER_FUNCTIONS: Final = (".order.param", "cartorder.create.confirm")
"""Endings of the functions that buy when they are confirmed."""
SESSION_TIMEOUT: Final = 3700.0
"""Seconds: a session ends after an hour without a call. Source: docs/wire.md 2.2."""
REPLACED_TEXT: Final = "Успешно. Заказ принят, всё готово. OK 100"
"""The opposite of a refusal, for error documents whose texts must not matter."""


@dataclass
class InterceptedRequest:
    """A request on its way to the seller, secrets included: it is never stored.

    ``in_query``: the names of the parameters in the URL. ``notes`` say what hooks did to it.
    """

    method: str
    path: str
    form: Mapping[str, str]
    in_query: frozenset[str]
    cookie: str = ""
    notes: list[str] = field(default_factory=list)

    @property
    def func(self) -> str:
        """The function it calls."""
        return self.form.get("func", "")

    @property
    def confirmed(self) -> bool:
        """Whether it asks to act: it has a ``sok`` that is not empty. Source: docs/wire.md 4.2."""
        return bool(self.form.get("sok", "").strip())

    @property
    def in_session(self) -> bool:
        """Whether it names a session."""
        return bool(self.form.get("auth")) or "billmgrses5=" in self.cookie


RequestFilter = Callable[[InterceptedRequest], bool]
"""Selects the requests a hook applies to."""


def confirmed_order(request: InterceptedRequest) -> bool:
    """Select confirmed orders."""
    return request.confirmed and request.func.endswith(ORDER_FUNCTIONS)


def every_request(_: InterceptedRequest) -> bool:
    """Select every request."""
    return True


class FaultPlanner(Protocol):
    """What can plan the seller's faults, such as `emulator.testing.World.faults`."""

    def add(self, what: str, **rule: object) -> int:
        """Plan one fault; return its number."""
        ...


class FaultHook:
    """The base of all hooks; it changes nothing. ``applied`` counts how often one took effect."""

    applied: int = 0

    def before(self, request: InterceptedRequest) -> None:
        """Run before the seller gets the request."""

    def after(self, request: InterceptedRequest, body: bytes) -> bytes:  # noqa: ARG002 - for subclasses
        """Return the body that the client gets."""
        return body

    def content_type(self, request: InterceptedRequest, sent: str) -> str:  # noqa: ARG002 - for subclasses
        """Return the ``Content-Type`` that the client gets; ``sent`` is the seller's."""
        return sent


class PlanFault(FaultHook):
    """Plans a fault at the seller just before a selected call arrives, ``times`` times."""

    def __init__(
        self,
        planner: FaultPlanner,
        selects: RequestFilter,
        fault: str,
        *,
        times: int = 1,
        **settings: object,
    ) -> None:
        self._planner = planner
        self._selects = selects
        self._fault = fault
        self._times = times
        self._settings = settings

    def before(self, request: InterceptedRequest) -> None:
        """Plan the fault."""
        if self.applied < self._times and self._selects(request):
            self.applied += 1
            self._planner.add(self._fault, func=request.func, times=1, **self._settings)
            when = self._settings.get("when", "")
            request.notes.append(f"planned: {self._fault} {when}".strip())


class ExpireSession(FaultHook):
    """Lets the session of the first call in a session expire just before that call."""

    def __init__(self, pass_time: Callable[[float], None]) -> None:
        self._pass_time = pass_time

    def before(self, request: InterceptedRequest) -> None:
        """Let an hour pass, once."""
        if not self.applied and request.in_session:
            self.applied += 1
            self._pass_time(SESSION_TIMEOUT)
            request.notes.append("the session has expired")


class _OnceAfter(FaultHook):
    """The base of hooks that change the answer to the first selected request."""

    def __init__(self, selects: RequestFilter) -> None:
        self._selects = selects

    def after(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Change the answer, once."""
        if self.applied or not self._selects(request):
            return body
        return self.changed(request, body)

    def changed(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Return the changed body, and count and note it."""
        raise NotImplementedError


class DelayAnswer(_OnceAfter):
    """Lets time pass before the answer to the first selected call."""

    def __init__(
        self, selects: RequestFilter, wait: Callable[[float], None], seconds: float
    ) -> None:
        super().__init__(selects)
        self._wait = wait
        self._seconds = seconds

    def changed(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Wait."""
        self.applied += 1
        request.notes.append(f"answered after {self._seconds:g} s")
        self._wait(self._seconds)
        return body


class ReplaceAnswer(_OnceAfter):
    """Replaces the answer to the first selected call; the seller has acted."""

    def __init__(self, selects: RequestFilter, body: bytes, content_type: str) -> None:
        super().__init__(selects)
        self._body = body
        self._content_type = content_type
        self._replaced: InterceptedRequest | None = None

    def changed(self, request: InterceptedRequest, body: bytes) -> bytes:  # noqa: ARG002 - as the base has it
        """Return the other body."""
        self.applied += 1
        self._replaced = request
        request.notes.append(f"{len(self._body)} bytes of {self._content_type} replaced the answer")
        return self._body

    def content_type(self, request: InterceptedRequest, sent: str) -> str:
        """The type of the other body."""
        return self._content_type if request is self._replaced else sent


class OverrideContentType(FaultHook):
    """Serves every answer with another ``Content-Type``."""

    def __init__(self, content_type: str) -> None:
        self._content_type = content_type

    def content_type(self, request: InterceptedRequest, sent: str) -> str:
        """The other type."""
        self.applied += 1
        request.notes.append(f"{sent.partition(';')[0]} was served as {self._content_type}")
        return self._content_type


class ActMeanwhile(_OnceAfter):
    """Does something else at the seller between the first selected call and its answer."""

    def __init__(self, selects: RequestFilter, act: Callable[[], None]) -> None:
        super().__init__(selects)
        self._act = act

    def changed(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Act."""
        self.applied += 1
        request.notes.append("something else was ordered meanwhile")
        self._act()
        return body


class ReplaceText(FaultHook):
    """Replaces a text in every answer, in whatever format."""

    def __init__(self, text: str, replacement: str) -> None:
        self._text = text.encode()
        self._replacement = replacement.encode()

    def after(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Replace the text."""
        if self._text in body:
            self.applied += 1
            request.notes.append(
                f"{self._text.decode()} was replaced by {self._replacement.decode()}"
            )
        return body.replace(self._text, self._replacement)


class AnswerCut(ConnectionResetError):
    """The connection breaks in the middle of an answer; ``sent`` is what arrived."""

    def __init__(self, sent: bytes) -> None:
        super().__init__("the connection broke in the middle of an answer")
        self.sent = sent


class CutAnswer(_OnceAfter):
    """Breaks the connection a few bytes into the value of a field of a selected answer, once."""

    BYTES_INTO_VALUE: Final = 12
    """Bytes after the field's name: in every format that is within its value."""

    def __init__(self, selects: RequestFilter, names: tuple[str, ...]) -> None:
        super().__init__(selects)
        self._names = names

    def changed(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Break it if one of the fields has a value. Raises AnswerCut."""
        for name in self._names:
            match = re.search(rb'[<"]%b[">:]+"?[^<"]{4}' % name.encode(), body)
            if match is not None:
                self.applied += 1
                request.notes.append(f"cut in {name}")
                raise AnswerCut(body[: match.start() + len(name) + self.BYTES_INTO_VALUE])
        return body


class RewriteAnswer(FaultHook):
    """The base of hooks that change the document of selected answers, in XML and in JSON."""

    note = ""

    def __init__(self, selects: RequestFilter) -> None:
        self._selects = selects

    def after(self, request: InterceptedRequest, body: bytes) -> bytes:
        """Rewrite a document that can be parsed; leave anything else unchanged."""
        if not self._selects(request):
            return body
        try:
            if body.lstrip().startswith(b"{"):
                tree = json.loads(body)
                changed = self.change_json(tree)
                rewritten = json.dumps(tree, ensure_ascii=False).encode()
            else:
                root = fromstring(body)
                changed = self.change_xml(root)
                rewritten = tostring(root, encoding="utf-8", xml_declaration=True)
        except (ParseError, ValueError):
            return body
        if not changed:
            return body
        self.applied += 1
        request.notes.append(self.note)
        return rewritten

    @abstractmethod
    def change_xml(self, root: Element) -> bool:
        """Change the tree in place; return whether there was anything to change."""

    @abstractmethod
    def change_json(self, tree: dict[str, Any]) -> bool:
        """Change a tree of json or bjson in place; return whether there was anything to change."""


class ItemIdOnly(RewriteAnswer):
    """Names what was ordered in ``item.id`` alone. Source: docs/wire.md 4.3 (observed)."""

    note = "only item.id names the service"

    def change_xml(self, root: Element) -> bool:
        """Remove ``id``."""
        number = root.find("id")
        if number is None or root.find("item.id") is None:
            return False
        root.remove(number)
        return True

    def change_json(self, tree: dict[str, Any]) -> bool:
        """Remove ``id``."""
        document = tree.get("doc", tree)
        if "item.id" not in document:
            return False
        for part in (document, document.get("model", {})):
            part.pop("id", None)
        return True


class InnerDocOnly(RewriteAnswer):
    """Puts the fields that a submit answers into an inner ``doc``. Source: docs/wire.md 4.3."""

    note = "the fields were in the inner doc"
    OUTER: Final = frozenset({"doc", "ok", "saved_filters", "tparams", "metadata", "messages"})
    """What stays where it is."""

    def change_xml(self, root: Element) -> bool:
        """Move all fields inside."""
        if root.find("error") is not None:
            return False
        inner = root.find("doc")
        if inner is None:
            inner = SubElement(root, "doc")
        present = {child.tag for child in inner}
        for child in [child for child in root if child.tag not in self.OUTER]:
            root.remove(child)
            if child.tag not in present:
                inner.append(child)
        return True

    def change_json(self, tree: dict[str, Any]) -> bool:
        """Move all fields inside: into ``doc`` of json, into ``model`` of bjson."""
        if "error" in tree or "error" in tree.get("doc", {}):
            return False
        if "doc" in tree:
            outer, inner = tree["doc"], tree["doc"].setdefault("doc", {})
            fields = [n for n in outer if n not in self.OUTER and not n.startswith("$")]
        else:
            outer, inner = tree, tree.setdefault("model", {})
            fields = [n for n in outer if n not in self.OUTER | {"func", "model", "slist", "list"}]
        for name in fields:
            value = outer.pop(name)
            inner.setdefault(name, value.get("v", value) if isinstance(value, dict) else value)
        return True


class ReplaceErrorTexts(RewriteAnswer):
    """Gives error documents other texts and the same meaning. Source: docs/wire.md 5."""

    note = "the texts of the refusal were replaced"

    def change_xml(self, root: Element) -> bool:
        """Replace every text meant for people."""
        error = root.find("error")
        if error is None:
            return False
        for name in ("msg", "detail", "group"):
            for element in error.findall(name):
                element.text = REPLACED_TEXT
        for param in error.findall("param"):
            if "msg" in param.attrib:
                param.set("msg", REPLACED_TEXT)
        return True

    def change_json(self, tree: dict[str, Any]) -> bool:
        """Replace every text meant for people."""
        error = tree.get("error") or tree.get("doc", {}).get("error")
        if not isinstance(error, dict):
            return False
        for name in ("msg", "detail", "group"):
            if isinstance(error.get(name), dict):
                error[name]["$"] = REPLACED_TEXT
            elif name in error:
                error[name] = REPLACED_TEXT
        return True
