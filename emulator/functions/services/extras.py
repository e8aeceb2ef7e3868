"""What else a client asks of a service: its password, its addresses, how to use it.

Source: docs/resale.md section 2.6, docs/wire.md sections 6 and 8; docs/evidence.md 42.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from html import escape
from typing import Any

from emulator.api.context import Call, FormAnswer, Part, Raw
from emulator.api.fields import Id, Text, Whole
from emulator.api.registry import Evidence, Family
from emulator.api.schema import WireSchema
from emulator.domain.services import services
from emulator.domain.services.services import Service
from emulator.errors import ApiError, BadValue, Missed, RunningOperation, WrongState
from emulator.functions.params import Element
from emulator.functions.products.license_views import display_name, end_text

SOURCE = "docs/resale.md section 2.6, docs/wire.md section 6"
EXAMPLE = "100001"
FAILS: tuple[type[ApiError], ...] = (Missed, BadValue, RunningOperation, WrongState)
STEPS: Mapping[str, tuple[str, ...]] = {
    "en": (
        "Install the panel on the server.",
        "Enter the key.",
        "The key is bound to the address.",
    ),
    "ru": ("Установите панель на сервер.", "Введите ключ.", "Ключ привязан к адресу."),
}


class NewPassword(WireSchema):
    """A password, twice."""

    elid = Id(required=True)
    passwd = Text(needed=True)
    confirm = Text(needed=True)


class PasswordForm(WireSchema):
    """Whose password it is; never the password."""

    elid = Whole()
    title_name = Text()


def add_extras(family: Family) -> None:
    """Password, instruction."""
    _add_password(family)
    _add_instruction(family)


def _add_password(family: Family) -> None:
    @family.form(
        "service.changepassword",
        takes=NewPassword,
        returns=PasswordForm,
        fails=FAILS,
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": EXAMPLE, "passwd": "new-secret", "confirm": "new-secret", "sok": "ok"},
        title={"en": "Change of password", "ru": "Смена пароля"},
    )
    def show(call: Call, elid: int, **_: Any) -> FormAnswer:
        """Sets the password of a service. Licenses have no use for it, and keep it."""
        service = services.owned(call.shop, call.user, elid)
        return FormAnswer({"elid": service.id, "title_name": _name(call, service)})

    @show.on_submit
    def change(call: Call, elid: int, passwd: str, confirm: str) -> Raw:
        service = services.owned(call.shop, call.user, elid)
        services.require_settled(service)
        if passwd != confirm:
            raise BadValue("confirm", "")
        call.secrets.append(passwd)
        params = {**service.params, "password": passwd}
        services.save(call.shop, replace(service, params=params))
        services.note(call.shop, service.id, call.user.login, "changepassword")
        told = Part("param", _name(call, service), {"name": "name"})
        return Raw([Part("ok"), Part("banner", attrs={"status": "1"}, parts=[told])])


def _add_instruction(family: Family) -> None:
    @family.document(
        "service.instruction.html",
        takes=Element,
        fails=(Missed,),
        evidence=Evidence.OBSERVED,
        source=SOURCE,
        example={"elid": EXAMPLE},
        title={"en": "Instruction", "ru": "Инструкция"},
    )
    def instruction(call: Call, elid: int) -> Raw:
        """How to use a service, as HTML in ``body``; its last list has what is needed for it."""
        service = services.owned(call.shop, call.user, elid)
        facts = {
            "en": ("Key", "Address", "Valid until"),
            "ru": ("Ключ", "Адрес", "Действует до"),
        }[call.lang]
        values = (service.lickey, service.ip, end_text(service))
        if service.params.get("username"):
            return Raw([Part("body", _how_to_log_in(call, service))])
        steps = "".join(f"<li>{escape(step)}</li>" for step in STEPS[call.lang])
        rows = "".join(
            _fact(name, value) for name, value in zip(facts, values, strict=True) if value
        )
        title = escape(_name(call, service))
        return Raw([Part("body", f"<h1>{title}</h1><ol>{steps}</ol><ul>{rows}</ul>")])


def _how_to_log_in(call: Call, service: Service) -> str:
    """A machine or an account; its last list is where to go, who, and with which password."""
    title, place = escape(_name(call, service)), escape(service.ip)
    password = service.params.get("password", "")
    call.secrets.append(password)
    facts = {
        "en": ("Panel", "User", "Password"),
        "ru": ("Панель", "Пользователь", "Пароль"),
    }[call.lang]
    values = (f"https://{place}:1500", service.params["username"], password)
    rows = "".join(_fact(name, value) for name, value in zip(facts, values, strict=True))
    return f"<h1>{title}</h1><ul>{rows}</ul>"


def _fact(name: str, value: str) -> str:
    """One fact; the last thing in it is the value alone, which a client reads (observed)."""
    return f"<li>{name}: <b>{escape(value)}</b></li>"


def _name(call: Call, service: Service) -> str:
    return display_name(call, service, call.shop.catalogue[service.tariff_id])
