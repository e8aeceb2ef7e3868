"""What docs/evidence.md decides about the wire from clients and newer pages, number by number."""

from __future__ import annotations

import json
from xml.etree.ElementTree import tostring

from defusedxml.ElementTree import fromstring

from emulator import testing
from emulator.api.fields import Months, Text
from emulator.api.registry import Kind
from emulator.app import create_registry
from emulator.domain.world import GENERATIONS
from emulator.journal import is_secret
from tests.functions.deciding import ORDER, WEB, done, license, rule
from tests.functions.seller import Seller, child

NAME = "Бюро Жук, 12 €"


BOTH = {"soft", "soft.edit", "pricelist.export"}
"""Functions that are asked in xml too; devel is the same with more around it."""


def test_129_every_function_has_raw_letters_or_references_by_a_rule(shop: Seller) -> None:
    """Over the registry: what every function answers without a submit, in Russian."""
    shop.doc("soft.edit", elid=WEB, licname=NAME, sok="ok")
    raw: dict[tuple[str, str], bytes] = {}
    beyond_ascii = 0
    for letters in ("raw", "references"):
        rule(shop, xml_letters=letters)
        for function in create_registry():
            if function.kind is Kind.ACTION:
                continue
            params = {name: text for name, text in function.example.items() if name != "sok"}
            for out in ("xml", "devel") if function.name in BOTH else ("devel",):
                answer = shop.answer(function.name, out=out, lang="ru", **params)
                assert answer.headers["Content-Type"] == "text/xml"
                if letters == "raw":
                    raw[function.name, out] = answer.body
                    beyond_ascii += not answer.body.isascii()
                    continue
                assert answer.body.isascii(), function.name
                before = fromstring(raw[function.name, out])
                assert tostring(answer.xml) == tostring(before), function.name
    assert beyond_ascii > len(raw) / 2
    assert NAME in [row["licname"] for row in shop.rows("soft")]


def test_129_a_planned_error_has_the_letters_of_its_world() -> None:
    with testing.Seller() as seller:
        seller.rules(xml_letters="references")
        seller.faults.add("error", func="soft", msg=NAME)
        answer = seller.call("soft")
        assert answer.body.isascii()
        assert answer.xml.findtext("error/msg") == NAME


def test_156_a_generation_has_its_own_functions_and_fields(shop: Seller) -> None:
    """Over the registry: what is declared for one generation is in its answers alone."""
    registry = create_registry()
    own = {f.name: f.generation for f in registry if f.generation}
    assert {"v2.soft.order.param", "cart"} <= set(own)
    for generation in GENERATIONS:
        rule(shop, generation=generation)
        for name, only in own.items():
            error = shop.answer(name, **registry[name].example, out="xml").error
            missing = error is not None and (error.type, error.object) == ("missed", "func")
            assert missing == (only != generation), (name, generation)
        for function in registry:
            if function.returns is None or function.kind is not Kind.LISTING:
                continue
            for row in shop.doc(function.name, **function.example).iter("elem"):
                assert not {field.tag for field in row} & function.returns.absent[generation]


def test_156_the_layout_has_the_columns_of_its_generation(shop: Seller) -> None:
    columns = {}
    for generation in GENERATIONS:
        rule(shop, generation=generation)
        layout = shop.json("soft")["metadata"]["coldata"]["col"]
        columns[generation] = {column["$name"] for column in layout}
    assert columns[6] - columns[5] == {"special_status"}


def test_156_the_balance_at_a_glance_stands_twice_in_generation_5(shop: Seller) -> None:
    rule(shop, generation=5)
    (row,) = shop.json("dashboard.info")["elem"]
    assert [each["$"] for each in row["balance"]] == ["1000.00"] * 2
    assert "credit" not in row
    assert [each.text for each in shop.doc("dashboard.info").iter("balance")] == ["1000.00"] * 2
    rule(shop, generation=6)
    (row,) = shop.json("dashboard.info")["elem"]
    assert row["balance"] == {"$": "1000.00"}
    assert "credit" in row


WRONG = {"username": "nobody-of-that-name", "password": "wrong"}


def test_127_a_refused_login_is_as_recorded(shop: Seller) -> None:
    session = shop.answer("whoami", who="nobody-of-that-name", out="xml")
    for out in ("xml", "devel"):
        for answer in (shop.answer("auth", who=None, out=out, **WRONG), session):
            error = child(answer.xml, "error")
            assert error.attrib["code"] == "1"
            assert child(error, "stack/action").attrib == {"level": "0"}
            assert error.find("group") is None
    error = shop.json("auth", who=None, **WRONG)["error"]
    assert not {"$code", "stack", "group"} & set(error)
    assert {"detail", "msg", "param"} <= set(error)
    other = child(shop.doc("soft.edit", elid="1"), "error")
    assert (other.get("code"), other.find("stack")) == (None, None)
    assert other.findtext("group")


