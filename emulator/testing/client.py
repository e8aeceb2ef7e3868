"""Handles on a running seller: what a test does to a world, and how it reads the answers.

Everything goes over the wire and the control API, whatever carries it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import fromstring

LOGIN, PASSWORD = "reseller", "secret"


@dataclass(frozen=True, slots=True)
class Refused:
    """The error document of an answer: wire type and object, the sentence, params by name."""

    type: str
    object: str
    message: str
    params: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `xml` and `json` read the body; `error` and `id` an xml answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8")

    @property
    def xml(self) -> Element:
        """The root element."""
        root: Element = fromstring(self.body)
        return root

    @property
    def json(self) -> Any:  # noqa: ANN401 - whatever was sent
        """The body as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> Refused | None:
        """The refusal, or None where there is none."""
        found = self.xml.find("error")
        if found is None:
            return None
        params = {p.get("name", ""): p.text or "" for p in found.findall("param")}
        message = found.findtext("msg") or ""
        return Refused(found.get("type", ""), found.get("object", ""), message, params)

    @property
    def id(self) -> int:
        """The number of what was ordered, ``id`` or ``item.id``; LookupError without one."""
        for child in self.xml:
            if child.tag in ("id", "item.id") and child.text:
                return int(child.text)
        raise LookupError(f"no id in {self.text[:500]}")

    def field(self, name: str) -> str:
        """The text of a field directly under ``doc``, or of one in an inner ``doc``, or nothing."""
        root = self.xml
        return next((e.text or "" for e in (*root, *(root.find("doc") or ())) if e.tag == name), "")

    def rows(self) -> list[dict[str, str]]:
        """The rows of a listing, fields by name."""
        return [{f.tag: f.text or "" for f in row} for row in self.xml.findall("elem")]


Send = Callable[[str, str, Mapping[str, str] | bytes | None, str], Answer]
"""Method, path with query, form or body, Content-Type; the answer."""


class ControlError(AssertionError):
    """The control API refused: its status and its line."""


class World:
    """One world of a seller, with a handle for everything a test wants to do to it."""

    def __init__(self, send: Send, base: str, name: str = "default", path: str = "") -> None:
        self._send = send
        self.name = name
        self.path = path or f"/w/{name}/billmgr"
        self.url = base + self.path
        """For a client of your own."""
        self.clock = Clock(self)
        self.journal = Journal(self)
        self.faults = Faults(self)

    def call(self, func: str, /, *, login: str = LOGIN, **params: object) -> Answer:
        """Calls a function as ``reseller`` with ``authinfo``, or as another ``login``.

        Every password of the shipped worlds is ``secret``. With ``auth`` or ``authinfo`` among
        the parameters, or an empty ``login``, nothing is added.
        """
        sent = {name: str(value) for name, value in params.items()}
        if login and not {"auth", "authinfo"} & set(sent):
            sent["authinfo"] = f"{login}:{PASSWORD}"
        return self._send("POST", self.path, {"func": func, **sent}, "")

    def order(self, **params: object) -> int:
        """Orders a license and pays for it; its number. By default ISPmanager Lite for a month."""
        given = {"pricelist": 55227, "period": 1, "ip": "192.0.2.201", "licname": "test"}
        paid = {"skipbasket": "on", "sok": "ok", "clicked_button": "finish"}
        login = str(params.pop("login", LOGIN))
        return self.call("soft.order.param", login=login, **{**given, **paid, **params}).id

    def control(self, method: str, path: str, given: object = None) -> Any:  # noqa: ANN401 - JSON
        """Calls the control API; what it answers. ControlError where it refuses."""
        joint = "&" if "?" in path else "?"
        query = "" if path.startswith("/worlds") else f"{joint}world={self.name}"
        body = None if method == "GET" else json.dumps({} if given is None else given).encode()
        answer = self._send(method, f"/_mockseller{path}{query}", body, "application/json")
        if answer.status >= 400:  # noqa: PLR2004 - the statuses of refusals
            raise ControlError(f"{answer.status}: {answer.json['error']}")
        return answer.json

    def account(self, login: str = LOGIN, /, **changes: object) -> dict[str, Any]:
        """An account, after these changes: ``account("reseller", balance="0.00")``."""
        method = "PATCH" if changes else "GET"
        told: dict[str, Any] = self.control(method, f"/accounts/{login}", changes)
        return told

    def service(self, number: int, /, **changes: object) -> dict[str, Any]:
        """A service, after these changes: ``service(100001, status=3)``."""
        method = "PATCH" if changes else "GET"
        told: dict[str, Any] = self.control(method, f"/services/{number}", changes)
        return told

    def rules(self, **rules: object) -> None:
        """Sets rules of the world: ``rules(poor_order="basket")``."""
        self.control("PATCH", f"/worlds/{self.name}", {"rules": rules})

    def provisioning(self, mode: str, amount: int = 0) -> None:
        """When keys arrive: ``at_once``, ``seconds``, ``reads`` or ``by_hand``."""
        wanted = {"mode": mode, "amount": amount}
        self.control("PATCH", f"/worlds/{self.name}", {"provisioning": wanted})

    def sell(self, document: bytes) -> dict[str, Any]:
        """Makes a ``pricelist.export`` document the catalogue."""
        path = f"/_mockseller/worlds/{self.name}/import"
        told: dict[str, Any] = self._send("POST", path, document, "application/xml").json
        return told

    def reset(self) -> None:
        """Back to how the world was made."""
        self.control("POST", f"/worlds/{self.name}/reset")

    def snapshot(self, label: str) -> None:
        """Keeps the present state."""
        self.control("POST", f"/worlds/{self.name}/snapshot", {"name": label})

    def restore(self, label: str) -> None:
        """Goes back to a kept state."""
        self.control("POST", f"/worlds/{self.name}/restore", {"name": label})

    def world(self, name: str, fixture: str = "small") -> World:
        """Another world of the same seller, made now."""
        self.control("POST", "/worlds", {"name": name, "fixture": fixture})
        return World(self._send, self.url.removesuffix(self.path), name)


