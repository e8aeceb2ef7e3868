"""What an order or a form says of a tariff: term, resources, choices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.checks.seller.roles import NODES, Role
from contracts.checks.seller.tariff_choice import TRIAL_LENGTH, find_price, list_terms
from contracts.journeys.catalogue_view import NotSold, choose_larger_amount, choose_template
from contracts.record.exchange import Request
from contracts.target.spending import spends
from contracts.target.spending_guard import NO_SUCH_NUMBER
from reseller_client.services.catalogue_models import Addon, Tariff

PERIODS: Final = ("period", "order_period")
_UNSOLD: Final = (7, 5, 11, 13, 17, 19)
"""Terms in months that few sellers have, for exchanges that expect a refusal."""
_CHOICES: Final = frozenset({"addon_16"})
"""Resources of the world ``small`` that are chosen from a list."""
Parameter = tuple[str, str]
"""The name and the text of a parameter."""
_LEFT_OUT: Final[Parameter] = ("", "")


@dataclass(frozen=True, slots=True)
class TariffOffer:
    """The tariff a request is about, if any, and its role.

    ``wrong_parameter``: the parameter that the expected answer is an error about. All methods raise
    NotSold if the tariff has nothing suitable.
    """

    tariff: Tariff | None
    role: Role | None
    wrong_parameter: str

    def choose_period(self, request: Request, name: str, text: str) -> str:
        """A term that is sold, the shortest if it is paid; an unsold one to provoke a refusal.

        Raises NotSold.
        """
        if self.tariff is None or not text.lstrip("-").isdigit():
            return text
        terms, months = list_terms(self.tariff), int(text)
        if self.wrong_parameter in ("period", name):
            unsold = (term for term in (months, *_UNSOLD) if not find_price(self.tariff, term))
            return str(next(unsold, text))
        if months == TRIAL_LENGTH:
            if not find_price(self.tariff, TRIAL_LENGTH):
                raise NotSold(f"tariff {self.tariff.id} is sold without a trial")
            return text
        if request.func.endswith(".edit"):
            return self._choose_other_term(terms, months)
        paid = spends(request.func, request.params)
        return str(terms[0]) if terms and (paid or months not in terms) else text

    def _choose_other_term(self, terms: list[int], months: int) -> str:
        """Another term than the shortest, for which services are bought."""
        others = [term for term in terms[1:] if term == months] or terms[1:]
        if not others:
            raise NotSold(f"tariff {self.tariff.id if self.tariff else ''} is sold for one term")
        return str(others[0])

    def choose_resource(self, func: str, name: str, text: str) -> Parameter:
        """The resource that an exchange is about, as this tariff has it; else it is left out.

        Raises NotSold.
        """
        if self.tariff is None:
            return _LEFT_OUT
        if self.wrong_parameter == name:
            if name in _CHOICES:
                return _invalid_choice(self.tariff)
            return _amount_below(self.tariff) if text == "0" else _amount_above(self.tariff)
        if func.endswith(".edit"):
            addon, amount = choose_larger_amount(self.tariff)
            return _parameter(addon, amount)
        if self.role is not None and self.role.kind == NODES:
            return _least_amount(self.tariff)
        return _LEFT_OUT

    def choose_option(self, name: str, text: str) -> Parameter:
        """An operating system or data center of the tariff; left out if it has none."""
        if self.wrong_parameter == name:
            return name, NO_SUCH_NUMBER if name == "datacenter" else text
        if self.tariff is None:
            return _LEFT_OUT
        if name in ("ostempl", "instances_os"):
            template = choose_template(self.tariff)
            return (name, template) if template else _LEFT_OUT
        if name == "datacenter" and self.tariff.datacenters:
            return name, str(self.tariff.datacenters[0].id)
        return _LEFT_OUT


def _parameter(addon: Addon, amount: int) -> Parameter:
    return f"addon_{addon.id}", str(amount)


def _amount_below(tariff: Tariff) -> Parameter:
    addon = _find(tariff, "a least amount", lambda it: bool(it.minimum and it.minimum >= 1))
    return _parameter(addon, int(addon.minimum or 1) - 1)


def _amount_above(tariff: Tariff) -> Parameter:
    addon = _find(tariff, "a largest amount", lambda it: it.maximum is not None)
    return _parameter(addon, int(addon.maximum or 0) + int(addon.step or 1))


def _least_amount(tariff: Tariff) -> Parameter:
    addon = _find(tariff, "a resource every order has some of", lambda it: bool(it.minimum))
    return _parameter(addon, int(addon.minimum or Decimal(1)))


def _invalid_choice(tariff: Tariff) -> Parameter:
    addon = next((addon for addon in tariff.addons if addon.items), None)
    if addon is None:
        raise NotSold(f"tariff {tariff.id} has no resource with choices")
    return f"addon_{addon.id}", NO_SUCH_NUMBER


def _find(tariff: Tariff, description: str, fits: Callable[[Addon], bool]) -> Addon:
    for addon in tariff.addons:
        if not addon.items and fits(addon):
            return addon
    raise NotSold(f"tariff {tariff.id} has no resource with {description}")