def test_127_an_accepted_login_has_its_echo_first(shop: Seller) -> None:
    doc = shop.doc("auth", who=None, username="reseller", password="secret")
    assert [node.tag for node in doc] == ["auth", "tparams", "saved_filters"]
    assert {"theme", "stylesheet", "branddir"} <= set(doc.attrib)
    read = shop.json("auth", who=None, username="reseller", password="secret")
    assert {"$theme", "$stylesheet", "$branddir"} <= set(read)
    assert "theme" not in shop.doc("whoami").attrib


def test_128_every_error_in_jsondata_stands_at_the_top(shop: Seller) -> None:
    cases = {
        "3": ("soft.edit", {"elid": "1"}),
        "4": ("soft.order.param", {"pricelist": "x"}),
        "6": ("whoami", {"auth": "0" * 24}),
        "1": ("auth", WRONG),
    }
    for code, (func, params) in cases.items():
        login = None if {"auth", "username"} & set(params) else "reseller"
        answer = json.loads(shop.text(func, who=login, **params, out="JSONdata"))
        assert set(answer) == {"error"}
        assert answer["error"]["code"] == code
        assert answer["error"]["msg"]
        in_xml = shop.answer(func, who=login, **params, out="xml").error
        assert in_xml is not None
        assert answer["error"]["obj"] == in_xml.object


def test_156_each_generation_has_its_theme(shop: Seller) -> None:
    for generation, theme in ((5, "orion"), (6, "dragon")):
        rule(shop, generation=generation)
        assert shop.doc("soft").attrib["themename"] == theme
        login = shop.doc("auth", who=None, username="reseller", password="secret")
        assert login.attrib["theme"] == f"/manimg/{theme}/"


def test_156_detail_of_an_error_is_of_generation_6(shop: Seller) -> None:
    for generation in GENERATIONS:
        rule(shop, generation=generation)
        error = child(shop.doc("soft.edit", elid="1"), "error")
        assert (error.find("detail") is not None) == (generation == 6)
        assert error.findtext("msg")


def test_135_the_object_of_a_missing_second_factor_is_a_rule(shop: Seller) -> None:
    for word in ("totp", "forbidden_auth", "badpassword"):
        rule(shop, second_factor_object=word)
        assert shop.refusal("whoami", who="careful") == f"auth/{word}"


def test_136_a_list_of_addresses_can_be_demanded(shop: Seller) -> None:
    rule(shop, api_addresses_needed=True)
    assert shop.refusal("whoami") == "auth/badip"
    assert shop.refusal("auth", who=None, username="reseller", password="secret") == "auth/badip"
    rule(shop, api_addresses_needed=False)
    assert shop.answer("whoami", out="xml").error is None


TEXT = "x1 Жук €"
UNCHANGEABLE = {("user.edit", "realname"), ("user.edit", "email"), ("service.ip.edit", "type")}
"""Free texts of an edit form that a client cannot change: ``ok``, and nothing happens."""


def test_147_free_text_that_is_sent_empty_is_cleared(shop: Seller) -> None:
    """Over the registry: every free text of every form that changes what exists."""
    cleared = set()
    for function in create_registry():
        edits = function.name.endswith(".edit") and "elid" in function.example
        if function.submit is None or not (edits or function.name == "usrparam"):
            continue
        which = {name: function.example[name] for name in ("elid",) if edits}
        for name, field in function.takes.wire_fields.items():
            if type(field) is not Text or is_secret(name) or name in function.example:
                continue
            sent = shop.answer(function.name, **which, **{name: TEXT}, sok="ok", out="xml")
            if sent.error is not None:  # one of a few words, an address, rights of oneself
                assert sent.error.type == "access" or sent.error.object == name, function.name
                continue
            shown = shop.doc(function.name, **which).findtext(name)
            if (function.name, name) in UNCHANGEABLE and shown != TEXT:
                continue
            assert shown == TEXT, (function.name, name)
            again = shop.answer(function.name, **which, **{name: ""}, sok="ok", out="xml")
            if again.error is not None:  # it must not be empty
                assert again.error.object == name, function.name
                continue
            assert not shop.doc(function.name, **which).findtext(name), (function.name, name)
            cleared.add((function.name, name))
    assert {("soft.edit", "remoteid"), ("vds.edit", "server_name")} <= cleared
    assert {name for name, _ in cleared} >= {"platform.edit", "profile.edit", "usrparam"}


def test_147_what_is_not_sent_stays(shop: Seller) -> None:
    shop.doc("soft.edit", elid=WEB, remoteid=TEXT, sok="ok")
    shop.doc("soft.edit", elid=WEB, licname="other", sok="ok")
    assert shop.doc("soft.edit", elid=WEB).findtext("remoteid") == TEXT


def test_153_too_many_parts_are_refused_under_their_name(shop: Seller) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="a{}"\r\n\r\n1\r\n'
    body = "".join(part.format(number) for number in range(20_001)) + "--x--\r\n"
    answer = shop.client.post(
        "/billmgr", data=body.encode(), content_type="multipart/form-data; boundary=x"
    )
    assert child(fromstring(answer.data), "error").attrib["object"] == "params"


