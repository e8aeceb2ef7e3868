"""The file of a shop of modules: what is sold, to whom, and at which seller; YAML or TOML.

Reading it reports all errors at once, each in one line with its place. Applying it adds what is
missing and changes prices and passwords; it never changes an existing balance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from marshmallow import Schema, ValidationError, fields, post_load, validate

from mockseller.files import FileError, Problem, list_problems, read_toml, read_yaml
from reseller_client.modules.customers import is_sum
from reseller_client.modules.store import Product

if TYPE_CHECKING:
    from reseller_client.modules.customers import ModuleCustomers

ONCE: Final = (
    ("products", "id"),
    ("products", "intname"),
    ("customers", "login"),
    ("licences", "number"),
)
"""What must be unique: the list, and the field of its rows."""
LEAST: Final = -100
"""The period of a trial."""


class ModuleFileError(FileError):
    """The errors of a file, one a line."""


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


def read_file(path: Path) -> ModuleFile:
    """Return the content of a `.toml` file, or of a YAML file with any other ending.

    Raises ModuleFileError with all errors.
    """
    source = (read_toml if path.suffix == ".toml" else read_yaml)(path, ModuleFileError)
    if not isinstance(source.document, dict):
        raise ModuleFileError(f"{path}: contains no fields")
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    try:
        read = _File().load(source.document)
    except ValidationError as error:
        problems = list(list_problems(error.messages))
    source.check([*problems, *_disagreements(source.document)])
    lists = {name: tuple(read.pop(name)) for name in ("products", "customers", "licenses")}
    return ModuleFile(**{**read, **lists, "database": path.parent / read["database"]})


def _disagreements(content: Mapping[str, Any]) -> Iterator[Problem]:
    """Iterate over values that appear twice, and licenses of customers that are not there."""
    for key, name in ONCE:
        seen: set[str] = set()
        for place, row in _rows(content, key):
            if name in row:
                if str(row[name]) in seen:
                    yield (key, place, name), f"{row[name]} appears twice."
                seen.add(str(row[name]))
    logins = {row.get("login") for _, row in _rows(content, "customers")}
    for place, row in _rows(content, "licences"):
        customer = row.get("customer")
        if isinstance(customer, str) and customer not in logins:
            yield ("licences", place, "customer"), f"There is no customer {customer} in this file."


def _rows(content: Mapping[str, Any], key: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Iterate over the rows of a list that are mappings of single values, with their indexes."""
    rows = content.get(key)
    for place, row in enumerate(rows if isinstance(rows, list) else []):
        if isinstance(row, Mapping):
            yield (
                place,
                {name: value for name, value in row.items() if isinstance(value, str | int)},
            )


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
