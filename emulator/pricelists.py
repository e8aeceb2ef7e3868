"""A price list of someone else's as our catalogue: what ``pricelist.export`` answers, read back.

Source: docs/resale.md section 2.7. One price list comes as xml, json or bjson, and sellers
differ: a ``measure`` or an ``enumeration`` may be there twice, once as a number and once as an
object, prices come with or without a currency, amounts as an attribute or as a text. Enumerations
cannot be counted, so they are left out and told about.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from sqlalchemy import bindparam, delete, select, text

from emulator import worldmaking
from emulator.domain import world
from emulator.domain.catalogue import TRIAL
from emulator.fixtures_files import AddonFixture, Restriction, TariffFixture, Wording
from emulator.store import tables
from emulator.store.engine import Database, Statement

TRIAL_DAYS = 14
"""How long a trial lasts: an export does not say (assumed, as in our own price list)."""
MOST = 2_000
"""Tariffs of one document."""
BIGGEST = 2**31 - 1
CURRENCY = re.compile(r"[A-Z]{3}\Z", re.ASCII)
WHOLE = re.compile(r"-?[0-9]{1,10}\Z", re.ASCII)
FINEST = Decimal("0.0001")
UNLIMITED = 999_999
"""An addon's limit where the export gives none; large limits mean there is none (observed)."""
COUNTED, SWITCHED, ENUMERATED = "2", "1", "3"
STAND_ON_ADDRESSES = frozenset({"soft", "softexternal"})
"""Product types whose tariffs want an address: an export does not say (assumed)."""
RESTRICTIONS: Mapping[str, Restriction] = {"on": "on", "uponly": "uponly", "downonly": "downonly"}
MONTHS = {"month": 1, "year": 12, "lifetime": 0, "trial": 1}


class PriceListError(ValueError):
    """A document is no price list; the text is one line for people."""


@dataclass(frozen=True, slots=True)
class PriceList:
    """What was read: tariffs in their order, and what was left out, in words."""

    tariffs: tuple[TariffFixture, ...]
    left_out: tuple[str, ...]


@dataclass(slots=True)
class Node:
    """An element, whatever the format: its text, and its attributes and children by name."""

    text: str = ""
    inside: dict[str, list[Node]] = field(default_factory=dict)

    def all(self, name: str) -> list[Node]:
        """Everything of that name."""
        return self.inside.get(name, [])

    def get(self, name: str) -> str:
        """The text of the first of that name that has one, or nothing."""
        return next((node.text for node in self.all(name) if node.text), "")


def read(document: bytes, currency: str) -> PriceList:
    """The tariffs of an export. ``currency``: of prices that do not name theirs.

    Raises PriceListError where it is no price list, or a tariff in it makes no sense.
    """
    root = _parsed(document)
    lists = next((found for node in _roots(root) if (found := node.all("pricelist"))), [])
    if not lists:
        raise PriceListError("the document holds no pricelist")
    if len(lists) > MOST:
        raise PriceListError(f"the document holds more than {MOST} tariffs")
    left_out: list[str] = []
    tariffs: dict[int, TariffFixture] = {}
    for node in lists:
        tariff = _tariff(node, currency, left_out)
        if tariff.id in tariffs:
            raise PriceListError(f"tariff {tariff.id} is there twice")
        tariffs[tariff.id] = tariff
    return PriceList(tuple(_with_targets(tariffs.values())), tuple(left_out))


T = tables.tariff.c
_NUMBER = bindparam("number", type_=T.id.type)
_LATER = Statement(text("PRAGMA defer_foreign_keys=ON"))
"""Services keep pointing to a tariff while its row is replaced; the commit checks."""
_IN_USE = Statement(select(tables.service.c.tariff_id).distinct())
_ALL_IDS = Statement(select(T.id))
_FORGET = (
    Statement(delete(tables.addon_price).where(tables.addon_price.c.tariff_id == _NUMBER)),
    Statement(delete(tables.addon).where(tables.addon.c.tariff_id == _NUMBER)),
    Statement(delete(tables.price).where(tables.price.c.tariff_id == _NUMBER)),
    Statement(delete(tables.tariff).where(T.id == _NUMBER)),
)


