"""A month more is bought, with the customer's money: only where the options say so."""

from __future__ import annotations

from decimal import Decimal
from typing import Final
from xml.etree.ElementTree import Element

from contracts.checks.modules.bought_module import day_of, months_after, number_of
from contracts.checks.modules.panel import Panel, balance_of, modules_of, same_money
from contracts.checks.modules.pricelist import Offer
from contracts.checks.modules.rules import PROLONGING
from contracts.checks.modules.strict_reader import Heard

FUNC: Final = "service.prolong"


def judge_prolonging(panel: Panel, offer: Offer, row: Element, tax: Decimal) -> None:
    """Prolongs a module by a month, and looks at its end and at the balance."""
    sheet, number = panel.sheet, number_of(row)
    if not panel.options.prolong:
        sheet.skip_group(PROLONGING, "nothing is prolonged without --prolong")
        return
    before = balance_of(panel)
    sent = {"elid": number, "period": "1", "sok": "ok"}
    heard = panel.ask(FUNC, sent, label="prolonging")
    if heard.missed_function:
        sheet.skip_group(PROLONGING, f"there is no {FUNC}")
        return
    if heard.root is None:
        sheet.error("it is not known whether it was prolonged", "prolonged-a-month")
        sheet.remark(f"module {number} may have been prolonged: the answer could not be read")
        return
    if heard.error is not None and heard.error.get("type") == "not_enough_money":
        told = f"the account cannot pay for a month more: {heard.refusal}"
        sheet.error(told, "prolonged-a-month", seen=(heard.reply.seen,))
        return
    if heard.error is not None:
        sheet.broken("prolonged-a-month", f"refused: {heard.refusal}", heard.reply.seen)
        sheet.skip("it was not prolonged", "prolong-charged", "prolong-answer")
        return
    now = modules_of(panel).get(number)
    _judge_end(panel, row, now, heard)
    _judge_charge(panel, before, offer, tax)


def _judge_end(panel: Panel, row: Element, now: Element | None, heard: Heard) -> None:
    began, ended = day_of(row, "createdate"), day_of(row, "expiredate")
    ends = day_of(now, "expiredate")
    if ended is None or ends is None:
        reason = "addition does not tell the end before and after"
        panel.sheet.skip(reason, "prolonged-a-month", "prolong-answer")
        return
    fair = {months_after(ended, 1)} | ({months_after(began, 2)} if began else set())
    told = f"prolonged by a month, the end went from {ended} to {ends}"
    panel.sheet.check("prolonged-a-month", ends in fair, told, heard.reply.seen)
    said = heard.text("doc/newexpiredate") or heard.text("newexpiredate")
    if not said:
        panel.sheet.skip("the answer has no newexpiredate", "prolong-answer")
        return
    told = f"newexpiredate {said}, and the list tells {ends}"
    panel.sheet.check("prolong-answer", said == ends.isoformat(), told, heard.reply.seen)


def _judge_charge(panel: Panel, before: Decimal | None, offer: Offer, tax: Decimal) -> None:
    after = balance_of(panel)
    if before is None or after is None or offer.cost is None:
        panel.sheet.unsupported("subaccount does not tell the balance", "prolong-charged")
        panel.sheet.remark(f"prolonged {offer.intname}: the list says {offer.cost}")
        return
    charged = before - after
    panel.sheet.remark(f"prolonged {offer.intname}: {charged} {offer.currency}")
    fair = same_money(charged, offer.cost) or same_money(charged, offer.cost + tax)
    told = f"the balance fell by {charged}, a month costs {offer.cost}"
    panel.sheet.check("prolong-charged", fair, told)
