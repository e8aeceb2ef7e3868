"""What docs/evidence.md decides about accounts and tickets: 121, 123, 126, 130 to 134."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from emulator.api.fields import Email
from emulator.api.registry import Function, Kind
from emulator.control.api.accounts import change as change_account
from emulator.domain.accounts.logins import ALWAYS
from emulator.testing import Seller
from tests.handlers import REGISTRY

BAD_ADDRESSES = ("a^b@example.com", ".a@example.com", "a..b@example.com", "a@b..com", "nobody")
FORMS = [function for function in REGISTRY if function.kind is Kind.FORM]
ENTRIES = [function for function in REGISTRY if function.first_step]


@pytest.fixture(scope="module")
def seller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seller]:
    with Seller(seeds=tmp_path_factory.mktemp("seeds")) as started:
        yield started


def ask(seller: Seller, func: str, **params: object) -> dict[str, Any]:
    """The ``doc`` of an answer in json."""
    sent = {name: str(value) for name, value in params.items()}
    doc: dict[str, Any] = json.loads(seller.call(func, **{"out": "json", **sent}).text)["doc"]
    return doc


def emails_of(function: Function) -> list[str]:
    return [name for name in function.takes.wire_fields if "email" in name.lower()]


def test_133_every_parameter_that_is_an_address_refuses_a_bad_one(seller: Seller) -> None:
    """Over all functions that take an e-mail address, by its name."""
    wrong = []
    for function in REGISTRY:
        for name in emails_of(function):
            field = function.takes.wire_fields[name]
            if not isinstance(field, Email):
                wrong.append(f"{function.name}: {name} is no Email")
            for address in BAD_ADDRESSES:
                sent = {**function.example, name: address, "sok": "ok"}
                error = ask(seller, function.name, **sent).get("error", {})
                if (error.get("$type"), error.get("$object")) != ("value", name):
                    wrong.append(f"{function.name}: {name}={address}: {error}")
    assert wrong == []


def test_126_every_page_of_a_form_has_a_name_and_fields_and_every_form_a_button(
    seller: Seller,
) -> None:
    """Over all forms, in the formats with a layout."""
    wrong = []
    for function in FORMS:
        params = {name: v for name, v in function.example.items() if name != "sok"}
        doc = ask(seller, function.name, **params)
        if "error" in doc or "metadata" not in doc:
            continue
        form = doc["metadata"]["form"]
        wrong += [
            f"{function.name}: {page}"
            for page in form.get("page", [])
            if not page.get("$name") or not page.get("field")
        ]
        kinds = {button["$type"] for button in form["buttons"]["button"]}
        if not kinds & {"ok", "next"}:
            wrong.append(f"{function.name}: no button leads on: {kinds}")
        for table in doc.get("list", []):
            keys = {
                inner["$name"]: inner.get("$key", "")
                for page in form.get("page", [])
                for field in page["field"]
                for inner in field.get("list", [])
            }
            key = keys.get(table["$name"])
            if key is None or any(key not in row for row in table.get("elem", []) if key):
                wrong.append(f"{function.name}: no key of {table['$name']} in {keys}")
    assert wrong == []


def test_126_a_wizards_entry_answers_as_its_first_step(seller: Seller) -> None:
    """In every format that names the function."""
    assert {"soft.order", "vds.order", "profile.add"} <= {function.name for function in ENTRIES}
    for function in ENTRIES:
        for out in ("json", "sjson", "xjson", "JSONdata"):
            doc = ask(seller, function.name, out=out)
            assert doc.get("$func", doc.get("func")) == function.first_step
        bjson = json.loads(seller.call(function.name, out="bjson").text)
        assert bjson["func"] == function.first_step
        for out in ("xml", "devel"):
            assert f'func="{function.first_step}"' in seller.call(function.name, out=out).text


def test_126_a_wizard_can_be_walked_by_its_metadata(seller: Seller) -> None:
    """From soft.order to the order, knowing no name but those of the metadata."""
    doc = ask(seller, "soft.order")
    form = doc["metadata"]["form"]
    key = next(
        inner["$key"]
        for page in form["page"]
        for field in page["field"]
        for inner in field.get("list", [])
    )
    button = form["buttons"]["button"][0]
    assert button == {"$name": "next", "$type": "next"}
    chosen = doc["list"][0]["elem"][0][key]["$"]
    step = ask(
        seller, doc["$func"], **{key: chosen, "clicked_button": "next", "snext": "ok", "sok": "ok"}
    )
    assert step["$func"] == "soft.order.param"
    assert step["metadata"]["form"]["buttons"]["button"][0] == {"$name": "finish", "$type": "ok"}


def test_123_notices_are_counted_by_a_bare_number(seller: Seller) -> None:
    items = ask(seller, "notify")["notify"]["item"]
    assert [item["$name"] for item in items] == ["bannerlist", "ticket"]
    assert all(item["msg"]["$"].isdigit() for item in items)


def test_131_a_payer_may_be_a_sole_proprietor_with_a_legal_address(seller: Seller) -> None:
    sent = {
        "profiletype": "3", "name": "Ivanov", "country": "RU", "person": "Ivan", "note": "ours",
        "country_legal": "182", "address_legal": "Lenina 1", "maildocs": "on",
    }  # fmt: skip
    made = ask(seller, "profile.add.profiledata", **sent, sok="ok")
    form = ask(seller, "profile.edit", elid=made["id"]["$"])
    shown = {name: form[name]["$"] for name in sent}
    assert shown == {**sent, "country": "182"}
    choices = {slist["$name"]: slist["val"] for slist in form["slist"]}
    assert {"profiletype", "country", "country_legal", "maildocs"} <= choices.keys()
    assert [val["$key"] for val in choices["profiletype"]] == ["1", "2", "3"]
    for refused, value in (("profiletype", "4"), ("country", "Atlantis"), ("maildocs", "fax")):
        error = ask(seller, "profile.edit", elid=made["id"]["$"], sok="ok", **{refused: value})
        assert error["error"]["$object"] == refused


def test_166_where_a_payer_is_has_the_names_that_clients_send_and_read(seller: Seller) -> None:
    sent = {
        "profiletype": "2", "name": "Example GmbH", "person": "Anna", "country_physical": "84",
        "city_physical": "Berlin", "address_physical": "Street 1", "postcode_physical": "10115",
        "country_legal": "84", "city_legal": "Bonn", "address_legal": "Street 2",
        "postcode_legal": "53111", "eu_vat": "DE123456789", "cnp": "1", "passport": "C01",
    }  # fmt: skip
    made = ask(seller, "profile.add.profiledata", **sent, clicked_button="finish", sok="ok")
    payer = {"elid": made["id"]["$"]}
    form = ask(seller, "profile.edit", **payer)
    (row,) = [row for row in ask(seller, "profile")["elem"] if row["id"] == made["id"]]
    for shown in (form, row):
        assert {name: shown[name]["$"] for name in sent} == sent
        assert [shown[name]["$"] for name in ("country", "city", "postcode")] == [
            "84", "Berlin", "10115",
        ]  # fmt: skip
    for changed in ("city", "city_physical"):
        back = {"city": "Berlin", "city_physical": "Berlin", changed: "Potsdam"}
        for further in ({}, {"sok": "ok"}):
            ask(seller, "profile.edit", **payer, **back, **further)
            shown = ask(seller, "profile.edit", **payer, **({} if further else back))
            assert (shown["city"]["$"], shown["city_physical"]["$"]) == ("Potsdam", "Potsdam")
        ask(seller, "profile.edit", **payer, city="Berlin", sok="ok")
    ask(seller, "profile.edit", **payer, city="Bonn", city_physical="Potsdam", sok="ok")
    assert ask(seller, "profile.edit", **payer)["city"]["$"] == "Potsdam"


def test_166_countries_are_found_by_their_flags(seller: Seller) -> None:
    for func in ("profile.edit", "profile.add.country", "service_profile.edit"):
        for select in ask(seller, func)["slist"]:
            if "country" in select["$name"]:
                (key,) = [
                    val["$key"]
                    for val in select["val"]
                    if val["$image"] == "/manimg/common/flag/RU.png"
                ]
                assert key == "182", (func, select["$name"])


def test_166_a_person_without_a_name_is_called_by_its_own(seller: Seller) -> None:
    sent = {"name": "", "person": "Ivan Petrov", "sok": "ok"}
    made = ask(seller, "profile.add.profiledata", profiletype="1", **sent)
    assert ask(seller, "profile.edit", elid=made["id"]["$"])["name"]["$"] == "Ivan Petrov"
    company = ask(seller, "profile.add.profiledata", profiletype="2", **sent)
    assert error_of(company) == ("value", "name")


def test_166_a_payment_makes_its_payer_once(seller: Seller) -> None:
    seller.worlds.reset("default")
    payer = {
        "profile": "add_new", "profiletype": "1", "name": "Main", "person": "Ivan",
        "country": "182", "country_physical": "182", "city_physical": "Moscow",
    }  # fmt: skip
    payment = {"amount": "10", "payment_currency": "50", "paymethod": "1", **payer}
    before = ask(seller, "profile")["p_elems"]
    for step in ("payment.add", "payment.add.method", "payment.add.pay"):
        assert "error" not in ask(seller, step, **payment)
        assert ask(seller, "profile")["p_elems"] == before
    numbers = {ask(seller, "payment.add", **payment, sok="ok")["profile"]["$"] for _ in range(2)}
    (number,) = numbers
    made = ask(seller, "profile.edit", elid=number)
    assert (made["name"]["$"], made["city"]["$"]) == ("Main", "Moscow")
    nameless = ask(seller, "payment.add", **{**payment, "name": "", "person": ""}, sok="ok")
    assert error_of(nameless) == ("value", "name")
    assert error_of(ask(seller, "payment.add", **{**payment, "profile": "new"})) == (
        "missed", "profile",
    )  # fmt: skip


def test_134_a_list_inside_an_object_is_found_by_plid_too(seller: Seller) -> None:
    """Over all lists whose answer has the parent as ``plid``."""
    tried = set()
    for function in REGISTRY:
        if function.kind is not Kind.LISTING or "elid" not in function.takes.wire_fields:
            continue
        number = function.example.get("elid", "182")
        by_elid = ask(seller, function.name, elid=number)
        assert "error" not in by_elid
        assert ask(seller, function.name, plid=number).get("elem") == by_elid.get("elem")
        if "plid" in by_elid:
            tried.add(function.name)
    assert {"service.ip", "service.history", "service.stat", "domain.dnsrecords"} <= tried


def test_134_the_contact_of_a_domain_name_leads_on_to_its_order(seller: Seller) -> None:
    sent = {"pricelist": 180, "period": 12, "domain": "third.com", "owner_name": "X"}
    step = ask(seller, "domain.order.contact", **sent, snext="ok", sok="ok")
    assert (step["$func"], step["pricelist"]["$"]) == ("domain.order.param", "180")
    done = ask(seller, "domain.order.contact", **sent, sok="ok")["ok"]["$"]
    order, _, owner = done.rpartition("&service_profile_owner=")
    assert order == "func=domain.order.param&pricelist=180&period=12&domain=third.com"
    assert ask(seller, "service_profile.edit", elid=owner)["name"]["$"] == "X"
    assert ask(seller, "domain.order.contact", sok="ok")["ok"]["$"] == "func=domain.order.pricelist"


def test_134_the_step_of_country_and_kind_leads_to_the_data(seller: Seller) -> None:
    form = ask(seller, "profile.add.country")
    choices = {slist["$name"]: slist["val"] for slist in form["slist"]}
    chosen = {name: choices[name][0]["$key"] for name in ("country", "profiletype")}
    step = ask(seller, "profile.add.country", **chosen, snext="ok", sok="ok")
    assert step["$func"] == "profile.add.profiledata"
    assert {name: step[name]["$"] for name in chosen} == chosen


SECOND = {"email": "api@example.com", "passwd": "api-secret-1", "realname": "API", "phone": "+1"}


@pytest.fixture
def with_second(seller: Seller) -> Iterator[tuple[Seller, str]]:
    """A seller whose account has a further login, and the number of that."""
    seller.worlds.reset("default")
    made = ask(seller, "user.edit", **SECOND, sok="ok")
    yield seller, made["id"]["$"]
    seller.worlds.reset("default")


def as_second(seller: Seller, func: str, **params: object) -> dict[str, Any]:
    return ask(seller, func, authinfo=f"{SECOND['email']}:{SECOND['passwd']}", **params)


def error_of(doc: dict[str, Any]) -> tuple[str, str]:
    error = doc.get("error", {})
    return error.get("$type", ""), error.get("$object", "")


def test_130_a_further_login_is_made_and_calls_for_the_same_account(
    with_second: tuple[Seller, str],
) -> None:
    seller, number = with_second
    names = [row["name"]["$"] for row in ask(seller, "user")["elem"]]
    assert names == ["reseller", SECOND["email"]]
    me = as_second(seller, "whoami")["user"]
    assert (me["$id"], me["$name"], me["$realname"]) == (number, SECOND["email"], "API")
    assert as_second(seller, "soft")["p_elems"] == ask(seller, "soft")["p_elems"]
    as_second(seller, "soft.edit", elid=100001, remoteid="by-api", sok="ok")
    assert ask(seller, "soft.edit", elid=100001)["remoteid"]["$"] == "by-api"
    as_second(seller, "service.changepassword", elid=100001, passwd="x-1", confirm="x-1", sok="ok")
    assert SECOND["email"] in {
        row["user"]["$"] for row in ask(seller, "service.history", elid=100001)["elem"]
    }
    assert error_of(as_second(seller, "user.edit", **SECOND, sok="ok")) == ("exists", "email")


@pytest.mark.parametrize(
    "email",
    ["reseller@example.com", "RESELLER@example.com", "Other@example.com", "API@Example.com"],
)
def test_130_no_two_logins_share_an_address(with_second: tuple[Seller, str], email: str) -> None:
    """Whichever function would give it: of a login's name or address, in whatever case."""
    seller, _ = with_second
    new = {"email": email, "passwd": "secret-1", "sok": "ok"}
    assert error_of(ask(seller, "user.edit", **new)) == ("exists", "email")
    assert error_of(ask(seller, "register", **new, realname="R")) == ("exists", "email")
    third = {**SECOND, "email": "third@example.com"}
    ask(seller, "user.edit", **third, sok="ok")
    caller = f"{third['email']}:{third['passwd']}"
    refused = ask(seller, "usrparam", authinfo=caller, email=email, sok="ok")
    assert error_of(refused) == ("exists", "email")
    own = ask(seller, "usrparam", authinfo=caller, email="Third@example.com", sok="ok")
    assert "ok" in own
    assert "error" not in as_second(seller, "whoami")


