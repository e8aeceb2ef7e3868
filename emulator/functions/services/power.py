"""``service.start``, ``.stop``, ``.reboot``, ``.hardreboot``: the buttons of any machine.

Source: docs/resale.md section 2.6.
"""

from __future__ import annotations

from emulator.api.context import ActionResult, Call
from emulator.api.registry import Evidence, Family
from emulator.domain.services import servers, services
from emulator.errors import Missed, RunningOperation, WrongState
from emulator.functions.params import Elements
from emulator.functions.products.build import POWER

MACHINE = "100014"


def add_power(family: Family) -> None:
    """Adds the four buttons."""
    for verb, summary in POWER.items():
        _add(family, verb, summary)


def _add(family: Family, verb: str, summary: str) -> None:
    @family.action(
        f"service.{verb}",
        takes=Elements,
        elids="elid",
        fails=(Missed, RunningOperation, WrongState),
        evidence=Evidence.OBSERVED,
        source="docs/resale.md section 2.6",
        example={"elid": MACHINE},
        summary=summary,
    )
    def act(call: Call, elid: int) -> ActionResult:
        service = services.owned(call.shop, call.user, elid)
        servers.power(call.shop, call.user, service, verb)
        return ActionResult()
