"""What docs/evidence.md decides about the wire from clients and newer pages, number by number."""

from __future__ import annotations

import json

from emulator import testing
from tests.functions.deciding import WEB, rule
from tests.functions.seller import Seller

NAME = "Бюро Жук, 12 €"


def test_129_letters_are_raw_in_xml_and_references_where_a_rule_says_so(shop: Seller) -> None:
    shop.doc("soft.edit", elid=WEB, licname=NAME, sok="ok")
    calls: tuple[tuple[str, dict[str, str]], ...] = (
        ("soft", {}),
        ("soft.edit", {"elid": WEB}),
        ("pricelist.export", {"lang": "ru"}),
        ("soft.edit", {"elid": "1", "lang": "ru"}),
    )
    for letters in ("raw", "references"):
        rule(shop, xml_letters=letters)
        for out in ("xml", "devel"):
            for func, params in calls:
                answer = shop.answer(func, out=out, **params)
                assert answer.headers["Content-Type"] == "text/xml"
                assert answer.body.isascii() == (letters == "references"), (func, out)
        assert NAME in [row["licname"] for row in shop.rows("soft")]
        assert json.loads(shop.text("soft", out="json"))["doc"]["elem"]
        assert shop.doc("soft.edit", elid=WEB).findtext("licname") == NAME


def test_129_a_planned_error_has_the_letters_of_its_world() -> None:
    with testing.Seller() as seller:
        seller.rules(xml_letters="references")
        seller.faults.add("error", func="soft", msg=NAME)
        answer = seller.call("soft")
        assert answer.body.isascii()
        assert answer.xml.findtext("error/msg") == NAME