def replace_in(db: Database, tariffs: tuple[TariffFixture, ...]) -> list[int]:
    """The tariffs of this world are these from now on. Old ones in use stay; their ids.

    The caller holds the lock and the transaction.
    """
    db.run(_LATER)
    kept = [number for (number,) in db.rows(_IN_USE)]
    stay = set(kept) - {tariff.id for tariff in tariffs}
    for number in [number for (number,) in db.rows(_ALL_IDS) if number not in stay]:
        for statement in _FORGET:
            db.run(statement, number=number)
    worldmaking.write_tariffs(db, tariffs)
    world.catalogue_changed(db)
    return sorted(stay)


def _parsed(document: bytes) -> Node:
    start = document.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    try:
        if start == b"<":
            return _from_xml(fromstring(document, forbid_dtd=True))
        return _from_json(json.loads(document, parse_float=Decimal))
    except DefusedXmlException:
        raise PriceListError("the document declares entities or a DTD") from None
    except ParseError as fault:
        raise PriceListError(f"the document is not XML: {fault}") from None
    except (ValueError, RecursionError):
        raise PriceListError("the document is neither XML nor JSON") from None


def _from_xml(element: Element) -> Node:
    node = Node((element.text or "").strip())
    for name, value in element.attrib.items():
        node.inside[name] = [Node(value)]
    for child in element:
        node.inside.setdefault(child.tag, []).append(_from_xml(child))
    return node


def _from_json(value: object) -> Node:
    """``$`` (json) and ``v`` (bjson) hold an element's text, ``$name`` an attribute."""
    if not isinstance(value, Mapping):
        return Node("" if value is None else str(value).strip())
    node = Node()
    for name, inside in value.items():
        many = inside if isinstance(inside, list) else [inside]
        if name in ("$", "v") and not isinstance(inside, Mapping):
            node.text = str(inside).strip()
        else:
            node.inside.setdefault(name.lstrip("$"), []).extend(_from_json(one) for one in many)
    return node


def _roots(root: Node) -> Iterator[Node]:
    """Where price lists may stand: at the top, or in one ``doc`` or two."""
    yield root
    for outer in root.all("doc"):
        yield outer
        yield from outer.all("doc")


def _tariff(node: Node, currency: str, left_out: list[str]) -> TariffFixture:
    number = _whole(node.get("id"), "a tariff", "id")
    name = f"tariff {number}"
    periods = _prices(node, currency, name)
    offered = {months for costs in periods.values() for months in costs}
    return TariffFixture(
        id=number,
        type=_type(node),
        intname=node.get("intname") or node.get("additionintname"),
        name=_wording(node, "name", node.get("additionintname") or str(number)),
        description=_wording(node, "description", ""),
        country="any",
        trial=offered == {TRIAL},
        evidence="assumed",
        periods=periods,
        trial_days=TRIAL_DAYS if TRIAL in offered else None,
        addons=tuple(_addons(node, currency, name, left_out)),
        takes_address=_type(node) in STAND_ON_ADDRESSES,
    )


def _type(node: Node) -> str:
    """The internal name of the product type; where there is none, what we sell: licences."""
    for told in node.all("itemtype_info"):
        if told.get("intname"):
            return told.get("intname")
    plain = node.get("itemtype")
    if plain and not plain.isdigit():
        return plain
    return "addition" if node.get("additionintname") else "soft"


def _wording(node: Node, name: str, otherwise: str) -> Wording:
    english = node.get(name) or otherwise
    return Wording(english, node.get(f"{name}_ru") or english)


