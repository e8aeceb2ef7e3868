#!/usr/bin/env bash
# fast-xml-parser 5.12.1, default options: a session id of hexadecimal digits in which one "e" stands between
# decimal digits is read as a number in scientific notation, and is lost. Of ids of twelve hexadecimal digits
# about one in 220 is such an id, so a client works for days and is then refused once, for no visible reason.
# A telephone number loses its plus, a version "1.10" its zero. `parseTagValue: false` keeps all of them.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund fast-xml-parser@5.12.1
cat > seen.mjs <<'JS'
import { XMLParser } from 'fast-xml-parser';
import assert from 'node:assert';
const read = (text, options) => new XMLParser(options).parse(`<doc><v>${text}</v></doc>`).doc.v;
assert.strictEqual(read('12345678e012'), 12345678e12);
assert.strictEqual(read('12345678f012'), '12345678f012');
assert.strictEqual(read('+79161234567'), 79161234567);
assert.strictEqual(read('1.10'), 1.1);
assert.strictEqual(read('12345678e012', { parseTagValue: false }), '12345678e012');
let state = 1, lost = 0;
const digit = () => ((state = (state * 48271) % 2147483647) >> 8) % 16;
const ids = 100000;
for (let n = 0; n < ids; n += 1) {
  const id = Array.from({ length: 12 }, () => digit().toString(16)).join('');
  if (typeof read(id) !== 'string') lost += 1;
}
console.log(`12345678e012 -> ${read('12345678e012')}; ${lost} of ${ids} ids of twelve hexadecimal digits become numbers`);
assert.ok(lost > 0);
JS
node seen.mjs
