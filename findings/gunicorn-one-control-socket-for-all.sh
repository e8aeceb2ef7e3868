#!/usr/bin/env bash
# gunicorn 27.0.1: every server opens a control socket, and all servers of one user open the same one,
# ~/.gunicorn/gunicorn.ctl (or in XDG_RUNTIME_DIR). The second takes it from the first without a word in its log, so
# `gunicornc --command "reload"` meant for one server reaches another; when the second ends it removes the socket,
# and the first, which runs on, cannot be reached any more. `--control-socket PATH` for each, or `--no-control-socket`.
set -euo pipefail
folder=$(mktemp -d); trap 'kill "${first:-}" "${second:-}" 2>/dev/null || true; rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check gunicorn==27.0.1
export HOME=$folder; unset XDG_RUNTIME_DIR
echo 'def app(environ, start): start("200 OK", []); return [b"served"]' > served.py
ready() { for _ in $(seq 60); do grep -q "Control socket listening" "$1" && return; sleep 0.5; done; cat "$1"; exit 1; }
env/bin/gunicorn --bind 127.0.0.1:0 --workers 1 served:app > first.log 2>&1 & first=$!
ready first.log
env/bin/gunicorn --bind 127.0.0.1:0 --workers 2 served:app > second.log 2>&1 & second=$!
ready second.log
count() { env/bin/gunicornc --json --command "show workers" | env/bin/python -c 'import json, sys; print(json.load(sys.stdin)["count"])'; }
reached=$(count)
echo "the one socket of both reaches a server with $reached workers, the second"
test "$reached" = 2
! grep -qiE "warn|error|in use" second.log
kill "$second"; wait "$second" || true
kill -0 "$first"
test ! -e .gunicorn/gunicorn.ctl
echo "the second has ended: the first runs on, and its socket is gone"
