"""What stands in front of a seller is named as such, and not called again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from contracts.checks.client.environment import on_port
from contracts.cli.options import Access
from contracts.record.exchange import Login, Request
from contracts.record.placeholders import Bindings
from contracts.target.seller import CannotRun, SellerSession, connect
from emulator import __version__
from emulator.testing import Seller
from reseller_client import (
    CaptchaNeeded,
    Client,
    LicenseOrder,
    NotTheSeller,
    NotUnderstood,
    RetryPolicy,
)
from reseller_client.cli import resell
from reseller_client.connection_check import check_connection
from reseller_client.resellers import CustomServices

DAY = date(2027, 1, 31)
BROWSER = "Mozilla/5.0 (X11; Linux x86_64)"
ORDER = LicenseOrder(tariff=55227, period=1, ip="192.0.2.201", remoteid="r-1")


@dataclass
class Counted(httpx.BaseTransport):
    """A seller in this process whose requests are counted, with their agents."""

    seller: Seller

    def __post_init__(self) -> None:
        self.agents: list[str] = []
        self._inner = httpx.WSGITransport(app=self.seller.wsgi)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.agents.append(request.headers["User-Agent"])
        return self._inner.handle_request(request)


@pytest.fixture
def shop() -> Iterator[Counted]:
    with Seller() as seller:
        yield Counted(seller)


def client_of(shop: Counted, **options: Any) -> Client:  # noqa: ANN401 - the client's own
    policy = RetryPolicy(wait=lambda _: None)
    return Client(
        "http://127.0.0.1/billmgr",
        login="reseller",
        password="secret",
        transport=shop,
        retry_policy=policy,
        **options,
    )


@pytest.mark.parametrize("code", [200, 403])
@pytest.mark.parametrize("out", ["xml", "bjson"])
def test_an_order_stops_after_the_first_page_of_a_guard(shop: Counted, code: int, out: str) -> None:
    shop.seller.faults.add("guard", code=code)
    with client_of(shop, out=out) as client:
        with pytest.raises(NotTheSeller) as refused:
            client.licenses.order(ORDER)
        assert len(shop.agents) <= 2, "one look before the order, or the order itself"
        for read in (client.licenses.list, client.account.balance, client.catalogue.tariffs):
            before = len(shop.agents)
            with pytest.raises(NotTheSeller):
                read()
            assert len(shop.agents) == before + 1
    problem = refused.value
    assert (problem.status, problem.title) == (code, "Just a moment...")
    line = f"something in front of the seller answered: HTTP {code}, 'Just a moment...'"
    assert str(problem) == line
    assert shop.seller.call("soft", filter="on", ip="192.0.2.201").rows() == []


def test_what_may_be_repeated_is_not_repeated_at_a_guard(shop: Counted) -> None:
    shop.seller.faults.add("guard", func="vds*")
    with client_of(shop) as client:
        servers = CustomServices(client, "vds", today=lambda: DAY)
        before = len(shop.agents)
        with pytest.raises(NotTheSeller):
            servers.close(100014)
        assert len(shop.agents) == before + 1


def test_a_browsers_agent_passes_the_guard(shop: Counted) -> None:
    shop.seller.faults.add("guard")
    with client_of(shop, user_agent=BROWSER) as client:
        assert client.licenses.order(ORDER).license_id
    assert set(shop.agents) == {BROWSER}


def test_the_agent_names_the_program_and_its_version(shop: Counted) -> None:
    with client_of(shop) as client:
        client.account.balance()
    assert set(shop.agents) == {f"mockseller/{__version__}"}
    with pytest.raises(ValueError, match="user agent"):
        Client("http://127.0.0.1/billmgr", user_agent="a\r\nX: b")


@pytest.mark.parametrize("code", [301, 302, 307])
def test_a_redirect_is_not_followed_and_says_where_it_leads(shop: Counted, code: int) -> None:
    target = "https://shop.example/login"
    shop.seller.faults.add("status", code=code, location=target, body="")
    with client_of(shop) as client, pytest.raises(NotTheSeller, match=f"HTTP {code}, to {target}"):
        client.account.balance()


def test_a_bare_403_is_a_guard_and_an_empty_answer_is_none(shop: Counted) -> None:
    shop.seller.faults.add("status", code=403, body="", times=1)
    shop.seller.faults.add("status", code=200, body="", nth=2)
    with client_of(shop) as client:
        with pytest.raises(NotTheSeller):
            client.account.balance()
        with pytest.raises(NotUnderstood) as refused:
            client.account.balance()
        assert not isinstance(refused.value, NotTheSeller)


def test_an_order_goes_on_after_a_proxy_that_did_not_reach_the_seller(shop: Counted) -> None:
    shop.seller.faults.add("status", code=502, func="soft.order.param", when="after", times=1)
    with client_of(shop) as client:
        assert client.licenses.order(ORDER).license_id
    assert len(shop.seller.call("soft", filter="on", ip="192.0.2.201").rows()) == 1


def test_a_page_in_place_of_a_table_is_a_guard(shop: Counted) -> None:
    shop.seller.faults.add("guard")
    with client_of(shop) as client, pytest.raises(NotTheSeller):
        client.call_csv("soft")


def test_a_captcha_at_login_has_a_class_of_its_own(shop: Counted) -> None:
    shop.seller.rules(login_captcha=True)
    with client_of(shop, session=True) as client, pytest.raises(CaptchaNeeded):
        client.account.balance()
    assert len(shop.agents) == 1
    with client_of(shop) as client:
        assert client.account.balance().amount


def test_the_check_of_a_connection_says_what_answered(shop: Counted) -> None:
    shop.seller.faults.add("guard")
    with client_of(shop) as client:
        (failed,) = check_connection(client).checks
    assert "something in front of the seller answered: HTTP 403" in failed.message
    assert "user_agent" in failed.advice


def test_commands_send_the_agent_that_they_are_given(shop: Counted) -> None:
    shop.seller.faults.add("guard")
    with on_port(shop.seller.wsgi) as address:
        words = ["--seller", f"{address}/billmgr", "--login", "reseller", "--password", "secret"]
        run = CliRunner().invoke(resell, [*words, "licences", "list"])
        assert run.exit_code == 2
        assert "something in front of the seller answered: HTTP 403" in run.output
        run = CliRunner().invoke(resell, [*words, "--user-agent", BROWSER, "licences", "list"])
        assert run.exit_code == 0, run.output


def test_the_judge_says_what_answered_and_sends_the_agent(shop: Counted) -> None:
    shop.seller.faults.add("guard")
    with on_port(shop.seller.wsgi) as address:
        with connect(f"{address}/billmgr", login="reseller", password="secret") as judged:
            doc, reason = judged.ask({"func": "whoami"})
        assert doc is None
        assert reason.startswith("something in front of the seller answered: HTTP 403")
        access = Access("reseller", "secret", user_agent=BROWSER)
        with access.at(f"{address}/billmgr") as judged:
            assert judged.ask({"func": "whoami"})[1] == ""


def test_the_judge_stops_a_session_at_the_first_page(shop: Counted) -> None:
    shop.seller.faults.add("guard", code=200)
    with httpx.Client(transport=shop, base_url="http://127.0.0.1") as http:
        session = SellerSession(http, "/billmgr", Bindings(DAY), "reseller", "secret")
        with pytest.raises(CannotRun, match="in front of the seller answered: HTTP 200"):
            session.ask(Request("soft", {}, login=Login("session")), "xml")
    assert len(shop.agents) == 1
