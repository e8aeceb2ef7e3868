#!/usr/bin/env bash
# How far general mock servers get with this API: the table "mocks" of docs/libraries.md. Each is set up, as its
# documentation says, for one URL whose function is named in the form: whoami, an order at 5.00, a balance of 100.00.
# shellcheck source=docs/scripts/rows.sh
source "$(dirname "$0")/rows.sh"
need_debian default-jre-headless curl
npm_install @stoplight/prism-cli@5.16.0 @mockoon/cli@9.9.0 mountebank@2.9.1 wiremock@3.13.2
serving=()
trap 'kill "${serving[@]}" 2>/dev/null || true; rm -rf "$folder"' EXIT
free_port() { python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# answers NAME PORT: one row, of what the server answered.
answers() {
    local name=$1 url="http://127.0.0.1:$2/billmgr"
    curl --silent --retry 60 --retry-delay 1 --retry-connrefused --output /dev/null "$url"
    call() { curl --silent --max-time 20 --output answer --write-out '%{http_code}' "$@" "$url" > status || true; }
    reads() { if grep -q 'name="reseller"' answer; then echo answered; else echo "$(cat status), not found"; fi; }
    value() { grep -q "<$1>[0-9.]" answer && sed "s/.*<$1>\([0-9.]*\).*/\1/" answer || echo none; }
    local form plain multipart capitals ids=""
    call --data func=whoami; form=$(reads)
    call --data func=whoami --header 'Content-Type:'; plain=$(reads)
    call --form func=whoami; multipart=$(reads)
    call --data FUNC=whoami; capitals=$(reads)
    for _ in 1 2 3; do
        call --data func=soft.order.param --data sok=ok
        ids+="$(value id) "
    done
    call --data func=subaccount
    echo "mocks| $name | $form | $plain | $multipart | $capitals | ${ids% } | $(value balance) |" >> rows
}

who='<doc><user name="reseller"/></doc>'
cat > openapi.json <<JSON
{"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/billmgr": {"post": {
  "requestBody": {"content": {"application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"func": {"type": "string"}}}}}},
  "responses": {"200": {"description": "ok", "content": {"text/xml": {"schema": {"type": "string"}, "examples": {
    "whoami": {"value": "<doc><user name=\"reseller\"/></doc>"}, "order": {"value": "<doc><ok/><id>100001</id></doc>"},
    "subaccount": {"value": "<doc><elem><balance>100.00</balance></elem></doc>"}}}}}}}}}}
JSON
port=$(free_port)
node_modules/.bin/prism mock --port "$port" openapi.json > prism.log 2>&1 & serving+=($!)
answers "Prism 5.16.0" "$port"

port=$(free_port)
PORT=$port WHO=$who node > mockoon.json <<'JS'
let made = 0;
const uuid = () => `00000000-0000-4000-8000-${String(made++).padStart(12, '0')}`;
const response = (func, body) => ({
  uuid: uuid(), body, latency: 0, statusCode: 200, label: func, headers: [{ key: 'Content-Type', value: 'text/xml' }],
  bodyType: 'INLINE', filePath: '', databucketID: '', sendFileAsBody: false, rulesOperator: 'OR', disableTemplating: false,
  fallbackTo404: false, default: false, crudKey: 'id', callbacks: [],
  rules: [{ target: 'body', modifier: 'func', value: func, invert: false, operator: 'equals' }],
});
const responses = [
  response('whoami', process.env.WHO),
  response('soft.order.param', "{{setGlobalVar 'n' (add (getGlobalVar 'n') 1)}}<doc><ok/><id>{{add 100000 (getGlobalVar 'n')}}</id></doc>"),
  response('subaccount', "<doc><elem><balance>{{toFixed (subtract 100 (multiply 5 (getGlobalVar 'n'))) 2}}</balance></elem></doc>"),
  { ...response('none', '<doc><error type="missed"/></doc>'), rules: [], default: true },
];
const route = { uuid: uuid(), type: 'http', documentation: '', method: 'post', endpoint: 'billmgr', responses, responseMode: null };
console.log(JSON.stringify({
  uuid: uuid(), lastMigration: 33, name: 'billmgr', port: Number(process.env.PORT), hostname: '127.0.0.1', endpointPrefix: '',
  latency: 0, folders: [], routes: [route], rootChildren: [{ type: 'route', uuid: route.uuid }], proxyMode: false, proxyHost: '',
  proxyRemovePrefix: false, cors: false, headers: [], proxyReqHeaders: [], proxyResHeaders: [], data: [], callbacks: [],
  tlsOptions: { enabled: false, type: 'CERT', pfxPath: '', certPath: '', keyPath: '', caPath: '', passphrase: '' },
}));
JS
node_modules/.bin/mockoon-cli start --data mockoon.json --disable-log-to-file > mockoon.log 2>&1 & serving+=($!)
answers "Mockoon CLI 9.9.0" "$port"

port=$(free_port); mkdir -p mappings
PORT=$port WHO=$who node <<'JS'
const { writeFileSync } = require('node:fs');
const stub = (func, body, state = {}) => ({
  ...state, request: { method: 'POST', urlPath: '/billmgr', formParameters: { func: { equalTo: func } } },
  response: { status: 200, headers: { 'Content-Type': 'text/xml' }, body },
});
const step = (from, to) => ({ scenarioName: 'orders', requiredScenarioState: from, newScenarioState: to });
const order = (n) => `<doc><ok/><id>${100000 + n}</id></doc>`;
const balance = (sum) => `<doc><elem><balance>${sum}</balance></elem></doc>`;
writeFileSync('mappings/all.json', JSON.stringify({ mappings: [
  stub('whoami', process.env.WHO),
  stub('soft.order.param', order(1), step('Started', 'one')), stub('soft.order.param', order(2), step('one', 'two')),
  stub('soft.order.param', order(2), step('two', 'two')),
  stub('subaccount', balance('100.00'), step('Started')), stub('subaccount', balance('95.00'), step('one')),
  stub('subaccount', balance('90.00'), step('two')),
] }));
JS
java -jar node_modules/wiremock/build/*.jar --port "$port" --root-dir . --disable-banner > wiremock.log 2>&1 & serving+=($!)
answers "WireMock 3.13.2" "$port"

port=$(free_port)
PORT=$port WHO=$who node > mountebank.json <<'JS'
const when = (func, response) => ({ predicates: [{ equals: { method: 'POST', path: '/billmgr', form: { func } } }], responses: [response] });
const body = (text) => ({ is: { headers: { 'Content-Type': 'text/xml' }, body: text } });
console.log(JSON.stringify({ imposters: [{ port: Number(process.env.PORT), host: '127.0.0.1', protocol: 'http', stubs: [
  when('whoami', body(process.env.WHO)),
  when('soft.order.param', { inject: "(config) => { config.state.n = (config.state.n || 0) + 1; return { body: `<doc><ok/><id>${100000 + config.state.n}</id></doc>` }; }" }),
  when('subaccount', { inject: "(config) => ({ body: `<doc><elem><balance>${(100 - 5 * (config.state.n || 0)).toFixed(2)}</balance></elem></doc>` })" }),
] }] }));
JS
node_modules/.bin/mb start --configfile mountebank.json --port "$(free_port)" --allowInjection --localOnly --nologfile > mountebank.log 2>&1 & serving+=($!)
answers "mountebank 2.9.1" "$port"
compare mocks < rows
