"""A trainee's way to the pages of their world from another computer, without the token.

The password of the trainee's login opens it; the browser then keeps a key made from that.
"""

from __future__ import annotations

import hmac

from werkzeug.wrappers import Request, Response

from emulator.control.console.frame import Visit, redirect

COOKIE = "mockseller_trainee"
FIELD = "password"
LOGIN = "login"


def make_key(world: str, password: str) -> str:
    """What the browser of a trainee keeps; nobody can make it without the password."""
    text = f"mockseller trainee {world}"
    return hmac.new(password.encode(), text.encode(), "sha256").hexdigest()


def is_trainee(http: Request, world: str, password: str) -> bool:
    """Whether the browser has the key of this world."""
    return _same(http.cookies.get(COOKIE, ""), make_key(world, password))


def knows_password(http: Request, password: str) -> bool:
    """Whether a form brought the password."""
    return _same(http.form.get(FIELD, "").strip(), password)


def log_in(visit: Visit, password: str) -> Response:
    """Gives the browser the key, for this world alone, and leads it to the exercise."""
    path = f"{visit.prefix}/{visit.world}"
    response = redirect(f"{path}/exercise")
    response.set_cookie(
        COOKIE,
        make_key(visit.world, password),
        path=path,
        httponly=True,
        samesite="Strict",
        secure=visit.http.is_secure,
    )
    return response


def _same(brought: str, expected: str) -> bool:
    return hmac.compare_digest(brought.encode("utf-8", "replace"), expected.encode())
