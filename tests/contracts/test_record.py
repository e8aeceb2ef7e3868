"""The record is complete and honest: every function, every error, every grade, every schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from contracts.record.declarations import COMMAND, find_drift, read_declared, read_recorded, write
from contracts.record.exchange import Exchange, read_all
from contracts.verdicts import EVIDENCE
from emulator import errors
from tests.handlers import REGISTRY

RECORDS = read_all()
FUNCTIONS = tuple(REGISTRY)


def _by_function() -> dict[str, list[Exchange]]:
    exchanges: dict[str, list[Exchange]] = {function.name: [] for function in FUNCTIONS}
    for exchange in RECORDS:
        exchanges.setdefault(exchange.func, []).append(exchange)
    return exchanges


def test_every_function_is_on_record_in_xml_and_json() -> None:
    on_record = _by_function()
    missing = {}
    for function in FUNCTIONS:
        answered = [e for e in on_record[function.name] if e.expected.kind != "error"]
        formats = {out for exchange in answered for out in exchange.formats}
        missing[function.name] = {"xml", "json"} - formats
    assert {name: formats for name, formats in missing.items() if formats} == {}


def test_the_grade_a_function_claims_is_the_best_of_its_exchanges() -> None:
    on_record = _by_function()
    best = {
        name: min((exchange.evidence for exchange in on_record[name]), key=EVIDENCE.index)
        for name in (function.name for function in FUNCTIONS)
        if on_record[name]
    }
    assert best == {function.name: function.evidence.value for function in FUNCTIONS}


def test_an_exchange_of_no_function_is_of_an_unknown_one() -> None:
    names = {function.name for function in FUNCTIONS}
    others = {exchange.func for exchange in RECORDS} - names
    assert others == {"nosuch.function"}


# What an error on record must say to be the one of a class: its wire object tells kinds apart.
KINDS: Mapping[type[errors.ApiError], tuple[str, str]] = {
    errors.AuthFailed: ("auth", "badpassword badip blocklogon"),
    errors.SecondFactorNeeded: ("auth", "totp"),
    errors.AccessDenied: ("access", ""),
    errors.Missed: ("missed", "item"),
    errors.UnknownFunction: ("missed", "func"),
    errors.BadValue: ("value", "ip period"),
    errors.Exists: ("exists", "ip"),
    errors.NotEnoughMoney: ("not_enough_money", ""),
    errors.RunningOperation: ("exists", "runningoperation"),
    errors.WrongState: ("status", "item"),
    errors.PromocodeNotUsable: ("promocode_not_use", ""),
    errors.StepUnavailable: ("wizard_unavailable", ""),
    errors.TooMuch: ("limit", "params"),
    errors.MinimumTerm: ("pricelist_min_order", ""),
}


NOT_ON_RECORD = {errors.InternalError}
"""A bug of the seller: no request is known that provokes one."""


def _classes(root: type[errors.ApiError]) -> Iterator[type[errors.ApiError]]:
    for subclass in root.__subclasses__():
        if subclass.__module__ == errors.__name__:
            yield subclass
        yield from _classes(subclass)


def _refusals() -> set[tuple[str, str, str]]:
    refusals = set()
    for exchange in RECORDS:
        error = exchange.expected.doc.first("error")
        if error is not None:
            for out in exchange.formats:
                refusals.add((error.attrs["type"], error.attrs.get("object", ""), out))
    return refusals


def test_every_class_of_error_has_its_place_here() -> None:
    assert set(_classes(errors.ApiError)) == set(KINDS) | NOT_ON_RECORD


@pytest.mark.parametrize("kind", KINDS, ids=lambda k: k.__name__)
def test_every_class_of_error_is_on_record_in_xml_and_json(kind: type[errors.ApiError]) -> None:
    type_, objects = KINDS[kind]
    assert type_ == kind.type
    expected = {(type_, about, out) for about in objects.split() or [""] for out in ("xml", "json")}
    assert expected <= _refusals()


def test_an_empty_field_is_on_record_with_its_reason() -> None:
    params = [
        param.text
        for exchange in RECORDS
        if (error := exchange.expected.doc.first("error")) is not None
        for param in error.all("param")
    ]
    assert "desck_empty" in params


def test_the_declarations_are_as_recorded() -> None:
    differences = find_drift()
    assert not differences, "\n".join([*differences, f"If this is meant, run: {COMMAND}"])


def test_a_declaration_that_changed_is_told_by_its_place(tmp_path: Path) -> None:
    assert len(write(tmp_path)) == len({function.family.name for function in FUNCTIONS})
    assert read_recorded(tmp_path).keys() == {function.name for function in FUNCTIONS}
    assert write(tmp_path) == []
    now = read_declared()
    now["soft.edit"]["parameters"]["properties"]["licname"]["maxLength"] = 3
    del now["whoami"]
    now["brand.new"] = {}
    differences = find_drift(now, tmp_path)
    assert differences[:2] == [
        "brand.new: is not on record",
        "whoami: is on record, but not declared",
    ]
    assert differences[2].startswith("soft.edit.parameters.properties.licname.maxLength: was ")
    assert len(differences) == 3


def test_every_recorded_schema_speaks_of_its_own_function() -> None:
    assert all(schema["func"] == name for name, schema in read_recorded().items())


def test_nothing_claims_to_be_recorded() -> None:
    """No live seller was asked; the first who asks one takes this test away."""
    assert not [exchange.name for exchange in RECORDS if exchange.evidence == "recorded"]


def test_what_holds_anywhere_neither_spends_nor_changes_anything() -> None:
    writes = {"sok", "clicked_button"}
    portable = [exchange for exchange in RECORDS if exchange.portable]
    assert portable
    assert not [e.name for e in portable if writes & set(e.request.params) or e.before]
