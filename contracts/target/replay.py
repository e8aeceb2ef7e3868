"""Sends the requests of an exchange to a seller and compares the answers with the expected ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.record.compare import compare_answer
from contracts.record.exchange import Exchange, PreparationStep
from contracts.target.curl import add_lines, list_lines
from contracts.target.seller import CannotRun, Seller, SellerSession
from contracts.target.spending import changes
from contracts.target.spending_guard import CallBlocked
from contracts.verdicts import ASSUMED, CallRecord, Outcome, Verdict


def replay(exchange: Exchange, out: str, seller: Seller) -> Verdict:
    """Judges one exchange in one format, in a fresh world of the seller."""
    if reason := _reason_to_skip(exchange, seller):
        return exchange.verdict(out, Outcome.SKIP, [reason])
    log: list[CallRecord] = []
    verdict = _replay(exchange, out, seller, log)
    return add_lines(verdict, list_lines(log), seller.list_world_lines(exchange.world))


def _replay(exchange: Exchange, out: str, seller: Seller, log: list[CallRecord]) -> Verdict:
    """Judges one exchange; ``log`` grows by its calls."""
    try:
        with seller.open_session(exchange.world, modifies=_modifies(exchange)) as session:
            session.log = log
            for number, step in enumerate(exchange.before, start=1):
                if problems := _prepare(step, session, f"before[{number}]"):
                    lines = [f"before[{number}] {step.request.func}: {line}" for line in problems]
                    return exchange.verdict(out, Outcome.ERROR, lines, log)
            answer = session.ask(exchange.request, out)
    except CallBlocked as reason:
        return exchange.verdict(out, Outcome.SKIP, [str(reason)], log)
    except CannotRun as problem:
        return exchange.verdict(out, Outcome.ERROR, [str(problem)], log)
    problems = compare_answer(exchange.expected, out, answer.status, answer.body, session.bindings)
    if not problems:
        return exchange.verdict(out, Outcome.PASS, proof=log)
    if answer.front:
        problems.append(answer.front)
    only_assumed = exchange.evidence == ASSUMED and not seller.own
    return exchange.verdict(out, Outcome.WARN if only_assumed else Outcome.FAIL, problems, log)


def replay_all(exchanges: Iterable[Exchange], seller: Seller) -> Iterator[Verdict]:
    """Judges exchanges in all their formats."""
    for exchange in exchanges:
        for out in exchange.formats:
            yield replay(exchange, out, seller)


def _modifies(exchange: Exchange) -> bool:
    """Whether it may change its world, which has to be reset then.

    Sessions, failed logins and filters of a list are changes as well.
    """
    return any(
        changes(request.func, request.params)
        or request.login.style in ("session", "cookie")
        or request.func == "auth"
        or request.login.name
        or "filter" in request.params
        for request in (*(step.request for step in exchange.before), exchange.request)
    )


def _reason_to_skip(exchange: Exchange, seller: Seller) -> str:
    if not seller.own and not exchange.portable:
        return "needs a prepared world, which a foreign seller does not have"
    login = exchange.request.login
    if login.style != "none" and not login.name and not seller.has_account:
        return "needs an account, and none was given"
    return ""


def _prepare(step: PreparationStep, session: SellerSession, note: str) -> list[str]:
    """Sends a step before the exchange as often as it says; the differences of its answer."""
    for _ in range(max(step.times, 1)):
        answer = session.ask(step.request, "xml", note)
        problems = compare_answer(
            step.expected, "xml", answer.status, answer.body, session.bindings
        )
        if problems:
            return problems
    return []
