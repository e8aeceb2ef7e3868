"""What a client area calls beside the trade: registration, recovery, coupons, zones and more.

Source: docs/wire.md section 6; docs/evidence.md 58. The answers are short, but true.
"""

from __future__ import annotations

from html import escape
from urllib.parse import quote

from emulator.api.context import ActionResult, Call, FormAnswer, Part, Raw, Rows
from emulator.api.fields import Email, PeriodPrice, Phone, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.accounts import accounts, logins, profiles
from emulator.domain.accounts.profiles import PERSON
from emulator.domain.billing import orders
from emulator.domain.money import plain, with_currency
from emulator.domain.services import services
from emulator.domain.services.domain_names import zone_of
from emulator.errors import (
    AccessDenied,
    BadValue,
    Exists,
    Missed,
    PromocodeNotUsable,
    UnknownFunction,
)
from emulator.functions import descriptions
from emulator.functions.account.settings import check_password
from emulator.functions.form_parts import ServiceParameters, price_text
from emulator.functions.listing import Paging, page_of
from emulator.functions.products.common import display_name, end_text

SOURCE = "docs/wire.md section 6, docs/evidence.md 58"
EXAMPLE = "100001"
FAMILY = Family("portal", {"en": "Client area", "ru": "Личный кабинет"}, SOURCE, Evidence.OBSERVED)


class RegistrationParameters(WireSchema):
    """Who wants an account."""

    email = Email("E-mail address, which becomes the login.", needed=True)
    passwd = Text("Password of the new account, 4 characters at least.", needed=True)
    realname = Text(descriptions.REAL_NAME)
    phone = Phone(descriptions.PHONE)


class RegistrationForm(WireSchema):
    """Who wants an account; never the password."""

    id = Whole("Number of the account that was opened.")
    email = Text("E-mail address, which becomes the login.")
    realname = Text(descriptions.REAL_NAME)
    phone = Text(descriptions.PHONE)


@FAMILY.form(
    "register",
    takes=RegistrationParameters,
    returns=RegistrationForm,
    fails=(BadValue, Exists, UnknownFunction),
    evidence=Evidence.DOCUMENTED,
    source="docs/resale.md section 2.8, docs/evidence.md 58",
    public=True,
    example={"email": "new@example.com", "passwd": "secret-1", "sok": "ok"},
)
def show_registration(call: Call, email: str = "", passwd: str = "", **draft: str) -> FormAnswer:
    """Opens an account without money, whose login is the e-mail address."""
    del passwd
    _require_registration(call)
    return FormAnswer({"email": email, **draft})


@show_registration.on_submit
def register(
    call: Call, email: str, passwd: str, realname: str = "", phone: str = ""
) -> ActionResult:
    """Opens the account. Raises Exists for a login in use, BadValue for a short password."""
    _require_registration(call)
    db, world = call.shop.db, call.shop.world
    check_password(passwd)
    logins.require_free(db, email)
    number = accounts.add(
        db, login=email, password=passwd, realname=realname, email=email, phone=phone,
        country=world.country, currency=world.currency, created_on=call.shop.today,
        deletion="allowed",
    )  # fmt: skip
    profiles.add(
        call.shop, accounts.require(db, number), PERSON, realname or email, {"email": email}
    )
    fields = {"id": number, "user.id": str(number), "email": email}
    return ActionResult(fields, ok="func=logon", ok_type="form")


def _require_registration(call: Call) -> None:
    """Raises UnknownFunction where the rule ``registration`` is off."""
    if not call.shop.world.rules.registration:
        raise UnknownFunction("register")


class RecoveryParameters(WireSchema):
    """Whose password was lost."""

    email = Email("E-mail address of the account.")
    username = Text("Login of the account, instead of the address.")


@FAMILY.action(
    "recovery",
    takes=RecoveryParameters,
    fails=(BadValue,),
    public=True,
    example={"email": "reseller@example.com"},
)
def recover_password(call: Call, email: str = "", username: str = "") -> ActionResult:
    """Answers the same whether or not there is such an account.

    Nothing is sent: passwords of a world are in its file, or set through the control API. Without
    an address or a login it is BadValue, ``value``.
    """
    del call
    if not email.strip() and not username.strip():
        raise BadValue.empty("email")
    return ActionResult(ok="func=logon", ok_type="form")


@FAMILY.action(
    "gotoserver",
    takes=ServiceParameters,
    fails=(Missed,),
    example={"elid": EXAMPLE},
)
def open_panel(call: Call, elid: int) -> ActionResult:
    """The address of a service's control panel, at which nothing listens.

    A service without an address is Missed, ``missed``.
    """
    return ActionResult({"id": elid}, ok=_panel_address(call, elid), ok_type="url")


