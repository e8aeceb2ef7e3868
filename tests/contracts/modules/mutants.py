"""Planted faults: for each rule at least one endpoint that breaks it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from contracts.checks.modules import Options
from tests.contracts.modules.faults import (
    EMPTY_BASKET,
    MORE,
    ORDER,
    PAGE,
    PAY,
    PRICES,
    REFUSED,
    FormThatOrders,
    LicensesToo,
    NeverDeleted,
    after,
    asks,
    cost,
    customer,
    edit,
    foreign_login,
    good_order,
    late,
    nobody,
    pays,
    raw,
    spoilt,
    when,
)
from tests.contracts.modules.stand import AUTOMATIC, BUY, Fault

PLAIN: Final = Options()


@dataclass(frozen=True)
class Mutant:
    """A fault, made anew for each run; the rule that names it; and rules that break with it."""

    name: str
    rule: str
    fault: Callable[[], Fault]
    options: Options = PLAIN
    also: tuple[str, ...] = ()


EVERY_ANSWER = (
    Mutant("slower than the time-out", "answers", late(31.0), also=("unknown-function",)),
    Mutant("slow", "quick", late(6.0)),
    Mutant("huge", "small", raw(lambda b: b + b"<!--" + b"x" * 5_000_000 + b"-->")),
    Mutant(
        "to a login", "no-redirect", when(nobody, b"", "302 Found", Location="/login"), AUTOMATIC,
    ),
    Mutant("401 beside the error", "http-200", when(nobody, status="401 No"), AUTOMATIC),
    Mutant("500 and a page", "http-200", when(asks(PRICES), PAGE, "500 Oops")),
    Mutant("JSON", "out-xml", when(asks(PRICES), b'{"doc": {"pricelist": []}}')),
    Mutant("a page", "out-xml", when(asks(PRICES), PAGE)),
    Mutant("nothing", "out-xml", when(asks(PRICES), b"")),
    Mutant("a blank line first", "nothing-before", raw(lambda b: b"\n" + b)),
    Mutant("a word first", "nothing-before", raw(lambda b: b"ok " + b.partition(b"\n")[2])),
    Mutant(
        "a warning of PHP first", "no-program-errors",
        raw(lambda b: b"<br />\n<b>Warning</b>:  fopen() in /srv/a.php on line <b>3</b>\n" + b),
        also=("nothing-before",),
    ),
    Mutant("a mark first", "no-bom", raw(lambda b: b"\xef\xbb\xbf" + b)),
    Mutant("Latin 1", "utf-8", raw(lambda b: b.replace(b">Business<", b">Gesch\xe4ft<"))),
    Mutant("UTF-8 called 1251", "declared-encoding", spoilt(PRICES, "UTF-8", "windows-1251")),
    Mutant("as HTML", "content-type", when(asks(PRICES), Content_Type="text/html")),
    Mutant("a DOCTYPE", "no-doctype", spoilt(PRICES, "<doc>", "<!DOCTYPE doc><doc>")),
    Mutant(
        "entities", "no-doctype",
        spoilt(PRICES, "<doc>", '<!DOCTYPE doc [<!ENTITY a "aa">]><doc>&a;'),
    ),
    Mutant("a bare ampersand", "well-formed", spoilt(PRICES, "Business<", "Business & more<")),
    Mutant("another root", "root-doc", spoilt(PRICES, r"(</?)doc>", r"\1response>")),
    Mutant("no type", "error-shape", spoilt("addition.edit", r' type="\w+"', ""), AUTOMATIC),
    Mutant("no text", "error-shape", spoilt("addition.edit", "<msg>.*</msg>", ""), AUTOMATIC),
)  # fmt: skip

NAMES_AND_PRICES = (
    Mutant("none at all", "list-not-empty", when(asks(PRICES), b"<doc><p_elems>0</p_elems></doc>")),
    Mutant("a word for a number", "id-number", spoilt(PRICES, "<id>277", "<id>v277")),
    Mutant("one number twice", "id-unique", spoilt(PRICES, "<id>278", "<id>277")),
    Mutant(
        "no name", "module-named",
        spoilt(PRICES, "<additionintname>Virusdie</additionintname>", ""),
    ),
    Mutant(
        "lower case", "module-name-spelling", spoilt(PRICES, ">Virusdie</add", ">virusdie</add"),
    ),
    Mutant("parted", "module-name-spelling", spoilt(PRICES, ">VirusDieB", ">VirusDie B")),
    Mutant("a stranger", "module-name-known", spoilt(PRICES, ">Virusdie</add", ">Imunify</add")),
    Mutant("told twice", "module-once", spoilt(PRICES, ">VirusDieBusiness<", ">Virusdie<")),
    Mutant(
        "one is missing", "expected-modules", when(lambda _: False),
        Options(expect=("Virusdie", "CloudLinux")),
    ),
    Mutant("no price", "price-there", spoilt(PRICES, "<price .*?</price>", "")),
    Mutant("no period", "price-there", spoilt(PRICES, "<period .*?</period>", "")),
    Mutant(
        "two currencies", "one-currency", spoilt(PRICES, r'(<id>278.*?currency=")EUR', r"\1USD"),
    ),
    Mutant("EURO", "currency-iso", spoilt(PRICES, "EUR", "EURO")),
    Mutant("a sign", "currency-iso", spoilt(PRICES, "EUR", "€")),
    Mutant("no such money", "currency-known", spoilt(PRICES, "EUR", "EUX")),
    Mutant("not ours", "currency-expected", when(lambda _: False), Options(currency="USD")),
    Mutant("monthly", "month-1-period", spoilt(PRICES, 'type="month"', 'type="monthly"')),
    Mutant(
        "a year only", "month-1-period",
        spoilt(PRICES, '<period [^<]*length="1">.*?</period>', ""),
    ),
    Mutant("a month twice", "month-1-period", spoilt(PRICES, 'length="12"', 'length="1"')),
    Mutant("a year backwards", "period-length", spoilt(PRICES, 'length="12"', 'length="-12"')),
    Mutant("a year in words", "period-length", spoilt(PRICES, 'length="12"', 'length="year"')),
    Mutant("no cost", "cost-number", cost("")),
    Mutant("in words", "cost-number", cost("twelve")),
    Mutant("an exponent", "cost-number", cost("1.2e1")),
    Mutant("a comma", "cost-dot", cost("12,00")),
    Mutant("blanks between", "cost-ungrouped", cost("1 200.00")),
    Mutant("commas between", "cost-ungrouped", cost("1,200.00")),
    Mutant("a currency behind", "cost-bare", cost("12.00 EUR")),
    Mutant("a currency before", "cost-bare", cost("$12.00")),
    Mutant("a gift and more", "cost-not-negative", cost("-12.00")),
    Mutant("a gift", "cost-not-zero", cost("0.00")),
)  # fmt: skip

ASKED_OTHERWISE = (
    Mutant(
        "a login is wanted", "prices-without-login",
        when(lambda a: a.func == PRICES and "authinfo" not in a.sent, REFUSED),
    ),
    Mutant(
        "no login is wanted", "prices-with-login",
        when(lambda a: a.func == PRICES and "authinfo" in a.sent, REFUSED), AUTOMATIC,
    ),
    Mutant(
        "dearer for customers", "prices-agree",
        spoilt(PRICES, "12.0000", "13.0000", authinfo="ada:secret-1"), AUTOMATIC,
    ),
    Mutant("for licences too", "itemtype-other", LicensesToo),
    Mutant(
        "GET alone", "get-and-post",
        when(lambda a: (a.func, a.method) == (PRICES, "POST"), PAGE, "405 Method Not Allowed"),
    ),
    Mutant("strict", "unknown-parameters", when(lambda a: "nothing_1" in a.sent, REFUSED)),
    Mutant(
        "another price each time", "stable",
        after(lambda a: "nothing_1" in a.sent, 1, edit(PRICES, "12.0000", "12.5000")),
    ),
    Mutant(
        "a page for what is unknown", "unknown-function",
        when(asks("mockseller.nosuch"), PAGE, "404 Not Found"),
    ),
    Mutant(
        "another type for it", "unknown-function-type",
        spoilt("mockseller.nosuch", 'type="missed"', 'type="value"'),
    ),
    Mutant(
        "no page", "page-answers", when(lambda _: True, PAGE, "404 Not Found"),
        Options(mode="manual"),
    ),
)  # fmt: skip

CART = (
    Mutant("any password", "wrong-login-refused", when(foreign_login, EMPTY_BASKET), AUTOMATIC),
    Mutant(
        "no access", "wrong-login-type",
        lambda: lambda a: a.sub('type="auth"', 'type="access"') if foreign_login(a) else None,
        AUTOMATIC,
    ),
    Mutant("anybody's", "login-needed", when(nobody, EMPTY_BASKET), AUTOMATIC),
    Mutant(
        "bad login", "login-needed-type",
        lambda: lambda a: a.sub('type="access"', 'type="auth"') if nobody(a) else None, AUTOMATIC,
    ),
    Mutant(
        "of nothing", "bad-id-refused", spoilt("addition.edit", ' object="item"', ""), AUTOMATIC,
    ),
    Mutant("any number", "bad-id-refused", when(asks("addition.edit"), b"<doc/>"), AUTOMATIC),
    Mutant("no basket", "basket-readable", when(customer, REFUSED), AUTOMATIC),
    Mutant(
        "no order in it", "basket-fields",
        lambda: edit("basket", "<billorder.*?(/>|</billorder>)", ""),
        AUTOMATIC,
    ),
    Mutant("a form orders", "order-form-free", FormThatOrders, AUTOMATIC),
    Mutant(
        "no number of the order", "order-taken",
        lambda: lambda a: a.sub("<billorder>.*?</billorder>", "") if good_order(a) else None,
        AUTOMATIC,
    ),
    Mutant(
        "refused", "order-taken", when(asks(ORDER), REFUSED), AUTOMATIC, ("refusal-names-field",),
    ),
    Mutant("lost", "basket-shows-order", when(customer, EMPTY_BASKET), AUTOMATIC),
    Mutant(
        "dearer in the basket", "basket-price",
        after(good_order, 1, edit("basket", "12.00", "13.00")), AUTOMATIC,
    ),
    Mutant(
        "in other money in the basket", "basket-price",
        after(good_order, 1, edit("basket", "<cost>12.00", "<cost>12.00 USD")), AUTOMATIC,
        ("basket-sums-bare",),
    ),
    Mutant(
        "no cost in the basket", "basket-price",
        after(good_order, 1, edit("basket", "<cost>.*?</cost>", "")), AUTOMATIC,
        ("other-period-price",),
    ),
    Mutant(
        "doubles", "basket-once",
        after(good_order, 2, edit("basket", "(<elem>.*?</elem>)", rf"\1{MORE}")), AUTOMATIC,
        ("other-period-price",),
    ),
    Mutant(
        "charged at once", "basket-free",
        after(good_order, 1, edit("subaccount", "30.00", "18.00")), AUTOMATIC,
    ),
    Mutant(
        "any tariff", "unknown-tariff-refused",
        when(asks(ORDER, pricelist="999999999"), b"<doc><ok/></doc>"), AUTOMATIC,
    ),
    Mutant("any period", "bad-period-refused", when(asks(ORDER, period="7"), b"<doc/>"), AUTOMATIC),
    Mutant(
        "any licence", "foreign-licence-refused",
        when(asks(ORDER, item="999999999"), b"<doc/>"), AUTOMATIC,
    ),
    Mutant(
        "just no", "refusal-names-field", spoilt(ORDER, ' object="period"', "", period="7"),
        AUTOMATIC,
    ),
    Mutant(
        "for good", "basket-emptied",
        after(
            asks("basket", clicked_button="delete"), 1,
            edit("basket", '<list name="itemlist" ?/>', f'<list name="itemlist">{MORE}</list>'),
        ),
        AUTOMATIC,
    ),
)  # fmt: skip

PURCHASE = (
    Mutant("no way to pay", "payment-methods", spoilt("payment.add", "<elem>.*</elem>", ""), BUY),
    Mutant("by a page", "payment-done", lambda: edit(PAY, "func=order", "https://pay.test/1"), BUY),
    Mutant("paying fails", "payment-done", when(asks(PAY), REFUSED), BUY),
    Mutant(
        "not listed", "module-listed",
        when(asks("addition", authinfo="ada:secret-1"), b"<doc/>"), BUY,
    ),
    Mutant(
        "for ever opening", "module-active",
        lambda: edit("addition", "<status>2", "<status>5"), BUY,
    ),
    Mutant("suspended", "module-active", lambda: edit("addition", "<status>2", "<status>3"), BUY),
    Mutant(
        "for a year", "month-later",
        lambda: edit("addition", "<expiredate>2027", "<expiredate>2028"), BUY,
    ),
    Mutant(
        "dearer when paid", "charged-price",
        after(asks(PAY), 1, edit("subaccount", "18.00", "17.00")), BUY,
    ),
    Mutant(
        "charged again", "charged-once",
        after(pays, 2, edit("subaccount", "18.00", "6.00")), BUY,
    ),
    Mutant(
        "a form prolongs", "prolong-form-free",
        after(asks("service.prolong"), 1, edit("addition", "2027-02-10", "2027-03-10")), BUY,
    ),
    Mutant("not deleted", "module-deleted", NeverDeleted, BUY),
    Mutant("deletion refused", "module-deleted", when(asks("addition.delete"), REFUSED), BUY),
)  # fmt: skip

MUTANTS: Final = (*EVERY_ANSWER, *NAMES_AND_PRICES, *ASKED_OTHERWISE, *CART, *PURCHASE)
ELSEWHERE: Final = {"certificate": "needs TLS, which no WSGI application has: test_http_client.py"}
"""Rules without a mutant here, and where they are broken."""
