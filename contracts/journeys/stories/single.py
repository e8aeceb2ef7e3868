"""A license of another family, sold by itself and prolonged by the seller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reseller_client import Client, LicenseOrder, UnknownOutcome
from reseller_client.services.licenses import Licenses

PLATFORM = "platform"
TYPES = ("softexternal", PLATFORM)
"""What is sold so."""


@dataclass(slots=True)
class Single:
    """One such license. ``ends_on`` is its end as last read."""

    licenses: Licenses
    service_id: int
    ends_on: date

    @classmethod
    def order(
        cls, client: Client, kind: str, tariff: int, *, name: str, ip: str, remoteid: str
    ) -> Single:
        """Orders one for a month that the seller is to prolong. Raises what the seller refuses."""
        platform = kind == PLATFORM
        licenses = client.platforms if platform else client.third_party
        wish = LicenseOrder(
            tariff,
            ip,
            licname="" if platform else name,
            comment=name if platform else "",
            autoprolong=1,
            remoteid=remoteid,
        )
        number = licenses.order(wish).license_id
        if number is None:
            raise UnknownOutcome(f"the order of {name} was not opened at once")
        return cls(licenses, number, _end(licenses, number))

    def moved(self, today: date) -> bool:
        """Whether the seller has prolonged it since it was last looked at.

        It is asked only once its end has come: nothing moves before.
        """
        if today < self.ends_on:
            return False
        before, self.ends_on = self.ends_on, _end(self.licenses, self.service_id)
        return self.ends_on > before

    def cancel(self) -> None:
        """Gives it up for good."""
        self.licenses.delete(self.service_id)


def _end(licenses: Licenses, number: int) -> date:
    end = licenses.get(number).expires_on
    if end is None:
        raise UnknownOutcome(f"service {number} shows no end")
    return end