def _panel_address(call: Call, elid: int) -> str:
    service = services.require_owned(call.shop, call.user, elid)
    if not service.ip:
        raise Missed("ip", str(elid))
    return f"https://{service.ip}:1500"


class PanelParameters(ServiceParameters):
    """A service, and which panel of several."""

    panel = Text("Name of the panel: `dnsmgr`; empty for the service's own.")


@FAMILY.action(
    "gotoserver.additionalpanel",
    takes=PanelParameters,
    fails=(Missed,),
    source=f"{SOURCE}, docs/evidence.md 158 (one client)",
    example={"elid": EXAMPLE, "panel": "dnsmgr"},
)
def open_further_panel(call: Call, elid: int, panel: str = "") -> ActionResult:
    """The address of another panel of a service, at which nothing listens.

    A service without an address is Missed, ``missed``.
    """
    address = f"{_panel_address(call, elid)}/{quote(panel, safe='')}"
    return ActionResult({"id": elid}, ok=address, ok_type="url")


@FAMILY.document(
    "license.print",
    takes=ServiceParameters,
    fails=(Missed,),
    example={"elid": EXAMPLE},
)
def print_license(call: Call, elid: int) -> Raw:
    """A license as a page to print, as HTML in ``body``: its name, key, address and end.

    With the number of a tariff in ``elid``, the tariff's name and description: a client area shows
    them before it orders.
    """
    tariff = call.shop.catalogue.find(elid)
    if tariff is not None and services.find(call.shop, elid) is None:
        title, text = (escape(call.words(text)) for text in (tariff.name, tariff.description))
        return Raw([Part("body", f"<h1>{title}</h1><p>{text}</p>")])
    service = services.require_owned(call.shop, call.user, elid, "soft")
    facts = (service.licname, service.lickey, service.ip, end_text(service))
    rows = "".join(f"<li>{escape(fact)}</li>" for fact in facts if fact)
    title = escape(display_name(call, service, call.shop.catalogue[service.tariff_id]))
    return Raw([Part("body", f"<h1>{title}</h1><ul>{rows}</ul>")])


class CouponParameters(WireSchema):
    """A code for what waits in the basket."""

    coupon = Text("Promo code to use on what waits in the basket.", needed=True)


class CouponForm(WireSchema):
    """The code."""

    coupon = Text("The promo code, as it was sent.")


@FAMILY.form(
    "coupon.use",
    takes=CouponParameters,
    returns=CouponForm,
    fails=(BadValue, Missed, PromocodeNotUsable),
)
def show_coupon(call: Call, coupon: str = "") -> FormAnswer:
    """Uses a promo code on what waits in the basket, as the basket itself does."""
    del call
    return FormAnswer({"coupon": coupon})


@show_coupon.on_submit
def use_coupon(call: Call, coupon: str) -> ActionResult:
    """Uses the code. Raises Missed for an unknown code, PromocodeNotUsable for another one."""
    orders.use_promocode(call.shop, call.user, coupon)
    return ActionResult({"coupon": coupon})


@FAMILY.document("billing.balance", fails=(AccessDenied,))
def show_balance(call: Call) -> Raw:
    """The balance and its currency."""
    user = call.user
    return Raw(
        [
            Part("balance", plain(user.balance)),
            Part("currency", user.currency),
            Part("realbalance", with_currency(user.balance, user.currency)),
        ]
    )


class ZoneRow(WireSchema):
    """A zone in which domain names are sold."""

    id = Whole("Number of the zone, the same as that of its tariff.")
    name = Text("Internal name of the zone's tariff.")
    pricelist = Whole(descriptions.TARIFF)
    cost = PeriodPrice("Price of the shortest term with currency and period.")


@FAMILY.listing(
    "tld",
    takes=Paging,
    returns=ZoneRow,
    fails=(AccessDenied,),
)
def list_zones(call: Call, **paging: int | str) -> Rows:
    """The zones in which domain names are sold, each with the price of its shortest term."""
    currency = call.user.currency
    rows = [
        {
            "id": tariff.id,
            "name": zone_of(tariff) or tariff.intname,
            "pricelist": tariff.id,
            "cost": price_text(call, tariff, tariff.periods(currency)[0]),
        }
        for tariff in call.shop.catalogue.of_type("domain")
        if tariff.periods(currency)
    ]
    return page_of(call, rows, paging)
