#!/usr/bin/env bash
# Which retry libraries send a POST again whose answer was lost? An order sent again is a second order. Asked for three
# retries and told nothing else, axios-retry 4.5.0, fetch-retry 6.0.0, superagent 10.4.2 and LWP::UserAgent::Determined 1.07
# (Perl) send it four times; axios-retry although its default is called "network or idempotent request error". got 14.6.6,
# ky 1.14.3, undici 7.30.2, make-fetch-happen 15.0.6, urllib3 2.5.0 under requests, httpx-retries 0.4.5 and aiohttp-retry 2.9.1
# send it once.
set -euo pipefail
dpkg-query --show liblwp-useragent-determined-perl >/dev/null || { echo "first: apt-get install liblwp-useragent-determined-perl" >&2; exit 2; }
folder=$(mktemp -d); server=; trap '[ -z "$server" ] || kill "$server"; rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check requests==2.32.5 urllib3==2.5.0 httpx==0.28.1 httpx-retries==0.4.5 aiohttp==3.13.2 aiohttp-retry==2.9.1
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund axios@1.21.1 axios-retry@4.5.0 fetch-retry@6.0.0 superagent@10.4.2 got@14.6.6 ky@1.14.3 undici@7.30.2 make-fetch-happen@15.0.6
cat > server.py <<'PY'
"""Reads orders and answers none of them; GET /count says how many came since it was last asked."""
import socketserver

orders = 0

class Seller(socketserver.StreamRequestHandler):
    def handle(self):
        global orders
        first, length = self.rfile.readline(), 0
        while (line := self.rfile.readline()) not in (b"\r\n", b""):
            if line.lower().startswith(b"content-length:"):
                length = int(line[15:])
        if first.startswith(b"GET /count"):
            text, orders = str(orders).encode(), 0
            self.wfile.write(b"HTTP/1.0 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
        elif first.startswith(b"POST") and b"order" in self.rfile.read(length):
            orders += 1

with socketserver.TCPServer(("127.0.0.1", 0), Seller) as server:
    print(server.server_address[1], flush=True)
    server.serve_forever()
PY
python3 server.py > port & server=$!
until [ -s port ]; do sleep 0.1; done
seller=http://127.0.0.1:$(cat port)
cat > order.mjs <<'JS'
import axios from "axios"; import axiosRetry from "axios-retry"; import fetchRetry from "fetch-retry";
import superagent from "superagent"; import got from "got"; import ky from "ky"; import undici from "undici";
import makeFetchHappen from "make-fetch-happen";
const [seller, library] = process.argv.slice(2), url = `${seller}/billmgr`, body = "func=order", method = "POST";
const client = axios.create(); axiosRetry(client, { retries: 3 });
const agent = new undici.RetryAgent(new undici.Agent(), { maxRetries: 3, minTimeout: 1 });
const send = {
  "axios-retry": () => client.post(url, body),
  "fetch-retry": () => fetchRetry(fetch, { retries: 3, retryDelay: 1 })(url, { method, body }),
  superagent: () => superagent.post(url).send(body).retry(3),
  got: () => got.post(url, { body, retry: { limit: 3 } }),
  ky: () => ky.post(url, { body, retry: 3 }),
  undici: () => undici.request(url, { method, body, dispatcher: agent }),
  "make-fetch-happen": () => makeFetchHappen(url, { method, body, retry: { retries: 3, minTimeout: 1 } }),
};
await send[library]().then(() => process.exit(3), () => process.exit(0));
JS
cat > order.py <<'PY'
import asyncio, sys
import aiohttp, httpx, requests
from aiohttp_retry import ExponentialRetry, RetryClient
from httpx_retries import Retry, RetryTransport
from requests.adapters import HTTPAdapter
from urllib3.util import Retry as UrllibRetry
url, body = f"{sys.argv[1]}/billmgr", {"func": "order"}

def by_requests():
    with requests.Session() as session:
        session.mount("http://", HTTPAdapter(max_retries=UrllibRetry(total=3)))
        session.post(url, data=body)

def by_httpx():
    with httpx.Client(transport=RetryTransport(retry=Retry(total=3, backoff_factor=0))) as client:
        client.post(url, data=body)

async def by_aiohttp():
    async with RetryClient(retry_options=ExponentialRetry(attempts=4, start_timeout=0.001)) as client:
        async with client.post(url, data=body):
            pass

send = {"urllib3": by_requests, "httpx-retries": by_httpx, "aiohttp-retry": lambda: asyncio.run(by_aiohttp())}
try:
    send[sys.argv[2]]()
except (requests.ConnectionError, httpx.TransportError, aiohttp.ClientError):
    sys.exit(0)
sys.exit(3)
PY
lwp='my $agent = LWP::UserAgent::Determined->new; $agent->timing("0,0,0"); exit($agent->post("$ARGV[0]/billmgr", { func => "order" })->is_success ? 3 : 0)'
expect() {
    "${@:3}" || { echo "$2 got an answer" >&2; exit 1; }
    local sent; sent=$(curl --silent "$seller/count")
    echo "$2 sent the order $sent times"
    [ "$sent" = "$1" ] || { echo "changed" >&2; exit 1; }
}
for library in axios-retry fetch-retry superagent; do expect 4 $library node order.mjs "$seller" $library; done
expect 4 LWP::UserAgent::Determined perl -MLWP::UserAgent::Determined -e "$lwp" "$seller"
for library in got ky undici make-fetch-happen; do expect 1 $library node order.mjs "$seller" $library; done
for library in urllib3 httpx-retries aiohttp-retry; do expect 1 $library env/bin/python order.py "$seller" $library; done
