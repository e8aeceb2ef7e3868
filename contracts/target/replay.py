"""Asks a seller what an exchange asks, and judges what it answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.record.compare import differences
from contracts.record.exchange import Exchange, Step
from contracts.target.seller import CannotRun, Seller, SellerSession
from contracts.target.spending import changes
from contracts.target.spending_guard import CallBlocked
from contracts.verdicts import ASSUMED, CallRecord, Outcome, Verdict


def replay(exchange: Exchange, out: str, seller: Seller) -> Verdict:
    """One exchange in one format, in a fresh world of the seller's."""
    if reason := _not_here(exchange, seller):
        return _verdict(exchange, out, Outcome.SKIP, [reason])
    seen: list[CallRecord] = []
    try:
        with seller.world(exchange.world, modifies=_spoils(exchange)) as place:
            place.seen = seen
            for number, step in enumerate(exchange.before, start=1):
                if told := _prepared(step, place, f"before[{number}]"):
                    lines = [f"before[{number}] {step.request.func}: {line}" for line in told]
                    return _verdict(exchange, out, Outcome.ERROR, lines, seen)
            reply = place.ask(exchange.request, out)
    except CallBlocked as reason:
        return _verdict(exchange, out, Outcome.SKIP, [str(reason)], seen)
    except CannotRun as problem:
        return _verdict(exchange, out, Outcome.ERROR, [str(problem)], seen)
    told = differences(exchange.expected, out, reply.status, reply.body, place.bindings)
    if not told:
        return _verdict(exchange, out, Outcome.PASS, seen=seen)
    only_assumed = exchange.evidence == ASSUMED and not seller.own
    return _verdict(exchange, out, Outcome.WARN if only_assumed else Outcome.FAIL, told, seen)


def replay_all(exchanges: Iterable[Exchange], seller: Seller) -> Iterator[Verdict]:
    """Every exchange in every format it has on record."""
    for exchange in exchanges:
        for out in exchange.formats:
            yield replay(exchange, out, seller)


def _spoils(exchange: Exchange) -> bool:
    """Whether it may leave anything behind: what only looks needs no new world after it.

    Sessions, failed logins and filters that a list keeps are left behind as well.
    """
    return any(
        changes(request.func, request.params)
        or request.login.style in ("session", "cookie")
        or request.func == "auth"
        or request.login.name
        or "filter" in request.params
        for request in (*(step.request for step in exchange.before), exchange.request)
    )


def _not_here(exchange: Exchange, seller: Seller) -> str:
    """Why this seller is not asked, or nothing."""
    if not seller.own and not exchange.portable:
        return "needs a prepared world, which a foreign seller does not have"
    login = exchange.request.login
    if login.style != "none" and not login.name and not seller.has_account:
        return "needs an account, and none was given"
    return ""


def _prepared(step: Step, place: SellerSession, note: str) -> list[str]:
    """A step before the exchange, asked as often as it says; what it got wrong."""
    for _ in range(max(step.times, 1)):
        reply = place.ask(step.request, "xml", note)
        if told := differences(step.expected, "xml", reply.status, reply.body, place.bindings):
            return told
    return []


def _verdict(
    exchange: Exchange,
    out: str,
    outcome: Outcome,
    told: Iterable[str] = (),
    seen: Iterable[CallRecord] = (),
) -> Verdict:
    return Verdict(
        exchange.name,
        out,
        outcome,
        exchange.evidence,
        tuple(told),
        proof=tuple(seen),
        source=exchange.source,
    )
