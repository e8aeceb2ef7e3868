"""What 0.1.0 wrote is read and used today: a recording, its exchanges, a run, known deviations.

The files in ``tests/contracts/data/version-0.1.0`` were written by that version.
"""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Final

import httpx
import pytest

from contracts.checks.deviations import apply, read_file
from contracts.record.exchange import read_all
from contracts.recording.drift import judge_recording
from contracts.recording.options import DriftOptions
from contracts.recording.session import read
from contracts.reports import saved
from contracts.verdicts import Outcome
from reseller_client import Client, LicenseOrder, Missed
from tests.contracts.recording.conftest import LOGIN, PASSWORD, URL, Studio

FOLDER: Final = Path(__file__).parents[1] / "data" / "version-0.1.0"
RECORDING: Final = FOLDER / "session.yaml"
FUNCTIONS: Final = [
    "whoami", "soft", "soft.order.param", "soft.edit", "soft.edit", "service.prolong", "soft.edit",
]  # fmt: skip


def test_a_recording_is_read_whole() -> None:
    session = read(RECORDING)
    assert [entry.func for entry in session.entries] == FUNCTIONS
    assert (session.version, session.torn) == ("0.1.0", "")
    # Letters went out as references then, and are the same letters.
    assert "&#1057;" in session.entries[3].text
    assert session.entries[3].doc is not None
    assert session.entries[3].doc.text_of("licname") == "Сервер"


@pytest.mark.parametrize("out", ["xml", "bjson"])
def test_a_recording_is_played_to_the_client_of_today(studio: Studio, out: str) -> None:
    proxy = studio.proxy(behind=None, replay=RECORDING)
    transport = httpx.WSGITransport(app=proxy)
    xml = studio.stack.enter_context(
        Client(URL, login=LOGIN, password=PASSWORD, transport=transport)
    )
    assert xml.account.whoami().level == 16
    order = LicenseOrder(tariff=55227, period=1, ip="192.0.2.201", licname="Сервер")
    number = studio.ask(
        proxy, "soft.order.param", out="xml", pricelist="55227", period="1", ip=order.ip,
        licname=order.licname, skipbasket="on", sok="ok", clicked_button="finish",
    )  # fmt: skip
    assert "<id>100024</id>" in number.text
    client = Client(URL, login=LOGIN, password=PASSWORD, transport=transport, out=out)  # type: ignore[arg-type]
    license = studio.stack.enter_context(client).licenses.get(100024)
    assert (license.licname, license.ip) == ("Сервер", "192.0.2.201")
    with pytest.raises(Missed):
        xml.licenses.get(999999)


def test_a_recording_is_continued_by_the_recorder_of_today(studio: Studio) -> None:
    studio.path.write_bytes(RECORDING.read_bytes())
    studio.ask(studio.proxy(), "subaccount", out="xml")
    assert [entry.func for entry in studio.session().entries] == [*FUNCTIONS, "subaccount"]


def test_what_has_changed_since_is_reported_as_drift() -> None:
    run = judge_recording(read(RECORDING), DriftOptions(only="whoami"))
    (verdict,) = run.verdicts
    assert (verdict.name, verdict.outcome) == ("whoami", Outcome.FAIL)
    assert any(message.startswith("breaking: /doc/mgr: is missing") for message in verdict.messages)


def test_exchanges_made_of_a_recording_are_read() -> None:
    exchanges = read_all(FOLDER / "exchanges")
    assert sorted(exchange.request.func for exchange in exchanges) == sorted(FUNCTIONS)
    assert {exchange.evidence for exchange in exchanges} == {"recorded"}


def test_a_saved_run_is_read_and_one_of_a_newer_format_is_refused_in_a_line(
    tmp_path: Path,
) -> None:
    (run,) = saved.read_file(FOLDER / "run.json")
    assert (run.judge, len(run.verdicts)) == ("client", 9)
    assert {verdict.outcome for verdict in run.verdicts} == {Outcome.PASS}
    newer = tmp_path / "run.json"
    document = json.loads((FOLDER / "run.json").read_text("utf-8"))
    newer.write_text(json.dumps({**document, "format": 3}), "utf-8")
    with pytest.raises(saved.SavedReportError, match="3 is newer than 2; a newer mockseller reads"):
        saved.read_file(newer)


def test_known_deviations_are_read_and_applied() -> None:
    entries = read_file(FOLDER / "known_deviations.yaml")
    assert [entry.name for entry in entries if entry.concerns("client", "whmcs")] == [
        "lost-reply-found-again", "lost-renewal-bought-once", "late-key-with-pauses",
    ]  # fmt: skip
    (run,) = saved.read_file(FOLDER / "run.json")
    _, notes = apply(entries, run.verdicts, judge="client", kind="whmcs", today=date(2027, 1, 1))
    assert len(notes) == 3, "none of them was judged in that run"
