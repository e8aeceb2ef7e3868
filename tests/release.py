"""``make release``: checks version, changelog and tag, builds the wheel, says what is left to do.

Nothing is tagged or uploaded; CONTRIBUTING.md says when and by whom.
"""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from emulator import __version__

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("mockseller/", "emulator/", "reseller_client/", "contracts/")
VERSION: Final = re.compile(r"\d+\.\d+\.\d+")
_SECTION: Final = re.compile(
    r"^## \[([^]]+)\](?: - (\d{4}-\d\d-\d\d))?\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL
)


def check_version(version: str) -> Iterator[str]:
    """Yield what is wrong with the version: a release has three numbers and nothing else."""
    if VERSION.fullmatch(version) is None:
        yield f'emulator/__init__.py: the version "{version}" is not of the form 1.2.3'


def check_changelog(changelog: str, version: str) -> Iterator[str]:
    """Yield what is wrong with the changelog: the version comes first, nothing is unreleased."""
    sections = [match.groups() for match in _SECTION.finditer(changelog)]
    unreleased = [text for name, _, text in sections if name == "Unreleased"]
    if any(text.strip() for text in unreleased):
        yield f'CHANGELOG.md: move what stands under "Unreleased" to a section "{version}"'
    released = [(name, day) for name, day, _ in sections if name != "Unreleased"]
    if not released or released[0][0] != version:
        yield f"CHANGELOG.md: the first released section is not [{version}]"
    elif released[0][1] is None:
        yield f"CHANGELOG.md: [{version}] has no date, such as [{version}] - 2026-11-26"


def check_repository(folder: Path, version: str) -> Iterator[str]:
    """Yield what is wrong with the work tree: changes, or the tag on another commit."""
    if _git(folder, "status", "--porcelain"):
        yield "git: there are changes that are not committed"
    tagged = _git(folder, "rev-list", "-n", "1", "--ignore-missing", f"v{version}", "--")
    if tagged and tagged != _git(folder, "rev-parse", "HEAD"):
        yield f"git: the tag v{version} is on another commit; a released version does not change"


def build(folder: Path, target: Path) -> Path:
    """Build wheel and source archive into ``target``; the wheel. Raises CalledProcessError."""
    command = [sys.executable, "-m", "hatchling", "build", "--directory", str(target)]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return max(target.glob("mockseller-*.whl"), key=lambda path: path.stat().st_mtime)


def check_wheel(wheel: Path, version: str) -> Iterator[str]:
    """Yield what is wrong with a wheel: another version, a package that lacks or is too many."""
    with zipfile.ZipFile(wheel) as archive:
        names = [name for name in archive.namelist() if ".dist-info/" not in name]
        (metadata,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
        text = archive.read(metadata).decode()
    if f"\nVersion: {version}\n" not in text:
        yield f"{wheel.name}: its metadata does not say version {version}"
    for package in PACKAGES:
        if not any(name.startswith(package) for name in names):
            yield f"{wheel.name}: {package} is missing"
    strange = sorted({name.partition("/")[0] for name in names if not name.startswith(PACKAGES)})
    if strange:
        yield f"{wheel.name}: does not belong there: {', '.join(strange)}"


def _git(folder: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def main() -> int:
    """Check and build; 0 where the release can be tagged, 1 where something is wrong."""
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    problems = [
        *check_version(__version__),
        *check_changelog(changelog, __version__),
        *check_repository(ROOT, __version__),
    ]
    if not problems:
        wheel = build(ROOT, ROOT / "dist")
        problems = list(check_wheel(wheel, __version__))
    for problem in problems:
        print(problem, file=sys.stderr)  # noqa: T201 - a command of this repository
    if problems:
        return 1
    print(f"The wheel in dist/ is version {__version__}. To release it:")  # noqa: T201 - see above
    print(f"  git tag v{__version__} && git push origin v{__version__}")  # noqa: T201 - see above
    return 0


if __name__ == "__main__":
    sys.exit(main())
