"""A licence of any type sold by itself and prolonged by the seller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from reseller_client import Client, NotUnderstood
from reseller_client.values import Field, read_date, read_int


@dataclass(slots=True)
class Single:
    """One such licence. ``ends_on`` is its end as last read."""

    client: Client
    type: str
    service_id: int
    ends_on: date

    @classmethod
    def order(
        cls, client: Client, kind: str, tariff: int, *, name: str, ip: str, remoteid: str
    ) -> Single:
        """Orders one for a month that the seller is to prolong. Raises what the seller refuses."""
        known_by: dict[str, Field] = {"licname": name, "ip": ip or None}
        if kind == "platform":
            known_by = {"comment": name}
        wanted: dict[str, Field] = {
            "pricelist": tariff,
            "period": 1,
            "autoprolong": 1,
            "remoteid": remoteid,
            "skipbasket": "on",
            "clicked_button": "finish",
            "sok": "ok",
        }
        answer = client.call(f"{kind}.order.param", {**wanted, **known_by})
        number = read_int(answer.value("id", "item.id"))
        if number is None:
            raise NotUnderstood(f"{kind} {tariff} was ordered under no number")
        return cls(client, kind, number, _end(client, kind, number))

    def moved(self, today: date) -> bool:
        """Whether the seller has prolonged it since it was last looked at.

        It is asked only once its end has come: nothing moves before.
        """
        if today < self.ends_on:
            return False
        before, self.ends_on = self.ends_on, _end(self.client, self.type, self.service_id)
        return self.ends_on > before

    def cancel(self) -> None:
        """Gives it up for good."""
        self.client.call(f"{self.type}.delete", {"elid": self.service_id, "sok": "ok"})


def _end(client: Client, kind: str, number: int) -> date:
    end = read_date(client.call(f"{kind}.edit", {"elid": number}).value("expiredate"))
    if end is None:
        raise NotUnderstood(f"{kind} {number} shows no end")
    return end
