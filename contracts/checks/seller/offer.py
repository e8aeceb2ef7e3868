"""What of a tariff an order names: its term, its resources, its choices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from contracts.checks.seller.addons import Named, no_choice, one_more, one_too_many, some_of
from contracts.checks.seller.roles import NODES, Part
from contracts.checks.seller.tariff_choice import TRIAL_LENGTH, lengths, price_of
from contracts.journeys.catalogue_view import NotSold
from contracts.journeys.custom_services import template_of
from contracts.record.exchange import Request
from contracts.target.spending import spends
from contracts.target.spending_guard import NO_SUCH_NUMBER
from reseller_client.services.models import Tariff

PERIODS: Final = ("period", "order_period")
_UNSOLD: Final = (7, 5, 11, 13, 17, 19)
"""Terms in months that few would sell; one that is not sold is asked for to be refused."""
_CHOICES: Final = frozenset({"addon_16"})
"""Resources of the world ``small`` that are chosen from a list."""
_LEFT_OUT: Final[Named] = ("", "")


@dataclass(frozen=True, slots=True)
class Offer:
    """The tariff a request is about, as far as it is about one, and the part it plays.

    ``wrong``: the parameter that the answer on record is an error about. All raise NotSold.
    """

    tariff: Tariff | None
    part: Part | None
    wrong: str

    def period(self, asked: Request, name: str, text: str) -> str:
        """A term that is sold where one is wanted, and the shortest where it is paid."""
        if self.tariff is None or not text.lstrip("-").isdigit():
            return text
        sold, months = lengths(self.tariff), int(text)
        if self.wrong in ("period", name):
            unsold = (one for one in (months, *_UNSOLD) if not price_of(self.tariff, one))
            return str(next(unsold, text))
        if months == TRIAL_LENGTH:
            if not price_of(self.tariff, TRIAL_LENGTH):
                raise NotSold(f"tariff {self.tariff.id} is sold without a trial")
            return text
        if asked.func.endswith(".edit"):
            return self._another(sold, months)
        paid = spends(asked.func, asked.params)
        return str(sold[0]) if sold and (paid or months not in sold) else text

    def _another(self, sold: list[int], months: int) -> str:
        """Another term than the one it was bought for."""
        others = [one for one in sold[1:] if one == months] or sold[1:]
        if not others:
            raise NotSold(f"tariff {self.tariff.id if self.tariff else ''} is sold for one term")
        return str(others[0])

    def resource(self, func: str, name: str, text: str) -> Named:
        """A resource of the tariff here, where an exchange is about it; else it is left out."""
        if self.tariff is None:
            return _LEFT_OUT
        if self.wrong == name:
            if name in _CHOICES:
                return no_choice(self.tariff)
            return one_too_many(self.tariff, below=text == "0")
        if func.endswith(".edit"):
            return one_more(self.tariff)
        if self.part is not None and self.part.which == NODES:
            return some_of(self.tariff)
        return _LEFT_OUT

    def choice(self, name: str, text: str) -> Named:
        """An operating system or a place that the tariff offers; left out where it has none."""
        if self.wrong == name:
            return name, NO_SUCH_NUMBER if name == "datacenter" else text
        if self.tariff is None:
            return _LEFT_OUT
        if name == "ostempl":
            template = template_of(self.tariff)
            return (name, template) if template else _LEFT_OUT
        if name == "datacenter" and self.tariff.datacenters:
            return name, str(self.tariff.datacenters[0].id)
        return _LEFT_OUT
