"""However a panel sends its request, it gets a document that it can read."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy import text
from werkzeug.test import Client as Browser

from reseller_client.modules.endpoint import ModuleEndpoint
from reseller_client.modules.store import Product
from tests.client.module_stand import ADA, Counter, counter

PRICES = {"func": "pricelist.export", "itemtype": "addition"}
PART = b"--b\r\nContent-Disposition: form-data; name=x\r\n\r\n%b\r\n--b--\r\n"
BASKET = {"func": "basket", "authinfo": ADA}


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Counter]:
    with counter(tmp_path) as made:
        yield made


def read(data: bytes) -> Element:
    doc: Element = fromstring(data)
    return doc


def error_of(data: bytes) -> str:
    error = read(data).find("error")
    assert error is not None
    assert error.findtext("msg")
    return error.get("type", "")


@pytest.mark.parametrize("path", ["/", "/billmgr", "/manager/billmgr"])
def test_every_path_answers(stand: Counter, path: str) -> None:
    got = stand.panel.get(path, query_string=PRICES)
    assert (got.status_code, got.mimetype) == (200, "text/xml")
    assert read(got.data).findtext("pricelist/additionintname") == "Virusdie"


@pytest.mark.parametrize(
    "kind",
    [None, "", "text/plain", "application/x-www-form-urlencoded", "application/json", "nonsense"],
)
def test_a_body_is_a_form_whatever_it_calls_itself(stand: Counter, kind: str | None) -> None:
    body = b"func=basket&authinfo=ada%3Asecret-1"
    got = stand.panel.post("/billmgr", data=body, content_type=kind)
    assert read(got.data).findtext("total_sum") == "0.00"


def test_a_multipart_form_is_read(stand: Counter) -> None:
    got = stand.panel.post("/billmgr", data=BASKET, content_type="multipart/form-data")
    assert read(got.data).findtext("total_sum") == "0.00"


def test_fields_of_the_address_and_of_the_body_are_one_request(stand: Counter) -> None:
    got = stand.panel.post("/billmgr?func=nosuch&lang=ru", data=BASKET)
    assert read(got.data).findtext("total_sum") == "0.00"


def test_head_is_answered_by_the_head_alone_and_does_nothing(stand: Counter) -> None:
    order = {"func": "addition.order.param", "authinfo": ADA, "pricelist": "277", "period": "1"}
    got = stand.panel.head("/billmgr", query_string={**order, "item": "100002", "sok": "ok"})
    assert (got.status_code, got.data, got.mimetype) == (200, b"", "text/xml")
    assert stand.shop.store.modules() == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"func=basket&x=" + b"x" * 70_000, "application/x-www-form-urlencoded"),
        (b"&".join(b"a=1" for _ in range(200)), None),
        (PART % (b"x" * 70_000), "multipart/form-data; boundary=b"),
    ],
)
def test_what_is_too_long_gets_a_document(stand: Counter, body: bytes, kind: str | None) -> None:
    got = stand.panel.post("/billmgr", data=body, content_type=kind)
    assert (got.status_code, error_of(got.data)) == (200, "value")


def test_a_broken_multipart_form_gets_a_document(stand: Counter) -> None:
    got = stand.panel.post("/billmgr", data=b"\x00\xff", content_type="multipart/form-data")
    assert error_of(got.data) == "missed"


@pytest.mark.parametrize("query", ["", "out=xml", "func=", "func=%00", "func=%ED%A0%80&x=%FF"])
def test_without_a_function_there_is_an_error_document(stand: Counter, query: str) -> None:
    assert error_of(stand.panel.get(f"/billmgr?{query}").data) == "missed"


@pytest.mark.parametrize("out", ["json", "sjson", "xjson"])
def test_the_three_names_of_json_are_one_mapping(stand: Counter, out: str) -> None:
    got = stand.panel.get("/", query_string={**PRICES, "out": out, "lang": "ru"})
    assert got.mimetype == "application/json"
    assert json.loads(got.data)["doc"]["pricelist"][0]["id"] == {"$": "277"}


def flat(stand: Counter, func: str, who: str = ADA, **params: object) -> dict[str, Any]:
    login = {"authinfo": who} if who else {}
    sent = {"func": func, "out": "bjson", **login, **{k: str(v) for k, v in params.items()}}
    got = stand.panel.post("/billmgr", data=sent)
    assert got.mimetype == "application/json"
    doc: dict[str, Any] = json.loads(got.data)
    return doc


def test_bjson_has_the_prices_without_a_document_around(stand: Counter) -> None:
    doc = flat(stand, "pricelist.export", "", itemtype="addition")
    assert doc["func"] == "pricelist.export"
    (price,) = (tariff["price"] for tariff in doc["pricelist"] if tariff["id"] == "277")
    monthly = {"cost": "12.0000", "type": "month", "length": "1", "v": "monthly"}
    assert price["currency"] == "EUR"
    assert monthly in price["period"]


def test_bjson_has_a_form_under_model_and_its_tables_by_name(stand: Counter) -> None:
    flat(stand, "addition.order.param", pricelist=277, item=100002, period=1, sok="ok")
    doc = flat(stand, "basket")
    assert doc["model"]["total_sum"] == "12.00"
    assert [row["item.type"] for row in doc["list"]["itemlist"]] == ["addition"]


def test_bjson_has_what_a_submit_answers_under_v(stand: Counter) -> None:
    doc = flat(stand, "addition.order.param", pricelist=277, item=100002, period=1, sok="ok")
    assert doc["ok"] == {"v": "func=basket"}
    assert doc["id"]["v"] == doc["item.id"]["v"]


def test_bjson_has_rows_of_plain_texts(stand: Counter) -> None:
    (row,) = flat(stand, "subaccount")["elem"]
    assert row["balance"].endswith(" EUR")


def test_bjson_of_a_list_without_rows_has_no_elem(stand: Counter) -> None:
    doc = flat(stand, "addition")
    assert ("elem" in doc, doc["p_elems"]) == (False, "0")


def test_bjson_tells_who_asks_in_one_object(stand: Counter) -> None:
    assert flat(stand, "whoami")["user"] == {"name": "ada", "level": "16"}


def test_bjson_has_the_session_under_model(stand: Counter) -> None:
    session = flat(stand, "auth", "", username="ada", password="secret-1")["model"]["auth"]
    assert flat(stand, "whoami", "", auth=session)["user"]["name"] == "ada"


@pytest.mark.parametrize(
    ("func", "who", "error"),
    [("nosuch", ADA, ("missed", "func")), ("basket", "", ("access", None))],
)
def test_an_error_in_bjson_is_a_plain_text_with_its_type(
    stand: Counter, func: str, who: str, error: tuple[str, str | None]
) -> None:
    doc = flat(stand, func, who)
    assert list(doc) == ["error"]
    assert isinstance(doc["error"]["msg"], str)
    assert (doc["error"]["type"], doc["error"].get("object")) == error


def test_capital_letters_are_no_other_format(stand: Counter) -> None:
    got = stand.panel.get("/", query_string={**PRICES, "out": "BJSON"})
    assert json.loads(got.data)["func"] == "pricelist.export"


@pytest.mark.parametrize("out", ["devel", "csv", "nonsense", ""])
def test_every_other_format_is_xml(stand: Counter, out: str) -> None:
    got = stand.panel.get("/", query_string={**PRICES, "out": out})
    assert read(got.data).findtext("pricelist/id") == "277"


def test_names_of_any_letters_arrive_as_they_are(stand: Counter) -> None:
    name = 'Защита <b>"&" ☂'
    stand.shop.offer(Product(279, 955304, "KernelCare", name, {1: Decimal("6.50")}))
    xml = stand.panel.get("/", query_string=PRICES).data
    doc = json.loads(stand.panel.get("/", query_string={**PRICES, "out": "json"}).data)
    assert read(xml).findtext("pricelist[id='279']/name") == name
    assert doc["doc"]["pricelist"][2]["name"] == {"$": name}


def test_periods_are_called_as_the_page_calls_them(stand: Counter) -> None:
    prices = {1: Decimal("1.00"), 6: Decimal("5.00"), 12: Decimal("9.00")}
    stand.shop.offer(Product(277, 955301, "Virusdie", "Virusdie", prices))
    doc = read(stand.panel.get("/", query_string=PRICES).data)
    periods = doc.findall("pricelist[id='277']/price/period")
    assert [(period.get("length"), period.text) for period in periods] == [
        ("1", "monthly"), ("6", "6 months"), ("12", "yearly"),
    ]  # fmt: skip


def test_what_is_sold_no_more_is_not_in_the_list(stand: Counter) -> None:
    stand.shop.offer(Product(277, 955301, "Virusdie", "Virusdie", {}))
    doc = read(stand.panel.get("/", query_string=PRICES).data)
    assert [tariff.findtext("id") for tariff in doc.findall("pricelist")] == ["278"]
    assert stand.put().find("error[@object='pricelist']") is not None


def test_an_internal_error_is_a_document_and_tells_the_log_no_secret(stand: Counter) -> None:
    stand.shop.store.run(text("DROP TABLE module_price"))
    log = io.StringIO()
    got = Browser(ModuleEndpoint(stand.shop)).post(
        "/", data={**PRICES, "authinfo": ADA, "x": "hidden"}, errors_stream=log
    )
    assert (got.status_code, error_of(got.data)) == (200, "internal")
    assert b"Traceback" not in got.data
    logged = log.getvalue()
    assert logged.startswith("pricelist.export: OperationalError at storage.py:")
    assert "secret" not in logged
    assert "hidden" not in logged


def test_a_login_that_goes_wrong_inside_tells_no_password(stand: Counter) -> None:
    stand.shop.store.run(text("DROP TABLE module_buyer"))
    log = io.StringIO()
    sent = {"func": "auth", "username": "ada", "password": "secret-1"}
    Browser(ModuleEndpoint(stand.shop)).post("/", data=sent, errors_stream=log)
    assert "secret-1" not in log.getvalue()
    assert log.getvalue().startswith("auth: OperationalError at ")
