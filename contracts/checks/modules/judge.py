"""The judge of endpoints for panels: plays a panel, and says what it would stumble over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx

from contracts.checks.modules.cart import judge_cart
from contracts.checks.modules.http_client import Line
from contracts.checks.modules.options import AUTOMATIC, MANUAL, Options
from contracts.checks.modules.panel import Panel
from contracts.checks.modules.price_requests import judge_prices
from contracts.checks.modules.purchase import judge_purchase
from contracts.checks.modules.refusals import judge_refusals
from contracts.checks.modules.results import Sheet
from contracts.checks.modules.rules import (
    CART,
    LIST,
    OTHERS,
    PAGE,
    PROLONGING,
    PURCHASE,
    REFUSAL,
    RULES,
)
from contracts.checks.modules.tenant_isolation import Others
from contracts.clock import elapsed, now
from contracts.verdicts import Run, Verdict

_TRADE = (CART, PURCHASE, PROLONGING, OTHERS)
_ASK_ONLY_PRICES = "only mode automatic has a cart"


def examine(
    url: str,
    options: Options | None = None,
    *,
    transport: httpx.BaseTransport | None = None,
    clock: Callable[[], float] = elapsed,
    wait: Callable[[float], None] = time.sleep,  # noqa: TID251 - a module is opened in its own time
) -> Run:
    """Judges the endpoint at a URL; every rule has one verdict.

    ``transport`` stands in for the network, such as ``httpx.WSGITransport``; ``clock`` tells the
    seconds by which an answer is slow. Raises CannotRun where nobody is at the URL, ValueError
    where it is none.
    """
    options = options or Options()
    began, start = now(), elapsed()
    sheet = Sheet(tuple(secret for secret in _secrets(options) if secret))
    with Line(
        url,
        timeout=options.timeout,
        insecure=options.insecure,
        transport=transport,
        clock=clock,
    ) as line:
        _play(Panel(line, options, sheet, wait))
    return Run(
        "modules",
        str(line.url),
        began,
        elapsed() - start,
        tuple(sheet.verdicts()),
        tuple(sheet.remarks),
        {"mode": options.mode, "bought": options.buy},
    )


def _secrets(options: Options) -> tuple[str, ...]:
    one = (options.authinfo, options.password)
    return (*one, options.other_authinfo, options.other_password)


def judge(
    url: str, options: Options | None = None, *, transport: httpx.BaseTransport | None = None
) -> Iterator[Verdict]:
    """The verdicts of `examine`, when they are asked for."""
    yield from examine(url, options, transport=transport).verdicts


def _play(panel: Panel) -> None:
    """What a panel does in the mode of the options, from prices to purchase."""
    sheet, mode = panel.sheet, panel.options.mode
    if mode == MANUAL:
        _judge_page(panel)
    else:
        sheet.skip_group(PAGE, "only mode manual sends a browser to this address")
        listed = judge_prices(panel)
        if mode != AUTOMATIC:
            for group in (REFUSAL, *_TRADE):
                sheet.skip_group(group, _ASK_ONLY_PRICES)
        else:
            others = Others(panel)
            if judge_cart(panel, listed, others):
                judge_purchase(panel, listed, others)
            else:
                for group in (PURCHASE, PROLONGING):
                    sheet.skip_group(group, "there is no basket to pay")
            judge_refusals(panel, listed)  # last: a wrong password may lock the login
    _judge_certificate(panel)


def _judge_page(panel: Panel) -> None:
    """In mode manual a browser goes to the address, and nothing else is asked of it."""
    reason = "mode manual: the panel asks nothing"
    sheet = panel.sheet
    sheet.skip_group(LIST, reason)
    for group in (REFUSAL, *_TRADE):
        sheet.skip_group(group, reason)
    reply = panel.line.send({}, method="GET", note="the page")
    sheet.skip(reason, *(rule.name for rule in RULES.values() if rule.group == "every answer"))
    if sheet.check("answers", not reply.problem, reply.problem, reply.seen):
        slow = panel.options.slow
        sheet.check("quick", reply.seconds <= slow, f"{reply.seconds:.1f} s", reply.seen)
        told = f"HTTP {reply.status}"
        sheet.check("page-answers", reply.status in range(200, 400), told, reply.seen)


def _judge_certificate(panel: Panel) -> None:
    sheet, line = panel.sheet, panel.line
    if line.url.scheme != "https":
        sheet.skip("the address is not https", "certificate")
    elif panel.options.insecure:
        sheet.skip("--insecure accepts any", "certificate")
    else:
        sheet.check("certificate", not line.certificate, line.certificate)
