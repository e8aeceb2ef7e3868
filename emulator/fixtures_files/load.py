"""Finds fixture files, reads them, and holds one against the other.

Every fault is a `FixtureError`: one line with the file, the place in it and what is wrong there.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import yaml
from marshmallow import Schema, ValidationError

from emulator.fixtures_files import shapes
from emulator.fixtures_files.schemas import TariffSchema, WorldSchema
from emulator.fixtures_files.shapes import ServiceFixture, TariffFixture, WorldFixture

NAME = re.compile(r"[a-z0-9-]{1,40}\Z", re.ASCII)
POOL = "0.0.0.0"  # noqa: S104 - the address of licences nobody uses, not one to listen on
LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
"""libyaml reads seven times faster; not every platform has it."""

Place = tuple[str | int, ...]


class FixtureError(ValueError):
    """A fixture cannot be used; the text is one line for people."""

    def __init__(self, file: str, place: Place, what: str) -> None:
        inside = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
        told = [file, inside.lstrip("."), " ".join(what.split())]
        super().__init__(": ".join(filter(None, told)))


def fixtures_folder() -> Path:
    """The shipped fixtures: inside the package when installed, beside it in a working tree."""
    package = Path(__file__).resolve().parent.parent
    installed = package / "fixtures"
    return installed if installed.is_dir() else package.parent / "fixtures"


def world_names() -> tuple[str, ...]:
    """Names of the shipped worlds, sorted."""
    return _names("worlds")


def tariff_names() -> tuple[str, ...]:
    """Names of the shipped tariff files, sorted."""
    return _names("tariffs")


def load_tariffs(names: Iterable[str] | None = None) -> tuple[TariffFixture, ...]:
    """The tariffs of some shipped files, or of all, with ``change_to`` worked out."""
    found: dict[int, TariffFixture] = {}
    addons: set[int] = set()
    for name in tariff_names() if names is None else dict.fromkeys(names):
        path = _shipped("tariffs", name)
        for place, tariff in enumerate(_read_list(path)):
            if tariff.id in found:
                raise FixtureError(path.name, (place, "id"), f"{tariff.id} is there twice")
            for number, addon in enumerate(tariff.addons):
                if addon.id in addons:
                    inside = (place, "addons", number, "id")
                    raise FixtureError(path.name, inside, f"{addon.id} is there twice")
                addons.add(addon.id)
            found[tariff.id] = tariff
    return _with_targets(tuple(found.values()))


def load_world(name_or_path: str | Path) -> WorldFixture:
    """A shipped world by its name, or anyone's by the path of its file (``.yaml``, ``.yml``)."""
    given = Path(name_or_path)
    by_path = isinstance(name_or_path, Path) or given.suffix in {".yaml", ".yml"}
    path = given if by_path else _shipped("worlds", str(name_or_path))
    raw = _checked(WorldSchema(), _parse(path), path.name)
    names = raw.pop("tariffs")
    for name in names:
        if name not in tariff_names():
            raise FixtureError(path.name, ("tariffs",), _unknown("tariffs", name))
    own = raw.pop("own_tariffs", ())
    tariffs = (*load_tariffs(names or None), *own)
    world = WorldFixture(**raw, name=path.stem, tariffs=_with_targets(tariffs))
    accounts = tuple(
        replace(
            account,
            currency=account.currency or world.currency,
            country=account.country or world.country,
        )
        for account in world.accounts
    )
    world = replace(world, accounts=accounts)
    for place, what in _contradictions(world):
        raise FixtureError(path.name, place, what)
    return world


def _names(kind: str) -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in (fixtures_folder() / kind).glob("*.yaml")))


def _unknown(kind: str, name: str) -> str:
    return f'no {kind} "{name}"; there are {", ".join(_names(kind))}'


def _shipped(kind: str, name: str) -> Path:
    path = fixtures_folder() / kind / f"{name}.yaml"
    if not NAME.match(name) or not path.is_file():
        raise FixtureError("fixtures", (), _unknown(kind, name))
    return path


def _parse(path: Path) -> object:
    """What YAML says, duplicate keys refused: it would silently keep the last."""
    try:
        loader = LOADER(path.read_text(encoding="utf-8"))
        try:
            node = loader.get_single_node()
            for mark in _repeated_keys(node):
                raise FixtureError(path.name, (), f"line {mark.start_mark.line + 1}: key twice")
            return loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except FixtureError:
        raise
    except yaml.MarkedYAMLError as fault:
        line = f"line {fault.problem_mark.line + 1}: " if fault.problem_mark else ""
        raise FixtureError(path.name, (), f"{line}{fault.problem or fault.context}") from None
    except OSError as fault:
        raise FixtureError(str(path), (), fault.strerror or "cannot be read") from None
    except (yaml.YAMLError, ValueError, RecursionError) as fault:
        raise FixtureError(path.name, (), f"is not YAML: {fault}") from None


