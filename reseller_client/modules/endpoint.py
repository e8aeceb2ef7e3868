"""The BILLmanager-like API of a reseller that control panels call: a WSGI application.

    shop = ModuleShop(ModuleStore("modules.sqlite"), client, today=…, currency="EUR")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/panel": ModuleEndpoint(shop)})

It answers at any path below where it is mounted. Source: docs/modules.md section 3: the price list
is documented, what follows it is BILLmanager's own client API (assumed that panels ask it).
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Response

from reseller_client.errors import ResellerError
from reseller_client.modules.logins import Logins
from reseller_client.modules.request import Asked, read_fields
from reseller_client.modules.shop import ModuleShop, ShopRefusal
from reseller_client.modules.store import STATUS, Buyer, Held
from reseller_client.modules.wire import (
    FORMATS,
    KINDS,
    document,
    fill,
    named_list,
    refusal,
    rows,
    written,
)

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LABELS: Final = MappingProxyType({1: "Ordered", 2: "Active", 3: "Suspended", 5: "Processing"})
TERMS: Final = MappingProxyType({1: "monthly", 12: "yearly", -100: "trial", 0: "lifetime"})
"""What a period is called; `monthly` is the page's word, the others are assumed."""
LOGINS: Final = frozenset({"auth", "logoff"})
DEPTH: Final = 6
"""Places of the code that are told of an internal error."""


