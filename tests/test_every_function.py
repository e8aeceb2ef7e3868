"""What holds for every function, read off the registry: a new one is tested by being declared."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring

from emulator.api.registry import Evidence, Function, Kind
from emulator.clock import SystemClock
from emulator.openapi import FORMATS, schema_of
from emulator.store.engine import Row
from emulator.testing import Seller
from emulator.wire import formats
from emulator.worlds.worlds import DEFAULT
from tests.answers import (
    READERS,
    as_list,
    attribute_values,
    error_type,
    error_without_numbers,
    fields_of_text,
    fields_of_xml,
    mask_changing,
)
from tests.handlers import REGISTRY, handlers_of
from tests.rows import read_rows
from tests.tiers import Tally

once_per_handler = pytest.mark.one_per.with_args(handlers_of)
"""Functions of one handler differ in their product type: the full run asks them all."""
NAMES = [function.name for function in REGISTRY]
READ_ONLY = [f.name for f in REGISTRY if f.kind is not Kind.ACTION]
FORMS = [f.name for f in REGISTRY if f.kind is Kind.FORM]
NEEDS_LOGIN = [f.name for f in REGISTRY if not f.public and f.is_public is None]
WITH_ELEMENT = [f.name for f in REGISTRY if "elid" in f.takes.wire_fields]

OUT_OF_REACH = {
    "totp.confirm": "needs the temporary session of a login with a second factor",
    "addition.suspend": "switching modules is refused to clients, unless a rule lets them",
    "addition.resume": "switching modules is refused to clients, unless a rule lets them",
    "clientticket.archive": "needs a ticket",
    "domain.dnsrecords.delete": "needs a record",
    "user.suspend": "the last login cannot be suspended",
    "user.delete": "the last login cannot be deleted",
    "payment.delete": "needs a payment that was begun",
    "payment.recurring.stored_methods.delete": "needs a stored way of paying",
    "payment.recurring.stored_methods.edit": "needs a stored way of paying",
    "cartorder.create.confirm": "needs a position in the cart",
    "certificate.validation.dns": "needs a certificate that is being issued",
    "certificate.validation.email": "needs a certificate that is being issued",
}
"""Functions of which no example works by itself, and why."""

RESELLER = "reseller:secret"
OTHER = "other:secret"
MISSING_ID = "99999999"


class ResettableSeller:
    """A seller whose clock stands still and whose world can be reset; its rows can be read."""

    def __init__(self, seller: Seller) -> None:
        self._seller = seller

    def reset(self) -> None:
        """Reset the world and let its due events happen, as the first call does."""
        self._seller.worlds.reset(DEFAULT)
        self.answer("whoami")

    def answer(self, func: str, authinfo: str = RESELLER, **params: str) -> str:
        login = {"authinfo": authinfo} if authinfo else {}
        answer = self._seller.call(func, login="", **login, **params)
        assert answer.status == 200
        return answer.text

    def doc(self, func: str, authinfo: str = RESELLER, **params: str) -> Element:
        root: Element = fromstring(self.answer(func, authinfo, **params, out="xml"))
        return root

    def rows(self) -> dict[str, list[Row]]:
        return read_rows(self._seller.worlds.connect(DEFAULT))


@pytest.fixture(scope="module")
def seller(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ResettableSeller]:
    noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    system_clock = SystemClock(now=lambda: noon, elapsed=noon.timestamp)
    with Seller(seeds=tmp_path_factory.mktemp("seeds"), system_clock=system_clock) as started:
        yield ResettableSeller(started)


@pytest.fixture
def fresh_seller(seller: ResettableSeller) -> ResettableSeller:
    seller.reset()
    return seller


def without_submit(function: Function) -> dict[str, str]:
    return {name: value for name, value in function.example.items() if name != "sok"}


def writes(function: Function) -> bool:
    """Whether the example may change the world."""
    return function.kind is Kind.ACTION or "sok" in function.example


def require_reachable(name: str) -> Function:
    if name in OUT_OF_REACH:
        pytest.skip(OUT_OF_REACH[name])
    return REGISTRY[name]


def test_every_function_says_what_it_does_and_how_we_know() -> None:
    for function in REGISTRY:
        name = function.name
        assert function.summary.endswith("."), name
        assert "section" in function.source or "assumed" in function.source, name
        # No live seller was ever asked; whoever records one has to change this line.
        assert function.evidence is not Evidence.RECORDED, name
        assert json.loads(json.dumps(schema_of(function)))["func"] == name


def test_the_example_of_every_function_works(seller: ResettableSeller, tally: Tally) -> None:
    reachable = [name for name in NAMES if name not in OUT_OF_REACH]
    refused = {}
    for name in reachable:
        seller.reset()
        answer = seller.answer(name, **REGISTRY[name].example, out="xml")
        if fromstring(answer).find("error") is not None:
            refused[name] = answer
    tally("functions", reachable, len(NAMES))
    assert refused == {}


@once_per_handler
@pytest.mark.parametrize("name", NAMES)
def test_every_format_says_the_same(fresh_seller: ResettableSeller, name: str) -> None:
    function = require_reachable(name)
    example = function.example
    root = fresh_seller.doc(name, **example)
    in_xml = mask_changing(fields_of_xml(root), name)
    everything = {*(text for _, text in in_xml), *attribute_values(root), *root.attrib.values()}
    for out, read in READERS.items():
        if writes(function):
            fresh_seller.reset()
        fields = mask_changing(read(fresh_seller.answer(name, **example, out=out)), name)
        # The flat formats have further fields for what is an attribute elsewhere, and no other.
        assert in_xml <= fields, out
        assert {text for _, text in fields} <= everything, out


@once_per_handler
@pytest.mark.parametrize("name", NAMES)
def test_every_format_offers_the_same_choices(fresh_seller: ResettableSeller, name: str) -> None:
    example = require_reachable(name).example
    root = fresh_seller.doc(name, **example)
    in_xml = {
        (choices.get("name", ""), value.get("key", ""), value.text or "")
        for choices in root.findall("slist")
        for value in choices
    }
    fresh_seller.reset()
    listed = json.loads(fresh_seller.answer(name, **example, out="json"))["doc"].get("slist", [])
    in_json = {(s["$name"], v["$key"], v.get("$", "")) for s in listed for v in as_list(s, "val")}
    fresh_seller.reset()
    flat = json.loads(fresh_seller.answer(name, **example, out="bjson"))
    in_bjson = {
        (name_of_field, choice["k"], choice["v"])
        for name_of_field, choices in flat.get("slist", {}).items()
        for choice in choices
    }
    assert in_json == in_xml
    # The flat form has one level: there an inner doc's choices stand too.
    assert in_bjson >= in_xml


def cells_of(row: Element) -> list[str]:
    """A row as a line of text has it: its fields, then what stands beside their labels."""
    fields = {field.tag: field.text or "" for field in row}
    beside = {f"{field.tag}_{name}": text for field in row for name, text in field.attrib.items()}
    aside = {name: text for name, text in beside.items() if name not in fields}
    return [f"{name}={text}" for name, text in (fields | aside).items()]


@once_per_handler
@pytest.mark.parametrize("name", NAMES)
def test_the_lines_of_text_say_the_same(fresh_seller: ResettableSeller, name: str) -> None:
    function = require_reachable(name)
    root = fresh_seller.doc(name, **function.example)
    fresh_seller.reset()
    text = fresh_seller.answer(name, **function.example, out="text")
    if function.kind is Kind.LISTING:
        assert text.splitlines() == [" ".join(cells_of(row)) for row in root.iter("elem")]
    else:
        assert mask_changing(fields_of_xml(root), name) <= mask_changing(fields_of_text(text), name)


@pytest.mark.parametrize("out", [*FORMATS, "ajax"])
def test_nobody_is_refused_in_every_format(
    seller: ResettableSeller, out: str, tally: Tally
) -> None:
    """One loop: a case for each function takes longer to set up than to ask."""
    shape = {"sfrom": "ajax"} if out == "ajax" else {"out": out}
    errors = {
        name: error_type(out, seller.answer(name, authinfo="", **REGISTRY[name].example, **shape))
        for name in NEEDS_LOGIN
    }
    tally(
        "function x format, refused without a login",
        [f"{name} {out}" for name in errors],
        len(NEEDS_LOGIN) * (len(FORMATS) + 1),
    )
    assert {name: error for name, error in errors.items() if error != "access"} == {}


@once_per_handler
@pytest.mark.parametrize("name", WITH_ELEMENT)
def test_anothers_element_is_as_good_as_missing(fresh_seller: ResettableSeller, name: str) -> None:
    example = require_reachable(name).example
    before = fresh_seller.rows()
    theirs = fresh_seller.doc(name, authinfo=OTHER, **example)
    nobodys = fresh_seller.doc(name, authinfo=OTHER, **{**example, "elid": MISSING_ID})
    assert fresh_seller.rows() == before
    if "elid" in example:
        refusal = error_without_numbers(nobodys, MISSING_ID)
        assert error_without_numbers(theirs, example["elid"]) == refusal
        assert theirs.find("error") is not None


@once_per_handler
@pytest.mark.parametrize("name", READ_ONLY)
def test_a_look_changes_no_row(fresh_seller: ResettableSeller, name: str) -> None:
    before = fresh_seller.rows()
    fresh_seller.answer(name, **without_submit(REGISTRY[name]))
    assert fresh_seller.rows() == before


@once_per_handler
@pytest.mark.parametrize("name", FORMS)
def test_a_recalculated_form_commits_nothing_even_with_sok(
    fresh_seller: ResettableSeller, name: str
) -> None:
    before = fresh_seller.rows()
    fresh_seller.answer(name, **{**REGISTRY[name].example, "sok": "ok", "sv_field": "period"})
    assert fresh_seller.rows() == before


@once_per_handler
@pytest.mark.parametrize("name", [n for n in FORMS if not REGISTRY[n].commits_on_snext])
def test_the_next_step_is_shown_and_commits_nothing(
    fresh_seller: ResettableSeller, name: str
) -> None:
    before = fresh_seller.rows()
    fresh_seller.answer(name, **{**REGISTRY[name].example, "sok": "ok", "snext": "ok"})
    assert fresh_seller.rows() == before


def test_only_what_is_out_of_reach_has_no_example_that_works() -> None:
    assert set(OUT_OF_REACH) <= set(NAMES)


def test_the_formats_of_the_contract_are_those_of_the_wire() -> None:
    assert set(FORMATS) == set(formats.FORMATS) - {"ajax"}
