"""The file of a shop of modules: what is sold, to whom, and at which seller; YAML or TOML.

Reading it says every fault at once, each in one line with its place. Applying it adds what is
missing and changes prices and passwords; it never touches a balance that is there.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

import yaml
from marshmallow import Schema, ValidationError, fields, post_load, validate, validates_schema

from reseller_client.modules.customers import is_a_sum
from reseller_client.modules.store import Product

if TYPE_CHECKING:
    from reseller_client.modules.customers import ModuleCustomers

ONCE: Final = (
    ("products", "products", "id"),
    ("products", "products", "intname"),
    ("customers", "customers", "login"),
    ("licenses", "licences", "number"),
)
"""What must be unique: the attribute, its key in the file, and the field of its rows."""
LEAST: Final = -100
"""The period of a trial."""


class FileFault(Exception):
    """What is wrong with a file, a line for each fault."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        """Keep the lines, each with the name of the file before it."""
        super().__init__("\n".join(f"{path}: {line}" for line in lines))


@dataclass(frozen=True, slots=True)
class Seller:
    """Where modules are ordered; what is empty, the command is told otherwise."""

    url: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys; `balance` is what was paid in before the first start."""

    login: str
    password: str
    name: str = ""
    balance: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class License:
    """A license at the seller, and whose it is."""

    number: int
    customer: str
    edition: str = ""


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """All of a file. `database` stands beside the file unless it is absolute."""

    currency: str
    database: Path
    seller: Seller
    prices_need_login: bool
    products: tuple[Product, ...]
    customers: tuple[Customer, ...]
    licenses: tuple[License, ...]


class _Text(fields.String):
    """A text that is not empty; a number or a date without quotation marks is none."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        super().__init__(validate=validate.Length(min=1), **options)


class _Number(fields.Integer):
    """A whole number, also as a key of TOML, which are all texts."""

    def __init__(self, least: int, **options: Any) -> None:  # noqa: ANN401 - the same
        super().__init__(validate=validate.Range(min=least), **options)

    def _deserialize(
        self,
        value: Any,  # noqa: ANN401 - as inherited
        attr: str | None,
        data: Mapping[str, Any] | None,
        **kwargs: Any,  # noqa: ANN401 - as inherited
    ) -> int:
        if isinstance(value, bool | float) or not re.fullmatch(r"-?[0-9]{1,15}", str(value)):
            raise self.make_error("invalid")
        return super()._deserialize(value, attr, data, **kwargs)


def _money(**options: Any) -> fields.Decimal:  # noqa: ANN401 - the same
    """A sum from 0 on with two digits at most behind the point."""

    def check(value: Decimal) -> None:
        if not is_a_sum(value):
            raise ValidationError("Not a sum from 0 on with at most two digits behind the point.")

    return fields.Decimal(allow_nan=False, validate=check, **options)


class _Seller(Schema):
    url = _Text()
    login = _Text()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Seller:
        return Seller(**data)


class _Product(Schema):
    id = _Number(1, required=True)
    tariff = _Number(1, required=True)
    intname = _Text(required=True)
    name = _Text()
    prices = fields.Dict(
        keys=_Number(LEAST), values=_money(), required=True, validate=validate.Length(min=1)
    )
    editions = fields.List(_Text(), load_default=list)

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Product:
        editions = tuple(data.pop("editions"))
        return Product(**{"name": data["intname"], **data}, editions=editions)


class _Customer(Schema):
    login = fields.String(
        required=True,
        validate=validate.Regexp(r"[^:\s]+\Z", error="A login has no colon and no blank."),
    )
    password = _Text(required=True)
    name = _Text()
    balance = _money()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> Customer:
        return Customer(**data)


class _License(Schema):
    number = _Number(1, required=True)
    customer = _Text(required=True)
    edition = _Text()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> License:
        return License(**data)


class _File(Schema):
    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters, such as EUR."),
    )
    database = _Text(required=True)
    seller = fields.Nested(_Seller, load_default=Seller)
    prices_need_login = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    products = fields.List(fields.Nested(_Product), required=True)
    customers = fields.List(fields.Nested(_Customer), load_default=list)
    licenses = fields.List(fields.Nested(_License), data_key="licences", load_default=list)

    @validates_schema
    def agree(self, data: Mapping[str, Any], **_: object) -> None:
        """What stands once stands once, and every license is a customer's."""
        faults: dict[str, dict[int, dict[str, list[str]]]] = {}
        for attribute, key, name in ONCE:
            seen: set[object] = set()
            for place, row in enumerate(data[attribute]):
                if getattr(row, name) in seen:
                    told = [f"{getattr(row, name)} stands twice."]
                    faults.setdefault(key, {}).setdefault(place, {})[name] = told
                seen.add(getattr(row, name))
        logins = {one.login for one in data["customers"]}
        for place, license in enumerate(data["licenses"]):
            if license.customer not in logins:
                told = [f"There is no customer {license.customer} in this file."]
                faults.setdefault("licences", {}).setdefault(place, {})["customer"] = told
        if faults:
            raise ValidationError(faults)


