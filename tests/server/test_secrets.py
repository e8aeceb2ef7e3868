"""Unmistakable secrets go through every function; all that was written is searched for them."""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from emulator.journal import SECRET_ENDINGS, SECRET_PARAMS, is_secret
from emulator.testing import SellerServer

CORE = "9cHidden7f3a"
"""Part of every secret that is sent; letters and digits, so that most codings leave it alone."""
PASSWORD = f"{CORE}-Passw0rd"
TOKEN = f"{CORE}-token"
JOURNAL = "/journal?kind=all&limit=10000"
SMALL = Path(__file__).parents[2] / "fixtures" / "worlds" / "small.yaml"
SECRET_NAMES = sorted(SECRET_PARAMS - {"authinfo", "auth", "confirm"}) + [
    f"api{ending}" for ending in SECRET_ENDINGS
]


def forms_of(secret: str) -> set[bytes]:
    """A secret as it is, and in the codings in which it could be overlooked."""
    plain = secret.encode()
    forms = {plain, plain[::-1], plain.hex().encode(), plain.hex().upper().encode()}
    forms |= {secret.encode(coding) for coding in ("utf-16-le", "utf-16-be")}
    for skipped in range(3):  # base64 of a text in which it begins anywhere
        coded = base64.b64encode(b"\0" * skipped + plain)
        whole = coded[-(-skipped * 4 // 3) + 1 : len(coded) - 4]
        forms |= {whole, whole.translate(bytes.maketrans(b"+/", b"-_"))}
    return forms


def test_the_search_finds_a_secret_in_every_coding() -> None:
    hidden = (
        PASSWORD, PASSWORD[::-1], json.dumps({"a": PASSWORD}), PASSWORD.encode().hex(),
        *(base64.b64encode(f"{before}:{PASSWORD}".encode()).decode() for before in ("a", "ab", "")),
    )  # fmt: skip
    for text in hidden:
        assert leaks({"text": text.encode()}, {CORE}) == ["text"], text
    assert leaks({"text": PASSWORD.encode("utf-16-le")}, {CORE}) == ["text"]
    assert leaks({"text": b"9cHidden 7f3a"}, {CORE}) == []


def leaks(outputs: Mapping[str, bytes], secrets: set[str]) -> list[str]:
    """The names of the outputs that have a secret."""
    forms = {form for secret in secrets for form in forms_of(secret)}
    return [name for name, content in outputs.items() if any(form in content for form in forms)]


@dataclass
class Run:
    """A server after a run over all its functions, with what was answered and written."""

    server: SellerServer
    client: httpx.Client
    outputs: dict[str, bytes] = field(default_factory=dict)
    secrets: set[str] = field(default_factory=lambda: {CORE})
    calls: int = 0

    def call(self, params: Mapping[str, str], url: str = "", **options: object) -> str:
        """One call; a refusal is one of the outputs, since it must not repeat secrets."""
        address = url or self.server.url
        answer = self.client.post(address, data=dict(params), **options)  # type: ignore[arg-type]
        self.calls += 1
        if "<error" in answer.text:
            self.outputs[f"refusal of call {self.calls}, {params.get('func')}"] = answer.content
        return answer.text

    def control(self, path: str) -> bytes:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return self.client.get(f"{self.server.base}/_mockseller{path}", headers=headers).content


def over_all_functions(run: Run, recorder: str) -> None:
    """Each function with secrets in all parameters that are some, directly and recorded."""
    login = {"authinfo": f"reseller:{PASSWORD}"}
    functions = run.server.control("GET", "/functions")
    # Those that log in are last: wrong passwords lock the login.
    for function in sorted(functions, key=lambda each: "username" in str(each["takes"])):
        parameters = [each["name"] for each in function["takes"]]
        names = [name for name in parameters if is_secret(name)] + SECRET_NAMES[:3]
        secrets = {name: f'"&+/{CORE}%{name}' for name in names}
        sent = {**function["example"], **secrets, "func": function["name"]}
        run.call({**sent, **login, "sok": "ok"})
        run.call({**sent, **login}, url=recorder)
    for name in SECRET_NAMES:
        run.call({**login, "func": "whoami", name: f"{CORE}-{name}"})
        run.call({**login, "func": "soft.edit", "elid": "x", name.upper(): f"{CORE}-{name}"})


def in_every_way(run: Run) -> None:
    """Logins in query, form, cookie, multipart and JSON; right, wrong and misspelt."""
    url = run.server.url
    for authinfo in (f"reseller:{PASSWORD}", f"other:{CORE}-wrong", f"nobody:{CORE}"):
        for name in ("authinfo", "AuthInfo"):
            params = {name: authinfo, "func": "soft.edit", "elid": "x"}
            run.outputs[f"GET {authinfo[:5]} {name}"] = run.client.get(url, params=params).content
            run.call({}, files={key: (None, value) for key, value in params.items()})
            run.client.post(url, json=params)
            run.client.post(f"{url}?authinfo={authinfo}&func=%0a")
    opened = run.call({"func": "auth", "username": "reseller", "password": PASSWORD})
    session = re.search(r"<auth[^>]*>([^<]+)</auth>", opened)
    assert session is not None
    run.secrets.add(session[1])
    run.call({"func": "whoami", "auth": session[1]})
    run.call({"func": "soft.edit", "elid": "x"}, headers={"Cookie": f"billmgrses5={session[1]}"})
    run.call({"func": "whoami", "auth": f"{CORE}-session"})
    for path in ("/clock", f"/console?token={CORE}-wrong", f"/{CORE}", "/worlds/nowhere"):
        headers = {"Authorization": f"Bearer {CORE}-wrong", "Via": "x"}
        answer = run.client.get(f"{run.server.base}/_mockseller{path}", headers=headers)
        if CORE not in path:  # an unknown path is named in its refusal
            run.outputs[f"refusal of {path}"] = answer.content
    run.client.get(f"{run.server.base}/_mockseller/console?token={TOKEN}")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    folder = tmp_path_factory.mktemp("secrets")
    world = SMALL.read_text(encoding="utf-8")
    assert world.count("password: secret") > 4
    fixture = folder / "world.yaml"
    fixture.write_text(world.replace("password: secret", f"password: {PASSWORD}"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MOCKSELLER_TOKEN", TOKEN)
        with (
            SellerServer("--log", "json", fixture=str(fixture)) as server,
            httpx.Client(timeout=60, trust_env=False) as client,
        ):
            made = Run(server, client)
            recording = folder / "recording.yaml"
            command = [sys.executable, "-m", "mockseller", "record", "--upstream", server.url,
                       "--to", str(recording), "--port", "0"]  # fmt: skip
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as proxy:
                try:
                    assert proxy.stdout is not None
                    printed = proxy.stdout.readline()
                    address = re.search(r"http://127\.0\.0\.1:\d+\S*", printed.decode())
                    assert address is not None, printed
                    in_every_way(made)
                    over_all_functions(made, address[0])
                finally:
                    proxy.send_signal(signal.SIGINT)
                    rest, complaints = proxy.communicate(timeout=60)
            made.outputs |= {"what record printed": printed + rest + complaints}
            made.outputs |= {"recording": recording.read_bytes()}
            judged = verify(server, folder)
            made.outputs |= {"what verify printed": judged} | {
                each.name: each.read_bytes() for each in folder.glob("report.*")
            }
            for path in (JOURNAL, "/metrics", "/console/default/journal", "/accounts/reseller",
                         "/worlds", "/coverage", "/faults"):  # fmt: skip
                made.outputs[path] = made.control(path)
            made.outputs["log"] = server.errors.encode()
            yield made


def verify(server: SellerServer, folder: Path) -> bytes:
    """Judges the server by what is on record, with reports of every kind; what was printed."""
    command = [sys.executable, "-m", "mockseller", "verify", "seller", server.url, "--no-flows",
               "--format", "xml", "--family", "session", "--family", "user", "--all"]  # fmt: skip
    for kind, name in (("html", "html"), ("junit", "xml"), ("save", "json"), ("badge", "svg")):
        command += [f"--{kind}", str(folder / f"report.{name}")]
    environ = {**os.environ, "MOCKSELLER_TOKEN": TOKEN}
    judged = subprocess.run(command, env=environ, capture_output=True, check=False)
    return judged.stdout + judged.stderr


def test_no_secret_of_a_run_over_all_functions_is_in_anything_that_is_written(run: Run) -> None:
    assert leaks(run.outputs, run.secrets) == []


def test_the_run_was_one_over_all_functions_and_wrote_everything(run: Run) -> None:
    log = [json.loads(line) for line in run.outputs["log"].splitlines()]
    called = {line["func"] for line in log if "func" in line}
    assert {each["name"] for each in run.server.control("GET", "/functions")} <= called
    assert len([name for name in run.outputs if name.startswith("refusal")]) > 100
    assert len([name for name in run.outputs if name.startswith("report.")]) == 4
    assert len(json.loads(run.outputs[JOURNAL])["entries"]) > 500
    assert b"mockseller_calls_total" in run.outputs["/metrics"]
    assert len(run.outputs["recording"]) > 10_000
