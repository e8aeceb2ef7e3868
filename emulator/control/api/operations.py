"""What the documents of the control API say of each path: bodies, parameters, statuses, an example.

:mod:`emulator.control.api.document` and docs/reference/control.md are made of it. The examples work
in the world ``small`` one after another, after an order and a ticket of ``reseller``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marshmallow import Schema

from emulator.control.api import journal_schemas, schemas

WORLD = "world"
PRICES = (
    '<doc><pricelist><id>9001</id><name>Own</name><price currency="EUR">'
    '<period cost="7.5000" type="month" length="1">monthly</period></price></pricelist></doc>'
)
FAULT = {"what": "drop", "func": "soft.order.param", "when": "after", "times": 1}
VERIFIED = {"func": "soft.order.param", "outcome": "bought", "count": 1}


@dataclass(frozen=True, slots=True)
class Operation:
    """One path with its method.

    ``example``: the path with its values, behind ``/_mockseller``. ``sent``: the example's body, as
    JSON or as text. ``conflict``: when it is answered with 409. ``unguarded``: it is answered to
    everybody. ``of_a_world``: it concerns one world, which may be missing. ``file``: the file that
    the example writes, or sends in place of ``sent``.
    """

    summary: str
    example: str
    sent: Mapping[str, object] | str | None = None
    body: type[Schema] | None = None
    query: type[Schema] | None = None
    conflict: str = ""
    of_a_world: bool = True
    file: str = ""
    unguarded: bool = False


def _of_the_server(summary: str, example: str) -> Operation:
    return Operation(summary, example, of_a_world=False)


OPERATIONS: Mapping[str, Operation] = {
    "GET /health": Operation(
        "Whether the server answers, and its version.", "/health", of_a_world=False, unguarded=True
    ),
    "GET /": _of_the_server("Every path; a browser is led to the console.", "/"),
    "GET /metrics": _of_the_server(
        "Counts for Prometheus, over all workers: calls, their duration, worlds (docs/deploy.md).",
        "/metrics",
    ),
    "GET /functions": _of_the_server("The functions of the API with their fields.", "/functions"),
    "GET /openapi.json": _of_the_server("The API as an OpenAPI document.", "/openapi.json"),
    "GET /control.json": _of_the_server("The control API as an OpenAPI document.", "/control.json"),
    "GET /coverage": Operation(
        "Which part of the API the calls in the journal exercised; `?world=*`: of all worlds.",
        "/coverage",
    ),
    "GET /worlds": _of_the_server(
        "Every world; one that cannot be read has `error` in place of its state.", "/worlds"
    ),
    "POST /worlds": Operation(
        "Makes a world.",
        "/worlds",
        {"name": "shop-b", "fixture": "strict", "seed": 7},
        schemas.NewWorld,
        conflict="there is a world of this name, or as many as the settings allow",
        of_a_world=False,
    ),
    "GET /worlds/<name>": Operation("The state of a world.", "/worlds/shop-b"),
    "PATCH /worlds/<name>": Operation(
        "Sets rules and provisioning.",
        "/worlds/shop-b",
        {"rules": {"poor_order": "basket"}, "provisioning": {"mode": "reads", "amount": 2}},
        schemas.WorldChange,
    ),
    "DELETE /worlds/<name>": Operation("Removes a world.", "/worlds/shop-b"),
    "POST /worlds/<name>/snapshot": Operation(
        "Keeps the state of a world under a name, in place of an earlier one.",
        "/worlds/default/snapshot",
        {"name": "before"},
        schemas.Named,
    ),
    "POST /worlds/<name>/restore": Operation(
        "Puts a world back to a snapshot.",
        "/worlds/default/restore",
        {"name": "before"},
        schemas.Named,
    ),
    "DELETE /worlds/<name>/snapshots/<label>": Operation(
        "Removes a snapshot, or the copy of a world from before its upgrade.",
        "/worlds/default/snapshots/before",
    ),
    "POST /worlds/<name>/fork": Operation(
        "Copies a world.",
        "/worlds/default/fork",
        {"into": "shop-c"},
        schemas.Fork,
        conflict="there is a world of this name, or as many as the settings allow",
    ),
    "GET /worlds/<name>/export": Operation(
        "The state of a world and what it resets to, as one file, a zip archive.",
        "/worlds/shop-c/export",
        file="shop-c.mockseller",
    ),
    "POST /worlds/import": Operation(
        "Makes a world of such a file.",
        "/worlds/import?name=shop-d",
        query=schemas.WorldImport,
        conflict="there is a world of this name, or as many as the settings allow",
        of_a_world=False,
        file="shop-c.mockseller",
    ),
    "POST /worlds/<name>/reset": Operation(
        "Puts a world back to its initial state; its faults and its journal are gone.",
        "/worlds/shop-c/reset",
    ),
    "POST /worlds/<name>/import": Operation(
        "Makes a price list (`pricelist.export`, XML or JSON) the catalogue of a world.",
        "/worlds/shop-c/import",
        PRICES,
    ),
    "GET /exercises": _of_the_server(
        "The exercises for trainees; `problems`: what is wrong in files of your own.", "/exercises"
    ),
    "POST /worlds/<name>/exercise": Operation(
        "Starts an exercise: makes the world anew, as the exercise needs it; a missing one is"
        " created.",
        "/worlds/trainee-1/exercise",
        {"exercise": "lost-reply"},
        schemas.ExerciseStart,
        of_a_world=False,
    ),
    "GET /worlds/<name>/exercise": Operation(
        "How far the trainee of a world has come, read from its journal.",
        "/worlds/trainee-1/exercise",
    ),
    "GET /clock": Operation("The clock of a world.", "/clock"),
    "POST /clock": Operation(
        "Moves the clock; takes exactly one of the fields. `happened` are the events on the way,"
        " `ahead` (where there are any) how many rows of each table were made after the new time.",
        "/clock?world=shop-c",
        {"advance": "31 days"},
        schemas.ClockMove,
        conflict="`to next renewal`, and nothing is due",
    ),
    "GET /journal": Operation(
        "Calls and due events, newest first. `count`: how many there are without the filters.",
        "/journal?func=soft.*&limit=1",
        query=journal_schemas.JournalQuery,
    ),
    "POST /journal/verify": Operation(
        "Checks that a call was made as often as expected. Left-out fields match every call.",
        "/journal/verify",
        VERIFIED,
        journal_schemas.ExpectedCall,
        conflict="the expectation does not hold; `near`: calls that come nearest, with reasons",
    ),
    "DELETE /journal": Operation("Empties the journal.", "/journal?world=shop-c"),
    "POST /faults": Operation("Plans a fault.", "/faults", FAULT),
    "GET /faults": Operation("The planned faults with their counts, oldest first.", "/faults"),
    "DELETE /faults/<id>": Operation("Removes a fault.", "/faults/1"),
    "DELETE /faults": Operation("Removes all faults.", "/faults"),
    "GET /accounts/<login>": Operation(
        "An account with its logins and discounts, without secrets.", "/accounts/reseller"
    ),
    "PATCH /accounts/<login>": Operation(
        "Changes an account, or of a further login what is its own.",
        "/accounts/reseller",
        {"balance": "5.00", "discounts": [{"percent": 10}]},
        schemas.AccountChange,
    ),
    "GET /accounts/<login>/payments": Operation(
        "The newest payments of an account.", "/accounts/other/payments"
    ),
    "PATCH /payments/<id>": Operation(
        "Sets the status of a payment and moves the money.",
        "/payments/2",
        {"status": 6},
        schemas.PaymentChange,
    ),
    "GET /tickets": Operation("The newest tickets of all accounts.", "/tickets"),
    "GET /tickets/<id>": Operation("A ticket with its messages.", "/tickets/1"),
    "POST /tickets/<id>": Operation(
        "Answers a ticket as the seller.", "/tickets/1", {"text": "Done."}, schemas.TicketAnswer
    ),
    "GET /services/<id>": Operation("A service.", "/services/100001"),
    "PATCH /services/<id>": Operation(
        "Changes a service.",
        "/services/100001",
        {"status": 3, "substate": "3_autosuspend", "expires": "2027-01-10"},
        schemas.ServiceChange,
    ),
}
"""By method and path, as ``routes.HANDLERS`` has them."""
