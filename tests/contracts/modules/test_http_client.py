"""What a line makes of a network that misbehaves."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

import httpx
import pytest
import trustme
from werkzeug.serving import make_server

from contracts.checks.modules import RULES, Options, examine
from contracts.checks.modules.answer import read
from contracts.checks.modules.http_client import MAX_BODY, EndpointClient
from contracts.checks.runner import Results
from contracts.target.seller import CannotRun
from contracts.verdicts import Outcome
from tests.contracts.modules.stand import URL, Clock, Wsgi, by_name, standing, wrong


@contextmanager
def served(app: Wsgi, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    server = make_server("127.0.0.1", 0, app, threaded=True, ssl_context=tls)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"{'https' if tls else 'http'}://localhost:{server.server_port}/billmgr"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_certificate_nobody_knows_is_told_and_the_rest_is_judged(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("localhost").configure_cert(tls)
    with standing(tmp_path) as stand, served(stand.endpoint, tls) as url:
        run = examine(url)
        assert wrong(run) == {"certificate": Outcome.WARN}
        assert "certificate" in by_name(run)["certificate"].messages[0]
        accepted = examine(url, Options(insecure=True))
    assert by_name(accepted)["certificate"].messages == ("--insecure accepts any",)


def test_nobody_at_the_address_cannot_be_judged() -> None:
    with pytest.raises(CannotRun, match="cannot be reached"):
        examine("http://127.0.0.1:1/billmgr")


@pytest.mark.parametrize("url", ["shop.test/billmgr", "ftp://shop.test/", "http://", "http://a:b/"])
def test_an_address_that_is_none_is_refused_in_words(url: str) -> None:
    with pytest.raises(ValueError, match="is not a URL"):
        EndpointClient(url, timeout=1.0)


@pytest.mark.parametrize(
    ("problem", "text"),
    [
        (httpx.ReadError("reset by peer"), "the connection broke: reset by peer"),
        (httpx.ReadTimeout("silence"), "no whole answer within 30 s"),
        (httpx.ConnectError("refused"), "the connection was refused: refused"),
    ],
)
def test_an_answer_that_does_not_come_breaks_one_rule(
    problem: httpx.TransportError, text: str
) -> None:
    requests = []

    def lose(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        if len(requests) == 1:
            return httpx.Response(200, content=b"<doc/>")
        raise problem

    results = Results(RULES)
    with EndpointClient(URL, timeout=30.0, transport=httpx.MockTransport(lose)) as line:
        line.send({"func": "basket"})
        reading = read(line.send({"func": "basket"}), "basket", results, slow=5.0)
    assert reading.root is None
    assert results.failures() == [f"answers: basket: {text}"]


class Drip(httpx.SyncByteStream):
    """A body that comes piece by piece, each after some seconds."""

    def __init__(self, clock: Clock, seconds: float, piece: bytes) -> None:
        self._clock, self._seconds, self._piece = clock, seconds, piece
        self.sent = 0

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(1000):
            self._clock.now += self._seconds
            self.sent += 1
            yield self._piece


def test_a_body_that_drips_is_left_when_the_time_is_over() -> None:
    clock = Clock()
    drip = Drip(clock, 2.0, b" ")
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=drip))
    with EndpointClient(URL, timeout=30.0, transport=transport, clock=clock) as line:
        reply = line.send({"func": "basket"})
    assert reply.problem == "no whole answer within 30 s"
    assert drip.sent == 16


def test_a_body_without_an_end_is_cut() -> None:
    clock = Clock()
    drip = Drip(clock, 0.0, b"x" * (MAX_BODY // 4))
    transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=drip))
    with EndpointClient(URL, timeout=30.0, transport=transport, clock=clock) as line:
        reply = line.send({"func": "basket"})
    assert reply.cut
    assert drip.sent == 5
    assert len(reply.call.answer) < MAX_BODY


def test_a_redirect_is_not_followed_and_a_cookie_not_kept() -> None:
    requests: list[httpx.Request] = []

    def move(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        headers = {"Location": "http://other.test/", "Set-Cookie": "billmgrses5=1"}
        return httpx.Response(302, headers=headers)

    with EndpointClient(URL, timeout=30.0, transport=httpx.MockTransport(move)) as line:
        line.send({"func": "basket"})
        reply = line.send({"func": "basket"})
    assert (reply.status, [request.url.host for request in requests]) == (302, ["shop.test"] * 2)
    assert "Cookie" not in requests[1].headers


def test_what_the_address_asks_already_stays() -> None:
    requests: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        return httpx.Response(200, content=b"<doc/>")

    url = f"{URL}?route=panel"
    with EndpointClient(url, timeout=30.0, transport=httpx.MockTransport(answer)) as line:
        line.send({"func": "basket"}, method="GET")
        line.send({"func": "basket"}, method="POST")
    assert requests[0].url.query == b"route=panel&func=basket"
    assert (requests[1].url.query, requests[1].content) == (b"route=panel", b"func=basket")


def test_an_address_with_a_login_is_refused_without_repeating_it() -> None:
    with pytest.raises(ValueError, match="may contain no login") as text:
        EndpointClient("http://ada:her-password@shop.test/billmgr", timeout=1)
    assert "her-password" not in str(text.value)
