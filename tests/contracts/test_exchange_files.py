"""Bad files on record are refused in one line that names the place."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.record.costs import read_costs
from contracts.record.exchange import read_all, read_file
from contracts.record.fields import ExchangeError

GOOD = """\
func: soft.edit
about: Renames a licence.
request: {params: {elid: 100001, licname: web, sok: ok}}
answer:
  formats: [xml]
  kind: result
  doc: {ok: "", elid: <id:1>}
evidence: observed
source: somewhere
date: 2026-11-23
version: not known
"""


def _written(folder: Path, text: str, func: str = "soft.edit") -> Path:
    path = folder / func / "rename.yaml"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return path


def test_a_file_is_read_as_texts(tmp_path: Path) -> None:
    exchange = read_file(_written(tmp_path, GOOD.replace("sok: ok", "sok: on, a: null, b: 01")))
    assert exchange.name == "soft.edit/rename"
    assert exchange.request.params["sok"] == "on"
    assert exchange.request.params["a"] == "null"
    assert exchange.request.params["b"] == "01"


def test_the_cost_is_that_of_the_file_of_the_error_or_of_the_function(tmp_path: Path) -> None:
    costs = read_costs()
    refused = GOOD.replace("kind: result", "kind: error").replace(
        'doc: {ok: "", elid: <id:1>}', "doc: {error: {'@type': value}}"
    )
    texts = {
        "own": GOOD.replace("evidence:", "cost: It is lost.\nevidence:"),
        "function": GOOD,
        "error": refused,
    }
    exchanges = {}
    for name, text in texts.items():
        (tmp_path / name).mkdir()
        exchanges[name] = read_file(_written(tmp_path / name, text)).cost
    assert exchanges == {
        "own": "It is lost.",
        "function": costs.functions["X.edit"],
        "error": costs.errors["value"],
    }
    assert costs.find("v2.soft.order.param", None) == costs.functions["v2.X.order.param"]
    assert costs.find("made.up.function", None) == ""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("func: soft.edit", "func: soft", 'func: "soft" stands in the folder of soft.edit'),
        ("about: Renames a licence.\n", "", "about: is missing"),
        ("kind: result", "kind: lsit", 'answer.kind: "lsit" is not one of'),
        ("formats: [xml]", "formats: [xlm]", 'answer.formats: "xlm" is not one of'),
        ("formats: [xml]", "formats: []", "answer.formats: is empty"),
        ("evidence: observed", "evidence: seen", 'evidence: "seen" is not one of'),
        ("date: 2026-11-23", "date: yesterday", 'date: "yesterday" is not a day'),
        ("elid: <id:1>}", "elid: <idd:1>}", "answer.doc: <idd:1> is no placeholder"),
        (
            "elid: 100001",
            "elid: <id:none>",
            "request: soft.edit: elid: nothing before has bound <id:none>",
        ),
        ("sok: ok}", "sok: [ok]}", "request.params: must be a mapping of texts"),
        ("request: {", "request: {metod: GET, ", "request.metod: there is no such field"),
        ("request: {", "request: {method: PUT, ", 'request.method: "PUT" is not one of'),
        ("request: {", "request: {body: form, ", "request.body: form does not go with GET"),
        ("evidence:", "exact: true\nevidence:", "exact: there is no such field"),
        ("kind: result", "kind: error", "answer.kind: error goes with an error in doc"),
        ("doc: {ok", "doc: {ok: {'@a': [1]}, no", "answer.doc: /doc/ok/@a: must be a text"),
        ("func: soft.edit", "login: magic\nfunc: soft.edit", 'login: "magic" is not one of'),
        ("version:", "client: {call: x}\nversion:", "client.reads: say what it reads"),
        ("answer:", "answer: [", "is not YAML: line "),
    ],
)
def test_a_fault_is_one_line_that_names_the_place(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert old in GOOD
    path = _written(tmp_path, GOOD.replace(old, new, 1))
    with pytest.raises(ExchangeError) as raised:
        read_file(path)
    line = str(raised.value)
    assert line.startswith(f"{path}: {message}")
    assert "\n" not in line


def test_all_faults_of_a_folder_are_told_at_once(tmp_path: Path) -> None:
    _written(tmp_path, GOOD.replace("kind: result", "kind: x"))
    _written(tmp_path, GOOD, func="soft")
    with pytest.raises(ExchangeError) as raised:
        read_all(tmp_path)
    assert len(str(raised.value).splitlines()) == 2


def test_a_step_before_binds_what_the_request_names(tmp_path: Path) -> None:
    before = "before: [{func: soft.edit, params: {elid: 1}, answer: {lickey: <key:mine>}}]\n"
    text = before + GOOD.replace("elid: 100001", "elid: <id:mine>")
    assert read_file(_written(tmp_path, text)).before[0].request.func == "soft.edit"
