"""The BILLmanager-like API of a reseller that control panels call: a WSGI application.

    shop = ModuleShop(ModuleStore("modules.sqlite"), client, today=…, currency="EUR")
    app.wsgi_app = DispatcherMiddleware(app.wsgi_app, {"/panel": ModuleEndpoint(shop)})

It answers at every path below where it is mounted. Source: docs/modules.md section 3: the price
list is documented; that panels then call BILLmanager's own client API is assumed.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_HALF_UP
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as ET

from werkzeug.wrappers import Response

from reseller_client.errors import ResellerError
from reseller_client.modules.logins import Logins
from reseller_client.modules.request import PanelRequest, read_fields
from reseller_client.modules.shop import ModuleShop, ShopRefusal
from reseller_client.modules.store import STATUS, Buyer, CustomerModule
from reseller_client.modules.wire import (
    FORMATS,
    KINDS,
    add_list,
    add_rows,
    fill,
    make_document,
    make_error,
    write_document,
)
from reseller_client.shop.prices import CENT

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

LABELS: Final = MappingProxyType({1: "Ordered", 2: "Active", 3: "Suspended", 5: "Processing"})
TERMS: Final = MappingProxyType({1: "monthly", 12: "yearly", -100: "trial", 0: "lifetime"})
"""Names of periods; `monthly` is documented, the others are assumed."""
WHOLE_TERMS: Final = MappingProxyType({-100: "Trial", 0: "Lifetime"})
LOGINS: Final = frozenset({"auth", "logoff"})
DEPTH: Final = 6
"""How many frames of an internal error are logged."""


class ModuleEndpoint:
    """Answers panels for a shop.

    With `prices_need_login` the price list needs a login, as in generation B of the vendor's pages.
    """

    def __init__(self, shop: ModuleShop, *, prices_need_login: bool = False) -> None:
        """Keep the shop and the setting."""
        self._shop = shop
        self._prices_need_login = prices_need_login
        self._logins = Logins(shop.store, shop.now)
        self._functions: Mapping[str, Callable[[PanelRequest], ET.Element]] = {
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
        """Answer one HTTP request; every answer is a document with status 200.

        HEAD is answered without a body, and does nothing.
        """
        if environ["REQUEST_METHOD"] == "HEAD":
            return Response(b"", content_type=KINDS["xml"])(environ, start_response)
        params: Mapping[str, str] = {}
        try:
            params = read_fields(environ)
            doc = self._answer(params)
        except ShopRefusal as refusal:
            doc = make_error(refusal)
        except ResellerError:
            # The panel is not told what the seller refused or did not answer.
            doc = make_error(ShopRefusal("busy", "", "", "The vendor does not answer now"))
        except Exception as problem:  # noqa: BLE001 - a panel gets a document, whatever happens
            self._log(problem, params.get("func", ""), environ)
            doc = make_error(ShopRefusal("internal", "", "", "Something went wrong inside"))
        out = FORMATS.get(params.get("out", "").lower(), "xml")
        body = write_document(doc, out, params.get("func", ""))
        response = Response(body, content_type=KINDS[out])
        response.headers["Cache-Control"] = "no-store"
        return response(environ, start_response)

    def _log(self, problem: Exception, func: str, environ: WSGIEnvironment) -> None:
        """Log where in the code an internal error happened, and nothing of the request.

        The text of the exception is left out too: it may quote what was sent.
        """
        where = " < ".join(
            f"{Path(step.filename).name}:{step.lineno} {step.name}"
            for step in reversed(traceback.extract_tb(problem.__traceback__)[-DEPTH:])
        )
        name = func if func in self._functions or func in LOGINS else "a request"
        environ["wsgi.errors"].write(f"{name}: {type(problem).__name__} at {where}\n")

    def _answer(self, params: Mapping[str, str]) -> ET.Element:
        func = params.get("func", "")
        if func == "auth":
            return self._logins.log_in(params)
        if func == "logoff":
            return self._logins.log_off(params)
        answer = self._functions.get(func)
        if answer is None:
            raise ShopRefusal("missed", "func", func, "There is no such function")
        return answer(PanelRequest(params, self._logins.identify(params)))

    def _prices(self, request: PanelRequest) -> ET.Element:
        """Return the price list, as on the page of generation B (documented)."""
        if self._prices_need_login:
            _ = request.customer
        doc = make_document()
        if request.params.get("itemtype") not in {None, "", "addition"}:
            return doc
        for product in self._shop.store.products():
            if not product.prices:
                continue  # no longer sold
            node = ET.SubElement(doc, "pricelist")
            fill(node, {"id": product.id, "additionintname": product.intname, "name": product.name})
            price = ET.SubElement(node, "price", {"currency": self._shop.currency})
            for period, cost in product.prices.items():
                attributes = {"cost": f"{cost:.4f}", "type": "month", "length": str(period)}
                ET.SubElement(price, "period", attributes).text = TERMS.get(
                    period, f"{period} months"
                )
        return doc

    def _basket(self, request: PanelRequest) -> ET.Element:
        buyer, basket = request.customer, self._shop.basket(request.customer)
        if request.pressed("delete"):
            self._shop.drop(buyer, request.number("id"))
        elif request.pressed("clearbasket"):
            self._shop.drop(buyer)
        elif request.pressed("free") and ("id" in request.params or basket.number is not None):
            number = request.number("id") if "id" in request.params else basket.number or 0
            self._shop.pay(buyer, number)
            return make_document({"ok": "func=order", "billorder": number})
        basket = self._shop.basket(buyer)
        doc = make_document(
            {
                "billorder": "" if basket.number is None else basket.number,
                "total_sum": f"{basket.total:.2f}",
                "full_discount": "0.00",
                "tax": "0.00",
                "currency": self._shop.currency,
            }
        )
        add_list(doc, "itemlist", map(self._position, basket.modules))
        return doc

    def _position(self, module: CustomerModule) -> dict[str, object]:
        return {
            "id": module.id,
            "item.id": module.id,
            "item.type": "addition",
            "item.period": module.period,
            "item.autoprolong": module.autoprolong or "null",
            "name": module.intname,
            "desc": module.intname,
            "cost": f"{module.price:.2f}",
            "fullcost": f"{module.price:.2f}",
            "discount": "0.00",
            "discount_percent": "0.00",
        }

    def _order(self, request: PanelRequest) -> ET.Element:
        buyer = request.customer
        number, period = request.number("pricelist"), request.number("period")
        price = f"{self._shop.quote(number, period):.2f} {self._shop.currency}"
        if not request.commits:
            return make_document({"pricelist": number, "period": period, "orderinfo": price})
        license, renewal = request.number("item"), request.months("autoprolong")
        module = self._shop.put(buyer, number, license, period, renewal)
        if request.params.get("skipbasket") == "on" and not request.pressed("basket"):
            self._pay_at_once(buyer, module)
            return make_document({"id": module.id, "item.id": module.id, "ok": ""})
        fields = {"id": module.id, "item.id": module.id, "billorder": module.order_id}
        return make_document({**fields, "ok": "func=basket"})

    def _pay_at_once(self, buyer: Buyer, module: CustomerModule) -> None:
        """Pay the order; a module that cannot be paid is taken out of the basket again."""
        try:
            self._shop.pay(buyer, module.order_id)
        except ShopRefusal:
            if module.id in {waiting.id for waiting in self._shop.basket(buyer).modules}:
                self._shop.drop(buyer, module.id)
            raise

    def _payment(self, request: PanelRequest) -> ET.Element:
        basket = self._own_basket(request)
        doc = make_document(
            {"billorder": request.params["billorder"], "amount": f"{basket:.2f}",
             "payment_currency": self._shop.currency}
        )  # fmt: skip
        balance = {
            "id": 0, "paymethod": 0, "paymethod_type": 0, "name": "Account balance", "desc": "",
            "paymethod_currency_iso": self._shop.currency,
        }  # fmt: skip
        add_list(doc, "methodlist", [balance])
        return doc

    def _own_basket(self, request: PanelRequest) -> object:
        basket = self._shop.basket(request.customer)
        number = request.number("billorder")
        if basket.number != number:
            raise ShopRefusal("missed", "billorder", str(number), "There is no such order")
        return basket.total

    def _pay(self, request: PanelRequest) -> ET.Element:
        """Pay from the balance, the only payment method. A paid order is not paid again."""
        if not request.commits:
            return self._payment(request)
        buyer, number = request.customer, request.number("billorder")
        self._shop.pay(buyer, number)
        return make_document({"billorder": number, "ok": "func=order"})

    def _modules(self, request: PanelRequest) -> ET.Element:
        doc = make_document()
        modules = self._shop.modules(request.customer)
        add_rows(doc, map(self._row, modules))
        fill(doc, {"p_elems": len(modules)})
        return doc

    def _row(self, module: CustomerModule) -> dict[str, object]:
        status = STATUS[module.state]
        return {
            "id": module.id,
            "name": f"{module.intname} #{module.id}",
            "item": module.license,
            "pricelist": module.intname,
            "pricelist_id": module.product,
            "intname": module.intname,
            "period": module.period,
            "cost": self._monthly_price(module),
            "item_cost": f"{module.price:.4f}",
            "currency_str": self._shop.currency,
            "createdate": module.created_on,
            "expiredate": module.expires_on or "",
            "autoprolong": module.autoprolong or "null",
            "status": status,
            "item_status": LABELS[status],
        }

    def _monthly_price(self, module: CustomerModule) -> str:
        """Return what a month costs, `9.00 EUR / Month`; a trial and a lifetime are shown whole."""
        monthly = (module.price / max(module.period, 1)).quantize(CENT, ROUND_HALF_UP)
        word = WHOLE_TERMS.get(module.period, "Month")
        return f"{monthly:.2f} {self._shop.currency} / {word}"

    def _edit(self, request: PanelRequest) -> ET.Element:
        buyer, number = request.customer, request.number("elid")
        module = self._shop.module(buyer, number)
        if request.commits and "autoprolong" in request.params:
            module = self._shop.set_autoprolong(buyer, number, request.months("autoprolong"))
        ok = {"ok": ""} if request.commits else {}
        return make_document({"elid": number, **self._row(module), **ok})

    def _prolong(self, request: PanelRequest) -> ET.Element:
        buyer, number, period = request.customer, request.number("elid"), request.number("period")
        module = self._shop.module(buyer, number)
        price = f"{self._shop.quote(module.product, period):.2f} {self._shop.currency}"
        if not request.commits:
            return make_document({"elid": number, "period": period, "orderinfo": price})
        after = self._shop.prolong(buyer, number, period)
        doc = make_document({"id": number, "ok": ""})
        inner = ET.SubElement(doc, "doc")
        fill(inner, {"elid": number, "newexpiredate": after.expires_on})
        return doc

    def _delete(self, request: PanelRequest) -> ET.Element:
        buyer, texts = request.customer, request.params.get("elid", "").split(",")
        numbers = [PanelRequest({"elid": text}, buyer).number("elid") for text in texts]
        for number in numbers:  # check all before the first is deleted
            self._shop.module(buyer, number)
        for number in numbers:
            self._shop.delete(buyer, number)
        return make_document({"ok": ""})

    def _refused(self, request: PanelRequest) -> ET.Element:
        """Refuse: only an administrator suspends and resumes modules (documented)."""
        raise ShopRefusal("access", "", request.params["func"], "Access denied")

    def _balance(self, request: PanelRequest) -> ET.Element:
        doc, buyer = make_document(), request.customer
        balance = f"{buyer.balance:.2f} {self._shop.currency}"
        add_rows(doc, [{"id": 1, "project": self._shop.currency, "balance": balance}])
        return doc

    def _whoami(self, request: PanelRequest) -> ET.Element:
        doc, buyer = make_document(), request.customer
        ET.SubElement(doc, "user", {"name": buyer.login, "level": "16"})
        return doc
