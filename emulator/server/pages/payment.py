"""The payment page: a person pays by clicking, and no money moves.

Source: docs/evidence.md 37 and 107. Anyone with the link may pay, as with real providers; its
token cannot be guessed, so no foreign page can send a browser there. Nobody is called back.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

from emulator.domain.accounts import accounts
from emulator.domain.billing import topups
from emulator.domain.billing.topups import Payment
from emulator.domain.money import with_currency
from emulator.domain.world import Shop, read
from emulator.texts import PAYMENT_STATES, in_language
from emulator.worlds.worlds import WorldError, Worlds

ACTIONS = {"pay": topups.CREDITED, "later": topups.IN_PROGRESS, "decline": topups.CANCELLED}
TEXTS = {
    "en": ("Payment", "Pay", "Pay later", "Decline", "Nothing is real here: no money moves."),
    "ru": ("Платёж", "Оплатить", "Оплатить позже", "Отказаться", "Деньги здесь не настоящие."),
}
HEAD = """<!doctype html>
<html lang="{lang}"><head><meta charset="utf-8"><title>{title} {number}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 26rem;
  margin: 3rem auto; padding: 0 1rem }}
.sum {{ font-size: 2rem; margin: .5rem 0 }}
.note {{ color: #666 }}
button {{ font: inherit; padding: .5rem 1rem; margin: 0 .4rem .4rem 0; border-radius: 4px;
  border: 1px solid #999; background: #f4f4f2 }}
button.main {{ background: #1b6e3c; border-color: #1b6e3c; color: #fff }}
</style></head><body>
<h1>{title} {number}</h1>
<p class="sum">{amount}</p>
<p>{method}. {who}. <strong>{status}</strong></p>
{form}
<p class="note">{note}</p>
</body></html>
"""
GONE = "<!doctype html><title>mockseller</title><p>There is no such payment.</p>"


@dataclass(frozen=True, slots=True)
class Page:
    """An HTTP response; ``again``: the browser is redirected to the page, as after any click."""

    status: int
    html: str
    again: bool = False


class PaymentPages:
    """Shows payments by their tokens and carries out clicks."""

    def __init__(self, worlds: Worlds) -> None:
        self._worlds = worlds

    def show(self, token: str, address: str) -> Page:
        """The page of a payment. ``address``: its own, for clients that save it and open a copy."""
        try:
            db = self._worlds.connect(token.rpartition("-")[0])
        except WorldError:
            return Page(404, GONE)
        with db.reading():
            shop = self._worlds.shop(db, read(db))
            payment = topups.find_by_token(shop, token)
            return Page(404, GONE) if payment is None else Page(200, _html(shop, payment, address))

    def click(self, token: str, action: str) -> Page:
        """Pays, postpones or declines; a second or late click does nothing."""
        status = ACTIONS.get(action)
        try:
            with self._worlds.locked(token.rpartition("-")[0]) as db, db.writing():
                shop = self._worlds.shop(db, read(db))
                payment = topups.find_by_token(shop, token)
                if payment is None:
                    return Page(404, GONE)
                if status in topups.MOVES[payment.status]:
                    topups.move(shop, payment, status)
        except WorldError:
            return Page(404, GONE)
        return Page(303, "", again=True)


def _html(shop: Shop, payment: Payment, address: str) -> str:
    owner = accounts.require(shop.db, payment.account_id)
    lang = owner.lang if owner.lang in TEXTS else "en"
    title, pay, later, decline, note = TEXTS[lang]
    buttons = ""
    for action, text in (("pay", pay), ("later", later), ("decline", decline)):
        if ACTIONS[action] in topups.MOVES[payment.status] and payment.status != topups.CREDITED:
            kind = ' class="main"' if action == "pay" else ""
            buttons += f'<button{kind} name="action" value="{action}">{text}</button>\n'
    return HEAD.format(
        lang=lang,
        title=title,
        number=payment.id,
        amount=with_currency(payment.amount, payment.currency),
        method=escape(payment.method),
        who=escape(owner.realname or owner.login),
        status=in_language(PAYMENT_STATES[str(payment.status)], lang),
        form=f'<form method="post" action="{escape(address)}">{buttons}</form>' if buttons else "",
        note=note,
    )
