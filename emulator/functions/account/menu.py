"""``menu``: which functions a client area offers.

Source: docs/wire.md section 6 and its list of contradictions. Two shapes are observed; both stand
in one document, since readers of one do not look at the other: ``mainmenu`` with sections as
``node``, and ``menu`` once per section.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from emulator.api.context import Call, Part, Raw
from emulator.api.registry import Evidence, Family, Function, Kind
from emulator.domain.catalogue.catalogue import OwnType, Words
from emulator.errors import AccessDenied

SERVICES = "mainmenuservice"
TITLES: Mapping[str, Words] = {
    SERVICES: {"en": "Services", "ru": "Услуги"},
    "mainmenufinance": {"en": "Finance", "ru": "Финансы"},
    "mainmenuclient": {"en": "Client", "ru": "Клиент"},
}


def family(services: Iterable[Family], money: Iterable[Family], client: Iterable[Family]) -> Family:
    """The menu of these families: one entry for each of their listings.

    ``services``  product types, in the section that clients look for by its name.
    """
    sections = {
        SERVICES: _entries(services),
        "mainmenufinance": _entries(money),
        "mainmenuclient": _entries(client),
    }
    menu = Family("menu", {"en": "Menu", "ru": "Меню"})

    @menu.document(
        "menu",
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source="docs/wire.md sections 6 and 9",
    )
    def show(call: Call) -> Raw:
        """The sections with their entries; ``action`` of an entry is the function it opens."""
        tree: list[Part] = []
        flat: list[Part] = []
        for name, entries in sections.items():
            attrs = {"name": name, "title": call.words(TITLES[name])}
            nodes = [_node(call, entry) for entry in entries]
            if name == SERVICES:
                nodes += [_own_node(call, own) for own in call.shop.catalogue.types.values()]
            tree.append(Part("node", attrs={**attrs, "type": "menu"}, parts=nodes))
            flat.append(Part("menu", attrs=attrs, parts=nodes))
        return Raw([Part("mainmenu", parts=tree), *flat])

    return menu


def _entries(families: Iterable[Family]) -> list[Function]:
    return [
        function
        for family in families
        for function in family.functions
        if function.kind is Kind.LISTING
    ]


def _own_node(call: Call, own: OwnType) -> Part:
    """The list of a type that this world defines itself."""
    name = own.intname
    attrs = {"name": name, "action": name, "type": "list", "title": call.words(own.title)}
    return Part("node", attrs=attrs)


def _node(call: Call, function: Function) -> Part:
    attrs = {
        "name": function.name,
        "action": function.name,
        "type": "list",
        "title": call.words(function.title),
    }
    return Part("node", attrs=attrs)
