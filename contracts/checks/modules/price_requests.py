"""How a price list is asked for: without and with a login, by GET and POST, and once more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from contracts.checks.modules.known_names import MODULES
from contracts.checks.modules.options import AUTOMATIC
from contracts.checks.modules.panel import Panel
from contracts.checks.modules.pricelist import Offer, judge_list, offers, same_list
from contracts.checks.modules.rules import LIST
from contracts.checks.modules.strict_reader import Heard

FUNC: Final = "pricelist.export"
_MODULES: Final = {"itemtype": "addition"}
_NOBODY: Final = ""
_NO_LIST: Final = "no price list was read"


def judge_prices(panel: Panel) -> tuple[Offer, ...]:
    """Asks for the list in every way panels are told to; what is on it."""
    sheet = panel.sheet
    heard, who = _first_list(panel)
    if heard is None or heard.root is None:
        _judge_unknown_function(panel)
        sheet.skip_group(LIST, _NO_LIST)
        return ()
    listed = offers(heard.root)
    judge_list(heard.root, sheet, heard.reply.seen, currency=panel.options.currency)
    _judge_expected(panel, listed)
    for rule, label, method, more in (
        ("get-and-post", "by POST", "POST", {}),
        ("unknown-parameters", "with unknown parameters", "GET", {"nothing_1": "", "lang": "en"}),
        ("stable", "asked again", "GET", {}),
    ):
        _judge_variant(panel, rule, f"{FUNC} {label}", listed, (who, method, more))
    _judge_other_type(panel, who)
    _judge_unknown_function(panel)
    return listed


def _first_list(panel: Panel) -> tuple[Heard | None, str]:
    """The list as it is told to who asks without a login, else with one; and who asked."""
    sheet, who = panel.sheet, panel.options.authinfo
    open_list = _ask(panel, f"{FUNC} without a login", _NOBODY)
    told = open_list.root is not None and open_list.error is None
    if open_list.error is not None and panel.options.mode == AUTOMATIC:
        sheet.skip("mode automatic asks with a login", "prices-without-login")
    elif open_list.root is not None:
        refused = f"refused: {open_list.refusal}"
        sheet.check("prices-without-login", told, refused, open_list.reply.seen)
    if not who:
        sheet.skip("no login was given", "prices-with-login", "prices-agree")
        return (open_list if told else None), _NOBODY
    own_list = _ask(panel, f"{FUNC} with a login", who)
    if own_list.root is None:
        return (open_list if told else None), _NOBODY
    granted, seen = own_list.error is None, own_list.reply.seen
    if own_list.error is not None and own_list.error.get("type") == "auth":
        sheet.error(f"the login was refused: {own_list.refusal}", "prices-with-login", seen=(seen,))
    else:
        sheet.check("prices-with-login", granted, f"refused: {own_list.refusal}", seen)
    if granted and told and open_list.root is not None:
        agree = same_list(offers(open_list.root), offers(own_list.root))
        sheet.check("prices-agree", agree, "the two lists differ", seen)
    if told:
        return open_list, _NOBODY
    return (own_list if granted else None), who


def _ask(panel: Panel, label: str, who: str) -> Heard:
    return panel.ask(FUNC, _MODULES, label=label, authinfo=who, method="GET")


def _judge_expected(panel: Panel, listed: tuple[Offer, ...]) -> None:
    names = {offer.intname for offer in listed}
    expected = panel.options.expect
    if not expected:
        absent = [name for name in MODULES if name not in names]
        panel.sheet.skip("no --expect was given", "expected-modules")
        if absent:
            panel.sheet.remark(f"known to panels and not on the list: {', '.join(absent)}")
        return
    missing = [name for name in expected if name not in names]
    panel.sheet.check("expected-modules", not missing, f"missing: {', '.join(missing)}")


def _judge_variant(
    panel: Panel,
    rule: str,
    label: str,
    listed: tuple[Offer, ...],
    asked: tuple[str, str, Mapping[str, str]],
) -> None:
    """Asks for the same list in another way: whatever is wrong with that answer is one fault."""
    who, method, more = asked
    aside = panel.sheet.aside()
    heard = panel.ask(
        FUNC, {**_MODULES, **more}, label=label, authinfo=who, method=method, sheet=aside
    )
    if heard.root is None:
        panel.sheet.broken(rule, "; ".join(aside.findings()), heard.reply.seen)
        return
    same = heard.error is None and same_list(offers(heard.root), listed)
    told = f"refused: {heard.refusal}" if heard.error is not None else f"{label}: another list"
    panel.sheet.check(rule, same, told, heard.reply.seen)


def _judge_other_type(panel: Panel, who: str) -> None:
    aside = panel.sheet.aside()
    heard = panel.ask(
        FUNC, {"itemtype": "soft"}, label="the list of licenses", authinfo=who, method="GET",
        sheet=aside,
    )  # fmt: skip
    listed = () if heard.root is None else offers(heard.root)
    modules = [offer.intname for offer in listed if offer.intname]
    told = "; ".join(aside.findings()) or f"lists {', '.join(modules)}"
    holds = heard.root is not None and not modules
    panel.sheet.check("itemtype-other", holds, told, heard.reply.seen)


def _judge_unknown_function(panel: Panel) -> None:
    """What no panel asks, but clients do to see what there is."""
    aside = panel.sheet.aside()
    heard = panel.ask("mockseller.nosuch", label="an unknown function", sheet=aside)
    error = heard.error
    told = "; ".join(aside.findings()) or "answered as if there were such a function"
    panel.sheet.check("unknown-function", error is not None, told, heard.reply.seen)
    if error is None:
        panel.sheet.skip("there was no error", "unknown-function-type")
        return
    told = f"of type {error.get('type', '') or 'none'}"
    typed = error.get("type") == "missed"
    panel.sheet.check("unknown-function-type", typed, told, heard.reply.seen)
