import { call, hush } from "/page/api.js";
import { el } from "/page/dom.js";
import * as records from "/page/records.js";
import { calls, deliveries, webhooks } from "/page/traffic.js";
import { trouble } from "/page/trouble.js";

const ENTITIES = {
  organization: "Organizations", person: "Persons", deal: "Deals", activity: "Activities",
  pipeline: "Pipelines", stage: "Stages", user: "Users",
};
const OTHERS = { webhooks: ["Webhooks", webhooks], calls: ["Calls", calls], deliveries: ["Deliveries", deliveries], trouble: ["Trouble", trouble] };
const EACH_MILLISECONDS = 1000;

const main = document.getElementById("content");
const state = document.getElementById("state");
let refresh = async () => {};
let shownHash = null;

function tabs(current) {
  const all = [...Object.entries(ENTITIES), ...Object.entries(OTHERS).map(([key, [text]]) => [key, text])];
  document.getElementById("tabs").replaceChildren(...all.map(([key, text]) =>
    el("li", {}, el("a", { href: `#${key}`, ...(key === current ? { "aria-current": "page" } : {}) }, text))));
}

async function show() {
  const hash = location.hash.slice(1) || "organization";
  if (hash === "content") return;
  const [section, id] = hash.split("/");
  refresh = async () => {};
  shownHash = hash;
  tabs(section);
  hush();
  try {
    const next = await open(section, id);
    if (shownHash === hash) refresh = next;
  } catch (error) {
    main.replaceChildren(el("p", { className: "bad" }, error.message));
  }
}

async function open(section, id) {
  main.dataset.title = ENTITIES[section] ?? "";
  if (section in OTHERS) return OTHERS[section][1](main);
  if (!(section in ENTITIES)) throw new Error("There is no such section.");
  return id ? records.detail(main, section, id) : records.list(main, section);
}

async function tick() {
  try {
    const now = await call("GET", "/state");
    const off = Math.round(now.clock.offset_seconds);
    const text = `${now.clock.now.slice(0, 19).replace("T", " ")} UTC${off ? ` (${off > 0 ? "+" : ""}${off} s)` : ""}${now.clock.frozen ? ", frozen" : ""}`
      + ` · ${now.counts.organization} organizations, ${now.counts.person} persons, ${now.counts.deal} deals`
      + ` · ${now.open_deliveries} deliveries open · ${now.budget.spent} tokens spent`;
    if (state.textContent !== text) state.textContent = text;
    await refresh();
  } catch {
    state.textContent = "The sandbox does not answer.";
  }
  setTimeout(tick, EACH_MILLISECONDS);
}

document.getElementById("origin").textContent = location.origin;
addEventListener("hashchange", show);
await show();
tick();
