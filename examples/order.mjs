// Orders a license, reads its key, prolongs it and prints the balance: Node.js with fetch.

const url = process.argv[2] ?? "http://127.0.0.1:1500/billmgr";
const login = process.env.MOCKSELLER_LOGIN ?? "reseller";
const password = process.env.MOCKSELLER_PASSWORD ?? "secret";
const ISPMANAGER_LITE = "55227";

// Calls one function. Throws the seller's message where it refuses.
async function call(func, params = {}) {
  const body = new URLSearchParams({
    authinfo: `${login}:${password}`, func, out: "bjson", ...params,
  });
  const response = await fetch(url, { method: "POST", body });
  if (!response.ok) throw new Error(`${func}: HTTP ${response.status}`);
  const answer = await response.json();
  if (answer.error) throw new Error(`${func}: ${answer.error.msg}`);
  return answer;
}

const order = await call("soft.order.param", {
  pricelist: ISPMANAGER_LITE, period: "1", ip: "0.0.0.0", licname: "from-node",
  skipbasket: "on", clicked_button: "finish", sok: "ok",
});
const elid = order.id.v;
console.log("license", elid);

const form = await call("soft.edit", { elid });
console.log("key", form.model.lickey);

const prolonged = await call("service.prolong", { elid, period: "1", sok: "ok" });
console.log("paid until", prolonged.newexpiredate.v);

const [account] = (await call("subaccount")).elem;
console.log("balance", account.balance);
