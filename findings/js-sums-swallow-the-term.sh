#!/usr/bin/env bash
# A price stands with its term: "10.80 EUR / 6 months". Three libraries for sums in JavaScript read every digit of such a
# text as one number: accounting 0.4.1 and numeral 2.0.6 say 10.806, currency.js 2.0.4 rounds that to 10.81, and twelve months
# for 1.80 come to 1.8012. "6 months: 10.80 EUR" is 610.8, and a term in brackets makes numeral's price a debt: -99.991.
# parsecurrency 1.1.1 refuses these, and takes "EUR -5.00" for five in hand. None of them throws.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund accounting@0.4.1 numeral@2.0.6 currency.js@2.0.4 parsecurrency@1.1.1
cat > sums.js <<'JS'
const assert = require("node:assert");
const readers = {
  accounting: (text) => require("accounting").unformat(text),
  numeral: (text) => require("numeral")(text).value(),
  "currency.js": (text) => require("currency.js")(text).value,
  parsecurrency: (text) => require("parsecurrency")(text)?.value ?? null,
};
const seen = {
  "10.80 EUR": [10.8, 10.8, 10.8, 10.8],
  "10.80 EUR / Month": [10.8, 10.8, 10.8, 10.8],
  "10.80 EUR / 6 months": [10.806, 10.806, 10.81, null],
  "1.80 EUR / 12 months": [1.8012, 1.8012, 1.8, null],
  "6 months: 10.80 EUR": [610.8, NaN, 610.8, null],
  "99.99 EUR (1 month)": [99.99, -99.991, NaN, null],
  "EUR -5.00": [-5, -5, -5, 5],
};
for (const [text, expected] of Object.entries(seen)) {
  const got = Object.values(readers).map((read) => read(text));
  console.log(`"${text}":`, Object.keys(readers).map((name, at) => `${name} ${got[at]}`).join(", "));
  assert.deepStrictEqual(got, expected, text);
}
JS
node sums.js
