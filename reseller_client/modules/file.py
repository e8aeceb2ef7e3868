"""The file of a shop of modules: what is sold, to whom, and at which seller; YAML or TOML.

Reading it reports all errors at once, each in one line with its place. Applying it adds what is
missing and changes prices and passwords; it never changes an existing balance.
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

from reseller_client.modules.customers import is_sum
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


class ModuleFileError(Exception):
    """The errors of a file, one a line."""

    def __init__(self, path: Path, lines: list[str]) -> None:
        """Store the lines, each after the name of the file."""
        super().__init__("\n".join(f"{path}: {line}" for line in lines))


@dataclass(frozen=True, slots=True)
class SellerEntry:
    """The seller at which modules are ordered; what is empty comes from the command's options."""

    url: str = ""
    login: str = ""


@dataclass(frozen=True, slots=True)
class CustomerEntry:
    """A customer; `balance` is what was paid in before the customer was added."""

    login: str
    password: str
    name: str = ""
    balance: Decimal = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class LicenseEntry:
    """A license at the seller, and the customer it belongs to."""

    number: int
    customer: str
    edition: str = ""


@dataclass(frozen=True, slots=True)
class ModuleFile:
    """The content of a file. `database` is relative to the file's folder unless it is absolute."""

    currency: str
    database: Path
    seller: SellerEntry
    prices_need_login: bool
    products: tuple[Product, ...]
    customers: tuple[CustomerEntry, ...]
    licenses: tuple[LicenseEntry, ...]


class _Text(fields.String):
    """A text that is not empty; a number or a date without quotation marks is refused."""

    def __init__(self, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
        super().__init__(validate=validate.Length(min=1), **options)


class _Number(fields.Integer):
    """A whole number, also written as text, because the keys of TOML are texts."""

    def __init__(self, least: int, **options: Any) -> None:  # noqa: ANN401 - marshmallow's own options
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


def _money(**options: Any) -> fields.Decimal:  # noqa: ANN401 - marshmallow's own options
    """Return a field for a sum from 0 on with at most two digits after the point."""

    def check(value: Decimal) -> None:
        if not is_sum(value):
            raise ValidationError("Not a sum from 0 on with at most two digits after the point.")

    return fields.Decimal(allow_nan=False, validate=check, **options)


class _Seller(Schema):
    url = _Text()
    login = _Text()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> SellerEntry:
        return SellerEntry(**data)


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
        validate=validate.Regexp(r"[^:\s]+\Z", error="A login must have no colon and no blank."),
    )
    password = _Text(required=True)
    name = _Text()
    balance = _money()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> CustomerEntry:
        return CustomerEntry(**data)


class _License(Schema):
    number = _Number(1, required=True)
    customer = _Text(required=True)
    edition = _Text()

    @post_load
    def make(self, data: dict[str, Any], **_: object) -> LicenseEntry:
        return LicenseEntry(**data)


class _File(Schema):
    currency = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{3}\Z", error="Three capital letters, such as EUR."),
    )
    database = _Text(required=True)
    seller = fields.Nested(_Seller, load_default=SellerEntry)
    prices_need_login = fields.Boolean(truthy={True}, falsy={False}, load_default=False)
    products = fields.List(fields.Nested(_Product), required=True)
    customers = fields.List(fields.Nested(_Customer), load_default=list)
    licenses = fields.List(fields.Nested(_License), data_key="licences", load_default=list)

    @validates_schema
    def agree(self, data: Mapping[str, Any], **_: object) -> None:
        """Check that values are unique, and that every license belongs to a customer."""
        errors: dict[str, dict[int, dict[str, list[str]]]] = {}
        for attribute, key, name in ONCE:
            seen: set[object] = set()
            for place, row in enumerate(data[attribute]):
                if getattr(row, name) in seen:
                    message = f"{getattr(row, name)} appears twice."
                    errors.setdefault(key, {}).setdefault(place, {})[name] = [message]
                seen.add(getattr(row, name))
        logins = {customer.login for customer in data["customers"]}
        for place, license in enumerate(data["licenses"]):
            if license.customer not in logins:
                message = f"There is no customer {license.customer} in this file."
                errors.setdefault("licences", {}).setdefault(place, {})["customer"] = [message]
        if errors:
            raise ValidationError(errors)


class _Loader(yaml.SafeLoader):
    """YAML that refuses a key that appears twice, where the second would replace the first."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - as inherited
        seen = set()
        for key in (name for name, _ in node.value if isinstance(name, yaml.ScalarNode)):
            if key.value in seen:
                raise yaml.MarkedYAMLError(None, None, f"{key.value} appears twice", key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)


def read_file(path: Path) -> ModuleFile:
    """Return the content of a `.toml` file, or of a YAML file with any other ending.

    Raises ModuleFileError with all errors.
    """
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix == ".toml" else yaml.load(text, _Loader)  # noqa: S506 - it is a SafeLoader
    except OSError as error:
        _fail(path, f"cannot be read: {error.strerror}", error)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        _fail(path, f"line {mark.line + 1 if mark else '?'}: {error.problem}", error)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        _fail(path, f"is no {'TOML' if path.suffix == '.toml' else 'YAML'}: {error}", error)
    if not isinstance(data, dict):
        _fail(path, "contains no fields", None)
    try:
        read: dict[str, Any] = _File().load(data)
    except ValidationError as error:
        raise ModuleFileError(path, list(_lines(error.messages))) from error
    lists = {name: tuple(read.pop(name)) for name in ("products", "customers", "licenses")}
    return ModuleFile(**{**read, **lists, "database": path.parent / read["database"]})


def _fail(path: Path, line: str, cause: Exception | None) -> NoReturn:
    raise ModuleFileError(path, [" ".join(line.split())]) from cause


def _lines(messages: object, place: str = "") -> Iterator[str]:
    """Iterate over messages of marshmallow as lines: `products[0].prices.1: Not a valid …`."""
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            if name in {"_schema", "key", "value"}:  # names of marshmallow's own structure
                yield from _lines(inner, place)
            elif isinstance(name, int) and not place.endswith(".prices"):
                yield from _lines(inner, f"{place}[{name}]")
            else:
                yield from _lines(inner, f"{place}.{name}".removeprefix("."))
    elif isinstance(messages, list):
        for inner in messages:
            yield from _lines(inner, place)
    else:
        yield f"{place}: {messages}".removeprefix(": ")


def apply_file(shop: ModuleCustomers, file: ModuleFile) -> None:
    """Change a shop to match its file; the same file again changes nothing.

    A product that is no longer in the file is no longer sold. Customers and licenses that are no
    longer in it stay. Raises ValueError where another customer has modules on a license.
    """
    numbers = {product.id for product in file.products}
    for old in shop.store.products():
        if old.id not in numbers:
            shop.offer(Product(old.id, old.tariff, old.intname, old.name, {}, old.editions))
    for product in file.products:
        shop.offer(product)
    for customer in file.customers:
        _add_customer(shop, customer)
    for license in file.licenses:
        shop.add_license(license.customer, license.number, license.edition)


def _add_customer(shop: ModuleCustomers, customer: CustomerEntry) -> None:
    login, password = customer.login, customer.password
    if shop.store.buyer_named(login) is None:
        try:
            shop.add_customer(login, password, name=customer.name, balance=customer.balance)
        except ValueError:  # another process that starts at the same time may have added it
            if shop.store.buyer_named(login) is None:
                raise
    shop.set_password(login, password)
