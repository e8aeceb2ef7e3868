"""What a client area asks beside the trade: joining, a lost password, where to go, zones, coupons.

Source: docs/wire.md section 6; docs/evidence.md 58. Each answers small but true.
"""

from __future__ import annotations

from html import escape

from emulator.api.context import ActionResult, Call, FormAnswer, Part, Raw, Rows
from emulator.api.fields import Email, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts, profiles
from emulator.domain.accounts.profiles import PERSON
from emulator.domain.billing import orders
from emulator.domain.money import plain, with_currency
from emulator.domain.services import services
from emulator.errors import (
    AccessDenied,
    BadValue,
    Exists,
    Missed,
    PromocodeNotUsable,
    UnknownFunction,
)
from emulator.functions.listing import Paging
from emulator.functions.params import Element, price_text
from emulator.functions.products.license_views import display_name, end_text
from emulator.functions.table import page_of

SOURCE = "docs/wire.md section 6, docs/evidence.md 58"
EXAMPLE = "100001"
SHORTEST = 4


class Newcomer(WireSchema):
    """Who wants an account. The e-mail address becomes the login."""

    email = Email(needed=True)
    passwd = Text(needed=True)
    realname = Text()
    phone = Text()


class NewcomerForm(WireSchema):
    """Who joins; never the password."""

    id = Whole()
    email = Text()
    realname = Text()
    phone = Text()


class Lost(WireSchema):
    """Whose password was lost."""

    email = Text()
    username = Text()


class Coupon(WireSchema):
    """A code for what waits in the basket."""

    coupon = Text(needed=True)


class CouponForm(WireSchema):
    """The code."""

    coupon = Text()


class ZoneRow(WireSchema):
    """A zone in which names are sold."""

    id = Whole()
    name = Text()
    pricelist = Whole()
    cost = Text()


def family() -> Family:
    """What stands beside the trade."""
    portal = Family("portal", {"en": "Client area", "ru": "Личный кабинет"})
    _add_register(portal)
    _add_recovery(portal)
    _add_go_to_server(portal)
    _add_print(portal)
    _add_coupon(portal)
    _add_balance(portal)
    _add_zones(portal)
    return portal


def _add_register(portal: Family) -> None:
    @portal.form(
        "register",
        takes=Newcomer,
        returns=NewcomerForm,
        fails=(BadValue, Exists, UnknownFunction),
        evidence=Evidence.DOCUMENTED,
        source="docs/resale.md section 2.8, docs/evidence.md 58",
        public=True,
        example={"email": "new@example.com", "passwd": "secret-1", "sok": "ok"},
        title={"en": "Registration", "ru": "Регистрация"},
    )
    def show(call: Call, email: str = "", passwd: str = "", **draft: str) -> FormAnswer:
        """Opens an account without money, whose login is the e-mail address."""
        _require_open(call)
        return FormAnswer({"email": email, **draft})

    @show.on_submit
    def register(
        call: Call, email: str, passwd: str, realname: str = "", phone: str = ""
    ) -> ActionResult:
        _require_open(call)
        db, world = call.shop.db, call.shop.world
        if len(passwd) < SHORTEST:
            raise BadValue("passwd", "")
        if accounts.number_of(db, email) is not None:
            raise Exists("email", email)
        number = accounts.add(
            db, login=email, password=passwd, realname=realname, email=email, phone=phone,
            country=world.country, currency=world.currency, created_on=call.shop.today,
            deletion="allowed",
        )  # fmt: skip
        profiles.add(
            call.shop, accounts.require(db, number), PERSON, realname or email, {"email": email}
        )
        return ActionResult({"id": number, "email": email}, ok="func=logon", ok_type="form")


def _require_open(call: Call) -> None:
    if not call.shop.world.rules.registration:
        raise UnknownFunction("register")