def _repeated_keys(root: yaml.Node | None) -> Iterator[yaml.Node]:
    todo, seen = [root], set[int]()
    while todo:
        node = todo.pop()
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            todo.extend(node.value)
        elif isinstance(node, yaml.MappingNode):
            counted = Counter((key.tag, str(key.value)) for key, _ in node.value)
            yield from (key for key, _ in node.value if counted[key.tag, str(key.value)] > 1)
            todo.extend(value for _, value in node.value)


def _read_list(path: Path) -> list[TariffFixture]:
    raw = _parse(path)
    if not isinstance(raw, list):
        raise FixtureError(path.name, (), "is not a list of tariffs")
    return cast("list[TariffFixture]", _checked(TariffSchema(many=True), raw, path.name))


def _checked(schema: Schema, raw: object, file: str) -> Any:  # noqa: ANN401 - as the schema makes it
    try:
        return schema.load(cast("Mapping[str, Any]", raw))
    except ValidationError as fault:
        place, what = next(_faults(fault.messages))
        raise FixtureError(file, place, what) from None


def _faults(messages: object, place: Place = ()) -> Iterator[tuple[Place, str]]:
    """Nested messages as (place, words), in the order of the schema."""
    if isinstance(messages, dict):
        for step, inside in messages.items():
            yield from _faults(inside, place if step == "_schema" else (*place, step))
    else:
        yield place, str(messages[0] if isinstance(messages, list) else messages)


def _with_targets(tariffs: tuple[TariffFixture, ...]) -> tuple[TariffFixture, ...]:
    """A tariff may become any paid one of its group, never a trial (reference: tariff change)."""
    return tuple(
        replace(
            own,
            change_to=tuple(
                other.id
                for other in tariffs
                if own.group and other.group == own.group and not other.trial and other is not own
            ),
        )
        for own in tariffs
    )


def _contradictions(world: WorldFixture) -> Iterator[tuple[Place, str]]:
    """What single values cannot show."""
    yield from _type_faults(world)
    yield from _account_faults(world)
    taken: set[tuple[int, str]] = set()
    for place, service in enumerate(world.services):
        for key, what in _service_faults(service, world):
            yield ("services", place, *key), what
        held = (service.tariff, str(service.ip))
        if service.status != shapes.DELETED and service.ip and held[1] != POOL:
            if held in taken:
                yield ("services", place, "ip"), f"{service.ip} has a licence of this tariff"
            taken.add(held)


def _type_faults(world: WorldFixture) -> Iterator[tuple[Place, str]]:
    own = {one.intname for one in world.types}
    numbers = Counter(tariff.id for tariff in world.tariffs)
    addons = Counter(addon.id for tariff in world.tariffs for addon in tariff.addons)
    for number, count in (*numbers.items(), *addons.items()):
        if count > 1:
            yield ("own_tariffs",), f"{number} is there twice"
    for place, one in enumerate(world.types):
        if one.intname in shapes.PRODUCT_TYPES:
            yield ("types", place, "intname"), f"{one.intname} is a type every world knows"
    for tariff in world.tariffs:
        if tariff.type not in own and tariff.type not in shapes.PRODUCT_TYPES:
            yield ("types",), f"tariff {tariff.id} is of the type {tariff.type}, which is not known"


def _account_faults(world: WorldFixture) -> Iterator[tuple[Place, str]]:
    seen: set[str] = set()
    known = {tariff.id for tariff in world.tariffs}
    for place, account in enumerate(world.accounts):
        if account.login in seen:
            yield ("accounts", place, "login"), f'"{account.login}" is there twice'
        seen.add(account.login)
        for which, own in enumerate(account.discounts):
            if own.tariff is not None and own.tariff not in known:
                where = ("accounts", place, "discounts", which, "tariff")
                yield where, f"no tariff {own.tariff} in this world"


def _service_faults(service: ServiceFixture, world: WorldFixture) -> Iterator[tuple[Place, str]]:
    owner = next((one for one in world.accounts if one.login == service.account), None)
    tariff = next((one for one in world.tariffs if one.id == service.tariff), None)
    if owner is None:
        yield ("account",), f'no account "{service.account}" in this world'
        return
    if tariff is None:
        yield ("tariff",), f"no tariff {service.tariff} in this world"
        return
    above = world.services[: world.services.index(service)]
    if service.licence and (owner.login, service.licence) not in {
        (one.account, one.licname) for one in above
    }:
        yield ("licence",), f"{owner.login} has no licence {service.licence} further up"
    offered = tariff.periods.get(owner.currency, {})
    if service.period not in offered:
        yield ("period",), f"tariff {tariff.id} has no period {service.period} in {owner.currency}"
    limits = {addon.id: addon for addon in tariff.addons}
    for number, count in service.addons.items():
        if number not in limits:
            yield ("addons", number), f"tariff {tariff.id} has no such addon"
        elif limits[number].items:
            if count not in {item.id for item in limits[number].items}:
                yield ("addons", number), f"{count} is not one of the items"
        elif not limits[number].minimum <= count <= limits[number].maximum:
            low, high = limits[number].minimum, limits[number].maximum
            yield ("addons", number), f"{count} is not between {low} and {high}"
