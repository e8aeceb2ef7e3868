"""Changes a world of a seller of ours: its clock, the account's money, when services are ready."""

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
    """The control API for the world of one session; ``token`` where the seller needs one.

    Every method returns the line for the shell that does the same, with ADDRESS for the server's;
    it raises CannotRun where the control API refuses.
    """

    place: SellerSession
    token: str = ""

    @property
    def world(self) -> str:
        """The name of the world, as its path has it."""
        return self.place.path.split("/")[2]

    def advance(self, span: str) -> str:
        """Moves the clock by a span such as ``31 days``."""
        return self._send("POST", "/clock", {"advance": span}, "")

    def set_balance(self, amount: str) -> str:
        """Sets the balance of the judge's account, by a correcting payment."""
        return self._send("PATCH", f"/accounts/{self.place.login}", {"balance": amount}, "")

    def set_provisioning(self, mode: str, amount: int) -> str:
        """Sets when services are ready: ``at_once``, or after ``amount`` ``reads``."""
        settings = {"provisioning": {"mode": mode, "amount": amount}}
        return self._send("PATCH", f"/worlds/{self.world}", settings, "/worlds/default")

    def _send(self, method: str, path: str, body: dict[str, Any], shown: str) -> str:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        query = "" if path.startswith("/worlds") else f"?world={self.world}"
        try:
            reply = self.place.http.request(
                method, f"{CONTROL}{path}{query}", json=body, headers=headers
            )
        except httpx.HTTPError as problem:
            raise CannotRun(f"the control API: {problem}") from problem
        if not reply.is_success:
            raise CannotRun(f"the control API: {method} {path}: {reply.text[:200]}")
        address = f"ADDRESS{CONTROL}{shown or path}"
        data = shlex.quote(json.dumps(body))
        return f"curl -sS -X {method} {address} -H 'Content-Type: application/json' -d {data}"


def set_address(line: str, address: str) -> str:
    """The line, sent to the server that answers at ``address``."""
    parts = urlsplit(address)
    return line.replace(" ADDRESS", f" {parts.scheme}://{parts.netloc}", 1)
