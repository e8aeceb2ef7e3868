"""The world that is measured, as a fixture; ``each``: licenses grown for every account."""

WORLD = """\
about: for the benchmark
currency: EUR
tariffs: all
accounts:
  - {{login: reseller, password: secret, balance: "99999999.00", realname: Bench,
     email: b@example.com}}
services:
  - {{account: reseller, tariff: 55227, licname: web-1, ip: 192.0.2.10, period: 1,
     ordered: "-1 days"}}
grow: {{accounts: 10, services_per_account: {each}}}
"""
