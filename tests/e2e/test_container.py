"""The Dockerfile and compose.yaml, as far as they can be tried without an engine for containers.

The steps of the Dockerfile are run in a folder: /opt/mockseller and /data are folders in it, the
sources are where they are. Left out is what needs root: making the user.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[2]
Steps = list[tuple[str, str]]
"""Each instruction with what follows it."""
NEEDS_ROOT = "useradd "
"""How the only step begins that is left out."""


def stages() -> list[Steps]:
    """The stages of the Dockerfile; lines that go on are put together."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8").replace("\\\n", " ")
    parsed: list[Steps] = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            instruction, _, rest = line.partition(" ")
            if instruction == "FROM":
                parsed.append([])
            parsed[-1].append((instruction, rest.strip()))
    return parsed


def values_of(steps: Steps, instruction: str) -> list[str]:
    return [rest for name, rest in steps if name == instruction]


def compose() -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))
    return content


def test_the_dockerfile_passes_its_linter() -> None:
    linter = Path(sys.executable).parent / "hadolint"
    if not linter.exists():
        pytest.skip("hadolint is not installed: there is none for this machine")
    process = subprocess.run(
        [linter, "--failure-threshold", "style", ROOT / "Dockerfile"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (process.returncode, process.stdout) == (0, "")


def test_compose_yaml_is_what_the_specification_of_compose_allows() -> None:
    process = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec",
         ROOT / "compose.yaml"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert process.returncode == 0, process.stdout


def test_the_image_runs_as_nobody_in_particular_and_keeps_its_worlds_in_a_volume() -> None:
    last = stages()[-1]
    assert int(values_of(last, "USER")[-1]) > 0
    assert values_of(last, "VOLUME") == ["/data"]
    service = compose()["services"]["mockseller"]
    assert service["read_only"] is True
    assert [volume.split(":")[1] for volume in service["volumes"]] == ["/data"]
    assert {port.split(":")[2] for port in service["ports"]} <= set(
        values_of(last, "EXPOSE")[0].split()
    )


def test_everything_that_is_copied_reaches_the_engine_and_everything_packed_is_copied() -> None:
    copied = {
        name
        for rest in values_of(stages()[0], "COPY")
        for name in rest.split()[:-1]
    }  # fmt: skip
    sent = re.findall(r"^!(\S+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)
    assert copied == set(sent)
    assert all((ROOT / name).exists() for name in copied)


def copy_sources(build: Steps, source: Path) -> None:
    """Does what COPY says."""
    source.mkdir()
    for rest in values_of(build, "COPY"):
        for name in rest.split()[:-1]:
            if (ROOT / name).is_dir():
                shutil.copytree(ROOT / name, source / name)
            else:
                shutil.copy(ROOT / name, source)


def environment_of(last: Steps, path: str) -> dict[str, str]:
    """What ENV and compose.yaml say, with free ports."""
    pairs = [shlex.split(rest) for rest in values_of(last, "ENV")]
    environ = dict(pair.split("=", 1) for line in pairs for pair in line)
    environ["PATH"] = environ["PATH"].replace("$PATH", path)
    for name, text in compose()["services"]["mockseller"]["environment"].items():
        environ[name] = str(text).replace("${MOCKSELLER_TOKEN:-}", "")
    return environ | {"MOCKSELLER_PORT": "0", "MOCKSELLER_TLS_PORT": "0"}


@pytest.mark.full_only("the linters and the checks of single instructions above")
def test_the_steps_of_the_dockerfile_make_a_server_that_becomes_healthy(tmp_path: Path) -> None:
    def here(text: str) -> str:
        moved = text.replace("/opt/mockseller", str(tmp_path / "opt"))
        return moved.replace("/data", str(tmp_path / "data"))

    build, last = stages()
    source = tmp_path / "source"
    copy_sources(build, source)
    path = f"{Path(sys.executable).resolve().parent}:{os.environ['PATH']}"
    for command in values_of(build, "RUN") + values_of(last, "RUN"):
        if not command.startswith(NEEDS_ROOT):
            subprocess.run(
                ["sh", "-ec", here(command)], cwd=source, check=True,
                env={"PATH": path, "HOME": str(tmp_path)},
            )  # fmt: skip
    environ = {name: here(text) for name, text in environment_of(last, path).items()}
    call = [*json.loads(values_of(last, "ENTRYPOINT")[0]), *json.loads(values_of(last, "CMD")[0])]
    program = shutil.which(call[0], path=environ["PATH"])
    assert program == here("/opt/mockseller/bin/mockseller")
    with subprocess.Popen(
        [program, *call[1:]], cwd=tmp_path, env=environ, stdout=subprocess.PIPE, text=True
    ) as server:
        try:
            lines = server.stdout or ()
            words = next(line.split() for line in lines if line.startswith("  address"))
            check = json.loads(values_of(last, "HEALTHCHECK")[0].partition(" CMD ")[2])
            environ["MOCKSELLER_PORT"] = str(urlsplit(words[1]).port)
            assert subprocess.run(check, env=environ, check=False).returncode == 0
            environ["MOCKSELLER_PORT"] = "9"
            assert subprocess.run(
                check, env=environ, stderr=subprocess.DEVNULL, check=False
            ).returncode
        finally:
            server.terminate()
    assert (tmp_path / "data" / "worlds" / "default").is_dir()
    assert (tmp_path / "data" / "tls" / "ca.pem").is_file()
