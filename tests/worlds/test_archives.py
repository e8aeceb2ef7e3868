"""A world as one file: there and back, torn, newer, or something else."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from emulator.cli import mockseller
from emulator.settings import Settings
from emulator.testing import Seller, SellerServer
from emulator.worlds.archive import MANIFEST, STATE
from emulator.worlds.worlds import WorldError, WorldExists, Worlds
from tests.worlds.places import folder_of


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Worlds]:
    """Another data folder."""
    worlds = Worlds(Settings(data=tmp_path / "elsewhere"))
    yield worlds
    worlds.close()


@pytest.fixture
def exported(seller: Seller, tmp_path: Path) -> Path:
    """A world in which a license was ordered, as a file."""
    seller.order(ip="192.0.2.201")
    file = tmp_path / "world.mockseller"
    seller.worlds.export("default", file)
    return file


def rewritten(file: Path, **changes: object) -> Path:
    """The archive with other values in its manifest."""
    other = file.with_name("other.mockseller")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name == MANIFEST:
                content = json.dumps({**json.loads(content), **changes}).encode()
            target.writestr(name, content)
    return other


def test_a_world_goes_elsewhere_with_its_orders_and_resets_to_where_it_began(
    exported: Path, elsewhere: Worlds
) -> None:
    assert elsewhere.import_archive(exported, "moved") == "moved"
    counts = elsewhere.connect("moved").counts("service", "journal")
    assert counts["journal"] > 0
    elsewhere.reset("moved")
    after = elsewhere.connect("moved").counts("service", "journal")
    assert after == {"service": counts["service"] - 1, "journal": 0}


def test_it_has_the_name_that_it_had_unless_another_is_given(
    exported: Path, elsewhere: Worlds
) -> None:
    assert elsewhere.import_archive(exported) == "default"
    with pytest.raises(WorldExists, match='the world "default" exists already'):
        elsewhere.import_archive(exported)
    assert elsewhere.names() == ["default"]


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.99])
def test_a_torn_file_is_refused_in_one_line_and_makes_nothing(
    exported: Path, elsewhere: Worlds, share: float
) -> None:
    content = exported.read_bytes()
    exported.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(WorldError, match="is no whole archive of a world") as refused:
        elsewhere.import_archive(exported)
    assert "\n" not in str(refused.value)
    assert list(folder_of(elsewhere).root.iterdir()) == []


def test_a_file_with_a_changed_byte_is_refused(exported: Path, elsewhere: Worlds) -> None:
    with zipfile.ZipFile(exported) as archive:
        place = archive.getinfo(STATE).header_offset + 500
    content = bytearray(exported.read_bytes())
    content[place] ^= 255
    exported.write_bytes(content)
    with pytest.raises(WorldError, match="is no whole archive of a world"):
        elsewhere.import_archive(exported)


@pytest.mark.parametrize("changes", [{"format": 2}, {"tables": 10_000}])
def test_a_file_of_a_newer_version_is_refused_and_says_which(
    exported: Path, elsewhere: Worlds, changes: dict[str, object]
) -> None:
    newer = rewritten(exported, mockseller="99.1", **changes)
    with pytest.raises(WorldError, match=r"written by mockseller 99\.1, which is newer"):
        elsewhere.import_archive(newer)
    assert elsewhere.names() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"format": "x"},
        {"world": "../up"},
        {"tables": None},
        {"mockseller": "9\n9"},
        {"format": float("inf")},
        {"tables": [[]]},
    ],
)
def test_a_manifest_that_is_none_is_refused(
    exported: Path, elsewhere: Worlds, changes: dict[str, object]
) -> None:
    with pytest.raises(WorldError, match="is no whole archive of a world"):
        elsewhere.import_archive(rewritten(exported, **changes))


def repacked(file: Path, parts: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    """The archive with other contents of parts."""
    other = file.with_name("other.mockseller")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w", packing) as target:
        for name in source.namelist():
            target.writestr(name, parts.get(name, source.read(name)))
    return other


def altered(file: Path, part: str, statement: str) -> Path:
    """The archive with a statement carried out in one of its databases."""
    with zipfile.ZipFile(file) as source:
        content = source.read(part)
    database = file.with_name(part)
    database.write_bytes(content)
    with closing(sqlite3.connect(database)) as driver:
        with driver:
            driver.execute(statement)
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return repacked(file, {part: database.read_bytes()})


BAD_STATEMENTS = {
    "DROP TABLE world": "cannot be read: no such table: world",
    "DELETE FROM world": "its tables are of version None",
    "UPDATE world SET rules = '{'": "it is no world's",
    "UPDATE world SET version = 999": "its tables are of version 999",
    "DROP TABLE ticket": "its table ticket has no column id",
    "ALTER TABLE ticket DROP COLUMN subject": "its table ticket has no column subject",
    "CREATE TRIGGER t AFTER INSERT ON journal BEGIN DELETE FROM expense; END": "it has triggers",
    "CREATE VIEW v AS SELECT 1": "it has triggers or views",
}


@pytest.mark.parametrize("part", ["state.db", "seed.db"])
@pytest.mark.parametrize("statement", BAD_STATEMENTS)
def test_a_database_that_is_no_worlds_is_refused_and_makes_nothing(
    exported: Path, elsewhere: Worlds, part: str, statement: str
) -> None:
    bad = altered(exported, part, statement)
    with pytest.raises(WorldError) as refused:
        elsewhere.import_archive(bad)
    assert str(refused.value).startswith(f"other.mockseller: its {part}")
    assert BAD_STATEMENTS[statement] in str(refused.value)
    assert list(folder_of(elsewhere).root.iterdir()) == []


@pytest.mark.parametrize("part", ["state.db", "seed.db", "origin.json"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[" * 9000, b"SQLite format 3\0"])
def test_a_part_that_is_something_else_is_refused_by_its_name(
    exported: Path, elsewhere: Worlds, part: str, content: bytes
) -> None:
    with pytest.raises(WorldError, match=f"^other.mockseller: its {part}"):
        elsewhere.import_archive(repacked(exported, {part: content}))
    assert list(folder_of(elsewhere).root.iterdir()) == []


def test_a_part_that_would_be_too_large_is_refused_before_it_is_unpacked(
    exported: Path, elsewhere: Worlds
) -> None:
    for part in ("manifest.json", "origin.json"):
        large = repacked(exported, {part: b" " * 65_537})
        with pytest.raises(WorldError, match=f"its {part} is larger than 65536 bytes"):
            elsewhere.import_archive(large)
    with zipfile.ZipFile(exported) as archive:
        size = archive.getinfo(STATE).file_size
    content = exported.read_bytes()
    directory = content.rindex(b"PK\1\2", 0, content.rindex(STATE.encode()))
    lies = bytearray(content)
    assert lies[directory + 24 : directory + 28] == size.to_bytes(4, "little")
    lies[directory + 24 : directory + 28] = (2**31).to_bytes(4, "little")
    exported.write_bytes(lies)
    with pytest.raises(WorldError, match=r"its state\.db is larger than 1073741824 bytes"):
        elsewhere.import_archive(exported)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_that_is_packed_in_another_way_is_refused(
    exported: Path, elsewhere: Worlds, packing: int
) -> None:
    with pytest.raises(WorldError, match="is no whole archive of a world"):
        elsewhere.import_archive(repacked(exported, {}, packing))


def test_an_archive_with_many_more_parts_is_refused(exported: Path, elsewhere: Worlds) -> None:
    with zipfile.ZipFile(exported, "a") as archive:
        for number in range(100):
            archive.writestr(f"part-{number}", b"")
    with pytest.raises(WorldError, match="is no whole archive of a world"):
        elsewhere.import_archive(exported)


def test_an_archive_of_another_table_version_is_upgraded_as_a_world_in_place_is(
    exported: Path, elsewhere: Worlds
) -> None:
    elsewhere.import_archive(rewritten(exported, tables=1), "older")
    assert elsewhere.connect("older").counts("service")["service"] > 0


def test_a_world_is_created_from_such_a_file_as_from_any_other(
    exported: Path, tmp_path: Path
) -> None:
    with Seller(fixture=str(exported)) as other:
        assert other.account()["balance"] == "995.00"
        other.reset()
        assert other.account()["balance"] == "1000.00"
    worlds = Worlds(Settings(data=tmp_path / "elsewhere"))
    with pytest.raises(WorldError, match="an exported world has its own seed and clock"):
        worlds.create("shop", str(exported), seed=7)
    with pytest.raises(WorldError, match=r"none\.mockseller: there is no such file"):
        worlds.create("shop", str(tmp_path / "none.mockseller"))
    worlds.close()


def test_a_server_starts_with_such_a_file(exported: Path) -> None:
    with SellerServer("--workers", "1", fixture=str(exported)) as server:
        assert server.account()["balance"] == "995.00"
        curl = next(line for line in server.banner.splitlines() if line.startswith("curl "))
        answer = subprocess.run(["sh", "-c", curl], capture_output=True, text=True, check=True)
        assert "<id>" in answer.stdout


def test_the_commands_write_and_read_it(tmp_path: Path) -> None:
    here, there = str(tmp_path / "here"), str(tmp_path / "there")
    file = str(tmp_path / "shop.mockseller")

    def run(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(mockseller, ["world", *words])
        return result.exit_code, result.output

    assert run("export", "default", file, "--data", here) == (0, f"default: written into {file}\n")
    assert run("import", file, "shop-b", "--data", there)[0] == 0
    assert "shop-b" in run("list", "--data", there)[1]
    code, output = run("import", file, "shop-b", "--data", there)
    assert (code, output) == (2, 'Error: the world "shop-b" exists already\n')
    missing = str(tmp_path / "none" / "shop.mockseller")
    code, output = run("export", "default", missing, "--data", here)
    assert (code, output) == (2, f"Error: No such file or directory: {missing}\n")
    Path(file).write_text("nothing")
    code, output = run("import", file, "--data", there)
    assert (code, output) == (2, "Error: shop.mockseller: it is no whole archive of a world\n")
