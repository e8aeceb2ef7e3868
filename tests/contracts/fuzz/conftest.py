from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl

import pytest

from contracts.checks.fuzz.declarations import Declarations
from contracts.target.seller import Seller as JudgedSeller
from contracts.target.seller import connect_wsgi
from emulator.testing import Seller

Wsgi = Callable[..., Iterable[bytes]]
Params = Mapping[str, str]
Changed = tuple[str, bytes]


@dataclass
class Mutant:
    """Our seller with one fault: ``answer`` gets the status and the body and may change them.

    ``replaced_by`` and ``preceded_by`` return the form of another request, which is sent instead of
    a request or before it, or None. ``requests`` are the parameters of those that came.
    """

    wsgi: Wsgi
    answer: Callable[[Params, str, bytes], Changed] = lambda _, status, body: (status, body)
    replaced_by: Callable[[Params], Params | None] = lambda _: None
    preceded_by: Callable[[Params], Params | None] = lambda _: None
    requests: list[Params] = field(default_factory=list)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        if "billmgr" not in environ["PATH_INFO"]:
            return self.wsgi(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        query = environ["QUERY_STRING"]
        params = dict(
            parse_qsl(f"{query}&{body.decode('utf-8', 'replace')}", keep_blank_values=True)
        )
        self.requests.append(params)
        if other := self.preceded_by(params):
            self._called(environ, other)
        environ["wsgi.input"] = BytesIO(body)
        status, headers, answer = self._answered(environ)
        if other := self.replaced_by(params):
            status, headers, answer = self._called(environ, other)
        status, answer = self.answer(params, status, answer)
        others = [(n, v) for n, v in headers if n.lower() != "content-length"]
        start_response(status, [*others, ("Content-Length", str(len(answer)))])
        return [answer]

    def _answered(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        answer: list[Any] = []

        def keep(status: str, headers: list[tuple[str, str]], *_: object) -> None:
            answer[:] = [status, headers]

        body = b"".join(self.wsgi(environ, keep))
        return answer[0], answer[1], body

    def _called(
        self, environ: dict[str, Any], params: Params
    ) -> tuple[str, list[tuple[str, str]], bytes]:
        from urllib.parse import urlencode

        body = urlencode(params).encode()
        return self._answered(
            {
                **environ,
                "REQUEST_METHOD": "POST",
                "QUERY_STRING": "",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": BytesIO(body),
            }
        )


def sub(pattern: str, text: str) -> Callable[[Params, str, bytes], Changed]:
    return lambda _, status, body: (status, re.sub(pattern.encode(), text.encode(), body))


@pytest.fixture(scope="session")
def declared() -> Declarations:
    return Declarations()


@pytest.fixture(scope="module")
def honest() -> Iterator[Seller]:
    with Seller() as seller:
        yield seller


@pytest.fixture
def judged(honest: Seller) -> Iterator[JudgedSeller]:
    with connect_wsgi(honest.wsgi) as seller:
        yield seller
