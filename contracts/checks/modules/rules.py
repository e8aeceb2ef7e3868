"""The rules an endpoint for panels is held against, as data.

What is only assumed warns; everything else fails. The facts stand in docs/modules.md and
docs/wire.md; the table of docs/modules.md section 7 is this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from contracts.verdicts import ASSUMED, DOCUMENTED, OBSERVED

ANSWER: Final = "every answer"
LIST: Final = "price list"
REFUSAL: Final = "refusals"
CART: Final = "cart"
PURCHASE: Final = "purchase"
PROLONGING: Final = "prolonging"
OTHERS: Final = "other customers"
PAGE: Final = "page"
GROUPS: Final = (ANSWER, LIST, REFUSAL, CART, PURCHASE, PROLONGING, OTHERS, PAGE)
_ASKED: Final = "docs/modules.md section 3"
_OFFERED: Final = "docs/modules.md section 2"
_OURS: Final = "docs/modules.md section 7"
_TRANSPORT: Final = "docs/wire.md section 1"
_LOGIN: Final = "docs/wire.md section 2.6"
_FORM: Final = "docs/wire.md section 4.2"
_ROWS: Final = "docs/wire.md section 7"


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing a panel counts on: ``says`` is a sentence for people."""

    name: str
    group: str
    evidence: str
    source: str
    says: str


