"""How functions are declared: found by their full name, every parameter and field described."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import yaml

from emulator import functions
from emulator.api.fields import Rest, WireField
from emulator.api.schema import WireSchema
from emulator.functions.products.product_type import TYPES_FILE
from tests.handlers import REGISTRY

NAMES = [function.name for function in REGISTRY]
FOLDER = Path(functions.__file__).parent
DECLARES = re.compile("listing|form|action|document|_?declare_[a-z_]+")
"""What a call that declares a function is called."""


def declared_names(tree: ast.Module) -> Iterator[str]:
    """Names that stand in a call that declares."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=called) | ast.Name(id=called), args=arguments):
                if DECLARES.fullmatch(called):
                    yield from strings(arguments)
            case _:
                pass


def strings(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_a_function_is_found_by_its_full_name_in_the_one_file_that_declares_it() -> None:
    files = defaultdict(list)
    for path in FOLDER.rglob("*.py"):
        for name in declared_names(ast.parse(path.read_text("utf-8"))):
            files[name].append(str(path.relative_to(FOLDER)))
    for product in yaml.safe_load(TYPES_FILE.read_text("utf-8")).values():
        for name in product["functions"]:
            files[name].append(TYPES_FILE.name)
    wrong = {name: files[name] for name in NAMES if len(files[name]) != 1}
    assert wrong == {}


def described(schema: WireSchema | None) -> Iterator[tuple[str, WireField]]:
    fields = {} if schema is None else schema.wire_fields
    return ((name, field) for name, field in fields.items() if not isinstance(field, Rest))


def test_every_parameter_and_every_answer_field_says_what_it_means() -> None:
    silent = [
        (function.name, field)
        for function in REGISTRY
        for schema in (function.takes, function.returns)
        for field, declared in described(schema)
        if not re.fullmatch(r"[A-Z`].*\.", declared.about)
    ]
    assert silent == []
