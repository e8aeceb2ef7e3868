"""``X.filter``: what a listing shows, kept for the rest of the session.

Source: docs/wire.md section 4.1 (observed). A caller with ``authinfo`` has no session, so for
it nothing is kept (assumed); it filters inline with ``filter=on``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from emulator.api.context import ActionResult, Call, Choice, FormAnswer
from emulator.api.fields import Rest
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import sessions
from emulator.functions.listing import Listing

Selects = Callable[[Call], Mapping[str, Sequence[Choice]]]


class FilterForm(WireSchema):
    """The fields of a filter are the columns of its listing, so they are not named here."""

    fields_ = Rest(data_key="*")


def declare_filter(
    family: Family,
    listed: str,
    listing: Listing,
    source: str,
    selects: Selects,
    evidence: Evidence = Evidence.OBSERVED,
) -> None:
    """Adds ``<listed>.filter`` to the family."""
    names = listing.filter_names

    @family.form(
        f"{listed}.filter",
        returns=FilterForm,
        evidence=evidence,
        source=source,
        summary=f"Shows or sets what the listing {listed} shows for the rest of the session.",
    )
    def show(call: Call) -> FormAnswer:
        kept: Mapping[str, Any] = call.session.filters.get(listed, {}) if call.session else {}
        return FormAnswer({name: kept.get(name, "") for name in names}, slists=selects(call))

    @show.on_submit
    def keep(call: Call) -> ActionResult:
        chosen = {n: call.params[n] for n in names if call.params.get(n, "").strip()}
        if call.session is not None:
            sessions.keep_filter(call.shop.db, call.session, listed, chosen)
        return ActionResult(ok=f"func={listed}", ok_type="list")

    @show.on_button("reset", "clear")
    def forget(call: Call) -> ActionResult:
        if call.session is not None:
            sessions.keep_filter(call.shop.db, call.session, listed, {})
        return ActionResult(ok=f"func={listed}", ok_type="list")
