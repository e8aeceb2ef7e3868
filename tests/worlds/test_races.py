"""Many callers at two servers over one folder: what comes out is what some order would give.

The journal has the order: a call that writes and its row are one commit. So the rows are replayed
with a few rules of the trade, and every outcome has to be the one that the rules give.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

import httpx
import pytest
from dateutil.relativedelta import relativedelta

from tests.storm.server import KilledServer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the workers are found in /proc")
COSTS = {"soft.order.param": 5, "vds.order.param": 3, "service.prolong": 5}
GONE = "refused missed/item"
POOR = "refused not_enough_money"
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def served(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[str]]:
    """Two servers with two workers each, over one folder or one database."""
    data = tmp_path_factory.mktemp("data")
    engine = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    servers = [KilledServer(data, workers=2, engine=engine) for _ in range(2)]
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


PRICES = [Decimal(5), Decimal(6), Decimal(7), Decimal(8)]
"""Of a license: at first, and after each import of a price list."""
PRICE_LIST = (
    "<doc><pricelist><id>55227</id><name>Own</name><price currency='EUR'>"
    "<period cost='{}' type='month' length='1'>monthly</period></price></pricelist></doc>"
)
XML = {"Content-Type": "application/xml"}


@dataclass
class Race:
    """One world that clients use while its prices, its clock and copies of it are made.

    ``windows``: of each import, when it began and ended; ``orders``: the same by license name.
    """

    urls: list[str]
    license: str
    server: str
    windows: list[tuple[float, float]] = field(default_factory=list)
    orders: dict[str, tuple[float, float]] = field(default_factory=dict)
    forks: list[str] = field(default_factory=list)
    importing: threading.Lock = field(default_factory=threading.Lock)

    def order(self, number: int) -> None:
        begun = time.monotonic()
        answer = order(f"{self.urls[number % 2]}/w/race", f"n{number}")
        assert "<id>" in answer, answer
        self.orders[f"n{number}"] = (begun, time.monotonic())

    def act(self, number: int, func: str, elid: str) -> None:
        params = {"period": 1, "sok": "ok", "clicked_button": "finish"}
        further = params if func == "service.prolong" else {}
        call(f"{self.urls[number % 2]}/w/race", func, elid=elid, **further)

    def sell_dearer(self, number: int) -> None:
        """The next price; imports come one after another, so their order is known."""
        with self.importing:
            begun = time.monotonic()
            document = PRICE_LIST.format(PRICES[len(self.windows) + 1])
            address = f"{self.urls[number % 2]}/_mockseller/worlds/race/import"
            assert httpx.post(address, content=document, headers=XML, timeout=60).is_success
            self.windows.append((begun, time.monotonic()))

    def move(self, number: int) -> None:
        control(self.urls[number % 2], "POST", "/clock?world=race", {"advance": "9 days"})

    def fork(self, number: int) -> None:
        name = f"fork-{number}"
        control(self.urls[number % 2], "POST", "/worlds/race/fork", {"into": name})
        self.forks.append(name)

    def run(self) -> None:
        """Everything at once, from sixteen threads; what is rare is spread over the orders."""
        acts: list[tuple[str, str]] = [
            ("service.prolong", self.license), ("vds.suspend", self.server),
            ("vds.resume", self.server),
        ] * 15  # fmt: skip
        acts += [("vds.delete", self.server), ("vds.suspend", self.server)] * 5
        rare: dict[int, Callable[[int], None]] = {15: self.fork, 20: self.sell_dearer}
        rare |= {25: self.move, 40: self.fork, 45: self.move, 55: self.sell_dearer}
        rare |= {65: self.move, 70: self.fork, 80: self.move, 90: self.sell_dearer, 100: self.fork}
        jobs: list[Callable[[], None]] = []
        for number in range(60):
            jobs.append(partial(self.order, number))
            if number < len(acts):
                jobs.append(partial(self.act, number, *acts[number]))
        for place, job in sorted(rare.items()):
            jobs.insert(place, partial(job, place))
        with ThreadPoolExecutor(16) as pool:
            for future in [pool.submit(job) for job in jobs]:
                future.result()


def prices_out_of_order(rows: Sequence[dict[str, Any]]) -> tuple[list[str], list[Decimal]]:
    """Rows that the prices, deletions and times before them contradict; and what each row paid.

    A price may only rise. A renewal that comes due has no sum in its row; it paid one of the prices
    between those before and after it, and None stands for it.
    """
    contradictions, paid, deleted, newest, at = [], [], set[str](), 0, ""
    for row in rows:
        done, _, amount = row["outcome"].partition(" ")
        sums = [i for i, price in enumerate(PRICES) if i >= newest and f"{price}.00" == amount]
        if str(row["params"].get("elid", "")) in deleted:
            explained = row["outcome"] == GONE
        elif done in {"bought", "paid"}:
            explained = bool(sums)
            newest = sums[0] if sums else newest
        else:
            explained = done != "refused"
        if not explained or row["at"] < at:
            contradictions.append(f"{row['id']} {row['at']} {row['func']}: {row['outcome']}")
        at = row["at"]
        paid.append(Decimal(amount) if done in {"bought", "paid"} else Decimal(0))
        if row["func"] == "vds.delete" and done != "refused":
            deleted.add(str(row["params"]["elid"]))
    return contradictions, paid


def rows_of(url: str, world: str) -> list[dict[str, Any]]:
    """Calls and due events of a world, the first one first."""
    entries = control(url, "GET", f"/journal?limit=1000&kind=all&world={world}")["entries"]
    return sorted(entries, key=lambda row: int(row["id"]))


@pytest.mark.parametrize(
    "outcomes",
    [
        ["bought 6.00", "bought 5.00"],
        ["paid 5.50"],
        [f"{POOR}/"],
    ],
)
def test_prices_that_no_order_gives_are_recognised(outcomes: list[str]) -> None:
    rows = [{**entry(n, "x", outcome), "at": "1"} for n, outcome in enumerate(outcomes)]
    assert len(prices_out_of_order(rows)[0]) == 1


def test_a_time_before_that_of_the_row_before_is_recognised() -> None:
    rows = [{**entry(n, "x", "bought 5.00"), "at": at} for n, at in enumerate(["2", "1"])]
    assert len(prices_out_of_order(rows)[0]) == 1


@pytest.fixture
def race(served: list[str]) -> Race:
    """A world with a license to prolong, one that renews itself in a month, and a server."""
    control(served[0], "POST", "/worlds", {"name": "race", "fixture": "empty"})
    url = f"{served[0]}/w/race"
    payment = {"skipbasket": "on", "clicked_button": "finish", "sok": "ok"}
    own, _ = [
        number_of(
            call(
                url, "soft.order.param", pricelist=55227, period=1, ip="0.0.0.0", licname=name,  # noqa: S104 - none yet
                autoprolong=1, **payment,
            )
        )
        for name in ("own", "renewed")
    ]  # fmt: skip
    server = call(url, "vds.order.param", pricelist=6, period=12, domain="x.test", **payment)
    return Race(served, own, number_of(server))


def number_of(answer: str) -> str:
    return answer.partition("<id>")[2].partition("<")[0]


def money_of(url: str, world: str) -> Decimal:
    account = control(url, "GET", f"/accounts/reseller?world={world}")
    assert account["balance"] == account["ledger"]
    return Decimal(account["balance"])


@pytest.mark.one_of("races")
def test_prices_clock_and_copies_change_between_calls_never_within_one(race: Race) -> None:
    url = race.urls[1]
    start, before = money_of(url, "race"), len(rows_of(url, "race"))
    race.run()
    rows = rows_of(url, "race")[before:]
    contradictions, paid = prices_out_of_order(rows)
    assert contradictions == []
    (place,) = (n for n, row in enumerate(rows) if row["func"] == "prolong")
    around = [max([p for p in paid[:place] if p], default=PRICES[0])]
    around.append(min([p for p in paid[place:] if p], default=PRICES[-1]))
    renewal = start - sum(paid) - money_of(url, "race")
    assert renewal in PRICES
    assert around[0] <= renewal <= around[1]
    # In real time: who ordered after an import was answered paid its price or a later one, and
    # nobody a price whose import had not begun.
    orders = (n for n, row in enumerate(rows) if row["func"] == "soft.order.param")
    bought = {str(rows[n]["params"]["licname"]): n for n in orders}
    assert set(bought) == set(race.orders)
    for name, (begun, ended) in race.orders.items():
        least = sum(window[1] < begun for window in race.windows)
        most = sum(window[0] < ended for window in race.windows)
        assert paid[bought[name]] in PRICES[least : most + 1], name
    # By the world's clock: a license ends a month after the instant of its row.
    listed = httpx.post(
        f"{url}/w/race/billmgr",
        data={"authinfo": "reseller:secret", "func": "soft", "out": "bjson", "p_cnt": 500},
        timeout=60,
    ).json()["elem"]
    ends = {row["licname"]: row["expiredate"] for row in listed}
    for name, n in bought.items():
        month = datetime.fromisoformat(rows[n]["at"]).date() + relativedelta(months=1)
        assert ends[name] == month.isoformat(), name
    # A copy is the world as of one row.
    for fork in race.forks:
        copied = rows_of(url, fork)[before:]
        assert copied == rows[: len(copied)]
        renewed = renewal if len(copied) > place else 0
        assert money_of(url, fork) == start - sum(paid[: len(copied)]) - renewed
