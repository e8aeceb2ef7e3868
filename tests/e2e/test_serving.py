"""The command as people start it: what it prints, what it refuses, how it stops."""

from __future__ import annotations

import os
import shlex
import signal
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from select import select
from urllib.parse import urlsplit
from xml.etree.ElementTree import fromstring

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from emulator.testing import SellerServer

WORLDS = "bound, busy, daily, empty, hoster, russian, sandbox, small, strict, subtypes"

COMMAND = [sys.executable, "-m", "emulator.cli"]


def serve(*options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Starts a server that is expected to refuse."""
    return subprocess.run(
        [*COMMAND, "serve", *options],
        capture_output=True, text=True, timeout=60, check=False, env={**os.environ, **environ},
    )  # fmt: skip


def children_of(process: int) -> list[int]:
    return [int(n) for n in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def has_ended(watched: int) -> bool:
    """Whether a process has ended; one that was killed for being slow ends after its parent."""
    try:
        return bool(select([watched], [], [], 30)[0])
    finally:
        os.close(watched)


def has_address(host: str) -> bool:
    """Whether this machine answers to an address; a Python that knows IPv6 says nothing of it."""
    try:
        with socket.create_server((host, 0), family=socket.AF_INET6):
            return True
    except OSError:
        return False


def test_the_printed_line_orders_a_license_as_often_as_it_is_pasted(
    seller_process: SellerServer,
) -> None:
    line = next(line for line in seller_process.banner.splitlines() if line.startswith("curl "))
    ids = []
    for _ in range(2):
        process = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
        ids.append(int(fromstring(process.stdout).findtext("id") or 0))  # noqa: S314 - our own answer
    assert ids[1] > ids[0] > 100_000


def test_the_printed_line_in_bjson_answers_with_id_v(seller_process: SellerServer) -> None:
    line = next(line for line in seller_process.banner.splitlines() if line.startswith("curl "))
    process = subprocess.run(
        ["sh", "-c", line.replace("out=xml", "out=bjson")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert '"id":{"v":"10' in process.stdout.replace(" ", "")


def test_the_banner_names_address_login_and_password(seller_process: SellerServer) -> None:
    words = [line.split() for line in seller_process.banner.splitlines()]
    assert ["address", seller_process.url] in words
    assert ["login", "reseller"] in words
    assert ["password", "secret"] in words
    assert "  worlds    /" in seller_process.banner
    assert urlsplit(seller_process.url).port not in {0, 1500}


def test_the_printed_line_to_begin_anew_resets_this_server_and_no_other(tmp_path: Path) -> None:
    with SellerServer() as server:
        server.order()
        line = server.banner.partition("begin anew: ")[2].splitlines()[0]
        program = f"{shlex.quote(sys.executable)} -m "
        elsewhere = {**os.environ, "XDG_DATA_HOME": str(tmp_path)}
        subprocess.run(["sh", "-c", program + line], env=elsewhere, capture_output=True, check=True)
        assert server.account()["balance"] == "1000.00"


def test_a_server_for_others_prints_their_address_and_a_link_that_opens() -> None:
    with SellerServer("--host", "0.0.0.0") as server:  # noqa: S104 - this is what is tested
        words = (line.split() for line in server.banner.splitlines() if line.startswith("  "))
        lines = {name: rest[0] for name, *rest in words}
        port, token = urlsplit(server.url).port, lines["token"]
        assert len(token) >= 16
        assert lines["others"] == f"http://{urlsplit(lines['console']).hostname}:{port}/billmgr"
        link = f"http://127.0.0.1:{port}/_mockseller/console?token={token}"
        with httpx.Client(follow_redirects=True) as browser:
            assert browser.get(link.partition("?")[0]).status_code == 401
            page = browser.get(link)
        assert page.status_code == 200
        assert token not in str(page.url) + page.text


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        process = serve("--port", str(port), "--data", str(tmp_path / "data"))
    line = f"port {port} on 127.0.0.1 is in use; choose another with --port, or 0 for a free one"
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == f"Error: {line}\n"
    assert not (tmp_path / "data").exists()


def test_a_port_taken_by_another_seller_is_taken(
    seller_process: SellerServer, tmp_path: Path
) -> None:
    port = str(urlsplit(seller_process.url).port)
    process = serve("--port", port, "--data", str(tmp_path))
    assert process.returncode == 2
    assert f"port {port} on 127.0.0.1 is in use" in process.stderr


@pytest.mark.parametrize(
    ("options", "environ", "line"),
    [
        (["--port", "x"], {}, 'port (from --port): "x" is not a whole number'),
        (["--workers", "0"], {}, "workers (from --workers): 0 is not between 1 and 64"),
        ([], {"MOCKSELLER_THREADS": "no"},
         'threads (from MOCKSELLER_THREADS): "no" is not a whole number'),
        (["--cert", "none.pem"], {}, 'cert (from --cert): there is no file "none.pem"'),
        (["--fixture", "nope", "--port", "0"], {},
         f'fixture: there is no shipped world "nope"; choose one of {WORLDS}'),
        (["--host", "192.0.2.1", "--port", "0"], {},
         "cannot listen on 192.0.2.1 port 0: Cannot assign requested address"),
    ],
)  # fmt: skip
def test_a_bad_setting_is_one_line_that_names_it(
    tmp_path: Path, options: list[str], environ: dict[str, str], line: str
) -> None:
    process = serve("--data", str(tmp_path), *options, **environ)
    assert process.returncode == 2
    assert process.stderr == f"Error: {line}\n"


def test_settings_come_from_a_file_too(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('colour = "red"\n', encoding="utf-8")
    process = serve("--config", str(file))
    assert process.stderr == f"Error: {file}: colour: unknown setting (line 1)\n"


@pytest.mark.every(2)
@pytest.mark.parametrize("host", ["localhost", "::1"])
def test_a_name_or_an_ipv6_address_can_be_listened_on(host: str) -> None:
    if ":" in host and not has_address(host):
        pytest.skip("this machine has no IPv6")
    with SellerServer("--host", host, "--workers", "1") as server:
        assert server.control("GET", "/health")["status"] == "ok"
        assert server.call("soft").error is None


def test_https_is_served_with_a_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1", "localhost")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    for blob in issued.cert_chain_pems:
        blob.write_to_path(cert, append=True)
    issued.private_key_pem.write_to_path(key)
    with SellerServer("--cert", str(cert), "--key", str(key)) as server:
        context = ssl.create_default_context()
        authority.configure_trust(context)
        assert server.url.startswith("https://127.0.0.1:")
        with httpx.Client(verify=context, trust_env=False, timeout=60) as client:
            answer = client.post(server.url, data={"func": "soft", "authinfo": "reseller:secret"})
        assert "<elem>" in answer.text
        line = next(line for line in server.banner.splitlines() if line.startswith("curl "))
        process = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True)
        assert "<id>" in process.stdout


def encrypted(key: bytes) -> bytes:
    """A private key (PEM) behind a password."""
    form = serialization.PrivateFormat.PKCS8
    locked = serialization.BestAvailableEncryption(b"password")
    loaded = serialization.load_pem_private_key(key, None)
    return loaded.private_bytes(serialization.Encoding.PEM, form, locked)


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        ("foreign", "cert, key: CERT and KEY do not belong together"),
        ("junk", "cert, key: CERT and KEY are no certificate and its key, in PEM"),
        ("swapped", "cert, key: CERT and KEY are no certificate and its key, in PEM"),
        ("encrypted", "key: it is encrypted; a server needs one without a password"),
        pytest.param(
            "unreadable",
            "cert: Input/output error",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="the file is in /proc"),
        ),
    ],
)
def test_a_certificate_that_cannot_be_used_is_one_line_and_nothing_happens(
    tmp_path: Path, wrong: str, line: str
) -> None:
    first, second = trustme.CA().issue_cert("a"), trustme.CA().issue_cert("b")
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(first.cert_chain_pems[0].bytes())
    own_key = first.private_key_pem.bytes()
    contents = {
        "foreign": second.private_key_pem.bytes(),
        "junk": b"junk\n",
        "swapped": cert.read_bytes(),
        "encrypted": encrypted(own_key),
    }
    key.write_bytes(contents.get(wrong, own_key))
    if wrong == "unreadable":
        cert = Path("/proc/self/mem")  # opens, and cannot be read from its beginning
    folder = tmp_path / "d"
    process = serve("--cert", str(cert), "--key", str(key), "--port", "0", "--data", str(folder))
    expected = line.replace("CERT", str(cert)).replace("KEY", str(key))
    assert (process.returncode, process.stderr) == (2, f"Error: {expected}\n")
    assert not folder.exists()


@pytest.mark.every(2)
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_the_server_and_all_its_children(
    own_server: SellerServer, how: signal.Signals
) -> None:
    process = own_server.process
    children = children_of(process.pid)
    assert len(children) == 2
    watched = [os.pidfd_open(child) for child in children]
    process.send_signal(how)
    assert process.wait(60) == 0
    assert [has_ended(child) for child in watched] == [True, True]
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", urlsplit(own_server.url).port or 0), timeout=30)
    assert "Traceback" not in own_server.errors


def test_no_password_is_ever_logged(own_server: SellerServer) -> None:
    address = ("127.0.0.1", urlsplit(own_server.url).port or 0)
    for line in (b"GET /billmgr?authinfo=reseller:hidden1 WRONG", b"GET /x?authinfo=a:hidden1"):
        with socket.create_connection(address, timeout=30) as raw:
            raw.sendall(line + b"\r\n\r\n")
            raw.recv(1000)
    own_server.call("soft", authinfo="reseller:hidden1")
    assert "hidden1" not in own_server.errors
