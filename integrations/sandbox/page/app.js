import { call, hush } from "/page/api.js";
import { el } from "/page/dom.js";
import { calendars, mails } from "/page/google.js";
import * as records from "/page/records.js";
import { contacts, loans } from "/page/salesforce.js";
import * as salesforce from "/page/salesforce_sending.js";
import { clients } from "/page/tc2.js";
import { controls, deliveries as tc2Deliveries, events } from "/page/tc2_sending.js";
import { calls, deliveries, webhooks } from "/page/traffic.js";
import { trouble } from "/page/trouble.js";

const ENTITIES = {
  organization: "Organizations", person: "Persons", deal: "Deals", activity: "Activities",
  pipeline: "Pipelines", stage: "Stages", user: "Users",
};
const OTHERS = { webhooks: ["Webhooks", webhooks], calls: ["Calls", calls], deliveries: ["Deliveries", deliveries], trouble: ["Trouble", trouble] };
// The sections of a system that are not records; each has the system's name in front.
const TC2 = {
  tc2: ["Clients", clients], "tc2-events": ["Events", events], "tc2-calls": ["Calls", calls],
  "tc2-deliveries": ["Deliveries", tc2Deliveries], "tc2-controls": ["Controls", controls], "tc2-trouble": ["Trouble", trouble],
};
const GOOGLE = {
  google: ["Calendars", calendars], "google-mails": ["Mails", mails], "google-calls": ["Calls", calls], "google-trouble": ["Trouble", trouble],
};
const SALESFORCE = {
  salesforce: ["Loans", loans], "salesforce-contacts": ["Contacts", contacts], "salesforce-events": ["Events", salesforce.events],
  "salesforce-calls": ["Calls", calls], "salesforce-deliveries": ["Deliveries", salesforce.deliveries],
  "salesforce-controls": ["Controls", salesforce.controls], "salesforce-trouble": ["Trouble", trouble],
};
const OWN = { tc2: TC2, google: GOOGLE, salesforce: SALESFORCE };
const SYSTEMS = { pipedrive: ["Pipedrive", "organization"], tc2: ["TC2", "tc2"], google: ["Google", "google"], salesforce: ["Salesforce", "salesforce"] };
const EACH_MILLISECONDS = 1000;

const main = document.getElementById("content");
const state = document.getElementById("state");
let refresh = async () => {};
let shownHash = null;

const system = (section) => (section.split("-")[0] in OWN ? section.split("-")[0] : "pipedrive");

function tabs(current) {
  const named = (sections) => Object.entries(sections).map(([key, [text]]) => [key, text, key === current]);
  const records = system(current) in OWN ? [] : Object.entries(ENTITIES).map(([key, text]) => [key, text, key === current]);
  links("tabs", [...records, ...named(OWN[system(current)] ?? OTHERS)]);
  links("systems", Object.entries(SYSTEMS).map(([key, [text, first]]) => [first, text, key === system(current)]));
}

function links(id, all) {
  document.getElementById(id).replaceChildren(...all.map(([key, text, isCurrent]) =>
    el("li", {}, el("a", { href: `#${key}`, ...(isCurrent ? { "aria-current": "page" } : {}) }, text))));
}

async function show() {
  const hash = location.hash.slice(1) || "organization";
  if (hash === "content") return;
  const [section, id] = hash.split("/");
  refresh = async () => {};
  shownHash = hash;
  tabs(section);
  hush();
  // A place of its own: a section that answers late must not draw over the one that came after.
  const place = el("div", {});
  main.replaceChildren(place);
  try {
    const next = await open(place, section, id);
    if (shownHash === hash) refresh = next;
  } catch (error) {
    place.replaceChildren(el("p", { className: "bad" }, error.message));
  }
}

async function open(place, section, id) {
  place.dataset.title = ENTITIES[section] ?? "";
  place.dataset.system = system(section);
  const own = OWN[system(section)] ?? {};
  if (section in own) return own[section][1](place, id);
  if (section in OTHERS) return OTHERS[section][1](place);
  if (!(section in ENTITIES)) throw new Error("There is no such section.");
  return id ? records.detail(place, section, id) : records.list(place, section);
}

async function tick() {
  try {
    const now = await call("GET", "/state");
    const off = Math.round(now.clock.offset_seconds);
    const text = `${now.clock.now.slice(0, 19).replace("T", " ")} UTC${off ? ` (${off > 0 ? "+" : ""}${off} s)` : ""}${now.clock.frozen ? ", frozen" : ""}`
      + ` · ${now.counts.organization} organizations, ${now.counts.person} persons, ${now.counts.deal} deals`
      + ` · ${now.tc2.counts.client} TC2 clients · ${now.google.events} calendar events · ${now.salesforce.loans} loans`
      + ` · ${now.open_deliveries + now.tc2.open_deliveries + now.salesforce.open_deliveries} deliveries open · ${now.budget.spent} tokens spent`;
    if (state.textContent !== text) state.textContent = text;
    await refresh();
  } catch {
    state.textContent = "The sandbox does not answer.";
  }
  setTimeout(tick, EACH_MILLISECONDS);
}

document.querySelectorAll(".origin").forEach((place) => { place.textContent = location.origin; });
addEventListener("hashchange", show);
await show();
tick();