class Clock:
    """The clock of a world; each move answers ``{"now": …, "happened": […]}``."""

    def __init__(self, world: World) -> None:
        self._world = world

    @property
    def now(self) -> str:
        """The world's time, ISO."""
        return str(self._world.control("GET", "/clock")["now"])

    def _move(self, **wish: object) -> dict[str, Any]:
        told: dict[str, Any] = self._world.control("POST", "/clock", wish)
        return told

    def advance(self, span: str) -> dict[str, Any]:
        """By a span such as ``31 days``, or ``to next renewal``."""
        return self._move(advance=span)

    def freeze(self, at: str | None = None) -> dict[str, Any]:
        """Now, or at an instant such as ``2027-01-31T00:00:00Z``."""
        return self._move(freeze=at or True)

    def real(self) -> dict[str, Any]:
        """The machine's clock again."""
        return self._move(real=True)


class Faults:
    """What is planned to go wrong in a world (docs/faults.md)."""

    def __init__(self, world: World) -> None:
        self._world = world

    def add(self, what: str, **rule: object) -> int:
        """Plans a fault; its number.

        ``func``, ``account``, ``nth``, ``times``, ``chance``, ``seed`` and ``when`` say when; the
        other words are settings of its kind.
        """
        told = self._world.control("POST", "/faults", {"what": what, **rule})
        return int(told["id"])

    def all(self) -> list[dict[str, Any]]:
        """Every planned one with its counts ``matched`` and ``struck``, oldest first."""
        found: list[dict[str, Any]] = self._world.control("GET", "/faults")["faults"]
        return found

    def remove(self, number: int) -> None:
        """Takes one back."""
        self._world.control("DELETE", f"/faults/{number}")

    def clear(self) -> None:
        """Takes all of them back."""
        self._world.control("DELETE", "/faults")


class Journal:
    """What was asked of a world and answered."""

    def __init__(self, world: World) -> None:
        self._world = world

    def entries(self, **filters: object) -> list[dict[str, Any]]:
        """Newest first.

        ``func``, ``login``, ``error``, ``kind``, ``fault``, ``after`` and ``limit`` choose.
        """
        found: list[dict[str, Any]] = self._world.control("GET", f"/journal?{urlencode(filters)}")[
            "entries"
        ]
        return found

    def verify(self, **expected: object) -> None:
        """AssertionError with the near misses, unless such a call was made (``count`` times)."""
        told = self._world.control("POST", "/journal/verify", expected)
        if not told["held"]:
            near = [f"  {entry['func']}: {'; '.join(entry['differs'])}" for entry in told["near"]]
            lines = (f"{told['count']} calls match {expected}", *near)
            raise AssertionError("\n".join(lines))

    def clear(self) -> None:
        """Forgets everything."""
        self._world.control("DELETE", "/journal")
