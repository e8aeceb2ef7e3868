"""Filters of every list, read off the registry: what is shown can be filtered by.

docs/evidence.md 124, 125, 139 and 140. A new list, and a new column of a list, meet this by
themselves.
"""

from __future__ import annotations

import pytest

from emulator.api.registry import Function, Kind
from emulator.functions.products import service_types
from emulator.testing import Seller
from tests.handlers import REGISTRY
from tests.tiers import Tally

LISTS = [function for function in REGISTRY if function.kind is Kind.LISTING]
FILTERS = [function for function in REGISTRY if function.name.endswith(".filter")]


def rows_of(seller: Seller, function: Function, **params: str) -> list[dict[str, str]]:
    answer = seller.call(function.name, **function.example, **params)
    assert answer.error is None, (function.name, params, answer.error)
    return answer.rows()


def wrong_filter(
    function: Function, row: dict[str, str], name: str, left: list[dict[str, str]]
) -> str:
    """What is wrong with the rows that a row's own value leaves; empty if nothing is."""
    value = row[name]
    if row not in left:
        return f"{function.name}: {name}={value} loses its own row"
    others = [other[name] for other in left if value not in other.get(name, "")]
    return f"{function.name}: {name}={value} leaves {others}" if others else ""


def test_139_every_column_that_a_list_shows_can_be_filtered_by(
    seller: Seller, tally: Tally
) -> None:
    """A value of a row is sent back: its row stays, and rows with another value go."""
    wrong, tried = [], []
    for function in LISTS:
        for row in rows_of(seller, function)[-1:]:
            for name in filter(row.get, row):
                left = rows_of(seller, function, filter="on", **{name: row[name]})
                wrong.append(wrong_filter(function, row, name, left))
                tried.append(f"{function.name}/{name}")
    assert list(filter(None, wrong)) == []
    assert len(tried) > 500
    tally("columns of lists", tried, len(tried))


def test_139_what_a_list_cannot_filter_by_is_refused_and_nothing_is_saved(seller: Seller) -> None:
    for function in FILTERS:
        listed = function.name.removesuffix(".filter")
        answer = seller.call(function.name, no_such_column="x", sok="ok")
        assert answer.error, function.name
        assert (answer.error.type, answer.error.object) == ("value", "no_such_column")
        assert seller.call(listed).xml.find("saved_filters/filter") is None
    assert seller.call("soft.filter", **{"*": "x"}).error is None
    refused = seller.call("soft.filter", **{"*": "x"}, sok="ok").error
    assert refused
    assert refused.object == "*"
    for function in LISTS:
        answer = seller.call(function.name, **function.example, filter="on", no_such_column="x")
        assert answer.error, function.name
        assert (answer.error.type, answer.error.object) == ("value", "no_such_column")


@pytest.mark.parametrize(
    ("func", "column", "value", "ids"),
    [
        ("soft", "orderdatefrom", "{today}", []),
        ("soft", "orderdateto", "{today}", ["100001", "100002"]),
        ("soft", "cost_from", "5.01", ["100002"]),
        ("soft", "cost_to", "5", ["100001"]),
        ("soft", "service_status", "2", ["100001", "100002"]),
        ("soft", "datacenter", "1", ["100001", "100002"]),
        ("vds", "ostemplate", "no_such_template", []),
    ],
)
def test_139_services_are_filtered_by_what_clients_send(
    seller: Seller, func: str, column: str, value: str, ids: list[str]
) -> None:
    today = seller.clock.now[:10]
    left = seller.call(func, filter="on", **{column: value.format(today=today)}).rows()
    assert {row["id"] for row in left} & {"100001", "100002", "100014"} == set(ids)


def test_139_servers_are_filtered_by_their_operating_system_and_datacenter(seller: Seller) -> None:
    order = {"period": "1", "domain": "a.test", "ostempl": "ISPsystem__CentOS-7-amd64"}
    paid = {"pricelist": "6", "datacenter": "4", "skipbasket": "on", "sok": "ok"}
    number = str(seller.call("vds.order.param", **order, **paid).id)
    assert ids(seller, "vds", filter="on", ostemplate=order["ostempl"]) == {number}
    assert ids(seller, "vds", filter="on", datacenter="4") == {number}
    assert number not in ids(seller, "vds", filter="on", datacenter="1")
    assert number in ids(seller, "vds", filter="on", datacenter="1,4")


