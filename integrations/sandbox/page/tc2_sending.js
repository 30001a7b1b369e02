import { attempt, call } from "/page/api.js";
import { el, isNew, labelled, pretty, shown, table } from "/page/dom.js";
import { deliveryList } from "/page/traffic.js";
import { settings } from "/page/trouble.js";

const again = (text, done, body) => el("button", { type: "button", className: "quiet", onclick: () =>
  attempt(done, () => call("POST", "/tc2/events/send", body)) }, text);

export async function events(main) {
  const rows = el("div");
  const release = el("button", { type: "button", className: "quiet", onclick: () =>
    attempt("Let go, the newest first.", () => call("POST", "/tc2/events/release")) }, "Let go what is held, the newest first");
  const refresh = async () => {
    const { events: all } = await call("GET", "/tc2/events?after=0");
    if (!isNew(rows, all)) return;
    const open = new Set([...rows.querySelectorAll("details[open]")].map((one) => one.dataset.number));
    rows.replaceChildren(...all.reverse().map((one) => event(one, open)));
    if (!all.length) rows.append(el("p", { className: "muted" }, "Nothing has happened yet."));
  };
  main.replaceChildren(el("h2", {}, "Events"), el("div", { className: "row" }, release), rows);
  await refresh();
  return refresh;
}

function event(one, open) {
  const subject = one.event.subject ?? {};
  const words = `${(one.event.timestamp ?? "").slice(11, 23)} ${one.event.action} ${shown(subject.model)} ${shown(subject.id)} ${one.held ? "(held)" : ""}`;
  const entry = el("details", {}, el("summary", {}, words));
  entry.dataset.number = one.number;
  const fill = () => entry.childElementCount === 1 && entry.append(
    el("div", { className: "row" },
      again("Send again", "Sent.", { events: [one.number] }),
      again("Send twice", "Sent twice.", { events: [one.number, one.number] }),
      again("Send unsigned", "Sent without a signature.", { events: [one.number], signature: "none" }),
      again("Send wrongly signed", "Sent with a wrong signature.", { events: [one.number], signature: "wrong" })),
    pretty(one.event));
  entry.addEventListener("toggle", () => entry.open && fill());
  if (open.has(String(one.number))) { entry.open = true; fill(); }
  return entry;
}

export async function deliveries(main) {
  const rows = el("div");
  const readable = (one) => ({ ...one, payload: { ...one.payload, body: JSON.parse(one.payload.body) } });
  const refresh = deliveryList(rows, "/tc2/deliveries", readable);
  main.replaceChildren(el("h2", {}, "Deliveries"), rows);
  await refresh();
  return refresh;
}

export async function controls(main) {
  const state = el("div");
  const refresh = async () => {
    const { webhook } = await call("GET", "/tc2/webhook");
    if (isNew(state, webhook)) state.replaceChildren(table(["Address", "State", "Tries in an hour", "Failed"], [[
      shown(webhook.url), webhook.enabled ? "on" : `switched off ${webhook.switched_off_at ?? ""}`,
      String(webhook.tries_in_an_hour), String(webhook.failed_in_an_hour)]]));
    return webhook;
  };
  const webhook = await refresh();
  main.replaceChildren(
    el("h2", {}, "Webhook"),
    state,
    webhookForm(webhook, refresh),
    el("h2", {}, "Switches"),
    settings((await call("GET", "/tc2/switches")).switches, "/tc2/switches"),
    el("h2", {}, "Many clients"),
    seedForm(),
  );
  return refresh;
}

function webhookForm(webhook, refresh) {
  const url = el("input", { type: "url", value: webhook.url, placeholder: "http://127.0.0.1:8000/…" });
  const set = (done, body) => attempt(done, () => call("POST", "/tc2/webhook", body())).then(refresh);
  const save = (event) => {
    event.preventDefault();
    set("It is on.", () => ({ url: url.value, enabled: true }));
  };
  return el("form", { onsubmit: save }, labelled("Where events are sent", url), el("p", { className: "whole row" },
    el("button", { type: "submit" }, "Save, and turn it on"),
    el("button", { type: "button", className: "quiet", onclick: () => set("It is off.", () => ({ enabled: false })) }, "Turn it off")));
}

function seedForm() {
  const count = el("input", { value: "20", inputMode: "numeric" });
  const add = (event) => {
    event.preventDefault();
    attempt("Added, without events.", () => call("POST", "/tc2/seed", { clients: Number(count.value) }));
  };
  return el("form", { onsubmit: add }, labelled("Clients", count),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Add so many")));
}
