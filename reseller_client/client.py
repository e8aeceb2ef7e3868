"""The client: one account at one seller, with its functions by subject."""

from __future__ import annotations

import time
import warnings
from typing import TYPE_CHECKING, Self, TypeVar
from urllib.parse import urlsplit

from reseller_client.account.account import Account
from reseller_client.account.logins import AccountLogins
from reseller_client.account.notifications import Notifications
from reseller_client.account.payments import Payments
from reseller_client.account.profiles import Profiles
from reseller_client.account.sessions import Identity, Sessions
from reseller_client.account.tickets import Tickets
from reseller_client.errors import AccessDenied, TransportError
from reseller_client.services.cart import Cart
from reseller_client.services.catalogue import Catalogue
from reseller_client.services.certificates import Certificates
from reseller_client.services.licenses import Licenses
from reseller_client.services.modules import Modules
from reseller_client.services.orders import Orders
from reseller_client.services.product_types import PLATFORM, THIRD_PARTY
from reseller_client.services.products import Products
from reseller_client.services.services import Services
from reseller_client.transport.call import RetryPolicy, Style, make_call, make_csv_call
from reseller_client.transport.reader import read_document

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from reseller_client.transport.call import Out
    from reseller_client.transport.document import Answer, Node
    from reseller_client.transport.values import Field
    from reseller_client.transport.wire import Wire

Result = TypeVar("Result")

# The only default that sleeps; a caller (every test) may pass another.
_RETRY_POLICY = RetryPolicy(wait=time.sleep)  # noqa: TID251 - see above