def test_139_days_of_services_are_filtered_by(seller: Seller) -> None:
    row = next(row for row in seller.call("soft").rows() if row["id"] == "100001")
    for column, day in (("opendate", row["createdate"]), ("expiredate", row["expiredate"])):
        left = seller.call("soft", filter="on", **{column: day}).rows()
        assert row in left
        assert {other["id"] for other in left} < {r["id"] for r in seller.call("soft").rows()}
        assert seller.call("soft", filter="on", **{column: "2001-01-01"}).rows() == []


def test_139_charges_are_filtered_by_what_clients_send(seller: Seller) -> None:
    number = seller.order(pricelist=55227, period=1, ip="192.0.2.201")
    seller.call("service.prolong", elid=100002, period=1, sok="ok")
    rows = seller.call("expense").rows()
    by_amount = {row["amount"]: row["id"] for row in rows}
    least, most = sorted(by_amount, key=lambda text: float(text.split()[0]))
    today = seller.clock.now[:10]
    expected: list[tuple[dict[str, str], set[str]]] = [
        ({"item": str(number)}, {by_amount[least]}),
        ({"amount": least}, {by_amount[least]}),
        ({"amount": least, "compare_type": "more"}, {by_amount[most]}),
        ({"amount": most, "compare_type": "less"}, {by_amount[least]}),
        ({"locale_name": f"#{number}"}, {by_amount[least]}),
        ({"fromdate": today, "todate": today}, set(by_amount.values())),
        ({"fromdate": "2999-01-01"}, set()),
    ]
    for sent, ids in expected:
        left = seller.call("expense", filter="on", **sent).rows()
        assert {row["id"] for row in left} == ids, sent
    refused = seller.call("expense", filter="on", amount=1, compare_type="about").error
    assert refused
    assert refused.object == "compare_type"
    assert seller.call("expense", filter="on", fromdate="soon").error


@pytest.mark.parametrize(
    ("func", "column", "first", "last"),
    [
        ("expense", "realdate", "fromdate", "todate"),
        ("payment", "create_date", "create_datestart", "create_dateend"),
        ("payment", "paydate", "payfromdate", "paytodate"),
        ("clientticket", "date_start", "date_startstart", "date_startend"),
    ],
)
def test_139_a_day_ends_with_its_last_second(
    seller: Seller, func: str, column: str, first: str, last: str
) -> None:
    """What happens at midnight is of the new day, whether a day is sent or a limit."""
    rows: list[set[str]] = []
    for instant in ("2027-03-01T00:00:00Z", "2027-03-01T23:59:59Z", "2027-03-02T00:00:00Z"):
        seller.clock.freeze(instant)
        before = ids(seller, func)
        seller.call("clientticket.edit", subject="Question", message="When?", sok="ok")
        seller.account("reseller", balance=f"{900 + len(rows)}.00")
        seller.order(pricelist=55227, period=1, ip=f"192.0.2.{201 + len(rows)}")
        rows.append(ids(seller, func) - before)
    morning, evening, midnight = rows
    assert all(rows)
    in_march = {first: "2027-03-01"}
    assert ids(seller, func, filter="on", **{column: "2027-03-01"}) == morning | evening
    assert ids(seller, func, filter="on", **in_march, **{last: "2027-03-01"}) == morning | evening
    assert ids(seller, func, filter="on", **{first: "2027-03-02"}) == midnight


def test_139_payments_are_filtered_by_what_clients_send(seller: Seller) -> None:
    today = seller.clock.now[:10]
    everything = {row["id"] for row in seller.call("payment").rows()}
    sender = seller.call("payment").rows()[0]["sender_name"]
    expected: list[tuple[dict[str, str], set[str]]] = [
        ({"sender": sender[:4]}, everything),
        ({"sender": "nobody"}, set()),
        ({"sender_id": "999999"}, set()),
        ({"payfromdate": "2999-01-01"}, set()),
        ({"paytodate": today}, everything),
        ({"pmamount_from": "1000"}, everything),
        ({"pmamount_to": "999.99"}, set()),
        ({"restrictrefund": "on"}, everything),
        ({"restrictrefund": "off"}, set()),
    ]
    for sent, ids in expected:
        left = seller.call("payment", filter="on", **sent).rows()
        assert {row["id"] for row in left} == ids, sent