def test_130_a_login_changes_its_password_in_its_settings(
    with_second: tuple[Seller, str],
) -> None:
    seller, number = with_second
    for sent, refused in (({"passwd": "new-1", "confirm": "new-2"}, "confirm"),
                          ({"passwd": "abc"}, "passwd")):  # fmt: skip
        assert error_of(as_second(seller, "usrparam", **sent, sok="ok")) == ("value", refused)
        assert error_of(ask(seller, "user.edit", elid=number, **sent, sok="ok"))[1] == refused
    assert "ok" in as_second(seller, "usrparam", passwd="new-1", confirm="new-1", sok="ok")
    assert error_of(as_second(seller, "whoami")) == ("auth", "badpassword")
    assert "error" not in ask(seller, "whoami", authinfo=f"{SECOND['email']}:new-1")


def test_130_an_empty_form_needs_no_number(seller: Seller) -> None:
    form = ask(seller, "user.edit")
    assert "error" not in form
    assert not form["email"].get("$")
    for name in ("email", "passwd"):
        sent = {key: value for key, value in SECOND.items() if key != name}
        assert error_of(ask(seller, "user.edit", **sent, sok="ok")) == ("value", name)


def test_130_name_and_address_stay_and_a_password_alone_changes(
    with_second: tuple[Seller, str],
) -> None:
    seller, number = with_second
    new = {"email": "new@example.com", "realname": "New"}
    assert "ok" in ask(seller, "user.edit", elid=number, **new, sok="ok")
    shown = ask(seller, "user.edit", elid=number)
    assert (shown["email"]["$"], shown["realname"]["$"]) == (SECOND["email"], "API")
    ask(seller, "user.edit", elid=number, passwd="another-1", sok="ok")
    assert error_of(as_second(seller, "whoami")) == ("auth", "badpassword")
    other = ask(seller, "whoami", authinfo=f"{SECOND['email']}:another-1")
    assert other["user"]["$id"] == number


