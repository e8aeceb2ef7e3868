"""Clients that crawl, stop half-way, speak HTTP/1.0 or send too much, over HTTP and HTTPS."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.server.buffering_worker import REQUEST_TIMEOUT, BodyReader
from emulator.testing import SellerServer

TLS_RECORD = 16_384
"""Bytes; TLS is read in these."""
HALVES = (
    b"",
    b"GET /billmgr HT",
    b"GET /billmgr HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ",
    b"POST /billmgr HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n\r\nfunc=",
)


@dataclass(frozen=True)
class Endpoint:
    """One of the two ports of a server."""

    server: SellerServer
    url: str
    tls: ssl.SSLContext | None

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", urlsplit(self.url).port or 0)

    def connect(self) -> socket.socket:
        raw = socket.create_connection(self.address, timeout=30)
        if self.tls is None:
            return raw
        # A connection that ends without TLS saying so is an error here.
        return self.tls.wrap_socket(raw, server_hostname="127.0.0.1", suppress_ragged_eofs=False)

    def answer_to(self, sent: bytes) -> bytes:
        """Everything the server says to raw bytes, until it closes."""
        with self.connect() as raw:
            raw.sendall(sent)
            answer = b""
            while chunk := raw.recv(65_536):
                answer += chunk
        return answer

    def get(self, path: str) -> httpx.Response:
        base = self.url.removesuffix("/billmgr")
        verify = True if self.tls is None else self.tls
        return httpx.get(f"{base}{path}", verify=verify, trust_env=False, timeout=30)


def endpoint_of(server: SellerServer, scheme: str) -> Endpoint:
    if scheme == "http":
        return Endpoint(server, server.url, None)
    lines = [line.split() for line in server.banner.splitlines()]
    url = next(line[1] for line in lines if line[:1] == ["https"])
    return Endpoint(server, url, ssl.create_default_context(cafile=f"{server.folder}/tls/ca.pem"))


@pytest.fixture(scope="module")
def two_ports() -> Iterator[SellerServer]:
    with SellerServer("--tls") as server:
        yield server


@pytest.fixture(params=["http", "https"])
def endpoint(two_ports: SellerServer, request: pytest.FixtureRequest) -> Endpoint:
    return endpoint_of(two_ports, request.param)


def client_hello() -> bytes:
    """The first bytes of a client that begins TLS."""
    sent = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), sent, server_hostname="x")
    with suppress(ssl.SSLWantReadError):
        client.do_handshake()
    return sent.read()


@pytest.mark.parametrize("count", [40, 200])
def test_half_open_connections_do_not_keep_health_from_answering(
    endpoint: Endpoint, count: int
) -> None:
    with ExitStack() as stack:
        halves = []
        for place in range(count):
            raw = stack.enter_context(endpoint.connect())
            raw.sendall(HALVES[place % len(HALVES)])
            halves.append(raw)
        for _ in range(4):
            assert endpoint.get("/_mockseller/health").json()["status"] == "ok"
        # Not because the server lost patience with those that came before: nobody was closed.
        assert_open(halves[-8:])


def assert_open(connections: Sequence[socket.socket]) -> None:
    """That the server has closed none of them; TLS may have sent tickets meanwhile."""
    for connection in connections:
        connection.settimeout(0)
        with pytest.raises((BlockingIOError, ssl.SSLWantReadError)):
            connection.recv(1)


def test_forty_half_open_handshakes_keep_nobody_from_being_answered(
    two_ports: SellerServer,
) -> None:
    endpoint = endpoint_of(two_ports, "https")
    hello = client_hello()
    with ExitStack() as stack:
        halves = []
        for place in range(40):
            raw = stack.enter_context(socket.create_connection(endpoint.address, timeout=30))
            raw.sendall(hello[: (0, 3, 100, len(hello) - 1)[place % 4]])
            halves.append(raw)
        for reached in (endpoint, endpoint_of(two_ports, "http")):
            for _ in range(4):
                assert reached.get("/_mockseller/health").json()["status"] == "ok"
        assert_open(halves[-8:])


def test_plain_http_to_the_port_of_https_is_closed_and_disturbs_nobody(
    two_ports: SellerServer,
) -> None:
    endpoint = endpoint_of(two_ports, "https")
    with socket.create_connection(endpoint.address, timeout=30) as raw:
        raw.sendall(b"GET /billmgr HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        with suppress(ConnectionResetError):
            assert b"HTTP" not in raw.recv(1000)
    assert endpoint.get("/_mockseller/health").json()["status"] == "ok"
    assert "Traceback" not in two_ports.errors


def test_the_same_worlds_are_behind_both_ports_and_each_says_its_own_address(
    two_ports: SellerServer,
) -> None:
    query = "/billmgr?func=whoami&authinfo=reseller:secret"
    for scheme in ("http", "https"):
        endpoint = endpoint_of(two_ports, scheme)
        _, port = endpoint.address
        assert f'host="{scheme}://127.0.0.1:{port}"' in endpoint.get(query).text


def test_a_request_behind_a_long_body_is_answered(endpoint: Endpoint) -> None:
    """A thread reads the long body; TLS may have decrypted the next request along with its end."""
    path = "/billmgr?func=whoami&authinfo=reseller:secret"
    first = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n"
    first += "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    # The last record of TLS has the end of the body, which is read at once, and all that follows.
    body = b"a" * (4_000_000 - 4_000_000 % TLS_RECORD + 10_000 - len(first))
    first = first.replace("4000000", str(len(body)))
    second = f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = endpoint.answer_to(first.encode() + body + second.encode())
    assert answer.count(b"HTTP/1.1 200") == 2


@pytest.mark.parametrize("name", ["Узел", "a b", "na\u00efve"])
def test_an_address_that_was_not_encoded_is_understood(endpoint: Endpoint, name: str) -> None:
    query = f"authinfo=reseller:secret&func=soft.edit&elid=100001&licname={name}&sok=ok&out=text"
    line = f"GET {endpoint.server.path}?{query} HTTP/1.1\r\n"
    answer = endpoint.answer_to(f"{line}Host: x\r\nConnection: close\r\n\r\n".encode())
    assert f"licname={name}\n" in answer.decode()


def test_a_request_that_arrives_byte_by_byte_is_answered(endpoint: Endpoint) -> None:
    body = b"func=whoami&authinfo=reseller:secret"
    head = f"POST {endpoint.server.path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    with endpoint.connect() as raw:
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in head + body:
            raw.sendall(bytes([byte]))
        answer = b""
        while chunk := raw.recv(65_536):
            answer += chunk
    assert b'name="reseller"' in answer


def test_two_requests_sent_at_once_are_both_answered(endpoint: Endpoint) -> None:
    path = f"{endpoint.server.path}?func=whoami&authinfo=reseller:secret"
    head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    answer = endpoint.answer_to(f"{head}\r\n{head}Connection: close\r\n\r\n".encode())
    assert answer.count(b'name="reseller"') == 2


@pytest.mark.parametrize("query", ["func=soft&authinfo=reseller:secret", "func=pricelist.export"])
def test_http_1_0_gets_a_length_and_no_chunks(endpoint: Endpoint, query: str) -> None:
    path = f"{endpoint.server.path}?{query}"
    head, _, body = endpoint.answer_to(f"GET {path} HTTP/1.0\r\n\r\n".encode()).partition(
        b"\r\n\r\n"
    )
    headers = {
        line.partition(b":")[0].lower(): line.partition(b":")[2] for line in head.splitlines()
    }
    assert b"transfer-encoding" not in headers
    assert int(headers[b"content-length"]) == len(body)
    assert body.endswith((b"</doc>\n", b"</doc>"))


def test_a_client_that_names_no_host_is_told_where_the_server_listens(
    endpoint: Endpoint,
) -> None:
    path = f"{endpoint.server.path}?func=whoami&authinfo=reseller:secret"
    origin = endpoint.url.removesuffix("/billmgr")
    answer = endpoint.answer_to(f"GET {path} HTTP/1.0\r\n\r\n".encode())
    assert f'host="{origin}"'.encode() in answer


def test_a_body_without_a_content_type_is_a_form(endpoint: Endpoint) -> None:
    body = b"func=whoami&authinfo=reseller:secret"
    head = f"POST {endpoint.server.path} HTTP/1.0\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    assert b'name="reseller"' in endpoint.answer_to(head + body)


def test_ten_thousand_parameters_in_an_address_are_read(endpoint: Endpoint) -> None:
    many = "&".join(f"p{number}=x" for number in range(10_000))
    path = f"{endpoint.server.path}?{many}&func=whoami&authinfo=reseller:secret"
    assert b'name="reseller"' in endpoint.answer_to(f"GET {path} HTTP/1.0\r\n\r\n".encode())


def test_an_endless_address_is_cut_off(endpoint: Endpoint) -> None:
    with endpoint.connect() as raw:
        raw.sendall(b"GET /")
        with pytest.raises(OSError, match=r"reset|Broken pipe|EOF occurred"):  # noqa: PT012 - any of them may fail
            for _ in range(1000):
                raw.sendall(b"a" * 65_536)
    assert endpoint.get("/billmgr?out=xml").status_code == 200


def test_nine_megabytes_are_refused_with_a_document(endpoint: Endpoint) -> None:
    answer = httpx.post(
        endpoint.url, content=b"x=" + b"a" * 9 * 1024 * 1024, timeout=60, trust_env=False,
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        verify=True if endpoint.tls is None else endpoint.tls,
    )  # fmt: skip
    assert answer.status_code == 200
    assert '<error type="limit" object="body"' in answer.text


def test_a_body_that_waits_to_be_asked_for_is_asked_for(endpoint: Endpoint) -> None:
    body = b"func=whoami&authinfo=reseller:secret"
    head = (
        f"POST {endpoint.server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nExpect: 100-continue\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with endpoint.connect() as raw:
        raw.sendall(head.encode())
        assert raw.recv(1000).startswith(b"HTTP/1.1 100")
        raw.sendall(body)
        answer = b""
        while chunk := raw.recv(65_536):
            answer += chunk
    assert b'name="reseller"' in answer


@pytest.mark.parametrize("rest", [b"zz\r\nfunc=whoami", b"5\r\nfuncX", b"5\r\nfu"])
def test_a_body_with_malformed_chunks_is_a_bad_request_and_no_error_of_the_server(
    endpoint: Endpoint, rest: bytes
) -> None:
    with endpoint.connect() as raw:
        raw.sendall(
            f"POST {endpoint.server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        raw.sendall(rest)
        if endpoint.tls is None:
            raw.shutdown(socket.SHUT_WR)
        else:
            raw.sendall(b"\r\nzz\r\n")
        answer = raw.recv(1000)
    assert answer.startswith(b"HTTP/1.1 400"), answer
    assert "Traceback" not in endpoint.server.errors


def test_a_thread_waits_for_the_rest_of_a_body_but_not_for_ever() -> None:
    mine, theirs = socket.socketpair()
    limits: list[float | None] = []

    class Reader:
        def read(self, size: int) -> bytes:
            limits.append(mine.gettimeout())
            return mine.recv(size)

    with mine, theirs:
        theirs.sendall(b"rest")
        assert BodyReader(Reader(), mine).read(10) == b"rest"
        theirs.close()
        assert limits == [pytest.approx(REQUEST_TIMEOUT, abs=5)]
        assert mine.gettimeout() is None


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_client_that_never_pauses_keeps_no_thread_from_others(scheme: str) -> None:
    with SellerServer("--workers", "1", "--threads", "1", "--tls") as server:
        endpoint = endpoint_of(server, scheme)
        query = "authinfo=reseller:secret&func=whoami"
        begun = threading.Event()

        def never_pause() -> None:
            host, port = endpoint.address
            client: HTTPConnection = (
                HTTPConnection(host, port, timeout=30)
                if endpoint.tls is None
                else HTTPSConnection(host, port, timeout=30, context=endpoint.tls)
            )
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
