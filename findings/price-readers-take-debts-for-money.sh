#!/usr/bin/env bash
# Sums come as texts with a currency, "-5.00 EUR" or "1.80 EUR / Month". price-parser 0.5.1, made to find them in such texts,
# drops every minus sign, so that an overdrawn balance reads as money in hand; takes the first number it meets, so that
# "6 months: 10.80 EUR" costs 6; and takes three decimals for thousands even behind a nought: 0.034 is 34.
# `decimal_separator="."` mends only the last. money-parser 0.0.1 keeps the sign, refuses two numbers, and reads 0.034 as 34 too.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check price-parser==0.5.1 money-parser==0.0.1
env/bin/python - <<'PY'
from decimal import Decimal
import money_parser
from price_parser import Price

def by_price_parser(text, **options):
    return Price.fromstring(text, **options).amount

def by_money_parser(text):
    try:
        return money_parser.price_dec(text)
    except ValueError:
        return "refused"

expected = {
    "1.80 EUR / Month": ("1.80", "1.80"),
    "-5.00 EUR": ("5.00", "-5.00"),
    "EUR -5.00": ("5.00", "-5.00"),
    "6 months: 10.80 EUR": ("6", "refused"),
    "0.034 EUR": ("34", "34"),
    "0.34 EUR": ("0.34", "0.34"),
}
for text, (price, money) in expected.items():
    got = by_price_parser(text), by_money_parser(text)
    print(f"{text!r}: price-parser {got[0]}, money-parser {got[1]}")
    assert got == (Decimal(price), money if money == "refused" else Decimal(money)), (text, got)
assert by_price_parser("0.034 EUR", decimal_separator=".") == Decimal("0.034")
assert by_price_parser("-5.00 EUR", decimal_separator=".") == Decimal("5.00")
PY
