"""Judges generated requests at one seller, one at a time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Final, Self

from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.checks import RuleViolation
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.operations import Generated
from contracts.checks.fuzz.relations import (
    EPHEMERAL,
    ReadCase,
    digest_state,
    find_related_violations,
    list_compared,
)
from contracts.checks.fuzz.rules import find_violations
from contracts.checks.fuzz.sending import NoAnswer, RequestSender, find_services
from contracts.target.curl import PASSWORD, SESSION, format_curl
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending import changes
from contracts.target.spending_guard import CallBlocked

WORLD: Final = "small"
SERVED: Final = "http://127.0.0.1:1500/billmgr"
"""Where ``mockseller serve`` answers: printed for what was found in process."""
UNREACHABLE: Final = ("100007", "100009")
"""Services of that world that the account cannot reach: a deleted one, and another account's."""
LOGINS: Final = frozenset({"auth", "totp.confirm", "logon", "recovery", "session.newkey"})
"""Functions that lock or change a login; at a third-party seller that would be somebody's."""


@dataclass(slots=True)
class ChangePermission:
    """What may be sent to a third-party seller; ``changing``: also calls that change something.

    Calls that spend money are decided by the spending guard (contracts.target.spending_guard).
    """

    changing: bool = False
    blocked: int = 0
    """How many requests were not sent."""

    def allows(self, func: str, params: Mapping[str, str]) -> bool:
        """Whether this call may be sent."""
        return func not in LOGINS and (self.changing or not changes(func, params))


class FuzzTarget:
    """A seller that generated requests are sent to, and the rules their answers are judged by.

    A seller of ours gets a world of its own, which is reset after every request that may have
    changed it, so that what is found does not depend on earlier requests. Without ``isolated`` it
    is reset only by `renew`, which is quicker. ``address`` is printed as the seller's.
    """

    def __init__(
        self,
        seller: Seller,
        declared: Declarations,
        *,
        permission: ChangePermission | None = None,
        address: str = SERVED,
        isolated: bool = True,
    ) -> None:
        """Opens a world and reads the numbers of its services. Raises CannotRun."""
        self.seller = seller
        self.declared = declared
        self.permission = permission or ChangePermission()
        self._address = address
        self._isolated = isolated
        self._stack = ExitStack()
        self._changed = True
        self._calls = 0
        self.sender = self._open_world()
        services = find_services(self.sender) if seller.has_account else ()
        self.numbers = (*services, *(UNREACHABLE if seller.own else ()))
        self.sent: tuple[AnsweredCall, ...] = ()
        """The call that was judged last, and those with which it was compared, in their order."""
        self.answering: set[str] = set()
        """Functions that gave an answer other than an error."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    @property
    def calls(self) -> int:
        """How many requests were sent."""
        return self._calls + self.sender.calls

    def check_login(self) -> None:
        """Raises CannotRun: a seller that refuses everything would break no rule."""
        error = self.sender.call("whoami").error
        if error is not None:
            raise CannotRun(f"the login {self.sender.place.login} is refused: {error}")

    def renew(self) -> None:
        """Resets the world, whatever happened in it. Raises CannotRun."""
        self._calls += self.sender.calls
        self.sender = self._open_world()

    def _open_world(self) -> RequestSender:
        self._stack.close()
        place = self._stack.enter_context(self.seller.open_session(WORLD))
        self._changed = False
        return RequestSender(place)

    def judge_request(self, func: str, request: Generated) -> list[RuleViolation]:
        """Sends a request, and those its further rule needs; returns every rule that is broken.

        A request that a third-party seller must not get is not sent, and breaks nothing. Raises
        CannotRun where the seller answers nothing any more.
        """
        params = {name: _text(value) for name, value in request.params.items()}
        if not self.seller.own and not self.permission.allows(func, params):
            self.permission.blocked += 1
            return []
        if self._changed:
            self.renew()
        self.sender.sent.clear()
        writes = changes(func, params)
        related = request.beside and not writes and func not in EPHEMERAL | LOGINS
        public = bool(self.declared.functions[func]["public"])
        compares_state = related and request.beside == "nothing changed"
        before = digest_state(self.sender) if compares_state else ""
        try:
            answer = self.sender.send_generated(request, public=public)
        except NoAnswer as lost:
            return self._judge_silence(lost)
        except CallBlocked:
            self.permission.blocked += 1
            return []
        violations = find_violations(self.declared, func, answer)
        self.sent = (answer,)
        if related and not violations:
            case = ReadCase(request, answer, self.sender, before, public)
            violations += find_related_violations(case)
            self.sent = list_compared(self.sender.sent, answer)
        changed = writes or func in LOGINS or answer.error == "auth"
        self._changed = changed and self._isolated
        if not answer.is_refused:
            self.answering.add(func)
        return violations

    def _judge_silence(self, lost: NoAnswer) -> list[RuleViolation]:
        """A violation if the seller still answers other calls; else it cannot be judged."""
        self.sender.call("whoami")
        self._changed = True
        self.sent = (lost.call,)
        return [RuleViolation("answers-at-all", f"no answer: {lost}")]

    def format_curl(self, call: AnsweredCall, address: str = "") -> str:
        """The line for the shell that repeats a call, its secrets left to the environment.

        ``address``: where it is sent, if not to the seller's own.
        """
        variables = {self.sender.session: SESSION, self.sender.place.password: PASSWORD}
        variables.pop("", None)
        return format_curl(call.request, address or self._address, variables)


def _text(value: object) -> str:
    return str(value[-1] if isinstance(value, list) and value else value)
