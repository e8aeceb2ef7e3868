#!/usr/bin/env bash
# In JSON of this API a text stands under the key "$": {"balance": {"$": "12.34"}}. In JSONPath "$" is the root too, so
# `$.doc.balance.$` finds the whole document in jsonpath-ng 1.8.0 and jsonpath-rw 1.4.0 (Python), without an error.
# jsonpath-plus 10.4.0 (Node.js) gives the object around the text for `$.doc.balance.$`, and for `['$']` as well, which finds
# the text in all others here; there only the filter "[?(@property === '$')]" reaches the text. jsonpath 0.82.2 and
# jsonpath-python 1.1.5 (Python) find it both ways; jsonpath-rfc9535 1.0.1 and json-p3 2.3.1 refuse the first.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check jsonpath-ng==1.8.0 jsonpath-rw==1.4.0 jsonpath-rfc9535==1.0.1
env/bin/pip install --quiet --disable-pip-version-check --target older jsonpath==0.82.2
env/bin/pip install --quiet --disable-pip-version-check --target other jsonpath-python==1.1.5
cat > answer.json <<'JSON'
{"doc": {"balance": {"$": "12.34"}, "elem": [{"id": {"$": "101"}}, {"id": {"$": "102"}}]}}
JSON
cat > paths.py <<'PY'
import json, sys
whole, library = json.load(open("answer.json")), sys.argv[1]
if library == "jsonpath-ng":
    from jsonpath_ng import parse
    find = lambda path: [match.value for match in parse(path).find(whole)]
elif library == "jsonpath-rw":
    from jsonpath_rw import parse
    find = lambda path: [match.value for match in parse(path).find(whole)]
elif library == "jsonpath-rfc9535":
    from jsonpath_rfc9535 import JSONPathError, find as search
    find = lambda path: search(path, whole).values()
elif library == "jsonpath":
    from jsonpath import jsonpath
    find = lambda path: jsonpath(whole, path)
else:
    from jsonpath import JSONPath
    find = lambda path: JSONPath(path).parse(whole)
every = {"whole": [whole], "text": ["12.34"]}
for path, expected in zip(("$.doc.balance.$", "$.doc.balance['$']"), sys.argv[2:]):
    try:
        got = find(path)
    except Exception as refusal:
        if type(refusal).__name__ != "JSONPathSyntaxError":
            raise
        got = "refused"
    print(f"{library}: {path} is", "the whole document" if got == [whole] else got)
    assert got == every.get(expected, expected), (library, path, got)
PY
env/bin/python paths.py jsonpath-ng whole text
env/bin/python paths.py jsonpath-rw whole text
env/bin/python paths.py jsonpath-rfc9535 refused text
PYTHONPATH=older env/bin/python paths.py jsonpath text text
PYTHONPATH=other env/bin/python paths.py jsonpath-python text text
npm init --yes >/dev/null
npm install --silent --no-audit --no-fund jsonpath-plus@10.4.0 json-p3@2.3.1
cat > paths.js <<'JS'
const assert = require("node:assert"), json = require("./answer.json");
const libraries = {
  "jsonpath-plus": (path) => require("jsonpath-plus").JSONPath({ path, json }),
  "json-p3": (path) => require("json-p3").query(path, json).values(),
};
const around = [{ $: "12.34" }], rows = [{ $: "101" }, { $: "102" }];
const seen = [
  ["jsonpath-plus", "$.doc.balance.$", around], ["jsonpath-plus", "$.doc.balance['$']", around],
  ["jsonpath-plus", "$.doc.elem[*].id['$']", rows],
  ["jsonpath-plus", "$.doc.balance[?(@property === '$')]", ["12.34"]],
  ["json-p3", "$.doc.balance.$", "refused"], ["json-p3", "$.doc.balance['$']", ["12.34"]],
  ["json-p3", "$.doc.elem[*].id['$']", ["101", "102"]],
];
for (const [library, path, expected] of seen) {
  let got;
  try { got = libraries[library](path); } catch (refusal) { got = refusal.name === "JSONPathSyntaxError" ? "refused" : refusal; }
  console.log(`${library}: ${path} is`, JSON.stringify(got));
  assert.deepStrictEqual(got, expected);
}
JS
node paths.js
