"""The package ``mockseller`` is the public API, and never in the way of a project that has it."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest

import mockseller
from mockseller import packages, reselling

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/python.md"


def _typed_names() -> set[str]:
    """The names that a type checker sees."""
    tree = ast.parse((ROOT / "mockseller" / "__init__.py").read_text("utf-8"))
    return {
        name.asname or name.name
        for node in ast.walk(tree)
        if isinstance(node, ast.If)
        for statement in node.body
        if isinstance(statement, ast.ImportFrom)
        for name in statement.names
    }


def test_every_public_name_is_there_and_typed_and_explained() -> None:
    assert _typed_names() == set(mockseller.__all__) == set(dir(mockseller))
    page = PAGE.read_text("utf-8")
    for name in [*mockseller.__all__, *reselling.__all__]:
        module = mockseller if name in mockseller.__all__ else reselling
        value = getattr(module, name)
        assert isinstance(value, str) or inspect.getdoc(value) or not callable(value), name
        assert f"`{name}`" in page, name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = mockseller.Nothing  # type: ignore[attr-defined]  # that is the point


def test_the_page_explains_no_name_that_is_not_there() -> None:
    tables = re.findall(r"\| name \| what \|\n.+\n((?:\| .+\n)+)", PAGE.read_text("utf-8"))
    names = {name for rows in tables for name in re.findall(r"(?m)^\| `(\w+)`", rows)}
    assert names == {*mockseller.__all__, *reselling.__all__}


def test_the_package_and_its_plugins_import_nothing() -> None:
    code = (
        "import sys, mockseller, mockseller.pytest_plugin, mockseller.coverage\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'emulator', 'contracts', 'reseller_client', 'flask', 'httpx', 'click'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> Path:
    """A project with an emulator and contracts of its own."""
    for name in ("emulator", "contracts"):
        pytester.mkpydir(name)
        pytester.path.joinpath(name, "own.py").write_text(f"NAME = {name!r}\n")
    pytester.makepyfile(
        """
        from contracts.own import NAME as CONTRACTS
        from emulator.own import NAME

        def test_of_the_project():
            assert (NAME, CONTRACTS) == ("emulator", "contracts")
        """
    )
    return pytester.path


def test_a_project_with_an_emulator_of_its_own_runs_its_tests(
    pytester: pytest.Pytester, project: Path
) -> None:
    done = pytester.runpytest_subprocess("-p", "no:randomly")
    done.assert_outcomes(passed=1)
    lines = [line for line in done.outlines if line.startswith("mockseller:")]
    line = f"mockseller: {project}/emulator and {project}/contracts hide packages of mockseller"
    assert lines == [f"{line} with the same name; only tests that use mockseller are affected"]


def test_a_test_that_needs_what_is_hidden_says_so_in_one_line(
    pytester: pytest.Pytester, project: Path
) -> None:
    pytester.makepyfile(test_seller="def test_needs_one(seller): pass")
    done = pytester.runpytest_subprocess("-p", "no:randomly", "--tb=short")
    done.assert_outcomes(passed=1, errors=1)
    done.stdout.fnmatch_lines([f"{project}/emulator hides mockseller's package 'emulator':*"])
    assert "Traceback" not in done.stdout.str()
    pytester.makeconftest("")
    counted = pytester.runpytest_subprocess("--mockseller-coverage=0")
    assert counted.ret == pytest.ExitCode.USAGE_ERROR
    counted.stderr.fnmatch_lines([f"ERROR: --mockseller-coverage: {project}/emulator hides *"])


def test_the_command_works_in_such_a_project(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mockseller", "functions"],
        cwd=project, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "soft.order.param" in done.stdout


def test_former_names_of_the_plugins_load_the_same(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(
        'pytest_plugins = ["contracts.coverage.plugin", "emulator.pytest_plugin"]'
    )
    pytester.makepyfile("def test_uses(seller): assert seller.order()")
    done = pytester.runpytest_subprocess("--mockseller-coverage=0")
    done.assert_outcomes(passed=1)
    done.stdout.fnmatch_lines(["*what of the API was exercised*"])


def test_nothing_is_hidden_where_ours_come_first() -> None:
    assert list(packages.find_hiding()) == []
