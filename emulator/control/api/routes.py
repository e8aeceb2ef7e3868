"""What each path of the control API does, without HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from emulator import journal
from emulator.control.api import (
    accounts,
    clock,
    faults,
    journal_schemas,
    matching,
    payments,
    schemas,
    services,
    tickets,
    world_state,
)
from emulator.faults import NoFault
from emulator.worlds.worlds import Worlds

NEW_WORLD = schemas.NewWorld()
NAMED = schemas.Named()
FORK = schemas.Fork()
WORLD_CHANGE = schemas.WorldChange()
CLOCK_MOVE = schemas.ClockMove()
ACCOUNT_CHANGE = schemas.AccountChange()
SERVICE_CHANGE = schemas.ServiceChange()
TICKET_ANSWER = schemas.TicketAnswer()
PAYMENT_CHANGE = schemas.PaymentChange()
WANTED = journal_schemas.Wanted()
QUERY = journal_schemas.JournalQuery()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: which world, what stood in the path and in the query, and its body.

    ``functions``: names of all functions of the API.
    """

    worlds: Worlds
    name: str
    values: Mapping[str, str]
    query: Mapping[str, str]
    body: Callable[[], bytes]
    functions: Collection[str] = ()

    def read(self, schema: schemas.Body) -> dict[str, Any]:
        """The body as the schema wants it, its types too. ValueError says in one line why not."""
        return schema.read(self._given())

    def rule(self) -> Mapping[str, Any]:
        """The body as the rule of a fault, which has a reader of its own."""
        given = self._given()
        if not isinstance(given, Mapping):
            raise ValueError("the body is not a JSON object")  # noqa: TRY004 - a fault of the body
        return given

    def _given(self) -> object:
        try:
            return json.loads(self.body(), parse_float=Decimal, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise ValueError("the body is not JSON") from None


def _no_constant(name: str) -> object:
    raise ValueError(name)


Handler = Callable[[Asked], object]


def _worlds(asked: Asked) -> object:
    return [world_state.told(asked.worlds, name) for name in asked.worlds.names()]


def _create(asked: Asked) -> object:
    given = asked.read(NEW_WORLD)
    fixture = str(given.get("fixture", asked.worlds.settings.fixture))
    if "." in fixture or "/" in fixture:
        raise ValueError("fixture: only shipped fixtures can be named here")
    seed = given.get("seed")
    asked.worlds.create(str(given["name"]), fixture, seed if isinstance(seed, int) else None)
    return world_state.told(asked.worlds, str(given["name"]))


def _world(asked: Asked) -> object:
    return world_state.told(asked.worlds, asked.name)


def _change_world(asked: Asked) -> object:
    given = asked.read(WORLD_CHANGE)
    rules, how = given.get("rules"), given.get("provisioning")
    return world_state.change(
        asked.worlds,
        asked.name,
        rules if isinstance(rules, dict) else None,
        how if isinstance(how, dict) else None,
    )


def _remove(asked: Asked) -> object:
    asked.worlds.remove(asked.name)
    return {"removed": asked.name}


def _reset(asked: Asked) -> object:
    asked.worlds.reset(asked.name)
    return world_state.told(asked.worlds, asked.name)


def _snapshot(asked: Asked) -> object:
    asked.worlds.snapshot(asked.name, str(asked.read(NAMED)["name"]))
    return world_state.told(asked.worlds, asked.name)


def _restore(asked: Asked) -> object:
    asked.worlds.restore(asked.name, str(asked.read(NAMED)["name"]))
    return world_state.told(asked.worlds, asked.name)


def _fork(asked: Asked) -> object:
    into = str(asked.read(FORK)["into"])
    asked.worlds.fork(asked.name, into)
    return world_state.told(asked.worlds, into)


def _sell(asked: Asked) -> object:
    return asdict(world_state.sell(asked.worlds, asked.name, asked.body()))


def _clock(asked: Asked) -> object:
    return clock.show(asked.worlds, asked.name).told()


def _move_clock(asked: Asked) -> object:
    given = asked.read(CLOCK_MOVE)
    worlds, name = asked.worlds, asked.name
    if "advance" in given:
        return clock.advance(worlds, name, str(given["advance"])).told()
    if "freeze" in given:
        return clock.freeze(worlds, name, given["freeze"]).told()
    if "to" in given:
        return clock.set_to(worlds, name, given["to"]).told()
    return clock.run_real(worlds, name).told()


def _journal(asked: Asked) -> object:
    chosen = QUERY.read({name: value for name, value in asked.query.items() if name != "world"})
    db = asked.worlds.connect(asked.name)
    entries = journal.find(db, **chosen)
    kept = journal.count(db, chosen.get("kind", journal.CALL))
    return {"count": kept, "entries": [entry.told() for entry in entries]}


def _clear_journal(asked: Asked) -> object:
    with asked.worlds.locked(asked.name) as db, db.writing():
        gone = journal.count(db)
        journal.clear(db)
    return {"removed": gone}


def _verify(asked: Asked) -> object:
    given = asked.read(WANTED)
    count = given.pop("count", None)
    least, most = given.pop("at_least", None), given.pop("at_most", None)
    after = given.pop("after", 0)
    if isinstance(count, int):
        if least is not None or most is not None:
            raise ValueError("count: goes without at_least and at_most")
        least = most = count
    if least is None:
        least = 1 if most is None else 0
    db = asked.worlds.connect(asked.name)
    expected = matching.Expected(**given)  # the schema's names are its own
    verdict = matching.verify(db, expected, least=least, most=most, after=after)
    return verdict.told()


def _faults(asked: Asked) -> object:
    return {"faults": faults.all_of(asked.worlds, asked.name)}


def _add_fault(asked: Asked) -> object:
    return faults.add(asked.worlds, asked.name, asked.rule(), asked.functions)


def _remove_fault(asked: Asked) -> object:
    number = asked.values["id"]
    if not (number.isascii() and number.isdigit() and len(number) < len(str(schemas.BIGGEST))):
        raise NoFault(f'there is no fault "{number[:40]}" in this world')
    faults.remove(asked.worlds, asked.name, int(number))
    return {"removed": 1}


def _clear_faults(asked: Asked) -> object:
    return {"removed": faults.clear(asked.worlds, asked.name)}


def _account(asked: Asked) -> object:
    db = asked.worlds.connect(asked.name)
    with db.reading():
        return accounts.told(db, accounts.find(db, asked.values["login"]))


def _change_account(asked: Asked) -> object:
    wanted = asked.read(ACCOUNT_CHANGE)
    return accounts.change(asked.worlds, asked.name, asked.values["login"], wanted)


def _payments(asked: Asked) -> object:
    login = asked.values["login"]
    return {"payments": payments.of_account(asked.worlds, asked.name, login)}


def _move_payment(asked: Asked) -> object:
    wanted = asked.read(PAYMENT_CHANGE)
    return payments.move(asked.worlds, asked.name, _number(asked), wanted["status"])


def _tickets(asked: Asked) -> object:
    return {"tickets": tickets.newest(asked.worlds, asked.name)}


def _ticket(asked: Asked) -> object:
    return tickets.show(asked.worlds, asked.name, _number(asked))


def _answer_ticket(asked: Asked) -> object:
    text = str(asked.read(TICKET_ANSWER)["text"])
    return tickets.answer(asked.worlds, asked.name, _number(asked), text)


def _service(asked: Asked) -> object:
    return services.show(asked.worlds, asked.name, _number(asked))


def _change_service(asked: Asked) -> object:
    wanted = asked.read(SERVICE_CHANGE)
    return services.change(asked.worlds, asked.name, _number(asked), wanted)


def _number(asked: Asked) -> int:
    told = asked.values["id"]
    if not (told.isascii() and told.isdigit() and len(told) < len(str(schemas.BIGGEST))):
        raise services.NoServiceError(f'there is no service "{told[:40]}" in this world')
    return int(told)


HANDLERS: Mapping[str, Handler] = {
    "GET /worlds": _worlds,
    "POST /worlds": _create,
    "GET /worlds/<name>": _world,
    "PATCH /worlds/<name>": _change_world,
    "DELETE /worlds/<name>": _remove,
    "POST /worlds/<name>/reset": _reset,
    "POST /worlds/<name>/snapshot": _snapshot,
    "POST /worlds/<name>/restore": _restore,
    "POST /worlds/<name>/fork": _fork,
    "POST /worlds/<name>/import": _sell,
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
CREATES = frozenset({"POST /worlds", "POST /worlds/<name>/fork", "POST /faults"})
BODIES: Mapping[str, tuple[str, ...]] = {
    "POST /worlds/<name>/import": ("application/json", "application/xml", "text/xml")
}
"""Kinds of body where not only JSON is taken; none a web form could send."""