def test_130_a_suspended_or_deleted_login_is_refused_and_its_sessions_end(
    with_second: tuple[Seller, str],
) -> None:
    seller, number = with_second
    credentials = {"username": SECOND["email"], "password": SECOND["passwd"], "authinfo": ""}
    for func in ("user.suspend", "user.delete"):
        opened = ask(seller, "auth", **credentials)["auth"]["$id"]
        assert ask(seller, "whoami", auth=opened, authinfo="")["user"]["$id"] == number
        assert "ok" in ask(seller, func, elid=number)
        assert error_of(ask(seller, "whoami", auth=opened, authinfo=""))[0] == "access"
        assert error_of(ask(seller, "auth", **credentials)) == ("auth", "badpassword")
        if func == "user.suspend":
            assert "ok" in ask(seller, "user.resume", elid=number)
    for func in ("user.suspend", "user.delete"):
        assert error_of(ask(seller, func, elid=1))[0] == "access"


def test_130_the_first_login_may_go_while_another_stays(with_second: tuple[Seller, str]) -> None:
    seller, number = with_second
    assert "ok" in as_second(seller, "user.delete", elid=1)
    assert error_of(ask(seller, "whoami")) == ("auth", "badpassword")
    assert [row["id"]["$"] for row in as_second(seller, "user")["elem"]] == [number]
    assert error_of(as_second(seller, "user.delete", elid=number))[0] == "access"


