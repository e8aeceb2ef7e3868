#!/usr/bin/env bash
# httpx 0.28.1 with its WSGITransport and Flask 3.1.3 (Werkzeug 3.1.9): a form whose body is given piece by piece
# arrives empty, without an error. httpx sends "Transfer-Encoding: chunked" and no length into the WSGI
# environment, Werkzeug reads no body of unknown length unless the server sets `wsgi.input_terminated`, which the
# transport does not. Under gunicorn 27.0.1 the same client code delivers the form: a test in process refuses what
# production takes.
set -euo pipefail
folder=$(mktemp -d); trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check httpx==0.28.1 flask==3.1.3 werkzeug==3.1.9 gunicorn==27.0.1
cat > served.py <<'PY'
from flask import Flask, request
app = Flask(__name__)
@app.post("/")
def order():
    return dict(request.form)
PY
cat > asked.py <<'PY'
import sys
import httpx
from served import app
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
def streamed(client):
    return client.post("/", content=iter([b"func=soft", b"&elid=1"]), headers=FORM).json()
with httpx.Client(transport=httpx.WSGITransport(app), base_url="http://in.process") as client:
    inside, whole = streamed(client), client.post("/", data={"func": "soft"}).json()
with httpx.Client(base_url=f"http://127.0.0.1:{sys.argv[1]}", trust_env=False) as client:
    outside = streamed(client)
print("in process:", inside, "| not streamed:", whole, "| gunicorn:", outside)
assert (inside, whole, outside) == ({}, {"func": "soft"}, {"func": "soft", "elid": "1"})
PY
env/bin/gunicorn --bind 127.0.0.1:0 --log-level info served:app 2> log & server=$!
until grep -q "Listening at" log; do kill -0 "$server"; sleep 0.1; done
port=$(grep -oE "127\.0\.0\.1:[0-9]+" log | head -1 | cut -d: -f2)
env/bin/python asked.py "$port"
