"""The names of the code: retired words stay retired, a class name means one thing in a package.

docs/glossary.md says what each word means.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import mockseller
from mockseller import pytest_plugin

ROOT = Path(__file__).parents[1]
PACKAGES = ("mockseller", "emulator", "reseller_client", "contracts", "tests")


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# A participle says nothing of what a thing is. As an adjective (`known_names`) it may stand.
PARTICIPLES = _set("""
    told one asked wanted wish wishes said held kept given known found taken
""")
# Words that only their inventors understood, and what the glossary has instead.
METAPHORS = _set("""
    knock knocks asker strike strikes struck spoiled held_back happening happenings machines
    worldmaking patience patient_worker licence_door paypage ear heard trick tricks scene
    stage performance neighbours goods deed deeds diary loosening purse passage stranger
    strangers betrayed disguise stand_in by_heart at_random wander stumbled badness shelf
    shelves excuses
""")
# Good words for a local variable, too vague for a class or a file.
TOO_VAGUE = _set("""
    words parts terms turns letters leaves plain shapes place books bench sheet others desk
    people shown done turn life ground course lead hands guest witness through gate withheld
    verified machine settle moving stock absent promises samples ours campaign reached learn
    door doors handles welcome trick player play
""")
# The wire, files and options that users type are spelled so; in code it is "license".
OLD_SPELLING = re.compile("licence", re.IGNORECASE)

SHARED_CLASS_NAMES = {
    "Meta": "marshmallow looks for a class of this name inside a schema",
    "World": "the seller's row of a world; in emulator.testing what a test holds of one",
}
"""Class names that a package may have more than once, and why."""

STAY = {
    "contracts/verdicts.py: KNOWN": "a verdict, as reports and saved runs spell it",
    "emulator/testing/client.py: given": "the former keyword of body, which still works",
    "reseller_client/client.py: patience": "the former keyword of retry_policy, which still works",
    "reseller_client/resellers/billmanager/books.py": "books as in bookkeeping",
    "reseller_client/resellers/billmanager/books.py: Books": "the same",
    "reseller_client/resellers/billmanager/terms.py": "the terms of an order",
}
"""Retired words that stay, by file and name, and why."""

SELF_EVIDENT = _set("""
    access address allowed already answer auth bad captcha code control denied enough exists factor
    failed forbidden issued limit locked login minimum missed movable needed not operation
    ordered policy possible process ready reached refused request retry row running second
    sent status term the transport unavailable understood unknown value wrong state reseller
    step info entry discount partner import app check connection create examine options version
""")
"""Words of public names that need no glossary."""


def _files(package: str) -> list[Path]:
    return [path.relative_to(ROOT) for path in sorted((ROOT / package).rglob("*.py"))]


@cache
def _names(path: Path) -> tuple[tuple[str, int, bool], ...]:
    return tuple(_bound(ast.parse((ROOT / path).read_text("utf-8"))))


def _is_keys(node: ast.ClassDef) -> bool:
    """Whether the fields of a class are keys of JSON or of a file, which stay as they are."""
    bases = [ast.unparse(base) for base in node.bases]
    return any(base.endswith(("TypedDict", "Schema", "Body")) for base in bases)


def _bound(tree: ast.Module) -> Iterator[tuple[str, int, bool]]:
    """Every name that a file gives to something: name, line, whether it is a class's."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    keys = {id(field) for node in classes if _is_keys(node) for field in _fields(node)}
    for node in ast.walk(tree):
        if id(node) in keys:
            continue
        match node:
            case ast.ClassDef(name=name):
                yield name, node.lineno, True
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name, node.lineno, False
            case ast.arg(arg=name):
                yield name, node.lineno, False
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name, node.lineno, False
            case ast.ExceptHandler(name=str(name)):
                yield name, node.lineno, False
            case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)):
                yield name, node.lineno, False
            case _:
                pass


def _fields(node: ast.ClassDef) -> Iterator[ast.expr]:
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            yield statement.target
        elif isinstance(statement, ast.Assign):
            yield from statement.targets


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.strip("_")).lower()


def _retired(package: str) -> list[str]:
    """Where a retired word is given as a name, one line each."""
    lines = []
    for path in _files(package):
        module = path.parent.name if path.stem in ("__init__", "__main__") else path.stem
        if _snake(module.removeprefix("test_")) in PARTICIPLES | METAPHORS | TOO_VAGUE:
            lines.append(f"{path}")
        for name, line, is_class in _names(path):
            word = _snake(name)
            retired = word in PARTICIPLES | METAPHORS or OLD_SPELLING.search(name)
            if retired or (is_class and word in TOO_VAGUE):
                lines.append(f"{path}: {name} in line {line}")
    return [line for line in lines if line.partition(" in line")[0] not in STAY]


def _doubled(package: str) -> list[str]:
    """Class names that a package has more than once, with the files."""
    places = defaultdict(list)
    for path in _files(package):
        for name, line, is_class in _names(path):
            if is_class and name not in SHARED_CLASS_NAMES:
                places[name].append(f"{path}:{line}")
    return [f"{name}: {', '.join(lines)}" for name, lines in sorted(places.items()) if lines[1:]]


@pytest.mark.parametrize("package", PACKAGES)
def test_no_retired_word_names_anything_and_no_class_name_means_two_things(package: str) -> None:
    assert _retired(package) == []
    # Two files of tests may each have a `Case`.
    assert package == "tests" or _doubled(package) == []


def _public_names() -> Iterator[str]:
    yield from mockseller.__all__
    yield from (name for name in vars(pytest_plugin) if name.startswith("seller"))


def test_every_public_name_is_made_of_words_of_the_glossary() -> None:
    glossary = (ROOT / "docs/glossary.md").read_text("utf-8").lower()
    terms = re.findall(r"\*\*([a-z -]+)\*\*", glossary)
    words = {word for term in terms for word in term.split()} | SELF_EVIDENT
    unknown = {
        f"{name}: {word}"
        for name in _public_names()
        for word in _snake(name).split("_")
        if word not in words and word.removesuffix("s") not in words
    }
    assert not unknown


def test_the_glossary_gives_each_word_one_meaning() -> None:
    rows = re.findall(
        r"^\| \*\*(.+?)\*\*", (ROOT / "docs/glossary.md").read_text("utf-8"), re.MULTILINE
    )
    assert len(rows) == len(set(rows))


def test_words_that_stay_are_still_there() -> None:
    for entry in STAY:
        path, _, name = entry.partition(": ")
        assert name in (ROOT / path).read_text("utf-8")
