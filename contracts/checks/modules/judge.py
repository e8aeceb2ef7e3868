"""The judge of endpoints for panels: acts as a panel, and reports what would confuse one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from contracts.checks.modules import (
    cart,
    price_requests,
    purchase,
    refusals,
)
from contracts.checks.modules.http_client import EndpointClient
from contracts.checks.modules.options import AUTOMATIC, MANUAL, Options
from contracts.checks.modules.panel import Panel
from contracts.checks.modules.rule import (
    ANSWER,
    CART,
    LIST,
    OTHERS,
    PROLONGING,
    PURCHASE,
    REFUSAL,
    RULES,
)
from contracts.checks.modules.tenant_isolation import OtherCustomer
from contracts.checks.runner import Results
from contracts.clock import elapsed, now
from contracts.verdicts import Run, Verdict

PASSWORD: Final = "$MOCKSELLER_PANEL_PASSWORD"  # noqa: S105 - the name of a variable
OTHER_PASSWORD: Final = "$MOCKSELLER_PANEL_OTHER_PASSWORD"  # noqa: S105 - the name of a variable
_WITH_LOGIN: Final = (REFUSAL, CART, PURCHASE, PROLONGING, OTHERS)
"""Groups of rules that only mode automatic can judge."""


def examine(
    url: str,
    options: Options | None = None,
    *,
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = elapsed,
    wait: Callable[[float], None] = time.sleep,  # noqa: TID251 - a module is opened in real time
) -> Run:
    """Judge the endpoint at a URL; every rule has one verdict.

    ``transport`` replaces the network, such as ``httpx.WSGITransport``. ``clock`` returns the
    seconds by which an answer is slow. Raises CannotRun where nobody is at the URL, ValueError
    where it is not a URL.
    """
    options = options or Options()
    began, start = now(), elapsed()
    secrets = (
        options.authinfo, options.password, options.other_authinfo, options.other_password
    )  # fmt: skip
    variables = {options.password: PASSWORD, options.other_password: OTHER_PASSWORD}
    results = Results(RULES, tuple(secret for secret in secrets if secret))
    with EndpointClient(
        url, timeout=options.timeout, insecure=options.insecure, transport=transport, clock=clock,
        variables={text: name for text, name in variables.items() if text},
    ) as client:  # fmt: skip
        _judge_all(Panel(client, options, results, wait))
    return Run(
        judge="modules",
        target=str(client.url),
        began=began,
        seconds=elapsed() - start,
        verdicts=tuple(results.verdicts("xml")),
        remarks=tuple(results.remarks),
        details={"mode": options.mode, "bought": options.buy},
    )


def judge(
    url: str, options: Options | None = None, *, transport: httpx.BaseTransport | None = None
) -> Iterator[Verdict]:
    """Yield the verdicts of `examine`. Raises as `examine` does, when the first is requested."""
    yield from examine(url, options, transport=transport).verdicts


def _judge_all(panel: Panel) -> None:
    """What a panel does in the mode of the options, from prices to purchase."""
    results, mode = panel.results, panel.options.mode
    if mode == MANUAL:
        _judge_page(panel)
    else:
        results.does_not_apply("only mode manual sends a browser to this address", "page-answers")
        offers = price_requests.judge_prices(panel)
        if mode != AUTOMATIC:
            for group in _WITH_LOGIN:
                results.skip_group(group, "only mode automatic has a cart")
        else:
            other = OtherCustomer.of(panel)
            if cart.judge_cart(panel, offers, other):
                purchase.judge_purchase(panel, offers, other)
            else:
                for group in (PURCHASE, PROLONGING):
                    results.skip_group(group, "there is no basket to pay")
            refusals.judge_refusals(panel, offers)  # last: a wrong password may lock the login
    _judge_certificate(panel)


def _judge_page(panel: Panel) -> None:
    """In mode manual a browser goes to the address, and the panel calls nothing."""
    results = panel.results
    for group in (ANSWER, LIST, *_WITH_LOGIN):
        results.skip_group(group, "mode manual: the panel asks nothing")
    raw = panel.client.send({}, method="GET", note="the page")
    if results.check("answers", not raw.problem, raw.problem, raw.call):
        fast = raw.seconds <= panel.options.slow
        results.check("quick", fast, f"{raw.seconds:.1f} s", raw.call)
        answered = raw.status in range(200, 400)
        results.check("page-answers", answered, f"HTTP {raw.status}", raw.call)


def _judge_certificate(panel: Panel) -> None:
    results, client = panel.results, panel.client
    if client.url.scheme != "https":
        results.does_not_apply("the address is not https", "certificate")
    elif panel.options.insecure:
        results.skip("--insecure accepts any", "certificate")
    else:
        results.check("certificate", not client.certificate_problem, client.certificate_problem)
