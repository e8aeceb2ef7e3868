"""For a WSGI server of your own: ``gunicorn 'mockseller:create_app()'``.

Settings come from the environment (``MOCKSELLER_*``) and from the file that ``MOCKSELLER_CONFIG``
names. ``MOCKSELLER_HOST`` says where that server listens: the control API goes by it. Workers of
gevent need ``gunicorn[gevent]``.
"""

from __future__ import annotations

import os
from pathlib import Path

from flask import Flask

from emulator.app import create_app
from emulator.server.json_log import log_errors_as_json
from emulator.settings import load


def create() -> Flask:
    """The application, made from the environment."""
    file = os.environ.get("MOCKSELLER_CONFIG")
    settings = load(file=Path(file) if file else None)
    if settings.log == "json":
        log_errors_as_json()
    return create_app(settings)
