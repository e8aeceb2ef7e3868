"""What the WHMCS module does beside the life of a license: product addons, sign-on, error texts.

Source: docs/resale.md section 4.1 (documented and observed).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from reseller_client.errors import Refused, ResellerError
from reseller_client.resellers.whmcs.licenses import Hosted
from reseller_client.resellers.whmcs.store import Owner

if TYPE_CHECKING:
    from datetime import date

    from reseller_client.client import Client
    from reseller_client.resellers.whmcs.licenses import Delivery, WhmcsReseller


class AddonState(StrEnum):
    """The state WHMCS shows of a product addon."""

    ACTIVE = "Active"
    PENDING = "Pending"


@dataclass(frozen=True, slots=True)
class Activation:
    """What became of an addon: its state, and the delivery or else the text of the failure."""

    state: AddonState
    delivery: Delivery | None = None
    problem: str = ""


def addon_of(
    *,
    addon_id: int,
    domain: str,
    ip: str,
    tariff: int,
    node_addon: int | None = None,
    nodes: int = 0,
    ends_on: date | None = None,
) -> Hosted:
    """Return what an addon of a hosting product wants: `<domain>_addon` at its dedicated address.

    `ends_on` is the end of its configured life, after which the daily run terminates it.
    """
    return Hosted(
        service_id=addon_id,
        ip=ip,
        licname=f"{domain}_addon",
        tariff=tariff,
        node_addon=node_addon,
        nodes=nodes,
        owner=Owner.ADDON,
        ends_on=ends_on,
    )


def activate_addon(whmcs: WhmcsReseller, hosted: Hosted) -> Activation:
    """Create the license of an addon; whatever goes wrong leaves the addon pending.

    Raises only ValueError, for an addon that has a license already.
    """
    try:
        return Activation(AddonState.ACTIVE, whmcs.create_account(hosted))
    except ResellerError as problem:
        return Activation(AddonState.PENDING, problem=failure_text(problem))


def failure_text(problem: ResellerError) -> str:
    """Return what WHMCS shows of a failure: `type:msg`, the type of anything else being `curl`."""
    if isinstance(problem, Refused):
        return f"{problem.type}:{problem.message}"
    return f"curl:{problem}"


def sign_on(client: Client, username: str, key: str) -> str:
    """Register a one-time key and return the address that signs the operator in with it.

    `key` is random, of at least 16 characters, and the caller's to make. Raises AccessDenied.
    """
    known = client.sessions.new_key(username, key)
    query = {"checkcookie": "no", "func": "auth", "username": username, "key": known}
    return f"{client.url}?{urlencode(query)}"