def _add_recovery(portal: Family) -> None:
    @portal.action(
        "recovery",
        takes=Lost,
        fails=(BadValue,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        public=True,
        example={"email": "reseller@example.com"},
        title={"en": "Lost password", "ru": "Восстановление пароля"},
    )
    def recover(call: Call, email: str = "", username: str = "") -> ActionResult:
        """Takes note of a lost password, and never tells whether there is such an account.

        Nothing is sent: passwords of a world are in its file, or set through the control API.
        """
        if not email.strip() and not username.strip():
            raise BadValue.empty("email")
        return ActionResult(ok="func=logon", ok_type="form")


def _add_go_to_server(portal: Family) -> None:
    @portal.action(
        "gotoserver",
        takes=Element,
        fails=(Missed,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": EXAMPLE},
        title={"en": "To the server", "ru": "Перейти на сервер"},
    )
    def go(call: Call, elid: int) -> ActionResult:
        """Where the panel of a service is; nobody answers there, for there is no such server."""
        service = services.owned(call.shop, call.user, elid)
        if not service.ip:
            raise Missed("ip", str(elid))
        return ActionResult({"id": service.id}, ok=f"https://{service.ip}:1500", ok_type="url")


def _add_print(portal: Family) -> None:
    @portal.document(
        "license.print",
        takes=Element,
        fails=(Missed,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": EXAMPLE},
        title={"en": "Licence on paper", "ru": "Печать лицензии"},
    )
    def show(call: Call, elid: int) -> Raw:
        """A license as a page to print, as html in ``body``: its name, key, address and end.

        Of a tariff its name and description: a client area asks for them before it orders.
        """
        offered = call.shop.catalogue.find(elid)
        if offered is not None and services.find(call.shop, elid) is None:
            title, told = (escape(call.words(text)) for text in (offered.name, offered.description))
            return Raw([Part("body", f"<h1>{title}</h1><p>{told}</p>")])
        service = services.owned(call.shop, call.user, elid, "soft")
        tariff = call.shop.catalogue[service.tariff_id]
        facts = (service.licname, service.lickey, service.ip, end_text(service))
        rows = "".join(f"<li>{escape(fact)}</li>" for fact in facts if fact)
        title = escape(display_name(call, service, tariff))
        return Raw([Part("body", f"<h1>{title}</h1><ul>{rows}</ul>")])


def _add_coupon(portal: Family) -> None:
    @portal.form(
        "coupon.use",
        takes=Coupon,
        returns=CouponForm,
        fails=(BadValue, Missed, PromocodeNotUsable),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Coupon", "ru": "Купон"},
    )
    def show(call: Call, coupon: str = "") -> FormAnswer:
        """Uses a promo code on what waits in the basket, as the basket itself does."""
        return FormAnswer({"coupon": coupon})

    @show.on_submit
    def use(call: Call, coupon: str) -> ActionResult:
        orders.use_promocode(call.shop, call.user, coupon)
        return ActionResult({"coupon": coupon})


def _add_balance(portal: Family) -> None:
    @portal.document(
        "billing.balance",
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Balance", "ru": "Баланс"},
    )
    def show(call: Call) -> Raw:
        """The balance and its currency."""
        user = call.user
        return Raw(
            [
                Part("balance", plain(user.balance)),
                Part("currency", user.currency),
                Part("realbalance", with_currency(user.balance, user.currency)),
            ]
        )


def _add_zones(portal: Family) -> None:
    @portal.listing(
        "tld",
        takes=Paging,
        returns=ZoneRow,
        fails=(AccessDenied,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        title={"en": "Zones", "ru": "Доменные зоны"},
    )
    def listing(call: Call, **paging: int | str) -> Rows:
        """The zones in which names are sold, each with the price of its shortest term."""
        currency = call.user.currency
        sold = [t for t in call.shop.catalogue.of_type("domain") if t.periods(currency)]
        rows = [
            {
                "id": tariff.id,
                "name": tariff.intname,
                "pricelist": tariff.id,
                "cost": price_text(call, tariff, tariff.periods(currency)[0]),
            }
            for tariff in sold
        ]
        return page_of(call, rows, paging)
