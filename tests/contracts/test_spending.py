"""What spends money is known before it is sent, and what is not known counts as spending."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from contracts.record.exchange import read_all
from contracts.target.spending import changes, find_rule, spends
from emulator.api.registry import Function, Kind
from tests.handlers import REGISTRY

FUNCTIONS = tuple(REGISTRY)
RECORDS = read_all()
SENT = {"elid": "7", "sok": "ok"}

# Sent with a number and sok, and nothing else. Everything not listed here is free then.
PAYING = {
    *(f.name for f in FUNCTIONS if f.name.endswith((".order", ".order.param", ".order.csr"))),
    "service.prolong", "service.changepricelist", "service.changepricelist.getmoney",
    "certificate.reissue", "basket", "cart", "cartorder.create.confirm",
    "payment.add", "payment.add.method", "payment.add.pay", "payment.add.redirect", "groupedit",
    "payment.stored_methods.add",
}  # fmt: skip


def functions_where(holds: Callable[[Function], bool], *kinds: Kind) -> set[str]:
    """The functions of which something holds; one loop, as a case for each takes longer."""
    return {f.name for f in FUNCTIONS if f.kind in (kinds or tuple(Kind)) and holds(f)}


def test_every_function_is_classified_on_purpose() -> None:
    assert functions_where(lambda f: find_rule(f.name) is None) == set()


def test_what_is_sent_spends_where_it_is_listed_and_nowhere_else() -> None:
    assert functions_where(lambda f: spends(f.name, SENT)) == PAYING


def test_a_look_spends_nothing() -> None:
    assert functions_where(lambda f: spends(f.name, {"elid": "7"})) == {"payment.add.redirect"}


def test_what_only_lists_changes_nothing() -> None:
    changing = functions_where(lambda f: changes(f.name, f.example), Kind.LISTING, Kind.DOCUMENT)
    assert changing == set()


LOOKS = {"auth", "keepalive", "soft.checkip"}


def test_an_action_changes_something_without_sok() -> None:
    assert functions_where(lambda f: not changes(f.name, {"elid": "7"}), Kind.ACTION) == LOOKS


def test_every_debit_on_record_is_one_that_spends() -> None:
    steps = [step.request for exchange in RECORDS for step in exchange.before]
    requests = [*steps, *(exchange.request for exchange in RECORDS)]
    paid = [
        request
        for request in requests
        if request.params.get("skipbasket") == "on" and "sok" in request.params
    ]
    assert len(paid) > 50
    assert all(spends(request.func, request.params) for request in paid)


SPENDING = [
    ("soft.order.param", {"sok": "yes"}),
    ("V2.vds.order.param", {"SOK": "ok"}),
    ("vds.order.param", {"sok": "ok", "sv_field": "addon_10"}),
    ("mytype.order.param", {"sok": "ok"}),
    ("vds.edit", {"elid": "7", "sok": "ok", "addon_10": "2"}),
    ("vds.edit", {"elid": "7", "sok": "ok", "clicked_button": "basket"}),
    ("vds.edit", {"elid": "7", "sok": "ok", "ncpu": "4"}),
    ("soft.edit", {"elid": "7", "sok": "ok", "autoprolong": "1"}),
    ("soft.edit", {"sok": "ok", "licname": "a-new-one"}),
    ("service.ip.edit", {"plid": "7", "sok": "ok"}),
    ("basket", {"id": "7", "sok": "ok", "clicked_button": "free"}),
    ("groupedit", {"faction": "service.prolong", "elid": "1, 2", "sok": "ok"}),
    ("groupedit", {"elid": "1, 2", "sok": "ok"}),
    ("groupedit", {"faction": "groupedit", "elid": "1, 2", "sok": "ok"}),
    ("no.such.function", {"sok": "1"}),
    ("domain.renew", {"elid": "7"}),
    ("payment.add.redirect", {"payment_id": "7"}),
]
FREE = [
    ("soft.order.param", {"pricelist": "1", "sok": ""}),
    ("vds.edit", {"elid": "7", "addon_10": "2"}),
    ("soft.edit", {"elid": "7", "sok": "ok", "licname": "web", "autoprolong": "null"}),
    ("soft.edit", {"elid": "7", "sok": "ok", "clicked_button": "newkey"}),
    ("service.ip.edit", {"elid": "3", "plid": "7", "domain": "a.example", "sok": "ok"}),
    ("basket", {"id": "7", "sok": "ok", "clicked_button": "delete"}),
    ("basket", {"promocode": "SPRING", "sok": "ok"}),
    ("groupedit", {"faction": "service.reboot", "elid": "1, 2", "sok": "ok"}),
    ("no.such.function", {"elid": "7"}),
]


@pytest.mark.parametrize(("func", "params"), SPENDING)
def test_a_call_that_takes_money_is_known(func: str, params: Mapping[str, str]) -> None:
    assert spends(func, params)
    assert changes(func, params)


@pytest.mark.parametrize(("func", "params"), FREE)
def test_a_call_that_takes_none_is_known(func: str, params: Mapping[str, str]) -> None:
    assert not spends(func, params)


def test_what_nobody_knows_may_change_something() -> None:
    assert changes("no.such.function", {"elid": "7"})
