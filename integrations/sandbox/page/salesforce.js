import { attempt, call } from "/page/api.js";
import { cut, el, isNew, labelled, shown, table } from "/page/dom.js";
import { recordForm } from "/page/salesforce_forms.js";

// What tells records of a kind apart: heading, and what stands under it.
const COLUMNS = {
  loan: (about) => [
    ["Loan", "Name"], ["Borrower", "borrower_name"], ["Officer", about.loan_fields.officer], ["Status", about.loan_fields.status],
    ["Amount", about.loan_fields.amount], ["Closes", about.loan_fields.close_date]],
  contact: () => [["Contact", "Name"], ["E-mail", "Email"], ["Phone", "Phone"], ["Co-borrower's e-mail", "MtgPlanner_CRM__Co_Borrower_Email__c"]],
};
const SECTION = { loan: "salesforce", contact: "salesforce-contacts" };
const WORDS = { loan: "Loans", contact: "Contacts" };
const when = (stamp) => (stamp ? stamp.slice(0, 19).replace("T", " ") : "–");
const button = (text, deed, className = "quiet") => el("button", { type: "button", className, onclick: deed }, text);

export const loans = (main, id) => section(main, "loan", id);
export const contacts = (main, id) => section(main, "contact", id);

async function section(main, kind, id) {
  const about = await call("GET", "/salesforce/about");
  return id ? detail(main, kind, id, about) : list(main, kind, about);
}

async function list(main, kind, about) {
  const found = el("div", { className: "whole-words" });
  const query = el("input", { type: "search" });
  const refresh = async () => {
    const answer = await call("GET", `/salesforce/records/${kind}?q=${encodeURIComponent(query.value)}`);
    if (isNew(found, answer)) found.replaceChildren(rows(kind, answer, COLUMNS[kind](about)));
  };
  query.addEventListener("input", refresh);
  main.replaceChildren(
    el("h2", {}, WORDS[kind]),
    el("details", {}, el("summary", {}, `New ${kind}`), await recordForm(kind, null, about, refresh)),
    el("div", { className: "row" }, labelled("Find", query)),
    found,
  );
  await refresh();
  return refresh;
}

function rows(kind, answer, columns) {
  if (!answer.records.length) return el("p", { className: "muted" }, "Nothing here.");
  const listed = table([...columns.map(([heading]) => heading), "System Modstamp", ""], answer.records.map((record) => [
    el("a", { href: `#${SECTION[kind]}/${record.Id}` }, cut(shown(record[columns[0][1]]))),
    ...columns.slice(1).map(([, name]) => shown(record[name])),
    when(record.SystemModstamp), state(record)]));
  return answer.more ? el("div", {}, listed, el("p", { className: "muted" }, "The 50 newest; search for others.")) : listed;
}

function state(record) {
  if (record.IsDeleted) return record.MasterRecordId ? "merged" : "deleted";
  return record.shared ? "" : "hidden";
}

async function detail(main, kind, id, about) {
  const facts = el("div");
  const deeds = el("div");
  const read = async () => (await call("GET", `/salesforce/records/${kind}/${id}`)).record;
  const refresh = async () => {
    const record = await read();
    if (isNew(facts, record)) facts.replaceChildren(table(["Field", "Value"], Object.entries(record).map(([key, value]) => [key, shown(value)])));
    // While somebody types, the form stays as it is.
    if (!deeds.contains(document.activeElement)) await draw(record);
  };
  const draw = async (record) => isNew(deeds, record) && deeds.replaceChildren(...await actions(kind, record, about, done));
  const done = async () => { document.activeElement?.blur(); await refresh(); };
  const record = await read();
  main.replaceChildren(el("p", {}, el("a", { href: `#${SECTION[kind]}` }, "Back to the list")), el("h2", {}, cut(shown(record.Name))), deeds, facts);
  await refresh();
  return refresh;
}

async function actions(kind, record, about, done) {
  const path = `/salesforce/records/${kind}/${record.Id}`;
  const act = (text, said, ending, body, className, method = "POST") =>
    button(text, () => attempt(said, () => call(method, path + ending, body)).then(done), className);
  const erase = button("Erase for good", async () => {
    if (await attempt("Gone.", () => call("POST", `${path}/erase`))) location.hash = `#${SECTION[kind]}`;
  }, "danger");
  if (record.IsDeleted) return [el("div", { className: "row" }, act("Take it out of the recycle bin", "It is back.", "/undelete"), erase)];
  return [
    el("div", { className: "row" },
      act("Move its System Modstamp only", "Moved.", "/touch"),
      act(record.shared ? "Hide it by sharing" : "Share it again", "Set.", "/share", { shared: !record.shared }),
      act("Delete", "In the recycle bin.", "", {}, "danger", "DELETE"), erase),
    kind === "contact" ? mergeForm(path) : null,
    el("h3", {}, "Change"),
    await recordForm(kind, record, about, done),
  ].filter(Boolean);
}

function mergeForm(path) {
  const winner = el("input", { required: true, placeholder: "003…" });
  const merge = async (event) => {
    event.preventDefault();
    if (await attempt("Merged.", () => call("POST", `${path}/merge`, { into: winner.value }))) location.hash = `#${SECTION.contact}/${winner.value}`;
  };
  return el("form", { onsubmit: merge }, labelled("Merge into the contact with the id", winner),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Merge: that one stays, this one goes")));
}
