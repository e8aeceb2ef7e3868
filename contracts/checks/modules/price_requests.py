"""How a price list is requested: without and with a login, by GET and POST, and once more."""

from __future__ import annotations

from typing import Final

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.known_names import MODULES
from contracts.checks.modules.options import AUTOMATIC
from contracts.checks.modules.panel import Panel
from contracts.checks.modules.price_list import (
    ModuleOffer,
    PriceList,
    judge_list,
    read_offers,
    same_offers,
)
from contracts.checks.modules.rule import LIST

FUNC: Final = "pricelist.export"
_MODULES: Final = {"itemtype": "addition"}
_NO_LOGIN: Final = ""


def judge_prices(panel: Panel) -> tuple[ModuleOffer, ...]:
    """Request the list in every way that panels may; returns what is on it.

    Raises CannotRun as `Panel.ask` does.
    """
    answer, login = _read_first_list(panel)
    if answer is None or answer.root is None:
        _judge_unknown_function(panel)
        panel.results.skip_group(LIST, "no price list was read")
        return ()
    offers = read_offers(answer.root)
    judge_list(PriceList(answer.root, answer.call, panel.options.currency), panel.results)
    _judge_expected(panel, offers)
    _judge_variants(panel, offers, login)
    _judge_other_type(panel, login)
    _judge_unknown_function(panel)
    return offers


def _read_first_list(panel: Panel) -> tuple[Answer | None, str]:
    """The list without a login, or else with one; and the login that was used."""
    results, login = panel.results, panel.options.authinfo
    public = _request(panel, f"{FUNC} without a login", _NO_LOGIN)
    is_public = public.root is not None and public.error is None
    if public.error is not None and panel.options.mode == AUTOMATIC:
        results.skip("mode automatic asks with a login", "prices-without-login")
    elif public.root is not None:
        message = f"refused: {public.refusal}"
        results.check("prices-without-login", is_public, message, public.call)
    if not login:
        results.skip("no login was given", "prices-with-login", "prices-agree")
        return (public if is_public else None), _NO_LOGIN
    own = _request(panel, f"{FUNC} with a login", login)
    if own.root is None:
        return (public if is_public else None), _NO_LOGIN
    granted = own.error is None
    if own.error_type == "auth":
        message = f"the login was refused: {own.refusal}"
        results.error(message, "prices-with-login", proof=(own.call,))
    else:
        results.check("prices-with-login", granted, f"refused: {own.refusal}", own.call)
    if granted and is_public and public.root is not None:
        agree = same_offers(read_offers(public.root), read_offers(own.root))
        results.check("prices-agree", agree, "the two lists differ", own.call)
    if is_public:
        return public, _NO_LOGIN
    return (own if granted else None), login


def _request(panel: Panel, label: str, login: str) -> Answer:
    return panel.ask(FUNC, _MODULES, label=label, authinfo=login, method="GET")


def _judge_expected(panel: Panel, offers: tuple[ModuleOffer, ...]) -> None:
    names = {offer.intname for offer in offers}
    if not panel.options.expect:
        absent = ", ".join(name for name in MODULES if name not in names)
        panel.results.skip("no --expect was given", "expected-modules")
        if absent:
            panel.results.remark(f"known to panels and not on the list: {absent}")
        return
    missing = ", ".join(name for name in panel.options.expect if name not in names)
    panel.results.check("expected-modules", not missing, f"missing: {missing}")


def _judge_variants(panel: Panel, offers: tuple[ModuleOffer, ...], login: str) -> None:
    """Request the same list in other ways; whatever is wrong with an answer is one fault."""
    for id, suffix, method, more in (
        ("get-and-post", "by POST", "POST", {}),
        ("unknown-parameters", "with unknown parameters", "GET", {"nothing_1": "", "lang": "en"}),
        ("stable", "asked again", "GET", {}),
    ):
        params, label, separate = {**_MODULES, **more}, f"{FUNC} {suffix}", panel.results.detached()
        answer = panel.ask(
            FUNC, params, label=label, authinfo=login, method=method, results=separate
        )
        if answer.root is None:
            panel.results.fail(id, "; ".join(separate.failures()), answer.call)
            continue
        refused = answer.error is not None
        same = not refused and same_offers(read_offers(answer.root), offers)
        message = f"refused: {answer.refusal}" if refused else f"{label}: another list"
        panel.results.check(id, same, message, answer.call)


def _judge_other_type(panel: Panel, login: str) -> None:
    separate = panel.results.detached()
    answer = panel.ask(
        FUNC, {"itemtype": "soft"}, label="the list of licenses", authinfo=login, method="GET",
        results=separate,
    )  # fmt: skip
    offers = () if answer.root is None else read_offers(answer.root)
    modules = ", ".join(offer.intname for offer in offers if offer.intname)
    message = "; ".join(separate.failures()) or f"lists {modules}"
    holds = answer.root is not None and not modules
    panel.results.check("itemtype-other", holds, message, answer.call)


def _judge_unknown_function(panel: Panel) -> None:
    """Panels do not call unknown functions, but other clients do, to learn what there is."""
    separate = panel.results.detached()
    answer = panel.ask("mockseller.nosuch", label="an unknown function", results=separate)
    is_error = answer.error is not None
    message = "; ".join(separate.failures()) or "answered as if there were such a function"
    panel.results.check("unknown-function", is_error, message, answer.call)
    if not is_error:
        panel.results.skip("there was no error", "unknown-function-type")
        return
    message = f"of type {answer.error_type or 'none'}"
    typed = answer.error_type == "missed"
    panel.results.check("unknown-function-type", typed, message, answer.call)
