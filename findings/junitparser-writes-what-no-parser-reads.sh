#!/usr/bin/env bash
# junitparser 5.0.3: colour codes of a terminal in the output of a case are written into the file as they are.
# The file is no XML then: neither the standard library nor junitparser itself reads it back, and the CI system
# that gets it loses the whole report for one line of one case. Nothing is said when it is written.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check junitparser==5.0.3
env/bin/python - <<'PY'
from xml.etree import ElementTree
from junitparser import JUnitXml, TestCase, TestSuite
case = TestCase("orders a license")
case.system_out = "\x1b[32mok\x1b[0m"
suite = TestSuite("seller")
suite.add_testcase(case)
report = JUnitXml()
report.add_testsuite(suite)
report.write("report.xml")
for name, read in (("ElementTree", ElementTree.parse), ("junitparser", JUnitXml.fromfile)):
    try:
        read("report.xml")
    except ElementTree.ParseError as error:
        print(f"{name}: {error}")
    else:
        raise SystemExit(f"changed: {name} reads it")
PY
