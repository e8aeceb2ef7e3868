"""A recording of the reseller's own client becomes exchanges that hold at our seller."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import yaml

from contracts.record.exchange import Exchange, read_all
from contracts.recording.export import export
from contracts.recording.session import read
from contracts.target import own
from contracts.target.redact import spell_variants
from contracts.target.replay import replay, replay_all
from contracts.target.seller import connect_wsgi
from contracts.verdicts import RECORDED, Outcome
from emulator.testing import Seller
from tests.clocks import noon_of
from tests.contracts.recording.conftest import LOGIN, PASSWORD, RecordedLife, Studio


@pytest.fixture(scope="module")
def exported(life: RecordedLife, tmp_path_factory: pytest.TempPathFactory) -> tuple[Exchange, ...]:
    folder = tmp_path_factory.mktemp("exported")
    files, _ = export(read(life.path), folder)
    assert len(files) == len(list(folder.glob("*/*.yaml")))
    return read_all(folder)


def test_no_secret_and_no_key_stands_in_the_recording_or_its_log(life: RecordedLife) -> None:
    written = life.path.read_text() + "\n".join(life.lines)
    assert len(life.secrets) > 10
    leaked = [secret for secret in life.secrets for way in spell_variants(secret) if way in written]
    assert leaked == []


def test_everything_the_client_asked_is_recorded_in_order(life: RecordedLife) -> None:
    funcs = [entry.func for entry in read(life.path).entries]
    life_of_one = [
        "soft.order.param", "soft.edit", "soft.edit", "soft.edit", "soft.edit", "service.prolong",
        "soft.suspend", "soft", "soft.resume", "service.instruction.html", "vds.edit",
        "soft.delete",
    ]  # fmt: skip
    assert funcs == [*life_of_one, "auth", *life_of_one]
    assert not [entry.func for entry in read(life.path).entries if entry.withheld]


def test_the_recording_becomes_exchanges_of_the_best_grade(exported: tuple[Exchange, ...]) -> None:
    assert len(exported) == 24
    assert {exchange.evidence for exchange in exported} == {RECORDED}
    assert all(exchange.source.startswith("recorded session life") for exchange in exported)
    assert all(exchange.version.startswith("mockseller ") for exchange in exported)
    assert {out for exchange in exported for out in exchange.formats} == {"xml", "bjson"}


def test_what_was_recorded_holds_when_it_is_replayed(exported: tuple[Exchange, ...]) -> None:
    clock_of_the_day = noon_of(date(2028, 6, 15))
    with Seller(system_clock=clock_of_the_day) as made, connect_wsgi(made.wsgi) as seller:
        verdicts = list(replay_all(exported, seller))
    assert len(verdicts) == 24
    assert [str(exchange) for exchange in verdicts if exchange.outcome is not Outcome.PASS] == []


def test_an_exchange_brings_the_steps_it_depends_on(exported: tuple[Exchange, ...]) -> None:
    prolonged = next(e for e in exported if e.name == "service.prolong/life-006")
    assert [step.request.func for step in prolonged.before] == [
        "soft.order.param", "soft.edit", "soft.edit",
    ]  # fmt: skip
    assert prolonged.request.params["elid"] == "<id:1>"
    assert prolonged.expected.doc.first("doc") is not None
    assert "<date:+2 months>" in prolonged.expected.doc.texts()


def test_what_does_not_depend_on_the_session_has_no_steps(exported: tuple[Exchange, ...]) -> None:
    machine = next(e for e in exported if e.func == "vds.edit")
    assert machine.before == ()


def test_an_exported_exchange_can_fail(exported: tuple[Exchange, ...]) -> None:
    order = next(e for e in exported if e.func == "soft.order.param" and "xml" in e.formats)

    def without_id(environ: dict[str, object], start: object) -> list[bytes]:
        body = b"".join(seller.wsgi(environ, start))  # type: ignore[arg-type]
        return [body.replace(b"<id>", b"<no>").replace(b"</id>", b"</no>")]

    with Seller() as seller, connect_wsgi(without_id) as mutant:
        verdict = replay(order, "xml", mutant)
    assert verdict.outcome is Outcome.FAIL
    assert "/doc/id: missing" in str(verdict)


LEFT = [
    ("service.changepassword", {"elid": "100014", "passwd": "n3w-secret", "confirm": "n3w-secret",
                                "sok": "ok"}, "its request holds a secret"),
    ("auth", {"username": LOGIN, "password": PASSWORD}, "its request is a login"),
    ("soft", {"out": "csv"}, "its answer is withheld"),
]  # fmt: skip


@pytest.mark.parametrize(("func", "params", "message"), LEFT)
def test_what_cannot_stand_alone_is_left_out_with_its_reason(
    studio: Studio, tmp_path: Path, func: str, params: dict[str, str], message: str
) -> None:
    studio.ask(studio.proxy(), func, **params)
    files, left = export(studio.session(), tmp_path / "out")
    assert files == []
    assert len(left) == 1
    assert left[0].startswith(f"1 {func}: {message}")


def test_what_another_login_asked_is_left_out(studio: Studio, tmp_path: Path) -> None:
    proxy = studio.proxy()
    studio.ask(proxy, "whoami")
    studio.ask(proxy, "soft")
    studio.ask(proxy, "whoami", authinfo="poor:secret")
    _, left = export(studio.session(), tmp_path / "out")
    assert left == ["3 whoami: it was sent with another login"]


def test_what_depends_on_something_left_out_is_left_out_too(studio: Studio, tmp_path: Path) -> None:
    proxy = studio.proxy("soft.order.param")
    order = {"pricelist": "55227", "period": "1", "ip": "192.0.2.240", "sok": "ok", "licname": "w",
             "skipbasket": "on", "api_key": "n3w-secret"}  # fmt: skip
    number = studio.ask(proxy, "soft.order.param", **order).text
    studio.ask(proxy, "soft.edit", elid=number.partition("<id>")[2].partition("<")[0])
    _, left = export(studio.session(), tmp_path / "out")
    assert left[1] == "2 soft.edit: it depends on 1: its request holds a secret"


def test_a_refusal_is_exported_with_its_type(studio: Studio, tmp_path: Path) -> None:
    studio.ask(studio.proxy(), "soft.edit", elid="99")
    (path,), _ = export(studio.session(), tmp_path / "out", world="shop")
    message = yaml.safe_load(path.read_text())
    assert message["answer"]["kind"] == "error"
    assert message["answer"]["doc"]["error"]["@type"] == "missed"
    assert message["world"] == "shop"


def test_a_list_without_own_rows_says_what_a_row_is_like(studio: Studio, tmp_path: Path) -> None:
    studio.ask(studio.proxy(), "soft", out="json")
    (path,), _ = export(studio.session(), tmp_path / "out")
    row = yaml.safe_load(path.read_text())["answer"]["doc"]["elem"]
    assert (row["id"], row["status"], row["expiredate"]) == ("<id>", "<number>", "<date>")
    with own.start_in_process() as seller:
        assert replay(read_all(tmp_path / "out")[0], "json", seller).outcome is Outcome.PASS


def test_a_service_that_was_there_before_is_named_by_the_list(
    studio: Studio, honest: Seller, tmp_path: Path
) -> None:
    proxy = studio.proxy()
    suspended = next(row["id"] for row in honest.call("soft").rows() if row["status"] == "3")
    studio.ask(proxy, "soft", out="json")
    studio.ask(proxy, "soft.edit", elid=suspended)
    _, left = export(studio.session(), tmp_path / "out")
    assert left == []
    form = next(e for e in read_all(tmp_path / "out") if e.func == "soft.edit")
    assert [step.request.func for step in form.before] == ["soft"]
    assert form.request.params["elid"].startswith("<id:")
    with own.start_in_process() as seller:
        verdict = replay(form, "xml", seller)
    assert verdict.outcome is Outcome.PASS, str(verdict)
