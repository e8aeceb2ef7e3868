"""Maps the parameters of an exchange's requests to services, tariffs and texts of this seller."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from contracts.checks.seller.offer import PERIODS, TariffOffer
from contracts.checks.seller.resources import NotPortable, Resources
from contracts.checks.seller.roles import (
    ANY,
    DEARER,
    EXTERNAL,
    NOT_AVAILABLE,
    NUMBERS,
    SECOND,
    TEXTS,
    Role,
    find_numbers,
)
from contracts.journeys.catalogue_view import ADDITION, SOFT, NotSold
from contracts.record.compare import ExpectedDocument
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD, Request
from contracts.record.levels import family_of
from contracts.record.placeholders import PLACEHOLDER, find_placeholders
from contracts.record.roles import SERVICE, TARIFF, TARIFFS, name_role
from contracts.target.spending import changes, spends
from contracts.target.spending_guard import NO_SUCH_NUMBER
from reseller_client.services.catalogue_models import Tariff

_FIRST: Final = (*NUMBERS, "pricelist")
"""Parameters that are mapped first, since the others depend on them."""
_NUMBER: Final = re.compile(rf"<{SERVICE}:[a-z.]+>|[0-9]+")
_UNUSED_NUMBER: Final = re.compile(r"([79])\1+")
"""Numbers that exchanges use for what does not exist: 77, 99999."""
_ADDRESS: Final = re.compile(r"192\.0\.2\.[0-9]+")
_ACCOUNTS: Final = ("reseller", "other", "careful", "fenced", "poor")
"""The accounts of the world ``small``."""
_NO_ADDRESS: Final = f"<{SERVICE}:softexternal.other>"
"""The license of another vendor that has no address in the world ``small``."""
_PREPARED_ONLY: Final = frozenset({"su", "coupon"})
"""Parameters that name what only a prepared account has."""

T = TypeVar("T")


@dataclass(slots=True)
class ParameterMapping:
    """The mapping for one exchange, including the requests before it.

    ``acts``: a request changes something. ``pays``: money is spent. ``buys``: services may be
    bought for it. ``thrifty``: none is bought if its family has been ordered already.
    """

    resources: Resources
    expected: ExpectedDocument
    acts: bool
    pays: bool = False
    buys: bool = True
    thrifty: bool = False
    replacements: dict[str, str] = field(default_factory=dict)
    """Roles of the exchange, as placeholders, with their numbers and codes at this seller."""
    echoed: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By parameter its text in the exchange and here: answers repeat it."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Parameters with another name here; empty if one is left out."""
    services: set[int] = field(default_factory=set)
    """Numbers of the services that the requests are about."""
    uses_own: bool = False
    """Whether a request is about something of the account's own, whose settings are unknown."""
    _tariff: Tariff | None = None
    _role: Role | None = None
    _key: str = field(default_factory=lambda: secrets.token_hex(16))

    def map_request(self, request: Request) -> Request:
        """The request as this seller has to be asked. Raises NotPortable or CannotRun."""
        self._tariff = self._role = None
        params: dict[str, str] = {}
        for name in sorted(request.params, key=lambda name: name not in _FIRST):
            text = request.params[name]
            new_name, new_text = self._map_parameter(request, name, text)
            if new_name != name:
                self.renamed[name] = new_name
            if new_name:
                params[new_name] = new_text
                self.echoed[name] = (text, new_text)
        if self._needs_address(request):
            params["ip"] = self._make_unique("ip", request)
        return Request(
            request.func, params, request.method, request.body, request.login, request.flood
        )

    def is_about_purchase(self, request: Request) -> bool:
        """Whether the numbers of a request of an exchange stand for services that were bought."""
        numbers = find_numbers(request)
        return bool(numbers) and all(
            number in NOT_AVAILABLE
            or bool(list(find_placeholders(number)))
            or bool(_UNUSED_NUMBER.fullmatch(number))
            for number in numbers
        )

    def _map_parameter(self, request: Request, name: str, text: str) -> tuple[str, str]:
        """Its name and text here; an empty name if it is left out."""
        if name in _PREPARED_ONLY:
            raise NotPortable("names what only a prepared account has")
        if name.startswith("addon_"):
            return self._from_offer(lambda offer: offer.choose_resource(request.func, name, text))
        if name == "keyvalue":
            raise NotPortable("names a data center of a prepared world")
        if name in ("ostempl", "instances_os", "recipe", "datacenter"):
            return self._from_offer(lambda offer: offer.choose_option(name, text))
        return name, self._map_text(request, name, text)

    def _map_text(self, request: Request, name: str, text: str) -> str:
        if name in NUMBERS or f"<{SERVICE}:" in text:
            return self._map_numbers(request, text)
        if name == "pricelist":
            return self._map_code(text)
        if name in PERIODS:
            return self._from_offer(lambda offer: offer.choose_period(request, name, text))
        if name in ("username", "password", "authinfo", "key"):
            return self._map_credential(request, name, text)
        return self._map_identifier(request, name, text)

    def _map_identifier(self, request: Request, name: str, text: str) -> str:
        """Names and addresses: a service's own where it is looked up, else an unused one."""
        if (
            (name, text) in TEXTS
            and not request.func.endswith(".filter")
            and (request.params.get("filter") or name in ("ip", "domain"))
        ):
            return self.resources.read_field(TEXTS[name, text], name, acts=self.acts)
        if name == "ip" and request.func == f"{EXTERNAL}.edit" and _NO_ADDRESS in self.replacements:
            raise NotPortable("needs a license without an address, which no price list tells")
        if name == "ip" and _ADDRESS.fullmatch(text):
            return self._make_unique(name, request)
        if name == "promocode" and text == "SPRING":
            raise NotPortable("names a promo code of a prepared world")
        orders = request.func.endswith(".order.param") and spends(request.func, request.params)
        if orders and name in ("domain", "remoteid") and name != self._wrong_parameter:
            return self._make_unique(name, request)
        if name in ("billorder", "payment_id", "id"):
            return _UNUSED_NUMBER.sub(NO_SUCH_NUMBER, text)
        return text

    def _make_unique(self, name: str, request: Request) -> str:
        """A text that no service has yet; the spare IP address where no service is opened."""
        try:
            if name == "ip" and not self.pays and not request.func.endswith(".edit"):
                return self.resources.tariffs.spare_address()
            return self.resources.tariffs.make_unique(name, family_of(request.func))
        except NotSold as reason:
            raise NotPortable(str(reason)) from None

    @property
    def _wrong_parameter(self) -> str:
        """The parameter that the expected answer is an error about, or an empty text."""
        error = self.expected.doc.first("error")
        return error.attrs.get("object", "") if error is not None else ""

    def _map_numbers(self, request: Request, text: str) -> str:
        if any(placeholder.kind != SERVICE for placeholder in find_placeholders(text)):
            return text
        return _NUMBER.sub(lambda match: self._map_number(request, match[0]), text)

    def _map_number(self, request: Request, number: str) -> str:
        family = family_of(request.func)
        if number in NOT_AVAILABLE:
            raise NotPortable(f"needs {NOT_AVAILABLE[number]}")
        if _UNUSED_NUMBER.fullmatch(number):
            return NO_SUCH_NUMBER
        placeholder = name_role(SERVICE, number)
        if match := PLACEHOLDER.fullmatch(placeholder):
            role = Role.parse(match[2])
            service = self._find_service(request, role)
            self.uses_own |= str(service) not in self.resources.seller.guard.purchases.numbers
            self.services.add(service)
            self._role = self._role or role
            self.replacements |= {placeholder: str(service), number: str(service)}
            return str(service)
        if number == "1" and family in ("profile", "user") and not self.acts:
            row = str(self._first_row(family))
            self.replacements[f"{family} {number}"] = row
            self.echoed["id"] = (number, row)
            self.uses_own = True
            return row
        if len(number) >= len(NO_SUCH_NUMBER) - 3:
            raise NotPortable(f"is about service {number} of a prepared world")
        if family in ("profile", "user", "payment"):
            raise NotPortable(f"is about {family} {number} of a prepared world")
        return number

    def _find_service(self, request: Request, role: Role) -> int:
        """The service that fills a role; in the world the first license has a module."""
        if self.acts and family_of(request.func) == ADDITION and role.family == SOFT:
            if role.kind == SECOND:
                return self.resources.find_bare_license()
            if request.func.endswith(".order.param") and role.kind == ANY:
                return int(self.resources.read_field(Role(ADDITION), "item", acts=True))
        buys = self.buys and not (self.thrifty and self.resources.has_ordered(role.family))
        return self.resources.find_service(role, acts=self.acts, buys=buys)

    def _first_row(self, family: str) -> int:
        numbers = self.resources.read_rows(family)
        if not numbers:
            raise NotPortable(f"the account has no {family}")
        return min(numbers)

    def _map_code(self, text: str) -> str:
        code = text.rstrip(";")
        if _UNUSED_NUMBER.fullmatch(code):
            return NO_SUCH_NUMBER
        placeholder = name_role(TARIFF, code)
        match = PLACEHOLDER.fullmatch(placeholder)
        if match is None or match[2] not in TARIFFS:
            raise NotPortable(f"is about tariff {code} of a prepared world")
        role = Role.parse(match[2])
        if role.kind == DEARER and self.services:
            self._tariff = self.resources.find_dearer_tariff(role, max(self.services))
        else:
            self._tariff = self.resources.find_tariff(role)
        self._role = role
        here = str(self._tariff.id)
        self.replacements |= {placeholder: here, code: here}
        return text.replace(code, here)

    def _from_offer(self, choose: Callable[[TariffOffer], T]) -> T:
        """What is chosen of the tariff that the request names, or that its service has."""
        if self._tariff is None and self._role is not None:
            self._tariff = (
                self.resources.read_tariff(self._role)
                if self.uses_own
                else self.resources.find_tariff(Role(self._role.family))
            )
        try:
            return choose(TariffOffer(self._tariff, self._role, self._wrong_parameter))
        except NotSold as reason:
            raise NotPortable(str(reason)) from None

    def _map_credential(self, request: Request, name: str, text: str) -> str:
        """Login and password of the account, and a random key."""
        login, password = self.resources.seller.account
        if request.func.endswith(".order.param") or family_of(request.func) == "certificate":
            return text  # of what is ordered, not of the account
        if name == "key":
            if self.expected.kind == "error" or self.expected.doc.first("auth") is None:
                raise NotPortable("would leave a key to the account behind")
            return self._key
        if request.params.get("username", OUR_LOGIN) not in _ACCOUNTS:
            return text
        if request.params.get("username", OUR_LOGIN) != OUR_LOGIN:
            raise NotPortable("names an account of a prepared world")
        if self.expected.kind == "error" and request.func == "auth":
            raise NotPortable("would count as a failed login of the account")
        return {"username": login, "password": password}.get(
            name, text.replace(f"{OUR_LOGIN}:{OUR_PASSWORD}", f"{login}:{password}")
        )

    def _needs_address(self, request: Request) -> bool:
        """Whether an order of another vendor's license needs an IP address added.

        Some of these licenses need one, some do not, and the price list does not tell.
        """
        needs = (
            request.func.removeprefix("v2.") == f"{EXTERNAL}.order.param"
            and changes(request.func, request.params)
            and "ip" not in request.params
        )
        if needs and self._wrong_parameter == "ip":
            raise NotPortable("needs a tariff that needs an address, which no price list tells")
        return needs
