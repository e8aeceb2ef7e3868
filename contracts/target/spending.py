"""Which calls to a seller spend money, and which change anything.

A real seller has no test mode: an order is an order. An unknown call counts as one that spends as
soon as it is sent with ``sok`` or is named like one that takes money. What only promises money
spends too: an order that waits in the basket, automatic prolongation switched on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

Params = Mapping[str, str]
Test = Callable[[Params], bool]

_OFF: Final = frozenset({"", "null", "off", "none", "-", "0"})
"""Texts that switch automatic prolongation off (docs/evidence.md 8)."""
_EDITS: Final = frozenset({
    "auth", "authinfo", "clicked_button", "clickstat", "comment", "domain", "elid", "func", "ip",
    "item", "lang", "licname", "newface", "ns0", "ns1", "ns2", "ns3", "ostempl", "out", "plid",
    "progressid", "recipe", "remoteid", "remoteip", "server_name", "servername", "sfrom",
    "show_metadata", "sok", "su",
})  # fmt: skip
"""Parameters of a service's form that cost nothing, and those of every call."""
_FREE_BUTTONS: Final = frozenset({"", "ok", "finish", "newkey", "back"})
_MONEY: Final = re.compile(
    r"(?:^|\.|_)(?:prolong|renew|pay|buy|purchase|charge|getmoney|upgrade|refill|autoprolong)"
    r"(?:$|\.|_)"
)
"""In the name of an unknown function: it counts as one that spends even without ``sok``."""


def _never(_: Params) -> bool:
    return False


def _always(_: Params) -> bool:
    return True


def _sent(params: Params) -> bool:
    """Whether ``sok`` is not empty; its text does not matter."""
    return bool(params.get("sok"))


def _numbered(params: Params) -> bool:
    """Whether ``elid`` names something: nothing has the number 0."""
    return bool(params.get("elid", "").strip().lstrip("0"))


def _edit(params: Params) -> bool:
    """The form of a service: spends unless all parameters are known to be free.

    Without a number it orders.
    """
    if not _sent(params):
        return False
    if not _numbered(params) or params.get("clicked_button", "") not in _FREE_BUTTONS:
        return True
    others = set(params) - _EDITS
    if params.get("autoprolong", "").strip().lower() in _OFF:
        others.discard("autoprolong")
    return bool(others)


def _one_more(params: Params) -> bool:
    """``service.ip.edit`` without a number orders an address (docs/evidence.md 46)."""
    return _sent(params) and not _numbered(params)


def _basket(params: Params) -> bool:
    """Deleting positions and entering a promo code are free; every other button may pay."""
    button = params.get("clicked_button", "")
    if not button and params.get("promocode"):
        return False
    return _sent(params) and button not in ("delete", "clearbasket", "back")


def _group(params: Params) -> bool:
    """``groupedit`` applies its ``faction`` to many services; a nested one counts as spending."""
    inner = params.get("faction", "")
    return _sent(params) if "groupedit" in inner.lower() else spends(inner, params)


@dataclass(frozen=True, slots=True)
class SpendingRule:
    """The functions with these names, and when they spend. ``acts``: they act without ``sok``."""

    names: re.Pattern[str]
    spends: Test
    acts: bool = False


def _rule(names: str, spends: Test, *, acts: bool = False) -> SpendingRule:
    """A rule for full function names, separated by spaces; ``X`` stands for any product type."""
    patterns = (re.escape(name).replace("X", "[a-z0-9_]+", 1) for name in names.split())
    return SpendingRule(re.compile("|".join(patterns)), spends, acts=acts)


RULES: Final = (
    # Orders. The steps before the last one take no money; an entry that is submitted may be all.
    _rule("X.order.pricelist", _never),
    _rule("X.order X.order.param X.order.csr", _sent),
    _rule("cartorder.create.confirm", _sent),
    _rule("basket cart", _basket),
    _rule("cart.empty", _never, acts=True),
    _rule("coupon.use", _never),
    # Costs of existing services. Whether reissuing a certificate is free is unknown.
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
    _rule("payment.recurring.settings payment.recurring.stored_methods", _never),
    _rule("payment.recurring.stored_methods.edit", _never),
    _rule("payment.recurring.stored_methods.delete", _never, acts=True),
    _rule("payment.stored_methods.add", _sent),
    # Sessions, users and profiles.
    _rule("auth keepalive whoami desktop clientoption totp.confirm", _never),
    _rule("session.newkey logon recovery gotoserver gotoserver.additionalpanel", _never, acts=True),
    _rule("register usrparam user.edit account.discountinfo", _never),
    _rule("profile.edit profile.add profile.add.country profile.add.profiledata", _never),
    _rule(
        "clientticket.edit service_profile.edit domain.ns domain.dnsrecords.edit affiliate.client",
        _never,
    ),
    _rule("domain.dnsrecords.editsoa domain.dnsrecords.dnssec", _never),
    _rule("domain.dnsrecords.delete", _never, acts=True),
    _rule("domain.dnsrecords.autoconfigns", _never),
    _rule("domain.order.contact", _never),
    _rule("clientticket.archive", _never, acts=True),
    _rule("profile.delete user.suspend user.resume user.delete", _never, acts=True),
    # What changes the state of services, or reads.
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
        " notify menu country tld pricelist.export clientticket_archive authlog dashboard.items"
        " dashboard.providers service.stat progress.get country.state softregistration domain.whois"
        " domain.dnsrecords",
        _never,
    ),
)
"""The first rule that fits a name applies. A prefix ``v2.`` makes no difference."""


def find_rule(func: str) -> SpendingRule | None:
    """The rule for a function, or None if the function is unknown."""
    name = func.strip().lower().removeprefix("v2.")
    return next((rule for rule in RULES if rule.names.fullmatch(name)), None)


def spends(func: str, params: Params) -> bool:
    """Whether a call takes money, now or later, or might.

    ``func``: the full name (``v2.vds.order.param``). ``params``: those of query and body together;
    case of names does not matter. True for unknown functions that are sent with ``sok`` or are
    named like one that takes money.
    """
    fields = {name.strip().lower(): text for name, text in params.items()}
    rule = find_rule(func)
    if rule is None:
        return _sent(fields) or _MONEY.search(func.strip().lower()) is not None
    return rule.spends(fields)


def changes(func: str, params: Params) -> bool:
    """Whether a call may change anything at the seller. True for every unknown function."""
    fields = {name.strip().lower(): text for name, text in params.items()}
    rule = find_rule(func)
    return rule is None or rule.acts or _sent(fields) or rule.spends(fields)
