"""What each path of the control API does, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import IO, Any

from emulator import journal
from emulator.api.registry import Registry
from emulator.control.api import (
    accounts,
    clock,
    exercises,
    faults,
    journal_schemas,
    matching,
    payments,
    schemas,
    services,
    tickets,
    world_state,
)
from emulator.control.api.names import KnownNames, require_filters
from emulator.faults import NoFault
from emulator.results import (
    AccountInfo,
    ClockInfo,
    ExerciseList,
    ExerciseProgress,
    FaultInfo,
    FaultList,
    ImportInfo,
    JournalPage,
    PaymentInfo,
    PaymentList,
    RemovedRows,
    RemovedWorld,
    ServiceInfo,
    TicketList,
    TicketThread,
    UnreadableWorld,
    VerificationInfo,
    WorldInfo,
)
from emulator.worlds.worlds import Worlds

NEW_WORLD = schemas.NewWorld()
NAMED = schemas.Named()
FORK = schemas.Fork()
WORLD_IMPORT = schemas.WorldImport()
WORLD_CHANGE = schemas.WorldChange()
EXERCISE_START = schemas.ExerciseStart()
CLOCK_MOVE = schemas.ClockMove()
ACCOUNT_CHANGE = schemas.AccountChange()
SERVICE_CHANGE = schemas.ServiceChange()
TICKET_ANSWER = schemas.TicketAnswer()
PAYMENT_CHANGE = schemas.PaymentChange()
EXPECTED_CALL = journal_schemas.ExpectedCall()
QUERY = journal_schemas.JournalQuery()


class ExpectationFailed(Exception):
    """``POST journal/verify`` does not hold: the answer of status 409, with a line as ``error``."""

    def __init__(self, verification: matching.Verification) -> None:
        super().__init__(verification.line)
        self.payload = {"error": verification.line, **verification.as_dict()}


@dataclass(frozen=True, slots=True)
class ControlRequest:
    """One request: the world's name, the values of path and query, and the body.

    ``known_names``: of all functions and formats. ``body_to``: writes the body into a file.
    ``metrics``: makes the text for Prometheus.
    """

    worlds: Worlds
    name: str
    values: Mapping[str, str]
    query: Mapping[str, str]
    body: Callable[[], bytes]
    body_to: Callable[[IO[bytes]], None]
    known_names: KnownNames
    registry: Registry
    metrics: Callable[[], str]

    def read(self, schema: schemas.Body) -> dict[str, Any]:
        """The body, validated and converted. Raises ValueError with one line."""
        return schema.read(self._json())

    def rule(self) -> Mapping[str, Any]:
        """The body as the rule of a fault, unvalidated. Raises ValueError if it is no object."""
        body = self._json()
        if not isinstance(body, Mapping):
            raise ValueError("the body is not a JSON object")  # noqa: TRY004 - the client's error
        return body

    def _json(self) -> object:
        try:
            return json.loads(self.body(), parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise ValueError("the body is not JSON") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)


@dataclass(frozen=True, slots=True)
class FileAnswer:
    """An answer that is a file; whoever sends it closes it. ``name``: how to call it."""

    file: IO[bytes]
    name: str


Handler = Callable[[ControlRequest], object]
"""Its annotation says what it answers with: the schema of the answer is made of it."""


def _worlds(request: ControlRequest) -> list[WorldInfo | UnreadableWorld]:
    return world_state.describe_all(request.worlds)


def _create(request: ControlRequest) -> WorldInfo:
    body = request.read(NEW_WORLD)
    fixture = str(body.get("fixture", request.worlds.settings.fixture))
    if "." in fixture or "/" in fixture:
        raise ValueError(
            f'fixture: "{fixture}" is a file; over the control API only shipped worlds can be named'
        )
    seed = body.get("seed")
    as_of = body.get("as_of")
    request.worlds.create(
        str(body["name"]),
        fixture,
        seed if isinstance(seed, int) else None,
        as_of if isinstance(as_of, datetime) else None,
    )
    return world_state.describe(request.worlds, str(body["name"]))


def _world(request: ControlRequest) -> WorldInfo:
    return world_state.describe(request.worlds, request.name)


def _change_world(request: ControlRequest) -> WorldInfo:
    body = request.read(WORLD_CHANGE)
    rules, how = body.get("rules"), body.get("provisioning")
    return world_state.change(
        request.worlds,
        request.name,
        rules if isinstance(rules, dict) else None,
        how if isinstance(how, dict) else None,
    )


def _remove(request: ControlRequest) -> RemovedWorld:
    request.worlds.remove(request.name)
    return {"removed": request.name}


def _reset(request: ControlRequest) -> WorldInfo:
    request.worlds.reset(request.name)
    return world_state.describe(request.worlds, request.name)


def _snapshot(request: ControlRequest) -> WorldInfo:
    request.worlds.snapshot(request.name, str(request.read(NAMED)["name"]))
    return world_state.describe(request.worlds, request.name)


def _restore(request: ControlRequest) -> WorldInfo:
    request.worlds.restore(request.name, str(request.read(NAMED)["name"]))
    return world_state.describe(request.worlds, request.name)


def _remove_snapshot(request: ControlRequest) -> WorldInfo:
    request.worlds.remove_snapshot(request.name, request.values["label"])
    return world_state.describe(request.worlds, request.name)


def _fork(request: ControlRequest) -> WorldInfo:
    into = str(request.read(FORK)["into"])
    request.worlds.fork(request.name, into)
    return world_state.describe(request.worlds, into)


def _export(request: ControlRequest) -> FileAnswer:
    file = request.worlds.scratch_file()
    try:
        request.worlds.export_to(request.name, file)
    except BaseException:
        file.close()
        raise
    return FileAnswer(file, f"{request.name}.mockseller")


def _import(request: ControlRequest) -> WorldInfo:
    name = WORLD_IMPORT.read(request.query).get("name")
    with request.worlds.scratch_file() as file:
        request.body_to(file)
        made = request.worlds.import_from(file, name, title="the body")
    return world_state.describe(request.worlds, made)


def _sell(request: ControlRequest) -> ImportInfo:
    return world_state.sell(request.worlds, request.name, request.body()).as_dict()


def _metrics(request: ControlRequest) -> str:
    return request.metrics()


def _exercises(request: ControlRequest) -> ExerciseList:
    return exercises.describe_all(request.worlds)


def _start_exercise(request: ControlRequest) -> ExerciseProgress:
    exercise = str(request.read(EXERCISE_START)["exercise"])
    try:
        return exercises.start(request.worlds, request.name, exercise, request.known_names)
    except LookupError as error:
        raise ValueError(f"exercise: {error}") from None  # what the body names, not the path


def _exercise(request: ControlRequest) -> ExerciseProgress:
    return exercises.show(request.worlds, request.name)


def _clock(request: ControlRequest) -> ClockInfo:
    return clock.show(request.worlds, request.name).as_dict()


def _move_clock(request: ControlRequest) -> ClockInfo:
    body = request.read(CLOCK_MOVE)
    worlds, name = request.worlds, request.name
    if "advance" in body:
        return clock.advance(worlds, name, str(body["advance"])).as_dict()
    if "freeze" in body:
        return clock.freeze(worlds, name, body["freeze"]).as_dict()
    if "to" in body:
        return clock.set_to(worlds, name, body["to"]).as_dict()
    return clock.run_real(worlds, name).as_dict()


def _journal(request: ControlRequest) -> JournalPage:
    chosen = QUERY.read({name: value for name, value in request.query.items() if name != "world"})
    require_filters(request.worlds, request.name, request.known_names, chosen)
    db = request.worlds.connect(request.name)
    entries = journal.find(db, **chosen)
    count = journal.count(db, chosen.get("kind", journal.CALL))
    return {"count": count, "entries": [entry.as_dict() for entry in entries]}


def _clear_journal(request: ControlRequest) -> RemovedRows:
    with request.worlds.locked(request.name) as db, db.writing():
        gone = journal.count(db)
        journal.clear(db)
    return {"removed": gone}


def _verify(request: ControlRequest) -> VerificationInfo:
    body = request.read(EXPECTED_CALL)
    require_filters(request.worlds, request.name, request.known_names, body)
    count = body.pop("count", None)
    least, most = body.pop("at_least", None), body.pop("at_most", None)
    after = body.pop("after", 0)
    if isinstance(count, int):
        if least is not None or most is not None:
            raise ValueError("count: cannot be combined with at_least and at_most")
        least = most = count
    if least is None:
        least = 1 if most is None else 0
    db = request.worlds.connect(request.name)
    expected = matching.Expected(**body)  # the schema's names are its own
    verdict = matching.verify(db, expected, least=least, most=most, after=after)
    if not verdict.holds:
        raise ExpectationFailed(verdict)
    return verdict.as_dict()


def _faults(request: ControlRequest) -> FaultList:
    return {
        "faults": faults.all_of(request.worlds, request.name),
        "magic_values": faults.magic_values(request.worlds, request.name),
    }


def _add_fault(request: ControlRequest) -> FaultInfo:
    return faults.add(request.worlds, request.name, request.rule(), request.known_names)


def _remove_fault(request: ControlRequest) -> RemovedRows:
    number = request.values["id"]
    if not (number.isascii() and number.isdigit() and len(number) < len(str(schemas.BIGGEST))):
        raise NoFault(f'there is no fault "{number[:40]}" in this world')
    faults.remove(request.worlds, request.name, int(number))
    return {"removed": 1}


def _clear_faults(request: ControlRequest) -> RemovedRows:
    return {"removed": faults.clear(request.worlds, request.name)}


def _account(request: ControlRequest) -> AccountInfo:
    db = request.worlds.connect(request.name)
    with db.reading():
        return accounts.describe(db, accounts.find(db, request.values["login"]))


def _change_account(request: ControlRequest) -> AccountInfo:
    changes = request.read(ACCOUNT_CHANGE)
    return accounts.change(request.worlds, request.name, request.values["login"], changes)


def _payments(request: ControlRequest) -> PaymentList:
    login = request.values["login"]
    return {"payments": payments.of_account(request.worlds, request.name, login)}


def _move_payment(request: ControlRequest) -> PaymentInfo:
    changes = request.read(PAYMENT_CHANGE)
    return payments.move(request.worlds, request.name, _number(request), changes["status"])


def _tickets(request: ControlRequest) -> TicketList:
    return {"tickets": tickets.newest(request.worlds, request.name)}


def _ticket(request: ControlRequest) -> TicketThread:
    return tickets.show(request.worlds, request.name, _number(request))


def _answer_ticket(request: ControlRequest) -> TicketThread:
    text = str(request.read(TICKET_ANSWER)["text"])
    return tickets.answer(request.worlds, request.name, _number(request), text)


def _service(request: ControlRequest) -> ServiceInfo:
    return services.show(request.worlds, request.name, _number(request))


def _change_service(request: ControlRequest) -> ServiceInfo:
    changes = request.read(SERVICE_CHANGE)
    return services.change(request.worlds, request.name, _number(request), changes)


def _number(request: ControlRequest) -> int:
    text = request.values["id"]
    if not (text.isascii() and text.isdigit() and len(text) < len(str(schemas.BIGGEST))):
        raise services.NoServiceError(f'there is no service "{text[:40]}" in this world')
    return int(text)


HANDLERS: Mapping[str, Handler] = {
    "GET /metrics": _metrics,
    "GET /worlds": _worlds,
    "POST /worlds": _create,
    "GET /worlds/<name>": _world,
    "PATCH /worlds/<name>": _change_world,
    "DELETE /worlds/<name>": _remove,
    "POST /worlds/<name>/reset": _reset,
    "POST /worlds/<name>/snapshot": _snapshot,
    "POST /worlds/<name>/restore": _restore,
    "DELETE /worlds/<name>/snapshots/<label>": _remove_snapshot,
    "POST /worlds/<name>/fork": _fork,
    "POST /worlds/<name>/import": _sell,
    "GET /worlds/<name>/export": _export,
    "POST /worlds/import": _import,
    "GET /exercises": _exercises,
    "POST /worlds/<name>/exercise": _start_exercise,
    "GET /worlds/<name>/exercise": _exercise,
    "GET /clock": _clock,
    "POST /clock": _move_clock,
    "GET /journal": _journal,
    "DELETE /journal": _clear_journal,
    "POST /journal/verify": _verify,
    "GET /faults": _faults,
    "POST /faults": _add_fault,
    "DELETE /faults": _clear_faults,
    "DELETE /faults/<id>": _remove_fault,
    "GET /accounts/<login>": _account,
    "PATCH /accounts/<login>": _change_account,
    "GET /accounts/<login>/payments": _payments,
    "PATCH /payments/<id>": _move_payment,
    "GET /tickets": _tickets,
    "GET /tickets/<id>": _ticket,
    "POST /tickets/<id>": _answer_ticket,
    "GET /services/<id>": _service,
    "PATCH /services/<id>": _change_service,
}
CREATES = frozenset(
    {"POST /worlds", "POST /worlds/import", "POST /worlds/<name>/fork", "POST /faults"}
)
BINARY = "application/octet-stream"
TEXT = "text/plain"
TEXT_OF_METRICS = f"{TEXT}; version=0.0.4; charset=utf-8"
BODIES: Mapping[str, tuple[str, ...]] = {
    "POST /worlds/<name>/import": ("application/json", "application/xml", "text/xml"),
    "POST /worlds/import": (BINARY,),
}
"""Kinds of body where not only JSON is taken; none a web form could send."""
