"""The configuration of nginx in `examples/deploy/`, with Debian's nginx as an ordinary process."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import trustme

from emulator.testing import SellerServer

CONFIGURATION = Path(__file__).parents[2] / "examples" / "deploy" / "nginx.conf"
NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")
TOKEN = "s3cr3t-token"
AUTH = {"Authorization": f"Bearer {TOKEN}"}
OWN_OPTIONS = ("--trusted-proxy", "127.0.0.1", "--workers", "1")
AROUND = """
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{}}
http {{
    {paths}
    include {folder}/mockseller.conf;
}}
"""
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass(frozen=True)
class Front:
    """nginx with what it writes, and a client that trusts its certificate."""

    folder: Path
    port: int
    client: httpx.Client

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def log(self) -> str:
        return (self.folder / "access.log").read_text()

    def call(self, func: str, **params: str) -> httpx.Response:
        sent = {"authinfo": "reseller:secret", "func": func, **params}
        return self.client.post(f"{self.url}/billmgr", data=sent)


def configuration(folder: Path, port: int, upstreams: tuple[int, int]) -> str:
    """That of the example with other ports, names and files; every replacement has to fit."""
    replaced = {
        "127.0.0.1:1500": f"127.0.0.1:{upstreams[0]}",
        "127.0.0.1:1510": f"127.0.0.1:{upstreams[1]}",
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "server_name seller.example": "server_name localhost",
        "/etc/ssl/seller.example.pem": f"{folder}/cert.pem",
        "/etc/ssl/private/seller.example.key": f"{folder}/key.pem",
        "/var/log/nginx/mockseller.log": f"{folder}/access.log",
    }
    text = CONFIGURATION.read_text(encoding="utf-8")
    for original, here in replaced.items():
        assert text.count(original) == 1, original
        text = text.replace(original, here)
    return text


@contextmanager
def started(folder: Path, upstreams: tuple[int, int]) -> Iterator[Front]:
    """Nginx in front of two ports of this computer."""
    port, authority = free_port(), trustme.CA()
    issued = authority.issue_cert("localhost")
    for blob in issued.cert_chain_pems:
        blob.write_to_path(folder / "cert.pem", append=True)
    issued.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "mockseller.conf").write_text(configuration(folder, port, upstreams))
    user = "user root;" if os.geteuid() == 0 else ""
    paths = " ".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
    main = folder / "nginx.conf"
    main.write_text(AROUND.format(folder=folder, user=user, paths=paths))
    command = [str(NGINX), "-p", str(folder), "-c", str(main)]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    context = ssl.create_default_context()
    authority.configure_trust(context)
    with (
        subprocess.Popen(command, stderr=subprocess.DEVNULL) as process,
        httpx.Client(
            verify=context,
            trust_env=False,
            timeout=60,
            transport=httpx.HTTPTransport(verify=context, retries=6),  # until nginx listens
        ) as client,
    ):
        try:
            yield Front(folder, port, client)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


@dataclass(frozen=True)
class Site:
    """Two sellers on one data folder, and nginx in front of them."""

    front: Front
    first: SellerServer
    second: SellerServer


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with pytest.MonkeyPatch.context() as patch, ExitStack() as stack:
        patch.setenv("MOCKSELLER_TOKEN", TOKEN)
        patch.setenv("MOCKSELLER_MAX_BODY", "2000000")
        first = stack.enter_context(SellerServer(*OWN_OPTIONS))
        second = stack.enter_context(SellerServer(*OWN_OPTIONS, "--data", first.folder))
        ports = (urlsplit(first.base).port or 0, urlsplit(second.base).port or 0)
        front = stack.enter_context(started(tmp_path_factory.mktemp("nginx"), ports))
        yield Site(front, first, second)


def test_both_sellers_are_used_and_show_the_same_worlds(site: Site) -> None:
    begun = len(site.front.log.splitlines()) if (site.front.folder / "access.log").exists() else 0
    names = {f"both-{number}" for number in range(6)}
    order = {"pricelist": "55227", "period": "1", "ip": "0.0.0.0", "skipbasket": "on", "sok": "ok"}  # noqa: S104 - of a license
    for name in names:
        assert "<id>" in site.front.call("soft.order.param", **order, licname=name).text
    for _ in range(4):
        assert names <= set(re.findall("<licname>(.*?)</licname>", site.front.call("soft").text))
    upstreams = {line.split()[-1] for line in site.front.log.splitlines()[begun:]}
    assert upstreams == {urlsplit(server.base).netloc for server in (site.first, site.second)}


def test_the_seller_knows_its_outer_address_and_its_client(site: Site) -> None:
    document = site.front.call("payment").text
    assert f'host="{site.front.url}"' in document
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Prefix": "/evil", "Via": "x"}
    page = site.front.client.get(f"{site.front.url}/", headers=forged).text
    assert f"curl {site.front.url}/billmgr" in page
    assert "/evil" not in page
    sent = {"authinfo": "reseller:secret", "func": "whoami"}
    site.front.client.post(f"{site.front.url}/billmgr", data=sent, headers=forged)
    assert site.first.journal.entries(func="whoami", limit=1)[0]["address"] == "127.0.0.1"


def test_the_control_api_wants_the_token_through_the_proxy(site: Site) -> None:
    url = f"{site.front.url}/_mockseller/clock"
    assert site.front.client.get(url).status_code == 401
    assert site.front.client.get(url, headers=AUTH).status_code == 200
    led = site.front.client.get(f"{site.front.url}/_mockseller/console?token={TOKEN}")
    assert led.headers["Location"] == "/_mockseller/console/default"
    assert "; Secure" in led.headers["Set-Cookie"]
    site.front.client.cookies.clear()


def test_a_call_whose_answer_is_lost_is_not_made_twice(site: Site) -> None:
    for method in ("GET", "POST"):
        site.first.journal.clear()
        site.first.faults.add("drop", func="whoami", when="after", times=1)
        params = {"authinfo": "reseller:secret", "func": "whoami"}
        answer = site.front.client.request(method, f"{site.front.url}/billmgr", params=params)
        assert answer.status_code == 502
        assert len(site.first.journal.entries(func="whoami")) == 1


def test_a_large_body_gets_as_far_as_the_seller_which_has_the_limit(site: Site) -> None:
    """Alone, nginx would answer 413 and a page of its own from 1 MB on."""
    shown = site.front.call("whoami", comment="x" * 1_500_000)
    assert "<doc" in shown.text
    assert 'type="limit"' in site.front.call("whoami", comment="x" * 3_000_000).text


def test_no_password_and_no_link_of_a_payment_is_in_the_log_of_nginx(site: Site) -> None:
    query = {"authinfo": "reseller:hidden1", "func": "soft"}
    site.front.client.get(f"{site.front.url}/billmgr", params=query)
    site.front.client.get(f"{site.front.url}/pay/default-hidden2?x=hidden3")
    site.front.client.get(f"{site.front.url}/long/default-hidden4/billmgr")
    assert "GET /pay/... " in site.front.log
    assert "GET /billmgr 200 " in site.front.log
    assert "hidden" not in site.front.log


def test_events_pass_when_they_happen(tmp_path: Path) -> None:
    """Instead of the sellers here is one that goes on only when the first event has arrived."""
    arrived = threading.Event()

    def stream(listener: socket.socket) -> None:
        peer, _ = listener.accept()
        with peer:
            while b"\r\n\r\n" not in peer.recv(65_536):
                pass
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: 1\n\n")
            assert arrived.wait(60)
            peer.sendall(b"data: 2\n\n")

    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        port = listener.getsockname()[1]
        front = stack.enter_context(started(tmp_path, (port, port)))
        thread = threading.Thread(target=stream, args=(listener,))
        thread.start()
        with front.client.stream("GET", f"{front.url}/_mockseller/events") as answer:
            lines = (line for line in answer.iter_lines() if line)
            assert next(lines) == "data: 1"
            arrived.set()
            assert next(lines) == "data: 2"
        thread.join(60)


def test_a_seller_that_is_gone_fails_calls_but_no_reading_of_the_control_api(
    site: Site, tmp_path: Path
) -> None:
    port = urlsplit(site.first.base).port or 0
    with started(tmp_path, (free_port(), port)) as front:
        calls = [front.call("whoami").status_code for _ in range(6)]
        url = f"{front.url}/_mockseller/clock"
        read = [front.client.get(url, headers=AUTH).status_code for _ in range(6)]
    assert sorted(calls) == [200] * 3 + [502] * 3
    assert read == [200] * 6


def test_planned_faults_of_one_client_cut_no_other_off(site: Site) -> None:
    site.first.faults.add("drop", func="subaccount", when="after", times=6)
    for _ in range(6):
        assert site.front.call("subaccount").status_code == 502
        assert site.front.call("whoami").status_code == 200
