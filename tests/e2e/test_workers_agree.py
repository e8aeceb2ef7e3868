"""Two processes serve one port: whatever they must agree on, they do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import httpx
from click.testing import CliRunner

from emulator.cli import mockseller
from emulator.testing import SellerServer, World


def test_a_session_opened_at_one_worker_works_at_the_other(seller_server: World) -> None:
    """Every connection is a throw of the dice between the workers; twenty hit both."""
    opened = seller_server.call("auth", login="", username="reseller", password="secret")
    session = opened.xml.findtext("auth") or ""
    for _ in range(20):
        answer = httpx.get(
            seller_server.url, params={"func": "whoami", "auth": session}, timeout=30
        )
        assert 'name="reseller"' in answer.text


def test_the_ledger_is_exact_after_orders_from_many_threads(seller_server: World) -> None:
    def order(number: int) -> str:
        answer = httpx.post(
            seller_server.url,
            timeout=60,
            data={
                "func": "soft.order.param", "authinfo": "reseller:secret", "pricelist": "55227",
                "period": "1", "ip": f"10.1.0.{number}", "licname": f"n{number}",
                "skipbasket": "on", "clicked_button": "finish", "sok": "ok",
            },
        )  # fmt: skip
        return answer.text

    seller_server.account(balance="102.50")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(order, range(30)))
    bought = [text for text in answers if "<id>" in text]
    refused = [text for text in answers if 'type="not_enough_money"' in text]
    account = seller_server.account()
    assert (len(bought), len(refused)) == (20, 10)
    assert Decimal(account["balance"]) == Decimal(account["ledger"]) == Decimal("2.50")


def test_the_command_line_and_a_running_server_see_the_same_world(own_server: SellerServer) -> None:
    data = str(own_server.folder)
    run = CliRunner().invoke
    number = own_server.order()
    moved = run(mockseller, ["clock", "advance", "1 month", "--data", data])
    assert f"suspend  {number}" in moved.output
    assert own_server.service(number)["status"] == 3
    assert "soft.order.param" in run(mockseller, ["journal", "--data", data]).output
    assert run(mockseller, ["world", "reset", "--data", data]).exit_code == 0
    assert own_server.account()["balance"] == "1000.00"
    assert run(mockseller, ["world", "create", "extra", "--data", data]).exit_code == 0
    worlds = own_server.control("GET", "/worlds")
    assert "extra" in str(worlds)
