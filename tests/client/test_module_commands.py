"""`mockseller resell modules`, run as a reseller runs it, beside a seller that is a process."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from click.testing import CliRunner, Result
from defusedxml.ElementTree import fromstring

from emulator.testing import Seller, World
from reseller_client.cli import resell
from reseller_client.modules.store import ModuleStore
from tests.client.emulated import LossyLine, client_of
from tests.client.module_stand import Watch, shop_of
from tests.client.test_module_file import GOOD

COMMAND = [sys.executable, "-m", "emulator.cli", "resell", "modules"]
ADA = {"authinfo": "ada:secret-1", "out": "xml"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "modules.yaml"
    made.write_text(GOOD, encoding="utf-8")
    return made


@pytest.fixture
def run(shop: Seller, lossy: LossyLine, path: Path) -> Callable[..., Result]:
    """Run a command beside a seller in this process, on the seller's day."""
    shop.clock.freeze("2027-01-10T12:00:00Z")

    def made(*words: str) -> Result:
        client = client_of(lossy, shop.time.pass_time)
        day = ["--file", str(path), "--today", shop.clock.now[:10]]
        return CliRunner().invoke(resell, ["modules", *words, *day], obj=client)

    return made


@pytest.fixture
def sold(run: Callable[..., Result], shop: Seller, lossy: LossyLine, path: Path) -> int:
    """Sell ada a module with renewal; its number."""
    assert run("list", "--offline").exit_code == 0
    store = ModuleStore(path.parent / "modules.sqlite")
    made = shop_of(store, shop, lossy, Watch())
    ada = made.customer("ada")
    module = made.put(ada, 277, 100002, 1, 1)
    made.pay(ada, module.order_id)
    store.close()
    return module.id


