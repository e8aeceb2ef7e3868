"""The first step of an integration, asked of the emulator in this process."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import httpx
import pytest
from click.testing import CliRunner

from reseller_client import Client, DeletionForbidden, Money
from reseller_client.cli import resell
from reseller_client.connection_check import Grade, Report, check_connection
from tests.client.conftest import Waits, form_of
from tests.client.emulated import client_of
from tests.client.example_orders import eur

if TYPE_CHECKING:
    from emulator.testing import Seller
    from tests.client.conftest import Line
    from tests.client.emulated import LossyLine


def grades(report: Report) -> dict[str, Grade]:
    return {check.name: check.grade for check in report.checks}


def advice(report: Report, name: str) -> str:
    (check,) = (check for check in report.checks if check.name == name)
    return f"{check.message} {check.advice}"


def test_a_good_account_can_resell(reseller: Client) -> None:
    report = check_connection(
        reseller,
        minimal_balance=eur("100"),
        product_types=("soft", "softexternal", "platform"),
        own_marks=("l", "t", "p"),
    )
    assert report.ok, list(report.lines())
    graded = grades(report)
    assert graded["address"] is graded["login"] is graded["level"] is Grade.PASS
    assert graded["balance"] is graded["price list"] is graded["own account"] is Grade.PASS
    assert list(report.lines())[-1] == "This account can resell."


def test_checking_buys_and_changes_nothing(lossy: LossyLine, shop: Seller) -> None:
    before = shop.account("reseller")
    check_connection(client_of(lossy, Waits()), own_marks=("l",))
    assert all("sok" not in form for form in lossy.calls)
    assert {form["func"] for form in lossy.calls} <= {
        "whoami", "subaccount", "usrparam", "pricelist.export", "soft",
    }  # fmt: skip
    assert shop.account("reseller") == before


def test_services_of_another_reseller_are_a_warning(lossy: LossyLine) -> None:
    report = check_connection(client_of(lossy, Waits()), own_marks=("a",))
    assert grades(report)["own account"] is Grade.WARN
    assert report.ok
    assert "2 services" in advice(report, "own account")


@pytest.mark.parametrize(
    ("login", "password", "check", "message"),
    [
        ("careful", "secret", "second factor", "Turn it off"),
        ("fenced", "secret", "caller's address", "127.0.0.1"),
        ("reseller", "wrong", "login", "Check login"),
    ],
)
def test_a_refused_login_is_told_by_its_reason(
    lossy: LossyLine, login: str, password: str, check: str, message: str
) -> None:
    report = check_connection(client_of(lossy, Waits(), login=login, password=password))
    assert not report.ok
    assert grades(report) == {"address": Grade.PASS, check: Grade.FAIL}
    assert message in advice(report, check)


def test_a_locked_login_says_to_wait(lossy: LossyLine) -> None:
    wrong = client_of(lossy, Waits(), password="wrong")
    report = check_connection(wrong)
    for _ in range(20):
        if "locked" in advice(report, "login"):
            break
        report = check_connection(wrong)
    assert "Wait some seconds" in advice(report, "login")


@pytest.mark.parametrize(
    ("least", "grade"),
    [
        (Decimal("1.00"), Grade.PASS),
        (Decimal("1.01"), Grade.FAIL),
        (Money(Decimal(0), "RUB"), Grade.FAIL),
    ],
)
def test_the_balance_is_compared_in_its_currency(
    lossy: LossyLine, least: Decimal | Money, grade: Grade
) -> None:
    poor = client_of(lossy, Waits(), login="poor")
    assert grades(check_connection(poor, minimal_balance=least))["balance"] is grade


def test_an_empty_balance_is_a_warning(lossy: LossyLine, shop: Seller) -> None:
    shop.account("poor", balance="0.00")
    report = check_connection(client_of(lossy, Waits(), login="poor"))
    assert grades(report)["balance"] is Grade.WARN


def test_a_type_that_is_not_sold_fails(lossy: LossyLine) -> None:
    report = check_connection(client_of(lossy, Waits()), product_types=("forexbox",))
    assert grades(report)["price list"] is Grade.FAIL


def test_machines_that_only_the_menu_names_are_a_warning(lossy: LossyLine, shop: Seller) -> None:
    shop.world("elsewhere", "subtypes")
    client = client_of(lossy, Waits(), login="reseller@elsewhere")
    report = check_connection(client, product_types=("vds",))
    messages = [check.message for check in report.checks if check.grade is Grade.WARN]
    assert sorted(messages) == ["1 services are in vds.kvm.", "2 services are in vds.vps."]
    here = check_connection(client_of(lossy, Waits()), product_types=("vds",))
    assert "subtypes" not in grades(here)


@pytest.mark.parametrize("path", ["/", "/manager/", "/billmgr", "/manager/billmgr/x"])
def test_a_wrong_path_is_told_with_the_right_one(lossy: LossyLine, path: str) -> None:
    def elsewhere(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/manager/billmgr":
            return lossy(request)
        return httpx.Response(404, text="<html>nothing here</html>")

    line = httpx.MockTransport(elsewhere)
    lost = Client(f"http://127.0.0.1{path}", login="reseller", password="secret", transport=line)
    report = check_connection(lost)
    assert grades(report) == {"address": Grade.FAIL}
    assert "answers at /manager/billmgr of" in advice(report, "address")
    assert all("authinfo" not in form for form in lossy.calls)


def test_a_seller_that_is_not_there_is_told(client: Client, line: Line) -> None:
    line.answers(httpx.ConnectError("refused"))
    report = check_connection(client)
    assert grades(report) == {"address": Grade.FAIL}
    assert "gave no answer" in advice(report, "address")


@pytest.mark.parametrize(("level", "grade"), [("29", Grade.FAIL), ("", Grade.WARN)])
def test_an_account_of_another_level_is_told(
    client: Client, line: Line, level: str, grade: Grade
) -> None:
    denied = '<doc><error type="access"/></doc>'
    line.answers(denied, f'<doc><user name="boss" level="{level}"/></doc>', *[denied] * 3)
    report = check_connection(client)
    assert grades(report)["level"] is grade
    assert grades(report)["balance"] is Grade.FAIL
    assert all("authinfo" in form_of(request) for request in line.requests[1:])


@pytest.mark.parametrize(
    ("answer", "grade"),
    [
        ("allowed", Grade.PASS),
        ("phone", Grade.FAIL),
        ("forbidden", Grade.FAIL),
        ("", Grade.WARN),
    ],
)
def test_what_an_account_may_delete_is_read_from_its_settings(
    client: Client, line: Line, answer: str, grade: Grade
) -> None:
    denied = '<doc><error type="access"/></doc>'
    settings = f"<doc><deletion>{answer}</deletion></doc>"
    line.answers(denied, '<doc><user level="16"/></doc>', denied, settings, denied)
    assert grades(check_connection(client))["deletion"] is grade


def test_the_command_tells_it_and_fails_with_it(lossy: LossyLine) -> None:
    words = ["--login", "x", "--password", "x", "check"]
    good = CliRunner().invoke(resell, words, obj=client_of(lossy, Waits()))
    assert (good.exit_code, "pass  login" in good.output) == (0, True), good.output
    poor = client_of(lossy, Waits(), login="poor")
    result = CliRunner().invoke(resell, [*words, "--minimal-balance", "5"], obj=poor)
    assert result.exit_code == 1
    assert "fail  balance: 1.00 EUR, less than 5." in result.output


@pytest.mark.parametrize(
    ("deletion", "grade"),
    [("allowed", Grade.PASS), ("forbidden", Grade.FAIL), ("phone", Grade.FAIL)],
)
def test_an_account_that_may_not_delete_cannot_resell(
    lossy: LossyLine, shop: Seller, deletion: str, grade: Grade
) -> None:
    shop.account("reseller", deletion=deletion)
    client = client_of(lossy, Waits())
    report = check_connection(client)
    assert grades(report)["deletion"] is grade
    assert report.ok is (grade is Grade.PASS)
    if grade is Grade.FAIL:
        with pytest.raises(DeletionForbidden):
            client.licenses.delete(100001)