def test_130_rights_of_a_login_restrict_every_function(with_second: tuple[Seller, str]) -> None:
    seller, number = with_second
    ask(seller, "user.edit", elid=number, default_access_allow="off", rights="soft", sok="ok")
    wrong = []
    for function in REGISTRY:
        params = {name: v for name, v in function.example.items() if name != "sok"}
        if function.kind is Kind.ACTION or function.public or "key" in params:
            continue
        denied = error_of(as_second(seller, function.name, **params))[0] == "access"
        bare = function.name.removeprefix("v2.")
        allowed = bare == "soft" or bare.startswith("soft.") or function.name in ALWAYS
        if denied is allowed and function.name != "pricelist.export":
            wrong.append(function.name)
    assert wrong == []
    assert error_of(as_second(seller, "pricelist.export")) == ("", "")  # it needs no login
    entries = json.dumps(as_second(seller, "menu")["mainmenu"])
    assert '"$action": "soft"' in entries
    assert '"$action": "vds"' not in entries
    group = {"faction": "service.prolong", "elid": "100001", "period": "1", "sok": "ok"}
    assert error_of(as_second(seller, "groupedit", **group))[0] == "access"
    give = {**SECOND, "email": "third@example.com", "sok": "ok"}
    assert error_of(as_second(seller, "user.edit", **give))[0] == "access"
    ask(seller, "user.edit", elid=number, rights="soft, user", default_access_allow="off", sok="ok")
    wider = as_second(seller, "user.edit", **give, default_access_allow="on")
    assert error_of(wider)[0] == "access"
    assert "ok" in as_second(seller, "user.edit", **give)
    (third,) = [row for row in ask(seller, "user")["elem"] if row["name"]["$"].startswith("third")]
    assert third["rights"]["$"] == "soft, user"


