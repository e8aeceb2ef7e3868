"""What is measured under load: floors, calls of the seller, and what peers do that is like them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.benchmarks import servers
from tests.benchmarks.load import Call
from tests.benchmarks.world import FIRST_ID, LOGIN

PAGE = 10
"""Rows of the list page that is read."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A call and the server that answers it."""

    name: str
    server: str
    call: Call


def order() -> str:
    """The form of an order of a license with a new address."""
    form = {
        "func": "soft.order.param", "pricelist": "55227", "period": "1", "ip": "@ADDRESS",
        "licname": "bench-@NUMBER", "remoteid": "@NUMBER", "skipbasket": "on", "sok": "ok",
        "clicked_button": "finish", "out": "xml",
    }  # fmt: skip
    return f"{LOGIN}&{urlencode(form, safe='@')}"


READ = f"{LOGIN}&func=soft.edit&elid=@ID&out=xml"
FORMS = {
    "read": (READ, "<lickey>"),
    "list": (f"{LOGIN}&func=soft&p_cnt={PAGE}&out=xml", "</elem>"),
    "order": (order(), "<id>"),
    "prolong": (
        f"{LOGIN}&func=service.prolong&elid=@ID&period=1&sok=ok&out=xml",
        "<newexpiredate>",
    ),
    "export": (f"{LOGIN}&func=pricelist.export&out=xml", "</pricelist>"),
}
"""Of each call of the seller: its form, and what is in every right answer."""


def of_seller(name: str, licenses: int, path: str = "/billmgr") -> Call:
    """A call of the seller in a world with so many licenses of the caller."""
    body, marker = FORMS[name]
    return Call(body, marker, path, ids=range(FIRST_ID, FIRST_ID + licenses))


def world_name(number: str | int) -> str:
    """The name of one of many worlds."""
    return f"w{number}"


def in_many_worlds(count: int) -> list[Subject]:
    """The same calls in one world, and each in one of so many, which the login names."""
    name, _, rest = LOGIN.partition("%3A")
    elsewhere = f"{name}%40{world_name('@ID')}%3A{rest}"
    forms = {"order": FORMS["order"], "list": FORMS["list"]}
    return [
        Subject(
            f"{call}, {where}",
            "seller",
            Call(body.replace(LOGIN, login), marker, ids=range(count)),
        )
        for call, (body, marker) in forms.items()
        for where, login in (("one world", LOGIN), (f"{count} worlds", elsewhere))
    ]


def all_subjects(licenses: int, peers: Iterable[str]) -> list[Subject]:
    """Everything that is measured under load, in the order of a round."""
    floors = [
        Subject("bare WSGI", "wsgi", Call(READ, "<ok/>")),
        Subject("bare Flask", "flask", Call(READ, "<ok/>")),
        Subject("Flask + insert", "insert", Call(order(), "<ok/>")),
    ]
    ours = [Subject(name, "seller", of_seller(name, licenses)) for name in FORMS]
    table = {"TableName": servers.TABLE}
    get = json.dumps({**table, "Key": {"id": {"S": "@ID"}}})
    put = json.dumps({**table, "Item": servers.item("new-@NUMBER")})
    theirs = [
        subject
        for peer in peers
        for subject in (
            Subject(f"{peer} GetItem", peer, servers.dynamodb("GetItem", get, '"licname"')),
            Subject(f"{peer} PutItem", peer, servers.dynamodb("PutItem", put, "{")),
        )
    ]
    return [*floors, *ours, *theirs]
