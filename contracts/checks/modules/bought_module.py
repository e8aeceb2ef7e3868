"""A module that was bought: whether it is what was ordered, how it is prolonged and deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from dateutil.relativedelta import relativedelta

from contracts.checks.modules.answer import Answer
from contracts.checks.modules.basket import find_other_module, is_switched_on
from contracts.checks.modules.panel import (
    ACTIVE,
    CHANGING,
    Panel,
    read_balance,
    read_modules,
    same_amount,
    status_of,
)
from contracts.checks.modules.price_list import ModuleOffer
from contracts.checks.modules.rule import (
    PROLONGING,
)
from contracts.checks.runner import Results

PROLONG: Final = "service.prolong"
NOT_RENEWED: Final = frozenset({"", "null", "0", "off", "no", "none", "-", "disabled"})
"""Texts of ``autoprolong`` that say for sure that nothing is renewed."""
MAX_READS: Final = 10
"""Reads of a module that is being opened or closed."""
PAUSE: Final = 3.0
"""Seconds between them."""
FOLLOW_UPS: Final = (
    "module-ordered", "module-licence", "module-period", "not-renewed-unasked", "dates-iso",
    "module-active", "month-later", "prolong-form-free", "module-deleted",
)  # fmt: skip
"""Rules that can be judged only once the module is listed."""
_DAY: Final = timedelta(days=1)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")


@dataclass(frozen=True, slots=True)
class BoughtModule:
    """The row of a bought module, with its offer, the whole list, and its license."""

    row: Element
    offer: ModuleOffer
    offers: tuple[ModuleOffer, ...]
    license: str

    @property
    def number(self) -> str:
        """Its number at the seller."""
        return (self.row.findtext("id") or "").strip()


def find_new_module(panel: Panel, before: Iterable[str]) -> Element | None:
    """The row of the new module, read again while it is being opened; None if it is not listed."""
    earlier, results = set(before), panel.results
    new = {n: row for n, row in read_modules(panel).items() if n not in earlier}
    if not results.check("module-listed", len(new) == 1, f"{len(new)} new rows in addition"):
        results.skip("the module is not listed", *FOLLOW_UPS)
        results.remark("what was bought is not listed: it could not be followed, nor deleted")
        return None
    ((number, row),) = new.items()
    for _ in range(MAX_READS):
        if status_of(row) not in CHANGING:
            break
        panel.wait(PAUSE)
        row = read_modules(panel).get(number, row)
    message = f"module {number} has status {status_of(row) or 'none'}"
    results.check("module-active", status_of(row) == ACTIVE, message)
    results.remark(f"module {number} was bought for license {panel.options.license}")
    return row


def _judge_identity(bought: BoughtModule, results: Results) -> None:
    wrong = find_other_module(bought.row, bought.offer, bought.offers)
    message = f"{bought.offer.intname} ({bought.offer.id}) was ordered, the row shows {wrong}"
    results.check("module-ordered", not wrong, message)


def _judge_license(bought: BoughtModule, results: Results) -> None:
    license = (bought.row.findtext("item") or "").strip()
    if license.isdecimal():
        message = f"ordered for license {bought.license}, it is on {license}"
        results.check("module-licence", license == bought.license, message)
    else:
        results.skip("addition does not show the number of the license", "module-licence")


def _judge_period(bought: BoughtModule, results: Results) -> None:
    period = (bought.row.findtext("period") or "").strip()
    if period.isdecimal():
        message = f"ordered for a month, its period is {period}"
        results.check("module-period", period == "1", message)
    else:
        results.skip("addition does not show the period as a number", "module-period")


def read_renewal(row: Element) -> str | None:
    """The renewal of a row: the number beside a word (docs/evidence.md 102), or the text itself.

    None where the row has none, or a word alone that says nothing for sure.
    """
    shown = row.find("autoprolong")
    if shown is None:
        return None
    text = (shown.get("orig") or shown.text or "").strip()
    return text if is_switched_on(text) or text.lower() in NOT_RENEWED else None


def _judge_renewal(bought: BoughtModule, results: Results) -> None:
    renewal = read_renewal(bought.row)
    if renewal is None:
        results.skip("addition does not show autoprolong as a number", "not-renewed-unasked")
    else:
        message = f"ordered with autoprolong=null, it has autoprolong {renewal}"
        results.check("not-renewed-unasked", not is_switched_on(renewal), message)


def _judge_term(bought: BoughtModule, results: Results) -> None:
    """A phrase in place of a date is one of the seller's ways, and not judged."""
    for field in ("createdate", "expiredate"):
        text = (bought.row.findtext(field) or "").strip()
        if re.search(r"\d", text):
            results.check("dates-iso", _ISO.fullmatch(text), f"{field}: {text}")
    begins, ends = _day_of(bought.row, "createdate"), _day_of(bought.row, "expiredate")
    if begins is None or ends is None:
        reason = "addition does not show createdate and expiredate"
        results.skip(reason, "month-later", "dates-iso")
        return
    fits = abs(ends - _months_after(begins, 1)) <= _DAY
    results.check("month-later", fits, f"from {begins} to {ends}")


MODULE_RULES: Final[tuple[Callable[[BoughtModule, Results], None], ...]] = (
    _judge_identity,
    _judge_license,
    _judge_period,
    _judge_renewal,
    _judge_term,
)
"""The rules for the row of a bought module."""