def test_130_a_login_has_its_own_key_second_factor_and_addresses(
    with_second: tuple[Seller, str],
) -> None:
    seller, number = with_second
    key = "k" * 32
    assert "ok" in as_second(seller, "session.newkey", username=SECOND["email"], key=key)
    opened = ask(seller, "auth", username=SECOND["email"], key=key, authinfo="")["auth"]["$id"]
    assert ask(seller, "whoami", auth=opened, authinfo="")["user"]["$id"] == number
    change_account(seller.worlds, "default", SECOND["email"], {"totp_secret": "A" * 32})
    assert "error" in as_second(seller, "whoami")
    assert "error" not in ask(seller, "whoami")
    changes = {"totp_secret": None, "api_addresses": ["192.0.2.0/24"]}
    change_account(seller.worlds, "default", SECOND["email"], changes)
    assert error_of(as_second(seller, "whoami")) == ("auth", "badip")
    assert "error" not in ask(seller, "whoami")


@pytest.fixture
def with_ticket(seller: Seller) -> Iterator[tuple[Seller, str]]:
    """A seller with a ticket about a service, and its number."""
    seller.worlds.reset("default")
    sent = {"subject": "Disk", "message": "It is full", "ticket_item": 100014}
    made = ask(seller, "clientticket.edit", **sent, client_department=2, sok="ok")
    yield seller, made["id"]["$"]
    seller.worlds.reset("default")


def test_121_a_ticket_is_a_thread_in_every_format(with_ticket: tuple[Seller, str]) -> None:
    seller, number = with_ticket
    (row,) = ask(seller, "clientticket")["elem"]
    assert (row["ticket"]["$"], row["unread"], row["client"]["$"]) == (
        number, {}, "Example Reseller (reseller@example.com)",
    )  # fmt: skip
    seller.control("POST", f"/tickets/{number}", {"text": "Look again"})
    for listed in ("clientticket", "ticket", "dashboard.tickets"):
        (row,) = ask(seller, listed)["elem"]
        assert (row["tstatus"]["$"], row["unread"]["$"]) == ("New replies", "on")
        assert row["last_message"]["$"] == row["last_message_utc"]["$"]
    assert ask(seller, "notify")["notify"]["item"][1]["msg"]["$"] == "1"
    for out in ("json", "sjson", "xjson"):
        (listed,) = ask(seller, "clientticket.edit", elid=number, out=out)["mlist"]
        about, question, answered = listed["message"]
        assert about["$type"] == "info"
        assert about["rowgroup"][0]["row"][0]["$"].endswith("100014")
        assert (question["$type"], question["body"]["$"]) == ("outcoming", "It is full")
        assert question["user"]["realname"]["$"] == "Example Reseller"
        assert answered["$type"] != "outcoming"
        assert answered["date_post"] == answered["fm_date_post"]
    root = seller.call("clientticket.edit", elid=number, out="xml").xml
    assert [m.get("type") for m in root.findall("mlist/message")] == [
        "info",
        "outcoming",
        "incoming",
    ]
    bjson = json.loads(seller.call("clientticket.edit", elid=number, out="bjson").text)
    assert [m.get("body") for m in bjson["mlist"][0]["message"]] == [
        None,
        "It is full",
        "Look again",
    ]
    (row,) = ask(seller, "clientticket")["elem"]
    assert (row["tstatus"]["$"], row["unread"]) == ("Answered", {})


def test_121_the_form_of_a_ticket_can_be_sent_back(with_ticket: tuple[Seller, str]) -> None:
    seller, _ = with_ticket
    form = ask(seller, "clientticket.edit")
    choices = {slist["$name"]: [val["$key"] for val in slist["val"]] for slist in form["slist"]}
    assert {"null", "100014"} <= set(choices["ticket_item"])
    for key in (*choices["ticket_item"][:3], "", "null"):
        sent = {"subject": "A", "message": "b", "ticket_item": key, "sok": "ok"}
        made = ask(
            seller, "clientticket.edit", **sent, client_department=choices["client_department"][1]
        )
        shown = ask(seller, "clientticket.edit", elid=made["id"]["$"])
        assert (shown["ticket_item"]["$"], shown["client_department"]["$"]) == (key or "null", "2")
    bad = {"subject": "A", "message": "b", "sok": "ok"}
    assert error_of(ask(seller, "clientticket.edit", **bad, ticket_item="999"))[0] == "missed"
    refused = ask(seller, "clientticket.edit", **bad, client_department="sales")
    assert error_of(refused) == ("value", "client_department")


