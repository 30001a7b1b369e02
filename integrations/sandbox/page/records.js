import { attempt, call } from "/page/api.js";
import { el, isNew, labelled, shown, table, typed } from "/page/dom.js";

const TITLE = { deal: "title", activity: "subject" };
const title = (entity, record) => record[TITLE[entity] || "name"];
const link = (entity, record, text) => el("a", { href: `#${entity}/${record.id}` }, `${text}`);

// The column between name and time: what tells records of a kind apart.
const BESIDE = {
  organization: ["Owner", "owner_id"],
  person: ["Organization", "org_id"],
  deal: ["Status", "status"],
  activity: ["Organization", "org_id"],
  pipeline: ["Order", "order_nr"],
  stage: ["Pipeline", "pipeline_id"],
  user: ["Email", "email"],
};

// Example text of fields whose form is not obvious.
const HINTS = {
  emails: '[{"value": "a@b.example"}]',
  phones: '[{"value": "+44 113 496 0000"}]',
  address: '{"value": "Leeds"}',
  label_ids: "[]",
  participants: '[{"person_id": 8001}]',
  due_date: "2026-03-05",
  due_time: "14:30",
  duration: "00:30",
  status: "open, won or lost",
};
const TEXT = new Set(["name", "title", "subject", "note", "email", "phone", "content", "website", "lost_reason"]);

export async function list(main, entity) {
  const found = el("div");
  const query = el("input", { type: "search" });
  const refresh = async () => {
    const answer = await call("GET", `/records/${entity}?q=${encodeURIComponent(query.value)}`);
    if (isNew(found, answer)) found.replaceChildren(records(entity, answer));
  };
  query.addEventListener("input", refresh);
  main.replaceChildren(
    el("h2", {}, main.dataset.title),
    el("details", { open: true }, el("summary", {}, `New ${entity}`), await form(entity, null)),
    el("div", { className: "row" }, labelled("Find", query)),
    found,
  );
  await refresh();
  return refresh;
}

function records(entity, answer) {
  if (!answer.records.length) return el("p", { className: "muted" }, "Nothing here.");
  const rows = answer.records.map((record) => [
    link(entity, record, record.id),
    link(entity, record, shown(title(entity, record))),
    record.is_deleted ? "deleted" : shown(record[BESIDE[entity][1]]),
    shown(record.update_time ?? record.modified),
  ]);
  const listed = table(["Id", "Name", BESIDE[entity][0], "Changed"], rows);
  return answer.more ? el("div", {}, listed, el("p", { className: "muted" }, "The 50 newest; search for others.")) : listed;
}

export async function detail(main, entity, id) {
  const facts = el("div");
  const about = await call("GET", `/fields/${entity}`);
  const refresh = async () => {
    const { record } = await call("GET", `/records/${entity}/${id}`);
    if (isNew(facts, record)) facts.replaceChildren(fields(record, about));
    return record;
  };
  const record = await refresh();
  main.replaceChildren(
    el("p", {}, el("a", { href: `#${entity}` }, "Back to the list")),
    el("h2", {}, `${entity} ${id}: ${shown(title(entity, record))}`),
    facts,
    ...(record.is_deleted ? [] : await actions(entity, record, about, refresh)),
  );
  return refresh;
}

async function actions(entity, record, about, refresh) {
  const remove = el("button", { type: "button", className: "danger", onclick: () =>
    attempt("Deleted.", () => call("DELETE", `/records/${entity}/${record.id}`)).then(() => { location.hash = `#${entity}`; }) },
  `Delete this ${entity}`);
  return [
    el("h3", {}, "Change"),
    await form(entity, record, refresh),
    about.mergeable ? mergeForm(entity, record) : null,
    entity === "user" ? null : el("p", {}, remove),
  ].filter(Boolean);
}

function fields(record, about) {
  const names = Object.fromEntries(about.custom.map((field) => [field.field_code, field]));
  const rows = Object.entries(record).filter(([key]) => key !== "custom_fields").map(([key, value]) => [key, shown(value)]);
  for (const [code, value] of Object.entries(record.custom_fields ?? {})) {
    rows.push([names[code]?.field_name ?? code, named(names[code], value)]);
  }
  return table(["Field", "Value"], rows);
}

function named(field, value) {
  const labels = Object.fromEntries((field?.options ?? []).map((option) => [option.id, option.label]));
  if (value !== null && field?.options) return [value].flat().map((id) => `${labels[id] ?? "?"} (${id})`).join(", ");
  return shown(value);
}

async function form(entity, record, refresh) {
  const about = await call("GET", `/fields/${entity}`);
  const inputs = {};
  const add = (key, text, value, required = false, hint = undefined) => {
    const written = value === null || value === undefined ? "" : typeof value === "object" ? JSON.stringify(value) : String(value);
    inputs[key] = el("input", { value: written, placeholder: hint ?? HINTS[key] ?? "", required });
    inputs[key].dataset.before = written;
    return labelled(text, inputs[key]);
  };
  const rows = about.writable.map((key) => add(key, key, record?.[key], !record && about.required.includes(key)));
  for (const field of about.custom) {
    const hint = field.options?.map((option) => `${option.id}: ${option.label}`).join(", ");
    rows.push(add(`#${field.field_code}`, `${field.field_name} (${field.field_type})`, record?.custom_fields?.[field.field_code], false, hint));
  }
  const save = async (event) => {
    event.preventDefault();
    const body = written(inputs, about);
    const path = `/records/${entity}${record ? `/${record.id}` : ""}`;
    const saved = await attempt("Saved.", () => call(record ? "PATCH" : "POST", path, body));
    if (saved) {
      for (const input of Object.values(inputs)) {
        if (record) input.dataset.before = input.value; else input.value = "";
      }
      await refresh?.();
    }
  };
  return el("form", { onsubmit: save }, ...rows, el("p", { className: "whole" }, el("button", { type: "submit" }, record ? "Save" : `Create ${entity}`)));
}

// Only what was changed is sent, as Pipedrive's own forms do.
function written(inputs, about) {
  const body = {};
  for (const [key, input] of Object.entries(inputs)) {
    if (input.value === input.dataset.before) continue;
    const field = about.custom.find((one) => `#${one.field_code}` === key);
    const isText = field ? ["varchar", "varchar_auto", "text", "phone", "date"].includes(field.field_type) : TEXT.has(key);
    const value = isText ? input.value || null : typed(input.value);
    if (field) (body.custom_fields ??= {})[field.field_code] = value;
    else body[key] = value;
  }
  return body;
}

function mergeForm(entity, record) {
  const survivor = el("input", { inputMode: "numeric", required: true });
  const merge = async (event) => {
    event.preventDefault();
    const body = { loser: record.id, survivor: Number(survivor.value) };
    if (await attempt("Merged.", () => call("POST", `/records/${entity}/merge`, body))) location.hash = `#${entity}/${survivor.value}`;
  };
  return el("form", { onsubmit: merge },
    el("h3", { className: "whole" }, "Merge"),
    labelled(`Into which ${entity} id? That one stays, this one goes.`, survivor),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Merge into it")));
}
