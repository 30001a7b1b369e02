import { attempt, call } from "/page/api.js";
import { el, isNew, pretty, shown, table } from "/page/dom.js";

const KEPT = 200;

// A list that grows at its top; what is open stays open.
function feed(main, heading, controls, fetchNew, summary, full) {
  const entries = el("div");
  let last = 0;
  main.replaceChildren(el("h2", {}, heading), el("div", { className: "row" }, ...controls), entries);
  return async () => {
    for (const one of await fetchNew(last)) {
      const [text, bad] = summary(one);
      const entry = el("details", {}, el("summary", { className: bad ? "bad" : "" }, text));
      entry.addEventListener("toggle", () => entry.open && entry.childElementCount === 1 && entry.append(pretty(full(one))));
      entries.prepend(entry);
      last = Math.max(last, one.number);
    }
    while (entries.childElementCount > KEPT) entries.lastElementChild.remove();
  };
}

export async function calls(main) {
  const forget = el("button", { type: "button", className: "quiet", onclick: async () => {
    if (await attempt("Forgotten.", () => call("DELETE", "/calls"))) main.querySelectorAll("details").forEach((entry) => entry.remove());
  } }, "Forget these");
  const refresh = feed(main, "Calls", [forget],
    async (last) => (await call("GET", `/calls?system=${main.dataset.system}&after=${last}`)).calls,
    (one) => [`${one.at.slice(11, 23)} ${one.method} ${one.path} ${one.query.q ?? ""} → ${one.status || "cut"} (${one.milliseconds} ms) ${one.trouble}`, one.status >= 400 || !one.status],
    (one) => one);
  await refresh();
  return refresh;
}

export async function deliveries(main) {
  const flush = el("button", { type: "button", className: "quiet", onclick: () =>
    attempt("Flushed.", () => call("POST", "/deliveries/flush")) }, "Let go what is held");
  const rows = el("div");
  const refresh = deliveryList(rows, "/deliveries");
  main.replaceChildren(el("h2", {}, "Deliveries"), el("div", { className: "row" }, flush), rows);
  await refresh();
  return refresh;
}

// What fills ``rows`` with the newest; ``full``: what one of them shows when it is opened.
export function deliveryList(rows, path, full = (one) => one) {
  return async () => {
    const { deliveries: all } = await call("GET", `${path}?after=0`);
    if (!isNew(rows, all)) return;
    const open = new Set([...rows.querySelectorAll("details[open]")].map((one) => one.dataset.number));
    rows.replaceChildren(...all.reverse().slice(0, 100).map((one) => delivery(one, open, full)));
    if (!all.length) rows.append(el("p", { className: "muted" }, "Nothing was sent yet."));
  };
}

function delivery(one, open, full) {
  const last = one.tries.at(-1);
  const came = last ? `${last.status ?? last.error}` : "";
  const text = `${one.at.slice(11, 23)} ${one.action} ${one.entity} ${shown(one.entity_id)} → ${one.state} ${came} (${one.tries.length} ${one.tries.length === 1 ? "try" : "tries"})`;
  const entry = el("details", {}, el("summary", { className: ["failed", "lost", "dropped"].includes(one.state) ? "bad" : "" }, text));
  entry.dataset.number = one.number;
  const fill = () => entry.childElementCount === 1 && entry.append(pretty(full(one)));
  entry.addEventListener("toggle", () => entry.open && fill());
  if (open.has(String(one.number))) { entry.open = true; fill(); }
  return entry;
}

export async function webhooks(main) {
  const rows = el("div");
  const refresh = async () => {
    const { webhooks: all } = await call("GET", "/webhooks");
    if (isNew(rows, all)) rows.replaceChildren(all.length ? table(
      ["Id", "Name", "Event", "To", "Last answer", "First failures", "Banned until"],
      all.map((one) => [String(one.id), one.name, `${one.event_action} ${one.event_object}`, one.subscription_url,
        shown(one.last_http_status), String(one.first_failures), shown(one.banned_until)]),
    ) : el("p", { className: "muted" }, "None registered."));
  };
  main.replaceChildren(el("h2", {}, "Webhooks"), rows);
  await refresh();
  return refresh;
}
