"""What every form of an order keeps to, over the registry: a new type meets it by itself.

Source: docs/resale.md section 2.2; docs/evidence.md 114 to 119 and 137.
"""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl
from xml.etree.ElementTree import Element, tostring

import pytest

from emulator.api import fields as fields_
from emulator.api.registry import Function, Kind
from emulator.functions.products import edit
from emulator.functions.products.certificate import ContactEmail
from emulator.functions.products.order import NEVER_IGNORED
from tests.functions.seller import Seller
from tests.handlers import REGISTRY
from tests.rows import read_rows
from tests.tiers import Tally

FORMS = [function for function in REGISTRY if function.kind is Kind.FORM]
ORDERS = [function for function in FORMS if function.name.endswith(".order.param")]
CHOICES = [function for function in FORMS if function.name.endswith((".order", ".order.pricelist"))]
NEW = [function for function in ORDERS if function.name.startswith("v2.")]
SERVICE_TYPES = {function.name.split(".")[0] for function in ORDERS if function not in NEW}
SUMMARIES = ("pricelist_summary", "discount_summary", "total_summary")


def look(function: Function, **params: str) -> dict[str, str]:
    """The parameters that show a form, for what its example submits."""
    shown = {name: value for name, value in function.example.items() if name != "sok"}
    return {**shown, **params}


def fields(form: Element) -> dict[str, str]:
    """What a client would send back: every field of the form."""
    skipped = {"slist", "flist", "list", "doc", "tparams", "saved_filters", "orderinfo"}
    return {field.tag: field.text or "" for field in form if field.tag not in skipped}


def unchosen(form: Element) -> Iterator[str]:
    """The selects whose present value the form does not tell."""
    for choices in form.findall("slist"):
        name = choices.get("name") or ""
        keys = {value.get("key") for value in choices.findall("val")}
        if form.find(name) is None or form.findtext(name) not in {*keys, ""}:
            yield name


def test_137_every_select_has_a_field_with_its_present_value(shop: Seller, tally: Tally) -> None:
    reached: set[str] = set()
    missing: dict[str, list[str]] = {}
    for function in FORMS:
        for params in (look(function), look(function, sv_field="period", sok="ok")):
            form = shop.doc(function.name, **params)
            if form.find("error") is None:
                reached.add(function.name)
                for level in (form, *form.findall("doc")):
                    missing.setdefault(function.name, []).extend(unchosen(level))
    tally("forms, value of every select", sorted(reached), len(FORMS))
    assert {name: selects for name, selects in missing.items() if selects} == {}
    assert len(reached) > len(FORMS) * 0.9


def test_137_an_order_form_chooses_what_an_order_without_it_would_take(shop: Seller) -> None:
    for function in ORDERS:
        form = shop.doc(function.name, **look(function))
        for choices in form.findall("slist"):
            assert form.findtext(choices.get("name") or ""), (function.name, choices.get("name"))


def test_an_order_form_sent_back_orders_what_it_showed_at_its_price(
    shop: Seller, tally: Tally
) -> None:
    for function in ORDERS:
        shop.begin()
        form = shop.doc(function.name, **look(function))
        kind = function.name.removeprefix("v2.").partition(".")[0]
        shown = form.findtext("orderinfo") or ""
        # What the form cannot know is what nobody chose yet: the address, the names, the license.
        sent = {**function.example, **fields(form), "skipbasket": "on", "sok": "ok"}
        before = shop.rows("subaccount")[0]["balance"].split()[0]
        doc = shop.doc(function.name, **sent)
        assert doc.find("error") is None, (function.name, shop.text(function.name, **sent))
        after = shop.rows("subaccount")[0]["balance"].split()[0]
        paid = f"{float(before) - float(after):.2f} EUR </b>"
        assert shown.endswith(paid), (function.name, shown, paid)
        service = shop.doc(f"{kind}.edit", elid=doc.findtext("id") or "")
        for name in ("pricelist", "period", "autoprolong", "datacenter", "ostempl", "recipe"):
            if form.find(name) is not None and service.find(name) is not None:
                assert service.findtext(name) == form.findtext(name), (function.name, name)
        for name in addons(form):
            assert service.findtext(name) == form.findtext(name), (function.name, name)
    tally("order forms, sent back", [function.name for function in ORDERS], len(ORDERS))


