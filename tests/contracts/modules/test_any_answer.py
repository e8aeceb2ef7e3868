"""Whatever an endpoint answers, every rule has a verdict, and nothing is raised."""

from __future__ import annotations

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.checks.modules import RULES, examine
from contracts.verdicts import Outcome
from tests.contracts.modules.stand import BUY, URL, Clock, by_name

NAMES = st.sampled_from(
    ["doc", "error", "pricelist", "price", "period", "list", "elem", "id", "cost", "ok", "balance"]
)
TEXTS = st.one_of(
    st.sampled_from(["1", "month", "EUR", "itemlist", "12.00", "func=order", "9999-12-31"]),
    st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=12),
)


@st.composite
def nodes(draw: st.DrawFn, depth: int = 3) -> str:
    name = draw(NAMES)
    text = draw(TEXTS).replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
    attributes = "".join(
        f' {key}="{text}"'
        for key in draw(
            st.lists(
                st.sampled_from(["type", "length", "cost", "currency", "name", "object"]),
                unique=True,
                max_size=4,
            )
        )
    )
    inner = draw(st.lists(nodes(depth - 1), max_size=3)) if depth else []
    return f"<{name}{attributes}>{text}{''.join(inner)}</{name}>"


BODIES = st.one_of(st.binary(max_size=200), nodes().map(lambda text: f"<doc>{text}</doc>".encode()))


@pytest.mark.full_only("test_mutants plants hostile answers one by one")
@settings(max_examples=150, deadline=None)
@given(st.lists(BODIES, min_size=1, max_size=4), st.sampled_from([200, 204, 302, 401, 500]))
def test_every_rule_has_a_verdict(bodies: list[bytes], status: int) -> None:
    requests = []

    def answer(request: httpx.Request) -> httpx.Response:
        requests.append(request)
        body = bodies[len(requests) % len(bodies)]
        return httpx.Response(status, content=body, headers={"Content-Type": "text/xml"})

    clock = Clock()
    run = examine(URL, BUY, transport=httpx.MockTransport(answer), clock=clock, wait=clock.wait)
    assert [verdict.name for verdict in run.verdicts] == list(RULES)
    assert all(verdict.messages for verdict in run.verdicts if verdict.outcome is not Outcome.PASS)
    assert by_name(run)["payment-done"].outcome is not Outcome.PASS
