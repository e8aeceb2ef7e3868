"""A world as one file over the control API: there, back, and refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from emulator.testing import ControlError, Seller, SellerServer
from tests.postgres import TestEngine


def test_an_exported_world_is_the_same_at_another_seller(seller: Seller, tmp_path: Path) -> None:
    number = seller.order(ip="192.0.2.201")
    seller.faults.add("drop", nth=9)
    seller.export(tmp_path / "shop.mockseller")
    with Seller() as other:
        moved = other.import_world(tmp_path / "shop.mockseller", "moved")
        assert moved.name == "moved"
        assert moved.account() == seller.account()
        assert moved.service(number) == seller.service(number)
        assert moved.journal.entries() == seller.journal.entries()
        assert [fault["what"] for fault in moved.faults.all()] == ["drop"]
        moved.journal.verify(func="soft.order.param", outcome="bought", count=1)
        assert moved.call("soft.edit", elid=number).field("ip") == "192.0.2.201"
        moved.reset()
        assert moved.journal.entries() == []
        with pytest.raises(ControlError, match="404"):
            moved.service(number)
        assert len(other.journal.entries()) == 0


def test_without_a_name_it_has_the_one_that_it_had(seller: Seller, tmp_path: Path) -> None:
    file = tmp_path / "shop.mockseller"
    seller.world("shop", "empty").export(file)
    with pytest.raises(ControlError, match='409: the world "shop" exists already'):
        seller.import_world(file)
    seller.control("DELETE", "/worlds/shop")
    assert seller.import_world(file).name == "shop"


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"", "the body: it is no whole archive of a world"),
        (b"[]" * 5000, "the body: it is no whole archive of a world"),
        (None, "the body: it is no whole archive of a world"),
    ],
    ids=["empty", "something else", "torn"],
)
def test_a_bad_file_is_refused_in_one_line_and_changes_nothing(
    seller: Seller, tmp_path: Path, content: bytes | None, line: str
) -> None:
    file = tmp_path / "shop.mockseller"
    seller.export(file)
    file.write_bytes(file.read_bytes()[:-1000] if content is None else content)
    before = sorted(path.name for path in Path(seller.folder).rglob("*"))
    with pytest.raises(ControlError) as refused:
        seller.import_world(file, "shop")
    assert str(refused.value) == f"400: {line}"
    assert sorted(path.name for path in Path(seller.folder).rglob("*")) == before


@pytest.mark.parametrize("name", ["", "Shop", "../up", "a" * 41])
def test_a_name_that_no_world_has_is_refused(seller: Seller, tmp_path: Path, name: str) -> None:
    file = tmp_path / "shop.mockseller"
    seller.export(file)
    with pytest.raises(ControlError, match=r"400: .*is not a name of a world"):
        seller.import_world(file, name)


def test_a_file_goes_over_a_real_connection_and_a_larger_one_gets_its_refusal(
    tmp_path: Path,
) -> None:
    file = tmp_path / "shop.mockseller"
    with SellerServer("--workers", "1") as server:
        number = server.order(ip="192.0.2.201")
        server.export(file)
        file.chmod(0o400)
        assert server.import_world(file, "moved").service(number)["status"] == 2
        refused = server._send(  # noqa: SLF001 - a body that no method sends
            "POST", "/_mockseller/worlds/default/import", b" " * (9 << 20), "application/xml"
        )
        assert refused.status == 413
        assert "setting max_body" in refused.json["error"]


def test_worlds_of_an_engine_go_in_and_out_without_a_data_folder(
    tmp_path: Path, postgres: TestEngine
) -> None:
    with Seller(database=postgres.address) as seller:
        Path(seller.folder).rmdir()
        number = seller.order(ip="192.0.2.201")
        seller.export(tmp_path / "shop.mockseller")
        moved = seller.import_world(tmp_path / "shop.mockseller", "moved")
        assert moved.service(number) == seller.service(number)
