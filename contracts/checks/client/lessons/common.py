"""What graders of several lessons look for."""

from __future__ import annotations

from contracts.checks.client.lesson import Finding, Performance


def came_to_order(act: Performance, finding: Finding) -> bool:
    """Whether an order was sent at all; without one nothing of the lesson could show."""
    if not act.orders():
        finding.idle = "no confirmed order was sent"
    return bool(act.orders())


def check_once(act: Performance, finding: Finding) -> None:
    """Nothing was bought twice, and nothing charged twice for it."""
    if len(act.owned) > 1:
        numbers = ", ".join(str(one["id"]) for one in act.owned)
        finding.wrong(f"bought {len(act.owned)} times: {numbers}", *act.orders())
    for one in act.owned:
        charged = len(act.charges.get(one["id"], ()))
        if charged > 1:
            finding.wrong(f"{one['id']} was charged {charged} times", *act.orders())


def check_delivered(act: Performance, finding: Finding) -> None:
    """The customer has got it in the end."""
    finding.shown(*act.orders())
    if not act.owned:
        finding.wrong(f"nothing was bought; the client said: {act.last.result}", *act.orders())
    elif len(act.owned) == 1 and not act.is_delivered:
        number = act.owned[0]["id"]
        told = f"{act.last.result} {act.last.reason}".strip()
        finding.wrong(
            f"{number} stands at the seller and its {act.goods.shows} was never delivered; the "
            f"client said: {told}",
            *act.orders(),
        )


def check_settled(act: Performance, finding: Finding) -> None:
    """Bought once, and delivered in the end."""
    check_once(act, finding)
    check_delivered(act, finding)