def _day_of(row: Element | None, field: str) -> date | None:
    """The day in a field of a row, or None."""
    try:
        return date.fromisoformat(("" if row is None else row.findtext(field) or "").strip()[:10])
    except ValueError:
        return None


def _months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    try:
        return day + relativedelta(months=months)
    except (ValueError, OverflowError):
        return date.max


def judge_prolong_form(panel: Panel, bought: BoughtModule) -> bool:
    """Open the form of a prolongation; returns whether there is such a function."""
    number, before = bought.number, read_balance(panel)
    params = {"elid": number, "period": "1"}
    answer = panel.ask(PROLONG, params, label="a form to prolong")
    if answer.lacks_function:
        panel.results.unsupported(f"there is no {PROLONG}", "prolong-form-free")
        return False
    row, old_end = read_modules(panel).get(number), bought.row.findtext("expiredate")
    end = None if row is None else row.findtext("expiredate")
    unchanged = end == old_end and before == read_balance(panel)
    message = f"the end went from {old_end} to {end}, or the balance fell"
    panel.results.check("prolong-form-free", unchanged, message, answer.call)
    return True


def judge_prolonging(panel: Panel, bought: BoughtModule, tax: Decimal) -> None:
    """Pay for another month if the options say so; judge the new end and the balance."""
    results, number = panel.results, bought.number
    if not panel.options.prolong:
        results.skip_group(PROLONGING, "nothing is prolonged without --prolong")
        return
    before = read_balance(panel)
    params = {"elid": number, "period": "1", "sok": "ok"}
    answer = panel.ask(PROLONG, params, label="prolonging")
    if answer.lacks_function:
        results.skip_group(PROLONGING, f"there is no {PROLONG}")
    elif answer.root is None:
        results.error("it is not known whether it was prolonged", "prolonged-a-month")
        results.remark(f"module {number} may have been prolonged: the answer could not be read")
    elif answer.error_type == "not_enough_money":
        message = f"the account cannot pay for another month: {answer.refusal}"
        results.error(message, "prolonged-a-month", proof=(answer.call,))
    elif answer.error is not None:
        results.fail("prolonged-a-month", f"refused: {answer.refusal}", answer.call)
        results.skip("it was not prolonged", "prolong-charged", "prolong-answer")
    else:
        _judge_new_end(panel, bought, read_modules(panel).get(number), answer)
        _judge_charge(panel, before, bought.offer, tax)


def _judge_new_end(panel: Panel, bought: BoughtModule, row: Element | None, answer: Answer) -> None:
    results, begin = panel.results, _day_of(bought.row, "createdate")
    old_end, new_end = _day_of(bought.row, "expiredate"), _day_of(row, "expiredate")
    if old_end is None or new_end is None:
        reason = "addition does not show the end before and after"
        results.skip(reason, "prolonged-a-month", "prolong-answer")
        return
    expected = {_months_after(old_end, 1)} | ({_months_after(begin, 2)} if begin else set())
    message = f"prolonged by a month, the end went from {old_end} to {new_end}"
    results.check("prolonged-a-month", new_end in expected, message, answer.call)
    text = answer.value("doc/newexpiredate") or answer.value("newexpiredate")
    if not text:
        results.skip("the answer has no newexpiredate", "prolong-answer")
        return
    message = f"newexpiredate {text}, and the list shows {new_end}"
    results.check("prolong-answer", text == new_end.isoformat(), message, answer.call)


def _judge_charge(panel: Panel, before: Decimal | None, offer: ModuleOffer, tax: Decimal) -> None:
    after = read_balance(panel)
    if before is None or after is None or offer.cost is None:
        panel.results.unsupported("subaccount does not show the balance", "prolong-charged")
        panel.results.remark(f"prolonged {offer.intname}: the list says {offer.cost}")
        return
    charge = before - after
    panel.results.remark(f"prolonged {offer.intname}: {charge} {offer.currency}")
    fair = same_amount(charge, offer.cost) or same_amount(charge, offer.cost + tax)
    message = f"the balance fell by {charge}, a month costs {offer.cost}"
    panel.results.check("prolong-charged", fair, message)


def judge_deletion(panel: Panel, bought: BoughtModule) -> None:
    """Delete the module if the options say so; it may stay listed as deleted, or close slowly."""
    results, number = panel.results, bought.number
    if not panel.options.delete:
        results.skip("nothing is deleted without --delete", "module-deleted")
        return
    before = read_balance(panel)
    answer = panel.ask("addition.delete", {"elid": number, "sok": "ok"})
    if answer.lacks_function:
        results.unsupported("there is no addition.delete", "module-deleted")
        return
    row = read_modules(panel).get(number)
    for _ in range(MAX_READS):
        if answer.error is not None or row is None or status_of(row) not in CHANGING:
            break
        panel.wait(PAUSE)
        row = read_modules(panel).get(number)
    message = answer.refusal or f"module {number} is still listed"
    gone = answer.error is None and row is None
    if not results.check("module-deleted", gone, message, answer.call):
        results.remark(f"module {number} was not deleted")
    after = read_balance(panel)
    if before is not None and after is not None and after < before - Decimal("0.005"):
        message = f"deleting it took {before - after} off the balance"
        results.fail("module-deleted", message, answer.call)
