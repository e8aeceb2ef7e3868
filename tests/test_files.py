"""Of every kind of file of users, everything that is wrong is named at once, by its line."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from contracts.checks import deviations
from contracts.record import exchange
from contracts.recording import session
from contracts.reports import saved
from contracts.verdicts import JUDGES
from emulator import settings
from emulator.worlds.fixtures import load_world
from mockseller import files
from mockseller.files import FileError
from reseller_client.modules import file as modules

ROOT = Path(__file__).parents[1]
WORLD = """\
about: A world of a test.
currency: XXY
tariffs: [ispmanager6]
accounts:
  - {login: one, password: p, balance: -1, realname: One, email: one@example.com}
about: The same once more.
"""
MODULES = """\
currency: euro
database: modules.sqlite
products:
  - {id: 277, tariff: 955301, intname: Virusdie, prices: {1: cheap}}
licences:
  - {number: 100002, customer: nobody}
database: other.sqlite
"""
DEVIATIONS = """\
deviations:
  - judge: weather
    name: lost-reply
    what: it is not looked for
    reason: no table
    reason: there is none
    date: yesterday
    colour: red
"""
EXCHANGE = """\
func: soft.edit
about: Renames a license.
request: {method: PUT, params: {elid: 100001}}
answer:
  formats: [xml]
  kind: list
  doc: {ok: ""}
evidence: seen
source: somewhere
date: 2026-11-23
date: 2026-11-24
version: not known
"""
SESSION = """\
---
mockseller: session 1
name: s
upstream: https://seller.example/billmgr
began: noon
version: not known
personal: covered
...
---
func: soft
at: '2026-11-26T12:00:00+00:00'
today: '2026-11-26'
seconds: long
request: {method: GET, body: none, login: authinfo, out: xml, out: json, params: {}}
answer: {status: fine, type: text/xml, kind: listing, doc: {id: <id:1>}, text: <doc/>}
...
"""
REPORT = """\
{"format": 2,
 "runs": [
  {"judge": "weather",
   "target": "a", "target": "b",
   "began": "2026-11-26T12:00:00Z", "seconds": "long", "remarks": [], "details": {},
   "exit_code": 0, "counts": {},
   "verdicts": []
  }
 ]}
"""
SETTINGS = """\
colour = "red"
port = "eighty"
token = '''
size = 1
'''
size = 3
"""
KINDS: dict[str, tuple[str, str, Callable[[Path], object], list[str]]] = {
    "world": (
        "mine.yaml", WORLD, load_world,
        [
            "about: is there twice (lines 1 and 6)",
            'currency: "XXY" is not a currency such as EUR (line 2)',
            "accounts[0].balance: -1 is a bare number; write an amount in quotes (line 5)",
        ],
    ),
    "shop of modules": (
        "mine.yaml", MODULES, modules.read_file,
        [
            "currency: Three capital letters, such as EUR. (line 1)",
            "database: is there twice (lines 2 and 7)",
            "products[0].prices.1: Not a valid number. (line 4)",
            "licences[0].customer: There is no customer nobody in this file. (line 6)",
        ],
    ),
    "known deviations": (
        "mine.yaml", DEVIATIONS, deviations.read_file,
        [
            f'deviations[0].judge: "weather" is not one of {", ".join(JUDGES)} (line 2)',
            "deviations[0].reason: is there twice (lines 5 and 6)",
            'deviations[0].date: "yesterday" is not a day (line 7)',
            "deviations[0].colour: there is no such field (line 8)",
        ],
    ),
    "exchange": (
        "soft.edit/mine.yaml", EXCHANGE, exchange.read_file,
        [
            'request.method: "PUT" is not one of GET, POST (line 3)',
            'answer.kind: "list" is not one of listing, form, result, raw, error (line 6)',
            'evidence: "seen" is not one of recorded, documented, observed, assumed (line 8)',
            "date: is there twice (lines 10 and 11)",
        ],
    ),
    "recording": (
        "mine.yaml", SESSION, session.read,
        [
            'began: "noon" is no moment (line 5)',
            'exchange 1: seconds: "long" is no number (line 13)',
            "exchange 1: request.out: is there twice (line 14)",
            'exchange 1: answer.status: "fine" is not a count (line 15)',
        ],
    ),
    "saved report": (
        "mine.json", REPORT, saved.read_file,
        [
            "runs[0].judge: Must be one of: seller, client, modules, drift, fuzz. (line 3)",
            "runs[0].target: is there twice (line 4)",
            "runs[0].seconds: Not a valid number. (line 5)",
        ],
    ),
    "settings": (
        "mine.toml", SETTINGS, lambda path: settings.load({}, {}, path),
        [
            "colour: unknown setting (line 1)",
            'port: "eighty" is not a whole number (line 2)',
            "size: unknown setting (line 6)",
        ],
    ),
}  # fmt: skip


def _lines(folder: Path, kind: str, change: Callable[[str], str] = str) -> list[str]:
    """What is said of a file of a kind, without the file's name."""
    name, text, read, _ = KINDS[kind]
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(change(text), "utf-8")
    with pytest.raises(FileError) as raised:
        read(path)
    assert all(path.name in line for line in raised.value.lines)
    return [line.partition(f"{path.name}: ")[2] for line in raised.value.lines]


