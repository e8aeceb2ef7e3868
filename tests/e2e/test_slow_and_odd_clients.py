"""Clients that crawl, stop half-way, speak HTTP/1.0 or send too much."""

from __future__ import annotations

import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from http.client import HTTPConnection
from select import select
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.testing import SellerServer, World

HALVES = (
    b"",
    b"GET /billmgr HT",
    b"GET /billmgr HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /billmgr HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nfunc=",
)


def address(server: World) -> tuple[str, int]:
    return ("127.0.0.1", urlsplit(server.url).port or 0)


def answer_to(server: World, sent: bytes) -> bytes:
    """Everything the server says to raw bytes, until it closes."""
    with socket.create_connection(address(server), timeout=30) as raw:
        raw.sendall(sent)
        answer = b""
        while chunk := raw.recv(65_536):
            answer += chunk
    return answer


@pytest.mark.parametrize("count", [40, 200])
def test_half_open_connections_do_not_keep_health_from_answering(
    seller_process: SellerServer, count: int
) -> None:
    with ExitStack() as stack:
        halves = []
        for place in range(count):
            raw = stack.enter_context(socket.create_connection(address(seller_process), timeout=30))
            raw.sendall(HALVES[place % len(HALVES)])
            halves.append(raw)
        for _ in range(4):
            answer = httpx.get(f"{seller_process.base}/_mockseller/health", timeout=30)
            assert answer.json()["status"] == "ok"
        # Not because the server lost patience with those that came before: nobody was closed.
        assert select(halves[-8:], [], [], 0) == ([], [], [])


@pytest.mark.parametrize("name", ["Узел", "a b", "na\u00efve"])
def test_an_address_that_was_not_encoded_is_understood(seller_server: World, name: str) -> None:
    query = f"authinfo=reseller:secret&func=soft.edit&elid=100001&licname={name}&sok=ok&out=text"
    line = f"GET {seller_server.path}?{query} HTTP/1.1\r\n"
    answer = answer_to(seller_server, f"{line}Host: x\r\nConnection: close\r\n\r\n".encode())
    assert f"licname={name}\n" in answer.decode()


def test_a_request_that_arrives_byte_by_byte_is_answered(seller_server: World) -> None:
    body = b"func=whoami&authinfo=reseller:secret"
    head = f"POST {seller_server.path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with socket.create_connection(address(seller_server), timeout=30) as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in head + body:
            raw.sendall(bytes([byte]))
        answer = b""
        while chunk := raw.recv(65_536):
            answer += chunk
    assert b'name="reseller"' in answer


def test_two_requests_sent_at_once_are_both_answered(seller_server: World) -> None:
    path = f"{seller_server.path}?func=whoami&authinfo=reseller:secret"
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    answer = answer_to(seller_server, f"{head}\r\n{head}Connection: close\r\n\r\n".encode())
    assert answer.count(b'name="reseller"') == 2


@pytest.mark.parametrize("query", ["func=soft&authinfo=reseller:secret", "func=pricelist.export"])
def test_http_1_0_gets_a_length_and_no_chunks(seller_server: World, query: str) -> None:
    path = f"{seller_server.path}?{query}"
    head, _, body = answer_to(seller_server, f"GET {path} HTTP/1.0\r\n\r\n".encode()).partition(
        b"\r\n\r\n"
    )
    headers = {
        line.partition(b":")[0].lower(): line.partition(b":")[2] for line in head.splitlines()
    }
    assert b"transfer-encoding" not in headers
    assert int(headers[b"content-length"]) == len(body)
    assert body.endswith((b"</doc>\n", b"</doc>"))


def test_a_client_that_names_no_host_is_told_where_the_server_listens(
    seller_server: World,
) -> None:
    path = f"{seller_server.path}?func=whoami&authinfo=reseller:secret"
    _, port = address(seller_server)
    answer = answer_to(seller_server, f"GET {path} HTTP/1.0\r\n\r\n".encode())
    assert f'host="http://127.0.0.1:{port}"'.encode() in answer


def test_a_body_without_a_content_type_is_a_form(seller_server: World) -> None:
    body = b"func=whoami&authinfo=reseller:secret"
    head = f"POST {seller_server.path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert b'name="reseller"' in answer_to(seller_server, head + body)


def test_ten_thousand_parameters_in_an_address_are_read(seller_server: World) -> None:
    many = "&".join(f"p{number}=x" for number in range(10_000))
    path = f"{seller_server.path}?{many}&func=whoami&authinfo=reseller:secret"
    assert b'name="reseller"' in answer_to(seller_server, f"GET {path} HTTP/1.0\r\n\r\n".encode())


def test_an_endless_address_is_cut_off(seller_server: World) -> None:
    with socket.create_connection(address(seller_server), timeout=30) as raw:
        raw.sendall(b"GET /")
        with pytest.raises(OSError, match=r"reset|Broken pipe"):  # noqa: PT012 - any of them may fail
            for _ in range(1000):
                raw.sendall(b"a" * 65_536)
    assert httpx.get(seller_server.url, params={"out": "xml"}, timeout=30).status_code == 200


def test_nine_megabytes_are_refused_with_a_document(seller_server: World) -> None:
    answer = httpx.post(
        seller_server.url, content=b"x=" + b"a" * 9 * 1024 * 1024, timeout=60,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )  # fmt: skip
    assert answer.status_code == 200
    assert '<error type="limit" object="body"' in answer.text


def test_a_body_that_waits_to_be_asked_for_is_asked_for(seller_server: World) -> None:
    body = b"func=whoami&authinfo=reseller:secret"
    head = (
        f"POST {seller_server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(address(seller_server), timeout=30) as raw:
        raw.sendall(head.encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 100")
        raw.sendall(body)
        answer = b""
        while chunk := raw.recv(65_536):
            answer += chunk
    assert b'name="reseller"' in answer


def test_a_client_that_never_pauses_keeps_no_thread_from_others() -> None:
    with SellerServer("--workers", "1", "--threads", "1") as server:
        query = "authinfo=reseller:secret&func=whoami"
        begun = threading.Event()

        def never_pause() -> None:
            client = HTTPConnection(*address(server), timeout=30)
            for _ in range(500):
                client.request("GET", f"/billmgr?{query}")
                client.getresponse().read()
                begun.set()
            client.close()

        with ThreadPoolExecutor(1) as calling:
            calls = calling.submit(never_pause)
            begun.wait(30)
            server.call("soft")
            calls.result(30)
        functions = [entry["func"] for entry in server.journal.entries(limit=1000)]
        assert functions.count("whoami") == 500
        assert 0 < functions.index("soft") < 500, "served while the first went on"