def test_121_closed_tickets_are_in_the_archive_and_both_lists_are_filtered(
    with_ticket: tuple[Seller, str],
) -> None:
    seller, number = with_ticket
    ask(seller, "clientticket.edit", subject="Key", message="Where", sok="ok")
    for sent, names in (
        ({"tstatus": "1"}, ["Key", "Disk"]), ({"tstatus": "2"}, []),
        ({"message": "full"}, ["Disk"]),
        ({"name": "Key", "tstatus": "1,2"}, ["Key"]), ({"id": number}, ["Disk"]),
        ({"message_post": "nodate", "subject": "Disk"}, ["Disk"]),
    ):  # fmt: skip
        assert "error" not in ask(seller, "clientticket.filter", sok="ok", **sent)
        rows = ask(seller, "clientticket").get("elem", [])
        assert [row["name"]["$"] for row in rows] == names, sent
    ask(seller, "clientticket.filter", sok="ok", clicked_button="reset")
    ask(seller, "clientticket.archive", elid=number)
    assert [row["name"]["$"] for row in ask(seller, "clientticket")["elem"]] == ["Key"]
    (closed,) = ask(seller, "clientticket_archive")["elem"]
    assert (closed["id"]["$"], closed["tstatus"]["$"]) == (number, "Closed")
    ask(seller, "clientticket_archive.filter", sok="ok", name="Key")
    assert "elem" not in ask(seller, "clientticket_archive")


def test_121_the_seller_answers_by_a_rule_of_the_clock(with_ticket: tuple[Seller, str]) -> None:
    seller, number = with_ticket
    seller.rules(ticket_answer_hours=5)
    ask(seller, "clientticket.edit", elid=number, message="Still", sok="ok")
    seller.clock.advance("4 hours")
    assert ask(seller, "clientticket")["elem"][0]["unread"] == {}
    moved = seller.clock.advance("400 days")
    assert "answer" in [event["what"] for event in moved["happened"]]
    times = [event["at"] for event in moved["happened"]]
    assert times == sorted(times)
    assert ask(seller, "clientticket")["elem"][0]["tstatus"]["$"] == "New replies"


def test_121_the_older_generation_has_its_table_of_messages(
    with_ticket: tuple[Seller, str],
) -> None:
    seller, number = with_ticket
    assert "list" not in ask(seller, "clientticket.edit", elid=number)
    seller.rules(generation=5)
    (table,) = ask(seller, "clientticket.edit", elid=number)["list"]
    assert (table["$name"], table["elem"][0]["message"]["$"]) == ("messages_list", "It is full")


DOMAIN = "100018"


def test_132_registered_licenses_are_listed_by_address_and_filtered(seller: Seller) -> None:
    seller.worlds.reset("default")
    rows = ask(seller, "softregistration", p_cnt=100)["elem"]
    licenses = {row["id"]["$"]: row for row in ask(seller, "soft", p_cnt=100)["elem"]}
    for row in rows:
        license = licenses[row["soft"]["$"]]
        assert (row["ip"], row["pricelist"]) == (license["ip"], license["pricelist"])
        assert row["account"] == row["owner_account"]
    here = rows[0]["ip"]["$"]
    ask(seller, "softregistration.filter", ip=here, sok="ok")
    shown = ask(seller, "softregistration")["elem"]
    assert {row["ip"]["$"] for row in shown} == {here}
    ask(seller, "softregistration.filter", sok="ok", clicked_button="reset")


def test_134_name_servers_change_the_list_of_domain_names(seller: Seller) -> None:
    seller.worlds.reset("default")
    servers = {"ns0": "ns1.example.org", "ns1": "ns2.example.org/192.0.2.1", "ns_additional": ""}
    assert "ok" in ask(seller, "domain.ns", elid=DOMAIN, **servers, sok="ok")
    form = ask(seller, "domain.ns", elid=DOMAIN)
    assert (form["ns0"]["$"], form["ns1"]["$"]) == (servers["ns0"], servers["ns1"])
    (row,) = [row for row in ask(seller, "domain")["elem"] if row["id"]["$"] == DOMAIN]
    assert row["nslist"]["$"].startswith("ns1.example.org ")
    assert servers["ns0"] in ask(seller, "domain.whois", elid=DOMAIN)["whois_data"]["$"]
    for name in ("ns2", "ns_additional"):
        refused = ask(seller, "domain.ns", elid=DOMAIN, **{name: "no host!"}, sok="ok")
        assert error_of(refused) == ("value", name)
    assert error_of(ask(seller, "domain.ns", elid="100001"))[0] == "missed"


