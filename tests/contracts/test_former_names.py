"""Names of modules that users typed on command lines still work, and say the new name once."""

from __future__ import annotations

import subprocess
import sys


def run(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)


def test_the_former_name_of_the_reference_adapter_works() -> None:
    result = run("-m", "contracts.grading.adapter", "--help")
    assert "--kind" in result.stdout
    assert result.stderr.count("contracts.checks.client.adapter") == 1


def test_the_former_name_of_the_hooks_for_schemathesis_works() -> None:
    code = "import sys, contracts.fuzz.hooks; print('contracts.checks.fuzz.hooks' in sys.modules)"
    result = run("-c", code)
    assert result.stdout == "True\n"
    assert result.stderr.count("contracts.checks.fuzz.hooks") == 1
