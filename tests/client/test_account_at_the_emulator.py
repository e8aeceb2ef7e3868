"""Payers, logins, addresses, passwords and instructions, asked of the emulator in this process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from reseller_client import AccessDenied, AlreadyExists, AuthFailed, BadValue, Missed
from tests.client.conftest import Waits
from tests.client.emulated import client_of

if TYPE_CHECKING:
    from emulator.testing import Seller
    from reseller_client import Client
    from tests.client.emulated import LossyLine


def test_a_payer_is_made_changed_and_deleted(reseller: Client) -> None:
    before = {profile.id for profile in reseller.profiles.list()}
    made = reseller.profiles.add("Firm", 2, {"country": "DE"})
    assert {profile.id for profile in reseller.profiles.list()} == before | {made}
    changed = reseller.profiles.change(made, {"name": "Firm & Co", "vatnum": "X1"})
    assert (changed.id, changed.name, changed.kind) == (made, "Firm & Co", 2)
    assert (changed.fields["country"], changed.fields["vatnum"]) == ("84", "X1")
    assert reseller.profiles.get(made) == changed
    reseller.profiles.delete(made)
    with pytest.raises(Missed):
        reseller.profiles.get(made)


def test_the_login_of_an_account_is_listed_and_changed(reseller: Client, lossy: LossyLine) -> None:
    (user,) = reseller.account.users()
    assert (user.name, user.level) == ("reseller", 16)
    assert user.id is not None
    reseller.account.change_user(user.id, {"phone": "+15550100", "realname": "New Name"})
    assert reseller.account.whoami().phone == "+15550100"
    assert reseller.account.whoami().realname != "New Name"
    with pytest.raises(BadValue):
        reseller.account.change_user(user.id, {"email": "nowhere"})
    reseller.account.change_user(user.id, {"passwd": "n3w-secret", "confirm": "n3w-secret"})
    with pytest.raises(AuthFailed):
        reseller.account.whoami()
    assert client_of(lossy, Waits(), password="n3w-secret").account.whoami().id == user.id


def test_a_login_for_the_api_is_made_used_and_taken_away(
    reseller: Client, lossy: LossyLine
) -> None:
    number = reseller.logins.add("api@example.com", "api-secret-1", rights=["soft"])
    with pytest.raises(AlreadyExists):
        reseller.logins.add("api@example.com", "api-secret-2")
    own, further = reseller.logins.list()
    assert (own.rights, further.id, further.rights) == (None, number, ("soft",))
    reseller.logins.set_password(number, "api-secret-2")
    api = client_of(lossy, Waits(), login="api@example.com", password="api-secret-2")
    assert api.licenses.list() == reseller.licenses.list()
    with pytest.raises(AccessDenied):
        api.profiles.list()
    reseller.logins.suspend(number)
    assert reseller.logins.list()[1].suspended
    with pytest.raises(AuthFailed):
        api.licenses.list()
    reseller.logins.resume(number)
    reseller.logins.delete(number)
    with pytest.raises(AccessDenied):
        reseller.logins.delete(own.id)


def test_a_service_has_an_address_a_password_and_an_instruction(
    reseller: Client, shop: Seller
) -> None:
    (address,) = reseller.services.addresses(100001)
    assert (address.address, address.main) == ("192.0.2.10", True)
    assert reseller.services.addresses(100012) == ()
    assert reseller.licenses.get(100001).key in reseller.services.instruction(100001)
    reseller.services.change_password(100001, "s3cret-of-mine")
    assert "Password changed" in {row.what for row in reseller.services.history(100001)}
    entries = str(shop.journal.entries(func="service.changepassword"))
    assert "s3cret-of-mine" not in entries
