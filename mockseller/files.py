"""Reads the YAML, JSON and TOML files of users, and names everything that is wrong in one at once.

The only module of the front that the other packages import: it imports none of them.
A problem is one line: the file, the place in it, what is wrong, and the number of the line.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

import yaml

Place = tuple[str | int, ...]
"""The keys and indexes (from 0) that lead to a value."""
Problem = tuple[Place, str]
_Roots = list[tuple[Place, yaml.Node]]

_LOADERS: Final[Mapping[bool, Any]] = {
    True: yaml.CBaseLoader if yaml.__with_libyaml__ else yaml.BaseLoader,
    False: yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader,
}
"""By whether every value is a text. libyaml reads seven times faster; not every platform has it."""
_PLAIN: Final = (
    ("<block end>", "the end of the indented part"),
    ("<stream end>", "the end of the file"),
    ("<document start>", "---"),
    ("<document end>", "..."),
    ("<block mapping start>", "a mapping"),
    ("<block sequence start>", "a list"),
    ("<block entry>", "-"),
    ("<scalar>", "a value"),
    ("the node content", "a value"),
    ("found '?'", "found a key"),
    ("found unexpected end of stream", "found the end of the file"),
    ("a flow node", "a value"),
    ("a flow sequence", "the list in brackets"),
    ("a flow mapping", "the mapping in braces"),
    ("a block mapping", "the mapping"),
    ("a block collection", "the list"),
    ("a simple key", "a key"),
    ("a quoted scalar", "the text in quotes"),
    ("a double-quoted scalar", "the text in quotes"),
    ("Expecting", "expected"),
    ("Unterminated string starting at", "a text in quotes has no end; it begins here"),
    ("Extra data", "expected the end of the file"),
    ("mapping values are not allowed here",
     "no value may begin here; write a text with a colon in quotes"),
    ("that cannot start any token", "where a value was expected"),
    ("could not determine a constructor for the tag", "values of this kind may not be here:"),
)  # fmt: skip
"""Terms of the parsers, and what people call that."""
_JSON: Final = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]|[^\s\[\]{},:"]+', re.DOTALL)
_SECRET: Final = re.compile(
    r"""((?:pass|secret|token|totp)\w*["']?\s*[:=]\s*)(\S.*)?""", re.IGNORECASE
)
"""In a line of a file, a value that must not get into logs, and the rest: it may have commas."""
_HIDDEN: Final = "***"
_QUOTED: Final = re.compile(r"""(['"])(?=[^'"]*\w).*?\1""")
"""What a parser quotes of the file; a sign alone may be shown."""
_NO_VALUE: Final = (ValueError, LookupError, AttributeError, ArithmeticError, TypeError)
"""What the constructors of yaml raise for a value that is none of its kind."""
_MARSHMALLOW: Final = frozenset({"_schema", "key", "value"})
"""Steps in marshmallow's trees of errors that are none in the file."""
_SHOWN: Final = 60
"""So many characters of the line that cannot be read are shown."""


class FileError(ValueError):
    """A file cannot be used; ``lines`` has one for each thing that is wrong."""

    def __init__(self, *lines: str) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its content, and where in it everything is."""

    name: str
    document: Any
    raises: type[FileError]
    repeated: tuple[tuple[Place, tuple[int, ...]], ...] = ()
    """Keys that are there more than once, with the lines; the last one has its value."""
    find_lines: Callable[[], Iterable[tuple[Place, int]]] = tuple
    """Finds the line of every place; called only for a message."""
    unit: str = ""
    """What each document of a stream is called, such as ``exchange``; empty for other files."""

    def check(self, problems: Iterable[Problem] = ()) -> None:
        """Raises the file's error for these problems and all repeated keys, in order of lines."""
        reported = list(problems)
        if not reported and not self.repeated:
            return
        lines = {_as_texts(place): line for place, line in self.find_lines()}
        messages = []
        for place, what in reported:
            line = _line(lines, _as_texts(place))
            messages.append((line, self._text(place, what) + (f" (line {line})" if line else "")))
        for place, numbers in self.repeated:
            count = {2: "twice"}.get(len(numbers), f"{len(numbers)} times")
            *firsts, last = dict.fromkeys(numbers)
            where = f"lines {', '.join(map(str, firsts))} and {last}" if firsts else f"line {last}"
            messages.append((numbers[0], self._text(place, f"is there {count} ({where})")))
        messages.sort(key=itemgetter(0))
        raise self.raises(*dict.fromkeys(text for _, text in messages))

    def _text(self, place: Place, what: str) -> str:
        unit = ""
        if self.unit and place and isinstance(place[0], int):
            unit, place = f"{self.unit} {place[0]}" if place[0] else "", place[1:]
        return ": ".join(filter(None, (self.name, unit, show_place(place), " ".join(what.split()))))


def show_place(place: Place) -> str:
    """A place as people write it: ``accounts[1].balance``."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(steps).removeprefix(".")


def list_problems(messages: object, place: Place = ()) -> Iterator[Problem]:
    """The places and texts in marshmallow's tree of errors, below a place."""
    if isinstance(messages, Mapping):
        for step, inside in messages.items():
            if step in _MARSHMALLOW:
                yield from list_problems(inside, place)
            else:
                is_key = isinstance(inside, Mapping) and inside.keys() <= {"key", "value"}
                yield from list_problems(inside, (*place, str(step) if is_key else step))
    elif isinstance(messages, list):
        for inside in messages:
            yield from list_problems(inside, place)
    else:
        yield place, str(messages)


def read_yaml(
    path: Path, raises: type[FileError], *, name: str = "", texts: bool = False
) -> Source:
    """A file of one YAML document. ``texts``: every value is a text (``1`` is "1").

    ``name``: what messages call it, in place of its path. Raises ``raises``: it is no such file.
    """
    text = read_text(path, raises)
    return parse_yaml(text, raises, name=name or str(path), texts=texts)


def parse_yaml(
    text: str, raises: type[FileError], *, name: str, texts: bool = False, unit: str = ""
) -> Source:
    """A text of one YAML document, or None where there is none.

    With a ``unit`` it is a stream, a list of documents, and places begin with the index in it.
    Raises ``raises``: it is not YAML.
    """
    try:
        loader = _LOADERS[texts](text)
        try:
            return _composed(loader, raises, name, unit)
        finally:
            loader.dispose()
    except raises:
        raise
    except RecursionError:
        raise raises(f"{name}: is nested too deeply") from None
    except (yaml.YAMLError, *_NO_VALUE) as error:
        raise raises(f"{name}: {_explained(text, error, texts=texts)}") from None


def read_json(path: Path, raises: type[FileError], *, name: str = "") -> Source:
    """A file of JSON. Raises ``raises``: it is no such file."""
    return parse_json(read_text(path, raises), raises, name=name or str(path))


def parse_json(
    text: str,
    raises: type[FileError],
    *,
    name: str,
    parse_float: Callable[[str], object] = float,
) -> Source:
    """A text of JSON. Raises ``raises``: it is not JSON."""
    doubtful = False

    def as_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        nonlocal doubtful
        doubtful = doubtful or len(dict(pairs)) < len(pairs)
        return dict(pairs)

    try:
        document = json.loads(text, object_pairs_hook=as_object, parse_float=parse_float)
    except json.JSONDecodeError as error:
        problem = _at(text, error.lineno, error.colno, error.msg)
        raise raises(f"{name}: is not JSON: {problem}") from None
    except RecursionError:
        raise raises(f"{name}: is nested too deeply") from None
    except ValueError as error:
        raise raises(f"{name}: is not JSON: {error}") from None
    repeated = tuple(_repeated_json(text)) if doubtful else ()
    return Source(
        name, document, raises, repeated,
        lambda: ((place, line) for place, line, _ in _json_keys(text)),
    )  # fmt: skip


def read_toml(path: Path, raises: type[FileError], *, name: str = "") -> Source:
    """A file of TOML. Raises ``raises``: it is no such file."""
    text = read_text(path, raises)
    try:
        document = tomllib.loads(text)
    except RecursionError:
        raise raises(f"{name or path}: is nested too deeply") from None
    except ValueError as error:
        raise raises(f"{name or path}: is not TOML: {error}") from None
    return Source(name or str(path), document, raises, find_lines=lambda: _toml_lines(text))


def _toml_lines(text: str) -> Iterator[tuple[Place, int]]:
    """The line on which each value begins: what a line adds to a beginning that can be read.

    The reader of TOML knows no lines. Called only for a message, and files of settings are short.
    """
    lines = text.splitlines(keepends=True)
    seen: set[Place] = set()
    first = 1
    for end in range(1, len(lines) + 1):
        try:
            document = tomllib.loads("".join(lines[:end]))
        except ValueError:
            continue
        for place in _toml_places(document, ()):
            if place not in seen:
                seen.add(place)
                yield place, first
        first = end + 1


def _toml_places(value: object, place: Place) -> Iterator[Place]:
    if isinstance(value, dict | list):
        for step, inside in value.items() if isinstance(value, dict) else enumerate(value):
            yield (*place, step)
            yield from _toml_places(inside, (*place, step))


def read_text(path: Path, raises: type[FileError]) -> str:
    """The text of a file. Raises ``raises``: it cannot be read, or is not UTF-8."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise raises(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise raises(f"{path}: is not text in UTF-8 (line {line})") from None


def _as_texts(place: Place) -> tuple[str, ...]:
    """A place by texts alone: a key that YAML takes for a number is a text to its parser."""
    return tuple(map(str, place))


def _line(lines: Mapping[tuple[str, ...], int], place: tuple[str, ...]) -> int:
    """The line on which a place begins, or that of the last step of it that is there."""
    steps = (place[:end] for end in range(len(place), 0, -1))
    return next((lines[above] for above in steps if above in lines), 0)


# YAML.


def _composed(loader: Any, raises: type[FileError], name: str, unit: str) -> Source:  # noqa: ANN401 - one of four classes
    """Composes nodes, which know their lines, and makes the documents of them."""
    nodes = []
    while loader.check_node():
        nodes.append(loader.get_node())
    if not unit and len(nodes) > 1:
        line = nodes[1].start_mark.line + 1
        raise raises(f"{name}: a second document begins (line {line})")
    roots: _Roots = [((index,) if unit else (), node) for index, node in enumerate(nodes)]
    source = Source(name, [], raises, tuple(_repeated(roots)), lambda: _yaml_lines(roots), unit)
    try:
        documents = [loader.construct_document(node) for node in nodes]
    except _NO_VALUE:
        source.check(_bad_values(type(loader)(""), roots))
        raise  # something else
    return replace(source, document=documents if unit else next(iter(documents), None))


def _bad_values(loader: Any, roots: _Roots) -> Iterator[Problem]:  # noqa: ANN401 - as above
    """Single values that YAML takes for a number or a day, and that are none."""
    for place, _, node in _walk(roots):
        if isinstance(node, yaml.ScalarNode):
            try:
                loader.construct_object(node)
            except _NO_VALUE as error:
                reason = f": {error}" if isinstance(error, ValueError) else ""
                if any(_SECRET.match(f"{step}:") for step in place):
                    shown, reason = _HIDDEN, "; write it in quotes"
                else:
                    shown = _shorten(node.value)
                yield place, f'"{shown}" is no such value{reason}'


def _walk(roots: _Roots) -> Iterator[tuple[Place, yaml.Node, yaml.Node]]:
    """Every value with its place and the node that shows its line; an alias is not followed."""
    todo = [(place, node, node) for place, node in roots]
    seen = set[int]()
    while todo:
        place, shown, node = todo.pop()
        yield place, shown, node
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            todo.extend(((*place, index), each, each) for index, each in enumerate(node.value))
        elif isinstance(node, yaml.MappingNode):
            # From behind: of a key that is there twice, the last one has the value and the line.
            todo.extend(((*place, _key(key)), key, each) for key, each in reversed(node.value))


def _key(node: yaml.Node) -> str:
    return str(node.value) if isinstance(node, yaml.ScalarNode) else "(a key with parts)"


def _yaml_lines(roots: _Roots) -> Iterator[tuple[Place, int]]:
    return ((place, shown.start_mark.line + 1) for place, shown, _ in _walk(roots))


def _repeated(roots: _Roots) -> Iterator[tuple[Place, tuple[int, ...]]]:
    """Keys that stand several times in one mapping, where YAML would silently use the last."""
    for place, _, node in _walk(roots):
        if isinstance(node, yaml.MappingNode):
            keys = [key for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if len({(key.tag, key.value) for key in keys}) < len(keys):
                lines: dict[tuple[str, str], list[int]] = {}
                for key in keys:
                    lines.setdefault((key.tag, key.value), []).append(key.start_mark.line + 1)
                for (_, name), numbers in lines.items():
                    if len(numbers) > 1:
                        yield (*place, name), tuple(numbers)


def _explained(text: str, error: Exception, *, texts: bool) -> str:
    """What stops a parser, in one line: where, what was expected, and the line of the file."""
    try:
        # The parser in Python names what it expected, on every platform in the same words.
        list(yaml.load_all(text, yaml.BaseLoader if texts else yaml.SafeLoader))
    except RecursionError:
        return "is nested too deeply"
    except yaml.YAMLError as better:
        error = better
    except _NO_VALUE:
        pass  # it has no words for this
    if isinstance(error, yaml.reader.ReaderError):
        before = text[: error.position]
        code = error.character if isinstance(error.character, int) else ord(error.character)
        column = len(before) - before.rfind("\n")
        return "is not YAML: " + _at(
            text, before.count("\n") + 1, column, f"the character U+{code:04X} is not allowed"
        )
    if not isinstance(error, yaml.MarkedYAMLError):
        return f"is not YAML: {' '.join(str(error).split())}"
    mark, begin = error.problem_mark or error.context_mark, error.context_mark
    what = error.problem or error.context or "cannot be read"
    if begin is not None and error.problem:
        what += f", {error.context} that begins on line {begin.line + 1}"
    if mark is None:
        return f"is not YAML: {what}"
    return "is not YAML: " + _at(text, mark.line + 1, mark.column + 1, what)


# JSON.


def _json_keys(text: str) -> Iterator[tuple[Place, int, int]]:
    """Every key and element of a text of JSON: its place, line, and the number of its parent."""
    place: list[str | int] = []
    opened: list[int] = []
    line, end, count = 1, 0, 0
    awaits_key = False
    for token in _JSON.finditer(text):
        line += text.count("\n", end, token.start())
        end, sign = token.start(), token[0]
        if sign in "}]":
            place.pop()
            opened.pop()
            awaits_key = False
            continue
        if sign == ",":
            step = place[-1]
            awaits_key = isinstance(step, str)
            place[-1] = step if isinstance(step, str) else step + 1
            continue
        if awaits_key:
            place[-1] = str(json.loads(sign))
            awaits_key = False
            yield tuple(place), line, opened[-1]
            continue
        if place and isinstance(place[-1], int):
            yield tuple(place), line, opened[-1]
        if sign in "{[":
            count += 1
            opened.append(count)
            place.append("" if sign == "{" else 0)
            awaits_key = sign == "{"


def _repeated_json(text: str) -> Iterator[tuple[Place, tuple[int, ...]]]:
    """Keys that stand several times in one object, where JSON would silently use the last."""
    lines: dict[tuple[int, Place], list[int]] = {}
    for place, line, inside in _json_keys(text):
        lines.setdefault((inside, place), []).append(line)
    for (_, place), numbers in lines.items():
        if len(numbers) > 1:
            yield place, tuple(numbers)


def _at(text: str, line: int, column: int, what: str) -> str:
    lines = text.splitlines()
    shown = lines[line - 1].strip() if line <= len(lines) else ""
    plain = " ".join(what.split())
    for term, word in _PLAIN:
        plain = plain.replace(f"'{term}'", word).replace(term, word)
    shown = "".join(sign if sign.isprintable() else "\ufffd" for sign in shown)
    masked = _HIDDEN if shown and _continues_secret(lines, line - 1) else _mask(shown)
    if masked != shown:
        plain = _QUOTED.sub(_HIDDEN, plain)
    return f"line {line}, column {column}: {plain}" + (f": {_shorten(masked)}" if masked else "")


def _mask(line: str) -> str:
    return _SECRET.sub(lambda match: match[1] + (_HIDDEN if match[2] else ""), line)


def _continues_secret(lines: list[str], index: int) -> bool:
    """Whether the value of a secret goes on in this line, from a line above it."""
    above = [line for line in lines[:index] if line.strip()]
    last = _SECRET.search(above[-1]) if above else None
    begins = last is not None and not last[2]
    outer = _indent(lines[index])
    for line in reversed(above):
        if _indent(line) < outer:
            begins = begins or _SECRET.search(line) is not None
            outer = _indent(line)
    return begins or _ends_in_quotes(above)


def _ends_in_quotes(lines: list[str]) -> bool:
    """Whether a secret in quotes has not ended with these lines."""
    quote = ""
    for line in lines:
        key = _SECRET.search(line)
        value = line if quote else (key[2] or "" if key else "")
        sign = quote or value[:1]
        if sign in ("'", '"') and value.count(sign) % 2:
            quote = "" if quote else sign
    return bool(quote)


def _indent(line: str) -> int:
    """How far in a line begins; an item of a list may stand right below its key."""
    inner = line.lstrip()
    return len(line) - len(inner) + inner.startswith("- ")


def _shorten(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"
