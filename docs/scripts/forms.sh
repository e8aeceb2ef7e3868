#!/usr/bin/env bash
# How libraries write a list, nothing and false into a form: the table "forms" of docs/libraries.md.
# shellcheck source=docs/scripts/rows.sh
source "$(dirname "$0")/rows.sh"
need_debian php-cli php-curl ruby ruby-httparty ruby-faraday ruby-rest-client libwww-perl libmojolicious-perl
pip_install requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
npm_install axios@1.21.1 superagent@10.4.2 needle@3.5.0 got@14.6.6 ky@1.14.3 undici@7.30.2 qs@6.17.1

# A server that answers with the form as it came.
cat > served.py <<'PY'
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote_plus
class Echo(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if "chunked" in self.headers.get("Transfer-Encoding", ""):
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/"):
            parts = message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body).get_payload()
            named = (f"{p.get_param('name', header='Content-Disposition')}={p.get_payload()}" for p in parts)
            sent = "&".join(named)
        else:
            sent = unquote_plus("&".join(filter(None, (self.path.partition("?")[2], body.decode()))))
        answer = (f"`{sent}`" if sent else "left out").encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
print(server.server_port, flush=True)
server.serve_forever()
PY
mkfifo port; env/bin/python served.py > port & served=$!
trap 'kill "$served"; rm -rf "$folder"' EXIT
exec 3< port; read -r port <&3; export URL="http://127.0.0.1:$port/"

cat > a.py <<'PY'
import asyncio, os, sys, urllib.parse, urllib.request
from importlib.metadata import version
import aiohttp, httpx, requests
url = os.environ["URL"]
async def by_aiohttp(form):
    async with aiohttp.ClientSession() as session, session.post(url, data=form) as answer:
        return await answer.text()
def by_urllib(form, **how):
    with urllib.request.urlopen(url, urllib.parse.urlencode(form, **how).encode()) as answer:
        return answer.read().decode()
for name, send in (
    (f"requests {version('requests')}, `data=`", lambda form: requests.post(url, data=form).text),
    (f"httpx {version('httpx')}, `data=`", lambda form: httpx.post(url, data=form).text),
    (f"aiohttp {version('aiohttp')}, `data=`", lambda form: asyncio.run(by_aiohttp(form))),
    (f"Python {sys.version_info[0]}.{sys.version_info[1]}, `urlencode`", by_urllib),
    ("the same, `doseq=True`", lambda form: by_urllib(form, doseq=True)),
):
    cells = []
    for form in ({"elid": [1, 2]}, {"autoprolong": None}, {"sok": False}):
        try:
            cells.append(send(form))
        except TypeError:
            cells.append("an error")
    print(f"forms| {name} | {' | '.join(cells)} |")
PY
env/bin/python a.py > rows

cat > a.mjs <<'JS'
import { readFileSync } from 'node:fs';
import querystring from 'node:querystring';
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import needle from 'needle';
import qs from 'qs';
import superagent from 'superagent';
import * as undici from 'undici';
const url = process.env.URL;
const named = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;
const node = `Node.js ${process.versions.node.split('.')[0]}`;
const post = async (body) => (await fetch(url, { method: 'POST', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).text();
const form = { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } };
const ways = [
  [`${node}, \`URLSearchParams\` (fetch)`, (o) => post(new URLSearchParams(o))],
  [`${node}, \`querystring\``, (o) => post(querystring.stringify(o))],
  [named('qs'), (o) => post(qs.stringify(o))],
  [`${named('axios')}, form`, async (o) => (await axios.post(url, o, form)).data],
  [`${named('superagent')}, \`type('form')\``, async (o) => (await superagent.post(url).type('form').send(o)).text],
  [named('needle'), async (o) => String((await needle('post', url, o)).body)],
  [`${named('got')}, \`form\``, async (o) => (await got.post(url, { form: o })).body],
  [`${named('got')}, \`searchParams\``, async (o) => (await got.post(url, { searchParams: o })).body],
  [`${named('ky')}, \`URLSearchParams\``, async (o) => ky.post(url, { body: new URLSearchParams(o) }).text()],
  [`${named('undici')}, \`query\``, async (o) => (await undici.request(url, { method: 'POST', query: o })).body.text()],
];
for (const [name, send] of ways) {
  const cells = [];
  for (const o of [{ elid: [1, 2] }, { autoprolong: null }, { sok: false }]) {
    cells.push(await send(o).catch(() => 'an error'));
  }
  console.log(`forms| ${name} | ${cells.join(' | ')} |`);
}
JS
node a.mjs >> rows

cat > a.php <<'PHP'
<?php
function post($body) {
    $curl = curl_init(getenv("URL"));
    curl_setopt_array($curl, [CURLOPT_POSTFIELDS => $body, CURLOPT_RETURNTRANSFER => true]);
    return curl_exec($curl);
}
$php = "PHP " . PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION;
foreach (["`http_build_query`" => fn ($form) => post(http_build_query($form)), "curl with an array" => fn ($form) => post($form)] as $name => $send) {
    $cells = array_map($send, [["elid" => [1, 2]], ["autoprolong" => null], ["sok" => false]]);
    echo "forms| $php, $name | ", implode(" | ", $cells), " |\n";
}
PHP
php a.php >> rows

cat > a.rb <<'RB'
require 'net/http'; require 'faraday'; require 'httparty'; require 'rest-client'
URL = ENV['URL']
def named(name, gem) = "#{name} #{Gem::Specification.find_by_name(gem).version}"
faraday = Faraday.new { |f| f.request :url_encoded; f.adapter :net_http }
ways = {
  "Ruby #{RUBY_VERSION[/\d+\.\d+/]}, Net::HTTP" => ->(form) { Net::HTTP.post_form(URI(URL), form).body },
  named('Faraday', 'faraday') => ->(form) { faraday.post(URL, form).body },
  named('HTTParty', 'httparty') => ->(form) { HTTParty.post(URL, body: form).body },
  named('rest-client', 'rest-client') => ->(form) { RestClient.post(URL, form).body },
}
ways.each do |name, send|
  cells = [{ 'elid' => [1, 2] }, { 'autoprolong' => nil }, { 'sok' => false }].map { |form| send.call(form) }
  puts "forms| #{name} | #{cells.join(' | ')} |"
end
RB
ruby a.rb >> rows

cat > a.pl <<'PL'
use strict; use warnings; no warnings 'uninitialized';
use HTTP::Tiny; use LWP::UserAgent; use Mojo::UserAgent; use Mojolicious;
my $url = $ENV{URL};
my @ways = (
    ["LWP $LWP::VERSION", sub { LWP::UserAgent->new->post($url, $_[0])->content }],
    ["HTTP::Tiny $HTTP::Tiny::VERSION", sub { HTTP::Tiny->new->post_form($url, $_[0])->{content} }],
    ["Mojolicious $Mojolicious::VERSION", sub { Mojo::UserAgent->new->post($url, form => $_[0])->res->body }],
);
for (@ways) {
    my ($name, $send) = @$_;
    print "forms| $name | ", join(' | ', map { $send->($_) } {elid => [1, 2]}, {autoprolong => undef}, {sok => !!0}), " |\n";
}
PL
perl a.pl >> rows
compare forms < rows
