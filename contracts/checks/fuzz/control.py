"""Changes a world of a seller of ours: its clock, the account's money, when services are ready."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx

from contracts.target.curl import format_control
from contracts.target.seller import CONTROL, REPEAT_WORLD, CannotRun, SellerSession


@dataclass(frozen=True, slots=True)
class WorldControl:
    """The control API for the world of one session; ``token`` where the seller needs one.

    Every method returns the line for the shell that does the same in the world of printed lines; it
    raises CannotRun where the control API refuses.
    """

    place: SellerSession
    token: str = ""

    @property
    def world(self) -> str:
        """The name of the world, as its path has it."""
        return self.place.path.split("/")[2]

    def advance(self, span: str) -> str:
        """Moves the clock by a span such as ``31 days``."""
        return self._send("POST", "/clock?world=WORLD", {"advance": span})

    def set_balance(self, amount: str) -> str:
        """Sets the balance of the judge's account, by a correcting payment."""
        path = f"/accounts/{self.place.login}?world=WORLD"
        return self._send("PATCH", path, {"balance": amount})

    def set_provisioning(self, mode: str, amount: int) -> str:
        """Sets when services are ready: ``at_once``, or after ``amount`` ``reads``."""
        settings = {"provisioning": {"mode": mode, "amount": amount}}
        return self._send("PATCH", "/worlds/WORLD", settings)

    def _send(self, method: str, path: str, body: dict[str, Any]) -> str:
        """Calls the control API; ``path`` has ``WORLD`` for the name of the world."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        own = CONTROL + path.replace("WORLD", self.world)
        try:
            reply = self.place.http.request(method, own, json=body, headers=headers)
        except httpx.HTTPError as problem:
            raise CannotRun(f"the control API: {problem}") from problem
        if not reply.is_success:
            raise CannotRun(f"the control API: {method} {own}: {reply.text[:200]}")
        url = httpx.URL(self.place.address).join(CONTROL + path.replace("WORLD", REPEAT_WORLD))
        return format_control(method, str(url), body, with_token=bool(self.token))