RECORDS = {
    "A": {"dns_name": "www", "ipv4": "192.0.2.1"},
    "AAAA": {"dns_name": "www", "ipv6": "2001:db8::1"},
    "CNAME": {"dns_name": "shop", "canonical_name": "www.example.org."},
    "MX": {"dns_name": "@", "mx": "mail.example.org.", "priority": "10"},
    "NS": {"ns_field": "sub", "ns_name": "ns1.example.org."},
    "SRV": {
        "host": "_sip._tcp", "address": "sip.example.org.", "port": "5060", "priority": "3",
        "srv_priority": "1", "weight": "5",
    },
    "TXT": {"dns_name": "@", "txt": "v=spf1 include:example.org ~all"},
}  # fmt: skip


def test_157_records_of_a_domain_name_are_kept(seller: Seller) -> None:
    seller.worlds.reset("default")
    made = {}
    for kind, fields in RECORDS.items():
        sent = {"plid": DOMAIN, "dns_type": kind, "ttl": "60", **fields}
        answer = ask(seller, "domain.dnsrecords.edit", **sent, clicked_button="ok", sok="ok")
        made[kind] = answer["id"]["$"]
        form = ask(seller, "domain.dnsrecords.edit", plid=DOMAIN, elid=made[kind])
        assert {name: form[name]["$"] for name in sent} == sent
    rows = {
        row["dns_type"]["$"]: row for row in ask(seller, "domain.dnsrecords", elid=DOMAIN)["elem"]
    }
    assert rows["SRV"]["value"]["$"] == "1 5 5060 sip.example.org."
    assert (rows["MX"]["name"]["$"], rows["MX"]["priority"]["$"]) == ("@", "10")
    own = {name: field["$"] for name, field in rows["A"].items()}
    assert [own[f"dns_{name}"] for name in ("id", "name", "ttl", "content")] == [
        made["A"], "www", "60", RECORDS["A"]["ipv4"],
    ]  # fmt: skip
    changed = {"plid": DOMAIN, "elid": own["dns_id"], "sok": "ok"}
    for fields, refused in (
        ({"ipv4": "x"}, "ipv4"),
        ({"dns_type": "MX"}, "mx"),
        ({"txt": "of another type"}, "txt"),
        ({"dns_type": "AAAA", "ipv6": "192.0.2.1"}, "ipv6"),
    ):
        answer = ask(seller, "domain.dnsrecords.edit", **changed, **fields)
        assert error_of(answer) == ("value", refused)
    ask(seller, "domain.dnsrecords.edit", **changed, ipv4="192.0.2.9", mx="")
    form = ask(seller, "domain.dnsrecords.edit", plid=DOMAIN, elid=made["A"])
    assert (form["ipv4"]["$"], form["dns_name"]["$"], form["ttl"]["$"]) == (
        "192.0.2.9",
        "www",
        "60",
    )
    nothing = ask(seller, "domain.dnsrecords.edit", plid=DOMAIN, sok="ok")
    assert error_of(nothing) == ("value", "dns_name")
    ask(seller, "domain.dnsrecords.delete", plid=DOMAIN, elid=", ".join(made.values()))
    assert "elem" not in ask(seller, "domain.dnsrecords", elid=DOMAIN)


def test_157_soa_keys_and_the_suggested_servers_of_a_domain_name(seller: Seller) -> None:
    seller.worlds.reset("default")
    soa = {"email": "dns@example.org", "refresh": "7200", "retry": "900", "expire": "99999"}
    ask(
        seller, "domain.dnsrecords.editsoa", elid=DOMAIN, plid="", dns_type="SOA", dns_name="@",
        minimum="60", ttl="300", **soa, sok="ok",
    )  # fmt: skip
    form = ask(seller, "domain.dnsrecords.editsoa", elid=DOMAIN)
    assert {name: form[name]["$"] for name in (*soa, "minimum", "ttl")} == {
        **soa, "minimum": "60", "ttl": "300",
    }  # fmt: skip
    ask(
        seller,
        "domain.dnsrecords.dnssec",
        plid=DOMAIN,
        dns_to_add="257 3 13 a",
        ds_to_add="",
        sok="ok",
    )
    assert ask(seller, "domain.dnsrecords.dnssec", elid=DOMAIN)["dns_to_add"]["$"] == "257 3 13 a"
    assert error_of(ask(seller, "domain.dnsrecords.dnssec", sok="ok")) == ("value", "elid")
    ask(seller, "domain.ns", elid=DOMAIN, ns0="a.example.org", ns2="c.example.org", sok="ok")
    ask(seller, "domain.dnsrecords.autoconfigns", elid=DOMAIN, clicked_button="ok", sok="ok")
    (row,) = [row for row in ask(seller, "domain")["elem"] if row["id"]["$"] == DOMAIN]
    assert row["nslist"]["$"].split() == ["ns1.example.net", "ns2.example.net"]


