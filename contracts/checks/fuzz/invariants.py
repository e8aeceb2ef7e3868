"""What a walk through lives of services holds the seller to after every step, by id.

They are decided along the walk (`contracts.checks.fuzz.walk`, `lifecycle`), so they are declared
here and not at a function of their own.
"""

from __future__ import annotations

from typing import Final

from contracts.checks.registry import Check, index
from contracts.verdicts import DOCUMENTED, OBSERVED

WALKS: Final = "docs/fuzzing.md section 1.2"
ANSWERS_AT_ALL: Final = Check(
    id="answers-at-all",
    about="Every request gets an answer, as long as others get one.",
    cost="A billing system that hears nothing orders again, and the reseller pays for two.",
    evidence=OBSERVED,
    source="docs/fuzzing.md section 1.1",
)


def _invariant(id: str, about: str, cost: str, source: str = WALKS) -> Check:
    return Check(id=id, about=about, cost=cost, evidence=DOCUMENTED, source=source)


INVARIANTS: Final = index(
    [
        _invariant(
            "balance-is-payments-less-expenses",
            "The balance is what was paid in less what was charged, to the cent.",
            "The reseller's books never agree with the seller's, and nobody knows who owes whom.",
        ),
        _invariant(
            "looks-and-refusals-change-nothing",
            "A read or a refused call changes neither money nor the state of a service.",
            "A monitor that only looks spends money, or switches off a customer's server.",
        ),
        _invariant(
            "states-follow-as-told",
            "A service moves only from a state to those that can follow it.",
            "A billing system meets a move it does not know, and shows a running service as gone.",
            "docs/trade.md section 10, docs/fuzzing.md section 1.2",
        ),
        _invariant(
            "dead-stays-dead",
            "A deleted service takes no orders and does not come back.",
            "A customer who left is charged again for a server that was wiped.",
        ),
        _invariant(
            "does-what-it-says",
            "A suspended service is suspended, a resumed one active, a deleted one deleted.",
            "The shop believes that a debtor's server is off, and pays for it while it runs on.",
            "docs/trade.md sections 6.2 and 6.5, docs/fuzzing.md section 1.2",
        ),
        _invariant(
            "a-day-is-charged-once",
            "What is billed by the day costs the price of a day for each paid day, and no more.",
            "Customers of hourly and daily machines pay for days twice, or the seller for theirs.",
            "docs/evidence.md 113, docs/fuzzing.md section 1.2",
        ),
        _invariant(
            "days-end-with-the-money",
            "It runs on paid days, is suspended without money, and is active when a day is paid.",
            "A machine nobody pays for runs on for months, or one that is paid for stays off.",
            "docs/evidence.md 113, docs/fuzzing.md section 1.2",
        ),
        _invariant(
            "an-example-works",
            "The example in the declaration of an order buys the service.",
            "Whoever begins with the documentation copies a call that is refused.",
        ),
        _invariant(
            "a-life-can-be-led",
            "Each step of a life is taken, or refused for the reason that is documented.",
            "A service can be sold and then not be renewed, changed or given up.",
        ),
        _invariant(
            "links-lead-on",
            "The links of the document find the number they need in the answer to an order.",
            "A client generated from the OpenAPI document can order, and then reach nothing.",
        ),
        _invariant(
            "order-tells-its-number",
            "The answer to an order has the number of the service.",
            "The shop has paid for something that it cannot find again.",
            "docs/trade.md section 3, docs/fuzzing.md section 1.2",
        ),
        _invariant(
            "books-can-be-read",
            "Payments, expenses and the balance can be read after every step.",
            "The reseller cannot check a single bill against what was charged.",
            "docs/trade.md section 11, docs/fuzzing.md section 1.2",
        ),
    ]
)
"""The invariants of walks by id."""
