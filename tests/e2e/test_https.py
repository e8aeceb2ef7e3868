"""HTTPS with a certificate that the server makes: its authority, and clients that trust it."""

from __future__ import annotations

import os
import re
import shutil
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from emulator.cli.trust import trust_lines
from emulator.server.local_authority import AUTHORITY_LASTS, LocalAuthority, local_authority
from emulator.server.serving import NEAR, PortError, listen
from emulator.settings import load
from emulator.testing import SellerServer

NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - ssl compares with the real time
PAGE = (Path(__file__).parents[2] / "docs/https.md").read_text("utf-8")
CLIENTS = {
    "curl": "{trust} -sS {url}",
    "PHP": "{trust} client.php {url}",
    "Node": "{trust} client.mjs {url}",
    "Python": "{trust} client.py {url}",
    "Go": "{trust} {url}",
    "Java": "{keytool} && {trust} Client.java {url}",
}
"""By client, how a program is run by the printed line."""
SOURCES = {
    "client.php": """<?php
if (extension_loaded("curl")) {
    $curl = curl_init($argv[1]);
    curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
    curl_exec($curl) or exit(curl_error($curl));
}
echo file_get_contents($argv[1]);
""",
    "client.mjs": """
import https from "node:https";
await new Promise((done, fail) => https.get(process.argv[2], done).on("error", fail));
console.log(await (await fetch(process.argv[2])).text());
process.exit();
""",
    "client.py": """
import asyncio, sys
from urllib.request import urlopen
import aiohttp, httpx, requests
url = sys.argv[1]
async def call():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()
requests.get(url, timeout=30)
httpx.get(url)
asyncio.run(call())
print(urlopen(url).read().decode())
""",
    "go.mod": "module client\n",
    "main.go": """package main

import ("io"; "net/http"; "os")

func main() {
	answer, err := http.Get(os.Args[1])
	if err != nil { panic(err) }
	io.Copy(os.Stdout, answer.Body)
}
""",
    "Client.java": """
public class Client {
    public static void main(String[] a) throws Exception {
        System.out.write(new java.net.URL(a[0]).openStream().readAllBytes());
        System.out.flush();
    }
}
""",
}


@pytest.fixture(scope="module")
def secure_server() -> Iterator[SellerServer]:
    with SellerServer("--tls", "--tls-name", "seller.test", "--workers", "1") as server:
        yield server


def line_of(server: SellerServer, name: str) -> str:
    """A line of the banner without its name."""
    lines = (line.strip().partition(" ") for line in server.banner.splitlines())
    return next(rest.strip() for first, _, rest in lines if first == name)


@pytest.mark.parametrize(
    "client",
    [
        pytest.param(client, marks=pytest.mark.full_only("the others; a first compilation is long"))
        if client == "Go"
        else client
        for client in CLIENTS
    ],
)
def test_a_program_trusts_the_server_by_the_printed_line(
    secure_server: SellerServer, client: str, tmp_path: Path
) -> None:
    """With each of the usual libraries of its language."""
    trust = line_of(secure_server, client)
    keytool = line_of(secure_server, "keytool")
    program = next(word for word in trust.split() if "=" not in word)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    if shutil.which(program, path=path) is None:
        pytest.skip(f"{program} is not installed")
    for name, source in SOURCES.items():
        (tmp_path / name).write_text(source)
    address = line_of(secure_server, "https").removesuffix("/billmgr")
    command = CLIENTS[client].format(
        trust=trust, keytool=keytool, url=f"{address}/_mockseller/health"
    )
    process = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": path},
    )  # fmt: skip
    assert '"status"' in process.stdout, process.stderr


def test_the_page_has_the_printed_lines() -> None:
    for client, line in trust_lines(Path("CA")).items():
        assert f"`{line}" in PAGE, client


def test_a_client_that_does_not_trust_the_authority_refuses(secure_server: SellerServer) -> None:
    host, port = line_of(secure_server, "https").split("/")[2].split(":")
    with (
        socket.create_connection((host, int(port)), timeout=30) as raw,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(raw, server_hostname=host)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "seller.test"])
def test_the_certificate_is_valid_for_this_computer_and_the_names_that_were_given(
    secure_server: SellerServer, name: str
) -> None:
    host, port = line_of(secure_server, "https").split("/")[2].split(":")
    context = ssl.create_default_context(cafile=f"{secure_server.folder}/tls/ca.pem")
    with (
        socket.create_connection((host, int(port)), timeout=30) as raw,
        context.wrap_socket(raw, server_hostname=name) as secured,
    ):
        assert secured.version() in {"TLSv1.2", "TLSv1.3"}
        head = f"GET /_mockseller/health HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n"
        secured.sendall(head.replace("Host: ::1", "Host: [::1]").encode())
        assert secured.recv(100).startswith(b"HTTP/1.1 200 "), "its name is one of the server's"


def test_an_authority_is_made_once_and_its_key_is_for_its_owner_only(tmp_path: Path) -> None:
    first, second = local_authority(tmp_path, NOW), local_authority(tmp_path, NOW)
    assert second.certificate == first.certificate
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in tmp_path.glob("*.pem")} == {
        "authority.pem": "0o600", "ca.pem": "0o644",
    }  # fmt: skip
    assert b"PRIVATE" not in first.file.read_bytes()


def test_servers_that_start_at_once_have_one_authority(tmp_path: Path) -> None:
    together = threading.Barrier(8)

    def start(_: int) -> LocalAuthority:
        together.wait(30)
        return local_authority(tmp_path / "tls", NOW)

    with ThreadPoolExecutor(8) as starting:
        authorities = list(starting.map(start, range(8)))
    assert len({authority.certificate for authority in authorities}) == 1


def test_an_authority_is_replaced_while_certificates_of_it_would_outlive_it(
    tmp_path: Path,
) -> None:
    first = local_authority(tmp_path, NOW)
    ends = NOW + AUTHORITY_LASTS
    assert local_authority(tmp_path, ends - timedelta(days=398)).certificate == first.certificate
    second = local_authority(tmp_path, ends - timedelta(days=396))
    assert second.certificate != first.certificate
    assert second.certificate.not_valid_after_utc > ends + timedelta(days=365)
    assert second.file.read_bytes() != b""


@pytest.mark.parametrize("content", ["", "nothing\n", "half"])
def test_a_damaged_authority_is_one_line_that_names_its_file(tmp_path: Path, content: str) -> None:
    local_authority(tmp_path, NOW)
    file = tmp_path / "authority.pem"
    file.write_text(file.read_text()[:700] if content == "half" else content)
    with pytest.raises(
        ValueError, match=f"{re.escape(str(file))} is damaged; remove it"
    ) as refused:
        local_authority(tmp_path, NOW)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "https://a.test", "a..test", "é" * 70])
def test_a_name_that_no_certificate_can_have_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="neither a host name nor an address"):
        local_authority(tmp_path, NOW).server_context([name], NOW)


def test_https_takes_the_next_free_port(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as blocker:
        port = blocker.getsockname()[1] - 1
        flags = {"tls": True, "port": port, "data": tmp_path}
        listeners = listen(load(flags, {}))
        for bound in listeners.all:
            bound.holder.close()
    assert listeners.http is not None
    assert listeners.https is not None
    assert listeners.http.port == port
    assert port + 1 < listeners.https.port <= port + NEAR


def test_a_taken_port_of_https_names_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as blocker:
        flags = {"tls": True, "port": 0, "tls_port": blocker.getsockname()[1], "data": tmp_path}
        with pytest.raises(PortError, match="choose another with --tls-port"):
            listen(load(flags, {}))
