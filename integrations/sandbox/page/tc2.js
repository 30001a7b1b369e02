import { attempt, call } from "/page/api.js";
import { el, isNew, labelled, shown, table } from "/page/dom.js";
import { clientForm, planForm } from "/page/tc2_forms.js";

const OURS = { pipedrive_id: "Pipedrive id", pipedrive_url: "Pipedrive URL", pipedrive_deal_stage: "Stage", pipedrive_pipeline: "Pipeline" };
const name = (person) => (person ? [person.first_name, person.last_name].filter(Boolean).join(" ") : "–");
const link = (client, text) => el("a", { href: `#tc2/${client.id}` }, `${text}`);
const custom = (client) => Object.fromEntries(client.extra_attrs.map((one) => [one.machine_name, one.value]));

export async function clients(main, id) {
  return id ? detail(main, id) : list(main);
}

async function list(main) {
  const found = el("div", { className: "whole-words" });
  const query = el("input", { type: "search" });
  const refresh = async () => {
    const answer = await call("GET", `/tc2/clients?q=${encodeURIComponent(query.value)}`);
    if (isNew(found, answer)) found.replaceChildren(rows(answer));
  };
  query.addEventListener("input", refresh);
  main.replaceChildren(
    el("h2", {}, "Clients"),
    el("details", {}, el("summary", {}, "Sign up a customer"), clientForm(await call("GET", "/tc2/about"), null, refresh)),
    el("div", { className: "row" }, labelled("Find", query), resend()),
    found,
  );
  await refresh();
  return refresh;
}

function resend() {
  return el("button", { type: "button", className: "quiet", onclick: () =>
    attempt("All clients are sent again.", () => call("POST", "/tc2/resend")) }, "Send all clients again");
}

function rows(answer) {
  if (!answer.clients.length) return el("p", { className: "muted" }, "Nobody here yet.");
  const listed = table(
    ["Id", "Client", "Agency", "Status", "Plan", "Sales person", "Recipients", ...Object.values(OURS)],
    answer.clients.map((client) => {
      const agency = client.meta_agency;
      const values = custom(client);
      return [link(client, client.id), link(client, name(client)), shown(agency?.name),
        client.trashed ? "in the trash" : shown(agency?.status), shown(agency?.price_plan), name(client.sales_person),
        client.paid_recipients.map(name).join(", ") || "–", ...Object.keys(OURS).map((key) => shown(values[key]))];
    }));
  return answer.more ? el("div", {}, listed, el("p", { className: "muted" }, "The 50 newest; search for others.")) : listed;
}

async function detail(main, id) {
  const about = await call("GET", "/tc2/about");
  const facts = el("div");
  const deeds = el("div");
  const refresh = async () => {
    const { client } = await call("GET", `/tc2/clients/${id}`);
    if (isNew(facts, client)) facts.replaceChildren(...describe(client));
    // While somebody types, the form stays as it is.
    if (!deeds.contains(document.activeElement)) draw(client);
    return client;
  };
  const draw = (client) => isNew(deeds, client) && deeds.replaceChildren(...actions(client, about, done));
  const done = async () => draw(await refresh());
  const client = await refresh();
  main.replaceChildren(el("p", {}, el("a", { href: "#tc2" }, "Back to the list")), el("h2", {}, `Client ${id}: ${name(client)}`), deeds, facts);
  return refresh;
}

function describe(client) {
  const { meta_agency: agency, extra_attrs: attributes, ...plain } = client;
  const people = ["associated_admin", "sales_person", "bdr_person"];
  const facts = Object.entries(plain).map(([key, value]) => [key, people.includes(key) ? name(value) : shown(value)]);
  const part = (heading, pairs) => [el("h3", {}, heading), table(["Field", "Value"], pairs)];
  return [
    ...part("Agency", agency ? Object.entries(agency).map(([key, value]) => [key, shown(value)]) : [["–", "This client has no account."]]),
    ...part("Custom fields", attributes.map((one) => [`${one.name} (${one.machine_name})`, shown(one.value)])),
    ...part("Client", facts),
  ];
}

function actions(client, about, refresh) {
  const path = `/tc2/clients/${client.id}`;
  const button = (text, done, ending, method = "POST", className = "quiet") => el("button", { type: "button", className, onclick: () =>
    attempt(done, () => call(method, path + ending)).then(refresh) }, text);
  if (client.trashed) return [el("p", {}, button("Recover this client", "Recovered.", "/recover"))];
  return [
    el("div", { className: "row" },
      button("Pay an invoice", "Paid.", "/pay-invoice"),
      button("Send an older snapshot", "Sent.", "/stale"),
      client.meta_agency ? button("Terminate the agency", "Terminated.", "/terminate", "POST", "danger") : null,
      button("Delete this client", "In the trash.", "", "DELETE", "danger")),
    client.meta_agency ? planForm(client, refresh) : null,
    el("h3", {}, "Change"),
    clientForm(about, client, refresh),
  ].filter(Boolean);
}
