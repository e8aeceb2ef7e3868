"""The JSON schema and the page of a world's file say what the reader takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, get_args, get_type_hints

import jsonschema_rs
import yaml

from emulator.domain.world import PROVISIONING_MODES, ProvisioningMode, Rules
from emulator.reference.worlds import PARTS, SCHEMA, worlds_page
from emulator.worlds.fixtures import fixtures_folder, load_world, world_names
from emulator.worlds.fixtures.json_schema import record_schema, world_schema
from emulator.worlds.fixtures.reading import (
    Offset,
    Reader,
    has_parts,
    is_required,
    reader_of,
    record,
)
from emulator.worlds.fixtures.world_file import WorldFixture

NONSENSE: tuple[object, ...] = ({"no": ["such"]}, [["text"]], {}, -1.5, 2**40, "", "\n", "no such")


def reachable(hint: Any) -> Iterator[type[Any]]:  # noqa: ANN401 - annotations are anything
    if is_dataclass(hint) and isinstance(hint, type) and hint not in (Rules, Offset):
        yield hint
        for inner in get_type_hints(hint, include_extras=True).values():
            yield from reachable(inner)
    for inner in get_args(hint):
        yield from reachable(inner)


def test_every_shipped_world_is_valid() -> None:
    schema = json.loads((fixtures_folder() / SCHEMA).read_text(encoding="utf-8"))
    validator = jsonschema_rs.validator_for(schema)
    for name in world_names():
        text = (fixtures_folder() / "worlds" / f"{name}.yaml").read_text(encoding="utf-8")
        world = json.loads(json.dumps(yaml.safe_load(text)))  # with numbers as names of keys
        assert [error.message for error in validator.iter_errors(world)] == [], name


def test_the_shipped_schema_is_that_of_the_reader() -> None:
    written = json.loads((fixtures_folder() / SCHEMA).read_text(encoding="utf-8"))
    assert written == world_schema()


def test_schema_and_reader_refuse_the_same() -> None:
    """Of every field of every class: values of no kind, null, and that it is missing."""
    differing: list[tuple[str, str, object]] = []
    for of in PARTS.values():
        schema, hints = record_schema(of), get_type_hints(of, include_extras=True)
        for declaration in fields(of):
            key = declaration.metadata.get("key", declaration.name)
            if key is None:
                continue
            refuses = jsonschema_rs.validator_for(schema["properties"][key], validate_formats=True)
            hint, needed = hints[declaration.name], is_required(declaration)
            differing += [
                (of.__name__, key, value)
                for value in NONSENSE
                if refuses.is_valid(value) == is_refused(reader_of(hint), value)
            ]
            assert refuses.is_valid(None) != (needed or has_parts(hint)), (of, key)
            assert (key in schema.get("required", ())) == needed, (of, key)
    assert differing == []


def is_refused(reader: Reader, value: object) -> bool:
    try:
        reader(value)
    except ValueError:
        return True
    return False


def test_an_unknown_key_is_refused_by_both() -> None:
    world = {"about": "One", "currency": "EUR", "tariffs": "all"}
    for valid, keys in ((True, world), (False, world | {"no_such_key": 1})):
        assert jsonschema_rs.validator_for(world_schema()).is_valid(keys) == valid
        assert is_refused(record(WorldFixture), keys) != valid


def test_the_page_has_every_class_and_field_of_the_file_and_every_world() -> None:
    page = worlds_page()
    assert set(PARTS.values()) == set(reachable(WorldFixture))
    for of in PARTS.values():
        assert all(f"\n| `{key}` | " in page for key in record_schema(of)["properties"])
    for name in world_names():
        section = page.partition(f"\n## {name}\n")[2].partition("\n## ")[0]
        for account in load_world(name).accounts:
            assert f"| `{account.login}` | `{account.password}` | " in section
    assert "calls only from `192.0.2.0/24`" in page
    assert set(PROVISIONING_MODES) == set(get_args(ProvisioningMode))
