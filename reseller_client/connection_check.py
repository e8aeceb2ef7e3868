"""Checks whether an account at a seller can resell: the first step of an integration.

Source: docs/resale.md section 3, step 1: an account of its own with the level of a client, enough
balance, and the right to suspend and delete services.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from reseller_client.errors import (
    AddressNotAllowed,
    LoginLocked,
    NotTheSeller,
    NotUnderstood,
    Refused,
    ResellerError,
    SecondFactorNeeded,
    TransportError,
)
from reseller_client.services.licenses import Licenses
from reseller_client.services.product_types import LICENSE_TYPES, ProductType
from reseller_client.services.products import Products
from reseller_client.transport.values import Money

if TYPE_CHECKING:
    from reseller_client.account.models import User
    from reseller_client.client import Client
    from reseller_client.services.models import License, LicenseRow

CLIENT_LEVEL: Final = 16
"""The access level of an ordinary client of the seller, in the answer of `whoami`."""
PATHS: Final = ("/billmgr", "/manager/billmgr")
"""Paths of the API at known sellers."""
_FEW: Final = 5


class Grade(StrEnum):
    """The result of a check. An account can resell despite warnings, but not with a failure."""

    PASS = "pass"  # noqa: S105 - the word, not a password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Check:
    """The result of one check: a `message` in a sentence, and `advice` where something is to do."""

    name: str
    grade: Grade
    message: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """The results in order. After some failures the checks that depend on them are left out."""

    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        """Whether no check failed."""
        return all(check.grade is not Grade.FAIL for check in self.checks)

    def __getattr__(self, name: str) -> Callable[[], Iterator[str]]:
        """Return `lines` under its former name, with a DeprecationWarning."""
        if name != "told":
            raise AttributeError(name)
        warnings.warn("Report.told() is now Report.lines()", DeprecationWarning, stacklevel=2)
        return self.lines

    def lines(self) -> Iterator[str]:
        """Iterate over the report as lines of text."""
        for check in self.checks:
            yield f"{check.grade}  {check.name}: {check.message}"
            if check.advice:
                yield f"      {check.advice}"
        yield f"This account {'can resell' if self.ok else 'cannot resell yet'}."


@dataclass(frozen=True, slots=True)
class _Expected:
    """What the reseller expects of the account."""

    minimal_balance: Money
    own_marks: tuple[str, ...]
    product_types: tuple[str, ...]


@dataclass(slots=True)
class _Probe:
    """The results so far, and the client to make further checks with. Nothing is changed."""

    client: Client
    expected: _Expected
    checks: list[Check] = field(default_factory=list)

    def passed(self, name: str, message: str) -> None:
        self.checks.append(Check(name, Grade.PASS, message))

    def warned(self, name: str, message: str, advice: str) -> None:
        self.checks.append(Check(name, Grade.WARN, message, advice))

    def failed(self, name: str, message: str, advice: str) -> None:
        self.checks.append(Check(name, Grade.FAIL, message, advice))


def check_connection(
    client: Client,
    *,
    minimal_balance: Money | Decimal | int = 0,
    own_marks: Sequence[str] = (),
    product_types: Sequence[str] = ("soft",),
) -> Report:
    """Check whether this account can resell; nothing is bought or changed.

    `minimal_balance` is the balance that renewals need, in the currency of a `Money`, else in any.
    `own_marks` are the prefixes of this reseller's `remoteid`s (`l`, `a`): a service with
    another prefix is a warning that the account is shared; without marks that is not checked.
    `product_types` have to be on the price list and orderable.

    No error of the seller is raised: each becomes a check of the report.
    Source: docs/resale.md section 3, step 1 (documented); the requests are assumed.
    """
    least = minimal_balance
    if not isinstance(least, Money):
        least = Money(Decimal(least))
    probe = _Probe(client, _Expected(least, tuple(own_marks), tuple(product_types)))
    if not _check_address(probe):
        return Report(tuple(probe.checks))
    user = _check_login(probe)
    if user is not None:
        _check_level(probe, user)
        _check_phone(probe, user)
        for name, check in _CHECKS:
            _run(probe, name, check)
    return Report(tuple(probe.checks))


def _run(probe: _Probe, name: str, check: Callable[[_Probe], None]) -> None:
    """Make a check; an error of the seller is a failure of it."""
    try:
        check(probe)
    except ResellerError as problem:
        probe.failed(name, f"could not be read: {problem}", "Ask the seller for the right to it.")


def _check_address(probe: _Probe) -> bool:
    """Call without a login: any document of the API will do, an error too."""
    url = probe.client.url
    try:
        probe.client.call_openly("whoami", {})
    except Refused:
        pass
    except NotTheSeller as problem:
        advice = "Set a user_agent that it lets through, or have your address allowed."
        probe.failed("address", f"{url}: {problem}", advice)
        return False
    except NotUnderstood as problem:
        probe.failed("address", f"{url} answers, but not as this API: {problem}", _advise(probe))
        return False
    except TransportError as problem:
        advice = "Check host, port, certificate and firewall; nothing was sent yet."
        probe.failed("address", f"{url} gave no answer: {problem}", advice)
        return False
    probe.passed("address", f"{url} speaks the API.")
    return True


def _advise(probe: _Probe) -> str:
    """Look, without credentials, for another path of this host at which the API answers."""
    path = urlsplit(probe.client.url).path.rstrip("/")
    for suffix in sorted(PATHS, key=len, reverse=True):
        path = path.removesuffix(suffix)
    for candidate in dict.fromkeys(start + suffix for start in (path, "") for suffix in PATHS):
        if probe.client.answers_at(candidate):
            return f"The API answers at {candidate} of the same host: use that."
    return f"The API is usually at {' or '.join(PATHS)} of the seller's host."


def _check_login(probe: _Probe) -> User | None:
    """Log in and return the user; each kind of refusal is a check of its own with its advice."""
    try:
        user = probe.client.account.whoami()
    except SecondFactorNeeded:
        advice = (
            "Turn it off for this account, or make a further login without it (user.edit): programs"
            " cannot type codes. Restrict addresses instead."
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
        probe.warned("level", "the seller does not show the account's level.", advice)
    elif user.level != CLIENT_LEVEL:
        advice = "Use an ordinary client's account, one for each reselling system."
        probe.failed("level", f"{user.level} is not that of a client ({CLIENT_LEVEL}).", advice)
    else:
        probe.passed("level", f"a client ({CLIENT_LEVEL}).")


def _check_balance(probe: _Probe) -> None:
    """Compare the balance with the minimum, in its currency if it has one."""
    least = probe.expected.minimal_balance
    balances = [row.balance for row in probe.client.account.subaccounts()]
    shown = ", ".join(f"{money.amount} {money.currency}".rstrip() for money in balances)
    shown = shown or "no balance"
    comparable = [money for money in balances if least.currency in {"", money.currency}]
    minimum = f"{least.amount} {least.currency}".rstrip()
    if not comparable:
        advice = "Compare currencies: the minimum must be in the account's own."
        probe.failed("balance", f"{shown}, none of it in {least.currency or 'a currency'}.", advice)
    elif max(money.amount for money in comparable) < least.amount:
        advice = "Top up: renewals fail on an empty balance, and services are suspended."
        probe.failed("balance", f"{shown}, less than {minimum}.", advice)
    elif not any(money.amount > 0 for money in comparable):
        probe.warned("balance", f"{shown}: nothing can be ordered.", "Top up before selling.")
    else:
        probe.passed("balance", f"{shown}, at least {minimum}.")


def _check_deletion(probe: _Probe) -> None:
    """Check whether this account may suspend and delete services."""
    deletion = _deletion_of(probe.client.account.settings())
    advice = "Ask the seller to let this account suspend and delete services by itself."
    if deletion == "phone":
        probe.failed("deletion", "must be confirmed by phone, which no program can do.", advice)
    elif deletion == "forbidden":
        probe.failed("deletion", "this account may not delete services.", advice)
    elif deletion == "allowed":
        probe.passed("deletion", "this account may suspend and delete services.")
    else:
        advice = "Ask the seller, or delete a trial, before the first customer orders."
        probe.warned("deletion", "the seller does not show whether clients may delete.", advice)


def _deletion_of(settings: Mapping[str, str]) -> str:
    """Return the setting: `allowed`, `forbidden`, `phone`, or "" where it is not shown."""
    return settings.get("deletion", "").strip()


def _check_phone(probe: _Probe, user: User) -> None:
    if user.must_confirm_phone:
        advice = "Confirm the phone of the account in the seller's client area."
        probe.failed("phone", "the seller requires a confirmed phone before it sells.", advice)


def _check_prices(probe: _Probe) -> None:
    for itemtype in probe.expected.product_types:
        tariffs = probe.client.catalogue.tariffs(itemtype, only_orderable=True)
        count = sum(tariff.itemtype in {"", itemtype} and tariff.orderable for tariff in tariffs)
        if count:
            probe.passed("price list", f"{count} tariffs of {itemtype} can be ordered.")
        else:
            advice = "Ask the seller to open these tariffs for the account, or sell another type."
            probe.failed("price list", f"no tariff of {itemtype} can be ordered.", advice)


def _check_subtypes(probe: _Probe) -> None:
    """Look for services in lists that only the menu names; see `Products.list_with_subtypes`."""
    licenses = {family.code for family in LICENSE_TYPES}
    types = [t for t in probe.expected.product_types if t not in licenses and "." not in t]
    try:
        named = probe.client.account.service_lists() if types else ()
    except Refused as problem:
        advice = "Ask the seller whether services are in lists of subtypes, such as vds.vps."
        probe.warned("subtypes", f"the menu that names them is closed: {problem}", advice)
        return
    for itemtype in types:
        if not any(name.startswith(f"{itemtype}.") for name in named):
            continue
        lists = Products(probe.client, itemtype).list_with_subtypes()
        for name, rows in lists.items():
            if name != itemtype and rows:
                advice = f"Resell {name} as a product type of its own, or these are never read."
                probe.warned("subtypes", f"{len(rows)} services are in {name}.", advice)


def _check_own(probe: _Probe) -> None:
    """Look for services that another reselling system marked as its own."""
    marks = probe.expected.own_marks
    if not marks:
        return
    families = [family for family in LICENSE_TYPES if family.code in probe.expected.product_types]
    foreign = [number for family in families for number in _foreign(probe.client, family, marks)]
    if foreign:
        some = ", ".join(map(str, foreign[:_FEW])) + (" …" if len(foreign) > _FEW else "")
        advice = "Give every reselling system an account of its own, or events get lost."
        probe.warned("own account", f"{len(foreign)} services have a foreign mark: {some}.", advice)
    else:
        probe.passed("own account", "no service has a foreign mark.")


def _foreign(
    client: Client, family: ProductType[License, LicenseRow], marks: tuple[str, ...]
) -> Iterator[int]:
    """Iterate over the numbers of licenses whose remoteid has a foreign prefix."""
    for row in Licenses(client, family).iterate():
        if row.remoteid and not row.remoteid.startswith(marks):
            yield row.id


_CHECKS: Final[tuple[tuple[str, Callable[[_Probe], None]], ...]] = (
    ("balance", _check_balance),
    ("deletion", _check_deletion),
    ("price list", _check_prices),
    ("subtypes", _check_subtypes),
    ("own account", _check_own),
)
