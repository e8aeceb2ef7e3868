"""Runs as JSON, and back: ``{"format": 1, "runs": [...]}``, as ``report.schema.json`` says.

What can be computed (exit code, counts, matrix) is written for those who only read JSON. When a
file is read again it is computed anew, and a file whose counts are not those of its verdicts is
refused: somebody took a verdict out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate

from contracts.checks.matrix import SYSTEMS, TRADES, matrix
from contracts.reports.counts import counts_of
from contracts.verdicts import (
    EVIDENCE,
    JUDGES,
    NO_EVIDENCE,
    CallRecord,
    Cell,
    Deviation,
    Outcome,
    Run,
    Verdict,
    exit_code,
)

FORMAT: Final = 1
"""Grows when a reader of before could not understand a file any more."""
_HALVES: Final = re.compile("[\ud800-\udfff]")


class SavedFault(ValueError):
    """A file is no report of ours; the text is one line: file, place, fault."""


class _Cell(Schema):
    system = fields.Str(
        required=True, validate=validate.OneOf([kind.name.lower() for kind in SYSTEMS])
    )
    trade = fields.Str(required=True, validate=validate.OneOf([trade.value for trade in TRADES]))

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> Cell:
        return Cell(**data)


class _CallRecord(Schema):
    method = fields.Str(required=True)
    address = fields.Str(required=True)
    request = fields.Dict(keys=fields.Str(), values=fields.Str(), required=True)
    status = fields.Int(required=True, strict=True)
    answer = fields.Str(required=True)
    note = fields.Str(required=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> CallRecord:
        return CallRecord(**data)


class _Deviation(Schema):
    what = fields.Str(required=True)
    reason = fields.Str(required=True)
    noted_on = fields.Date(required=True, data_key="date")
    until = fields.Date(required=True, allow_none=True)

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> Deviation:
        return Deviation(**data)


class _Verdict(Schema):
    name = fields.Str(required=True)
    out = fields.Str(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    evidence = fields.Str(required=True, validate=validate.OneOf([*EVIDENCE, NO_EVIDENCE]))
    source = fields.Str(required=True)
    messages = fields.List(fields.Str(), required=True, data_key="told")
    cells = fields.Method("_sorted_cells", "_read_cells", required=True)
    deviation = fields.Nested(_Deviation, required=True, allow_none=True)
    seconds = fields.Float(required=True)
    proof = fields.List(fields.Nested(_CallRecord), required=True, data_key="seen")

    def _sorted_cells(self, verdict: Verdict) -> list[dict[str, str]]:
        return [{"system": cell.system, "trade": cell.trade} for cell in sorted(verdict.cells)]

    def _read_cells(self, given: object) -> frozenset[Cell]:
        return frozenset(_Cell(many=True).load(given))  # type: ignore[arg-type]

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> Verdict:
        return Verdict(
            **{**data, "messages": tuple(data["messages"]), "proof": tuple(data["proof"])}
        )


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

    @post_load
    def _made(self, data: dict[str, Any], **_: object) -> Run:
        del data["exit_code"]
        counts = data.pop("counts")
        run = Run(
            **{**data, "remarks": tuple(data["remarks"]), "verdicts": tuple(data["verdicts"])}
        )
        if counts != _counts(run):
            raise ValidationError("are not those of its verdicts", "counts")
        return run


def to_json(runs: Sequence[Run], *, strict: bool = False) -> str:
    """The runs as text in JSON. ``strict`` is what exit codes are computed with."""
    cells = matrix(verdict for run in runs for verdict in run.verdicts)
    document = {
        "format": FORMAT,
        "matrix": [
            {
                "system": one.cell.system,
                "trade": one.cell.trade,
                "expected": one.expected,
                "state": one.state.value,
                "proof": list(one.names),
            }
            for one in cells
        ],
        "runs": [
            {
                **_Run().dump(run),
                "exit_code": exit_code(run.verdicts, strict=strict),
                "counts": _counts(run),
            }
            for run in runs
        ],
    }
    text = json.dumps(document, indent=1, ensure_ascii=False)
    # Half a sign cannot stand in any file, and strict readers refuse it as an escape as well.
    return _HALVES.sub("\ufffd", text) + "\n"


def read_file(path: Path) -> tuple[Run, ...]:
    """The runs of a file. Raises SavedFault: one line that names the file, the place, the fault."""
    try:
        given = json.loads(path.read_text("utf-8"))
    except (ValueError, RecursionError) as problem:
        raise SavedFault(f"{path}: not json: {problem}") from None
    except OSError as problem:
        raise SavedFault(f"{path}: cannot be read: {problem.strerror}") from None
    if not isinstance(given, Mapping) or type(given.get("format")) is not int:
        raise SavedFault(f"{path}: format: this is no report of a judge")
    if given["format"] > FORMAT:
        raise SavedFault(
            f"{path}: format: {given['format']} is newer than {FORMAT}; a newer mockseller reads it"
        )
    runs = given.get("runs")
    if not isinstance(runs, list):
        raise SavedFault(f"{path}: runs: must be a list")
    return tuple(_run(path, number, run) for number, run in enumerate(runs))


def _run(path: Path, number: int, given: Any) -> Run:  # noqa: ANN401 - whatever the file says
    try:
        loaded: Run = _Run().load(given)
    except ValidationError as problem:
        place, fault = _first(problem.messages)
        raise SavedFault(f"{path}: runs[{number}]{place}: {fault}") from None
    return loaded


def _counts(run: Run) -> dict[str, int]:
    return {outcome.value: number for outcome, number in counts_of(run.verdicts).items()}


def _first(messages: object) -> tuple[str, str]:
    """The place and the text of the first fault of marshmallow's tree of faults."""
    place = ""
    while isinstance(messages, Mapping):
        name, messages = next(iter(messages.items()))
        if name != "_schema":
            place += f"[{name}]" if isinstance(name, int) else f".{name}"
    told = messages[0] if isinstance(messages, list) and messages else messages
    return place, " ".join(str(told).split())