_ALL: Final = (
    Rule("answers", ANSWER, DOCUMENTED, _ASKED, "Every request gets a whole answer in time."),
    Rule("quick", ANSWER, ASSUMED, _OURS, "An answer does not keep the panel waiting."),
    Rule("small", ANSWER, ASSUMED, _OURS, "An answer has less than 4 MiB."),
    Rule("certificate", ANSWER, ASSUMED, _OURS, "The certificate of the address can be checked."),
    Rule(
        "no-redirect", ANSWER, OBSERVED, _TRANSPORT, "An answer is the document, not a redirect."
    ),
    Rule("http-200", ANSWER, OBSERVED, _TRANSPORT, "Every answer has the HTTP status 200."),
    Rule("out-xml", ANSWER, DOCUMENTED, _ASKED, "`out=xml` is answered in XML."),
    Rule("nothing-before", ANSWER, DOCUMENTED, _ASKED, "Nothing stands before the XML."),
    Rule("no-bom", ANSWER, ASSUMED, _OURS, "There is no byte order mark."),
    Rule("utf-8", ANSWER, OBSERVED, _TRANSPORT, "Text is UTF-8."),
    Rule("declared-encoding", ANSWER, OBSERVED, _TRANSPORT, "No other encoding is declared."),
    Rule("content-type", ANSWER, ASSUMED, _TRANSPORT, "XML is served as `text/xml`."),
    Rule("no-doctype", ANSWER, ASSUMED, _OURS, "There is no DOCTYPE and no entity of one's own."),
    Rule("well-formed", ANSWER, DOCUMENTED, _ASKED, "The XML can be parsed."),
    Rule("root-doc", ANSWER, DOCUMENTED, _ASKED, "The outermost element is `doc`."),
    Rule(
        "error-shape", ANSWER, OBSERVED, "docs/wire.md section 5.1",
        "An `error` has a `type` and a `msg`.",
    ),
    Rule("no-program-errors", ANSWER, ASSUMED, _OURS, "No answer shows errors of the program."),
    Rule("prices-without-login", LIST, DOCUMENTED, _ASKED, "Prices are told without a login."),
    Rule("prices-with-login", LIST, DOCUMENTED, _ASKED, "Prices are told with a login."),
    Rule("prices-agree", LIST, ASSUMED, _ASKED, "With and without a login prices are the same."),
    Rule("list-not-empty", LIST, DOCUMENTED, _ASKED, "There is a `pricelist` for each module."),
    Rule("id-number", LIST, DOCUMENTED, _ASKED, "Each `id` is a whole number."),
    Rule("id-unique", LIST, DOCUMENTED, _ASKED, "No two modules have the same `id`."),
    Rule("module-named", LIST, DOCUMENTED, _ASKED, "Each module has an `additionintname`."),
    Rule(
        "module-name-spelling", LIST, DOCUMENTED, _ASKED,
        "Known modules are spelt as panels spell them.",
    ),
    Rule("module-name-known", LIST, ASSUMED, _ASKED, "Only modules that are known are listed."),
    Rule("module-once", LIST, ASSUMED, _ASKED, "Each module is listed once."),
    Rule("expected-modules", LIST, DOCUMENTED, _ASKED, "Modules named by `--expect` are there."),
    Rule("price-there", LIST, DOCUMENTED, _ASKED, "Each module has a `price` with a `period`."),
    Rule("one-currency", LIST, ASSUMED, _ASKED, "Each module has one price, all in one currency."),
    Rule("currency-iso", LIST, DOCUMENTED, _ASKED, "`currency` is a code of three capitals."),
    Rule("currency-known", LIST, ASSUMED, _OURS, "The code is one of ISO 4217."),
    Rule("currency-expected", LIST, DOCUMENTED, _ASKED, "The currency is that of `--currency`."),
    Rule(
        "month-1-period", LIST, DOCUMENTED, _ASKED,
        'Each price has one period with `type="month"` and `length="1"`.',
    ),
    Rule("period-length", LIST, ASSUMED, _ASKED, "Each `length` is a whole number."),
    Rule("cost-number", LIST, DOCUMENTED, _ASKED, "Each `cost` is a number."),
    Rule("cost-dot", LIST, DOCUMENTED, _ASKED, "A cost has a dot before its decimals."),
    Rule("cost-ungrouped", LIST, DOCUMENTED, _ASKED, "A cost has no separator of thousands."),
    Rule("cost-bare", LIST, DOCUMENTED, _ASKED, "A cost has no currency beside it."),
    Rule("cost-not-negative", LIST, DOCUMENTED, _ASKED, "No cost is below nothing."),
    Rule("cost-not-zero", LIST, ASSUMED, _ASKED, "Nothing but a trial is free."),
    Rule("itemtype-other", LIST, ASSUMED, _ASKED, "`itemtype=soft` lists no modules."),
    Rule("get-and-post", LIST, DOCUMENTED, _TRANSPORT, "POST is answered as GET is."),
    Rule("unknown-parameters", LIST, OBSERVED, _TRANSPORT, "Unknown parameters are passed over."),
    Rule("stable", LIST, ASSUMED, _OURS, "Asked again, the list is the same."),
    Rule(
        "unknown-function", LIST, ASSUMED, "docs/wire.md section 8.1",
        "An unknown function is answered by an error document.",
    ),
    Rule(
        "unknown-function-type", LIST, ASSUMED, "docs/wire.md section 8.1",
        "That error is of type `missed`.",
    ),
    Rule(
        "wrong-login-refused", REFUSAL, OBSERVED, "docs/wire.md section 2.6",
        "A wrong login sees no basket.",
    ),
    Rule(
        "wrong-login-type", REFUSAL, OBSERVED, "docs/wire.md section 2.6",
        "A wrong login is an error of type `auth`.",
    ),
    Rule(
        "login-needed", REFUSAL, OBSERVED, "docs/wire.md section 2.6",
        "Without a login there is no basket.",
    ),
    Rule(
        "login-needed-type", REFUSAL, ASSUMED, "docs/wire.md section 2.6",
        "A missing login is an error of type `access`.",
    ),
    Rule(
        "bad-id-refused", REFUSAL, ASSUMED, "docs/wire.md section 5.1",
        "A number of no module is an error that names its `object`.",
    ),
    Rule(
        "modules-need-login", REFUSAL, OBSERVED, _LOGIN,
        "`addition` shows nothing to a wrong login or none.",
    ),
    Rule(
        "balance-needs-login", REFUSAL, OBSERVED, _LOGIN,
        "`subaccount` shows nothing to a wrong login or none.",
    ),
    Rule(
        "orders-need-login", REFUSAL, OBSERVED, _LOGIN,
        "A wrong login or none orders nothing.",
    ),
    Rule(
        "session-needs-login", REFUSAL, OBSERVED, _LOGIN,
        "`auth` opens no session for an unknown login.",
    ),
    Rule("basket-readable", CART, DOCUMENTED, _ASKED, "`basket` is answered."),
    Rule(
        "basket-fields", CART, OBSERVED, _ASKED,
        "A basket has `itemlist`, `billorder` and `total_sum`.",
    ),
    Rule(
        "order-form-free", CART, OBSERVED, "docs/wire.md section 4.2",
        "An order without `sok` orders nothing.",
    ),
    Rule(
        "order-taken", CART, OBSERVED, "docs/wire.md section 4.6",
        "An order is taken and names its `billorder`.",
    ),
    Rule(
        "basket-free",
        CART,
        OBSERVED,
        "docs/wire.md section 4.6",
        "What lies in the basket costs nothing yet.",
    ),
    Rule("basket-shows-order", CART, OBSERVED, _ASKED, "What was ordered is in the basket."),
    Rule("basket-price", CART, DOCUMENTED, _ASKED, "It costs there what the price list says."),
    Rule(
        "basket-total", CART, OBSERVED, _ASKED,
        "`total_sum` is what the positions come to, with the tax and less the discount.",
    ),
    Rule(
        "basket-position", CART, OBSERVED, _ASKED,
        "A position tells the module, the period and the renewal that were ordered.",
    ),
    Rule(
        "basket-order-number", CART, ASSUMED, _ASKED,
        "The order and the basket name one `billorder`.",
    ),
    Rule(
        "other-period-price", CART, ASSUMED, _ASKED,
        "Another period costs in the basket what the list says of it.",
    ),
    Rule(
        "unpaid-not-active", CART, DOCUMENTED, "docs/wire.md section 4.6",
        "What is not paid is not active.",
    ),
    Rule("basket-once", CART, ASSUMED, _OURS, "The same order again adds nothing."),
    Rule("unknown-tariff-refused", CART, ASSUMED, _OURS, "An unknown tariff is not ordered."),
    Rule("bad-period-refused", CART, ASSUMED, _OURS, "A period that is not sold is not ordered."),
    Rule("foreign-licence-refused", CART, ASSUMED, _OURS, "A foreign license gets no module."),
    Rule(
        "refusal-names-field", CART, ASSUMED, "docs/wire.md section 5.1",
        "A refused order names the field it was refused for.",
    ),
    Rule(
        "basket-kept", CART, ASSUMED, _ASKED,
        "Taking out a number that is not there leaves the rest.",
    ),
    Rule("basket-emptied", CART, OBSERVED, _ASKED, "What is taken out of the basket is gone."),
    Rule("payment-methods", PURCHASE, OBSERVED, _ASKED, "`payment.add` lists ways to pay."),
    Rule("pay-form-free", PURCHASE, OBSERVED, _FORM, "Paying without `sok` pays nothing."),
    Rule(
        "unknown-order-unpaid", PURCHASE, ASSUMED, _OURS,
        "An order that does not exist is not paid, nor another one for it.",
    ),
    Rule("payment-done", PURCHASE, OBSERVED, _ASKED, "An order is paid from the balance."),
    Rule("module-listed", PURCHASE, ASSUMED, _ASKED, "`addition` lists what was bought."),
    Rule("module-ordered", PURCHASE, OBSERVED, _ROWS, "It is the module that was ordered."),
    Rule(
        "module-licence", PURCHASE, ASSUMED, _ASKED, "It is on the license it was ordered for."
    ),
    Rule("module-period", PURCHASE, OBSERVED, _ROWS, "Its period is the one that was ordered."),
    Rule(
        "not-renewed-unasked", PURCHASE, DOCUMENTED, _OFFERED,
        "It is not renewed by itself where `autoprolong=null` was asked.",
    ),
    Rule("dates-iso", PURCHASE, DOCUMENTED, _ROWS, "Dates are `YYYY-MM-DD`."),
    Rule("module-active", PURCHASE, ASSUMED, _ASKED, "It becomes active."),
    Rule("month-later", PURCHASE, DOCUMENTED, _ASKED, "It ends a month later, to a day."),
    Rule("charged-price", PURCHASE, DOCUMENTED, _ASKED, "The balance falls by the price."),
    Rule(
        "currency-paid", PURCHASE, ASSUMED, _ASKED,
        "What is paid is in the currency of the list.",
    ),
    Rule("charged-once", PURCHASE, DOCUMENTED, _ASKED, "The same order is not charged twice."),
    Rule(
        "prolong-form-free", PURCHASE, OBSERVED, "docs/wire.md section 4.2",
        "`service.prolong` without `sok` changes nothing.",
    ),
    Rule("module-deleted", PURCHASE, DOCUMENTED, _OFFERED, "`addition.delete` deletes it."),
    Rule(
        "prolonged-a-month", PROLONGING, DOCUMENTED, _OFFERED,
        "`service.prolong` moves the end by a month of the calendar.",
    ),
    Rule(
        "prolong-charged", PROLONGING, DOCUMENTED, _OFFERED, "It costs the price of a month, once."
    ),
    Rule(
        "prolong-answer", PROLONGING, OBSERVED, "docs/wire.md section 4.3",
        "Its `newexpiredate` is the end that is listed then.",
    ),
    Rule("other-modules-hidden", OTHERS, OBSERVED, _LOGIN, "Nobody is listed another's modules."),
    Rule(
        "other-module-closed", OTHERS, OBSERVED, _LOGIN,
        "Nobody opens, prolongs or deletes another's module.",
    ),
    Rule(
        "other-basket-closed", OTHERS, OBSERVED, _LOGIN,
        "Nobody sees or empties another's basket.",
    ),
    Rule("other-order-closed", OTHERS, OBSERVED, _LOGIN, "Nobody is shown another's order to pay."),
    Rule(
        "other-licence-refused", OTHERS, ASSUMED, _OURS,
        "Nobody orders a module for another's licence.",
    ),
    Rule("other-balance-kept", OTHERS, OBSERVED, _LOGIN, "Nobody pays for another."),
    Rule("page-answers", PAGE, DOCUMENTED, "docs/modules.md section 1", "A browser gets a page."),
)  # fmt: skip

RULES: Final[Mapping[str, Rule]] = MappingProxyType({rule.name: rule for rule in _ALL})
"""Every rule by its name, in the order in which they are told."""
