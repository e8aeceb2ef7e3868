"""What the answers for user interfaces say of a function: the buttons and fields of the page."""

from __future__ import annotations

import re

import pytest

from emulator.api.registry import Kind
from emulator.testing import Seller
from emulator.texts import LANGUAGES
from emulator.wire.document import Node
from emulator.wire.layout import messages, metadata
from tests.handlers import REGISTRY

SERVICE = [
    "service.prolong",
    "service.changepricelist",
    "service.history",
    "service.changepassword",
    "service.ip",
    "service.start",
    "service.stop",
    "service.reboot",
    "service.hardreboot",
]
TICKETS = ["clientticket.edit", "clientticket.archive"]
STORED = "payment.recurring.stored_methods"


@pytest.mark.parametrize(
    ("func", "functions"),
    [
        ("service", [*SERVICE, "service.filter"]),
        ("item", [*SERVICE, "item.filter"]),
        ("service.ip", ["service.ip.edit", "service.ip.delete"]),
        ("payment", ["payment.add", "payment.delete", "payment.filter"]),
        (STORED, [f"{STORED}.delete", f"{STORED}.edit"]),
        ("clientticket", ["clientticket.filter", *TICKETS]),
        ("clientticket_archive", ["clientticket_archive.filter", *TICKETS]),
    ],
)
def test_a_list_has_a_button_for_every_function_of_its_rows(
    seller: Seller, func: str, functions: list[str]
) -> None:
    answer = seller.call(func, elid="100001", out="devel")
    assert [button.get("func") for button in answer.xml.iter("toolbtn")] == functions


def test_126_the_buttons_of_a_list_have_different_names() -> None:
    """A client area finds the function of a button by its name."""
    for function in REGISTRY:
        names = [
            (button.attrs or {})["name"] for button in _named(metadata(function, 6), "toolbtn")
        ]
        assert len(names) == len(set(names)), function.name


def test_126_no_form_is_empty() -> None:
    for function in REGISTRY:
        forms = _named(metadata(function, 6), "form")
        assert all(form.children for form in forms), function.name
        assert forms or function.kind is not Kind.FORM, function.name


@pytest.mark.parametrize("lang", LANGUAGES)
def test_126_columns_and_fields_have_labels(lang: str) -> None:
    """In `messages`, for every function."""
    bare = {
        f"{function.name}: {name}"
        for function in REGISTRY
        for node in messages(function, lang, {}).children or ()
        if node.text in ("", name := (node.attrs or {})["name"])
    }
    assert bare == set()


def test_126_the_form_of_a_filter_has_its_fields_on_a_page_with_labels(seller: Seller) -> None:
    filters = [function.name for function in REGISTRY if function.name.endswith(".filter")]
    assert len(filters) > 10
    for name in filters:
        doc = seller.call(name, out="json", lang="ru").json["doc"]
        (page,) = doc["metadata"]["form"]["page"]
        fields = {field["$name"] for field in page["field"]}
        assert fields
        assert fields == fields & doc.keys(), name
        assert {n for n in fields if doc["messages"]["msg"].get(n) in (None, n)} == set(), name
        assert "*" not in doc["messages"]["msg"]
        limits = [
            text for text in doc["messages"]["msg"].values() if text.endswith((": от", ": до"))
        ]
        assert not [text for text in limits if re.match("[a-z_]+:", text)], name
    payment = seller.call("payment.filter", out="json").json["doc"]["messages"]["msg"]
    assert (payment["payfromdate"], payment["pmamount_to"]) == (
        "Paid on: from",
        "Amount: to",
    )


def _named(node: Node, name: str) -> list[Node]:
    own = [node] if node.name == name else []
    return own + [inner for child in node.children or () for inner in _named(child, name)]
