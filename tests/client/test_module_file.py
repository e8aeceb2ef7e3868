"""The file of a shop of modules: what it says, and what is said of what is wrong in it."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select

from reseller_client.modules.file import ModuleFileError, apply_file, read_file
from reseller_client.modules.shop import ModuleShop
from reseller_client.modules.store import BUYERS, LICENSES, ModuleStore
from tests.client.module_stand import Watch, lonely

EXAMPLE = Path(__file__).parents[2] / "fixtures" / "modules" / "example.yaml"
GOOD = """
currency: EUR
database: modules.sqlite
products:
  - {id: 277, tariff: 955301, intname: Virusdie, prices: {1: 12.00}}
customers:
  - {login: ada, password: secret-1, balance: 30.00}
licences:
  - {number: 100002, customer: ada}
"""
TOML = """
currency = "EUR"
database = "modules.sqlite"
[[products]]
id = 277
tariff = 955301
intname = "Virusdie"
prices = {1 = "12.00"}
[[customers]]
login = "ada"
password = "secret-1"
balance = 30.00
[[licences]]
number = 100002
customer = "ada"
"""


def written(folder: Path, text: str, name: str = "modules.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def faults(folder: Path, text: str, name: str = "modules.yaml") -> list[str]:
    path = written(folder, text, name)
    with pytest.raises(ModuleFileError) as caught:
        read_file(path)
    return [line.removeprefix(f"{path}: ") for line in str(caught.value).splitlines()]


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[ModuleShop]:
    store = ModuleStore(tmp_path / "modules.sqlite")
    yield lonely(store, Watch())
    store.close()


def test_yaml_and_toml_say_the_same(tmp_path: Path) -> None:
    yaml = read_file(written(tmp_path, GOOD))
    assert read_file(written(tmp_path, TOML, "modules.toml")) == yaml
    assert yaml.database == tmp_path / "modules.sqlite"


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ("currency: EUR", "currency: euro", "currency: Three capital letters, such as EUR."),
        ("currency: EUR", "", "currency: Missing data for required field."),
        ("currency: EUR", "currency: EUR\nspeed: 3", "speed: Unknown field."),
        ("id: 277", "id: x", "products[0].id: Not a valid integer."),
        ("id: 277", "id: 1.5", "products[0].id: Not a valid integer."),
        ("id: 277", "id: yes", "products[0].id: Not a valid integer."),
        ("{1: 12.00}", "{1: cheap}", "products[0].prices.1: Not a valid number."),
        ("{1: 12.00}", "{1: -2}",
         "products[0].prices.1: Not a sum from 0 on with at most two digits after the point."),
        ("{1: 12.00}", "{monthly: 12}", "products[0].prices.monthly: Not a valid integer."),
        ("{1: 12.00}", "{}", "products[0].prices: Shorter than minimum length 1."),
        ("{1: 12.00}", "{1: 12.00, 1: 13.00}", "products[0].prices.1: is there twice (line 5)"),
        ("login: ada", "login: 'a:b'",
         "customers[0].login: A login must have no colon and no blank."),
        ("password: secret-1, ", "", "customers[0].password: Missing data for required field."),
        ("password: secret-1", "password: 12345", "customers[0].password: Not a valid string."),
        ("customer: ada", "customer: eve",
         "licences[0].customer: There is no customer eve in this file."),
        ("products:", "products:\n  - {id: 277, tariff: 1, intname: Other, prices: {1: 1}}",
         "products[1].id: 277 appears twice."),
        ("products:", "products: [",
         "is not YAML: line 5, column 3: expected a value, but found '-'"),
        ("currency: EUR", "[a]: EUR", "is not YAML: line 2, column 1: found unhashable key"),
    ],
)  # fmt: skip
def test_a_fault_is_one_line_with_its_place(
    tmp_path: Path, before: str, after: str, fault: str
) -> None:
    first, *others = faults(tmp_path, GOOD.replace(before, after, 1))
    assert first.startswith(fault)
    # A login that is refused leaves a license without its customer.
    assert ["no customer ada" in other for other in others] == [True] * len(others)


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    text = GOOD.replace("EUR", "euro").replace("tariff: 955301", "tariff: 0")
    assert len(faults(tmp_path, text)) == 2


@pytest.mark.parametrize(
    ("text", "name", "fault"),
    [
        ("", "modules.yaml", "contains no fields"),
        ("- 1", "modules.yaml", "contains no fields"),
        ("a = [", "modules.toml", "is not TOML: Invalid value (at end of document)"),
        ("\x00", "modules.yaml", "is not YAML: line 1, column 1: the character U+0000 is not"),
    ],
)
def test_what_is_no_such_file_is_told(tmp_path: Path, text: str, name: str, fault: str) -> None:
    (line,) = faults(tmp_path, text, name)
    assert line.startswith(fault)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModuleFileError, match="cannot be read: No such file"):
        read_file(tmp_path / "modules.yaml")


def test_the_same_file_twice_adds_nothing_twice(tmp_path: Path, shop: ModuleShop) -> None:
    file = read_file(written(tmp_path, GOOD))
    apply_file(shop, file)
    shop.top_up("ada", Decimal("5.00"))
    before = [shop.store.rows(select(table)) for table in (BUYERS, LICENSES)]
    apply_file(shop, file)
    after = [shop.store.rows(select(table)) for table in (BUYERS, LICENSES)]
    assert before == after
    assert shop.customer("ada").balance == Decimal("35.00")
    assert len(shop.entries()) == 2


def test_another_price_and_password_hold_from_then_on(tmp_path: Path, shop: ModuleShop) -> None:
    apply_file(shop, read_file(written(tmp_path, GOOD)))
    before = shop.customer("ada").secret
    text = GOOD.replace("12.00", "13.00").replace("secret-1", "secret-2")
    apply_file(shop, read_file(written(tmp_path, text)))
    assert shop.quote(277, 1) == Decimal("13.00")
    assert shop.customer("ada").secret != before


def test_a_product_that_left_the_file_is_sold_no_more(tmp_path: Path, shop: ModuleShop) -> None:
    apply_file(shop, read_file(written(tmp_path, GOOD)))
    text = GOOD.replace("id: 277", "id: 300")
    apply_file(shop, read_file(written(tmp_path, text)))
    assert [bool(product.prices) for product in shop.store.products()] == [False, True]


def test_the_shipped_example_is_right() -> None:
    file = read_file(EXAMPLE)
    assert [product.intname for product in file.products] == ["Virusdie", "KernelCare"]
    assert file.customers[0].balance == Decimal("30.00")