def test_124_every_list_of_services_has_a_filter() -> None:
    """Also the lists of all services; another name of a list (`vps`) has none."""
    filtered = {function.name.removesuffix(".filter") for function in FILTERS}
    rows_of_services = {
        function.name
        for function in LISTS
        if function.returns and {"pricelist_id", "autoprolong"} <= set(function.returns.wire_fields)
    }
    assert {"service", "item", "vds", "soft"} <= rows_of_services
    assert rows_of_services - filtered == set(service_types.TYPES["vds"].also_listed)


def test_124_where_a_list_has_no_filter_form_that_function_is_missing(seller: Seller) -> None:
    filters = {function.name for function in FILTERS}
    for name in (f"{function.name}.filter" for function in LISTS):
        refused = seller.call(name).error
        refusal = (refused.type, refused.object) if refused else None
        assert refusal == (None if name in filters else ("missed", "func")), name


def test_124_a_saved_filter_of_all_services_hides_rows_until_it_is_reset(seller: Seller) -> None:
    everything = ids(seller, "service")
    for func in ("service", "item"):
        assert seller.call(f"{func}.filter", itemtype="vds", sok="ok").error is None
        assert ids(seller, func) == {"100014"}
        assert ids(seller, func, filter="off") == everything
        seller.call(f"{func}.filter", clicked_button="reset", sok="ok")
        assert ids(seller, func) == everything
    seller.rules(item_lists=False)
    for sent in ({}, {"sok": "ok"}, {"sok": "ok", "clicked_button": "reset"}):
        refused = seller.call("service.filter", **sent).error
        assert refused
        assert (refused.type, refused.object) == ("missed", "func")


def test_124_the_filter_of_a_service_list_has_a_select_for_all_that_the_type_has(
    seller: Seller,
) -> None:
    for function in FILTERS:
        listed = REGISTRY[function.name.removesuffix(".filter")]
        shown = listed.returns.wire_fields if listed.returns else {}
        answer = seller.call(function.name).xml
        selects = {node.get("name") for node in answer.findall("slist")}
        fields = {node.tag for node in answer}
        assert selects <= fields, (function.name, selects - fields)
        if "autoprolong" in shown:
            has = {"autoprolong", "status", "datacenter", "period", "pricelist"} & set(shown)
            assert has <= selects, (function.name, has - selects)
            assert ("ostemplate" in selects) == ("ostempl" in shown), function.name


def test_124_every_choice_of_a_filter_leaves_rows_with_it_and_a_list_any_of_them(
    seller: Seller,
) -> None:
    """A key and its label mean the same; two keys leave what either leaves."""
    for function in FILTERS:
        listed = function.name.removesuffix(".filter")
        for select in seller.call(function.name).xml.findall("slist"):
            name = select.get("name", "")
            left: dict[str, set[str]] = {}
            for choice in select.findall("val")[:8]:
                key, label = choice.get("key", ""), choice.text or ""
                by_key, by_label = (
                    {row["id"] for row in seller.call(listed, filter="on", **{name: v}).rows()}
                    for v in (key, label)
                )
                assert by_key <= by_label, (function.name, name, key, label)
                left[key] = by_key
            if name.endswith("compare_type"):
                continue
            both = seller.call(listed, filter="on", **{name: ",".join(left)}).rows()
            assert {row["id"] for row in both} == set().union(*left.values()), (listed, name)


def test_165_a_select_in_which_nothing_is_chosen_hides_no_row(seller: Seller) -> None:
    """One client empties a filter with the words of the form itself: `null` and `nodate`."""
    tried = []
    for function in FILTERS:
        listed = function.name.removesuffix(".filter")
        answer = seller.call(function.name).xml
        everything = seller.call(listed, filter="off").rows()
        unset = {"createdate": "nodate"} if everything and "createdate" in everything[0] else {}
        for select in answer.findall("slist"):
            if "null" not in {choice.get("key") for choice in select.findall("val")}:
                unset[select.get("name", "")] = "null"
        assert seller.call(listed, filter="on", **unset).rows() == everything, (listed, unset)
        assert seller.call(function.name, **unset, sok="ok").error is None, (listed, unset)
        after = seller.call(listed)
        assert after.rows() == everything, (listed, unset)
        assert after.xml.find("saved_filters/filter") is None, (listed, unset)
        tried += [(listed, name) for name in unset]
    assert {("payment", "status"), ("vds", "datacenter"), ("soft", "createdate")} <= set(tried)


