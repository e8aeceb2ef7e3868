"""A license as its control panel shows it: the modules, their prices, and a button for each."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus

from werkzeug.wrappers import Response

from emulator.control.api import services
from emulator.control.api.guard import Refusal
from emulator.control.console.frame import ConsolePage, Route, Visit, read_number
from emulator.control.console.panel_request import PanelRequest
from emulator.control.console.service_rows import ListedService, list_services

LICENSES = "soft"
"""The type of the services that have a panel."""
MOST_LICENSES = 50


class ConsolePanel(ConsolePage):
    """Lists licenses, and shows one of them as its panel does."""

    title = "panel.title"
    path = "/<world>/panel"

    def routes(self) -> Sequence[Route]:
        """The page and its button."""
        return (
            Route("/<world>/panel", self._show),
            Route("/<world>/panel/buy", self._buy, changes=True, refused=self._show),
        )

    def _show(self, visit: Visit) -> Response:
        licenses = self._licenses(visit)
        chosen = visit.form or visit.http.args
        first = str(licenses[0].id) if licenses else ""
        return self._page(visit, licenses, chosen.get("license", first))

    def _buy(self, visit: Visit) -> Response:
        form = visit.form
        return self._page(visit, self._licenses(visit), form.get("license", ""))

    def _page(self, visit: Visit, licenses: Sequence[ListedService], chosen: str) -> Response:
        number = read_number(chosen)
        answer = None if number is None else self._frame.ask_panel(self._request(visit, number))
        return self._frame.render(
            visit, "panel.html", licenses=licenses, chosen=number, answer=answer
        )

    def _request(self, visit: Visit, number: int) -> PanelRequest:
        """Raises Refusal where the service is no license with a key."""
        try:
            service = services.show(self._worlds, visit.world, number)
        except LookupError as error:
            raise Refusal(HTTPStatus.NOT_FOUND, str(error)) from None
        key = service.get("lickey")
        if service["type"] != LICENSES or not key:
            raise Refusal(HTTPStatus.NOT_FOUND, visit.text("panel.no_key", number=number))
        seller = f"{visit.http.host_url.rstrip('/')}/w/{visit.world}/billmgr"
        if visit.line or not visit.form:
            return PanelRequest(seller, key)
        sent = {name: visit.form.get(name, "") for name in ("module", "login", "password")}
        return PanelRequest(seller, key, **sent)

    def _licenses(self, visit: Visit) -> Sequence[ListedService]:
        db = self._worlds.connect(visit.world)
        with db.reading():
            return list_services(db, product_type=LICENSES, limit=MOST_LICENSES)
