#!/usr/bin/env bash
# dayjs 1.11.23: `isValid()` is true for days that do not exist. 2027-02-31 is read as 3 March, 2027-13-01 as January
# 2028, and 0000-00-00, which databases write for "no day", as 30 November 1899: a service without an end counts as
# expired for a century. moment 2.31.0 and luxon 3.7.2 call all three invalid. dayjs does so with its plugin
# customParseFormat, a format, and `true` for strict.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund dayjs@1.11.23 moment@2.31.0 luxon@3.7.2
cat > seen.cjs <<'JS'
const assert = require('node:assert');
const dayjs = require('dayjs'), moment = require('moment'), { DateTime } = require('luxon');
dayjs.extend(require('dayjs/plugin/customParseFormat'));
const expected = { '2027-02-31': '2027-03-03', '2027-13-01': '2028-01-01', '0000-00-00': '1899-11-30' };
for (const [text, day] of Object.entries(expected)) {
  const seen = dayjs(text);
  console.log(`${text}: dayjs ${seen.isValid()} ${seen.format('YYYY-MM-DD')}, moment ${moment(text).isValid()}, luxon ${DateTime.fromISO(text).isValid}`);
  assert.deepStrictEqual([seen.isValid(), seen.format('YYYY-MM-DD')], [true, day]);
  assert.deepStrictEqual([moment(text).isValid(), DateTime.fromISO(text).isValid], [false, false]);
  assert.strictEqual(dayjs(text, 'YYYY-MM-DD', true).isValid(), false);
}
JS
node seen.cjs 2>/dev/null
