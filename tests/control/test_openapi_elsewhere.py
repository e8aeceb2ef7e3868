"""The OpenAPI document in the hands of others: its examples, its order, and Prism serving it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from contracts.checks.fuzz.declarations import Declarations
from contracts.record.formats import read
from contracts.record.writers import to_json
from emulator.openapi import openapi, parameters
from tests.handlers import REGISTRY

DOCUMENT = openapi(REGISTRY)
PRISM = "@stoplight/prism-cli@5.16.0"
Tally = Callable[..., None]


def examples(func: str) -> dict[str, dict[str, Any]]:
    """By media type, in the order of the document: the example of the answer, as it is sent."""
    content = DOCUMENT["components"]["responses"][func]["content"]
    return {kind: of["examples"]["answer"]["value"] for kind, of in content.items()}


def test_every_function_has_an_example_of_json_first_and_of_xml_as_text(tally: Tally) -> None:
    functions = [function.name for function in REGISTRY]
    faults: list[str] = []
    declared = Declarations(DOCUMENT)
    for func in functions:
        (first, shown), (second, text) = examples(func).items()
        faults += [f"{func}: {fault}" for fault in declared.find_answer_errors(func, shown)]
        if (first, second) != ("application/json", "text/xml"):
            faults.append(f"{func}: {first} stands before {second}")
        if to_json(read(str(text).encode(), "xml")[0]) != shown:
            faults.append(f"{func}: the text of the xml is another document")
    assert faults == []
    tally("functions with an example answer", functions, len(functions))


def test_the_refusal_is_the_same_in_both_formats() -> None:
    shared = DOCUMENT["components"]["examples"]
    tree = read(shared["refusal.xml"]["value"].encode(), "xml")[0]
    assert to_json(tree) == shared["refusal.json"]["value"]


def test_154_a_login_in_the_form_is_no_breach_of_the_document() -> None:
    operations = DOCUMENT["paths"]["/billmgr/soft"]
    schemes = DOCUMENT["components"]["securitySchemes"]
    assert [schemes[name]["name"] for way in operations["get"]["security"] for name in way] == [
        "authinfo", "auth", "billmgrses5",
    ]  # fmt: skip
    assert {} not in operations["get"]["security"]
    assert {} in operations["post"]["security"]


@contextmanager
def prism(folder: Path) -> Iterator[str]:
    """Prism on a port of its own; skips where npm cannot install it."""
    if (npm := shutil.which("npm")) is None:
        pytest.skip("there is no npm on this machine")
    install = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", PRISM]
    installed = subprocess.run(install, capture_output=True, text=True, timeout=300, check=False)
    if installed.returncode:
        pytest.skip(f"npm could not install {PRISM}: {installed.stderr.strip().splitlines()[:1]}")
    document = folder / "openapi.json"
    document.write_text(json.dumps(DOCUMENT))
    command = [str(folder / "node_modules/.bin/prism"), "mock", "--port", "0", str(document)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        log = Thread(target=deque, args=(server.stdout, 0))
        try:
            started = next(line for line in server.stdout if "listening on" in line)
            log.start()
            yield started.split()[-1]
        finally:
            server.kill()
        log.join()


@pytest.mark.timeout(900)
@pytest.mark.full_only("the order and the examples of every function are checked in every run")
def test_prism_answers_every_function_in_both_formats(tmp_path: Path) -> None:
    """As xml to GET every function, as json to POST one of each family."""
    faults: list[str] = []
    one_of_family = {function.family: function for function in REGISTRY}
    with prism(tmp_path) as base, httpx.Client(base_url=base, timeout=60) as client:
        for function in REGISTRY:
            path = f"/billmgr/{function.name}"
            needed = dict.fromkeys(parameters(function.takes).get("required", ()), "1")
            params = {"authinfo": "reseller:secret", **needed, **function.example}
            answer = client.get(path, params=params, headers={"Accept": "text/xml"})
            if answer.status_code != httpx.codes.OK or not answer.text.startswith("<?xml"):
                faults.append(f"GET {path}: {answer.text[-300:]}")
            if one_of_family[function.family] is function:
                answer = client.post(path, data=params)
                if answer.status_code != httpx.codes.OK or "doc" not in answer.json():
                    faults.append(f"POST {path}: {answer.text[-300:]}")
        choice = {"Accept": "text/xml", "Prefer": "example=refusal"}
        refused = client.get("/billmgr/soft", params={"authinfo": "a:b"}, headers=choice)
    assert faults == []
    assert "<error " in refused.text
