"""Our own endpoint holds every rule, and the judge does no harm to anybody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import httpx
import pytest

from contracts.checks.modules import RULES, Options, judge
from contracts.verdicts import NOT_JUDGED, PASSED, Outcome, exit_code
from reseller_client.modules.store import ModuleState
from tests.contracts.modules.stand import (
    AUTOMATIC,
    BUY,
    LICENSE,
    URL,
    WHOLE,
    Answer,
    Stand,
    by_name,
    examined,
    standing,
    wrong,
)
from tests.contracts.modules.trade_faults import DeletedTwins

NOT_LISTED = "known to panels and not on the list: CloudLinux, Softaculous, DDoSGUARD"
ORDERED = (
    "order-taken", "basket-shows-order", "basket-price", "basket-position", "basket-total",
    "basket-sums-bare", "basket-order-number", "basket-once",
)  # fmt: skip


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with standing(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("options", "least"),
    [
        (Options(), 35),
        (replace(AUTOMATIC, mode="pricelist"), 37),
        (AUTOMATIC, 67),
        (BUY, 86),
        (WHOLE, 95),
        (Options(mode="manual"), 3),
    ],
    ids=["pricelist", "pricelist with a login", "automatic", "buy", "whole", "manual"],
)
def test_it_holds_in_every_mode(stand: Stand, options: Options, least: int) -> None:
    run = examined(stand.endpoint, options)
    assert wrong(run) == {}
    assert [verdict.name for verdict in run.verdicts] == list(RULES)
    existing = sum(verdict.outcome is Outcome.PASS for verdict in run.verdicts)
    assert existing >= least
    assert exit_code(run.verdicts) == PASSED


def test_what_was_not_asked_says_why(stand: Stand) -> None:
    for options in (Options(), AUTOMATIC, BUY, Options(mode="manual")):
        for verdict in examined(stand.endpoint, options).verdicts:
            assert verdict.outcome is Outcome.PASS or verdict.messages


def test_a_price_list_behind_a_login_is_generation_b(tmp_path: Path) -> None:
    with standing(tmp_path, prices_need_login=True) as stand:
        matches = by_name(examined(stand.endpoint, AUTOMATIC))
        assert matches["prices-without-login"].outcome is Outcome.SKIP
        assert matches["prices-with-login"].outcome is Outcome.PASS
        assert matches["basket-price"].outcome is Outcome.PASS
        assert wrong(examined(stand.endpoint)) == {"prices-without-login": Outcome.FAIL}


def test_a_billmanager_is_a_partner_too(stand: Stand) -> None:
    """Another program than our endpoint: the seller itself, with modules panels do not know."""
    options = replace(BUY, login="reseller", password="secret")
    run = examined(stand.seller.wsgi, options, url="http://127.0.0.1/billmgr")
    assert wrong(run) == {"module-name-known": Outcome.WARN, "module-once": Outcome.WARN}
    assert by_name(run)["module-once"].messages[0] == "more than once: DrWeb, BitNinja"
    assert by_name(run)["charged-once"].outcome is Outcome.PASS


def test_nothing_is_paid_for_unless_it_is_named(stand: Stand) -> None:
    run = examined(stand.endpoint, AUTOMATIC)
    assert {entry.kind for entry in stand.shop.entries()} == {"top-up"}
    assert stand.shop.basket(stand.shop.customer("ada")).modules == ()
    assert run.remarks == (NOT_LISTED,)


def test_what_is_named_is_bought_once_and_deleted(stand: Stand) -> None:
    run = examined(stand.endpoint, BUY)
    assert stand.balance == Decimal("18.00")
    assert {each.state for each in stand.shop.store.modules()} == {ModuleState.CLOSED}
    (module,) = [each.id for each in stand.shop.store.modules() if each.expires_on is not None]
    assert run.remarks == (
        NOT_LISTED,
        "paid for Virusdie: 12.00 EUR",
        f"module {module} was bought for license {LICENSE}",
    )


def test_a_month_more_is_paid_only_where_that_is_said(stand: Stand) -> None:
    run = examined(stand.endpoint, WHOLE)
    assert stand.balance == Decimal("6.00")
    assert "prolonged Virusdie: 12.00 EUR" in run.remarks
    assert stand.shop.customer("bob").balance == Decimal("30.00")
    assert stand.shop.basket(stand.shop.customer("bob")).modules == ()


def test_what_was_deleted_may_stay_in_the_list_as_deleted(stand: Stand) -> None:
    matches = by_name(examined(stand.endpoint, BUY, DeletedTwins()))
    assert matches["module-deleted"].outcome is Outcome.PASS


def test_an_other_login_that_is_refused_is_no_fault_of_the_endpoint(stand: Stand) -> None:
    run = examined(stand.endpoint, replace(WHOLE, other_password="not-his"))
    assert wrong(run) == {"other-basket-closed": Outcome.ERROR}


def test_without_being_told_what_was_bought_is_kept(stand: Stand) -> None:
    matches = by_name(examined(stand.endpoint, replace(BUY, delete=False)))
    assert matches["module-deleted"].outcome is Outcome.SKIP
    assert ModuleState.ACTIVE in {each.state for each in stand.shop.store.modules()}


def test_secrets_are_in_no_verdict(stand: Stand) -> None:
    def echo_them(answer: Answer) -> None:
        text = answer.sent.get("authinfo", "").encode()
        answer.body = answer.body.replace(b"<doc>", b"<doc>" + text).replace(
            b"<?xml", text + b"<?xml"
        )

    run = examined(stand.endpoint, AUTOMATIC, echo_them)
    assert wrong(run)["nothing-before"] is Outcome.FAIL
    assert "secret-1" not in repr(run)
    assert "secret-1" not in repr(AUTOMATIC)


def test_a_login_that_is_refused_is_no_fault_of_the_endpoint(stand: Stand) -> None:
    run = examined(stand.endpoint, replace(AUTOMATIC, password="other-1"))
    assert wrong(run) == {
        "prices-with-login": Outcome.ERROR,
        "basket-readable": Outcome.ERROR,
        "bad-id-refused": Outcome.ERROR,
    }
    assert exit_code(run.verdicts) == NOT_JUDGED


def test_a_license_that_is_not_the_customers_is_no_fault_of_the_endpoint(stand: Stand) -> None:
    run = examined(stand.endpoint, replace(AUTOMATIC, license="100001"))
    assert wrong(run) == dict.fromkeys(ORDERED, Outcome.ERROR)


def test_a_license_that_has_the_module_is_no_fault_of_the_endpoint(stand: Stand) -> None:
    examined(stand.endpoint, replace(BUY, delete=False))
    run = examined(stand.endpoint, BUY)
    assert wrong(run) == dict.fromkeys((*ORDERED, "payment-done"), Outcome.ERROR)
    assert stand.balance == Decimal("18.00")


def test_what_the_customer_had_in_the_basket_stays_and_is_not_paid(stand: Stand) -> None:
    ada = stand.shop.customer("ada")
    module = stand.shop.put(ada, 277, int(LICENSE), 1, None)
    run = examined(stand.endpoint, BUY)
    assert [each.id for each in stand.shop.basket(ada).modules] == [module.id]
    assert stand.balance == Decimal("30.00")
    matches = by_name(run)
    assert matches["payment-done"].outcome is Outcome.ERROR
    assert matches["basket-emptied"].outcome is Outcome.PASS
    assert Outcome.FAIL not in {verdict.outcome for verdict in run.verdicts}
    assert any("left alone" in remark for remark in run.remarks)


def test_too_little_money_is_no_fault_of_the_endpoint(stand: Stand) -> None:
    stand.shop.top_up("ada", Decimal("-29.00"))
    run = examined(stand.endpoint, BUY)
    assert wrong(run) == {"payment-done": Outcome.ERROR}
    assert stand.shop.basket(stand.shop.customer("ada")).modules == ()


def test_what_the_endpoint_does_not_have_is_unsupported(stand: Stand) -> None:
    absent = {"addition.order.param", "addition.edit", "subaccount"}

    def without(answer: Answer) -> None:
        if answer.func in absent:
            answer.body = (
                b'<doc><error type="missed" object="func"><msg>No such function</msg></error></doc>'
            )

    matches = by_name(examined(stand.endpoint, AUTOMATIC, without))
    unsupported = {name for name, each in matches.items() if each.outcome is Outcome.UNSUPPORTED}
    assert unsupported == {
        *ORDERED, "basket-free", "bad-id-refused", "unknown-tariff-refused", "bad-period-refused",
        "foreign-licence-refused", "refusal-names-field", "balance-needs-login",
        "orders-need-login",
    }  # fmt: skip


def test_a_balance_that_is_not_told_is_not_charged_a_second_time(stand: Stand) -> None:
    paid: list[Answer] = []

    def silent(answer: Answer) -> None:
        if answer.func == "payment.add.method":
            paid.append(answer)
        if answer.func == "subaccount":
            answer.body = b"<doc/>"

    matches = by_name(examined(stand.endpoint, BUY, silent))
    assert matches["charged-once"].outcome is Outcome.UNSUPPORTED
    assert len(paid) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"mode": "automatic"},
        {"mode": "by hand"},
        {"buy": "Virusdie"},
        {"buy": "Virusdie", "login": "ada", "password": "x"},
        {"delete": True},
        {"prolong": True},
        {"login": "ada", "password": "x", "other_login": "bob"},
        {"login": "ada", "password": "x", "other_login": "ada", "other_password": "x"},
        {"slow": 31.0},
        {"login": "ada"},
    ],
)
def test_options_that_do_not_fit_together_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        Options(**options)  # type: ignore[arg-type]


def test_verdicts_come_when_they_are_asked_for(stand: Stand) -> None:
    verdicts = judge(URL, transport=httpx.WSGITransport(app=stand.endpoint))
    assert next(verdicts).name == "answers"
