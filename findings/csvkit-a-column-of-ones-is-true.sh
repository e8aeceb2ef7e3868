#!/usr/bin/env bash
# A list asked with out=csv has numbers as states and months. csvjson of csvkit 2.2.0 guesses a type for each column: where every
# license is paid by the month, `period` is true, not 1, and where none is, it is 12.0; a column of 1 and 0 is true and false. One
# list says `"status": true`, the next, with an active license in it, 1.0 and 2.0. A license called "none" or "n/a" has no name, the
# client's own number 1e5 is 100000.0, a name 1:30 is "0:01:30". `--no-inference` leaves texts, but no "none": that takes
# `--blanks`, whose name says nothing of it.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check csvkit==2.2.0 agate==1.14.2
expect() {
    local seen; seen=$(printf '%s\n' "${@:3}" | env/bin/csvjson $1)
    echo "$seen"
    [ "$seen" = "$2" ] || { echo "changed" >&2; exit 1; }
}
expect "" '[{"id": 100001.0, "period": true, "status": true}, {"id": 100002.0, "period": true, "status": true}]' \
    id,period,status 100001,1,1 100002,1,1
expect "" '[{"id": 100001.0, "period": 12.0, "status": 1.0}, {"id": 100002.0, "period": 12.0, "status": 2.0}]' \
    id,period,status 100001,12,1 100002,12,2
expect "" '[{"licname": null, "remoteid": 100000.0, "left": true}, {"licname": null, "remoteid": 200000.0, "left": false}]' \
    licname,remoteid,left none,1e5,1 n/a,2e5,0
expect "" '[{"name": "0:01:30", "cost": "5.00 EUR"}]' name,cost "1:30,5.00 EUR"
expect --no-inference '[{"licname": null, "remoteid": "1e5", "period": "1"}]' licname,remoteid,period none,1e5,1
expect "--no-inference --blanks" '[{"licname": "none", "remoteid": "1e5", "period": "1"}]' licname,remoteid,period none,1e5,1