def test_115_the_new_form_sums_up_what_is_paid(shop: Seller) -> None:
    for function in NEW:
        form = shop.doc(function.name, **look(function))
        rows = {name: form.findall(f"list[@name='{name}']/elem") for name in SUMMARIES}
        for row in (row for elems in rows.values() for row in elems):
            assert row.findtext("label")
            assert row.findtext("cost/price/currency") == "EUR"
        sums = {
            name: sum(float(row.findtext("cost/price/cost") or "") for row in elems)
            for name, elems in rows.items()
        }
        (total,) = rows["total_summary"]
        paid = sums["pricelist_summary"] - sums["discount_summary"]
        assert f"{paid:.2f}" == total.findtext("cost/price/cost"), function.name
        assert (form.findtext("orderinfo") or "").endswith(f"{paid:.2f} EUR </b>")


def test_116_the_tariffs_are_pricelist_in_the_new_form_and_tariflist_in_the_old(
    shop: Seller,
) -> None:
    for function in (*ORDERS, *CHOICES):
        new = function.name.startswith("v2.")
        name, other = ("pricelist", "tariflist") if new else ("tariflist", "pricelist")
        form = shop.doc(function.name, **look(function))
        rows = form.findall(f"list[@name='{name}']/elem")
        assert rows, function.name
        assert form.find(f"list[@name='{other}']") is None
        if new:
            assert all(row.find("datacenter/id") is not None for row in rows), function.name
            assert all(row.findtext("datacenter/value") for row in rows), function.name


def test_117_every_new_form_takes_tariff_and_datacenter_in_one_value(shop: Seller) -> None:
    for function in NEW:
        choice = function.name.replace(".param", ".pricelist")
        rows = shop.doc(choice).findall("list[@name='pricelist']/elem")
        tariff = function.example["pricelist"]
        (row,) = (row for row in rows if row.findtext("id") == tariff)
        place = row.findall("datacenter")[-1].findtext("id") or ""
        period = function.example.get("order_period", "1")
        params = look(function, keyvalue=f"{tariff}_{place}", **{f"period_{tariff}": period})
        for name in ("pricelist", "order_period", "datacenter"):
            params.pop(name, None)
        form = shop.doc(function.name, **params)
        assert form.findtext("pricelist") == tariff, function.name
        assert form.findtext("order_period") == period
        assert form.findtext("datacenter") in (None, place)
        next_step = shop.doc(choice, **params, sok="ok").findtext("ok") or ""
        form = shop.doc(**dict(parse_qsl(next_step)))
        assert (form.findtext("pricelist"), form.findtext("order_period")) == (tariff, period)
        for wrong in (f"{tariff}_999", f"999999_{place}", "6", "6_"):
            params["keyvalue"] = wrong
            assert shop.refusal(function.name, **params) == "value/keyvalue"
        params |= {"keyvalue": f"{tariff}_{place}", f"period_{tariff}": "7"}
        assert shop.refusal(function.name, **params) == f"value/period_{tariff}"


@pytest.mark.parametrize("name", NEVER_IGNORED)
def test_119_a_name_a_system_or_a_password_is_taken_or_refused(shop: Seller, name: str) -> None:
    for function in ORDERS:
        if name not in function.takes.wire_fields:
            params = {**function.example, name: "something"}
            assert shop.refusal(function.name, **params) == f"value/{name}", function.name
            params["sok"] = ""
            assert shop.refusal(function.name, **params) == f"value/{name}", function.name


@pytest.mark.parametrize("name", edit.NEVER_IGNORED)
def test_119_an_edit_of_a_service_refuses_what_it_does_not_change(shop: Seller, name: str) -> None:
    services = [f for f in EDITS if f.name.removesuffix(".edit") in SERVICE_TYPES]
    assert len(services) > 5
    for function in services:
        if name not in function.takes.wire_fields:
            params = {**function.example, name: "something", "sok": "ok"}
            assert shop.refusal(function.name, **params) == f"value/{name}", function.name
            shown = shop.doc(function.name, **look(function)).findtext(name) or ""
            assert shop.doc(function.name, **{**params, name: shown}).find("ok") is not None


EDITS = [function for function in FORMS if function.name.endswith(".edit") and function.example]
"""Forms of what the world ``small`` has."""
BY_TYPE = {
    fields_.Domain: "sent.example",
    fields_.Address: "192.0.2.250",
    fields_.AnyAddress: "192.0.2.250",
    fields_.Flag: "on",
    fields_.Months: "12",
    fields_.Whole: "3",
    fields_.Id: "100003",
    fields_.Email: "sent@example.com",
    ContactEmail: "sent@example.com",
    fields_.TariffAndDatacenter: "6_4",
}
"""What is sent of a field without a select; of the others any text."""


INSTEAD_OF = {
    "period": "order_period",
    "tariff_period": "order_period",
    "keyvalue": "pricelist",
    "name": "subject",
}
"""What counts only where another parameter is not sent."""


