"""Roles: exchanges name services and tariffs by what is special about them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from contracts.checks.seller.roles import SECOND, Role, find_numbers, find_roles
from contracts.record.exchange import FOLDER, Request, read_all, read_file
from contracts.record.fields import ExchangeError
from contracts.record.placeholders import Bindings
from contracts.record.roles import OWN_WORLD, SERVICE, SERVICES, TARIFF, TARIFFS, name_role

OLD = FOLDER / "soft.edit" / "read.yaml"


def test_a_number_of_an_old_file_is_the_role_it_stands_for() -> None:
    old, new = (
        Request("soft.edit", {"elid": text}) for text in ("100002", "<service:soft.second>")
    )
    assert find_numbers(old) == find_numbers(new) == ["<service:soft.second>"]
    assert list(find_roles(old)) == list(find_roles(new)) == [Role("soft", SECOND)]


def test_every_role_has_a_number_of_its_own() -> None:
    for kind, values in ((SERVICE, SERVICES), (TARIFF, TARIFFS)):
        assert len(set(values.values())) == len(values)
        assert all(name_role(kind, text) == f"<{kind}:{role}>" for role, text in values.items())


def test_in_our_world_a_role_is_its_number_in_requests_and_answers() -> None:
    bindings = Bindings(date(2026, 12, 1))
    for (kind, role), value in OWN_WORLD.items():
        assert bindings.fill(f"<{kind}:{role}>") == value
        assert bindings.mismatch(f"<{kind}:{role}>", value) == ""
        assert bindings.mismatch(f"<{kind}:{role}>", "4711") != ""


def test_no_exchange_of_the_small_world_names_a_number_that_has_a_role() -> None:
    numbers = {
        f"{exchange.name}: {text}"
        for exchange in read_all()
        if exchange.world == "small"
        for request in (exchange.request, *(step.request for step in exchange.before))
        for name in ("elid", "item", "plid")
        for text in request.params.get(name, "").split(", ")
        if text in SERVICES.values()
    }
    assert numbers == set()


@pytest.mark.parametrize("role", ["<service:soft.blue>", "<tariff:nothing>", "<service>"])
def test_a_role_that_does_not_exist_is_refused_in_one_line(tmp_path: Path, role: str) -> None:
    path = tmp_path / "soft.edit" / "read.yaml"
    path.parent.mkdir()
    path.write_text(OLD.read_text("utf-8").replace("<service:soft>", role, 1))
    with pytest.raises(ExchangeError, match="is no role"):
        read_file(path)
