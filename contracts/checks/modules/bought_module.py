"""A module that was bought: whether it is what was ordered, and what can be done with it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from dateutil.relativedelta import relativedelta

from contracts.checks.modules.basket import named_wrongly, switched_on
from contracts.checks.modules.panel import ACTIVE, OPENING, Panel, balance_of, modules_of, status_of
from contracts.checks.modules.pricelist import Offer

LOOKS: Final = 10
PAUSE: Final = 3.0
"""Looks at a module that is being opened or closed, and seconds between them."""
WHAT: Final = ("module-ordered", "module-licence", "module-period", "not-renewed-unasked")
FOLLOWED: Final = (
    *WHAT, "dates-iso", "module-active", "month-later", "prolong-form-free", "module-deleted",
)  # fmt: skip
_DAY: Final = timedelta(days=1)
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")


def opened(panel: Panel, held: Iterable[str]) -> Element | None:
    """The new module, looked at until it is active or there is no hope."""
    there = set(held)
    found = [row for number, row in modules_of(panel).items() if number not in there]
    told = f"{len(found)} new rows in addition"
    if not panel.sheet.check("module-listed", len(found) == 1, told):
        panel.sheet.skip("the module is not listed", *FOLLOWED)
        panel.sheet.remark("what was bought is not listed: it could not be followed, nor deleted")
        return None
    number, row = number_of(found[0]), found[0]
    for _ in range(LOOKS):
        if status_of(row) not in OPENING:
            break
        panel.wait(PAUSE)
        row = modules_of(panel).get(number, row)
    told = f"module {number} has status {status_of(row) or 'none'}"
    panel.sheet.check("module-active", status_of(row) == ACTIVE, told)
    panel.sheet.remark(f"module {number} was bought for license {panel.options.license}")
    return row


def number_of(row: Element) -> str:
    """The number of a row."""
    return (row.findtext("id") or "").strip()


def judge_what(panel: Panel, offer: Offer, listed: Iterable[Offer], row: Element) -> None:
    """The row tells what was ordered, as far as it tells it."""
    sheet = panel.sheet
    wrong = named_wrongly(row, offer, listed)
    told = f"{offer.intname} ({offer.id}) was ordered, the row tells {wrong}"
    sheet.check("module-ordered", not wrong, told)
    license = (row.findtext("item") or "").strip()
    if license.isdecimal():
        told = f"ordered for license {panel.options.license}, it is on {license}"
        sheet.check("module-licence", license == panel.options.license, told)
    else:
        sheet.skip("addition does not tell the number of the license", "module-licence")
    period = (row.findtext("period") or "").strip()
    if period.isdecimal():
        told = f"ordered for a month, its period is {period}"
        sheet.check("module-period", period == "1", told)
    else:
        sheet.skip("addition does not tell the period as a number", "module-period")
    renewal = row.findtext("autoprolong")
    if renewal is None:
        sheet.skip("addition does not tell autoprolong", "not-renewed-unasked")
    else:
        told = f"ordered with autoprolong=null, it has autoprolong {renewal.strip()}"
        sheet.check("not-renewed-unasked", not switched_on(renewal), told)


def judge_term(panel: Panel, row: Element) -> None:
    """It ends a month after it began; a phrase in place of a day is one of the seller's ways."""
    for field in ("createdate", "expiredate"):
        text = (row.findtext(field) or "").strip()
        if re.search(r"\d", text):
            panel.sheet.check("dates-iso", _ISO.fullmatch(text), f"{field}: {text}")
    begins, ends = day_of(row, "createdate"), day_of(row, "expiredate")
    if begins is None or ends is None:
        reason = "addition does not tell createdate and expiredate"
        panel.sheet.skip(reason, "month-later", "dates-iso")
        return
    fits = abs(ends - months_after(begins, 1)) <= _DAY
    panel.sheet.check("month-later", fits, f"from {begins} to {ends}")


def day_of(row: Element | None, field: str) -> date | None:
    """A day that a row tells, or None."""
    try:
        return date.fromisoformat(("" if row is None else row.findtext(field) or "").strip()[:10])
    except ValueError:
        return None


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of a shorter month."""
    try:
        return day + relativedelta(months=months)
    except (ValueError, OverflowError):
        return date.max


def judge_prolong_form(panel: Panel, row: Element) -> bool:
    """The form of a prolongation prolongs nothing; whether there is such a function."""
    number, before = number_of(row), balance_of(panel)
    heard = panel.ask("service.prolong", {"elid": number, "period": "1"}, label="a form to prolong")
    if heard.missed_function:
        panel.sheet.unsupported("there is no service.prolong", "prolong-form-free")
        return False
    now = modules_of(panel).get(number)
    end = None if now is None else now.findtext("expiredate")
    same = end == row.findtext("expiredate") and before == balance_of(panel)
    told = f"the end went from {row.findtext('expiredate')} to {end}, or the balance fell"
    panel.sheet.check("prolong-form-free", same, told, heard.reply.seen)
    return True


def judge_deletion(panel: Panel, row: Element) -> None:
    """What is deleted is not listed, or listed as deleted; closing it may take a while."""
    if not panel.options.delete:
        panel.sheet.skip("nothing is deleted without --delete", "module-deleted")
        return
    number, before = number_of(row), balance_of(panel)
    heard = panel.ask("addition.delete", {"elid": number, "sok": "ok"})
    if heard.missed_function:
        panel.sheet.unsupported("there is no addition.delete", "module-deleted")
        return
    left = modules_of(panel).get(number)
    for _ in range(LOOKS):
        if heard.error is not None or left is None or status_of(left) not in OPENING:
            break
        panel.wait(PAUSE)
        left = modules_of(panel).get(number)
    told = heard.refusal or f"module {number} is still listed"
    gone = heard.error is None and left is None
    if not panel.sheet.check("module-deleted", gone, told, heard.reply.seen):
        panel.sheet.remark(f"module {number} was not deleted")
    after = balance_of(panel)
    if before is not None and after is not None and after < before - Decimal("0.005"):
        told = f"deleting it took {before - after} off the balance"
        panel.sheet.broken("module-deleted", told, heard.reply.seen)
