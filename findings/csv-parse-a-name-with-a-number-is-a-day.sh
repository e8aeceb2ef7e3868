#!/usr/bin/env bash
# csv-parse 7.0.3 (Node.js), asked with `cast: true, cast_date: true` for the days of a list, makes days of names: a license
# "web-1" is 1 January 2001 and "shop 12" 1 December, while "web-13" and "ISPmanager 6 Lite" stay texts, since no month fits.
# So of one column some rows are days. Numbers go the same way: the client's own order number 1e5 is 100000, a telephone number
# loses its plus. A function as `cast`, which gets the column's name, makes days of days alone.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund csv-parse@7.0.3
cat > days.js <<'JS'
const assert = require("node:assert");
const { parse } = require("csv-parse/sync");
process.env.TZ = "UTC";
const read = (names, options) => parse(["name", ...names].join("\n"), { columns: true, ...options }).map((row) => row.name);
const seen = new Map([
  ["web-1", new Date("2001-01-01T00:00:00Z")], ["shop 12", new Date("2001-12-01T00:00:00Z")],
  ["web-13", "web-13"], ["ISPmanager 6 Lite", "ISPmanager 6 Lite"], ["2027-01-31", new Date("2027-01-31T00:00:00Z")],
  ["1e5", 100000], ["+79161234567", 79161234567],
]);
const got = read([...seen.keys()], { cast: true, cast_date: true });
[...seen].forEach(([text, expected], at) => {
  console.log(`"${text}":`, got[at]);
  assert.deepStrictEqual(got[at], expected, text);
});
const by_column = (text, { column }) => (column === "expiredate" ? new Date(text) : text);
assert.deepStrictEqual(read(["web-1", "1e5"], { cast: by_column }), ["web-1", "1e5"]);
JS
node days.js
