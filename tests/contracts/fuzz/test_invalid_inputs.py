"""What can only be nonsense, and what a lenient seller may well understand."""

from __future__ import annotations

import pytest

from contracts.checks.fuzz.declarations import Declarations
from contracts.checks.fuzz.invalid_inputs import find_invalid_fields
from emulator.testing import Seller

ORDER = {"pricelist": "55227", "period": "1", "ip": "192.0.2.201", "sok": "ok"}
BAD = [
    ("soft.order.param", {**ORDER, "pricelist": "nonsense"}),
    ("soft.order.param", {**ORDER, "period": "1x"}),
    ("soft.order.param", {**ORDER, "ip": "not.an.address"}),
    ("soft.order.param", {**ORDER, "skipbasket": "perhaps"}),
    ("soft.order.param", {**ORDER, "autoprolong": "soon"}),
    ("soft.order.param", {**ORDER, "addon_55236": "many"}),
    ("soft.order.param", {**ORDER, "period": ""}),
    ("soft.order.param", {"sok": "ok"}),
    ("soft", {"p_cnt": "99999999999"}),
    ("soft.edit", {"elid": "one"}),
    ("soft.edit", {}),
    ("soft.delete", {"elid": ""}),
    ("payment.add", {"amount": "ten"}),
]
UNDERSTOOD = [
    ("soft.order.param", ORDER),
    ("soft.order.param", {**ORDER, "period": " 1; "}),
    ("soft.order.param", {**ORDER, "autoprolong": "null", "addon_55236": "off"}),
    ("soft.order.param", {**ORDER, "skipbasket": "YES"}),
    ("soft.order.param", {**ORDER, "unheard_of": "nonsense"}),
    ("soft.order.param", {**ORDER, "pricelist": "nonsense", "snext": "ok"}),
    ("soft.order.param", {"pricelist": "55227"}),
    ("soft.edit", {"elid": "100001", "licname": ""}),
    ("soft.delete", {"elid": "100001, 100002"}),
]


@pytest.mark.parametrize(("func", "params"), BAD)
def test_nonsense_is_known_and_refused(
    declared: Declarations, honest: Seller, func: str, params: dict[str, str]
) -> None:
    assert find_invalid_fields(declared.functions[func], params) != []
    assert honest.call(func, **params).error is not None


@pytest.mark.parametrize(("func", "params"), UNDERSTOOD)
def test_what_may_be_understood_is_not_called_nonsense(
    declared: Declarations, func: str, params: dict[str, str]
) -> None:
    assert find_invalid_fields(declared.functions[func], params) == []
