"""The pages of the functions: parameters, answers, errors, and an example that ran."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree.ElementTree import indent, tostring

from defusedxml.ElementTree import fromstring

from emulator import testing
from emulator.api.registry import Family, Function, Kind, Registry
from emulator.api.schema import WireSchema
from emulator.clock import SystemClock
from emulator.domain.accounts.sessions import prefix_of
from emulator.openapi import answer_fields, errors_of, parameters
from emulator.reference import HEAD, prose
from emulator.texts import label
from emulator.worlds.worlds import DEFAULT

AT = datetime(2027, 1, 15, 12, tzinfo=UTC)
SELLER = "http://127.0.0.1:1500"
# All that differs from one run to the next: keys of licenses follow from the seed of the world.
SESSION_ID = re.compile(f"{prefix_of(DEFAULT)}[0-9a-f]+")
# What every answer carries besides what it says; docs/wire.md tells of it once.
AROUND = ("metadata", "messages", "saved_filters", "tparams")
PEM = re.compile(r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", re.DOTALL)
LONGEST_EXAMPLE = 60


class ExampleSeller:
    """A seller for the examples, reset before each. ``folder``: for initial states."""

    def __init__(self, folder: Path) -> None:
        system_clock = SystemClock(now=lambda: AT, elapsed=AT.timestamp)
        self._seller = testing.Seller(seeds=folder, system_clock=system_clock)
        self._client = self._seller.wsgi.test_client(use_cookies=False)

    def close(self) -> None:
        """Removes the seller and its data."""
        self._seller.close()

    def answer(self, params: Mapping[str, str]) -> str:
        """The answer to these parameters in a fresh world, with the session id replaced."""
        self._seller.worlds.reset(DEFAULT)
        answer = self._client.get("/billmgr", query_string=params, base_url=SELLER)
        return SESSION_ID.sub("SESSION-ID", answer.get_data(as_text=True))


def family_page(family: Family, seller: ExampleSeller) -> str:
    """All functions of one family."""
    parts = [f"{HEAD}\n# {family.name}: {family.title['en']}\n"]
    parts += [_function(function, seller) for function in family.functions]
    return "\n".join(parts)


def _function(function: Function, seller: ExampleSeller) -> str:
    line = f"{function.kind.value} · {function.evidence.value} · {function.source}"
    parts = [f"## {function.name}\n", f"{prose(function.summary)}\n", f"*{line}*\n"]
    if function.public:
        parts.append("Answered without a login.\n")
    if function.generation is not None:
        parts.append(f"Only in generation {function.generation}.\n")
    if function.elids:
        parts.append(f"`{function.elids}` may name several: `1, 2`.\n")
    if function.buttons:
        buttons = ", ".join(f"`{name}`" for name in sorted(function.buttons))
        parts.append(f"With `sok`, `clicked_button` may be {buttons}.\n")
    if function.next_step:
        parts.append(f"The next step of the wizard is `{function.next_step}`.\n")
    parts.append(_parameters(function))
    if function.returns is not None:
        what = "a row" if function.kind is Kind.LISTING else "the form"
        parts.append(_answer(f"field of {what}", function.returns))
    parts += [_answer(f"column of `{name}`", row) for name, row in function.tables.items()]
    types = sorted({error.type for error in errors_of(function)})
    refusals = ", ".join(f"[`{name}`](../errors.md#{name})" for name in types)
    parts.append(f"Refuses with {refusals}.\n")
    if function.example or not any(field.needed for field in function.takes.wire_fields.values()):
        parts.append(_example(function, seller))
    return "\n".join(filter(None, parts))


def _parameters(function: Function) -> str:
    schema = parameters(function.takes)
    properties = {**schema["properties"]}
    for pattern, parameter in schema.get("patternProperties", {}).items():
        properties[pattern.strip("^$").replace("[0-9]{1,9}", "<id>")] = parameter
    if "x-rest" in schema:
        return f"Parameters: {schema['x-rest']}.\n"
    if not properties:
        return "No parameters of its own.\n"
    lines = ["| parameter | what | value | needed |", "| --- | --- | --- | --- |"]
    for name, parameter in properties.items():
        when = "always" if name in schema.get("required", ()) else ""
        when = "to submit" if name in schema.get("x-needed", ()) else when
        lines.append(f"| `{name}` | {_what(name, parameter)} | {_value(parameter)} | {when} |")
    return "\n".join(lines) + "\n"


def _answer(head: str, returns: WireSchema) -> str:
    """The fields of a row or a form as a table; empty where none is declared."""
    properties = answer_fields(returns)["properties"]
    if not properties:
        return ""
    lines = [f"| {head} | what |", "| --- | --- |"]
    lines += [f"| `{name}` | {_what(name, field)} |" for name, field in properties.items()]
    return "\n".join(lines) + "\n"


def _what(name: str, schema: Mapping[str, Any]) -> str:
    """What a parameter or a field means, in a cell of a table."""
    text = prose(schema.get("description", label(name, "en"))).replace("|", "\\|")
    generation = schema.get("x-generation")
    return text if generation is None else f"{text} Only in generation {generation}."


def _value(schema: Mapping[str, Any]) -> str:
    """``text of at most 255 signs``: a parameter's schema in words."""
    kind = str(schema["x-kind"])
    if "enum" in schema:
        return " ".join(f"`{word}`" for word in schema["enum"])
    if "maxLength" in schema:
        return f"text of at most {schema['maxLength']} signs"
    words = {
        "whole": "whole number",
        "id": f"number of one {schema.get('x-entity')}",
        "ids": f"numbers of one {schema.get('x-entity')} or several",
        "months": "months, or `null`",
        "months_or_none": "months, or `null`",
        "on_or_months": "`on`, months, or `null`",
        "on_or_months_or_none": "`on`, months, or `null`",
        "domain": "name of a host or domain",
        "address": "IPv4 address",
        "any_address": "IPv4 or IPv6 address",
        "day": "date, `YYYY-MM-DD`",
        "amount": "amount, `12.34`",
        "sum": "amount with its currency, `12.34 EUR`; the bare number is its `orig`",
        "numbered": "whole number",
    }
    return words.get(kind, kind)


