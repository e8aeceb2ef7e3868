"""The log as JSON: every line can be parsed, and none has what a client sent beside names."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from emulator.api.answered_call import AnsweredCall
from emulator.api.reply import Reply
from emulator.clock import SystemClock
from emulator.server.json_log import CallLog
from emulator.settings import Settings, SettingsError, load
from emulator.testing import SellerServer

FIELDS = ["at", "level", "world", "func", "outcome", "status", "ms", "login"]
ORDER = {"pricelist": "55227", "period": "1", "ip": "192.0.2.201", "skipbasket": "on", "sok": "ok"}


def lines_of(server: SellerServer) -> list[dict[str, Any]]:
    return [json.loads(line) for line in server.errors.splitlines()]


def test_every_line_of_a_server_is_json_and_each_call_has_one() -> None:
    with SellerServer("--log", "json") as server:
        server.call("soft.order.param", clicked_button="finish", **ORDER)
        server.call("soft", authinfo="reseller:hidden1")
        server.call("no\nsuch\u2028func\x1b[2J", comment="hidden2")
        server.faults.add("drop", func="soft", when="after", times=1)
        with pytest.raises(httpx.HTTPError):
            server.call("soft", authinfo="reseller:secret")
        url = f"{server.base}/w/nowhere/billmgr?func=soft&authinfo=reseller:hidden3"
        httpx.get(url, timeout=60)
        address = ("127.0.0.1", urlsplit(server.url).port or 0)
        with socket.create_connection(address, timeout=30) as raw:
            raw.sendall(b"GET /billmgr?authinfo=a:hidden4 WRONG\r\n\r\n")
            raw.recv(1000)
        database = server.folder + "/worlds/broken"
        Path(database).mkdir()
        (Path(database) / "current").symlink_to("nothing.db")
        httpx.get(f"{server.base}/w/broken/billmgr?func=soft", timeout=60)
        lines = lines_of(server)
        assert "hidden" not in server.errors
        assert "secret" not in server.errors
    calls = [line for line in lines if "func" in line]
    assert [list(line) for line in calls] == [FIELDS] * len(calls)
    assert [(each["func"], each["outcome"], each["login"]) for each in calls[:3]] == [
        ("soft.order.param", "bought 5.00", "reseller"),
        ("soft", "refused auth/badpassword", None),
        ("no\nsuch\u2028func\ufffd[2J", "refused missed/func", "reseller"),
    ]
    dropped = [each for each in calls if each["status"] is None]
    assert [(each["func"], each["world"]) for each in dropped] == [("soft", "default")]
    assert [each["outcome"] for each in calls if each["world"] == "nowhere"]
    for line in lines:
        assert datetime.fromisoformat(line["at"]).tzinfo is not None
    assert all(each["ms"] >= 0 for each in calls)


def test_an_error_of_the_server_is_one_line_with_its_traceback() -> None:
    script = (
        "import logging; from emulator.server.json_log import log_errors_as_json\n"
        "log_errors_as_json()\n"
        "try: raise ValueError('two\\nlines')\n"
        "except ValueError: logging.getLogger('mockseller').exception('func=%s failed', 'soft')\n"
    )
    command = [sys.executable, "-c", script]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stderr
    line = json.loads(written)
    assert written.count("\n") == 1
    assert (line["level"], line["message"]) == ("error", "func=soft failed")
    assert line["traceback"].endswith("ValueError: two\nlines")


def test_without_the_setting_no_call_is_logged() -> None:
    with SellerServer() as server:
        server.call("soft")
        assert server.errors == ""


def test_a_call_is_answered_where_nobody_takes_its_line() -> None:
    lines = []

    def broken(line: bytes) -> None:
        lines.append(line)
        raise BrokenPipeError

    call = AnsweredCall(Reply("", b""), "soft", "default", None, "read", 0.1, 0.0)
    CallLog(SystemClock(), broken).observe(call)
    assert len(lines) == 1


def test_another_form_of_log_is_refused_by_name() -> None:
    assert load({"log": "json"}, {}).log == "json"
    assert Settings().log == "text"
    with pytest.raises(SettingsError, match='"xml" is neither text nor json'):
        load({"log": "xml"}, {})
