"""Many callers at two servers over one folder: what comes out is what some order would give.

The journal has the order: a call that writes and its row are one commit. So the rows are replayed
with a few rules of the trade, and every outcome has to be the one that the rules give.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest

from tests.storm.server import KilledServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the workers are found in /proc")
COSTS = {"soft.order.param": 5, "vds.order.param": 3, "service.prolong": 5}
GONE = "refused missed/item"
POOR = "refused not_enough_money"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two servers with two workers each, over one folder."""
    data = tmp_path_factory.mktemp("data")
    servers = [KilledServer(data, workers=2) for _ in range(2)]
    try:
        for server in servers:
            server.start()
        yield [server.url() for server in servers]
    finally:
        for server in servers:
            server.stop()


@pytest.fixture
def urls(served: list[str]) -> list[str]:
    """The addresses of both, with a world in its initial state."""
    control(served[0], "POST", "/worlds/default/reset", {})
    return served


def call(url: str, func: str, **params: object) -> str:
    form = {"authinfo": "reseller:secret", "func": func, "out": "xml", **params}
    answer = httpx.post(f"{url}/billmgr", data=form, timeout=60)
    assert answer.status_code == 200
    return answer.text


def order(url: str, name: str) -> str:
    return call(
        url, "soft.order.param", pricelist=55227, period=1, ip="0.0.0.0", licname=name,  # noqa: S104 - none yet
        autoprolong="null", skipbasket="on", clicked_button="finish", sok="ok",
    )  # fmt: skip


def control(url: str, method: str, path: str, body: object = None) -> Any:  # noqa: ANN401 - JSON
    address = f"{url}/_mockseller{path}"
    answer = httpx.request(method, address, json=body, headers=JSON, timeout=60)
    assert answer.is_success, answer.text
    return answer.json()


def unexplained(rows: Sequence[dict[str, Any]], balance: Decimal) -> tuple[list[str], Decimal]:
    """Replays a journal: the rows that those before them contradict, and the balance at the end."""
    contradictions, deleted = [], set[str]()
    for row in rows:
        number, outcome = str(row["params"].get("elid", "")), row["outcome"]
        done, _, amount = outcome.partition(" ")
        cost = Decimal(COSTS.get(row["func"], 0))
        paid = Decimal(amount) if done in {"bought", "paid"} else Decimal(0)
        if number in deleted:
            explained = outcome == GONE
        elif outcome.startswith(POOR):
            explained = balance < cost
        else:
            explained = done != "refused" and paid == cost <= balance
        if not explained:
            contradictions.append(f"{row['id']} {row['func']} {number}: {outcome} with {balance}")
        balance -= paid
        if row["func"] == "vds.delete" and done != "refused":
            deleted.add(number)
    return contradictions, balance


def journal(url: str) -> list[dict[str, Any]]:
    """The calls of clients, the first one first."""
    rows = control(url, "GET", "/journal?limit=1000")["entries"]
    return sorted((row for row in rows if row["func"]), key=lambda row: int(row["id"]))


def balance_of(url: str) -> Decimal:
    account = control(url, "GET", "/accounts/reseller")
    assert account["balance"] == account["ledger"]
    return Decimal(account["balance"])


def entry(number: int, func: str, outcome: str) -> dict[str, Any]:
    return {"id": number, "func": func, "outcome": outcome, "params": {"elid": "7"}}


@pytest.mark.parametrize(
    ("balance", "rows"),
    [
        (4, [entry(1, "soft.order.param", "bought 5.00")]),
        (5, [entry(1, "soft.order.param", f"{POOR}/")]),
        (9, [entry(1, "vds.delete", "changed"), entry(2, "vds.suspend", "changed")]),
        (9, [entry(1, "vds.delete", "changed"), entry(2, "service.prolong", "paid 5.00")]),
        (9, [entry(1, "vds.suspend", GONE)]),
        (9, [entry(1, "service.prolong", "paid 3.00")]),
    ],
)
def test_a_journal_that_no_order_gives_is_recognised(
    balance: int, rows: list[dict[str, Any]]
) -> None:
    assert len(unexplained(rows, Decimal(balance))[0]) == 1