class Client:
    """A reseller's access to a seller.

    `url` is the address of the API, such as `https://api-eu.ispmanager.com/billmgr`. Every call
    carries login and password in its body (never in the URL); with `session=True` the client logs
    in once and sends the session id instead, renewing a dead session once per call. `transport` is
    an httpx transport: leave it out for the network, or pass `httpx.HTTPTransport(verify=...)` for
    a certificate of your own. `timeout` is in seconds. `user_agent` is the header of that name;
    empty: `mockseller/<version>`, which a guard in front of a seller may not let through.
    `retry_policy` says how often and how
    long to wait; its former name `patience` still works, with a DeprecationWarning.

    Nothing is sent before the first call. A client is for one thread; close it after use.
    """

    def __init__(  # noqa: PLR0913 - independent choices, by name
        self,
        url: str,
        *,
        login: str = "",
        password: str = "",
        transport: httpx.BaseTransport | None = None,
        out: Out = "xml",
        lang: str = "en",
        timeout: float = 60.0,
        session: bool = False,
        user_agent: str = "",
        retry_policy: RetryPolicy = _RETRY_POLICY,
        patience: RetryPolicy | None = None,
    ) -> None:
        """Keep the settings; see the class.

        Raises ValueError for a login with a colon, for a url with a login or a query in it, and for
        a user_agent that is not one line of ASCII.
        """
        if patience is not None:
            message = "Client(patience=...) is now Client(retry_policy=...)"
            warnings.warn(message, DeprecationWarning, stacklevel=2)
        _check_addressing(url, user_agent)
        self.url = url
        self.retry_policy = patience or retry_policy
        self._style = Style(out=out, lang=lang)
        self._transport = transport
        self._timeout = timeout
        self._user_agent = user_agent
        self._wire: Wire | None = None
        self._identity = Identity(login=login, password=password, in_session=session)
        self.sessions = Sessions(self, self._identity, self.call_openly)
        self.licenses = Licenses(self)
        self.third_party = Licenses(self, THIRD_PARTY)
        self.platforms = Licenses(self, PLATFORM)
        self.modules = Modules(self)
        self.certificates = Certificates(self)
        self.services = Services(self)
        self.orders = Orders(self)
        self.cart = Cart(self)
        self.account = Account(self)
        self.payments = Payments(self)
        self.profiles = Profiles(self)
        self.notifications = Notifications(self)
        self.tickets = Tickets(self)
        self.logins = AccountLogins(self)
        self.catalogue = Catalogue(self)

    def products(self, itemtype: str) -> Products:
        """Return the functions of one product type, by its internal name.

        `vds`, `dedic`, `vhost`, `instances`, `domain`, `dnshost`, `storage`, `colocation`, or a
        type of the seller's own. Licenses, modules and certificates have namespaces of their own.
        """
        return Products(self, itemtype)

    def call(self, func: str, fields: Mapping[str, Field] | None = None) -> Answer:
        """Call any function as the account, for functions that have no method here.

        Raises a kind of Refused or TransportError. In a session, an `access` error may mean that
        the session has ended: the client logs in again and repeats the call, once (a refused call
        changed nothing).
        """
        return self._authenticated(
            lambda credentials: self.call_openly(func, {**(fields or {}), **credentials})
        )

    def call_csv(self, func: str, fields: Mapping[str, Field] | None = None) -> tuple[Node, ...]:
        """Call a listing as the account, read it as csv, and return its rows.

        Raises the errors of `call`, and renews a session in the same way.
        """
        return self._authenticated(
            lambda credentials: make_csv_call(
                self._opened(), func, {**(fields or {}), **credentials}, style=self._style
            )
        )

    def call_openly(self, func: str, fields: Mapping[str, Field]) -> Answer:
        """Call a function with exactly these fields, without the account's credentials.

        Raises a kind of Refused or TransportError.
        """
        return make_call(
            self._opened(), func, fields, style=self._style, retry_policy=self.retry_policy
        )

    def answers_at(self, path: str) -> bool:
        """Tell whether the API answers at another path of this host; sends no credentials."""
        try:
            read_document(self._opened().follow(f"{path}?func=whoami&out=xml").body)
        except TransportError:
            return False
        return True

    def as_login(self, login: str, password: str) -> Client:
        """Return a client of another login at the same seller, otherwise with the same settings.

        It has connections of its own; only a transport that was passed in is shared, and closed
        with either. Raises ValueError for a login with a colon.
        """
        return Client(
            self.url,
            login=login,
            password=password,
            transport=self._transport,
            out=self._style.out,
            lang=self._style.lang,
            timeout=self._timeout,
            session=self._identity.in_session,
            user_agent=self._user_agent,
            retry_policy=self.retry_policy,
        )

    def close(self) -> None:
        """Close the connections; a session at the seller is left to expire."""
        if self._wire is not None:
            self._wire.close()
            self._wire = None

    def __enter__(self) -> Self:
        """Return the client itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self.close()

    def __repr__(self) -> str:
        """Return the address and the login, without the password."""
        return f"Client({self.url!r}, login={self._identity.login!r})"

    def _authenticated(self, send: Callable[[Mapping[str, Field]], Result]) -> Result:
        """Send with the account's credentials; a session that has ended is opened again, once."""
        if self._identity.must_open():
            self.sessions.open()
        try:
            return send(self._identity.fields())
        except AccessDenied:
            if not self._identity.can_reopen():
                raise
        self.sessions.open()
        return send(self._identity.fields())

    def _opened(self) -> Wire:
        if self._wire is None:
            from reseller_client.transport.wire import Wire  # noqa: PLC0415 - httpx takes a tenth of a second

            self._wire = Wire(
                self.url,
                transport=self._transport,
                timeout=self._timeout,
                user_agent=self._user_agent or _own_agent(),
            )
        return self._wire


def _own_agent() -> str:
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 - with the first call

    try:
        return f"mockseller/{version('mockseller')}"
    except PackageNotFoundError:  # the source, not installed
        return "mockseller"


def _check_addressing(url: str, user_agent: str) -> None:
    """Raise ValueError for an address with more in it, or an agent that is no header."""
    parts = urlsplit(url)
    if parts.username or parts.query:
        raise ValueError("the url is the bare address of the API: no login, no query in it")
    if not (user_agent.isascii() and user_agent.isprintable()):
        raise ValueError("the user agent is not one line of ASCII")
