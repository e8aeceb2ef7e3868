"""The OpenAPI document as schemathesis reads it: operations, the wire, and links it can follow."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from schemathesis.specs.openapi.stateful.links import OpenApiLink

from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.operations import read_operations
from contracts.checks.fuzz.relations import canonicalize
from contracts.checks.fuzz.walk import follow_link, list_links
from contracts.record.formats import read
from contracts.record.writers import to_json
from emulator.testing import Seller

FAMILY = ("soft", "soft.order.param", "soft.edit", "soft.delete", "service.prolong")


@pytest.fixture(scope="module")
def part(declared: Declarations) -> dict[str, Any]:
    document = declared.document
    linked = {
        link["operationId"].removesuffix(".post")
        for link in list_links(document, "soft.order.param").values()
    }
    paths = {
        path: read_operations
        for path, read_operations in document["paths"].items()
        if path.rpartition("/")[2] in {*linked, *FAMILY}
    }
    return {**document, "paths": paths}


def test_every_function_has_two_operations_that_go_to_one_address(part: dict[str, Any]) -> None:
    by_function = read_operations(part)
    assert {len(several) for several in by_function.values()} == {2}
    case = by_function["soft.edit"][0].Case(query={"elid": 1})
    assert case.operation.path == "/billmgr/soft.edit"


def test_schemathesis_takes_every_link_of_an_order(part: dict[str, Any]) -> None:
    schema = schemathesis.openapi.from_dict(part)
    source = schema["/billmgr/soft.order.param"]["POST"]
    links = list_links(part, "soft.order.param")
    # A link that names no operation, or an expression that is none, is refused here.
    accepted = [OpenApiLink(name, "200", dict(link), source) for name, link in links.items()]
    assert {link.target.label for link in accepted} >= {
        "GET /billmgr/soft.edit", "POST /billmgr/service.prolong", "POST /billmgr/soft.delete",
    }  # fmt: skip
    assert len(accepted) == len(links) == 30


def test_xml_is_read_as_the_json_of_the_same_answer(honest: Seller) -> None:
    requests: dict[str, dict[str, Any]] = {"soft": {}, "soft.edit": {"elid": 100001}, "whoami": {}}
    for func, params in requests.items():
        bodies = {out: honest.call(func, out=out, **params) for out in ("xml", "json")}
        tree, _ = read(bodies["xml"].body, "xml")
        plain = to_json(tree)["doc"]
        document = {
            n: v for n, v in bodies["json"].json["doc"].items() if n not in ("metadata", "messages")
        }
        del plain["tparams"], document["tparams"]
        assert plain == document, func
        assert canonicalize(tree) == canonicalize(read(bodies["json"].body, "json")[0]), func


def test_a_link_is_followed_only_where_the_answer_tells(declared: Declarations) -> None:
    link = list_links(declared.document, "soft.order.param")["id.service.prolong.submit"]
    step = follow_link(link, {"doc": {"id": {"$": "77"}}})
    assert step is not None
    assert (step.func, step.params, step.submits) == (
        "service.prolong", {"elid": "77", "sok": "ok"}, True,
    )  # fmt: skip
    assert follow_link(link, {"doc": {"error": {"$type": "value"}}}) is None
