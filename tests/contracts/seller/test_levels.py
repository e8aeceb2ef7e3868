"""What is core, and what is chosen by it."""

from __future__ import annotations

from contracts.record.exchange import read_all
from contracts.record.levels import CORE, EXTENDED, Choice, counts, family_of, level_of


def test_core_is_what_three_clients_call_and_each_of_it_is_on_record() -> None:
    counted = counts()
    core = {func for func in counted.clients if level_of(func) == CORE}
    assert len(core) == 24
    assert core <= {exchange.func for exchange in read_all()}
    assert min(counted.clients[func] for func in core) == counted.core


def test_what_nobody_counted_is_extended() -> None:
    assert level_of("soft.checkip") == EXTENDED
    assert level_of("nosuch.function") == EXTENDED


def test_a_family_is_the_first_word_whatever_the_cart() -> None:
    assert [family_of(name) for name in ("soft", "soft.edit", "v2.vds.order.param")] == [
        "soft",
        "soft",
        "vds",
    ]


def test_everything_that_is_said_must_fit() -> None:
    choice = Choice(frozenset({"soft"}), CORE, "read")
    assert choice.takes("soft.edit/read", "soft.edit")
    assert not choice.takes("soft.edit/rename", "soft.edit")
    assert not choice.takes("vds.edit/read", "vds.edit")
    assert not choice.takes("soft.delete/read", "soft.delete")
