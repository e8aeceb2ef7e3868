"""The page of the control API: every path, its parameters and statuses, an example that ran."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from emulator import testing
from emulator.clock import SystemClock
from emulator.control.api.document import (
    MEANINGS,
    PREFIX,
    Json,
    body_of,
    parameters,
    rule_fields,
    statuses,
)
from emulator.control.api.guard import JSON
from emulator.control.api.operations import OPERATIONS, Operation
from emulator.control.api.routes import BINARY, TEXT
from emulator.reference import HEAD
from emulator.reference.functions import AT, SELLER
from emulator.reference.worlds import in_words

TOOK = re.compile(r'"took_ms": [0-9.]+')
"""All that differs from one run to the next."""
LONGEST = 20
"""Lines of an answer that the page shows."""
INTRODUCTION = f"""
Under `{PREFIX}/`, in JSON; as an OpenAPI document: `GET {PREFIX}/control.json`. A refusal is
`{{"error": "one line"}}` with its status. A change needs the header `Content-Type: {JSON}`, also
without a body. From this computer no token is needed; elsewhere see [the console](../console.md).
In another world than `default`: `?world=NAME`. The examples work one after another in the world
`small`, after an order and a ticket.
"""


FAULT: Json = {"properties": rule_fields(), "required": ["what"]}
"""Of the body of a fault; the settings of its kinds are on a page of their own."""
STATUS_HEAD = "| status | when |\n| --- | --- |\n"


class ControlExamples:
    """A seller whose control API answers the examples, in their order. ``folder``: for seeds."""

    def __init__(self, folder: Path) -> None:
        clock = SystemClock(now=lambda: AT, elapsed=AT.timestamp)
        self._seller = testing.Seller(seeds=folder, system_clock=clock)
        self._client = self._seller.wsgi.test_client(use_cookies=False)
        self._files: dict[str, bytes] = {}
        self._seller.order(ip="192.0.2.201")
        self._seller.call("clientticket.edit", sok="ok", subject="Key", message="Where is it?")

    def close(self) -> None:
        """Removes the seller and its data."""
        self._seller.close()

    def send(self, key: str, operation: Operation) -> tuple[int, Any]:
        """The status of the answer to the example of an operation, and its JSON or text."""
        sent, method = operation.sent, key.partition(" ")[0]
        text = sent if isinstance(sent, str) else json.dumps({} if sent is None else sent)
        body = self._files.get(operation.file, text.encode())
        answer = self._client.open(
            f"{PREFIX}{operation.example}",
            base_url=SELLER,
            method=method,
            data=None if method == "GET" else body,
            content_type=_kind(operation),
            environ_overrides={"REMOTE_ADDR": "127.0.0.1"},
        )
        if answer.mimetype == TEXT:
            return answer.status_code, answer.text
        if not answer.is_json:
            self._files[operation.file] = answer.data
        return answer.status_code, answer.json if answer.is_json else None


def example_answers(folder: Path) -> dict[str, Any]:
    """The answer to the example of every operation. ``folder``: for initial states of worlds.

    Raises RuntimeError where an example is refused.
    """
    examples, answers = ControlExamples(folder), {}
    for key, operation in OPERATIONS.items():
        status, answers[key] = examples.send(key, operation)
        if status != next(iter(statuses(key, operation))):
            raise RuntimeError(f"the example of {key} got {status}: {answers[key]}")
    examples.close()
    return answers


def control_page(answers: Mapping[str, Any]) -> str:
    """Every operation of the control API, with the answers to their examples."""
    meanings = "".join(f"| `{code}` | {text} |\n" for code, text in sorted(MEANINGS.items()))
    parts = [f"{HEAD}\n# The control API\n{INTRODUCTION}\n{STATUS_HEAD}{meanings}"]
    for key, operation in OPERATIONS.items():
        parts.append(_section(key, operation, answers[key]))
    return "\n".join(parts)


def _section(key: str, operation: Operation, answer: object) -> str:
    method, _, path = key.partition(" ")
    named = re.sub("<(.+?)>", lambda name: name[1].upper(), path)
    parts = [f"## {method} {named}\n", f"{operation.summary}\n"]
    rows = [
        _row(each["name"], each["in"], each["schema"] | each) for each in parameters(key, operation)
    ]
    body = body_of(key, operation)
    if body is not None:
        rows += list(_fields(body if "properties" in body else FAULT))
    if rows:
        head = ["| name | where | value | what |", "| --- | --- | --- | --- |"]
        parts.append("\n".join([*head, *rows]) + "\n")
    conflict = f"; `409`: {operation.conflict}" if operation.conflict else ""
    codes = " ".join(f"`{code}`" for code in statuses(key, operation))
    parts.append(f"Statuses: {codes}{conflict}.\n")
    parts.append(_example(method, operation, answer))
    return "\n".join(parts)


def _fields(body: Json, place: str = "") -> Iterator[str]:
    """The fields of a body, those of objects in it too: ``discounts.percent``."""
    for name, schema in body["properties"].items():
        needed = ", needed" if name in body.get("required", ()) else ""
        yield _row(f"{place}{name}", f"body{needed}", schema)
        for inner in (schema, schema.get("items", {}), *schema.get("anyOf", ())):
            if name == "rules":
                continue
            if "properties" in inner:
                yield from _fields(inner, f"{place}{name}.")


def _row(name: str, where: str, schema: Json) -> str:
    about = schema["description"]
    value = "see [settings](settings.md#of-a-world)" if name == "rules" else in_words(schema)
    return f"| `{name}` | {where} | {value} | {about.replace('``', '`')} |"


def _example(method: str, operation: Operation, answer: object) -> str:
    command = f"curl '{SELLER}{PREFIX}{operation.example}'"
    if method != "GET":
        command += f" -X {method} -H 'Content-Type: {_kind(operation)}'"
    if operation.sent is not None:
        sent = operation.sent
        text = sent if isinstance(sent, str) else json.dumps(sent)
        command += f" \\\n  -d '{text}'"
    if operation.file:
        command += f" -o {operation.file}" if method == "GET" else f" \\\n  -T {operation.file}"
    lines = f"```sh\n{command}\n```\n"
    if isinstance(answer, str):
        return f"{lines}\n```text\n{answer}```\n"
    return lines if answer is None else f"{lines}\n```json\n{_short(answer)}\n```\n"


def _kind(operation: Operation) -> str:
    if operation.file:
        return BINARY
    return "application/xml" if isinstance(operation.sent, str) else JSON


def _short(answer: object) -> str:
    """Indented, but what holds nothing further stands on one line; not every line."""
    text = TOOK.sub('"took_ms": 1.5', json.dumps(answer, indent=1, ensure_ascii=False))
    for innermost in (r"\{\s+([^{}\[\]]*?)\s+\}", r"\[\s+([^{}\[\]]*?)\s+\]"):
        text = re.sub(innermost, lambda m: m[0][0] + re.sub(r"\n\s*", " ", m[1]) + m[0][-1], text)
    lines = [line if len(line) <= WIDEST else f"{line[:WIDEST]}…" for line in text.splitlines()]
    return "\n".join(lines if len(lines) <= LONGEST else [*lines[:LONGEST], "…"])


WIDEST = 160
