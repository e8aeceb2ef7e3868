"""The token of each form, bound to a cookie of the browser that the form was made for.

It is computed from the cookie, so no server has to store it, and every worker knows it.
"""

from __future__ import annotations

import hmac
import re
import secrets

from markupsafe import Markup
from werkzeug.wrappers import Request, Response

from emulator.control.api.guard import Refusal

COOKIE = "mockseller_browser"
FIELD = "csrf"
_COOKIE_VALUE = re.compile(r"[\w-]{43}\Z", re.ASCII)


def read_browser(http: Request) -> str:
    """The value of the browser's cookie, a new one where it has none."""
    value = http.cookies.get(COOKIE, "")
    return value if _COOKIE_VALUE.match(value) else secrets.token_urlsafe(32)


def make_token(browser: str) -> str:
    """What the forms of this browser send."""
    return hmac.new(browser.encode(), b"mockseller console form", "sha256").hexdigest()


def make_input(browser: str) -> Markup:
    """The hidden field of a form."""
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, make_token(browser))


def require_token(http: Request) -> None:
    """Raises Refusal (403) for a form without the token of the browser that sends it."""
    token = make_token(http.cookies.get(COOKIE, ""))
    same = hmac.compare_digest(http.form.get(FIELD, "").encode("utf-8", "replace"), token.encode())
    if COOKIE not in http.cookies or not same:
        raise Refusal(403, "this form is not from this browser or out of date; load its page again")


def store_browser(http: Request, response: Response, browser: str) -> None:
    """Sets the cookie of a browser that has none."""
    if http.cookies.get(COOKIE) != browser:
        response.set_cookie(
            COOKIE,
            browser,
            path="/_mockseller",
            httponly=True,
            samesite="Strict",
            secure=http.is_secure,
        )