@pytest.mark.full_only("tests/e2e/test_workers_agree.py has thirty orders in every run")
def test_of_two_hundred_orders_with_money_for_ten_ten_are_served(urls: list[str]) -> None:
    control(urls[0], "PATCH", "/accounts/reseller", {"balance": "52.00"})
    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(lambda n: order(urls[n % 2], f"n{n}"), range(200)))
    numbers = [text.partition("<id>")[2].partition("<")[0] for text in answers if "<id>" in text]
    refused = [text for text in answers if 'type="not_enough_money"' in text]
    assert (len(numbers), len(set(numbers)), len(refused)) == (10, 10, 190)
    assert unexplained(journal(urls[1]), Decimal(52)) == ([], Decimal(2))
    assert balance_of(urls[0]) == 2


@pytest.mark.one_of("races")
def test_actions_on_the_same_services_are_explained_by_an_order(urls: list[str]) -> None:
    license = order(urls[0], "own").partition("<id>")[2].partition("<")[0]
    server = call(
        urls[0], "vds.order.param", pricelist=6, period=1, domain="x.test", skipbasket="on",
        sok="ok",
    ).partition("<id>")[2].partition("<")[0]  # fmt: skip
    control(urls[0], "PATCH", "/accounts/reseller", {"balance": "44.00"})
    before = len(journal(urls[0]))
    prolong = {"period": 1, "sok": "ok", "clicked_button": "finish"}
    acts: list[tuple[str, dict[str, object]]] = [
        ("service.prolong", {"elid": license, **prolong}),
        ("vds.suspend", {"elid": server}),
        ("vds.resume", {"elid": server}),
    ] * 20
    at_server: dict[str, object] = {"elid": server}
    acts += [("vds.delete", at_server)] * 4 + [("vds.suspend", at_server)] * 12
    with ThreadPoolExecutor(16) as pool:
        jobs = [
            pool.submit(call, urls[n % 2], func, **params) for n, (func, params) in enumerate(acts)
        ]
        answers = [job.result() for job in jobs]
    rows = journal(urls[1])[before:]
    assert len(rows) == len(acts)
    assert unexplained(rows, Decimal(44)) == ([], Decimal(4))
    outcomes = Counter(row["outcome"] for row in rows if row["func"] == "vds.delete")
    assert outcomes == {"changed": 1, GONE: 3}
    assert sum("<error" in text for text in answers) == sum(bool(row["error"]) for row in rows)
    assert balance_of(urls[0]) == 4


@pytest.mark.one_of("races")
def test_a_cart_that_many_pay_at_once_is_paid_once(urls: list[str]) -> None:
    before = balance_of(urls[0])
    position = call(
        urls[0], "v2.vds.order.param", pricelist=6, order_period=1, clicked_button="order",
        force_use_new_cart="on", sok="ok", domain="x.test",
    ).partition("<lineitem.id>")[2].partition("<")[0]  # fmt: skip
    payment = {"elid": position, "paymethod_id": 0, "sok": "ok"}
    with ThreadPoolExecutor(16) as pool:
        list(
            pool.map(lambda n: call(urls[n % 2], "cartorder.create.confirm", **payment), range(40))
        )
    rows = [row for row in journal(urls[1]) if row["func"] == "cartorder.create.confirm"]
    assert [row["outcome"] for row in rows] == ["bought 3.00", *["nothing changed"] * 39]
    assert balance_of(urls[0]) == before - 3


@pytest.mark.one_of("races")
def test_orders_during_resets_leave_what_came_after_the_last_one(urls: list[str]) -> None:
    start = balance_of(urls[0])
    with ThreadPoolExecutor(16) as pool:
        orders = [pool.submit(order, urls[n % 2], f"n{n}") for n in range(100)]
        resets = [
            pool.submit(control, urls[n % 2], "POST", "/worlds/default/reset", {}) for n in range(4)
        ]
        answers = [job.result() for job in orders]
        assert len([job.result() for job in resets]) == 4
    assert all("<id>" in text for text in answers)
    rows = journal(urls[0])
    assert len(rows) <= 100
    assert unexplained(rows, start) == ([], balance_of(urls[1]))