def test_158_older_clients_find_balance_settings_and_numbers(seller: Seller) -> None:
    seller.worlds.reset("default")
    desktop = ask(seller, "desktop", startform="vds")
    assert desktop["balance"]["$"].split() == [desktop["user"]["$balance"], "EUR"]
    options = ask(seller, "clientoption")
    assert options["user_email"]["$"] == "reseller@example.com"
    further = {"elid": "100001", "panel": "dnsmgr"}
    link = ask(seller, "gotoserver.additionalpanel", **further)["ok"]["$"]
    assert link == ask(seller, "gotoserver", elid="100001")["ok"]["$"] + "/dnsmgr"
    order = ask(seller, "vds.order.param", pricelist="6", period="1", project="1", sok="ok")
    assert order["billorder.id"]["$"] == order["billorder"]["$"]
    opened = ask(seller, "register", email="new@shop.example", passwd="secret-1", sok="ok")
    assert opened["user.id"]["$"] == opened["id"]["$"]


def test_158_a_wrong_old_password_changes_none(with_second: tuple[Seller, str]) -> None:
    seller, _ = with_second
    new = {"passwd": "secret-2", "sok": "ok"}
    wrong = as_second(seller, "usrparam", old_passwd="wrong", **new)
    assert error_of(wrong) == ("value", "old_passwd")
    assert "ok" in as_second(seller, "usrparam", old_passwd=SECOND["passwd"], **new)
    assert error_of(as_second(seller, "whoami")) == ("auth", "badpassword")


def test_134_contacts_are_kept_and_offered_by_an_order(seller: Seller) -> None:
    seller.worlds.reset("default")
    contact = {
        "name": "Firm",
        "email": "a@example.com",
        "location_country": "182",
        "profiletype": "2",
    }
    made = ask(seller, "service_profile.edit", **contact, sok="ok")["id"]["$"]
    ask(seller, "service_profile.edit", elid=made, location_city="Riga", private="on", sok="ok")
    form = ask(seller, "service_profile.edit", elid=made)
    assert {name: form[name]["$"] for name in contact} == contact
    assert (form["location_city"]["$"], form["private"]["$"]) == ("Riga", "on")
    owner = ask(seller, "domain.order.contact")
    assert owner["owner_name"]["$"] == "Firm"
    step = ask(seller, "domain.order.contact", owner_name="Other", snext="ok", sok="ok")
    assert step["$func"] == "domain.order.pricelist"
    answer = ask(seller, "domain.order.contact", owner_name="Other", sok="ok")
    other = int(made) + 1
    assert answer["ok"]["$"] == f"func=domain.order.pricelist&service_profile_owner={other}"
    assert ask(seller, "domain.order.contact")["owner_name"]["$"] == "Other"


def test_134_the_access_log_has_the_sessions_of_every_login(
    with_second: tuple[Seller, str],
) -> None:
    seller, _ = with_second
    assert "elem" not in ask(seller, "authlog")
    for name, password in (("reseller", "secret"), (SECOND["email"], SECOND["passwd"])):
        ask(seller, "auth", username=name, password=password, authinfo="")
    assert [row["user"]["$"] for row in ask(seller, "authlog")["elem"]] == [
        SECOND["email"],
        "reseller",
    ]
    ask(seller, "authlog.filter", user="api@", sok="ok")
    (row,) = ask(seller, "authlog")["elem"]
    assert (row["user"]["$"], row["ip"]["$"]) == (SECOND["email"], "127.0.0.1")


def test_134_the_rest_is_short_and_true(seller: Seller) -> None:
    seller.worlds.reset("default")
    everything = sum(
        int(ask(seller, name, p_cnt=1)["p_elems"]["$"]) for name in ("service", "certificate")
    )
    assert int(ask(seller, "dashboard.items")["p_elems"]["$"]) <= everything
    assert ask(seller, "dashboard.providers")["elem"][0]["name"]["$"] == "ISPsystem"
    assert ask(seller, "service.stat", elid="100001")["p_elems"]["$"] == "0"
    assert error_of(ask(seller, "service.stat", elid="999"))[0] == "missed"
    assert ask(seller, "country.state", elid="182")["p_elems"]["$"] == "0"
    assert error_of(ask(seller, "country.state", elid="9999")) == ("missed", "country")
    programme = ask(seller, "affiliate.client")
    assert "func=register" in programme["url"]["$"]
    assert "promocode" in programme
    assert ask(seller, "progress.get", progressid="7")["progress"]["$status"] == "finished"


def test_130_a_world_file_has_further_logins_and_the_control_api_shows_them(seller: Seller) -> None:
    seller.worlds.reset("default")
    program = {"authinfo": "api@careful.example.com:secret"}
    assert "error" in ask(seller, "soft", authinfo="careful:secret")
    assert "error" not in ask(seller, "soft", **program)
    assert error_of(ask(seller, "expense", **program))[0] == "access"
    own, further = seller.account("careful")["logins"]
    assert (own["name"], own["two_factors"], own["rights"]) == ("careful", True, None)
    assert (further["two_factors"], further["rights"]) == (False, ["soft", "subaccount"])
    with pytest.raises(Exception, match="belongs to the account"):
        seller.account("api@careful.example.com", credit="5")
