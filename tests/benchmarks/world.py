"""The world that is measured, as a file: one account with licenses, nothing due today."""

from __future__ import annotations

LOGIN = "authinfo=reseller%3Asecret"
FIRST_ID = 100_001
FIXTURE = """\
about: for the benchmark
currency: EUR
tariffs: all
accounts:
  - {login: reseller, password: secret, balance: "99999999.00", realname: Bench,
     email: b@example.com}
services:
  - {account: reseller, tariff: 55227, licname: web-1, ip: 192.0.2.10, period: 1,
     ordered: "-1 days"}
"""
"""A world with one license, whose number is FIRST_ID."""


def grown_fixture(count: int) -> str:
    """The same with further licenses of this account, whose numbers follow: slow, but public."""
    return f"{FIXTURE}grow: {{accounts: 1, services_per_account: {count}}}\n"
