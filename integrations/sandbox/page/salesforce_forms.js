import { attempt, call } from "/page/api.js";
import { el, labelled } from "/page/dom.js";

const P = "MtgPlanner_CRM__";
const CONTACT = [
  ["FirstName", "First name"], ["LastName", "Last name", { required: true }], ["Email", "E-mail"], ["Phone", "Phone"],
  ["MobilePhone", "Mobile phone"], ["Birthdate", "Birthdate", { type: "date" }],
  [`${P}Co_Borrower_First_Name__c`, "Co-borrower's first name"], [`${P}Co_Borrower_Last_Name__c`, "Co-borrower's last name"],
  [`${P}Co_Borrower_Email__c`, "Co-borrower's e-mail"], ["Phone_Co_Borrower__c", "Co-borrower's phone"],
  [`${P}Income_Borrower__c`, "Income", { inputMode: "decimal", read: Number }],
  [`${P}Income_Co_Borrower__c`, "Co-borrower's income", { inputMode: "decimal", read: Number }],
];
const LOAN = { name: "Name", officer: "Loan officer", borrower: "Borrower (id)", status: "Status", amount: "Amount", close_date: "Closes on",
  number: "Loan number", street: "Street", city: "City", state: "State", postal_code: "Postal code",
  rate: "Interest rate", purpose: "Purpose" };
const HOW = { amount: { inputMode: "decimal", read: Number }, close_date: { type: "date" },
  rate: { inputMode: "decimal", read: Number } };

// Suggestions: other values may be typed, as they may be stored.
async function suggestions(about) {
  const { records } = await call("GET", "/salesforce/records/contact");
  const people = records.filter((one) => !one.IsDeleted).map((one) => [one.Id, one.Name]);
  return { officer: about.users.slice(1).map((one) => [one.Name, ""]), status: about.statuses.map((one) => [one, ""]), borrower: people };
}

async function fields(kind, about) {
  if (kind === "contact") return CONTACT.map(([name, label, how]) => ({ name, label, ...how }));
  const suggested = await suggestions(about);
  return Object.entries(about.loan_fields).map(([meaning, name]) => ({ name, label: LOAN[meaning], ...HOW[meaning], suggested: suggested[meaning] }));
}

function drawn({ name, label, suggested, read, ...how }, record) {
  const input = el("input", { ...how, value: String(record?.[name] ?? "") });
  input.dataset.before = input.value;
  if (!suggested) return [input, labelled(label, input)];
  const list = el("datalist", { id: `${name}-values` }, ...suggested.map(([value, text]) => el("option", { value }, text)));
  input.setAttribute("list", list.id);
  return [input, el("div", {}, labelled(label, input), list)];
}

function lateness() {
  const seconds = el("input", { value: "0", inputMode: "numeric" });
  const first = el("select", {}, el("option", { value: "" }, "when it is seen"), el("option", { value: "yes" }, "at once"));
  return { inputs: [labelled("Seen only after so many seconds", seconds), labelled("Its events leave", first)],
    read: () => ({ late_seconds: Number(seconds.value), events_first: first.value === "yes" }) };
}

// Only what was changed is sent.
export async function recordForm(kind, record, about, done) {
  const all = await fields(kind, about);
  const pairs = all.map((field) => [field, ...drawn(field, record)]);
  const others = el("input", { placeholder: '{"LastModifiedDate": "2020-01-02T03:04:05Z"}' });
  const late = lateness();
  const values = () => Object.fromEntries(pairs.filter(([, input]) => input.value !== input.dataset.before).map(([{ name, read }, input]) =>
    [name, input.value === "" ? null : (read ?? String)(input.value)]));
  const save = async (event) => {
    event.preventDefault();
    const [method, path, said] = record ? ["PATCH", `/salesforce/records/${kind}/${record.Id}`, "Saved."] : ["POST", `/salesforce/records/${kind}`, "Made."];
    const saved = await attempt(said, () => call(method, path, { values: { ...values(), ...JSON.parse(others.value || "{}") }, ...late.read() }));
    if (!saved) return;
    others.value = "";
    for (const [, input] of pairs) { if (record) input.dataset.before = input.value; else input.value = ""; }
    await done();
  };
  return el("form", { onsubmit: save }, ...pairs.map(([, , place]) => place), labelled("Other fields, as JSON", others), ...late.inputs,
    el("p", { className: "whole" }, el("button", { type: "submit" }, record ? "Save" : `Make this ${kind}`)));
}
