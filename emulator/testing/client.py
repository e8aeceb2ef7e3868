"""The test client: what a test does to a world of a running seller, and how it reads the answers.

Everything goes over the wire and the control API, so that it works alike for a seller in this
process and for one on a port. `emulator.testing.results` describes what the methods return.
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

from emulator.testing.results import (
    AccountInfo,
    ClockInfo,
    FaultInfo,
    ImportInfo,
    JournalEntry,
    ServiceInfo,
)

LOGIN, PASSWORD = "reseller", "secret"
EXPORTED = ".mockseller"
SHOWN = 5
"""Calls that an assertion shows."""


@dataclass(frozen=True, slots=True)
class ErrorDocument:
    """The error document of an answer.

    ``type`` and ``object`` as on the wire, ``message`` for people, ``params`` by name.
    """

    type: str
    object: str
    message: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP response of the seller.

    ``xml`` and ``json`` parse the body; ``error``, ``id``, ``field`` and ``rows`` read an answer
    that was requested as xml (the default).
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def xml(self) -> Element:
        """The root element. Raises ParseError where the body is not XML."""
        root: Element = fromstring(self.body)
        return root

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body as JSON. Raises ValueError where it is not JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> ErrorDocument | None:
        """The refusal, or None where the call succeeded."""
        node = self.xml.find("error")
        if node is None:
            return None
        params = {p.get("name", ""): p.text or "" for p in node.findall("param")}
        message = node.findtext("msg") or ""
        return ErrorDocument(node.get("type", ""), node.get("object", ""), message, params)

    @property
    def id(self) -> int:
        """The number of what was ordered: ``id`` or ``item.id``. Raises LookupError if none."""
        for child in self.xml:
            if child.tag in ("id", "item.id") and child.text:
                return int(child.text)
        raise LookupError(f"no id in {self.text[:500]}")

    def field(self, name: str) -> str:
        """The text of a field under ``doc`` or an inner ``doc``; empty where it is missing."""
        root = self.xml
        return next((e.text or "" for e in (*root, *(root.find("doc") or ())) if e.tag == name), "")

    def rows(self) -> list[dict[str, str]]:
        """The rows of a listing, each as fields by name."""
        return [{f.tag: f.text or "" for f in row} for row in self.xml.findall("elem")]


Send = Callable[[str, str, Mapping[str, str] | bytes | None, str], Answer]
"""Method, path with query, form or body, Content-Type; returns the answer."""


class ControlError(AssertionError):
    """The control API refused; the text is its HTTP status and its message.

    ``answer``: the JSON object that it answered.
    """

    def __init__(self, text: str, answer: Mapping[str, Any]) -> None:
        super().__init__(text)
        self.answer = answer


class World:
    """One world of a seller: its API (`call`), its state, `clock`, `journal` and `faults`.

    Every method that goes over the control API raises ControlError where that refuses.
    """

    def __init__(self, send: Send, base: str, name: str = "default", path: str = "") -> None:
        self._send = send
        self.name = name
        self.path = path or f"/w/{name}/billmgr"
        self.url = base + self.path
        """The address of the API, for a client of your own."""
        self.clock = Clock(self)
        self.journal = Journal(self)
        self.faults = Faults(self)

    def call(self, func: str, /, *, login: str = LOGIN, **params: object) -> Answer:
        """Calls a function of the API as ``reseller``, or as another ``login``.

        The login travels as ``authinfo``, with the password ``secret`` of all shipped worlds. With
        ``auth`` or ``authinfo`` among the parameters, or an empty ``login``, nothing is added.
        """
        sent = {name: str(value) for name, value in params.items()}
        if login and not {"auth", "authinfo"} & set(sent):
            sent["authinfo"] = f"{login}:{PASSWORD}"
        return self._send("POST", self.path, {"func": func, **sent}, "")

    def order(self, **params: object) -> int:
        """Orders and pays for a license; returns its number. By default ISPmanager Lite, 1 month.

        ``params`` replace those of ``soft.order.param``; ``login`` orders as somebody else. Raises
        LookupError where the seller refuses.
        """
        defaults = {"pricelist": 55227, "period": 1, "ip": "192.0.2.201", "licname": "test"}
        payment = {"skipbasket": "on", "sok": "ok", "clicked_button": "finish"}
        login = str(params.pop("login", LOGIN))
        return self.call("soft.order.param", login=login, **{**defaults, **payment, **params}).id

    def control(self, method: str, path: str, body: object = None, *, given: object = None) -> Any:  # noqa: ANN401 - JSON
        """Calls the control API, ``path`` as in ``/clock``; returns its JSON.

        ``given`` is the former name of ``body``. Raises ControlError where the API refuses.
        """
        if given is not None:
            warnings.warn("control(given=...) is now body=", DeprecationWarning, stacklevel=2)
            body = given
        joint = "&" if "?" in path else "?"
        query = "" if path.startswith("/worlds") else f"{joint}world={self.name}"
        sent = None if method == "GET" else json.dumps({} if body is None else body).encode()
        return self._control(method, f"{path}{query}", sent).json

    def _control(
        self, method: str, path: str, sent: bytes | None, kind: str = "application/json"
    ) -> Answer:
        answer = self._send(method, f"/_mockseller{path}", sent, kind)
        if answer.status >= 400:  # noqa: PLR2004 - the statuses of refusals
            raise ControlError(f"{answer.status}: {answer.json['error']}", answer.json)
        return answer

    def account(self, login: str = LOGIN, /, **changes: object) -> AccountInfo:
        """The account of a login, after these changes: ``account("reseller", balance="0.00")``."""
        method = "PATCH" if changes else "GET"
        return cast("AccountInfo", self.control(method, f"/accounts/{login}", changes))

    def service(self, number: int, /, **changes: object) -> ServiceInfo:
        """The service of a number, after these changes: ``service(100001, status=3)``."""
        method = "PATCH" if changes else "GET"
        return cast("ServiceInfo", self.control(method, f"/services/{number}", changes))

    def rules(self, **rules: object) -> None:
        """Sets rules of the world (docs/reference/settings.md): ``rules(poor_order="basket")``."""
        self.control("PATCH", f"/worlds/{self.name}", {"rules": rules})

    def provisioning(self, mode: str, amount: int = 0) -> None:
        """Sets when keys are issued: ``at_once``, ``seconds``, ``reads`` or ``by_hand``.

        ``amount``: how many seconds, or how many times the license is read first.
        """
        provisioning = {"mode": mode, "amount": amount}
        self.control("PATCH", f"/worlds/{self.name}", {"provisioning": provisioning})

    def sell(self, document: bytes) -> ImportInfo:
        """Makes a ``pricelist.export`` document (xml, json or bjson) the catalogue of the world.

        Of a document that cannot be read the result has only ``error``.
        """
        path = f"/_mockseller/worlds/{self.name}/import"
        return cast("ImportInfo", self._send("POST", path, document, "application/xml").json)

    def reset(self) -> None:
        """Puts the world back to how it was made."""
        self.control("POST", f"/worlds/{self.name}/reset")

    def snapshot(self, label: str) -> None:
        """Saves the present state under a label."""
        self.control("POST", f"/worlds/{self.name}/snapshot", {"name": label})

    def restore(self, label: str) -> None:
        """Puts the world back to a saved state."""
        self.control("POST", f"/worlds/{self.name}/restore", {"name": label})

    def world(self, name: str, fixture: str = "small", as_of: str | None = None) -> World:
        """Makes another world of the same seller and returns it.

        ``fixture``: a shipped world, or the path of an exported one, which ends with
        ``.mockseller``. ``as_of``: a day or an instant instead of the present, at which its clock
        stands; ValueError for an exported world, which has a clock of its own.
        """
        if fixture.endswith(EXPORTED):
            if as_of is not None:
                message = f"{fixture}: an exported world has a clock of its own"
                raise ValueError(message)
            return self.import_world(fixture, name)
        instant = {} if as_of is None else {"as_of": as_of}
        self.control("POST", "/worlds", {"name": name, "fixture": fixture, **instant})
        return self._other(name)

    def export(self, file: Path | str) -> None:
        """Writes the state of the world, with its journal and what it resets to, into one file.

        Raises OSError where the file cannot be written.
        """
        Path(file).write_bytes(self._control("GET", f"/worlds/{self.name}/export", None).body)

    def import_world(self, file: Path | str, name: str | None = None) -> World:
        """Makes another world of the same seller from such a file, and returns it.

        ``name``: by default the one that it had. Raises OSError where the file cannot be read.
        """
        query = "" if name is None else f"?{urlencode({'name': name})}"
        content = Path(file).read_bytes()
        made = self._control("POST", f"/worlds/import{query}", content, "application/octet-stream")
        return self._other(str(made.json["name"]))

    def _other(self, name: str) -> World:
        return World(self._send, self.url.removesuffix(self.path), name)


class Clock:
    """The clock of a world. Every move lets happen what comes due and returns a `ClockInfo`."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def now(self) -> str:
        """The world's time, ISO with an offset."""
        return str(self._world.control("GET", "/clock")["now"])

    def _move(self, **move: object) -> ClockInfo:
        return cast("ClockInfo", self._world.control("POST", "/clock", move))

    def advance(self, span: str) -> ClockInfo:
        """Moves forward by a span such as ``31 days``, or ``to next renewal``."""
        return self._move(advance=span)

    def freeze(self, at: str | None = None) -> ClockInfo:
        """Stops now, or at an instant such as ``2027-01-31T00:00:00Z``."""
        return self._move(freeze=at or True)

    def real(self) -> ClockInfo:
        """Shows real time again."""
        return self._move(real=True)