FIXED = {
    ("user.edit", "email"),
    ("user.edit", "realname"),
    ("user.edit", "default_access_allow"),
}
"""What a client cannot change, and is told ok about (decision 130)."""


def addons(form: Element) -> list[str]:
    """The addons that a form shows."""
    return [field.tag for field in form if field.tag.startswith("addon_")]


def value_of(name: str, field: fields_.WireField, form: Element) -> dict[str, str]:
    """A value that differs from the present one, and the parameter it is sent as."""
    if isinstance(field, fields_.Numbered):
        if name == "tariff_period":
            return {f"{field.prefix}{form.findtext('pricelist')}": "12"}
        return dict.fromkeys(addons(form)[:1], "3")
    keys = [value.get("key") or "" for value in form.findall(f"slist[@name='{name}']/val")]
    others = [key for key in keys if key != form.findtext(name)]
    if others:
        return {name: others[-1]}
    return {name: next((BY_TYPE[cls] for cls in type(field).mro() if cls in BY_TYPE), "sent-1")}


def outcome(shop: Seller, function: Function, params: dict[str, str]) -> tuple[str, str, str]:
    """What came of it: the form, the answer to a submit, the rows of the world."""
    shop.begin()
    shown = shop.doc(function.name, **{n: v for n, v in params.items() if n != "sok"})
    answer = shop.doc(function.name, **{**params, "sok": "ok"})
    for doc in (shown, answer):
        for echo in doc.findall("tparams"):
            doc.remove(echo)
    rows = read_rows(shop.worlds.connect("default"))
    return tostring(shown, "unicode"), tostring(answer, "unicode"), repr(rows)


@pytest.mark.every(5)
@pytest.mark.counts("orders and changes, effect of every parameter", "name")
@pytest.mark.parametrize("name", [function.name for function in (*ORDERS, *EDITS)])
def test_119_no_parameter_of_an_order_or_a_change_is_without_effect(
    shop: Seller, name: str
) -> None:
    function = REGISTRY[name]
    form = shop.doc(name, **look(function))
    plain = outcome(shop, function, dict(function.example))
    without: list[str] = []
    for parameter, field in function.takes.wire_fields.items():
        example = {n: v for n, v in function.example.items() if n != INSTEAD_OF.get(parameter)}
        params = {**example, **value_of(parameter, field, form)}
        if parameter == "addon" and not addons(form):
            continue  # addons that a tariff does not have are ignored (decision 9)
        if (name, parameter) in FIXED:
            continue
        before = plain if example == function.example else outcome(shop, function, example)
        if params != function.example and outcome(shop, function, params) == before:
            without.append(parameter)
    assert without == []


def test_126_the_metadata_of_an_order_has_every_choice_once_and_its_own_button(
    shop: Seller,
) -> None:
    tried = 0
    for function in ORDERS:
        form = shop.json(function.name, **look(function))
        metadata = form["metadata"]["form"]
        pages = [*metadata.get("page", []), metadata]
        listed = [field["$name"] for page in pages for field in page.get("field", [])]
        assert len(listed) == len(set(listed)), function.name
        addons = {choices["$name"] for choices in form["slist"] if "addon_" in choices["$name"]}
        assert addons <= set(listed), function.name
        tried += len(addons)
        button = "order" if function in NEW else "finish"
        assert metadata["buttons"]["button"][0] == {"$name": button, "$type": "ok"}
        if function in NEW:
            params = {n: v for n, v in function.example.items() if n != "skipbasket"}
            ordered = shop.doc(function.name, **{**params, "clicked_button": "order"})
            assert ordered.findtext("ok") == "func=cart", function.name
        without = shop.doc(function.name).find("error[@type='wizard_unavailable']/param")
        assert without is not None
        assert without.text == function.name
    assert tried


@pytest.mark.parametrize("name", ["addition.order.param", "v2.addition.order.param"])
def test_137_the_order_of_a_module_offers_the_licenses_it_fits(shop: Seller, name: str) -> None:
    function = REGISTRY[name]
    params = {n: v for n, v in look(function).items() if n != "item"}
    form = shop.doc(name, **params)
    offered = [val.get("key") for val in form.findall("slist[@name='item']/val")]
    assert form.findtext("item") == offered[0]
    shop.begin()
    ordered = shop.doc(name, **{**params, **fields(form), "sok": "ok"})
    assert ordered.find("error") is None, tostring(ordered)
    again = shop.doc(name, **params)
    assert offered[0] not in [val.get("key") for val in again.findall("slist[@name='item']/val")]
