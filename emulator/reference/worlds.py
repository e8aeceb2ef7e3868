"""The page of worlds: those that are shipped, when services are ready, and the file of a world."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from emulator.domain.catalogue.catalogue import Addon, AddonItem, Option, OwnType, Tariff
from emulator.domain.money import plain
from emulator.domain.world import PROVISIONING_MODES, Provisioning, Rules
from emulator.reference import HEAD, prose
from emulator.texts import STATES
from emulator.worlds.fixtures import load_world, world_names
from emulator.worlds.fixtures.json_schema import record_schema
from emulator.worlds.fixtures.world_file import (
    AccountFixture,
    DiscountFixture,
    Growth,
    LoginFixture,
    PartnerFixture,
    PromoCode,
    ServiceFixture,
    WorldFixture,
)

PARTS: Mapping[str, type[Any]] = {
    "The file": WorldFixture,
    "An account": AccountFixture,
    "A discount": DiscountFixture,
    "A partner": PartnerFixture,
    "A further login": LoginFixture,
    "A service": ServiceFixture,
    "Provisioning": Provisioning,
    "Invented data": Growth,
    "A promo code": PromoCode,
    "A product type": OwnType,
    "A tariff": Tariff,
    "An addon": Addon,
    "An item of an enumeration": AddonItem,
    "An OS template or a recipe": Option,
}
"""Every class of which the file of a world consists; rules are on the page of settings."""
MOST_KEYS = 3
"""A mapping of more keys is not written out in a cell."""
SCHEMA = "world.schema.json"
INTRODUCTION = """
A world is made from a shipped file, by its name (`--fixture strict`), or from a file of yours, by
its path (`mockseller world create mine --fixture mine.yaml`). The API's address of a world is
`/w/NAME/billmgr`, of the world `default` also `/billmgr`.
"""
OF_THE_FILE = f"""
YAML. Whatever is wrong with it is refused in one line with the place. An editor that knows YAML
checks it while you write if the first line names the schema, which lies beside the shipped worlds
in `fixtures/{SCHEMA}`:

```yaml
# yaml-language-server: $schema=PATH/TO/fixtures/{SCHEMA}
```
"""


def worlds_page() -> str:
    """Shipped worlds with their accounts, modes of provisioning, and the file's format."""
    parts = [f"{HEAD}\n# Worlds\n{INTRODUCTION}"]
    parts += [_shipped(load_world(name)) for name in world_names()]
    parts.append("## When a service is ready\n")
    parts.append(
        "`provisioning` in the file, or `PATCH /_mockseller/worlds/NAME` with"
        ' `{"provisioning": {"mode": "reads", "amount": 2}}`. Until then the service has status 5'
        " and not yet its key, server or certificate.\n"
    )
    parts.append("| mode | when |\n| --- | --- |")
    parts += [f"| `{mode}` | {text} |" for mode, text in PROVISIONING_MODES.items()]
    parts.append(f"\n## The file of a world\n{OF_THE_FILE}")
    parts += [_part(title, of) for title, of in PARTS.items()]
    return "\n".join(parts)


def _shipped(world: WorldFixture) -> str:
    lines = [f"## {world.name}\n", f"{world.about}\n"]
    if settings := list(_settings(world)):
        lines.append(f"Differs in {', '.join(settings)}.\n")
    lines += ["| login | password | balance | besides |", "| --- | --- | --- | --- |"]
    for account in world.accounts:
        besides = ", ".join(_besides(account, world))
        money = f"{plain(account.balance)} {account.currency}"
        lines.append(f"| `{account.login}` | `{account.password}` | {money} | {besides} |")
    counted: dict[str, int] = {}
    for service in world.services:
        state = f"{service.status}_{service.substate}".rstrip("_")
        label = STATES[state]["en"].lower()
        counted[label] = counted.get(label, 0) + 1
    services = ", ".join(f"{number} {label}" for label, number in counted.items()) or "none"
    lines.append(f"\nServices: {services}.\n")
    return "\n".join(lines)


