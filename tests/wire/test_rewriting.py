"""An answer of the journal in the other formats: as the seller would have sent it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from emulator.api.registry import Kind, Registry
from emulator.app import create_registry
from emulator.clock import SystemClock
from emulator.testing import Seller
from emulator.wire.formats import FORMATS
from emulator.wire.rewriting import FROM_JSON, FROM_XML, rewrite

NAMED = [name for name in FORMATS if name != "ajax"]
"""Those that ``out`` names."""
WITH_LAYOUT = frozenset({"json", "sjson", "xjson", "devel"})


@pytest.fixture(scope="module")
def registry() -> Registry:
    return create_registry()


@pytest.fixture(scope="module")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seller]:
    noon = datetime(2026, 3, 15, 12, tzinfo=UTC)
    clock = SystemClock(now=lambda: noon, elapsed=noon.timestamp)
    with Seller(seeds=tmp_path_factory.mktemp("seeds"), system_clock=clock) as started:
        started.call("whoami")
        yield started


def test_every_reading_function_is_rewritten_as_it_would_have_answered(
    standing: Seller, registry: Registry
) -> None:
    """All but the labels and the layout of a form that was sent as XML, which has neither."""
    differ, count = [], 0
    for function in registry:
        params = {name: text for name, text in function.example.items() if name != "sok"}
        makes_keys = "key" in function.name
        if makes_keys or function.kind is Kind.ACTION or function.writes(params):
            continue
        sent = {out: standing.call(function.name, **{**params, "out": out}).text for out in NAMED}
        for source in ("xml", "json"):
            written = rewrite(sent[source], source, function, 6)
            assert written.keys() == FORMATS.keys(), function.name
            no_layout = source == "xml" and function.kind is not Kind.LISTING
            count += 1
            differ += [
                (function.name, source, out)
                for out in NAMED
                if written[out] != sent[out] and not (no_layout and out in WITH_LAYOUT)
            ]
    assert differ == []
    assert count > 200


def test_a_refusal_is_rewritten(standing: Seller, registry: Registry) -> None:
    function = registry.find("soft.edit")
    sent = {out: standing.call("soft.edit", elid=1, out=out).text for out in NAMED}
    for source in sorted(FROM_XML | FROM_JSON):
        written = rewrite(sent[source], source, function, 6)
        assert {out: written[out] for out in NAMED} == sent


@pytest.mark.parametrize(
    ("answer", "out"),
    [
        ("", "xml"),
        ("<doc><elem>", "xml"),
        ('<!DOCTYPE d [<!ENTITY e "e">]><doc>&e;</doc>', "xml"),
        ("<doc>" + "<a>" * 5000 + "</a>" * 5000 + "</doc>", "xml"),
        ("[]", "json"),
        ('{"doc": []}', "json"),
        ('{"doc": {"error": "busy"}}', "json"),
        ('{"doc": {"messages": {"msg": 1}}}', "json"),
        ('{"doc": ' + '{"a": ' * 900 + "{}" + "}" * 901, "json"),
        ("oops", "bjson"),
        ("", ""),
    ],
)
def test_of_an_answer_that_is_not_whole_nothing_is_made(
    registry: Registry, answer: str, out: str
) -> None:
    assert rewrite(answer, out, registry.find("soft"), 6) == {}