class ModuleEndpoint:
    """Answers panels out of a shop. `prices_need_login`: as generation B of the pages has it."""

    def __init__(self, shop: ModuleShop, *, prices_need_login: bool = False) -> None:
        """Keep the shop."""
        self._shop = shop
        self._prices_need_login = prices_need_login
        self._logins = Logins(shop.store, shop.now)
        self._functions: Mapping[str, Callable[[Asked], ET.Element]] = {
            "pricelist.export": self._prices,
            "basket": self._basket,
            "addition": self._modules,
            "addition.order.param": self._order,
            "addition.edit": self._edit,
            "addition.delete": self._delete,
            "addition.suspend": self._refused,
            "addition.resume": self._refused,
            "service.prolong": self._prolong,
            "payment.add": self._payment,
            "payment.add.method": self._pay,
            "subaccount": self._balance,
            "whoami": self._whoami,
        }

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request of HTTP; every answer is a document with status 200.

        HEAD is answered by the head alone, and nothing is done.
        """
        if environ["REQUEST_METHOD"] == "HEAD":
            return Response(b"", content_type=KINDS["xml"])(environ, start_response)
        params: Mapping[str, str] = {}
        try:
            params = read_fields(environ)
            doc = self._answer(params)
        except ShopRefusal as fault:
            doc = refusal(fault)
        except ResellerError:
            # What was refused or lost at the seller is the reseller's own affair.
            doc = refusal(ShopRefusal("busy", "", "", "The vendor does not answer now"))
        except Exception as fault:  # noqa: BLE001 - a panel gets documents, whatever happens
            self._report(fault, params.get("func", ""), environ)
            doc = refusal(ShopRefusal("internal", "", "", "Something went wrong inside"))
        out = FORMATS.get(params.get("out", "").lower(), "xml")
        body = written(doc, out, params.get("func", ""))
        response = Response(body, content_type=KINDS[out])
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def _report(self, fault: Exception, func: str, environ: WSGIEnvironment) -> None:
        """Say where it went wrong on the server's log: places of the code, nothing of the request.

        Neither does the text of the exception stand there, which may quote what was sent.
        """
        where = " < ".join(
            f"{Path(step.filename).name}:{step.lineno} {step.name}"
            for step in reversed(traceback.extract_tb(fault.__traceback__)[-DEPTH:])
        )
        known = func if func in self._functions or func in LOGINS else "a request"
        environ["wsgi.errors"].write(f"{known}: {type(fault).__name__} at {where}\n")

    def _answer(self, params: Mapping[str, str]) -> ET.Element:
        func = params.get("func", "")
        if func == "auth":
            return self._logins.log_in(params)
        if func == "logoff":
            return self._logins.log_off(params)
        answer = self._functions.get(func)
        if answer is None:
            raise ShopRefusal("missed", "func", func, "There is no such function")
        return answer(Asked(params, self._logins.who(params)))

    def _prices(self, asked: Asked) -> ET.Element:
        """The price list, as the page of generation B shows it (documented)."""
        if self._prices_need_login:
            _ = asked.customer
        doc = document()
        if asked.params.get("itemtype") not in {None, "", "addition"}:
            return doc
        for product in self._shop.store.products():
            if not product.prices:
                continue  # sold no more
            node = ET.SubElement(doc, "pricelist")
            fill(node, {"id": product.id, "additionintname": product.intname, "name": product.name})
            price = ET.SubElement(node, "price", {"currency": self._shop.currency})
            for period, cost in product.prices.items():
                told = {"cost": f"{cost:.4f}", "type": "month", "length": str(period)}
                ET.SubElement(price, "period", told).text = TERMS.get(period, f"{period} months")
        return doc

    def _basket(self, asked: Asked) -> ET.Element:
        buyer, basket = asked.customer, self._shop.basket(asked.customer)
        if asked.button("delete"):
            self._shop.drop(buyer, asked.number("id"))
        elif asked.button("clearbasket"):
            self._shop.drop(buyer)
        elif asked.button("free") and ("id" in asked.params or basket.number is not None):
            number = asked.number("id") if "id" in asked.params else basket.number or 0
            self._shop.pay(buyer, number)
            return document({"ok": "func=order", "billorder": number})
        basket = self._shop.basket(buyer)
        doc = document(
            {
                "billorder": "" if basket.number is None else basket.number,
                "total_sum": f"{basket.total:.2f} {self._shop.currency}",
                "full_discount": f"0.00 {self._shop.currency}",
                "tax": f"0.00 {self._shop.currency}",
            }
        )
        named_list(doc, "itemlist", (self._position(one) for one in basket.modules))
        return doc

    def _position(self, module: Held) -> dict[str, object]:
        return {
            "id": module.id,
            "item.id": module.id,
            "item.type": "addition",
            "item.period": module.period,
            "item.autoprolong": module.autoprolong or "null",
            "name": module.intname,
            "cost": f"{module.price:.2f} {self._shop.currency}",
        }

    def _order(self, asked: Asked) -> ET.Element:
        buyer = asked.customer
        number, period = asked.number("pricelist"), asked.number("period")
        price = f"{self._shop.quote(number, period):.2f} {self._shop.currency}"
        if not asked.commits:
            return document({"pricelist": number, "period": period, "orderinfo": price})
        wanted = (number, asked.number("item"), period, asked.months("autoprolong"))
        module = self._shop.put(buyer, *wanted)
        if asked.params.get("skipbasket") == "on" and not asked.button("basket"):
            self._pay_at_once(buyer, module)
            return document({"id": module.id, "item.id": module.id, "ok": ""})
        told = {"id": module.id, "item.id": module.id, "billorder": module.order_id}
        return document({**told, "ok": "func=basket"})

    def _pay_at_once(self, buyer: Buyer, module: Held) -> None:
        """Pay the order; what cannot be paid does not stay behind in the basket."""
        try:
            self._shop.pay(buyer, module.order_id)
        except ShopRefusal:
            if any(one.id == module.id for one in self._shop.basket(buyer).modules):
                self._shop.drop(buyer, module.id)
            raise

    def _payment(self, asked: Asked) -> ET.Element:
        basket = self._own_basket(asked)
        doc = document(
            {"billorder": asked.params["billorder"], "amount": f"{basket:.2f}",
             "payment_currency": self._shop.currency}
        )  # fmt: skip
        balance = {"id": 0, "paymethod": 0, "name": "Balance", "currency": self._shop.currency}
        named_list(doc, "methodlist", [balance])
        return doc

    def _own_basket(self, asked: Asked) -> object:
        basket = self._shop.basket(asked.customer)
        number = asked.number("billorder")
        if basket.number != number:
            raise ShopRefusal("missed", "billorder", str(number), "There is no such order")
        return basket.total

    def _pay(self, asked: Asked) -> ET.Element:
        """Pay from the balance, the one way there is. What is paid already is not paid again."""
        if not asked.commits:
            return self._payment(asked)
        buyer, number = asked.customer, asked.number("billorder")
        self._shop.pay(buyer, number)
        return document({"billorder": number, "ok": "func=order"})

    def _modules(self, asked: Asked) -> ET.Element:
        doc = document()
        modules = self._shop.modules(asked.customer)
        rows(doc, (self._row(one) for one in modules))
        fill(doc, {"p_elems": len(modules)})
        return doc

    def _row(self, module: Held) -> dict[str, object]:
        status = STATUS[module.state]
        return {
            "id": module.id,
            "name": f"{module.intname} #{module.id}",
            "item": module.license,
            "pricelist": module.intname,
            "pricelist_id": module.product,
            "intname": module.intname,
            "period": module.period,
            "cost": f"{module.price:.2f} {self._shop.currency}",
            "createdate": module.created_on,
            "expiredate": module.expires_on or "",
            "autoprolong": module.autoprolong or "null",
            "status": status,
            "item_status": LABELS[status],
        }

    def _edit(self, asked: Asked) -> ET.Element:
        buyer, number = asked.customer, asked.number("elid")
        module = self._shop.module(buyer, number)
        if asked.commits and "autoprolong" in asked.params:
            module = self._shop.set_autoprolong(buyer, number, asked.months("autoprolong"))
        ok = {"ok": ""} if asked.commits else {}
        return document({"elid": number, **self._row(module), **ok})

    def _prolong(self, asked: Asked) -> ET.Element:
        buyer, number, period = asked.customer, asked.number("elid"), asked.number("period")
        module = self._shop.module(buyer, number)
        price = f"{self._shop.quote(module.product, period):.2f} {self._shop.currency}"
        if not asked.commits:
            return document({"elid": number, "period": period, "orderinfo": price})
        after = self._shop.prolong(buyer, number, period)
        doc = document({"id": number, "ok": ""})
        inner = ET.SubElement(doc, "doc")
        fill(inner, {"elid": number, "newexpiredate": after.expires_on})
        return doc

    def _delete(self, asked: Asked) -> ET.Element:
        buyer, texts = asked.customer, asked.params.get("elid", "").split(",")
        numbers = [Asked({"elid": text}, buyer).number("elid") for text in texts]
        for number in numbers:  # all are there before the first one goes
            self._shop.module(buyer, number)
        for number in numbers:
            self._shop.delete(buyer, number)
        return document({"ok": ""})

    def _refused(self, asked: Asked) -> ET.Element:
        """Switching a module is the administrator's alone (documented)."""
        raise ShopRefusal("access", "", asked.params["func"], "Access denied")

    def _balance(self, asked: Asked) -> ET.Element:
        doc, buyer = document(), asked.customer
        balance = f"{buyer.balance:.2f} {self._shop.currency}"
        rows(doc, [{"id": 1, "project": self._shop.currency, "balance": balance}])
        return doc

    def _whoami(self, asked: Asked) -> ET.Element:
        doc, buyer = document(), asked.customer
        ET.SubElement(doc, "user", {"name": buyer.login, "level": "16"})
        return doc
