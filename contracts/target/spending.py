"""Which calls spend money at a seller, told before they are sent.

There is no test mode: an order is an order. Whoever lets calls pass to a real seller, or counts
what they cost, asks here. A call that nobody knows counts as one that spends as soon as it is
sent to be carried out, or is named like one that takes money. What only promises money spends
too: an order that waits in the basket, an automatic prolongation switched on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Params = Mapping[str, str]
Test = Callable[[Params], bool]

_OFF: Final = frozenset({"", "null", "off", "none", "-", "0"})
"""What an automatic prolongation is switched off by (docs/evidence.md 8)."""
_EDITS: Final = frozenset({
    "auth", "authinfo", "clicked_button", "clickstat", "comment", "domain", "elid", "func", "ip",
    "item", "lang", "licname", "newface", "ns0", "ns1", "ns2", "ns3", "ostempl", "out", "plid",
    "progressid", "recipe", "remoteid", "remoteip", "sfrom", "show_metadata", "sok", "su",
})  # fmt: skip
"""What the form of a service takes without a charge, and what goes with every call."""
_FREE_BUTTONS: Final = frozenset({"", "ok", "finish", "newkey", "back"})
_MONEY: Final = re.compile(
    r"(?:^|\.|_)(?:prolong|renew|pay|buy|purchase|charge|getmoney|upgrade|refill|autoprolong)"
    r"(?:$|\.|_)"
)
"""In the name of a function nobody knows: it is taken for one that acts without ``sok``."""


def _never(_: Params) -> bool:
    return False


def _always(_: Params) -> bool:
    return True


def _sent(params: Params) -> bool:
    """``sok`` is there and says something; what it says does not matter."""
    return bool(params.get("sok"))


def _numbered(params: Params) -> bool:
    """Whether it is about something that is there: nothing has the number 0."""
    return bool(params.get("elid", "").strip().lstrip("0"))


def _edit(params: Params) -> bool:
    """The form of a service: only what is known to be free is free; without a number it orders."""
    if not _sent(params):
        return False
    if not _numbered(params) or params.get("clicked_button", "") not in _FREE_BUTTONS:
        return True
    asked = set(params) - _EDITS
    if params.get("autoprolong", "").strip().lower() in _OFF:
        asked.discard("autoprolong")
    return bool(asked)


def _one_more(params: Params) -> bool:
    """``service.ip.edit`` without a number orders an address (docs/evidence.md 46)."""
    return _sent(params) and not _numbered(params)


def _basket(params: Params) -> bool:
    """Taking something out is free, and so is a promo code; every other button may pay."""
    button = params.get("clicked_button", "")
    if not button and params.get("promocode"):
        return False
    return _sent(params) and button not in ("delete", "clearbasket", "back")


def _cart(params: Params) -> bool:
    return _sent(params) and params.get("clicked_button", "") not in ("delete", "back")


def _group(params: Params) -> bool:
    """``groupedit`` does to many what its ``faction`` does to one; one within another is odd."""
    inner = params.get("faction", "")
    return _sent(params) if "groupedit" in inner.lower() else spends(inner, params)


@dataclass(frozen=True, slots=True)
class SpendingRule:
    """What holds for the functions of these names. ``acts``: also without ``sok``."""

    names: re.Pattern[str]
    spends: Test
    acts: bool = False


def _rule(names: str, spends: Test, *, acts: bool = False) -> SpendingRule:
    """Names as the wire has them, one or more; ``X`` is any product type."""
    patterns = (re.escape(name).replace("X", "[a-z0-9_]+", 1) for name in names.split())
    return SpendingRule(re.compile("|".join(patterns)), spends, acts=acts)


RULES: Final = (
    # Orders. The steps before the last one lead to it, and take no money.
    _rule("X.order X.order.pricelist", _never),
    _rule("X.order.param X.order.csr", _sent),
    _rule("cartorder.create.confirm", _sent),
    _rule("basket", _basket),
    _rule("cart", _cart),
    _rule("cart.empty", _never, acts=True),
    _rule("coupon.use", _never),
    # What a service costs later on. That a certificate is issued anew for nothing is assumed.
    _rule("service.prolong", _sent),
    _rule("service.changepricelist.pricelist", _never),
    _rule("service.changepricelist service.changepricelist.getmoney", _sent),
    _rule("certificate.reissue", _sent),
    _rule("service.ip.edit", _one_more),
    _rule("groupedit", _group, acts=True),
    # Payments.
    _rule("payment.add payment.add.method payment.add.pay", _sent),
    _rule("payment.add.redirect", _always, acts=True),
    _rule("payment.delete", _never, acts=True),
    # Who asks, and with what name.
    _rule("auth keepalive whoami totp.confirm", _never),
    _rule("session.newkey logon recovery gotoserver", _never, acts=True),
    _rule("register usrparam user.edit account.discountinfo", _never),
    _rule("profile.edit profile.add profile.add.profiledata clientticket.edit", _never),
    _rule("profile.delete", _never, acts=True),
    # What switches, asks or shows.
    _rule("soft.checkip service.changepassword certificate.validation", _never),
    _rule("certificate.validation.dns certificate.validation.email", _never, acts=True),
    _rule("X.suspend X.resume X.delete X.start X.stop X.reboot X.hardreboot", _never, acts=True),
    _rule("service.ip.delete", _never, acts=True),
    _rule("X.filter", _never),
    _rule("X.edit", _edit),
    _rule(
        "soft softexternal platform addition vds vds.vps vps dedic vhost instances domain dnshost"
        " storage colocation certificate service item service.history service.ip"
        " service.instruction.html license.print",
        _never,
    ),
    _rule(
        "subaccount account project currency profile user clientticket ticket payment expense"
        " dashboard.tickets dashboard.info dashboard.subaccount_credit billing.balance order"
        " notify menu country tld pricelist.export",
        _never,
    ),
)
"""The first rule whose names fit holds. ``v2.`` in front of a name changes nothing."""


def find_rule(func: str) -> SpendingRule | None:
    """The rule a function falls under; None: nobody knows it."""
    name = func.strip().lower().removeprefix("v2.")
    return next((rule for rule in RULES if rule.names.fullmatch(name)), None)


def spends(func: str, params: Params) -> bool:
    """Whether this call takes money, now or by a promise, or might.

    ``func`` as the wire has it (``v2.vds.order.param``); ``params`` are those of query and body
    together, whose names may be written in any case. True for what nobody knows and is sent with
    ``sok``, or is named like something that takes money.
    """
    given = {name.strip().lower(): text for name, text in params.items()}
    rule = find_rule(func)
    if rule is None:
        return _sent(given) or _MONEY.search(func.strip().lower()) is not None
    return rule.spends(given)


def changes(func: str, params: Params) -> bool:
    """Whether this call may change anything at the seller, money or not.

    True for what nobody knows, with or without ``sok``.
    """
    given = {name.strip().lower(): text for name, text in params.items()}
    rule = find_rule(func)
    return rule is None or rule.acts or _sent(given) or rule.spends(given)
