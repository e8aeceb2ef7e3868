#!/usr/bin/env bash
# gunicorn 27.0.1 with gevent 26.9.0, installed side by side: `--worker-class gevent` ends with "No module named
# 'packaging'". The worker imports a package that neither gunicorn nor gevent requires and that only the extra
# `gunicorn[gevent]` brings. On most computers another package has installed it, so it fails first in a slim image.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check gunicorn==27.0.1 gevent==26.9.0
echo 'def app(environ, start): start("200 OK", []); return [b"served"]' > served.py
try() { timeout 5 env/bin/gunicorn --bind 127.0.0.1:0 --worker-class gevent served:app > seen.txt 2>&1 || true; }
try
grep "ModuleNotFoundError: No module named 'packaging'" seen.txt
env/bin/pip install --quiet --disable-pip-version-check 'gunicorn[gevent]==27.0.1'
try
grep "Booting worker" seen.txt
echo "gunicorn and gevent side by side do not start; gunicorn[gevent] does"
