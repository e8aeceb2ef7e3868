#!/usr/bin/env bash
# What HTTP clients make of UTF-8 under `text/xml` without a charset: the table "letters" of docs/libraries.md.
# shellcheck source=docs/scripts/rows.sh
source "$(dirname "$0")/rows.sh"
need_debian php-cli php-curl ruby ruby-httparty ruby-faraday ruby-rest-client libwww-perl libmojolicious-perl \
    default-jdk-headless
pip_install requests==2.34.2 httpx==0.28.1 aiohttp==3.14.5
npm_install axios@1.21.1 superagent@10.4.2 got@14.6.6 ky@1.14.3 undici@7.30.2

cat > served.py <<'PY'
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
BODY = '<?xml version="1.0" encoding="UTF-8"?>\n<doc><v>ü</v></doc>'.encode()
class Seller(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)
    def log_message(self, *_):
        pass
server = ThreadingHTTPServer(("127.0.0.1", 0), Seller)
print(server.server_port, flush=True)
server.serve_forever()
PY
mkfifo port; env/bin/python served.py > port & served=$!
trap 'kill "$served"; rm -rf "$folder"' EXIT
exec 3< port; read -r port <&3; export URL="http://127.0.0.1:$port/"

cat > a.py <<'PY'
import asyncio, os, re, sys, urllib.request
from importlib.metadata import version
from xml.etree import ElementTree
import aiohttp, httpx, requests
url = os.environ["URL"]
async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()
def shown(text):
    return "bytes" if isinstance(text, bytes) else f"`{re.search('<v>(.*)</v>', text)[1]}`"
answer = requests.get(url)
for name, text in (
    (f"requests {version('requests')}, `.text`", answer.text),
    ("the same, `.content`", answer.content),
    (f"httpx {version('httpx')}, `.text`", httpx.get(url).text),
    (f"aiohttp {version('aiohttp')}, `.text()`", asyncio.run(by_aiohttp())),
    (f"Python {sys.version_info[0]}.{sys.version_info[1]}, urllib", urllib.request.urlopen(url).read()),
):
    print(f"letters| {name} | {shown(text)} |")
assert ElementTree.fromstring(answer.content).findtext("v") == "ü"
PY
env/bin/python a.py > rows

cat > a.mjs <<'JS'
import { readFileSync } from 'node:fs';
import axios from 'axios';
import got from 'got';
import ky from 'ky';
import superagent from 'superagent';
import * as undici from 'undici';
const url = process.env.URL;
const named = (name) => `${name} ${JSON.parse(readFileSync(`node_modules/${name}/package.json`)).version}`;
const ways = [
  [`Node.js ${process.versions.node.split('.')[0]}, \`fetch\``, async () => (await fetch(url)).text()],
  [named('axios'), async () => (await axios.get(url)).data],
  [`${named('superagent')}, \`.text\``, async () => (await superagent.get(url)).text],
  [named('got'), async () => (await got(url)).body],
  [named('ky'), async () => ky(url).text()],
  [named('undici'), async () => (await undici.request(url)).body.text()],
];
for (const [name, read] of ways) console.log(`letters| ${name} | \`${(await read()).match(/<v>(.*)<\/v>/)[1]}\` |`);
JS
node a.mjs >> rows

cat > a.php <<'PHP'
<?php
$curl = curl_init(getenv("URL"));
curl_setopt($curl, CURLOPT_RETURNTRANSFER, true);
$body = curl_exec($curl);
$php = "PHP " . PHP_MAJOR_VERSION . "." . PHP_MINOR_VERSION;
assert((string) simplexml_load_string($body)->v === "ü");
echo "letters| $php, curl | ", str_contains($body, "\u{fc}") ? "bytes" : "changed", " |\n";
PHP
php a.php >> rows

cat > a.rb <<'RB'
require 'net/http'; require 'faraday'; require 'httparty'; require 'rest-client'
URL = ENV['URL']
def named(name, gem) = "#{name} #{Gem::Specification.find_by_name(gem).version}"
{
  "Ruby #{RUBY_VERSION[/\d+\.\d+/]}, Net::HTTP" => Net::HTTP.get(URI(URL)),
  named('Faraday', 'faraday') => Faraday.get(URL).body,
  named('HTTParty', 'httparty') + ', `.body`' => HTTParty.get(URL, format: :plain).body,
  named('rest-client', 'rest-client') => RestClient.get(URL).body,
}.each do |name, body|
  shown = body.encoding == Encoding::BINARY ? 'bytes' : "`#{body[/<v>(.*)<\/v>/, 1].encode('UTF-8')}`"
  puts "letters| #{name} | #{shown} |"
end
RB
LC_ALL=C.UTF-8 ruby a.rb >> rows

cat > a.pl <<'PL'
use strict; use warnings; use utf8;
use HTTP::Tiny; use LWP::UserAgent; use Mojo::UserAgent; use Mojolicious;
binmode STDOUT, ':encoding(UTF-8)';
my $url = $ENV{URL};
my $lwp = LWP::UserAgent->new->get($url);
for (
    ["LWP $LWP::VERSION, `content`", $lwp->content],
    ["the same, `decoded_content`", $lwp->decoded_content],
    ["HTTP::Tiny $HTTP::Tiny::VERSION, `content`", HTTP::Tiny->new->get($url)->{content}],
    ["Mojolicious $Mojolicious::VERSION, `text`", Mojo::UserAgent->new->get($url)->res->text],
) {
    my ($name, $body) = @$_;
    my ($letter) = $body =~ m{<v>(.*)</v>};
    my $bytes = !utf8::is_utf8($body) && length $letter == 2;
    print "letters| $name | ", ($bytes ? 'bytes' : "`$letter`"), " |\n";
}
PL
perl a.pl >> rows

cat > A.java <<'JAVA'
import java.net.URI;
import java.net.http.*;
public class A {
    public static void main(String[] args) throws Exception {
        String text = HttpClient.newHttpClient()
            .send(HttpRequest.newBuilder(URI.create(System.getenv("URL"))).build(), HttpResponse.BodyHandlers.ofString()).body();
        String letter = text.replaceAll("(?s).*<v>(.*)</v>.*", "$1");
        new java.io.PrintStream(System.out, true, "UTF-8").printf(
            "letters| Java %d, `BodyHandlers.ofString()` | `%s` |%n", Runtime.version().feature(), letter);
    }
}
JAVA
java A.java >> rows
compare letters < rows
