"""``mockseller account``: acts on the data folder; a running server sees it at once."""

from __future__ import annotations

from typing import Any

import click

from emulator.cli import options
from emulator.results import AccountInfo, PaymentInfo


@click.group()
def account() -> None:
    """Show and change balance, discounts and payments."""


@account.command()
@click.argument("login")
@options.world
@options.as_json
@options.data
def show(login: str, name: str, data: options.Location | None, *, as_json: bool) -> None:
    """Show the account LOGIN."""
    from emulator.control.api import accounts

    with options.opened(data) as worlds:
        db = worlds.connect(name)
        with db.reading():
            described = accounts.describe(db, accounts.find(db, login))
    if as_json:
        options.show_json(described)
    else:
        _print(described)


@account.command("set")
@click.argument("login")
@click.option("--balance", metavar="AMOUNT", help="The new balance; a payment corrects it.")
@click.option("--credit", metavar="AMOUNT", help="How far below zero the balance may go.")
@click.option("--discount", "discounts", multiple=True, metavar="PERCENT[:TYPE]",
              help="A discount, on everything or on a product type: 10, 5:vds. The discounts"
              " replace the former ones; 0 is none. May be repeated.")  # fmt: skip
@options.world
@options.data
def change(
    login: str,
    discounts: tuple[str, ...],
    name: str,
    data: options.Location | None,
    **amounts: str | None,
) -> None:
    """Set money and discounts of the account LOGIN."""
    from emulator.control.api import accounts
    from emulator.control.api.schemas import AccountChange

    body: dict[str, Any] = {key: text for key, text in amounts.items() if text is not None}
    if discounts:
        body["discounts"] = [_discount(text) for text in discounts if text != "0"]
    if not body:
        raise click.UsageError("name what is set: --balance, --credit or --discount")
    with options.opened(data) as worlds:
        _print(accounts.change(worlds, name, login, AccountChange().read(body)))


def _discount(text: str) -> dict[str, object]:
    """``10`` or ``10:vds``, as the control API takes it."""
    percent, _, type_ = text.partition(":")
    if not (percent.isascii() and percent.isdigit()):
        raise click.UsageError(f"--discount: {text!r} is not a discount such as 10 or 5:vds")
    return {"percent": int(percent), "type": type_ or None}


@account.command("payments")
@click.argument("login")
@options.world
@options.as_json
@options.data
def list_payments(login: str, name: str, data: options.Location | None, *, as_json: bool) -> None:
    """List the payments of the account LOGIN, newest first."""
    from emulator.control.api import payments

    with options.opened(data) as worlds:
        rows = list(payments.of_account(worlds, name, login))
    if as_json:
        options.show_json(rows)
        return
    for payment in rows:
        _print_payment(payment)


@account.command("payment", short_help="Set the status of a payment.")
@click.argument("number", type=click.IntRange(1))
@click.argument("status", type=click.IntRange(1, 9))
@options.world
@options.data
def move_payment(number: int, status: int, name: str, data: options.Location | None) -> None:
    """Set the status of the payment NUMBER: 4 is paid, 6 paid back."""
    from emulator.control.api import payments

    with options.opened(data) as worlds:
        _print_payment(payments.move(worlds, name, number, status))


def _print(account: AccountInfo) -> None:
    """The fields that have a value, one a line."""
    for name, value in account.items():
        if isinstance(value, list):
            parts = [_inline(part) for part in value]
            value = "; ".join(parts)  # noqa: PLW2901 - the same value, as text
        if value not in ("", None, False):
            click.echo(f"{name}: {_inline(value)}")


def _inline(value: object) -> str:
    if not isinstance(value, dict):
        return str(value)
    return " ".join(f"{key}={part}" for key, part in value.items() if part not in ("", None, []))


def _print_payment(payment: PaymentInfo) -> None:
    following = ", ".join(map(str, payment["next"]))
    row = f"{payment['id']:>6}  {payment['amount']:>10} {payment['currency']}"
    after = f"  may become {following}" if following else ""
    options.show_row(f"{row}  status {payment['status']}{after}", 8)