def test_153_what_libraries_write_for_nothing_and_truth(shop: Seller) -> None:
    for name, sok in (("null", "False"), ("None", "0")):
        assert done(shop, "soft.edit", elid=WEB, licname=name, sok=sok)
        assert license(shop, WEB)["licname"] == name
    order = {**ORDER, "period": "1.0"}
    assert shop.refusal("soft.order.param", **order) == "value/period"


def prolonged(shop: Seller, func: str, number: str) -> str:
    return shop.doc(func, elid=number).findtext("autoprolong") or ""


def test_146_only_a_word_switches_automatic_prolongation_off(shop: Seller) -> None:
    """Over the registry: every form that edits it, in both settings of the rule."""
    edits = [
        (f, f.takes.wire_fields["autoprolong"])
        for f in create_registry()
        if f.name.endswith(".edit") and "autoprolong" in f.takes.wire_fields
    ]
    assert len(edits) >= 13
    for function, field in edits:
        number = function.example["elid"]
        assert isinstance(field, Months)
        period = shop.doc(function.name, elid=number).findtext("period") or ""
        for allowed in ("any", "null"):
            rule(shop, autoprolong_off=allowed)
            for word in ("", "null", "NULL", "None", "none", "off", "0", "-"):
                assert done(shop, function.name, elid=number, autoprolong=period, sok="ok")
                assert prolonged(shop, function.name, number) == period, function.name
                refused = allowed == "null" and word.lower() in field.ASSUMED
                assert done(shop, function.name, elid=number, autoprolong=word, sok="ok") != refused
                stays = not word or refused
                after = prolonged(shop, function.name, number)
                assert after == (period if stays else "null"), (function.name, word)
            assert done(shop, function.name, elid=number, sok="ok")


def test_146_words_for_none_are_refused_in_orders_of_the_strict_world(shop: Seller) -> None:
    shop.worlds.create("strict", "strict")
    order = {**ORDER, "autoprolong": "None"}
    assert shop.refusal("soft.order.param", world="strict", **order) == "value/autoprolong"
    assert done(shop, "soft.order.param", **order)


def test_145_the_journal_names_what_was_repeated_and_what_nobody_knows() -> None:
    with testing.Seller() as seller:
        twice = "func=soft.suspend&authinfo=reseller:secret&elid=100001&elid=100002"
        client = seller.wsgi.test_client(use_cookies=False)
        assert b"<ok/>" in client.post(f"/billmgr?{twice}").data
        assert [seller.service(number)["status"] for number in (100001, 100002)] == [2, 3]
        seller.call("vds.order.param", pricelist="6", period="1", **{"addon[10]": "2"}, sok="ok")
        refused = seller.call("soft.suspend", **{"elid[]": "100001"})
        assert refused.error is not None
        newest = seller.journal.entries(limit=3)
        marks = [(entry["repeated"], entry["unknown"]) for entry in newest]
        assert marks == [([], ["elid[]"]), ([], ["addon[10]"]), (["elid"], [])]


def test_145_no_example_has_a_parameter_that_nobody_knows() -> None:
    registry = create_registry()
    for function in registry:
        assert not registry.unknown(function.example), function.name
    assert not registry.unknown(("filter", "createdatestart", "cost_from"))
    assert not registry.unknown(("addon_55236", "sv_field"))
    assert registry.unknown(("addon_", "addon_x", "ELID")) == ["addon_", "addon_x", "ELID"]


def test_161_a_form_has_its_fields_as_rows_of_items(shop: Seller) -> None:
    form = json.loads(shop.text("vds.edit", elid="100014", sfrom="ajax", out=""))
    (first, *_rest) = form["form"]
    items = {item["fieldname"]: item for page in form["form"] for (item,) in page["formItems"]}
    assert items["password"] == {
        "type": "text", "fieldname": "password", "label": "Password",
        "value": form["model"]["password"],
    }  # fmt: skip
    assert first["name"]
    recipe, cpu = items["recipe"], items["addon_10"]
    assert recipe["type"] == "select"
    assert recipe["dependMaster"] == "ostempl"
    assert {"key", "value", "depend"} <= recipe["slist"][0].keys()
    assert cpu["type"] == "slider"
    assert (cpu["min"], cpu["max"], cpu["step"]) == ("1", "16", "1")


def test_161_a_call_without_out_is_answered_as_the_world_does(shop: Seller) -> None:
    assert shop.text("vds.order", out="").startswith("<?xml")
    rule(shop, answer_without_out="ajax")
    tariffs = json.loads(shop.text("vds.order", out=""))["form"][0]["formItems"][-1][0]["rows"]
    assert tariffs[0].keys() >= {"pricelist", "desc", "price"}
    assert tariffs[0]["price"]["v"]
    assert shop.text("vds.order", out="xml").startswith("<?xml")
    refused = json.loads(shop.text("vds.edit", elid="1", out=""))
    assert refused["message"] == [{"status": "error"}]
