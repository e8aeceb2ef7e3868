"""``make audit``: known vulnerabilities of the installed packages, by pip-audit.

Exit code 1 where there are some. Without a network, or where an index of one's own knows nothing of
vulnerabilities, it says "not asked" and ends with 0: a release on a train is a release.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from typing import Any, Final

COMMAND: Final = (
    sys.executable, "-m", "pip_audit", "--local", "--skip-editable", "--format", "json",
    "--progress-spinner", "off", "--timeout", "10",
)  # fmt: skip
SECONDS: Final = 300


def ask() -> Mapping[str, Any] | str:
    """What pip-audit found, as its JSON has it; or why it could not ask, in a line."""
    try:
        done = subprocess.run(COMMAND, capture_output=True, text=True, check=False, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f"no answer in {SECONDS} seconds"
    try:
        answer: Mapping[str, Any] = json.loads(done.stdout)
    except ValueError:
        return (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]
    return answer


def vulnerable(answer: Mapping[str, Any]) -> Iterator[str]:
    """A line for each known vulnerability."""
    for package in answer["dependencies"]:
        for each in package.get("vulns", ()):
            fixed = ", ".join(each["fix_versions"]) or "no version"
            yield f"{package['name']} {package['version']}: {each['id']}, fixed in {fixed}"


def summary(answer: Mapping[str, Any]) -> str:
    """How many packages were asked about; those of which nothing is known are counted apart."""
    packages = answer["dependencies"]
    skipped = sum("skip_reason" in package for package in packages)
    count = len(packages) - skipped
    if not count:
        return f"not asked: the index knows nothing of these {skipped} packages"
    rest = f", {skipped} not asked" if skipped else ""
    return f"{count} packages asked{rest}"


def main() -> int:
    """The exit code."""
    answer = ask()
    if isinstance(answer, str):
        print(f"vulnerabilities: not asked: {answer}")  # noqa: T201 - a command
        return 0
    lines = [*vulnerable(answer)]
    for line in lines:
        print(line)  # noqa: T201 - a command
    print(f"vulnerabilities: {len(lines)}, {summary(answer)}")  # noqa: T201 - a command
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
