import { attempt, call } from "/page/api.js";
import { el, isNew, labelled, pretty, typed } from "/page/dom.js";
import { deliveryList } from "/page/traffic.js";
import { settings } from "/page/trouble.js";

const GAPS = ["GAP_CREATE", "GAP_UPDATE", "GAP_DELETE", "GAP_UNDELETE", "GAP_OVERFLOW"];
const TYPES = ["UPDATE", "CREATE", "DELETE", "UNDELETE", ...GAPS];
const FORMS = ["relay", "pubsub", "cometd", "bare"];
const SIGNATURES = ["valid", "wrong", "none", "stale", "future"];
const REFUSALS = ["invalid_grant", "invalid_client", "invalid_client_id", "inactive_user", "inactive_org", "invalid_app_access", "rate_limit_exceeded"];

const select = (values) => el("select", {}, ...values.map((value) => el("option", { value }, value || "a token")));
const post = (text, said, path, body = () => ({}), className = "quiet") => el("button", { type: "button", className, onclick: () =>
  attempt(said, () => call("POST", `/salesforce${path}`, body())) }, text);
const submitted = (deed) => (event) => { event.preventDefault(); deed(); };

export async function events(main) {
  const rows = el("div");
  const refresh = async () => {
    const { events: all } = await call("GET", "/salesforce/events?after=0");
    if (!isNew(rows, all)) return;
    const open = new Set([...rows.querySelectorAll("details[open]")].map((one) => one.dataset.number));
    rows.replaceChildren(...all.reverse().map((one) => event(one, open)));
    if (!all.length) rows.append(el("p", { className: "muted" }, "Nothing has happened yet."));
  };
  main.replaceChildren(el("h2", {}, "Change events"),
    el("div", { className: "row" }, post("Heartbeat", "Sent.", "/events/signal", () => ({ type: "heartbeat" })),
      post("Replay lost", "Sent.", "/events/signal", () => ({ type: "replay_lost" }))),
    el("details", {}, el("summary", {}, "Send one that no change brought about"), emitForm(refresh)), rows);
  await refresh();
  return refresh;
}

function event(one, open) {
  const { changeType, recordIds, commitTimestamp } = one.header;
  const entry = el("details", {}, el("summary", {}, `${new Date(commitTimestamp).toISOString().slice(11, 23)} ${changeType} ${one.object} ${recordIds.join(", ")}`));
  entry.dataset.number = one.number;
  const again = (text, more) => post(text, "Sent.", "/events/send", () => ({ events: [one.number], ...more }));
  const fill = () => entry.childElementCount === 1 && entry.append(el("div", { className: "row" },
    again("Send again"), again("Send three times", { copies: 3 }), again("Unsigned", { signature: "none" }), again("Wrongly signed", { signature: "wrong" }),
    again("Stale", { signature: "stale" }), again("As CometD has it", { form: "cometd" }), again("Not decoded", { form: "pubsub" })), pretty(one));
  entry.addEventListener("toggle", () => entry.open && fill());
  if (open.has(String(one.number))) { entry.open = true; fill(); }
  return entry;
}

function emitForm(refresh) {
  const inputs = { change_type: select(TYPES), kind: select(["loan", "contact"]), records: el("input", { placeholder: "a0X…, a0X…, or a0X*" }),
    fields: el("input", { placeholder: "status, amount" }), form: select(FORMS), signature: select(SIGNATURES) };
  const words = (text) => text.split(",").map((word) => word.trim()).filter(Boolean);
  const send = () => attempt("Sent.", () => call("POST", "/salesforce/events", Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
    [name, ["records", "fields"].includes(name) ? words(input.value) : input.value])))).then(refresh);
  return el("form", { onsubmit: submitted(send) },
    ...Object.entries(inputs).map(([name, input]) => labelled(name.replaceAll("_", " "), input)),
    el("p", { className: "whole" }, el("button", { type: "submit" }, "Send")));
}

export async function deliveries(main) {
  const rows = el("div");
  const readable = (one) => (one.payload.body ? { ...one, payload: { ...one.payload, body: typed(one.payload.body) } } : one);
  const refresh = deliveryList(rows, "/salesforce/deliveries", readable);
  main.replaceChildren(el("h2", {}, "Deliveries"),
    el("div", { className: "row" }, post("Let go what is held", "Let go.", "/deliveries/flush")), rows);
  await refresh();
  return refresh;
}

export async function controls(main) {
  main.replaceChildren(
    el("h2", {}, "Who is told"), receiversForm(await call("GET", "/salesforce/receivers")),
    el("h2", {}, "Switches"), settings((await call("GET", "/salesforce/switches")).switches, "/salesforce/switches"),
    el("h2", {}, "Log-in and limits"), ...sessions(),
    el("h2", {}, "A field"), fieldForm(),
    el("h2", {}, "Many loans"), seedForm());
  return async () => {};
}

function receiversForm({ relay, outbound }) {
  const inputs = { relay: el("input", { type: "url", value: relay, placeholder: "http://127.0.0.1:8000/…" }), outbound: el("input", { type: "url", value: outbound }) };
  const save = () => attempt("Set.", () => call("POST", "/salesforce/receivers", { relay: inputs.relay.value, outbound: inputs.outbound.value }));
  return el("form", { onsubmit: submitted(save) }, labelled("The relay posts change events to", inputs.relay), labelled("Outbound Messages go to", inputs.outbound),
    el("p", { className: "whole" }, el("button", { type: "submit" }, "Set")));
}

function sessions() {
  const refusal = select(["", ...REFUSALS]);
  const used = el("input", { value: "0", inputMode: "numeric" });
  return [
    el("div", { className: "row" }, labelled("Who asks for a token gets", refusal), post("Answer so", "Set.", "/tokens", () => ({ error: refusal.value })),
      post("Make tokens invalid", "They are invalid.", "/tokens/revoke"), post("Close open queries", "They are closed.", "/locators/expire")),
    el("div", { className: "row" }, labelled("Calls made so far", used), post("Count from there", "Set.", "/limits", () => ({ used: Number(used.value) }))),
  ];
}

function fieldForm() {
  const kind = select(["loan", "contact"]);
  const field = el("input", { required: true, placeholder: "MtgPlanner_CRM__Status__c" });
  const about = el("input", { value: '{"hidden": true}' });
  const save = () => attempt("Set.", () => call("PATCH", `/salesforce/fields/${kind.value}/${encodeURIComponent(field.value)}`, JSON.parse(about.value)));
  return el("form", { onsubmit: submitted(save) }, labelled("Of a", kind), labelled("Field", field), labelled("hidden, calculated, type, picklist … as JSON", about),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Change it, or add it")));
}

function seedForm() {
  const count = el("input", { value: "20", inputMode: "numeric" });
  return el("form", { onsubmit: submitted(() => attempt("Added, without events.", () => call("POST", "/salesforce/seed", { loans: Number(count.value) }))) },
    labelled("Loans", count), el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Add so many, with borrowers")));
}
