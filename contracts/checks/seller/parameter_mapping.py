"""What an exchange says of its world, in the words of another seller: its parameters."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

from contracts.checks.seller.offer import PERIODS, Offer
from contracts.checks.seller.resources import NotHere, Stock
from contracts.checks.seller.roles import (
    ANY,
    DEARER,
    EXTERNAL,
    NOT_HAD,
    SECOND,
    SERVICES,
    TARIFFS,
    TEXTS,
    Part,
)
from contracts.checks.seller.schedule import NUMBERS
from contracts.journeys.catalogue_view import ADDITION, SOFT, NotSold
from contracts.record.compare import ExpectedDocument
from contracts.record.exchange import OUR_LOGIN, OUR_PASSWORD, Request
from contracts.record.levels import family_of
from contracts.record.placeholders import placeholders_in
from contracts.target.spending import changes, spends
from contracts.target.spending_guard import NO_SUCH_NUMBER
from reseller_client.services.models import Tariff

_FIRST: Final = (*NUMBERS, "pricelist")
"""What the rest of a request depends on."""
_NUMBER: Final = re.compile(r"[0-9]+")
_NOBODYS: Final = re.compile(r"([79])\1+")
"""Numbers that the world has nothing of: 77, 99999."""
_ADDRESS: Final = re.compile(r"192\.0\.2\.[0-9]+")
_ACCOUNTS: Final = ("reseller", "other", "careful", "fenced", "poor")
"""Who has an account in that world."""
_NEVER: Final = frozenset({"su", "coupon"})
"""Parameters that need what only an account of a prepared world has."""

AnyText = TypeVar("AnyText")


@dataclass(slots=True)
class Words:
    """Texts of the fixture, and those at this seller, for one exchange with what goes before it."""

    stock: Stock
    expected: ExpectedDocument
    acts: bool
    pays: bool = False
    buys: bool = True
    thrifty: bool = False
    by_format: dict[str, str] = field(default_factory=dict)
    """Numbers and codes."""
    echo: dict[str, tuple[str, str]] = field(default_factory=dict)
    """A parameter's text on record and here: answers tell it under its name, or as a ``param``."""
    renamed: dict[str, str] = field(default_factory=dict)
    """Parameters that have another name here; nothing where one is left out."""
    touched: set[int] = field(default_factory=set)
    owned: bool = False
    """Whether it is about something of the account's own, whose settings are not ours."""
    _tariff: Tariff | None = None
    _part: Part | None = None
    _key: str = field(default_factory=lambda: secrets.token_hex(16))

    def request(self, asked: Request) -> Request:
        """A request as this seller has to be asked. Raises NotHere, CannotRun."""
        self._tariff = self._part = None
        params: dict[str, str] = {}
        for name in sorted(asked.params, key=lambda name: name not in _FIRST):
            text = asked.params[name]
            here, said = self._parameter(asked, name, text)
            if here != name:
                self.renamed[name] = here
            if here:
                params[here] = said
                self.echo[name] = (text, said)
        if self._needs_address(asked):
            params["ip"] = self._fresh("ip", asked)
        return Request(asked.func, params, asked.method, asked.body, asked.login, asked.flood)

    def is_ours(self, request: Request) -> bool:
        """Whether the numbers of a request on record stand for what was bought."""
        said = [request.params[name] for name in NUMBERS if name in request.params]
        numbers = [one.strip() for text in said for one in text.split(",")]
        return bool(numbers) and all(
            one in SERVICES
            or one in NOT_HAD
            or bool(list(placeholders_in(one)))
            or bool(_NOBODYS.fullmatch(one))
            for one in numbers
        )

    def _parameter(self, asked: Request, name: str, text: str) -> tuple[str, str]:
        """Its name and its text here; no name where it is left out."""
        if name in _NEVER:
            raise NotHere("names what only a prepared account has")
        if name.startswith("addon_"):
            return self._on_offer(lambda offer: offer.resource(asked.func, name, text))
        if name in ("ostempl", "recipe", "datacenter"):
            return self._on_offer(lambda offer: offer.choice(name, text))
        return name, self._said(asked, name, text)

    def _said(self, asked: Request, name: str, text: str) -> str:
        if name in NUMBERS:
            return self._numbers(asked, text)
        if name == "pricelist":
            return self._code(text)
        if name in PERIODS:
            return self._on_offer(lambda offer: offer.period(asked, name, text))
        if name in ("username", "password", "authinfo", "key"):
            return self._secret(asked, name, text)
        return self._text(asked, name, text)

    def _text(self, asked: Request, name: str, text: str) -> str:
        """What services are called by: as they are where one is looked for, else as none is."""
        if (
            (name, text) in TEXTS
            and not asked.func.endswith(".filter")
            and (asked.params.get("filter") or name in ("ip", "domain"))
        ):
            return self.stock.shown(SERVICES[TEXTS[name, text]], name, acts=self.acts)
        if name == "ip" and asked.func == f"{EXTERNAL}.edit" and "100011" in self.by_format:
            raise NotHere("needs a license without an address, which no price list tells")
        if name == "ip" and _ADDRESS.fullmatch(text):
            return self._fresh(name, asked)
        if name == "promocode" and text == "SPRING":
            raise NotHere("names a promo code of a prepared world")
        orders = asked.func.endswith(".order.param") and spends(asked.func, asked.params)
        if orders and name in ("domain", "remoteid") and name != self._wrong:
            return self._fresh(name, asked)
        return (
            _NOBODYS.sub(NO_SUCH_NUMBER, text)
            if name in ("billorder", "payment_id", "id")
            else text
        )

    def _fresh(self, name: str, asked: Request) -> str:
        """What nothing has yet; for what opens nothing the same address every time."""
        try:
            if name == "ip" and not self.pays and not asked.func.endswith(".edit"):
                return self.stock.goods.spare_address()
            return self.stock.goods.free(name, family_of(asked.func))
        except NotSold as reason:
            raise NotHere(str(reason)) from None

    @property
    def _wrong(self) -> str:
        """The parameter that the answer on record is an error about, or nothing."""
        error = self.expected.doc.first("error")
        return error.attrs.get("object", "") if error is not None else ""

    def _numbers(self, asked: Request, text: str) -> str:
        if list(placeholders_in(text)):
            return text
        return _NUMBER.sub(lambda found: self._number(asked, found[0]), text)

    def _number(self, asked: Request, text: str) -> str:
        family = family_of(asked.func)
        if _NOBODYS.fullmatch(text):
            return NO_SUCH_NUMBER
        if text in NOT_HAD:
            raise NotHere(f"needs {NOT_HAD[text]}")
        if text in SERVICES:
            part = SERVICES[text]
            number = self._service(asked, text)
            self.owned |= str(number) not in self.stock.seller.guard.purchases.numbers
            self.touched.add(number)
            self._part = self._part or part
            self.by_format[text] = str(number)
        elif text == "1" and family in ("profile", "user") and not self.acts:
            self.by_format[f"{family} {text}"] = str(self._first_row(family))
            self.echo["id"] = (text, self.by_format[f"{family} {text}"])
            self.owned = True
            return self.by_format[f"{family} {text}"]
        elif len(text) < len(NO_SUCH_NUMBER) - 3:
            if family in ("profile", "user", "payment"):
                raise NotHere(f"is about {family} {text} of a prepared world")
            return text
        else:
            raise NotHere(f"is about service {text} of a prepared world")
        return self.by_format[text]

    def _service(self, asked: Request, text: str) -> int:
        """What plays a part. Of two licenses the first has a module, and the second has none."""
        if self.acts and family_of(asked.func) == ADDITION and SERVICES[text].family == SOFT:
            if SERVICES[text].which == SECOND:
                return self.stock.bare_license()
            if asked.func.endswith(".order.param") and SERVICES[text].which == ANY:
                return int(self.stock.shown(Part(ADDITION), "item", acts=True))
        part = SERVICES[text]
        buys = self.buys and not (self.thrifty and self.stock.has_had(part.family))
        return self.stock.number(part, acts=self.acts, buys=buys)

    def _first_row(self, family: str) -> int:
        numbers = self.stock.rows(family)
        if not numbers:
            raise NotHere(f"the account has no {family}")
        return min(numbers)

    def _code(self, text: str) -> str:
        code = text.rstrip(";")
        if _NOBODYS.fullmatch(code):
            return NO_SUCH_NUMBER
        if code not in TARIFFS:
            raise NotHere(f"is about tariff {code} of a prepared world")
        part = TARIFFS[code]
        if part.which == DEARER and self.touched:
            self._tariff = self.stock.dearer(part, max(self.touched))
        else:
            self._tariff = self.stock.tariff(part)
        self._part = part
        self.by_format[code] = str(self._tariff.id)
        return text.replace(code, self.by_format[code])

    def _on_offer(self, say: Callable[[Offer], AnyText]) -> AnyText:
        """What is said of the tariff a request is about: the one it names, or its service's."""
        if self._tariff is None and self._part is not None:
            self._tariff = (
                self.stock.tariff_of(self._part)
                if self.owned
                else self.stock.tariff(Part(self._part.family))
            )
        try:
            return say(Offer(self._tariff, self._part, self._wrong))
        except NotSold as reason:
            raise NotHere(str(reason)) from None

    def _secret(self, asked: Request, name: str, text: str) -> str:
        """The account's own login and password, and a key nobody has had before."""
        login, password = self.stock.seller.account
        if family_of(asked.func) == "certificate":
            return text
        if name == "key":
            if self.expected.kind == "error" or not self._uses_key_up:
                raise NotHere("would leave a key to the account behind")
            return self._key
        if asked.params.get("username", OUR_LOGIN) not in _ACCOUNTS:
            return text
        if asked.params.get("username", OUR_LOGIN) != OUR_LOGIN:
            raise NotHere("names an account of a prepared world")
        if self.expected.kind == "error" and asked.func == "auth":
            raise NotHere("would count as a failed login of the account")
        return {"username": login, "password": password}.get(
            name, text.replace(f"{OUR_LOGIN}:{OUR_PASSWORD}", f"{login}:{password}")
        )

    @property
    def _uses_key_up(self) -> bool:
        return self.expected.doc.first("auth") is not None

    def _needs_address(self, asked: Request) -> bool:
        """Some licenses of other vendors do, some do not, and the price list does not tell."""
        needs = (
            asked.func.removeprefix("v2.") == f"{EXTERNAL}.order.param"
            and changes(asked.func, asked.params)
            and "ip" not in asked.params
        )
        if needs and self._wrong == "ip":
            raise NotHere("needs a tariff that needs an address, which no price list tells")
        return needs
