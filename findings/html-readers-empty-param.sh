#!/usr/bin/env bash
# An error of this API names its object in an element: <param name="object">ip</param>. `param` is a void element
# of HTML, and so are `source`, `link`, `base` and `track`: a reader in HTML mode closes them at once and moves
# their text into the parent. BeautifulSoup 4.15.0 (html.parser, and lxml without "xml") and cheerio 1.2.0 (its
# default) read an empty object of every error, while <msg> and <id> of the same document are right. The XML mode
# of both reads all of it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
cat > error.xml <<'XML'
<?xml version="1.0" encoding="UTF-8"?>
<doc><error type="exists" object="ip"><param name="object">ip</param><msg>Taken</msg></error></doc>
XML
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check beautifulsoup4==4.15.0 lxml==6.1.3
env/bin/python -W ignore - <<'PY'
from pathlib import Path
from bs4 import BeautifulSoup
text = Path("error.xml").read_text()
seen = {}
for parser in ("html.parser", "lxml", "xml"):
    read = BeautifulSoup(text, parser)
    seen[parser] = (read.param.text, read.msg.text, read.error.text.strip())
    print("BeautifulSoup", parser, seen[parser])
assert seen == {"html.parser": ("", "Taken", "ipTaken"), "lxml": ("", "Taken", "ipTaken"), "xml": ("ip", "Taken", "ipTaken")}
PY
npm init -y >/dev/null
npm install --silent --no-audit --no-fund cheerio@1.2.0
cat > seen.mjs <<'JS'
import { readFileSync } from 'node:fs';
import assert from 'node:assert';
import * as cheerio from 'cheerio';
const read = (options) => { const $ = cheerio.load(readFileSync('error.xml', 'utf8'), options); return [$('param').text(), $('msg').text()]; };
console.log('cheerio', read(), read({ xml: true }));
assert.deepStrictEqual([read(), read({ xml: true })], [['', 'Taken'], ['ip', 'Taken']]);
JS
node seen.mjs
