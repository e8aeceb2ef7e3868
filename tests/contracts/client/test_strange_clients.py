"""A client that answers or acts strangely fails its lessons; errors are the judge's own trouble."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import httpx
import pytest

from contracts.checks.client.environment import CaseEnvironment
from contracts.checks.client.judge import grade, select_lessons
from contracts.checks.client.products import PRODUCTS, TRADES
from contracts.checks.client.protocol import (
    Action,
    BadReport,
    ClientReport,
    ClientStep,
    StepResult,
)
from contracts.verdicts import Outcome
from tests.contracts.client.test_judge import Scripted

Call = Callable[..., str]
"""Calls a function of the seller with parameters; returns its answer, or nothing."""
ABSURD = ClientReport(
    StepResult.OK,
    id=10**30,
    key="",
    ip="no address",
    status=99,
    ends_on=date.max,
    balance=Decimal("NaN"),
    ids=(-1, -1, 10**30),
    reason="\ufffe",
    name="",
    answers=("", "", "\ufffe"),
)


def _speaks_no_protocol(_: Call, step: ClientStep) -> ClientReport:
    raise BadReport(f"expected one line of JSON on stdout in step {step.number}")


def _says_nonsense(_: Call, step: ClientStep) -> ClientReport:
    del step
    return ABSURD


def _order(call: Call, step: ClientStep, **more: object) -> ClientReport:
    fields = {"ip": "ip", "licname": "name", "domain": "domain", "license": "licence"}
    sent = {name: step.fields[field] for name, field in fields.items() if field in step.fields}
    order = {"pricelist": step.fields["tariff"], "period": 1, "skipbasket": "on", "sok": "ok"}
    number = re.search(
        r"<(?:item\.)?id>(\d+)<",
        call(PRODUCTS[step.trade].order_function, **{**order, **sent, **more}),
    )
    return ClientReport(StepResult.OK, id=int(number[1])) if number else ABSURD


def _is_order(step: ClientStep) -> bool:
    return step.action in {Action.ORDER, Action.RECONCILE}


def _buys_trials(call: Call, step: ClientStep) -> ClientReport:
    return _order(call, step, period=-100) if _is_order(step) else ABSURD


def _leaves_all_in_the_basket(call: Call, step: ClientStep) -> ClientReport:
    return _order(call, step, skipbasket="off") if _is_order(step) else ABSURD


def _destroys_what_it_bought(call: Call, step: ClientStep) -> ClientReport:
    """Also its tickets and its basket, before anybody can look at them."""
    if _is_order(step):
        return _order(call, step)
    itemtype = PRODUCTS[step.trade].itemtype
    for func in (itemtype, "clientticket"):
        for number in re.findall(r"<id>(\d+)</id>", call(func)):
            call(f"{func}.delete", elid=number)
    call("basket", clicked_button="clearbasket", sok="ok")
    if step.action is Action.ASK:
        call("clientticket.edit", subject="x", message="x", sok="ok")
    return ABSURD


STRANGE: tuple[Callable[[Call, ClientStep], ClientReport], ...] = (
    _speaks_no_protocol,
    _says_nonsense,
    _buys_trials,
    _leaves_all_in_the_basket,
    _destroys_what_it_bought,
)


@pytest.mark.every(5)
@pytest.mark.parametrize("trade", TRADES)
@pytest.mark.parametrize("behave", STRANGE)
def test_a_strange_client_makes_no_error(
    behave: Callable[[Call, ClientStep], ClientReport], trade: str, environment: CaseEnvironment
) -> None:
    """Every lesson ends, and none of them as trouble of the judge's."""
    transport = httpx.WSGITransport(app=environment.middleware)

    def act(step: ClientStep) -> ClientReport:
        def call(func: str, **params: object) -> str:
            login = f"{step.seller.login}:{step.seller.password}"
            form = {"func": func, "authinfo": login, **{n: str(v) for n, v in params.items()}}
            with suppress(httpx.HTTPError, OSError), httpx.Client(transport=transport) as http:
                return http.post(step.seller.url, data=form).text
            return ""

        return behave(call, step)

    verdicts = list(grade(environment, Scripted(act), kind="custom", trade=trade))
    errors = [str(verdict) for verdict in verdicts if verdict.outcome is Outcome.ERROR]
    assert errors == []
    outcomes = {verdict.outcome for verdict in verdicts}
    assert outcomes & {Outcome.FAIL, Outcome.NOT_EXERCISED}


def test_an_answer_that_is_none_fails_the_lesson_with_its_reason(
    environment: CaseEnvironment,
) -> None:
    def act(_: ClientStep) -> ClientReport:
        raise BadReport("result: 'good' is not one of ok, failed, unknown, cannot")

    lessons = select_lessons("confirms")
    (verdict,) = grade(environment, Scripted(act), kind="custom", trade=TRADES[0], lessons=lessons)
    assert verdict.outcome is Outcome.FAIL
    assert verdict.messages == (
        "step 1: no readable report: result: 'good' is not one of ok, failed, unknown, cannot",
    )