def _settings(world: WorldFixture) -> Iterator[str]:
    """What differs from the defaults."""
    for rule in fields(Rules):
        value = getattr(world.rules, rule.name)
        if value != rule.default:
            yield f"`{rule.name}: {str(value).lower()}`"
    if world.provisioning != Provisioning():
        amount = f" {world.provisioning.amount}" if world.provisioning.amount else ""
        yield f"provisioning `{world.provisioning.mode}`{amount}"
    if world.grow is not None:
        grow = world.grow
        yield f"{grow.accounts} invented accounts, {grow.services_per_account} services for each"
    for code in world.promo_codes:
        yield f"promo code `{code.code}` ({code.percent} %)"


def _besides(account: AccountFixture, world: WorldFixture) -> Iterator[str]:
    """What is special about an account."""
    if account.country != world.country:
        yield f"country `{account.country}`"
    if account.credit:
        yield f"credit {plain(account.credit)}"
    if account.totp_secret:
        yield f"second factor, secret `{account.totp_secret}`"
    if account.api_addresses:
        yield f"calls only from {' '.join(f'`{net}`' for net in account.api_addresses)}"
    if account.deletion != "allowed":
        yield f"deletion `{account.deletion}`"
    for discount in account.discounts:
        yield f"{discount.percent} % off {discount.type or discount.tariff or 'everything'}"
    if account.partner is not None:
        yield f"partner {account.partner.url}"
    for login in account.logins:
        rights = "" if login.rights is None else f" for {' '.join(f'`{r}`' for r in login.rights)}"
        yield f"further login `{login.email}`, password `{login.password}`{rights}"


def _part(title: str, of: type[Any]) -> str:
    schema = record_schema(of)
    lines = [f"### {title}\n", "| key | value | default | what |", "| --- | --- | --- | --- |"]
    for key, value in schema["properties"].items():
        default = "" if "default" not in value else f"`{value['default']}`".lower()
        default = "**needed**" if key in schema.get("required", ()) else default
        lines.append(f"| `{key}` | {in_words(value)} | {default} | {prose(value['description'])} |")
    return "\n".join(lines) + "\n"


def in_words(schema: Mapping[str, Any]) -> str:
    """What a JSON schema allows, in a cell of a table."""
    if "enum" in schema:
        return " ".join(f"`{word}`" for word in schema["enum"] if word not in (None, ""))
    if "const" in schema:
        constant = schema["const"]
        return f"`{constant if isinstance(constant, str) else json.dumps(constant)}`"
    if "x-form" in schema:
        return str(schema["x-form"])
    kinds = schema.get("type", "")
    kind = kinds if isinstance(kinds, str) else kinds[0]
    in_words_of = {"integer": _number, "array": _list, "object": _mapping, "": _several}
    if kind in in_words_of:
        return in_words_of[kind](schema)
    return {"string": "text", "boolean": "`true` or `false`", "null": "null"}[kind]


def _number(schema: Mapping[str, Any]) -> str:
    bounds = {**schema, **schema.get("anyOf", [{}])[0]}
    besides = [each["enum"] for each in schema.get("anyOf", ()) if "enum" in each]
    more = "".join(f", {number}" for numbers in besides for number in numbers)
    return f"{bounds['minimum']} to {bounds['maximum']}{more}"


def _list(schema: Mapping[str, Any]) -> str:
    return f"list: {in_words(schema['items'])}"


def _mapping(schema: Mapping[str, Any]) -> str:
    if isinstance(values := schema["additionalProperties"], dict):
        return f"mapping to {in_words(values)}"
    keys = schema["properties"]
    return " ".join(f"`{key}`" for key in keys) if len(keys) <= MOST_KEYS else "mapping"


def _several(schema: Mapping[str, Any]) -> str:
    return " or ".join(in_words(each) for each in schema["anyOf"])