def _prices(node: Node, currency: str, where: str) -> dict[str, dict[int, Decimal]]:
    found: dict[str, dict[int, Decimal]] = {}
    for price in node.all("price"):
        own = price.get("currency") or price.get("price_currency") or currency
        if not CURRENCY.match(own):
            raise PriceListError(f"{where}: {own!r} is not a currency")
        costs = found.setdefault(own, {})
        for period in price.all("period"):
            unit = MONTHS.get(period.get("type") or "month")
            if unit is None:  # days, hours: nothing here is sold so
                continue
            length = _whole(period.get("length"), where, "period length", least=TRIAL)
            months = length if length == TRIAL else length * unit
            cost = _amount(period.get("cost") or period.text, where)
            if cost >= 0 and (months >= 0 or months == TRIAL):  # a negative cost: not on sale
                costs[months] = cost
    return found


def _addons(node: Node, currency: str, where: str, left_out: list[str]) -> Iterator[AddonFixture]:
    seen: set[int] = set()
    for addon in node.all("addon"):
        number = _whole(addon.get("id"), where, "addon id")
        inside = f"{where}, addon {number}"
        if number in seen:
            raise PriceListError(f"{inside} is there twice")
        seen.add(number)
        if addon.get("addontype") == ENUMERATED:
            left_out.append(f"{inside}: an enumeration cannot be counted")
            continue
        yield _addon(addon, number, currency, inside)


def _addon(addon: Node, number: int, currency: str, where: str) -> AddonFixture:
    """Limits as the export gives them; ``addonlimit`` is what the tariff includes."""
    switched = addon.get("addontype") == SWITCHED
    included = _limit(addon, "addonlimit", 0, where)
    least = _limit(addon, "addonmin", 0, where)
    most = _limit(addon, "addonmax", 0, where) or (1 if switched else UNLIMITED)
    most = max(most, least, included)
    intname = next((n.get("intname") for n in addon.all("addon_itemtype_info")), "")
    return AddonFixture(
        id=number,
        intname=addon.get("intname") or intname,
        name=_wording(addon, "name", str(number)),
        minimum=least,
        maximum=most,
        step=max(1, _limit(addon, "addonstep", 1, where)),
        default=min(max(included, least), most),
        included=included,
        evidence="assumed",
        prices=_prices(addon, currency, where),
        restrict_client_change=RESTRICTIONS.get(addon.get("restrictclientchange"), "off"),
    )


def _limit(addon: Node, name: str, otherwise: int, where: str) -> int:
    told = addon.get(name)
    if not told:
        return otherwise
    return max(0, int(min(_amount(told, where), Decimal(BIGGEST))))


def _whole(told: str, where: str, what: str, least: int = 0) -> int:
    if not WHOLE.match(told):
        raise PriceListError(f"{where}: {what} {told[:40]!r} is not a whole number")
    number = int(told)
    if not least <= number <= BIGGEST:
        raise PriceListError(f"{where}: {what} {number} is not between {least} and {BIGGEST}")
    return number


def _amount(told: str, where: str) -> Decimal:
    try:
        amount = Decimal(told)
    except InvalidOperation:
        raise PriceListError(f"{where}: {told!r} is not an amount") from None
    if not amount.is_finite() or abs(amount) > BIGGEST or amount != amount.quantize(FINEST):
        raise PriceListError(f"{where}: {told!r} is not an amount of at most four decimals")
    return amount.quantize(FINEST)


def _with_targets(tariffs: Iterable[TariffFixture]) -> list[TariffFixture]:
    """A tariff may become any other of its type that is no trial (assumed: an export is silent)."""
    given = list(tariffs)
    paid: dict[str, list[int]] = {}
    for tariff in given:
        if not tariff.trial:
            paid.setdefault(tariff.type, []).append(tariff.id)
    return [
        replace(own, change_to=tuple(n for n in paid.get(own.type, ()) if n != own.id))
        for own in given
    ]