@contextmanager
def served(path: Path, url: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The endpoint as a process of its own, and its address."""
    access = {
        "MOCKSELLER_URL": url,
        "MOCKSELLER_LOGIN": "reseller",
        "MOCKSELLER_PASSWORD": "secret",
    }
    process = subprocess.Popen(
        [*COMMAND, "serve", "--file", str(path)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **access},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        yield process, line.split()[-1]
    finally:
        process.kill()
        process.communicate()


def ask(address: str, **fields: object) -> Element:
    query = urllib.parse.urlencode({**ADA, **fields})
    with urllib.request.urlopen(f"{address}?{query}", timeout=30) as got:  # noqa: S310 - loopback
        doc: Element = fromstring(got.read())
    return doc


def test_a_panel_buys_from_the_served_file(seller_server: World, path: Path) -> None:
    with served(path, seller_server.url) as (_, address):
        assert re.fullmatch(r"http://127\.0\.0\.1:[0-9]+/billmgr", address)
        price = ask(address, func="pricelist.export", itemtype="addition")
        assert price.find("pricelist/price/period[@cost='12.0000']") is not None
        order = {"pricelist": 277, "item": 100002, "period": 1, "skipbasket": "on", "sok": "ok"}
        assert ask(address, func="addition.order.param", **order).findtext("id") == "1"
        assert ask(address, func="addition").findtext("elem/status") == "2"
    modules = [row["intname"] for row in seller_server.call("addition").rows()]
    assert modules.count("Virusdie") == 1


@pytest.mark.every(2)
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_and_has_told_no_password(
    seller_server: World, path: Path, sign: signal.Signals
) -> None:
    with served(path, seller_server.url) as (process, address):
        ask(address, func="basket")
        process.send_signal(sign)
        out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")


def test_a_broken_request_is_not_repeated_on_the_log(seller_server: World, path: Path) -> None:
    with served(path, seller_server.url) as (process, address):
        host, _, port = address.split("/")[2].partition(":")
        with socket.create_connection((host, int(port)), timeout=30) as line:
            line.sendall(b"GET /?authinfo=ada:secret-1 HTTP/9.9 x\r\n\r\n")
            line.recv(1000)
        process.send_signal(signal.SIGTERM)
        _, err = process.communicate(timeout=30)
    assert err == ""


def test_a_second_start_adds_nothing(seller_server: World, path: Path) -> None:
    for _ in range(2):
        with served(path, seller_server.url) as (process, address):
            balance = ask(address, func="subaccount").findtext("elem/balance")
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=30)
        assert balance == "30.00 EUR"


def test_a_port_that_is_taken_is_told(path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
        access = ["--login", "reseller", "--password", "x"]
        words = [*access, "modules", "serve", "--port", port, "--file", str(path)]
        result = CliRunner().invoke(resell, words)
    assert result.exit_code == 2
    assert (
        result.output == f"Error: cannot listen on 127.0.0.1 port {port}: Address already in use\n"
    )


def test_money_and_margin_are_listed(run: Callable[..., Result], sold: int) -> None:
    names, row = (line.split("\t") for line in run("list").output.splitlines())
    columns = dict(zip(names, row, strict=True))
    assert columns == {
        "customer": "ada", "balance": "18.00 EUR", "licence": "100002", "module": "Virusdie",
        "state": "active", "expires": "2027-02-10", "price": "12.00", "paid": "12.00",
        "cost": "9.00", "margin": "3.00",
    }  # fmt: skip
    assert sold == 1


def test_money_that_is_paid_in_is_credited(run: Callable[..., Result]) -> None:
    assert run("top-up", "ada", "5.50").output == "ada\t35.50 EUR\n"
    assert "ada\t35.50 EUR" in run("list", "--offline").output


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("eve", "5"), "there is no customer eve"),
        (("ada", "five"), "five is not a sum above 0 such as 30.00"),
        (("ada", "0"), "0 is not a sum above 0 such as 30.00"),
        (("ada", "NaN"), "NaN is not a sum above 0 such as 30.00"),
    ],
)
def test_what_cannot_be_paid_in_is_told(
    run: Callable[..., Result], words: tuple[str, str], line: str
) -> None:
    result = run("top-up", *words)
    assert (result.exit_code, result.output) == (2, f"Error: {line}\n")


def test_the_day_renews_then_suspends_then_follows(
    run: Callable[..., Result], shop: Seller, sold: int
) -> None:
    nothing = "waiting for the seller\t0\n"
    assert run("daily").output == nothing
    shop.clock.freeze("2027-02-10T12:00:00Z")
    assert run("daily").output == f"renewed\tada\t100002\tVirusdie\t2027-03-10\n{nothing}"
    assert run("daily").output == nothing
    shop.clock.freeze("2027-03-10T12:00:00Z")
    assert run("daily").output == f"suspended\tada\t100002\tVirusdie\t2027-03-10\n{nothing}"
    shop.call("soft.delete", elid=100002)
    assert run("daily").output == f"closed\tada\t100002\tVirusdie\t2027-03-10\n{nothing}"
    assert "closed" in run("list", "--closed").output
    assert sold == 1


def test_a_silent_seller_is_a_day_that_failed(
    run: Callable[..., Result], lossy: LossyLine, sold: int
) -> None:
    lossy.plan = {"addition": deque(["before"] * 90)}
    result = run("daily")
    assert result.exit_code == 2
    assert result.output.startswith("Error: the seller's modules cannot be read: ")
    assert sold == 1


def test_a_renewal_without_an_answer_is_waited_for(
    run: Callable[..., Result], shop: Seller, lossy: LossyLine, sold: int
) -> None:
    shop.clock.freeze("2027-02-10T12:00:00Z")
    lossy.plan = {"service.prolong": deque(["before"] * 90)}
    result = run("daily")
    assert (result.exit_code, result.output) == (1, "waiting for the seller\t1\n")
    lossy.plan.clear()
    assert run("daily").exit_code == 0
    assert sold == 1


def test_faults_of_the_file_are_lines_and_the_exit_code_is_2(
    run: Callable[..., Result], path: Path
) -> None:
    path.write_text(GOOD.replace("EUR", "euro").replace("100002", "x"), encoding="utf-8")
    result = run("list")
    assert result.exit_code == 2
    assert result.output.splitlines() == [
        f"Error: {path}: currency: Three capital letters, such as EUR. (line 2)",
        f"{path}: licences[0].number: Not a valid integer. (line 9)",
    ]


def test_a_database_that_is_none_is_told(run: Callable[..., Result], path: Path) -> None:
    (path.parent / "modules.sqlite").write_bytes(b"no database at all, but a text")
    result = run("list")
    assert result.exit_code == 2
    assert result.output == f"Error: the database of {path}: file is not a database\n"


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ((), "no login at the seller: --login, or seller.login in the file"),
        (("--login", "r"), "no password at the seller: --password, or MOCKSELLER_PASSWORD"),
        (("--login", "r", "--password", "x", "--seller", "http://a:b@127.0.0.1/billmgr"),
         "the url is the bare address of the API: no login, no query in it"),
    ],
)  # fmt: skip
def test_what_the_seller_needs_is_asked_for(path: Path, words: tuple[str, ...], line: str) -> None:
    env = {"MOCKSELLER_LOGIN": None, "MOCKSELLER_PASSWORD": None, "MOCKSELLER_URL": None}
    result = CliRunner(env=env).invoke(resell, [*words, "modules", "daily", "--file", str(path)])
    assert (result.exit_code, result.output) == (2, f"Error: {line}\n")
    assert not (path.parent / "modules.sqlite").exists()
