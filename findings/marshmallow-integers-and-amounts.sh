#!/usr/bin/env bash
# marshmallow 4.4.0: an Integer takes the text "1_000" as a thousand and cuts 1.9 to 1. `strict=True` is no way out
# for forms: it refuses every text, "1" among them. A Decimal takes "1_0.5". An amount of 2.665 is loaded and dumped with
# places=2 as 2.66 (half to even) where billing rounds half up. Of a werkzeug MultiDict with a repeated name the
# first value is read, where the same form in PHP gives the last.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT; cd "$folder"
python3 -m venv env
env/bin/pip install --quiet --disable-pip-version-check marshmallow==4.4.0 werkzeug==3.1.9
env/bin/python - <<'PY'
from decimal import Decimal
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict
class Order(Schema):
    period = fields.Integer()
    strict = fields.Integer(strict=True)
    amount = fields.Decimal(places=2)
seen = [
    Order().load({"period": "1_000"}), Order().load({"period": 1.9}),
    Order().load({"amount": "1_0.5"}), Order().load({"amount": "2.665"}), Order().load(MultiDict([("period", "1"), ("period", "2")])),
]
print(seen)
assert seen == [{"period": 1000}, {"period": 1}, {"amount": Decimal("10.50")}, {"amount": Decimal("2.66")}, {"period": 1}]
for value in (1.9, "1", "1_000"):
    try:
        Order().load({"strict": value})
    except ValidationError as error:
        print("strict:", repr(value), error.messages)
    else:
        raise SystemExit(f"changed: strict takes {value!r}")
PY
