"""A login of its own for the program that resells: made, checked, and enough for every flow."""

from __future__ import annotations

import sqlite3
from collections import deque
from contextlib import closing
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from reseller_client import (
    AccessDenied,
    AlreadyExists,
    Client,
    LicenseOrder,
    ModuleOrder,
    ServiceOrder,
    Status,
)
from reseller_client.cli import resell
from reseller_client.resellers import (
    BillmanagerReseller,
    CustomModules,
    CustomReseller,
    CustomServices,
    CustomTickets,
    Hosted,
    MemoryStore,
    ProcessingModule,
    SellerAccount,
    WhmcsReseller,
    add_api_login,
)
from reseller_client.shop.store import StorefrontStore
from tests.client.emulated import LossyLine, client_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from emulator.testing import Seller
    from tests.client.conftest import Waits

LITE, MACHINE, BITNINJA = 55227, 6, 55371
TYPES = ("soft", "vds", "addition")
EMAIL, PASSWORD = "api@shop.example", "Api-pass:1"
FROZEN = "2027-01-31T12:00:00Z"


@pytest.fixture
def line(shop: Seller) -> LossyLine:
    shop.clock.freeze(FROZEN)
    return LossyLine(shop)


@pytest.fixture
def owner(line: LossyLine, waits: Waits) -> Client:
    return client_of(line, waits)


@pytest.fixture
def program(owner: Client) -> Client:
    """A client of a login that was made for it."""
    login = add_api_login(owner, EMAIL, PASSWORD, product_types=TYPES)
    return owner.as_login(login.name, PASSWORD)


def test_its_rights_are_enough_for_a_custom_billing(shop: Seller, program: Client) -> None:
    today = lambda: date.fromisoformat(shop.clock.now[:10])  # noqa: E731 - the billing's calendar
    licenses = CustomReseller(program, today=today)
    panel = licenses.order(
        LicenseOrder(tariff=LITE, ip="192.0.2.51", licname="a", period=1, remoteid="l1")
    )
    servers = CustomServices(program, "vds", today=today)
    machine = servers.order(
        ServiceOrder(tariff=MACHINE, period=1, domain="a.example.com", remoteid="m1")
    )
    modules = CustomModules(program)
    module = modules.order(ModuleOrder(tariff=BITNINJA, license_id=panel.id, remoteid="a1"))
    licenses.renew(panel.id)
    servers.renew(machine.id)
    modules.renew(module.id)
    licenses.readdress(panel.id, "192.0.2.52")
    licenses.change_tariff(panel.id, 55228)
    servers.suspend(machine.id)
    servers.resume(machine.id)
    licenses.suspend(panel.id)
    assert licenses.resume(panel.id).status is Status.ACTIVE
    assert program.account.balance().amount < Decimal(1000)
    assert list(program.payments.expenses())
    with closing(sqlite3.connect(":memory:")) as rows:
        tickets = CustomTickets(program, rows)
        tickets.prepare()
        assert tickets.ask("7", "Question", "Is it valid?")
        assert tickets.new_answers() == ()
    licenses.cancel(panel.id)


def test_its_rights_are_enough_for_a_billmanager(shop: Seller, program: Client) -> None:
    with closing(sqlite3.connect(":memory:")) as rows:
        sellers = {"main": SellerAccount(program, StorefrontStore(rows))}
        now = lambda: datetime.fromisoformat(shop.clock.now)  # noqa: E731 - its clock
        reseller = BillmanagerReseller(rows, sellers, now=now)
        reseller.prepare()
        module = reseller.add_module(ProcessingModule(0, "vds", "main", "Machines"))
        own = reseller.tariffs.import_tariff(module.id, MACHINE)
        reseller.tariffs.enable(own.id)
        params = {"domain": "b.example.com"}
        item = reseller.order("ada", own.id, params=params).item
        assert reseller.check_event().unread == {}
        for act in (reseller.prolong, reseller.let_end, reseller.suspend, reseller.close):
            operation = act(item)
            assert operation.reason is None, operation
            assert reseller.check_event().completed == (operation.id,)
            assert len(reseller.imports.services(module.id)) == (act != reseller.close)
        reseller.books.collect_costs()


def test_its_rights_are_enough_for_whmcs(program: Client) -> None:
    whmcs = WhmcsReseller(program, MemoryStore(), today=lambda: date(2027, 1, 31))
    hosted = Hosted(service_id=1, ip="192.0.2.53", licname="w", tariff=LITE)
    assert whmcs.create_account(hosted).key
    whmcs.suspend_account(hosted)
    assert whmcs.unsuspend_account(hosted).key
    whmcs.terminate_account(hosted)


def test_what_reselling_does_not_need_is_refused_to_it(owner: Client, program: Client) -> None:
    refused = (
        lambda: program.logins.add("more@shop.example", PASSWORD),
        lambda: program.call("payment.add"),
        lambda: program.products("dedic").list(),
        program.profiles.list,
    )
    for call in refused:
        with pytest.raises(AccessDenied):
            call()
    assert owner.products("dedic").list()


def test_a_lost_answer_leaves_one_login(owner: Client, line: LossyLine) -> None:
    line.plan["user.edit"] = deque(["after"])
    login = add_api_login(owner, EMAIL, PASSWORD, product_types=TYPES)
    assert [row.name for row in owner.logins.list()] == ["reseller", EMAIL]
    assert owner.as_login(EMAIL, PASSWORD).account.whoami().id == login.id
    with pytest.raises(AlreadyExists):
        add_api_login(owner, EMAIL, PASSWORD, product_types=TYPES)
    assert PASSWORD not in repr(login)


@pytest.fixture
def run(owner: Client) -> Callable[..., tuple[int, list[str]]]:
    def invoke(*words: str, **env: str) -> tuple[int, list[str]]:
        access = {"MOCKSELLER_LOGIN": "reseller", "MOCKSELLER_PASSWORD": "secret", **env}
        result = CliRunner(env=access).invoke(resell, ["login", *words], obj=owner)
        return result.exit_code, result.output.splitlines()

    return invoke


def test_the_command_makes_a_login_that_can_resell(
    owner: Client, run: Callable[..., tuple[int, list[str]]]
) -> None:
    code, lines = run(EMAIL, "--family", "soft", "--family", "vds")
    assert (code, lines[0], lines[-1]) == (0, f"login: {EMAIL}", "This account can resell.")
    password = lines[1].removeprefix("password: ")
    assert owner.as_login(EMAIL, password).licenses.list()
    assert lines[2].startswith("rights: basket, ")


def test_the_command_says_in_one_line_what_was_refused(
    run: Callable[..., tuple[int, list[str]]],
) -> None:
    chosen = {"MOCKSELLER_NEW_PASSWORD": PASSWORD}
    code, lines = run(EMAIL, **chosen)
    assert code == 0
    assert not any(PASSWORD in line for line in lines)
    code, lines = run(EMAIL, **chosen)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith("Error: user.edit: ")
    assert lines[0].endswith("(exists/email)")
