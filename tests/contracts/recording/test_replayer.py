"""A recording answers in its order, without a seller; what it does not know is told or asked."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from contracts.record.fields import ExchangeError
from contracts.recording.session import read
from emulator.testing import Seller
from reseller_client import Client, LicenseOrder, Missed
from tests.contracts.recording.conftest import LOGIN, PASSWORD, URL, RecordedLife, Studio


def _client(studio: Studio, proxy: object, **how: object) -> Client:
    transport = httpx.WSGITransport(app=proxy)  # type: ignore[arg-type]
    client = Client(URL, login=LOGIN, password=PASSWORD, transport=transport, **how)  # type: ignore[arg-type]
    return studio.stack.enter_context(client)


@pytest.mark.parametrize(("out", "session", "ip"), [("xml", False, "1.1.1.1"),
                                                     ("bjson", True, "8.8.4.4")])  # fmt: skip
def test_the_client_lives_through_the_recording_without_a_seller(
    studio: Studio,
    life: RecordedLife,
    out: str,
    session: bool,  # noqa: FBT001 - a parameter of a test
    ip: str,
) -> None:
    client = _client(studio, studio.proxy(behind=None, replay=life.path), out=out, session=session)
    options = LicenseOrder(tariff=55227, period=1, ip=ip, licname="web-9", remoteid="r-9")
    number = client.licenses.order_once(options).license_id
    assert number is not None
    license = client.licenses.wait_for_key(number)
    assert license.key.startswith(f"{number}-00000000-")
    assert license.ip == ip
    assert client.licenses.rename(number, "web-10").licname == "web-10"
    assert client.licenses.new_key(number) != license.key
    before = client.licenses.prolong(number, 1)
    client.licenses.suspend(number)
    assert [row.status.name for row in client.licenses.list() if row.id == number] == ["SUSPENDED"]
    assert before > license.expires_on  # type: ignore[operator]


def test_a_client_with_its_own_address_finds_it_in_the_answers(
    studio: Studio, life: RecordedLife
) -> None:
    client = _client(studio, studio.proxy(behind=None, replay=life.path))
    options = LicenseOrder(tariff=55227, period=1, ip="9.9.9.9", licname="web-9", remoteid="r-9")
    number = client.licenses.order_once(options).license_id
    assert number is not None
    assert client.licenses.get(number).ip == "9.9.9.9"


def test_what_is_not_on_record_is_an_error_document(studio: Studio, life: RecordedLife) -> None:
    client = _client(studio, studio.proxy(behind=None, replay=life.path))
    with pytest.raises(Missed, match="recording"):
        client.licenses.get(4711)
    assert studio.lines == ["soft.edit: is not in the recording"]


def test_what_is_not_on_record_can_be_not_found(studio: Studio, life: RecordedLife) -> None:
    proxy = studio.proxy(behind=None, replay=life.path, on_miss="404")
    assert studio.ask(proxy, "soft.edit", elid="4711").status_code == 404


def test_another_value_is_another_request(studio: Studio) -> None:
    studio.ask(studio.proxy(), "soft.filter", status="2", sok="ok")
    studio.stack.close()
    proxy = studio.proxy(behind=None, replay=studio.path)
    assert b"missed" in studio.ask(proxy, "soft.filter", status="3", sok="ok").content
    assert b"missed" in studio.ask(proxy, "soft.filter", sok="ok").content
    assert b"<ok" in studio.ask(proxy, "soft.filter", status="2", sok="ok").content


def test_a_look_repeats_until_something_is_changed_and_a_change_never_does(
    studio: Studio,
) -> None:
    proxy = studio.proxy()
    studio.ask(proxy, "soft.edit", elid="100001")
    studio.ask(proxy, "soft.suspend", elid="100001")
    studio.stack.close()
    proxy = studio.proxy(behind=None, replay=studio.path)
    for _ in range(3):
        assert b"<status>2<" in studio.ask(proxy, "soft.edit", elid="100001").content
    assert list(proxy.summary()) == ["not replayed: 1 of the recording"]
    assert b"<ok/>" in studio.ask(proxy, "soft.suspend", elid="100001").content
    assert b"missed" in studio.ask(proxy, "soft.suspend", elid="100001").content
    assert b"missed" in studio.ask(proxy, "soft.edit", elid="100001").content
    assert list(proxy.summary()) == []


def test_what_is_not_on_record_is_asked_and_recorded_too(studio: Studio) -> None:
    studio.ask(studio.proxy(), "whoami")
    studio.stack.close()
    proxy = studio.proxy(replay=studio.path, on_miss="upstream")
    studio.ask(proxy, "whoami")
    studio.ask(proxy, "soft.edit", elid="100001")
    assert [entry.func for entry in studio.session().entries] == ["whoami", "soft.edit"]
    assert studio.lines[1] == "whoami: from the recording"


def test_what_only_the_recording_knows_reaches_no_seller(studio: Studio, honest: Seller) -> None:
    studio.ask(studio.proxy(), "soft.edit", elid="100001", ip="8.8.4.4", sok="ok")
    studio.stack.close()
    proxy = studio.proxy(replay=studio.path, on_miss="upstream")
    answer = studio.ask(proxy, "soft.edit", elid="100001", ip="198.18.0.1", licname="x", sok="ok")
    assert b"ip has a value that only the recording knows" in answer.content
    assert honest.call("soft.edit", elid=100001).field("ip") == "8.8.4.4"


def test_money_is_asked_for_on_a_miss_too(studio: Studio) -> None:
    studio.ask(studio.proxy(), "whoami")
    studio.stack.close()
    proxy = studio.proxy(replay=studio.path, on_miss="upstream")
    answer = studio.ask(proxy, "service.prolong", elid="100001", period="1", sok="ok").content
    assert b"--allow-paying service.prolong" in answer


def test_without_rewrite_everything_is_appended(studio: Studio) -> None:
    for _ in range(2):
        studio.ask(studio.proxy(), "whoami")
        studio.stack.close()
    assert [entry.func for entry in studio.session().entries] == ["whoami", "whoami"]


def test_rewrite_puts_the_new_answer_in_the_place_of_the_old_one(
    studio: Studio, honest: Seller
) -> None:
    proxy = studio.proxy("soft.order.param")
    order = {"pricelist": "55227", "period": "1", "ip": "192.0.2.240", "sok": "ok", "licname": "w",
             "skipbasket": "on"}  # fmt: skip

    def play(proxy: object) -> None:
        answer = studio.ask(proxy, "soft.order.param", **order).text  # type: ignore[arg-type]
        number = answer.partition("<id>")[2].partition("<")[0]
        studio.ask(proxy, "soft.edit", elid=number)  # type: ignore[arg-type]

    play(proxy)
    old = studio.session()
    studio.stack.close()
    order["ip"] = "192.0.2.240"
    honest.call("soft.delete", elid=honest.call("soft").rows()[0]["id"])
    play(studio.proxy("soft.order.param", rewrite=True))
    new = studio.session()
    assert [entry.func for entry in new.entries] == [entry.func for entry in old.entries]
    assert new.entries[1].params == old.entries[1].params == {"elid": "<id:1>"}
    assert new.entries[1].text != old.entries[1].text


def test_a_file_that_is_no_recording_is_told(studio: Studio, tmp_path: Path) -> None:
    path = tmp_path / "other.yaml"
    path.write_text("a: 1\n...\n")
    with pytest.raises(ExchangeError, match="mockseller: is missing"):
        read(path)
    with pytest.raises(ExchangeError, match="mockseller: is missing"):
        studio.proxy(behind=None, replay=path)
