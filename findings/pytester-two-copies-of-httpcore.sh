#!/usr/bin/env bash
# pytest 9.2.0 and httpx 0.28.1: an inner run of pytester forgets every module that was first imported in it. httpx
# imports httpcore with its first transport, and keeps a table of its errors from the first request on. If that first
# request was sent in an inner run, the next transport gets a second copy of httpcore, whose errors are in no table:
# later tests of the process see httpcore.ConnectError where the documentation promises httpx.ConnectError, and which tests fail depends
# on the order. Importing httpcore before the inner run (here by AHEAD=1) is enough.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check pytest==9.2.0 httpx==0.28.1
cat > test_order.py <<'PY'
import os
import socket
import httpx
import pytest
if os.environ.get("AHEAD"):
    import httpcore
pytest_plugins = "pytester"
def test_an_inner_run(pytester):
    pytester.makepyfile("""
        import httpx
        import pytest
        def test_a_client():
            with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
                client.get("http://127.0.0.1:9/")
    """)
    pytester.runpytest_inprocess("-q").assert_outcomes(passed=1)
def test_nobody_listens():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with httpx.Client(trust_env=False) as client, pytest.raises(httpx.ConnectError):
        client.get(f"http://127.0.0.1:{port}/")
PY
env/bin/python -m pytest -q -p no:cacheprovider test_order.py > seen.txt 2>&1 || true
grep -E "^FAILED .*httpcore.ConnectError|^[0-9]+ (failed|passed)" seen.txt
grep -q "^1 failed, 1 passed" seen.txt
AHEAD=1 env/bin/python -m pytest -q -p no:cacheprovider test_order.py | tail -1 | tee seen.txt
grep -q "^2 passed" seen.txt
