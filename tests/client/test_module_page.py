"""What the page about modules shows of a partner's endpoint works, word by word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from emulator.testing import World

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "docs/modules.md").read_text(encoding="utf-8").partition("\n## 6. ")[2]
ADDRESS = "http://127.0.0.1:1500/billmgr"


def block(language: str) -> str:
    blocks = re.findall(rf"(?s)```{language}\n(.*?)```", SECTION)
    return str(blocks[0])


def test_the_file_and_the_commands_of_the_page_run(seller_server: World, tmp_path: Path) -> None:
    text = block("yaml").replace(ADDRESS, seller_server.url)
    (tmp_path / "modules.yaml").write_text(text, encoding="utf-8")
    lines = [line.partition("#")[0].strip() for line in block("sh").splitlines()]
    setting, serve, *others = (re.sub("^mockseller ", "", line) for line in lines)
    name, _, value = setting.removeprefix("export ").partition("=")
    hidden = {"MOCKSELLER_LOGIN", "MOCKSELLER_URL"}
    env = {key: text for key, text in os.environ.items() if key not in hidden} | {name: value}
    command = [sys.executable, "-m", "emulator.cli"]
    with subprocess.Popen(
        [*command, *serve.replace("1600", "0").split()],
        stdout=subprocess.PIPE, text=True, env=env, cwd=tmp_path,
    ) as endpoint:  # fmt: skip
        try:
            assert endpoint.stdout is not None
            ready = endpoint.stdout.readline()
            outputs = [
                subprocess.run(
                    [*command, *line.split()],
                    capture_output=True, check=True, text=True, env=env, cwd=tmp_path,
                ).stdout
                for line in others
            ]  # fmt: skip
        finally:
            endpoint.terminate()
    assert endpoint.returncode == 0
    assert ready.startswith("panels are answered at http://127.0.0.1:")
    assert outputs[:2] == ["ada\t50.00 EUR\n", "waiting for the seller\t0\n"]
    assert outputs[2].splitlines()[1] == "ada\t50.00 EUR"
