"""Payers: the persons and companies in whose name an account pays.

Source: docs/wire.md section 6, docs/resale.md section 2.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reseller_client.account.models import Profile
from reseller_client.errors import UnknownOutcome
from reseller_client.transport.call import Area
from reseller_client.transport.listing import every_row
from reseller_client.transport.reading import read_row, read_rows
from reseller_client.transport.values import read_int

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reseller_client.transport.values import Field


class Profiles(Area):
    """Payers of the account, by id. Reached as `client.profiles`."""

    def list(self) -> tuple[Profile, ...]:
        """Return all payers. Source: `profile` (documented, observed)."""
        return read_rows(Profile, every_row(self._caller, "profile"))

    def get(self, profile_id: int) -> Profile:
        """Return one payer with all its fields. Raises Missed. Source: `profile.edit`."""
        form = self._caller.call("profile.edit", {"elid": profile_id}).form()
        profile = read_row(Profile, form, "id", "elid")
        if profile is None:
            raise UnknownOutcome(f"the form of payer {profile_id} has no id")
        return profile

    def add(self, name: str, kind: int = 1, fields: Mapping[str, Field] | None = None) -> int:
        """Add a payer: a person (`kind` 1) or a company (2). Returns its id.

        Never sent again: there would be a second payer of the same name. Raises BadValue, and
        UnknownOutcome for an answer without an id. Source: `profile.add.profiledata` (observed).
        """
        values = {**(fields or {}), "name": name, "profiletype": kind, "sok": "ok"}
        answer = self._caller.call("profile.add.profiledata", values)
        number = read_int(answer.value("id", "profile_id", "elid"))
        if number is None:
            raise UnknownOutcome("a payer was added, but the answer has no id")
        return number

    def change(self, profile_id: int, changes: Mapping[str, Field]) -> Profile:
        """Change the fields that are named; returns the payer afterwards.

        Raises BadValue, Missed. Source: `profile.edit` with `sok`.
        """
        self._caller.call("profile.edit", {**changes, "elid": profile_id, "sok": "ok"})
        return self.get(profile_id)

    def delete(self, profile_id: int) -> None:
        """Delete a payer. Raises Missed, and Refused for a payer that has payments."""
        self._caller.call("profile.delete", {"elid": profile_id, "sok": "ok"})
