"""One seller on the bench: made-up requests go in one by one, what they break comes out."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from contracts.checks.fuzz.answered import AnsweredCall
from contracts.checks.fuzz.curl import curl
from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.operations import Generated
from contracts.checks.fuzz.relations import EPHEMERAL, beside, state_of
from contracts.checks.fuzz.rules import RuleViolation, find_violations
from contracts.checks.fuzz.sending import NoAnswer, RequestSender, numbers_of
from contracts.target.seller import CannotRun, Seller
from contracts.target.spending import changes
from contracts.target.spending_guard import CallBlocked
from contracts.verdicts import OBSERVED

WORLD: Final = "small"
SERVED: Final = "http://127.0.0.1:1500/billmgr"
"""Where ``mockseller serve`` answers: what was found in process is found again there."""
NOT_THERE: Final = ("100007", "100009")
"""Services of that world that the account cannot reach: a deleted one, and somebody else's."""
LOGINS: Final = frozenset({"auth", "totp.confirm", "logon", "recovery", "session.newkey"})
"""What locks or changes a login; at a foreign seller that would be somebody's."""


@dataclass(slots=True)
class ChangePermission:
    """What may be sent to a seller that is not ours; ``changing``: also what changes something.

    What spends money is for the gate to let pass (contracts.target.spending_guard).
    """

    changing: bool = False
    held_back: int = 0

    def allows(self, func: str, params: Mapping[str, str]) -> bool:
        """Whether this call may go out."""
        return func not in LOGINS and (self.changing or not changes(func, params))


class FuzzTarget:
    """Judges made-up requests at one seller.

    A seller of ours gets a world of its own, made anew after whatever may have changed it, so that
    what is found does not hang on what went before. Not ``isolated``, it is made anew only when it
    is told to, which is quicker. ``address`` is the one that is printed.
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
        self.seller = seller
        self.declared = declared
        self.permission = permission or ChangePermission()
        self._address = address
        self._isolated = isolated
        self._stack = ExitStack()
        self._dirty = True
        self._calls = 0
        self.sender = self._entered()
        found = numbers_of(self.sender) if seller.has_account else ()
        self.numbers = (*found, *(NOT_THERE if seller.own else ()))
        self.sent: list[AnsweredCall] = []
        self.answered: set[str] = set()
        """Functions that answered something else than a refusal."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    @property
    def calls(self) -> int:
        """How many requests went out."""
        return self._calls + self.sender.calls

    def check_login(self) -> None:
        """Raises CannotRun: a seller that refuses everything would hold every rule."""
        error = self.sender.ask("whoami").error
        if error is not None:
            raise CannotRun(f"the login {self.sender.place.login} is refused: {error}")

    def renew(self) -> None:
        """The place as it was made, whatever happened in it."""
        self._calls += self.sender.calls
        self.sender = self._entered()

    def _entered(self) -> RequestSender:
        """A place as it was made."""
        self._stack.close()
        place = self._stack.enter_context(self.seller.world(WORLD))
        self._dirty = False
        return RequestSender(place, self._address)

    def judged(self, func: str, request: Generated) -> list[RuleViolation]:
        """Sends a request, and whatever is asked beside it; everything that was broken.

        Sent to a foreign seller it may be held back: then nothing is found.
        """
        params = {name: _text(value) for name, value in request.params.items()}
        if not self.seller.own and not self.permission.allows(func, params):
            self.permission.held_back += 1
            return []
        if self._dirty:
            self.renew()
        self.sender.sent.clear()
        acts = changes(func, params)
        related = request.beside and not acts and func not in EPHEMERAL | LOGINS
        public = bool(self.declared.functions[func]["public"])
        before = state_of(self.sender) if request.beside == "nothing changed" and related else ""
        try:
            answer = self.sender.made_up(request, public=public)
        except NoAnswer as lost:
            return self._unanswered(lost)
        except CallBlocked:
            self.permission.held_back += 1
            return []
        found = find_violations(self.declared, func, answer)
        if related and not found:
            found += beside(request, answer, self.sender, before, public=public)
        changed = acts or func in LOGINS or answer.error == "auth"
        self._dirty = changed and self._isolated
        self.sent = [answer]
        if not answer.is_refused:
            self.answered.add(func)
        return found

    def _unanswered(self, lost: NoAnswer) -> list[RuleViolation]:
        """A breach, if the seller answers others; else NoAnswer: it cannot be judged at all."""
        self.sender.ask("whoami")
        self._dirty = True
        self.sent = [lost.answered]
        return [RuleViolation("answers-at-all", OBSERVED, f"no answer: {lost}")]

    def again(self, answered: AnsweredCall) -> str:
        """The line for the shell that asks the same again."""
        secret = self.sender.place.password
        return curl(answered.request, self._address, password=secret, session=self.sender.session)

    def is_ours(self) -> bool:
        """Whether what we only assume counts against it."""
        return self.seller.own


def _text(value: object) -> str:
    return str(value[-1] if isinstance(value, list) and value else value)
