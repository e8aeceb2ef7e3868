"""The product types that are no licenses, each one declaration; and types that a world defines.

Source: docs/resale.md sections 2.1 and 2.2. What is not said here is read off ``domain.traits``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.catalogue.catalogue import OwnType, Words
from emulator.domain.catalogue.traits import TRAITS
from emulator.functions.products import server_orders as orders
from emulator.functions.products import server_views as views
from emulator.functions.products.build import build
from emulator.functions.products.product_type import SERVICE_COLUMNS, ProductType

OBSERVED, DOCUMENTED = Evidence.OBSERVED, Evidence.DOCUMENTED
SOURCE = "docs/resale.md sections 2.1 and 2.2, docs/wire.md section 7"


@dataclass(frozen=True, slots=True)
class Shape:
    """What the types of one kind take and show."""

    takes: type[WireSchema]
    new_takes: type[WireSchema]
    order_form: type[WireSchema]
    changes: type[WireSchema]
    row: type[WireSchema]
    form: type[WireSchema]


MACHINE = Shape(
    orders.MachineOrder,
    orders.NewMachineOrder,
    orders.ServiceOrderForm,
    orders.MachineChange,
    views.MachineRow,
    views.MachineForm,
)
ACCOUNT = Shape(
    orders.PlainOrder,
    orders.NewPlainOrder,
    orders.PlainOrderForm,
    orders.PlainChange,
    views.ServiceRow,
    views.ServiceForm,
)
RACK = replace(ACCOUNT, row=views.RackRow, form=views.RackForm)
NAME = Shape(
    orders.NameOrder,
    orders.NewNameOrder,
    orders.NameOrderForm,
    orders.NameChange,
    views.NameRow,
    views.NameForm,
)


@dataclass(frozen=True, slots=True)
class Declared:
    """One type: its title, its kind, its example in the world ``small``, and how it is known."""

    title: Words
    shape: Shape
    example: str
    order: Mapping[str, str]
    evidence: Mapping[str, Evidence] = field(default_factory=dict)
    also_listed: tuple[str, ...] = ()


def _order(pricelist: int, **given: str) -> Mapping[str, str]:
    usual = {"period": "1", "autoprolong": "null", "skipbasket": "on", "sok": "ok"}
    return {"pricelist": str(pricelist), **usual, **given}


TYPES: Mapping[str, Declared] = MappingProxyType(
    {
        "vds": Declared(
            {"en": "Virtual servers", "ru": "Виртуальные серверы"},
            MACHINE,
            "100014",
            _order(6, domain="vds.test", ostempl="ISPsystem__CentOS-7-amd64", addon_10="2"),
            {
                "": OBSERVED,
                "edit": OBSERVED,
                "filter": OBSERVED,
                "delete": OBSERVED,
                "reboot": OBSERVED,
                "order": OBSERVED,
                "order.param": DOCUMENTED,
                "v2.order.pricelist": OBSERVED,
                "v2.order.param": DOCUMENTED,
                "vds.vps": OBSERVED,
                "vps": OBSERVED,
            },
            also_listed=("vds.vps", "vps"),
        ),
        "dedic": Declared(
            {"en": "Dedicated servers", "ru": "Выделенные серверы"},
            MACHINE,
            "100015",
            _order(1600, domain="dedic.test", addon_1602="16022"),
            {
                "": DOCUMENTED,
                "edit": OBSERVED,
                "filter": OBSERVED,
                "delete": OBSERVED,
                "order": OBSERVED,
                "order.param": DOCUMENTED,
                "v2.order.param": OBSERVED,
            },
        ),
        "vhost": Declared(
            {"en": "Hosting", "ru": "Хостинг"},
            ACCOUNT,
            "100016",
            _order(2, domain="domain.name", addon_5="10", autoprolong="1", datacenter="1"),
            {
                "": OBSERVED,
                "edit": OBSERVED,
                "delete": OBSERVED,
                "order": OBSERVED,
                "order.param": DOCUMENTED,
                "v2.order.param": DOCUMENTED,
            },
        ),
        "instances": Declared(
            {"en": "Cloud servers", "ru": "Облачные серверы"},
            MACHINE,
            "100017",
            _order(1500, domain="cloud.test", addon_1501="2"),
            {
                "": OBSERVED,
                "edit": OBSERVED,
                "delete": OBSERVED,
                "reboot": OBSERVED,
                "start": OBSERVED,
                "stop": OBSERVED,
                "v2.order.pricelist": OBSERVED,
                "v2.order.param": OBSERVED,
            },
        ),
        "domain": Declared(
            {"en": "Domain names", "ru": "Домены"},
            NAME,
            "100018",
            _order(180, period="12", domain="example-new.com", ns0="ns1.example.com"),
            {"": OBSERVED, "edit": OBSERVED, "delete": OBSERVED},
        ),
        "dnshost": Declared(
            {"en": "Name servers", "ru": "DNS-хостинг"},
            ACCOUNT,
            "100019",
            _order(154, period="12", autoprolong="12", addon_155="100", clicked_button="finish"),
            {"": OBSERVED, "edit": OBSERVED, "order.param": OBSERVED},
        ),
        "storage": Declared(
            {"en": "Storage", "ru": "Хранилище"},
            ACCOUNT,
            "100020",
            _order(170, domain="ftp.test", addon_171="200"),
        ),
        "colocation": Declared(
            {"en": "Colocation", "ru": "Размещение"},
            RACK,
            "100021",
            _order(1700, domain="rack.test", addon_1703="4"),
        ),
    }
)


def product_type(intname: str, declared: Declared) -> ProductType:
    """The description of one type, as everything about it is built from."""
    own, shape = TRAITS[intname], declared.shape
    return ProductType(
        intname=intname,
        title=declared.title,
        source=SOURCE,
        example=declared.example,
        example_order=declared.order,
        takes=shape.takes,
        new_takes=shape.new_takes,
        order_form=shape.order_form,
        changes=shape.changes,
        row=shape.row,
        form=shape.form,
        evidence=declared.evidence,
        columns=SERVICE_COLUMNS,
        row_of=views.row,
        form_of=views.form,
        change=orders.change,
        wish_of=orders.wish_of,
        also_listed=declared.also_listed,
        power=own.power,
    )


def families() -> tuple[Family, ...]:
    """Every type's functions."""
    return tuple(build(product_type(name, declared)) for name, declared in TYPES.items())


def of_own_type(own: OwnType) -> Family:
    """The functions of a type that a world defines, as those of the type it is like."""
    like = product_type(own.like, TYPES[own.like])
    return build(replace(like, intname=own.intname, title=own.title, also_listed=(), evidence={}))
