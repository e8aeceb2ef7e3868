"""Runs as JSON, and back: ``{"format": 2, "runs": [...]}``, described by ``report.schema.json``.

Exit code, counts and matrix are written for programs that only read JSON. When a file is read they
are computed again, and a file whose counts differ from its verdicts is refused: a verdict was
removed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate

from contracts.checks.matrix import SYSTEMS, TRADES, fill_from_runs
from contracts.reports.counts import count_outcomes
from contracts.sources import list_sections
from contracts.verdicts import (
    EVIDENCE,
    JUDGES,
    NO_EVIDENCE,
    CallRecord,
    Cell,
    Deviation,
    Extent,
    Outcome,
    Run,
    Verdict,
    exit_code,
)
from mockseller.files import FileError, Problem, list_problems, read_json

FORMAT: Final = 2
"""Incremented when older readers can no longer read a file."""
_SYSTEM_NAMES: Final = [kind.name.lower() for kind in SYSTEMS]
_TRADE_NAMES: Final = [trade.value for trade in TRADES]
_SURROGATES: Final = re.compile("[\ud800-\udfff]")


class SavedReportError(FileError):
    """A file is not a saved report; each problem is one line: file, place, problem."""


class _Cell(Schema):
    system = fields.Str(required=True, validate=validate.OneOf(_SYSTEM_NAMES))
    trade = fields.Str(required=True, validate=validate.OneOf(_TRADE_NAMES))

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Cell:
        return Cell(**data)


class _CallRecord(Schema):
    method = fields.Str(required=True)
    address = fields.Str(required=True)
    request = fields.Dict(keys=fields.Str(), values=fields.Str(), required=True)
    status = fields.Int(required=True, strict=True)
    answer = fields.Str(required=True)
    note = fields.Str(required=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> CallRecord:
        return CallRecord(**data)


class _Deviation(Schema):
    what = fields.Str(required=True)
    reason = fields.Str(required=True)
    noted_on = fields.Date(required=True, data_key="date")
    until = fields.Date(required=True, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Deviation:
        return Deviation(**data)


class _Verdict(Schema):
    name = fields.Str(required=True)
    out = fields.Str(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    evidence = fields.Str(required=True, validate=validate.OneOf([*EVIDENCE, NO_EVIDENCE]))
    source = fields.Str(required=True)
    # Files of format 1 have none of these.
    repeat = fields.List(fields.Str(), load_default=list)
    about = fields.Str(load_default="")
    cost = fields.Str(load_default="")
    messages = fields.List(fields.Str(), required=True, data_key="told")
    cells = fields.Method("_sorted_cells", "_read_cells", required=True)
    deviation = fields.Nested(_Deviation, required=True, allow_none=True)
    seconds = fields.Float(required=True)
    proof = fields.List(fields.Nested(_CallRecord), required=True, data_key="seen")

    def _sorted_cells(self, verdict: Verdict) -> list[dict[str, str]]:
        return [{"system": cell.system, "trade": cell.trade} for cell in sorted(verdict.cells)]

    def _read_cells(self, cells: object) -> frozenset[Cell]:
        return frozenset(_Cell(many=True).load(cells))  # type: ignore[arg-type]

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Verdict:
        return Verdict(
            **{**data, **{name: tuple(data[name]) for name in ("messages", "proof", "repeat")}}
        )


class _CellExtent(Schema):
    system = fields.Str(required=True, validate=validate.OneOf(_SYSTEM_NAMES))
    trade = fields.Str(required=True, validate=validate.OneOf(_TRADE_NAMES))
    count = fields.Int(required=True, strict=True)
    total = fields.Int(required=True, strict=True)


class _Extent(Schema):
    unit = fields.Str(required=True)
    count = fields.Int(required=True, strict=True)
    total = fields.Int(required=True, strict=True)
    cells = fields.Method("_list_cells", "_read_cells", required=True)

    def _list_cells(self, extent: Extent) -> list[dict[str, object]]:
        return [
            {"system": cell.system, "trade": cell.trade, "count": count, "total": total}
            for cell, (count, total) in sorted(extent.cells.items())
        ]

    def _read_cells(self, cells: object) -> dict[Cell, tuple[int, int]]:
        loaded = _CellExtent(many=True).load(cells)  # type: ignore[arg-type]
        return {
            Cell(each["system"], each["trade"]): (each["count"], each["total"]) for each in loaded
        }

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Extent:
        return Extent(**data)


class _Run(Schema):
    judge = fields.Str(required=True, validate=validate.OneOf(JUDGES))
    target = fields.Str(required=True)
    began = fields.AwareDateTime(required=True, format="iso")
    seconds = fields.Float(required=True)
    remarks = fields.List(fields.Str(), required=True)
    details = fields.Dict(keys=fields.Str(), required=True)
    exit_code = fields.Int(required=True, load_only=True)
    counts = fields.Dict(keys=fields.Str(), values=fields.Int(), required=True, load_only=True)
    verdicts = fields.List(fields.Nested(_Verdict), required=True)
    # Files of format 1 have none.
    extent = fields.Nested(_Extent, load_default=None, allow_none=True)

    @post_load
    def _make(self, data: dict[str, Any], **_: object) -> Run:
        del data["exit_code"]
        counts = data.pop("counts")
        run = Run(
            **{**data, "remarks": tuple(data["remarks"]), "verdicts": tuple(data["verdicts"])}
        )
        if counts != _counts(run):
            raise ValidationError("differ from its verdicts", "counts")
        return run


def to_json(runs: Sequence[Run], *, strict: bool = False) -> str:
    """The runs as JSON. ``strict``: warnings and outdated deviations count as failures."""
    cells = fill_from_runs(runs)
    document = {
        "format": FORMAT,
        "matrix": [
            {
                "system": each.cell.system,
                "trade": each.cell.trade,
                "expected": each.expected,
                "state": each.state.value,
                "count": each.extent[0],
                "total": each.extent[1],
                "proof": list(each.names),
            }
            for each in cells
        ],
        "runs": [
            {
                **_Run().dump(run),
                "exit_code": exit_code(run.verdicts, strict=strict),
                "counts": _counts(run),
            }
            for run in runs
        ],
        **_sources(runs),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    # A lone surrogate cannot be encoded, and strict readers refuse it as an escape as well.
    return _SURROGATES.sub("\ufffd", text) + "\n"


def read_file(path: Path) -> tuple[Run, ...]:
    """Read the runs of a file. Raises SavedReportError with a line for each problem."""
    source = read_json(path, SavedReportError)
    document = source.document
    if not isinstance(document, Mapping) or type(document.get("format")) is not int:
        raise SavedReportError(f"{path}: format: this file was not written with --save")
    if document["format"] > FORMAT:
        newer = f"{document['format']} is newer than {FORMAT}"
        raise SavedReportError(f"{path}: format: {newer}; a newer mockseller reads it")
    runs = document.get("runs")
    if not isinstance(runs, list):
        raise SavedReportError(f"{path}: runs: must be a list")
    loaded: list[Run] = []
    problems: list[Problem] = []
    for number, run in enumerate(runs):
        try:
            loaded.append(_Run().load(run))
        except ValidationError as error:
            problems += list_problems(error.messages, ("runs", number))
    source.check(problems)
    return tuple(loaded)


def _sources(runs: Sequence[Run]) -> dict[str, object]:
    """What can be read of the sources of verdicts; not read back, the pages may have changed."""
    sources = dict.fromkeys(verdict.source for run in runs for verdict in run.verdicts)
    cited = {source: list_sections(source) for source in sources}
    return {
        "references": {
            source: [str(section.reference) for section in sections]
            for source, sections in cited.items()
            if sections
        },
        "sections": {
            str(section.reference): {
                "anchor": section.reference.anchor, "title": section.title, "text": section.text
            }
            for sections in cited.values()
            for section in sections
        },
    }  # fmt: skip


def _counts(run: Run) -> dict[str, int]:
    return {outcome.value: number for outcome, number in count_outcomes(run.verdicts).items()}