@pytest.mark.parametrize(
    ("listed", "hides", "emptied"),
    [
        (
            "payment",
            {"status": "9"},
            {"number": "", "createdate": "nodate", "createdatestart": "", "status": "",
             "saamount_from": "", "restrictrefund": "null"},
        ),
        (
            "expense",
            {"item": "100002"},
            {"item": "", "fromdate": "", "amount": "", "compare_type": "null",
             "notpayd_compare_type": "null", "notpayd_amount": ""},
        ),
    ],
)  # fmt: skip
def test_165_the_empty_values_of_a_filters_form_reset_it(
    seller: Seller, listed: str, hides: dict[str, str], emptied: dict[str, str]
) -> None:
    seller.call("service.prolong", elid="100001", period="1", sok="ok")
    everything = ids(seller, listed)
    assert everything
    seller.call(f"{listed}.filter", **hides, sok="ok")
    assert ids(seller, listed) == set()
    assert seller.call(f"{listed}.filter", **emptied, sok="ok").error is None
    assert ids(seller, listed) == everything


def test_165_what_is_not_paid_of_a_charge_is_compared_as_it_says(seller: Seller) -> None:
    seller.call("service.prolong", elid="100001", period="1", sok="ok")
    everything = ids(seller, "expense")
    for word, left in (("equal", everything), ("null", everything), ("more", set())):
        sent = {"filter": "on", "notpayd_amount": "0", "notpayd_compare_type": word}
        assert ids(seller, "expense", **sent) == left
    refused = seller.call("expense", filter="on", notpayd_compare_type="perhaps").error
    assert refused
    assert (refused.type, refused.object) == ("value", "notpayd_compare_type")


def ids(seller: Seller, func: str = "soft", **params: str) -> set[str]:
    return {row["id"] for row in seller.call(func, **params).rows()}


def test_125_a_saved_filter_applies_is_switched_off_for_a_call_and_stays(seller: Seller) -> None:
    everything = ids(seller)
    assert ids(seller, filter="yes") == ids(seller, filter="on") == everything
    seller.call("soft.filter", licname="web", sok="ok")
    web = {"100001", "100002"}
    assert ids(seller) == ids(seller, filter="yes") == ids(seller, filter="on") == web
    assert ids(seller, filter="off") == everything
    assert ids(seller) == web
    assert ids(seller, filter="on", licname="web-1") == {"100001"}
    assert ids(seller) == web
    refused = seller.call("soft", filter="perhaps").error
    assert refused
    assert (refused.type, refused.object) == ("value", "filter")


def test_140_a_filter_is_of_the_login_in_every_session_and_without_one(seller: Seller) -> None:
    opened = seller.call("auth", login="", username="reseller", password="secret").field("auth")
    everything = ids(seller)
    seller.call("soft.filter", licname="web", sok="ok")
    assert ids(seller) == ids(seller, auth=opened) == {"100001", "100002"}
    assert ids(seller, login="other") == set() or "100001" not in ids(seller, login="other")
    saved = seller.call("soft", auth=opened).xml.find("saved_filters/filter[@name='soft']/licname")
    assert saved is not None
    assert saved.text == "web"
    assert seller.call("vds").xml.find("saved_filters/filter") is None
    assert seller.call("soft.filter", auth=opened).field("licname") == "web"
    seller.call("soft.filter", auth=opened, clicked_button="reset", sok="ok")
    assert ids(seller) == everything
    seller.call("soft.filter", licname="web", sok="ok")
    seller.call("soft.filter", licname="", sok="ok")
    assert ids(seller) == everything


def test_140_a_copy_of_a_world_keeps_its_filters_and_a_reset_forgets_them(seller: Seller) -> None:
    everything = ids(seller)
    seller.call("soft.filter", licname="web", sok="ok")
    seller.snapshot("filtered")
    seller.reset()
    assert ids(seller) == everything
    seller.restore("filtered")
    assert ids(seller) == {"100001", "100002"}


