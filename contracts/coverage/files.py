"""Writes a count into a file for people, programs or CI: HTML, JSON, or JUnit with properties."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree.ElementTree import tostring

from jinja2 import Environment, PackageLoader, StrictUndefined
from junitparser import JUnitXml, TestSuite

from contracts.coverage.counting import CoverageCount
from contracts.coverage.showing import CoverageSelection, as_dict, compute_shares


def write(path: Path, counted: CoverageCount, chosen: CoverageSelection) -> None:
    """Writes ``.html``, ``.xml`` (JUnit) or else JSON. Raises OSError."""
    writer = {".html": to_html, ".xml": to_junit}.get(path.suffix, to_json)
    path.write_text(writer(counted, chosen), encoding="utf-8")


def to_json(counted: CoverageCount, chosen: CoverageSelection) -> str:
    """The same document as ``mockseller verify coverage --json``."""
    return json.dumps(as_dict(counted, chosen), ensure_ascii=False, indent=2) + "\n"


def to_junit(counted: CoverageCount, chosen: CoverageSelection) -> str:
    """One suite without cases; the share of each part and every note is a property."""
    suite = TestSuite("mockseller coverage")
    suite.add_property("calls", str(counted.coverage.calls))
    for part, share in compute_shares(counted, chosen).items():
        suite.add_property(f"{part}.exercised", str(share.exercised))
        suite.add_property(f"{part}.declared", str(share.declared))
        suite.add_property(f"{part}.percent", f"{share.percent:g}")
    for note in dict.fromkeys(counted.notes):
        suite.add_property("note", note)
    report = JUnitXml("mockseller coverage")
    report.append(suite)
    text: str = tostring(report._elem, encoding="unicode")  # noqa: SLF001 - the public method writes bytes to a file only
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def to_html(counted: CoverageCount, chosen: CoverageSelection) -> str:
    """A page with the shares, what was called, and what was never sent or never refused."""
    coverage = counted.coverage
    names = [
        name for name in coverage.points
        if compute_shares(counted, CoverageSelection(chosen.families, (name,)))["all"].declared
    ]  # fmt: skip
    called = [name for name in names if coverage.points[name]["functions"].total()]
    environment = Environment(
        loader=PackageLoader("contracts.coverage"), autoescape=True, undefined=StrictUndefined
    )
    return environment.get_template("coverage.html").render(
        calls=coverage.calls,
        shares=compute_shares(counted, chosen),
        functions=[
            (name, coverage.points[name]["functions"].total(), coverage.missing(name))
            for name in called
        ],
        never=[name for name in names if name not in called],
        notes=list(dict.fromkeys(counted.notes)),
    )
