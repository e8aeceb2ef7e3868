"""What docs/ci.md shows works in an empty project: the test, the shell lines and the recipes.

The project has an environment of its own, into which the wheel is installed; what the wheel needs
is taken from ours.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/ci.md").read_text("utf-8")
PYPROJECT = """[project]
name = "shop"
version = "1"
[tool.pytest.ini_options]
addopts = "--strict-markers --strict-config"
filterwarnings = ["error"]
"""
"""Of a project that lets nothing pass: no mark that is not declared, no warning."""
PYTEST = """#!{python}
import sys
from pytest import console_main
sys.exit(console_main())
"""
INSTALLATION = "pip install "
WITHOUT_OTHERS = "-p no:schemathesis -p no:hypothesispytest -p no:randomly"
"""What our environment has beyond what a recipe installs, and takes seconds to import."""
CLIENT = """#!/bin/sh
set -e
curl -sSf "$SELLER_URL" -d authinfo=reseller:secret -d func=soft.order.param \\
  -d pricelist=55227 -d period=1 -d ip=0.0.0.0 -d licname=first -d skipbasket=on -d sok=ok > answer
grep -q '<id>' answer
"""


def blocks(language: str) -> list[str]:
    return re.findall(rf"(?s)```{language}\n(.*?)```", PAGE)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment with the wheel."""
    folder = tmp_path_factory.mktemp("environment")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("mockseller-*.whl")
    venv.create(folder, symlinks=True)
    python = folder / "bin" / "python"
    install = ["install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, "-m", "pip", "--python", str(python), *install], check=True)
    (packages,) = folder.glob("lib/python*/site-packages")
    # The line is a path only: that our environment has mockseller of this tree does not follow it.
    (packages / "others.pth").write_text(sysconfig.get_paths()["purelib"])
    (folder / "bin" / "pytest").write_text(PYTEST.format(python=python))
    (folder / "bin" / "pytest").chmod(0o755)
    where = [str(python), "-c", "import emulator, mockseller; print(emulator.__path__[0])"]
    place = subprocess.run(where, cwd=folder, check=True, capture_output=True, text=True).stdout
    assert Path(place.strip()) == packages / "emulator"
    return folder / "bin"


@pytest.fixture
def project(tmp_path: Path, commands: Path) -> Path:
    """An empty project with the test of the page, and tests in another language."""
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "bin").symlink_to(commands)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    (test,) = blocks("python")
    (tmp_path / "test_shop.py").write_text(test, encoding="utf-8")
    client = tmp_path / "run-tests.sh"
    client.write_text(CLIENT, encoding="utf-8")
    client.chmod(0o755)
    return tmp_path


def run(project: Path, script: str) -> subprocess.CompletedProcess[str]:
    """Runs shell lines as a CI job does: with the commands of the environment, in the project.

    Whatever a job leaves running ends with it.
    """
    path = os.pathsep.join([str((project / ".venv" / "bin").resolve()), os.environ["PATH"]])
    environ = {name: text for name, text in os.environ.items() if not name.startswith("PYTEST_")}
    environ["PYTEST_ADDOPTS"] = WITHOUT_OTHERS
    with subprocess.Popen(
        ["bash", "-e", "-c", script], cwd=project, env={**environ, "PATH": path}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
    ) as job:  # fmt: skip
        ready = project / "seller.json"
        # The pipe is closed when the server has ended too, so it is ended first.
        code = job.wait(240)
        if ready.exists():
            os.kill(json.loads(ready.read_text("utf-8"))["pid"], signal.SIGTERM)
        assert job.stdout is not None
        return subprocess.CompletedProcess(script, code, job.stdout.read())


@pytest.mark.one_of("page of CI")
@pytest.mark.parametrize("processes", ["", "-n 2"], ids=["alone", "xdist"])
def test_the_test_is_green(project: Path, processes: str) -> None:
    done = run(project, f"pytest -q -p no:cacheprovider {processes}")
    assert done.returncode == 0, done.stdout
    assert "1 passed" in done.stdout


@pytest.mark.one_of("page of CI")
def test_where_it_is_red_the_report_shows_the_exchanges_of_the_page(project: Path) -> None:
    test = project / "test_shop.py"
    test.write_text(test.read_text("utf-8").replace("192.0.2.201", "192.0.2.10"))
    (shown,) = re.findall(r"(?s)```\n(exchanges of.*?)```", PAGE)
    done = run(project, "pytest -q -p no:cacheprovider -n 2")
    assert done.returncode == 1
    for line in shown.strip().splitlines():
        assert line in done.stdout, line
    assert "authinfo=reseller:***" in done.stdout


@pytest.mark.one_of("page of CI")
def test_the_lines_for_other_languages_order_verify_and_end(project: Path) -> None:
    (script,) = blocks("sh")
    done = run(project, script)
    assert done.returncode == 0, done.stdout
    assert '"held": true' in done.stdout
    assert not (project / "seller.json").exists()


def steps(recipe: str) -> list[str]:
    """The shell steps of a recipe, those of GitLab as one script, without the installation."""
    job = yaml.safe_load(recipe)
    if "jobs" in job:
        return [step["run"] for step in job["jobs"]["tests"]["steps"] if "run" in step]
    return ["\n".join(job["tests"]["script"])]


@pytest.mark.one_of("page of CI")
@pytest.mark.parametrize("recipe", blocks("yaml"), ids=["github", "gitlab"])
def test_the_steps_of_a_recipe_run(project: Path, recipe: str) -> None:
    """But for the installation: what it installs is there."""
    assert INSTALLATION in recipe
    for step in steps(recipe):
        script = "\n".join(line for line in step.splitlines() if INSTALLATION not in line)
        done = run(project, script or "true")
        assert done.returncode == 0, done.stdout
    assert 'tests="1"' in (project / "junit.xml").read_text("utf-8")
    assert "soft.order.param" in (project / "api.html").read_text("utf-8")
    assert "<id>" in (project / "answer").read_text("utf-8")
