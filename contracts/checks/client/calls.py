"""Calls of the reseller's client by name: the values of ``client.call`` in exchanges.

Each entry calls the public client with the arguments of the exchange, which are texts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from reseller_client import CertificateOrder, Client, LicenseOrder, ModuleOrder, ServiceOrder
from reseller_client.services.licenses import Licenses
from reseller_client.services.products import Products

Arguments = Mapping[str, str]
ClientCall = Callable[[Client, Arguments], object]


def _license_order(arguments: Arguments) -> LicenseOrder:
    addons = {int(arguments["addon"]): int(arguments["quantity"])} if "addon" in arguments else {}
    return LicenseOrder(
        tariff=int(arguments["tariff"]),
        ip=arguments.get("ip", ""),
        licname=arguments.get("licname", ""),
        period=int(arguments["period"]),
        autoprolong=int(arguments["autoprolong"]) if "autoprolong" in arguments else None,
        addons=addons,
        remoteid=arguments["remoteid"],
        skipbasket=arguments.get("skipbasket", "on") == "on",
        comment=arguments.get("comment", ""),
    )


def _certificate(arguments: Arguments) -> CertificateOrder:
    return CertificateOrder(
        tariff=int(arguments["tariff"]),
        name=arguments["name"],
        region="Region",
        city="City",
        organization="Example",
        remoteid=arguments.get("remoteid", ""),
    )


def _service(arguments: Arguments) -> ServiceOrder:
    return ServiceOrder(
        tariff=_number(arguments, "tariff"),
        period=_number(arguments, "period"),
        domain=arguments.get("domain", ""),
        ostempl=arguments.get("ostempl", ""),
        remoteid=arguments.get("remoteid", ""),
    )


def _products(client: Client, arguments: Arguments) -> Products:
    return client.products(arguments["itemtype"])


def _number(arguments: Arguments, name: str = "id") -> int:
    return int(arguments[name])


def _states(name: str, which: Callable[[Client], Licenses]) -> Mapping[str, ClientCall]:
    """The calls of every family that need only an id, and its filter."""
    return {
        f"{name}.suspend": lambda c, a: which(c).suspend(_number(a)),
        f"{name}.resume": lambda c, a: which(c).resume(_number(a)),
        f"{name}.delete": lambda c, a: which(c).delete(_number(a)),
        f"{name}.filter": lambda c, a: which(c).filter(a),
    }


LICENSES: Final[Mapping[str, ClientCall]] = {
    "licenses.order_once": lambda c, a: c.licenses.order_once(_license_order(a)),
    "licenses.order_v2": lambda c, a: c.licenses.order_v2(_license_order(a)),
    "licenses.list": lambda c, _: c.licenses.list(),
    "licenses.get": lambda c, a: c.licenses.get(_number(a)),
    "licenses.rename": lambda c, a: c.licenses.rename(_number(a), a["licname"]),
    "licenses.readdress": lambda c, a: c.licenses.readdress(_number(a), a["ip"]),
    "licenses.set_autoprolong": lambda c, a: c.licenses.set_autoprolong(_number(a), None),
    "licenses.new_key": lambda c, a: c.licenses.new_key(_number(a)),
    "licenses.check_address": lambda c, a: c.licenses.check_address(
        _number(a, "tariff"), _number(a, "period"), a["ip"]
    ),
    **_states("licenses", lambda c: c.licenses),
}
OTHER_FAMILIES: Final[Mapping[str, ClientCall]] = {
    "third_party.order_once": lambda c, a: c.third_party.order_once(_license_order(a)),
    "third_party.list": lambda c, _: c.third_party.list(),
    "third_party.get": lambda c, a: c.third_party.get(_number(a)),
    "third_party.rename": lambda c, a: c.third_party.rename(_number(a), a["licname"]),
    **_states("third_party", lambda c: c.third_party),
    "platforms.order_once": lambda c, a: c.platforms.order_once(_license_order(a)),
    "platforms.list": lambda c, _: c.platforms.list(),
    "platforms.get": lambda c, a: c.platforms.get(_number(a)),
    "platforms.rename": lambda c, a: c.platforms.rename(_number(a), a["licname"]),
    "platforms.set_addons": lambda c, a: c.platforms.set_addons(
        _number(a), {_number(a, "addon"): _number(a, "quantity")}
    ),
    **_states("platforms", lambda c: c.platforms),
}
CERTIFICATES: Final[Mapping[str, ClientCall]] = {
    "certificates.generate_csr": lambda c, a: c.certificates.generate_csr(_certificate(a)),
    "certificates.order_once": lambda c, a: c.certificates.order_once(_certificate(a)),
    "certificates.list": lambda c, _: c.certificates.list(),
    "certificates.get": lambda c, a: c.certificates.get(_number(a)),
    "certificates.reissue": lambda c, a: c.certificates.reissue(_number(a)),
    "certificates.validation": lambda c, a: c.certificates.validation(_number(a)),
    "certificates.delete": lambda c, a: c.certificates.delete(_number(a)),
    "certificates.countries": lambda c, _: c.certificates.countries(),
}
PRODUCTS: Final[Mapping[str, ClientCall]] = {
    "products.order_once": lambda c, a: _products(c, a).order_once(_service(a)),
    "products.new_order_form": lambda c, a: _products(c, a).new_order_form(
        _number(a, "tariff"), _number(a, "period")
    ),
    "products.offers": lambda c, a: _products(c, a).offers(),
    "products.put_in_cart": lambda c, a: _products(c, a).put_in_cart(_service(a)),
    "products.list": lambda c, a: _products(c, a).list(),
    "products.get": lambda c, a: _products(c, a).get(_number(a)),
    "products.reinstall": lambda c, a: _products(c, a).reinstall(_number(a), a["ostempl"]),
    "products.resize": lambda c, a: _products(c, a).resize(
        _number(a), {_number(a, "addon"): _number(a, "quantity")}
    ),
    "products.suspend": lambda c, a: _products(c, a).suspend(_number(a)),
    "products.resume": lambda c, a: _products(c, a).resume(_number(a)),
    "products.delete": lambda c, a: _products(c, a).delete(_number(a)),
    "products.start": lambda c, a: _products(c, a).start(_number(a)),
    "products.stop": lambda c, a: _products(c, a).stop(_number(a)),
    "products.reboot": lambda c, a: _products(c, a).reboot(_number(a)),
    "cart.lines": lambda c, _: c.cart.lines(),
    "cart.pay": lambda c, a: c.cart.pay(_number(a)),
    "cart.remove": lambda c, a: c.cart.remove(_number(a)),
    "cart.empty": lambda c, _: c.cart.empty(),
    "cart.orders": lambda c, _: c.cart.orders(),
}
SERVICES: Final[Mapping[str, ClientCall]] = {
    "services.prolong_quote": lambda c, a: c.services.prolong_quote(
        _number(a), _number(a, "period")
    ),
    "services.prolong_once": lambda c, a: c.services.prolong_once(_number(a), _number(a, "period")),
    "services.put_prolong_in_basket": lambda c, a: c.services.put_prolong_in_basket(
        _number(a), _number(a, "period")
    ),
    "services.tariffs_to_change_to": lambda c, a: c.services.tariffs_to_change_to(_number(a)),
    "services.change_tariff_quote": lambda c, a: c.services.change_tariff_quote(
        _number(a), _number(a, "tariff")
    ),
    "services.change_tariff": lambda c, a: c.services.change_tariff(
        _number(a), _number(a, "tariff"), _number(a, "period")
    ),
    "services.history": lambda c, a: c.services.history(_number(a)),
    "services.remove_address": lambda c, a: c.services.remove_address(
        _number(a), _number(a, "address")
    ),
}
MONEY: Final[Mapping[str, ClientCall]] = {
    "orders.view": lambda c, _: c.orders.view(),
    "orders.remove": lambda c, a: c.orders.remove(_number(a, "item_id")),
    "orders.clear": lambda c, a: c.orders.clear(_number(a, "order_id")),
    "orders.promo_code": lambda c, a: c.orders.promo_code(a["code"]),
    "orders.pay_from_balance": lambda c, a: c.orders.pay_from_balance(_number(a, "order_id")),
    "account.subaccounts": lambda c, _: c.account.subaccounts(),
    "account.dashboard": lambda c, _: c.account.dashboard(),
    "account.whoami": lambda c, _: c.account.whoami(),
    "account.discounts": lambda c, _: c.account.discounts(),
    "account.settings": lambda c, _: c.account.settings(),
    "account.change_settings": lambda c, a: c.account.change_settings(a),
    "account.notifications": lambda c, _: c.account.notifications(),
    "account.menu": lambda c, _: c.account.menu(),
    "account.currencies": lambda c, _: c.account.currencies(),
    "account.providers": lambda c, _: c.account.providers(),
    "payments.payments": lambda c, _: tuple(c.payments.payments()),
    "payments.expenses": lambda c, _: tuple(c.payments.expenses()),
    "catalogue.tariffs": lambda c, a: c.catalogue.tariffs(a.get("itemtype")),
}
MODULES: Final[Mapping[str, ClientCall]] = {
    "modules.list": lambda c, _: c.modules.list(),
    "modules.get": lambda c, a: c.modules.get(_number(a)),
    "modules.order_once": lambda c, a: c.modules.order_once(
        ModuleOrder(
            tariff=_number(a, "tariff"),
            license_id=_number(a, "license_id"),
            autoprolong=_number(a, "autoprolong"),
            remoteid=a["remoteid"],
        )
    ),
    "modules.move": lambda c, a: c.modules.move(_number(a), _number(a, "license_id")),
    "modules.rename": lambda c, a: c.modules.rename(_number(a), a["remoteid"]),
    "modules.set_autoprolong": lambda c, a: c.modules.set_autoprolong(
        _number(a), _number(a, "months")
    ),
    "modules.set_period": lambda c, a: c.modules.set_period(_number(a), _number(a, "months")),
    "modules.suspend": lambda c, a: c.modules.suspend(_number(a)),
    "modules.resume": lambda c, a: c.modules.resume(_number(a)),
    "modules.delete": lambda c, a: c.modules.delete(_number(a)),
}
TICKETS: Final[Mapping[str, ClientCall]] = {
    "logins.add": lambda c, a: c.logins.add(a["email"], a["password"], realname=a["realname"]),
    "tickets.list": lambda c, _: c.tickets.list(),
    "tickets.archive": lambda c, _: c.tickets.archive(),
    "tickets.get": lambda c, a: c.tickets.get(_number(a)),
    "tickets.open": lambda c, a: c.tickets.open(a["subject"], a["message"]),
    "tickets.say": lambda c, a: c.tickets.say(_number(a), a["message"]),
    "tickets.close": lambda c, a: c.tickets.close(_number(a)),
}
SESSIONS: Final[Mapping[str, ClientCall]] = {
    "sessions.open": lambda c, _: c.sessions.open(),
    "sessions.open_by_key": lambda c, a: c.sessions.open_by_key(a["key"]),
    "sessions.new_key": lambda c, a: c.sessions.new_key(a["username"], a["key"]),
    "sessions.confirm": lambda c, a: c.sessions.confirm(a["code"]),
    "sessions.keepalive": lambda c, _: c.sessions.keepalive(),
    "sessions.close": lambda c, _: c.sessions.close(),
}
CALLS: Final[Mapping[str, ClientCall]] = MappingProxyType(
    {
        **LICENSES,
        **OTHER_FAMILIES,
        **CERTIFICATES,
        **PRODUCTS,
        **SERVICES,
        **MODULES,
        **MONEY,
        **TICKETS,
        **SESSIONS,
    }
)
IN_SESSION: Final = frozenset({"sessions.confirm", "sessions.keepalive", "sessions.close"})
"""Calls that need an open session."""