def test_140_a_further_login_of_the_account_has_filters_of_its_own(seller: Seller) -> None:
    made = {"email": "api@example.com", "realname": "api", "passwd": "api-secret-1", "sok": "ok"}
    assert seller.call("user.edit", **made).error is None
    api = {"authinfo": "api@example.com:api-secret-1"}
    seller.call("soft.filter", **api, licname="web", sok="ok")
    assert ids(seller, **api) == {"100001", "100002"}
    assert len(ids(seller)) > len(ids(seller, **api))
    number = next(row["id"] for row in seller.call("user").rows() if row["name"] == made["email"])
    assert seller.call("user.delete", elid=number).error is None
    assert seller.call("user.edit", **made).error is None
    assert ids(seller, **api) == ids(seller)


def test_139_what_no_row_can_have_is_refused_where_a_kind_of_value_is_expected(
    seller: Seller,
) -> None:
    wrong = [
        *(("expense", "realdate", day) for day in ("bogus", "2026-13-45", "31.05.2026", "today")),
        ("expense", "operation", "abc"),
        ("expense", "item", "abc"),
        ("expense", "notpayd", "abc"),
        ("payment", "status", "abc"),
        ("payment", "sender_id", "abc"),
        ("clientticket", "tstatus", "9"),
        ("clientticket", "id", "abc"),
        ("clientticket", "date_start", "bogus"),
        ("soft", "expiredate", "bogus"),
        ("soft", "real_ipchange", "bogus"),
        ("soft", "status", "7"),
    ]
    for func, column, value in wrong:
        for sent in ({"filter": "on"}, {"sok": "ok"}):
            called = func if "filter" in sent else f"{func}.filter"
            refused = seller.call(called, **sent, **{column: value}).error
            assert refused, (called, column, value)
            assert (refused.type, refused.object) == ("value", column)
    assert seller.call("soft", filter="on", expiredate="Daily charges").error is None


def test_139_a_part_of_a_name_for_people_is_enough(seller: Seller) -> None:
    for func, column in (("soft", "account"), ("payment", "account_name"), ("payment", "sender")):
        everything = ids(seller, func)
        assert ids(seller, func, filter="on", **{column: "example"}) == everything
        assert ids(seller, func, filter="on", **{column: "nobody"}) == set()


def test_139_payments_are_found_by_the_number_of_a_method_and_of_the_payer(seller: Seller) -> None:
    page = {"payment_currency": "50", "amount": "25.00", "sok": "ok"}
    begun = seller.call("payment.add", paymethod="2", **page).field("payment_id")
    row = next(row for row in seller.call("payment").rows() if row["id"] == begun)
    assert ids(seller, "payment", filter="on", paymethod="2") == {begun}
    assert ids(seller, "payment", filter="on", paymethod=row["paymethod"]) == {begun}
    assert begun in ids(seller, "payment", filter="on", sender_id="1")
    assert ids(seller, "payment", filter="on", sender_id="999") == set()


def test_139_the_case_of_letters_does_not_matter_in_any_alphabet(seller: Seller) -> None:
    """Of names in the database and of those made for the row, in a call and saved."""
    seller.call("soft.edit", elid="100001", licname="Сервер ÄRGER One", sok="ok")
    seller.call("clientticket.edit", subject="Вопрос ÉTÉ", message="Текст", sok="ok")
    profile = seller.call("profile").rows()[0]["id"]
    seller.call("profile.edit", elid=profile, name="Иван Ёж", sok="ok")
    parts = [
        ("soft", "licname", ("сервер", "СЕРВЕР ä", "ärger ONE")),
        ("clientticket", "name", ("ВОПРОС", "вопрос é")),
        ("clientticket", "message", ("тЕКСТ",)),
        ("profile", "name", ("иван ёж",)),
    ]
    for func, column, texts in parts:
        for text in texts:
            assert len(ids(seller, func, filter="on", **{column: text})) == 1, (func, column, text)
            assert not ids(seller, func, filter="on", **{column: f"{text}_"}), "no wildcard"
    seller.call("soft.filter", licname="сервер", sok="ok")
    assert ids(seller) == {"100001"}
