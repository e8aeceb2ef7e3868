"""Is this account at this seller fit to resell? The first step of an integration, as checks.

Source: docs/resale.md section 3, step 1: an account of its own with the level of a client, enough
balance, and the right to suspend and delete services, or the reseller cannot stop any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reseller_client.errors import (
    AddressNotAllowed,
    LoginLocked,
    NotUnderstood,
    Refused,
    ResellerError,
    SecondFactorNeeded,
    TransportError,
)
from reseller_client.services.families import FAMILIES, Family
from reseller_client.services.licenses import Licenses
from reseller_client.transport.values import Money

if TYPE_CHECKING:
    from reseller_client.account.models import User
    from reseller_client.client import Client

CLIENT_LEVEL: Final = 16
"""The access level of a client of the seller, as its session tells it."""
PATHS: Final = ("/billmgr", "/manager/billmgr")
"""Where the API lies on the sellers that are known."""
_FEW: Final = 5


class Grade(StrEnum):
    """How a check ended. A warning does not keep anybody from reselling; a failure does."""

    PASS = "pass"  # noqa: S105 - the word, not a password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer: `told` in a sentence, `advice` where something is to be done."""

    name: str
    grade: Grade
    told: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """All checks that could be made, in order; one that failed may keep others from being made."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Tell whether nothing failed."""
        return all(check.grade is not Grade.FAIL for check in self.checks)

    def told(self) -> Iterator[str]:
        """Tell it in lines for people."""
        for check in self.checks:
            yield f"{check.grade}  {check.name}: {check.told}"
            if check.advice:
                yield f"      {check.advice}"
        yield f"This account {'can resell' if self.ok else 'cannot resell yet'}."


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What the reseller expects of the seller."""

    minimal_balance: Money
    own_marks: tuple[str, ...]
    product_types: tuple[str, ...]


@dataclass(slots=True)
class _Probe:
    """The checks being made, through one client. Nothing it calls changes anything."""

    client: Client
    wanted: _Wanted
    checks: list[Check] = field(default_factory=list)

    def passed(self, name: str, told: str) -> None:
        self.checks.append(Check(name, Grade.PASS, told))

    def warned(self, name: str, told: str, advice: str) -> None:
        self.checks.append(Check(name, Grade.WARN, told, advice))

    def failed(self, name: str, told: str, advice: str) -> None:
        self.checks.append(Check(name, Grade.FAIL, told, advice))


def check_connection(
    client: Client,
    *,
    minimal_balance: Money | Decimal | int = 0,
    own_marks: Sequence[str] = (),
    product_types: Sequence[str] = ("soft",),
) -> Report:
    """Ask a seller whether this account can resell; nothing is bought or changed.

    `minimal_balance` is the least balance that a renewal should find; a `Money` also says in which
    currency. `own_marks` are the beginnings of the `remoteid`s this reseller gives (such as `l` and
    `a`): services marked by somebody else warn that the account is shared; left empty, that is not
    asked. `product_types` have to be on the price list and orderable.

    Raises nothing of the seller's: every refusal and silence is a check of the report.
    Source: docs/resale.md section 3, step 1 (documented); how to ask for it is assumed.
    """
    least = minimal_balance
    if not isinstance(least, Money):
        least = Money(Decimal(least))
    probe = _Probe(client, _Wanted(least, tuple(own_marks), tuple(product_types)))
    if not _reached(probe):
        return Report(tuple(probe.checks))
    user = _logged_in(probe)
    if user is not None:
        _check_level(probe, user)
        _check_phone(probe, user)
        for name, ask in _QUESTIONS:
            _guarded(probe, name, ask)
    return Report(tuple(probe.checks))


def _guarded(probe: _Probe, name: str, ask: Callable[[_Probe], None]) -> None:
    """Ask, and take a refusal for an answer."""
    try:
        ask(probe)
    except ResellerError as problem:
        probe.failed(name, f"could not be read: {problem}", "Ask the seller for the right to it.")


def _reached(probe: _Probe) -> bool:
    """Ask without a login: any document of the API will do, a refusal too."""
    url = probe.client.url
    try:
        probe.client.call_openly("whoami", {})
    except Refused:
        pass
    except NotUnderstood as problem:
        probe.failed("address", f"{url} answers, but not as this API: {problem}", _where(probe))
        return False
    except TransportError as problem:
        advice = "Check host, port, certificate and firewall; nothing was sent yet."
        probe.failed("address", f"{url} gave no answer: {problem}", advice)
        return False
    probe.passed("address", f"{url} speaks the API.")
    return True


def _where(probe: _Probe) -> str:
    """Find where else on this host the API answers, without any credentials."""
    path = urlsplit(probe.client.url).path.rstrip("/")
    for known in sorted(PATHS, key=len, reverse=True):
        path = path.removesuffix(known)
    for found in dict.fromkeys(start + known for start in (path, "") for known in PATHS):
        if probe.client.answers_at(found):
            return f"The API answers at {found} of the same host: use that."
    return f"The API usually lies at {' or '.join(PATHS)} of the seller's host."


def _logged_in(probe: _Probe) -> User | None:
    """Log in and read who that is; each way to be refused has its own check and advice."""
    try:
        user = probe.client.account.whoami()
    except SecondFactorNeeded:
        advice = (
            "Turn it off for this account: programs cannot type codes. Allow addresses instead."
        )
        probe.failed("second factor", "two-factor authentication is on.", advice)
    except AddressNotAllowed as problem:
        seen = problem.params.get("value", "this address")
        advice = "Add the address of this machine to those allowed for the API."
        probe.failed("caller's address", f"the seller refuses calls from {seen}.", advice)
    except LoginLocked:
        advice = "Wait some seconds, and look for a program that uses an old password."
        probe.failed("login", "the login is locked after failed attempts.", advice)
    except ResellerError as problem:
        advice = "Check login and password; a password may contain colons, a login may not."
        probe.failed("login", f"refused: {problem}", advice)
    else:
        probe.passed("login", f"accepted as {user.name or user.realname or user.id}.")
        probe.passed("second factor", "not asked for.")
        probe.passed("caller's address", "accepted.")
        return user
    return None


def _check_level(probe: _Probe, user: User) -> None:
    if user.level is None:
        advice = f"Make sure that it is an ordinary client (level {CLIENT_LEVEL})."
        probe.warned("level", "the seller does not tell the account's level.", advice)
    elif user.level != CLIENT_LEVEL:
        advice = "Use an ordinary client's account, one for each reselling system."
        probe.failed("level", f"{user.level} is not that of a client ({CLIENT_LEVEL}).", advice)
    else:
        probe.passed("level", f"a client ({CLIENT_LEVEL}).")


def _check_balance(probe: _Probe) -> None:
    """Compare the balance with the minimum, in its currency if it has one."""
    least = probe.wanted.minimal_balance
    held = [row.balance for row in probe.client.account.subaccounts()]
    told = ", ".join(f"{one.amount} {one.currency}".rstrip() for one in held) or "no balance"
    fitting = [one for one in held if least.currency in {"", one.currency}]
    wanted = f"{least.amount} {least.currency}".rstrip()
    if not fitting:
        advice = "Compare currencies: the minimum must be in the account's own."
        probe.failed("balance", f"{told}, none of it in {least.currency or 'a currency'}.", advice)
    elif max(one.amount for one in fitting) < least.amount:
        advice = "Top up: renewals fail on an empty balance, and services stop."
        probe.failed("balance", f"{told}, less than {wanted}.", advice)
    elif not any(one.amount > 0 for one in fitting):
        probe.warned("balance", f"{told}: nothing can be ordered.", "Top up before selling.")
    else:
        probe.passed("balance", f"{told}, at least {wanted}.")


def _check_deletion(probe: _Probe) -> None:
    """Read whether this account may stop what it sold."""
    told = _deletion_of(probe.client.account.settings())
    advice = "Ask the seller to let this account suspend and delete services by itself."
    if told == "phone":
        probe.failed("deletion", "must be confirmed by phone, which no program can do.", advice)
    elif told == "forbidden":
        probe.failed("deletion", "this account may not delete services.", advice)
    elif told == "allowed":
        probe.passed("deletion", "this account may suspend and delete services.")
    else:
        ask = "Ask the seller, or delete a trial, before customers come."
        probe.warned("deletion", "the seller does not tell whether clients may delete.", ask)


def _deletion_of(settings: Mapping[str, str]) -> str:
    """Read what the account may: `allowed`, `forbidden`, `phone`, or "" where it is not told."""
    return settings.get("deletion", "").strip()


def _check_phone(probe: _Probe, user: User) -> None:
    if user.must_confirm_phone:
        advice = "Confirm the phone of the account in the seller's client area."
        probe.failed("phone", "the seller wants the phone confirmed before it sells.", advice)


def _check_prices(probe: _Probe) -> None:
    for itemtype in probe.wanted.product_types:
        tariffs = probe.client.catalogue.tariffs(itemtype, only_orderable=True)
        count = sum(one.itemtype in {"", itemtype} and one.orderable for one in tariffs)
        if count:
            probe.passed("price list", f"{count} tariffs of {itemtype} can be ordered.")
        else:
            advice = "Ask the seller to open these tariffs for the account, or sell another type."
            probe.failed("price list", f"no tariff of {itemtype} can be ordered.", advice)


def _check_own(probe: _Probe) -> None:
    """Look for services that another reselling system marked as its own."""
    marks = probe.wanted.own_marks
    if not marks:
        return
    wanted = [one for one in FAMILIES if one.code in probe.wanted.product_types]
    foreign = [number for one in wanted for number in _foreign(probe.client, one, marks)]
    if foreign:
        some = ", ".join(map(str, foreign[:_FEW])) + (" …" if len(foreign) > _FEW else "")
        advice = (
            "Give every reselling system an account of its own: events of one get lost to both."
        )
        probe.warned("own account", f"{len(foreign)} services are not ours: {some}.", advice)
    else:
        probe.passed("own account", "no service bears a foreign mark.")


def _foreign(client: Client, family: Family, marks: tuple[str, ...]) -> Iterator[int]:
    """Iterate over services with a remoteid of somebody else; those without any are nobody's."""
    for row in Licenses(client, family).iterate():
        if row.remoteid and not row.remoteid.startswith(marks):
            yield row.id


_QUESTIONS: Final[tuple[tuple[str, Callable[[_Probe], None]], ...]] = (
    ("balance", _check_balance),
    ("deletion", _check_deletion),
    ("price list", _check_prices),
    ("own account", _check_own),
)
