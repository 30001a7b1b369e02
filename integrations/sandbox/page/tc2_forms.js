import { attempt, call } from "/page/api.js";
import { el, labelled } from "/page/dom.js";

const STATUSES = ["pending_email_conf", "trial", "active", "active-not-paying", "suspended", "terminated", "in-arrears"];
const PLANS = ["1-payg", "3-startup", "7-enterprise"];
const PEOPLE = { sales_person: "Sales person", associated_admin: "Client manager", bdr_person: "BDR" };

const same = (values) => values.map((value) => [value, value]);
const people = (about) => about.admins.map((one) => [String(one.id), `${one.first_name} ${one.last_name}`]);

// One field: its path in the body, its label, and how what is typed becomes a value.
function fields(about, client) {
  const agency = client?.meta_agency;
  const all = [
    { path: "first_name", label: "First name" },
    { path: "last_name", label: "Last name", required: true },
    { path: "email", label: "E-mail" },
    { path: "phone", label: "Phone" },
    { path: "country", label: "Country", options: about.countries.map((one) => [String(one.id), one.name]), read: Number, before: client?.country_id },
    { path: "status", label: "Client's status", options: same(["prospect", "live", "dormant"]) },
    ...Object.entries(PEOPLE).map(([path, label]) => ({ path, label, options: people(about), read: Number, before: client?.[path]?.id })),
    { path: "agency.name", label: "Agency", before: agency?.name },
    { path: "agency.status", label: "Agency's status", options: same(STATUSES), before: agency?.status },
    { path: "agency.website", label: "Website", before: agency?.website },
    { path: "agency.narc", label: "Not a real customer", options: [["true", "yes"], ["false", "no"]], read: (text) => text === "true", before: agency?.narc },
    { path: "paid_recipients", label: "Recipients, as JSON", read: JSON.parse, hint: '[{"first_name": "Ada", "last_name": "Quill"}]', before: recipients(client) },
  ];
  // An existing plan has a form, and an event, of its own.
  if (!client) all.push({ path: "agency.price_plan", label: "Price plan", options: same(PLANS) });
  return [...all, ...about.custom_fields.map((field) => attribute(field, client))];
}

function recipients(client) {
  return client && JSON.stringify(client.paid_recipients.map(({ url, ...person }) => person));
}

function attribute(field, client) {
  const value = client?.extra_attrs.find((one) => one.machine_name === field.machine_name)?.value;
  const options = field.options.length ? field.options.map((one) => [one.slug, one.label]) : undefined;
  const before = options ? field.options.find((one) => one.label === value)?.slug : value;
  return { path: `extra_attrs.${field.machine_name}`, label: field.name, options, before: before ?? "" };
}

function input(field, client) {
  const value = String(("before" in field ? field.before : client?.[field.path]) ?? "");
  const made = field.options
    ? el("select", {}, ...[["", "–"], ...field.options].map(([key, text]) => el("option", { value: key, selected: key === value }, text)))
    : el("input", { value, placeholder: field.hint ?? "", required: field.required ?? false });
  made.dataset.before = made.value;
  return made;
}

// Only what was changed is sent.
function written(pairs) {
  const body = {};
  for (const [{ path, read }, made] of pairs) {
    if (made.value === made.dataset.before) continue;
    const [outer, inner] = path.split(".");
    const value = made.value === "" ? null : (read ?? String)(made.value);
    if (inner) (body[outer] ??= {})[inner] = value;
    else body[outer] = value;
  }
  return body;
}

export function clientForm(about, client, refresh) {
  const pairs = fields(about, client).map((field) => [field, input(field, client)]);
  const save = async (event) => {
    event.preventDefault();
    const [method, path, done] = client ? ["PATCH", `/tc2/clients/${client.id}`, "Saved."] : ["POST", "/tc2/sign-ups", "Signed up."];
    if (!(await attempt(done, () => call(method, path, written(pairs))))) return;
    for (const [, made] of pairs) {
      if (client) made.dataset.before = made.value; else made.value = made.dataset.before;
    }
    await refresh();
  };
  return el("form", { onsubmit: save }, ...pairs.map(([field, made]) => labelled(field.label, made)),
    el("p", { className: "whole" }, el("button", { type: "submit" }, client ? "Save" : "Sign up")));
}

export function planForm(client, refresh) {
  const plan = el("input", { value: client.meta_agency.price_plan ?? "", required: true });
  const save = (event) => {
    event.preventDefault();
    attempt("Another plan.", () => call("POST", `/tc2/clients/${client.id}/price-plan`, { price_plan: plan.value })).then(refresh);
  };
  return el("form", { onsubmit: save }, labelled("Price plan", plan),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Change the plan")));
}