def _example(function: Function, seller: ExampleSeller) -> str:
    sent = {"func": function.name, **function.example}
    if not function.public:
        sent = {"authinfo": "reseller:secret", **sent}
    if function.kind is Kind.LISTING:
        sent["p_cnt"] = "1"
    url = f"{SELLER}/billmgr?{urlencode(sent, safe=':,')}"
    xml = _pretty_xml(seller.answer(sent))
    plain = _pretty_json(seller.answer({**sent, "out": "json"}))
    return "\n".join([
        f"```sh\ncurl '{url}'\n```\n",
        f"```xml\n{xml}\n```\n",
        f"With `out=json`:\n\n```json\n{plain}\n```\n",
    ])  # fmt: skip


def _pretty_xml(text: str) -> str:
    root = fromstring(text)
    if root.find("error[@type='internal']") is not None:
        raise RuntimeError(f"an example got an internal error: {text}")
    root.attrib.clear()
    for child in [child for child in root if child.tag in AROUND]:
        root.remove(child)
    indent(root)
    return _cut(tostring(root, encoding="unicode"))


def _pretty_json(text: str) -> str:
    """Indented, but what holds nothing further stands on one line."""
    doc = json.loads(text)["doc"]
    shown = {name: doc[name] for name in doc if name not in AROUND and not name.startswith("$")}
    indented = json.dumps({"doc": shown}, indent=1, ensure_ascii=False)
    innermost = re.compile(r"\{\s+([^{}\[\]]*?)\s+\}")
    return _cut(innermost.sub(lambda m: "{" + re.sub(r"\n\s*", " ", m[1]) + "}", indented))


def _cut(text: str) -> str:
    """As much as a page shows: not every line, and no key or certificate in full."""
    lines = PEM.sub(r"-----BEGIN \1-----…-----END \1-----", text).splitlines()
    return "\n".join(lines if len(lines) <= LONGEST_EXAMPLE else [*lines[:LONGEST_EXAMPLE], "…"])


def index_page(registry: Registry) -> str:
    """Every function by family, in one table."""
    pages = ("Errors", "Faults", "Journal", "Settings", "Worlds", "Control")
    links = " · ".join(f"[{page}]({page.lower()}.md)" for page in pages)
    lines = [f"{HEAD}\n# Reference\n", f"{links} · [Commands](cli.md)\n"]
    lines.append(
        "Examples are answers of the world `small`, without what stands around every answer"
        " ([the wire](../wire.md), section 3): attributes of `doc`, echo, layout.\n"
    )
    lines += ["| function | kind | how we know | what it does |", "| --- | --- | --- | --- |"]
    for function in registry:
        anchor = function.name.replace(".", "")
        link = f"[`{function.name}`](functions/{function.family.name}.md#{anchor})"
        first = prose(function.summary).partition("\n")[0]
        lines.append(f"| {link} | {function.kind.value} | {function.evidence.value} | {first} |")
    return "\n".join(lines) + "\n"
