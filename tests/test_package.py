"""The package ``mockseller`` is the public API, and never in the way of a project that has it."""

from __future__ import annotations

import ast
import inspect
import re
import subprocess
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

import mockseller
import reseller_client
from emulator import testing
from mockseller import coverage, packages, pytest_plugin, reselling
from reseller_client import resellers

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs/python.md"


def _typed_names() -> set[str]:
    """The names that a type checker sees."""
    tree = ast.parse((ROOT / "mockseller" / "__init__.py").read_text("utf-8"))
    names: set[str] = set()
    for node in ast.walk(tree):
        imports = node.body if isinstance(node, ast.If) else []
        for statement in imports:
            if isinstance(statement, ast.ImportFrom) and statement.module:
                every = import_module(statement.module).__all__ if _has_star(statement) else ()
                names |= {name.asname or name.name for name in statement.names} - {"*"} | {*every}
    return names


def _has_star(statement: ast.ImportFrom) -> bool:
    return any(name.name == "*" for name in statement.names)


def test_every_public_name_is_there_and_typed_and_explained() -> None:
    assert _typed_names() == set(mockseller.__all__) == set(dir(mockseller))
    assert {*reseller_client.__all__, *testing.__all__} <= set(mockseller.__all__)
    assert set(resellers.__all__) <= set(reselling.__all__)
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


@pytest.fixture
def hidden(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The file that a project has in place of our contracts."""
    file = tmp_path / "contracts.py"
    file.write_text("")
    spec = spec_from_file_location("contracts", file)
    assert spec is not None
    monkeypatch.setitem(sys.modules, "contracts", module_from_spec(spec))
    return str(file)


def test_what_needs_a_hidden_package_says_so_in_one_line(
    pytester: pytest.Pytester, hidden: str
) -> None:
    line = f"{re.escape(hidden)} hides mockseller's package 'contracts': [^\n]+$"
    with pytest.raises(ImportError, match=f"^{line}"):
        _ = mockseller.examine_endpoint
    with pytest.raises(pytest.UsageError, match=f"^--mockseller-coverage: {line}"):
        pytester.parseconfigure("--mockseller-coverage=0")
    with pytest.raises(pytest.fail.Exception, match=f"^{line}"), pytest_plugin.fail_in_one_line():
        packages.load("contracts.verdicts")


def test_a_folder_that_python_passes_over_for_ours_is_named(pytester: pytest.Pytester) -> None:
    pytester.mkdir("contracts")
    assert pytest_plugin.pytest_report_header(pytester.parseconfig()) == []
    pytester.path.joinpath("contracts", "own.py").touch()
    (line,) = pytest_plugin.pytest_report_header(pytester.parseconfig())
    assert line.startswith(f"mockseller: {pytester.path}/contracts has no __init__.py")
    assert "\n" not in line


def test_the_command_works_in_such_a_project(project: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "mockseller", "functions"],
        cwd=project, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "soft.order.param" in done.stdout
    code = (
        "from mockseller import own\n"
        "from contracts import clock\n"
        "from contracts.cli.workers import run_in_workers\n"
        "print(len(list(run_in_workers([clock.now], 1))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project, capture_output=True, text=True, check=True
    )
    assert done.stdout == "1\n"


def test_former_names_of_the_plugins_load_the_same_once(pytester: pytest.Pytester) -> None:
    plugins = pytester.parseconfigure(
        "-p", "contracts.coverage.plugin", "-p", "emulator.pytest_plugin"
    ).pluginmanager
    assert plugins.get_plugin("mockseller.coverage") is coverage
    assert plugins.get_plugin("mockseller.pytest_plugin") is pytest_plugin


def test_the_tests_of_the_page_pass(pytester: pytest.Pytester) -> None:
    blocks = re.findall(r"(?s)```python\n(.*?)```", PAGE.read_text("utf-8"))
    pytester.makepyfile(
        "\n".join(blocks) + "\ndef test_of_a_world(strict_seller): assert strict_seller.order()\n"
    )
    pytester.runpytest_inprocess("-p", "no:randomly").assert_outcomes(passed=3)


def test_nothing_is_hidden_where_ours_come_first() -> None:
    assert list(packages.find_hiding()) == []
