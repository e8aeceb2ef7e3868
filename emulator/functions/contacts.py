"""The fields of a contact of domain names, alone and in orders of a name.

Source: docs/evidence.md 134.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emulator.api.context import Call, Choice
from emulator.api.fields import Email, Flag, Phone, Text, Whole, WireField
from emulator.api.schema import WireSchema
from emulator.domain.services import contacts
from emulator.domain.services.contacts import OWNER, Owner
from emulator.errors import BadValue
from emulator.functions import descriptions
from emulator.functions.account.profile import KIND, CountryNumber

NUMBERS = (OWNER, "service_profile", "owner")
"""The parameters that name a contact by its number; all of them mean the owner."""
OTHERS = ("admin", "tech", "bill")
"""Further contacts of a name that client areas ask for; this seller keeps the owner's alone."""
ACTIONS = ("domain_action", "operation")
"""What shall be done with a name: here it can only be registered (one client area transfers)."""
REGISTER = ("", "register")
NOBODY = {"en": "Not chosen", "ru": "Не выбран"}


def contact_fields(prefix: str = "") -> dict[str, WireField]:
    """The fields of a contact, each called ``prefix`` and its own name."""
    fields = {
        "profiletype": Whole(KIND, least=1, most=3),
        "name": Text("Name of the contact."),
        "firstname": Text("First name."),
        "middlename": Text("Middle name."),
        "lastname": Text("Last name."),
        "firstname_locale": Text("First name in the letters of the country."),
        "middlename_locale": Text("Middle name in the letters of the country."),
        "lastname_locale": Text("Last name in the letters of the country."),
        "company": Text("Name of the company."),
        "company_locale": Text("Name of the company in the letters of the country."),
        "email": Email(descriptions.EMAIL, clears=True),
        "phone": Phone(descriptions.PHONE),
        "phone_country": CountryNumber("Number of the country of the telephone number."),
        "location_country": CountryNumber("Number of the country, as `country` lists it."),
        "location_state": Text("State or region."),
        "location_city": Text("City."),
        "location_postcode": Text("Postal code."),
        "location_address": Text("Street and house."),
        "private": Flag("Whether the register hides the contact."),
    }
    return {f"{prefix}{name}": field for name, field in fields.items()}


class ContactFields(WireSchema):
    """Who owns a domain name."""

    class Meta(WireSchema.Meta):
        """Its fields are those of a contact."""

        include = contact_fields()


CONTACT = tuple(ContactFields().wire_fields)
TYPED = tuple(f"owner_{name}" for name in CONTACT)
"""The parameters in which an owner is typed."""
OWNER_PARAMETERS = (*NUMBERS, *TYPED)


class OwnerFields(WireSchema):
    """The owner of a domain name, as it is typed in an order."""

    class Meta(WireSchema.Meta):
        """Its fields are those of a contact, too."""

        include = contact_fields("owner_")


class OwnerNumber(WireSchema):
    """The owner of a domain name, by the number of a contact."""

    service_profile_owner = Whole(descriptions.OWNER)
    service_profile = Whole(descriptions.OWNER_AGAIN)
    owner = Whole(descriptions.OWNER_AGAIN)


def read_owner(sent: Mapping[str, Any]) -> Owner:
    """The owner as it was sent; 0 is none. Raises BadValue for two numbers that differ."""
    numbers = {name: sent[name] for name in NUMBERS if sent.get(name)}
    for name, number in numbers.items():
        if number != next(iter(numbers.values())):
            raise BadValue(name, str(number))
    typed = typed_contact(sent)
    if not numbers:
        return Owner(typed=typed)
    parameter, number = next(iter(numbers.items()))
    return Owner(number, parameter, typed)


def typed_contact(sent: Mapping[str, Any]) -> dict[str, str]:
    """The contact that was typed, by the names of its fields."""
    return {
        name.removeprefix("owner_"): stored_text(value)
        for name, value in sent.items()
        if name in TYPED
    }


def refuse_transfer(call: Call) -> None:
    """Raises BadValue where an order is for a transfer: it would be charged as a registration."""
    for name in ACTIONS:
        if call.params.get(name, "") not in REGISTER:
            raise BadValue(name, call.params[name])


def refuse_other_contacts(call: Call) -> None:
    """Raises BadValue for a further contact that is not the owner: it would be dropped in silence.

    With ``admin_contact_use_first=on`` it is the owner, whatever stands beside.
    """
    for person in OTHERS:
        if call.params.get(f"{person}_contact_use_first") == "on":
            continue
        for name in CONTACT:
            value = call.params.get(f"{person}_{name}", "")
            usual = ("", contacts.USUAL.get(name), call.params.get(f"owner_{name}"))
            if value not in usual:
                raise BadValue(f"{person}_{name}", value)


def stored_text(value: object) -> str:
    """A field of a contact as it is stored."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return str(value)


def owner_choices(call: Call, nobody: str) -> list[Choice]:
    """The contacts of the account as options of a select, and ``nobody``: none of them."""
    listed = contacts.list_contacts(call.shop, call.user).items()
    named = [Choice(str(number), contact_name(fields)) for number, fields in listed]
    return [Choice(nobody, call.words(NOBODY)), *named]


def contact_name(fields: Mapping[str, str]) -> str:
    """What a contact is called: its name, its company, its first and last name, its address."""
    person = " ".join(filter(None, (fields.get("firstname"), fields.get("lastname"))))
    return fields.get("name") or fields.get("company") or person or fields.get("email", "")
