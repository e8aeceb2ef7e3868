"""``menu``: which functions a client area offers.

Source: docs/wire.md section 6 and its list of contradictions. Two shapes are observed. Both are in
one document, since readers of one ignore the other: ``mainmenu`` with sections as ``node``, and
``menu`` once per section.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from emulator.api.context import Call, Part, Raw
from emulator.api.registry import Evidence, Family, Function, Kind
from emulator.domain.catalogue.catalogue import Words
from emulator.errors import AccessDenied

SERVICES = "mainmenuservice"
ROWS_OF_OTHERS = frozenset({"vds.vps", "vps", "ticket", "dashboard.tickets"})
"""Lists whose rows stand in another list of the menu: who reads all lists counts each row once
(docs/evidence.md 141)."""
TITLES: Mapping[str, Words] = {
    SERVICES: {"en": "Services", "ru": "Услуги"},
    "mainmenufinance": {"en": "Finance", "ru": "Финансы"},
    "mainmenuclient": {"en": "Client", "ru": "Клиент"},
}


def declare_menu(
    products: Iterable[Family], money: Iterable[Family], client: Iterable[Family]
) -> Family:
    """``menu``, with one entry for each listing of these families that has rows of its own.

    ``products`` are listed in the section that clients look for by its name.
    """
    menu = Family("menu", {"en": "Menu", "ru": "Меню"})
    sections = {
        SERVICES: _listings(products),
        "mainmenufinance": _listings(money),
        "mainmenuclient": _listings(client),
    }
    menu.document(
        "menu",
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md sections 6 and 9",
    )(Menu(sections).show)
    return menu


@dataclass(frozen=True, slots=True)
class Menu:
    """The handler of ``menu``. ``sections``: listings by the name of their section."""

    sections: Mapping[str, list[Function]]

    def show(self, call: Call) -> Raw:
        """The sections with what the login may open; ``action`` of an entry is the function."""
        tree: list[Part] = []
        flat: list[Part] = []
        for name, listings in self.sections.items():
            attrs = {"name": name, "title": call.words(TITLES[name])}
            entries = {function.name: function.title for function in listings}
            if name == SERVICES:
                # A subtype that is a whole type has the place of the list of its name.
                entries |= {own.intname: own.title for own in call.shop.catalogue.types.values()}
            nodes = [
                _node(call, action, title)
                for action, title in entries.items()
                if call.own_login.may_call(action)
            ]
            tree.append(Part("node", attrs={**attrs, "type": "menu"}, parts=nodes))
            flat.append(Part("menu", attrs=attrs, parts=nodes))
        return Raw([Part("mainmenu", parts=tree), *flat])


def _listings(families: Iterable[Family]) -> list[Function]:
    return [
        function
        for family in families
        for function in family.functions
        if function.kind is Kind.LISTING and function.name not in ROWS_OF_OTHERS
    ]


def _node(call: Call, name: str, title: Words) -> Part:
    """The entry that opens one listing."""
    attrs = {"name": name, "action": name, "type": "list", "title": call.words(title)}
    return Part("node", attrs=attrs)
