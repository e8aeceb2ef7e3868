"""What a seller of ours lets a test do to a world: clock, an account's money, when keys come."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from contracts.target.seller import CONTROL, CannotRun, SellerSession


@dataclass(frozen=True, slots=True)
class WorldControl:
    """The control API for one place; ``token`` where the seller wants one."""

    place: SellerSession
    token: str = ""

    @property
    def world(self) -> str:
        """The world of the place, as its path names it."""
        return self.place.path.split("/")[2]

    def advance(self, span: str) -> str:
        """Moves the clock by a span such as ``31 days``; the line for the shell."""
        return self._sent("POST", "/clock", {"advance": span}, "")

    def balance(self, amount: str) -> str:
        """Sets the balance of the judge's account, by a correcting payment."""
        return self._sent("PATCH", f"/accounts/{self.place.login}", {"balance": amount}, "")

    def provisioning(self, mode: str, amount: int) -> str:
        """When keys arrive: ``at_once``, or ``reads`` with a number of looks."""
        given = {"provisioning": {"mode": mode, "amount": amount}}
        return self._sent("PATCH", f"/worlds/{self.world}", given, "/worlds/default")

    def _sent(self, method: str, path: str, given: dict[str, Any], shown: str) -> str:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        query = "" if path.startswith("/worlds") else f"?world={self.world}"
        try:
            reply = self.place.http.request(
                method, f"{CONTROL}{path}{query}", json=given, headers=headers
            )
        except httpx.HTTPError as problem:
            raise CannotRun(f"the control API: {problem}") from problem
        if not reply.is_success:
            raise CannotRun(f"the control API: {method} {path}: {reply.text[:200]}")
        return _line(method, f"{CONTROL}{shown or path}", given)


def _line(method: str, path: str, given: dict[str, Any]) -> str:
    body = shlex.quote(json.dumps(given))
    return f"curl -sS -X {method} ADDRESS{path} -H 'Content-Type: application/json' -d {body}"


def at_address(line: str, address: str) -> str:
    """The line, sent to the server that answers at ``address``."""
    parts = urlsplit(address)
    return line.replace(" ADDRESS", f" {parts.scheme}://{parts.netloc}", 1)
