"""What one function shows, another takes: lists and forms are sent back with their own values.

Read off the registry: a new list or form is tested by being declared. A client sends back what it
has read: of a value with a label the number beside it (``orig``), of all others the text.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

import pytest
from defusedxml.ElementTree import fromstring

from emulator import testing
from emulator.api.registry import Function, Kind
from emulator.testing.client import World
from emulator.worlds.fixtures.load import world_names
from tests.functions.seller import Seller
from tests.handlers import REGISTRY
from tests.rows import read_rows
from tests.tiers import Tally

LABELS = {"ostempl"}
"""What a row shows by a label without the name beside it."""
SYSTEMS = frozenset({"ostempl", "instances_os"})
"""The two names of an operating system."""
LISTS = [
    function.name
    for function in REGISTRY
    if function.kind is Kind.LISTING and REGISTRY.find(f"{function.name}.edit") is not None
]
"""Lists whose rows have a form."""
NEEDS_MORE = {
    "totp.confirm": "a code that changes by the minute",
    "coupon.use": "a code that nothing shows",
    "clientticket.edit": "a message",
    "certificate.validation": "a certificate that is being issued",
    "cartorder.create.confirm": "a position in the cart",
    "payment.recurring.stored_methods.edit": "a stored way of paying, and none is stored here",
    "payment.stored_methods.add": "the choice of a row of its table",
}
"""Forms whose submit takes something that no form shows, and what."""


def state(shop: Seller | testing.Seller, world: str = "default") -> dict[str, list[Any]]:
    """Every row of the world but the records of calls; a field stored as empty is none."""
    return {
        name: [tuple(map(_without_empty, row)) for row in rows]
        for name, rows in read_rows(shop.worlds.connect(world)).items()
    }


def _without_empty(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {name: text for name, text in value.items() if text not in ("", "off")}


def changed_tables(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> list[str]:
    return [name for name, rows in before.items() if rows != after[name]]


def form_values(shop: Seller, func: str, out: str, **params: str) -> dict[str, str]:
    """All fields of a form as texts, as a client reads them in this format."""
    if out == "xml":
        doc = shop.doc(func, **params)
        return {str(field.tag): field.text or "" for field in doc if len(field) == 0}
    if out == "bjson":
        shown = shop.flat(func, **params)["model"]
        # The number of web sites is a number here (docs/evidence.md 16).
        return {name: str(value) for name, value in shown.items() if isinstance(value, str | int)}
    doc = shop.answer(func, **params, out=out).json["doc"]
    texts = {name: value.get("$", "") if isinstance(value, dict) else value
             for name, value in doc.items()}  # fmt: skip
    return {n: text for n, text in texts.items() if isinstance(text, str) and n != "func"}


def row_values(row: dict[str, Any]) -> dict[str, str]:
    """The fields of a row of json: a label by the number beside it."""
    texts = {name: value for name, value in row.items() if isinstance(value, dict)}
    return {name: str(value.get("$orig", value.get("$", ""))) for name, value in texts.items()}


def refusal(shop: Seller, func: str, sent: dict[str, str]) -> str:
    """The refusal of a submit with these fields; empty where it is taken.

    Where its ``ok`` leads to a function, that one is requested as it stands.
    """
    # Not by keywords: one of the fields may be called "self".
    call = {**sent, "func": func, "authinfo": "reseller:secret", "out": "xml"}
    doc = fromstring(shop.client.post("/billmgr", data={**call, "sok": "ok"}).data)
    leads_to = doc.findtext("ok") or ""
    if leads_to.startswith("func="):
        further = {"authinfo": call["authinfo"], "out": "xml", **dict(parse_qsl(leads_to))}
        doc = fromstring(shop.client.post("/billmgr", data=further).data)
    error = doc.find("error")
    return "" if error is None else f"{leads_to} {error.get('type')}/{error.get('object')}".strip()


@pytest.mark.parametrize("out", ["xml", "json", "bjson", "JSONdata"])
def test_a_form_of_a_service_sent_back_as_it_was_changes_nothing(shop: Seller, out: str) -> None:
    shop.doc("whoami")  # what is due happens now
    before, faults = state(shop), []
    for row in shop.rows("service"):
        func, number = f"{row['itemtype']}.edit", row["id"]
        shown = form_values(shop, func, out, elid=number)
        assert shown["elid"] == number
        assert set(shown) >= set(REGISTRY[func].returns.wire_fields)  # type: ignore[union-attr]
        if refused := refusal(shop, func, shown):
            faults.append(f"{func} {number}: {refused}")
        if changed := changed_tables(before, after := state(shop)):
            faults.append(f"{func} {number}: changed {changed}")
        before = after
    assert faults == []


def test_138_the_form_for_several_sent_back_as_it_was_changes_nothing(shop: Seller) -> None:
    """For every type with several services: nobody gets the name or the address of the first."""
    order = {"pricelist": "6", "period": "1", "domain": "second.example.com"}
    shop.doc("vds.order.param", **order, autoprolong="1", skipbasket="on", sok="ok")
    by_type: dict[str, list[str]] = {}
    for row in shop.rows("service"):
        by_type.setdefault(str(row["itemtype"]), []).append(str(row["id"]))
    several = {name: numbers for name, numbers in by_type.items() if len(numbers) > 1}
    assert {"soft", "vds"} <= several.keys()
    before = state(shop)
    for name, numbers in several.items():
        group = {"faction": f"{name}.edit", "elid": ", ".join(numbers)}
        for out in ("xml", "json", "bjson", "JSONdata"):
            shown = form_values(shop, "groupedit", out, **group)
            assert refusal(shop, "groupedit", shown) == "", name
            assert changed_tables(before, state(shop)) == [], name


@pytest.mark.parametrize("name", LISTS)
def test_a_row_sent_to_its_form_changes_nothing(shop: Seller, name: str) -> None:
    shop.doc("whoami")
    before = state(shop)
    rows = shop.json(name, **REGISTRY[name].example).get("elem", [])
    for row in rows:
        sent = {n: text for n, text in row_values(row).items() if n not in LABELS}
        if f"{name}.edit" not in NEEDS_MORE:
            assert refusal(shop, f"{name}.edit", {**sent, "elid": sent["id"]}) == "", row
        assert changed_tables(before, state(shop)) == [], row
    empty = {"clientticket", "domain.dnsrecords", "payment.recurring.stored_methods"}
    assert rows or name in empty


@pytest.mark.parametrize("name", ["usrparam", "profile.edit", "user.edit"])
def test_a_form_of_the_account_sent_back_as_it_was_changes_nothing(shop: Seller, name: str) -> None:
    elid = {"elid": REGISTRY[name].example["elid"]} if "elid" in REGISTRY[name].example else {}
    for out in ("xml", "json", "bjson", "JSONdata"):
        before = state(shop)
        shown = form_values(shop, name, out, **elid)
        assert refusal(shop, name, {**elid, **shown}) == ""
        assert changed_tables(before, state(shop)) == []


def test_every_form_takes_its_own_values(shop: Seller) -> None:
    refused = {}
    for function in REGISTRY:
        if function.kind is Kind.FORM and function.name not in NEEDS_MORE:
            shop.worlds.reset("default")
            refused[function.name] = _sent_back(shop, function)
    assert {name: error for name, error in refused.items() if error} == {}
    assert len(refused) > 100


def _sent_back(shop: Seller, function: Function) -> str:
    """The refusal of a form that is sent with all its fields; empty where it is taken."""
    example = {name: text for name, text in function.example.items() if name != "sok"}
    shown = form_values(shop, function.name, "xml", **example)
    if function.next_step:  # a row of the table of tariffs is chosen
        tariff = shop.doc(function.name, **example).findtext("list/elem/pricelist")
        # With the button that leads on: without it tariff and period are an order.
        shown = {"pricelist": tariff or "", **shown, "clicked_button": "next"}
    return refusal(shop, function.name, {**example, **shown})


def test_forms_and_rows_of_services_change_nothing_in_every_shipped_world(
    seller: testing.Seller, tally: Tally
) -> None:
    """One service of each tariff and state, by its form and by its row."""
    faults, tried = [], []
    for fixture in world_names():
        world = seller.world(fixture, fixture)
        world.rules(item_lists=True)
        world.call("whoami")
        before = state(seller, fixture)
        for row in _different_services(world):
            func = f"{row['itemtype']}.edit"
            for sent in (_fields(world, func, elid=row["id"]), _row(world, row)):
                answer = world.call(func, **{**sent, "elid": row["id"], "sok": "ok"})
                if answer.error:
                    faults.append((fixture, func, row["id"], answer.error))
            tried.append(f"{fixture} {func} {row['id']}")
        assert changed_tables(before, state(seller, fixture)) == [], fixture
    assert faults == []
    tally("services by form and row", tried, len(tried))
    assert {name.split()[0] for name in tried} >= set(world_names()) - {"empty"}


def _different_services(world: World) -> list[dict[str, str]]:
    kinds = ("itemtype", "pricelist_id", "status")
    rows = {tuple(row[name] for name in kinds): row for row in world.call("service").rows()}
    return list(rows.values())


def _fields(world: World, func: str, **sent: str) -> dict[str, str]:
    """The fields of a form as a client reads them in xml."""
    return {
        str(each.tag): each.text or "" for each in world.call(func, **sent).xml if not len(each)
    }


def _row(world: World, row: dict[str, str]) -> dict[str, str]:
    """The row in the list of its type: a label by the number beside it."""
    rows = world.call(row["itemtype"]).xml.findall("elem")
    own = next(each for each in rows if each.findtext("id") == row["id"])
    texts = {str(cell.tag): cell.get("orig", cell.text or "") for cell in own}
    return {name: text for name, text in texts.items() if name not in LABELS}


def _choices(world: World, func: str, **sent: str) -> list[tuple[str, str, str]]:
    """Every choice of a form: the select, its key, the key it depends on."""
    slists = world.call(func, **sent).xml.findall("slist")
    return [
        (slist.get("name", ""), choice.get("key", ""), choice.get("depend", ""))
        for slist in slists
        for choice in slist.findall("val")
    ]


def test_every_choice_of_an_order_form_is_taken_and_shown(
    seller: testing.Seller, tally: Tally
) -> None:
    """Each with the other values that the form has, as a client area recalculates it."""
    faults, tried = [], []
    for fixture, types in (("small", None), ("subtypes", ("vds.vps",)), ("hoster", ("forexbox",))):
        world = seller.world(fixture, fixture)
        for name in types or _service_lists(world):
            for func in (f"{name}.order.param", f"v2.{name}.order.param"):
                first = func.replace(".param", ".pricelist")
                tariff = world.call(first).xml.findtext("list/elem/id") or ""
                shown = _fields(world, func, pricelist=tariff)
                for slist, key, depends in _choices(world, func, pricelist=tariff):
                    system = dict.fromkeys(SYSTEMS & shown.keys(), depends) if depends else {}
                    sent = {**shown, **system, slist: key, "sv_field": slist}
                    answer = world.call(func, **sent)
                    if answer.error or answer.field(slist) != key:
                        faults.append((fixture, func, slist, key, answer.error))
                    tried.append(f"{fixture} {func} {key} {slist}")
    assert faults == []
    assert {name.split()[-1] for name in tried} >= {
        "autoprolong",
        "ostempl",
        "recipe",
        "instances_os",
    }
    tally("choices of order forms", tried, len(tried))


def _service_lists(world: World) -> list[str]:
    menus = world.call("menu").xml.findall("menu")
    section = next(menu for menu in menus if menu.get("name") == "mainmenuservice")
    return [node.get("action", "") for node in section]


def test_every_choice_of_an_edit_form_is_taken_and_kept(seller: testing.Seller) -> None:
    """But another operating system, which installs the server anew."""
    faults, tried = [], set()
    for row in _different_services(seller):
        func, elid = f"{row['itemtype']}.edit", {"elid": row["id"]}
        shown = _fields(seller, func, **elid)
        for slist, key, _ in _choices(seller, func, **elid):
            if slist in SYSTEMS | {"recipe"}:
                continue
            answer = seller.call(func, **{**shown, slist: key, "sok": "ok"})
            stored = _fields(seller, func, **elid)[slist]
            if answer.error or stored != key:
                faults.append((func, row["id"], slist, key, stored, answer.error))
            tried.add((func, slist))
    assert faults == []
    assert len(tried) > 12


def test_every_choice_of_any_other_form_is_taken_and_shown(
    seller: testing.Seller, tally: Tally
) -> None:
    """The first, the middle and the last of each select; orders and services have their own."""
    seller.call("vds.order.param", pricelist="6", period="1", sok="ok")
    faults, tried = [], []
    for function in REGISTRY:
        if function.kind is not Kind.FORM or function.name.endswith((".order.param", ".edit")):
            continue
        example = {name: text for name, text in function.example.items() if name != "sok"}
        shown = {**example, **_fields(seller, function.name, **example)}
        by_select: dict[str, list[str]] = {}
        for slist, key, _ in _choices(seller, function.name, **example):
            by_select.setdefault(slist, []).append(key)
        for slist, keys in by_select.items():
            for key in {keys[0], keys[len(keys) // 2], keys[-1]}:
                answer = seller.call(function.name, **{**shown, slist: key})
                if answer.error or answer.field(slist) != key:
                    faults.append((function.name, slist, key, answer.error))
                tried.append(f"{function.name} {slist} {key}")
    assert faults == []
    assert len({name.split()[0] for name in tried}) > 40
    tally("choices of other forms", tried, len(tried))


def test_another_mailbox_answers_for_a_certificate(seller: testing.Seller) -> None:
    request = {"elid": "100022", "sok": "ok"}
    seller.provisioning("reads", 9)
    seller.call("certificate.reissue", **request)
    func, mailbox = "certificate.validation", "webmaster@ssl-1.example.com"
    assert seller.call(func, **request, approver_email_1=mailbox).error is None
    refused = seller.call(func, **request, approver_email_1="a@elsewhere.example").error
    assert refused
    assert (refused.type, refused.object) == ("value", "approver_email_1")
    assert seller.call(func, elid="100022").field("approver_email_1") == mailbox