@pytest.mark.parametrize("kind", KINDS)
def test_everything_wrong_in_a_file_is_named_at_once_with_its_line(
    tmp_path: Path, kind: str
) -> None:
    assert _lines(tmp_path, kind) == KINDS[kind][3]


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_cannot_be_parsed_is_one_line_with_line_and_column(
    tmp_path: Path, kind: str
) -> None:
    if kind == "recording":
        # What follows the last whole exchange counts as cut off by a crash.
        lines = _lines(tmp_path, kind, lambda text: text.replace("func: soft", "func: [soft"))
    else:
        lines = _lines(tmp_path, kind, lambda text: text + "\n[[ {")
    (line,) = lines
    assert "line " in line
    assert "column " in line
    assert "is not " in line


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [1, 2\nb: 3\n",
         ("2, column 2: expected ',' or ']', but got ':', while parsing the list in brackets that "
         "begins on line 1: b: 3")),
        ("a: b: c\n",
         "1, column 5: no value may begin here; write a text with a colon in quotes: a: b: c"),
        ("a:\n\t- b\n", r"2, column 1: found character '\t' where a value was expected: - b"),
        ("a: 'x\n", ("2, column 1: found the end of the file, while scanning the text in quotes "
         "that begins on line 1")),
        ("- a\nb: c\n", ("2, column 1: expected the end of the indented part, but found a key, "
         "while parsing the list that begins on line 1: b: c")),
        ("a: \x07\n", "1, column 4: the character U+0007 is not allowed: a: \ufffd"),
    ],
)  # fmt: skip
def test_a_syntax_error_of_yaml_says_in_plain_words_what_was_expected(
    text: str, message: str
) -> None:
    with pytest.raises(FileError) as raised:
        files.parse_yaml(text, FileError, name="mine.yaml")
    assert raised.value.lines == (f"mine.yaml: is not YAML: line {message}",)


@pytest.mark.parametrize(
    "line",
    [
        "- {login: ada, password: hush-1, name: 'Ada}",
        "password: hush-1: x",
        '"totp_secret" : "hush-1": x',
        "API_TOKEN: hush 1: x",
        'password: "x,hush-1" y: z',
        'password: "x}hush-1" y: z',
        "password: !hush-1",
        "password: *hush-1",
        "password: 2026-13-01 # hush",
        "password: >\n  x\n \thush-1",
        "password: x\n  hush-1: y",
        "login:\n  password:\n  - x\n  - hush-1: y: z",
        'a:\n  password: "x\nhush-1" y: z',
        'password:\n"hush-1" y: z',
        'password: "x\n\n\nhush-1" y: z',
    ],
)
def test_a_secret_in_a_line_that_cannot_be_read_is_masked(line: str) -> None:
    with pytest.raises(FileError) as raised:
        files.parse_yaml(f"{line}\n", FileError, name="mine.yaml")
    (message,) = raised.value.lines
    assert "hush" not in message


def test_a_secret_that_is_no_value_of_its_kind_is_not_shown() -> None:
    with pytest.raises(FileError) as raised:
        files.parse_yaml("shop: {password: 2026-13-01}\n", FileError, name="mine.yaml")
    assert raised.value.lines == (
        'mine.yaml: shop.password: "***" is no such value; write it in quotes (line 1)',
    )


@pytest.mark.parametrize(
    "value", ["!!timestamp x", "!!bool x", "!!int ''", "!!int x", '"\\UFFFFFFFF"', "9" * 5000]
)
def test_a_value_that_no_constructor_of_yaml_can_read_is_one_line_of_the_file(value: str) -> None:
    with pytest.raises(FileError) as raised:
        files.parse_yaml(f"a:\n  - {value}\n", FileError, name="mine.yaml")
    (message,) = raised.value.lines
    assert message.startswith("mine.yaml: ")
    assert "line 2" in message
    assert len(message) < 300


def test_a_number_that_is_too_long_for_toml_is_one_line(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("a = " + "9" * 5000)
    with pytest.raises(FileError, match="is not TOML: Exceeds the limit"):
        files.read_toml(file, FileError)


def test_every_value_that_is_none_of_its_kind_is_named() -> None:
    with pytest.raises(FileError) as raised:
        files.parse_yaml("a: 2026-13-01\nb: [1, 2026-02-31]\n", FileError, name="mine.yaml")
    assert raised.value.lines == (
        'mine.yaml: a: "2026-13-01" is no such value: month must be in 1..12 (line 1)',
        'mine.yaml: b[1]: "2026-02-31" is no such value: day is out of range for month (line 2)',
    )


def test_a_key_in_two_objects_is_not_there_twice() -> None:
    twins = '{"a": {"k": 1}, "b": [{"k": 1}, {"k": 2}]}'
    files.parse_json(twins, FileError, name="f.json").check()
    files.parse_yaml(twins, FileError, name="f.yaml").check()


def test_lines_of_json_are_those_of_its_values() -> None:
    text = json.dumps({"a": [1, {"b": 'x, "y": {'}, [2, [3]]], "c": {}, "d": 5}, indent=1)
    places: tuple[files.Place, ...] = (("a", 1, "b"), ("a", 2, 1, 0), ("c",), ("d",))
    source = files.parse_json(text, FileError, name="f")
    with pytest.raises(FileError) as raised:
        source.check((place, "x") for place in places)
    numbers = [int(line.rpartition(" ")[2].rstrip(")")) for line in raised.value.lines]
    shown = [text.splitlines()[number - 1].strip() for number in numbers]
    assert shown == ['"b": "x, \\"y\\": {"', "3", '"c": {},', '"d": 5']


def test_one_module_reads_the_files_of_users() -> None:
    """Whoever parses YAML or TOML elsewhere loses lines, and stops at the first problem."""
    readers = {"load", "load_all", "safe_load", "safe_load_all", "loads", "compose"}
    elsewhere = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for package in ("emulator", "reseller_client", "contracts", "mockseller")
        for path in (ROOT / package).rglob("*.py")
        if path != ROOT / "mockseller" / "files.py"
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id in {"yaml", "tomllib"}
        and node.attr in readers
    ]
    assert elsewhere == []
