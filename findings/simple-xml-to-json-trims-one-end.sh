#!/usr/bin/env bash
# simple-xml-to-json 1.2.7: blanks before a text are dropped, blanks after it stay. Two values that differ in
# leading blanks alone become one, while "name" and "name " stay two; a text compared after trimming on one side
# only does not match.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund simple-xml-to-json@1.2.7
cat > seen.cjs <<'JS'
const { convertXML } = require('simple-xml-to-json');
const assert = require('node:assert');
const seen = convertXML('<doc><name>  web-1  </name></doc>').doc.children[0].name.content;
console.log(JSON.stringify('  web-1  '), '->', JSON.stringify(seen));
assert.strictEqual(seen, 'web-1  ');
JS
node seen.cjs
