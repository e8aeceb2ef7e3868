// Tests of a client with node:test against a running seller: each has a world of its own.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, test } from "node:test";

const url = process.env.MOCKSELLER_URL ?? "http://127.0.0.1:1500/billmgr";
const base = url.replace(/\/billmgr$/, "");
let world;

async function control(method, path, body) {
  const response = await fetch(`${base}/_mockseller${path}`, {
    method, headers: { "Content-Type": "application/json" }, body: body && JSON.stringify(body),
  });
  // A refused expectation names the calls that came nearest.
  if (!response.ok) assert.fail(`${method} ${path}: ${await response.text()}`);
}

const verify = (expected) => control("POST", `/journal/verify?world=${world}`, expected);

// Orders a license as your client would.
async function order() {
  const response = await fetch(`${base}/w/${world}/billmgr`, {
    method: "POST",
    body: new URLSearchParams({
      authinfo: "reseller:secret", func: "soft.order.param", pricelist: "55227", period: "1",
      ip: "0.0.0.0", licname: "from-node-test", skipbasket: "on", clicked_button: "finish",
      sok: "ok", out: "bjson",
    }),
  });
  return response.json();
}

beforeEach(async () => {
  world = `node-${randomBytes(4).toString("hex")}`;
  await control("POST", "/worlds", { name: world });
});

afterEach(() => control("DELETE", `/worlds/${world}`));

test("a license is ordered", async () => {
  const answer = await order();
  assert.ok(Number(answer.id.v) > 0);
  await verify({ func: "soft.order.param", outcome: "bought", count: 1 });
});

test("an order whose answer is lost is bought all the same", async () => {
  await control("POST", `/faults?world=${world}`, {
    what: "drop", func: "soft.order.param", when: "after", times: 1,
  });
  await assert.rejects(order);
  await verify({ func: "soft.order.param", outcome: "bought", count: 1 });
});