class _Loader(yaml.SafeLoader):
    """YAML in which a key stands once: the second of two prices would win without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as inherited
        seen = set()
        for key in (one for one, _ in node.value if isinstance(one, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"{key.value} stands twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_file(path: Path) -> ModuleFile:
    """Read a file by the ending of its name, `.toml` or YAML. Raises FileFault."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader
    except OSError as fault:
        _fail(path, f"cannot be read: {fault.strerror}", fault)
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        _fail(path, f"line {mark.line + 1 if mark else '?'}: {fault.problem}", fault)
    except (ValueError, yaml.YAMLError, RecursionError) as fault:
        _fail(path, f"is no {'TOML' if path.suffix == '.toml' else 'YAML'}: {fault}", fault)
    if not isinstance(data, dict):
        _fail(path, "holds no fields", None)
    try:
        read: dict[str, Any] = _File().load(data)
    except ValidationError as fault:
        raise FileFault(path, list(_lines(fault.messages))) from fault
    lists = {name: tuple(read.pop(name)) for name in ("products", "customers", "licenses")}
    return ModuleFile(**{**read, **lists, "database": path.parent / read["database"]})


def _fail(path: Path, line: str, cause: Exception | None) -> NoReturn:
    raise FileFault(path, [" ".join(line.split())]) from cause


def _lines(told: object, place: str = "") -> Iterator[str]:
    """Messages of marshmallow, one a line: ``products[0].prices.1: Not a valid number.``."""
    if isinstance(told, Mapping):
        for name, inner in told.items():
            if name in {"_schema", "key", "value"}:  # where marshmallow names its own structure
                yield from _lines(inner, place)
            elif isinstance(name, int) and not place.endswith(".prices"):
                yield from _lines(inner, f"{place}[{name}]")
            else:
                yield from _lines(inner, f"{place}.{name}".removeprefix("."))
    elif isinstance(told, list):
        for inner in told:
            yield from _lines(inner, place)
    else:
        yield f"{place}: {told}".removeprefix(": ")


def apply_file(shop: ModuleCustomers, file: ModuleFile) -> None:
    """Bring a shop in line with its file; the same file again changes nothing.

    Products that are no longer in the file are sold no more. Customers and licenses that are no
    longer in it stay. Raises ValueError where another customer has modules on a license.
    """
    named = {one.id for one in file.products}
    for old in shop.store.products():
        if old.id not in named:
            shop.offer(Product(old.id, old.tariff, old.intname, old.name, {}, old.editions))
    for product in file.products:
        shop.offer(product)
    for one in file.customers:
        _take_in(shop, one)
    for license in file.licenses:
        shop.add_license(license.customer, license.number, license.edition)


def _take_in(shop: ModuleCustomers, one: Customer) -> None:
    if shop.store.buyer("login", one.login) is None:
        try:
            shop.add_customer(one.login, one.password, name=one.name, balance=one.balance)
        except ValueError:  # another process that starts now was quicker
            if shop.store.buyer("login", one.login) is None:
                raise
    shop.set_password(one.login, one.password)
