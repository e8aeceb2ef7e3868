"""What the page about the client names and shows is there, and works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reseller_client import Client

if TYPE_CHECKING:
    from emulator.testing import World

PAGE = (Path(__file__).parents[2] / "docs/client.md").read_text(encoding="utf-8")
ADDRESS = "http://127.0.0.1:1500/billmgr"


def test_the_page_names_every_method_and_no_other(client: Client) -> None:
    spaces = {name: space for name, space in vars(client).items() if space.__doc__ is not None}
    own = {
        f"client.{name}.{method}"
        for name, space in spaces.items()
        if type(space).__module__.startswith("reseller_client.") and not name.startswith("_")
        for kind in type(space).__mro__
        if kind.__module__.startswith("reseller_client.")
        for method, member in vars(kind).items()
        if callable(member) and not method.startswith("_")
    }
    same = ("client.third_party.", "client.platforms.", "client.retry_policy.")
    named = set(re.findall(r"`(client\.[a-z_]+\.[a-z0-9_]+)`", PAGE))
    assert named == {method for method in own if not method.startswith(same)}


def test_the_examples_of_the_page_work(seller_server: World) -> None:
    code = "\n".join(reversed(re.findall(r"(?s)```python\n(.*?)```", PAGE)))
    done = subprocess.run(
        [sys.executable, "-c", code.replace(ADDRESS, seller_server.url)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert "This account can resell." in done.stdout
    assert done.stdout.splitlines()[0].startswith("100")
    assert done.stdout.splitlines()[-1] == "True"
