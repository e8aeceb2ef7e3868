"""Every page of the console by axe-core: contrast, names, labels, headings, landmarks.

axe comes from npm in a pinned version, checked by its digest, and from npm's cache where that has
it. Without it the test is skipped and says so.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium.webdriver import Chrome

from emulator.testing import SellerServer
from tests.browser.conftest import size

AXE = "axe-core@4.10.3"
DIGEST = "0f2b4d7dcdf7d1219df8d1959ad68e565f51d14c3f0d88bb71cd59abeb956292"
PAGES = (
    "default", "default?moved_after=1", "default/journal", "default/journal/1", "default/journal/2",
    "default/services", "default/services/100001", "default/services/calendar",
    "default/functions", "default/functions/soft.order.param", "default/money",
    "default/panel?license=100002",
    "spring-01/exercise", "spring-01/exercise/list", "_training", "_training/sheet", "_verify",
    "default/nosuch",
)  # fmt: skip


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("needs npm, which gets axe-core")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "pack", AXE, "--prefer-offline", "--silent"]
    packed = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
    if packed.returncode:
        pytest.skip(f"npm cannot get {AXE}")
    (archive,) = folder.glob("*.tgz")
    assert hashlib.sha256(archive.read_bytes()).hexdigest() == DIGEST
    return read_script(archive)


def read_script(archive: Path) -> str:
    with tarfile.open(archive) as packed:
        script = packed.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.fixture(scope="module")
def server() -> Iterator[SellerServer]:
    with SellerServer() as started:
        started.rules(row_changes=True)
        started.order()
        started.call("soft.edit", elid=1)
        started.faults.add("delay", func="soft", seconds=1)
        started.control("POST", "/worlds/spring-01/exercise", {"exercise": "lost-reply"})
        yield started


def judge(page: Chrome, axe: str) -> list[str]:
    """What does not hold, each with where."""
    page.execute_script(axe)
    result: dict[str, Any] = page.execute_async_script(
        "const done = arguments[arguments.length - 1]; axe.run(document).then(done)"
    )
    assert result["passes"]
    return [
        f"{rule['id']}: {node['target']}" for rule in result["violations"] for node in rule["nodes"]
    ]


@pytest.mark.full_only("labels and headings change seldom; needs npm")
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_axe_finds_nothing_on_any_page(
    page: Chrome, server: SellerServer, axe: str, width: int, theme: str
) -> None:
    size(page, width)
    problems = {}
    for path in PAGES:
        mark = "&" if "?" in path else "?"
        page.get(f"{server.base}/_mockseller/console/{path}{mark}theme={theme}&lang=ru")
        problems[path] = judge(page, axe)
    assert {path: lines for path, lines in problems.items() if lines} == {}