class Faults:
    """The planned faults of a world (docs/faults.md)."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, what: str, **rule: object) -> int:
        """Plans a fault of the kind ``what`` and returns its number.

        ``func``, ``account``, ``nth``, ``times``, ``chance``, ``seed`` and ``when`` choose the
        calls it applies to; the other words are settings of its kind.
        """
        return int(self._world.control("POST", "/faults", {"what": what, **rule})["id"])

    def all(self) -> list[FaultInfo]:
        """Every planned fault with its counts ``matched`` and ``struck``, oldest first."""
        return cast("list[FaultInfo]", self._world.control("GET", "/faults")["faults"])

    def remove(self, number: int) -> None:
        """Removes one fault."""
        self._world.control("DELETE", f"/faults/{number}")

    def clear(self) -> None:
        """Removes all faults."""
        self._world.control("DELETE", "/faults")


class Journal:
    """The recorded calls of a world, with their answers."""

    def __init__(self, world: World) -> None:
        self._world = world

    def entries(self, **filters: object) -> list[JournalEntry]:
        """The entries, newest first.

        Filters: ``func`` (a pattern), ``login``, ``error``, ``kind``, ``fault``, ``after`` (a
        number), ``outcome`` and ``limit``.
        """
        path = f"/journal?{urlencode(filters)}"
        return cast("list[JournalEntry]", self._world.control("GET", path)["entries"])

    def verify(self, **expected: object) -> None:
        """Asserts that a call was made: ``verify(func="soft.order.param", outcome="bought")``.

        ``func``, ``login``, ``out``, ``method``, ``error``, ``outcome`` and ``params`` describe the
        call; ``count``, ``at_least``, ``at_most`` and ``after`` say how often and since when.
        Without an ``outcome``, calls that were refused or only showed a form count as well. Raises
        AssertionError with the calls that match and with those that nearly do, and why they do not.
        """
        try:
            self._world.control("POST", "/journal/verify", expected)
        except ControlError as refusal:
            lines = (f"{refusal.answer['error']}: {expected}", *_reasons(refusal.answer))
            raise ControlError("\n".join(lines), refusal.answer) from None

    def assert_called(self, **expected: object) -> None:
        """Asserts that a call was made at least once, or as often as the arguments of `verify` say.

        Raises AssertionError.
        """
        self.verify(**expected)

    def assert_not_called(self, **expected: object) -> None:
        """Asserts that no call was made that the arguments of `verify` describe.

        Raises AssertionError with the calls that were.
        """
        self.verify(**expected, count=0)

    def clear(self) -> None:
        """Removes all entries."""
        self._world.control("DELETE", "/journal")


def _reasons(answer: Mapping[str, Any]) -> Iterator[str]:
    """A line for each call that matches, and for each near miss with what differs."""
    for entry in answer.get("found", ())[:SHOWN]:
        yield f"  matches #{entry['id']} {entry['func']}: {entry['outcome']}"
    for entry in answer.get("near", ()):
        yield f"  near miss #{entry['id']} {entry['func']}: {'; '.join(entry['differs'])}"
