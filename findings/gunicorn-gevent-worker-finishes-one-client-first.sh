#!/usr/bin/env bash
# gunicorn 27.0.1 with gevent 26.9.0, one worker: a client whose next request has arrived already is answered again and
# again before any other connection has its turn, since reading what is there gives the hub none. Twenty requests sent at
# once (HTTP pipelining; a quick client over one kept connection comes near it) keep another client waiting for all of
# them. `gevent.sleep(0)` in each request, meant to let others run, does not help: it comes back before the loop looks at
# its sockets. `gevent.sleep(0.001)` does, and so does the threaded worker of the same version.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check 'gunicorn[gevent]==27.0.1' gevent==26.9.0
cat > busy.py <<'PY'
import os
import time

def app(environ, start_response):
    if "PAUSE" in os.environ:
        import gevent
        gevent.sleep(float(os.environ["PAUSE"]))
    path = environ["PATH_INFO"]
    end = time.process_time() + 0.02
    while time.process_time() < end:
        pass
    with open("order", "a") as log:
        log.write(path[1])
    start_response("200 OK", [("Content-Length", "2")])
    return [b"ok"]
PY
cat > order.py <<'PY'
import os
import socket
import subprocess
import sys
import time

def answers(raw, count):
    seen = b""
    while seen.count(b"\r\n\r\nok") < count:
        chunk = raw.recv(65536)
        assert chunk, seen
        seen += chunk

def place_of_the_other(worker, pause):
    if os.path.exists("order"):
        os.remove("order")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "-w", "1", "-k", worker, "--threads", "4", "-b", f"127.0.0.1:{port}"]
    command += ["--no-control-socket", "--keep-alive", "5", "--log-level", "critical", "busy:app"]
    environment = {**os.environ, "PAUSE": pause} if pause else os.environ
    server = subprocess.Popen(command, env=environment)
    try:
        for _ in range(200):
            try:
                first = socket.create_connection(("127.0.0.1", port))
                break
            except OSError:
                time.sleep(0.05)
        other = socket.create_connection(("127.0.0.1", port))
        request = "GET /{} HTTP/1.1\r\nHost: x\r\n\r\n"
        for raw, name in ((first, "A"), (other, "B")):  # both connections are known to the worker
            raw.sendall(request.format(name).encode())
            answers(raw, 1)
        os.remove("order")
        first.sendall(request.format("A").encode() * 20)
        while not os.path.exists("order"):
            time.sleep(0.002)
        other.sendall(request.format("B").encode())
        answers(first, 20)
        answers(other, 1)
        return open("order").read().index("B")
    finally:
        server.terminate()
        server.wait()

def told(worker, pause=""):
    place = place_of_the_other(worker, pause)
    print(f"{worker}, pause {pause or 'none'}: the other client was answered after {place} of 20 requests of the first")
    return place

assert told("gevent") == 20
assert told("gevent", "0") == 20
assert told("gevent", "0.001") <= 4
assert told("gthread") <= 4
PY
env/bin/python order.py
