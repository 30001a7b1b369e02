import { attempt, call } from "/page/api.js";
import { el, isNew, labelled, table, typed } from "/page/dom.js";

const KINDS = ["latency", "error", "error_after", "reset", "reset_after", "lost_answer", "truncated", "unauthorized", "burst", "daily", "blocked"];

const WORDS = {
  kind: "kind of trouble",
  method: "method (* for any)",
  path: "path (* for anything)",
  times: "how many calls (empty: all)",
  seconds: "seconds to wait (latency)",
  status: "status to answer (error)",
  system: "system",
  body: "body of the answer (error)",
  code: "errorCode (error, Salesforce)",
  retry_after: "Retry-After in seconds (0: none)",
  probability: "probability (0 to 1)",
};

export async function trouble(main) {
  const rules = el("div");
  const refresh = async () => {
    const now = (await call("GET", "/trouble")).rules;
    if (isNew(rules, now)) rules.replaceChildren(inForce(now, refresh));
  };
  main.replaceChildren(
    el("h2", {}, "Trouble"),
    rules,
    ruleForm(refresh, main.dataset.system),
    ...(main.dataset.system === "pipedrive" ? await ofPipedrive() : []),
    el("h2", {}, "Clock"),
    clockForm(),
    el("p", {}, el("button", { type: "button", className: "danger", onclick: () =>
      confirm("Remove all records, webhooks and switches, in all systems?") && attempt("As new.", () => call("POST", "/reset")) }, "Reset everything")),
  );
  await refresh();
  return refresh;
}

async function ofPipedrive() {
  return [
    el("h2", {}, "Switches"),
    settings((await call("GET", "/switches")).switches, "/switches"),
    el("h2", {}, "Budget"),
    settings((await call("GET", "/budget")).budget, "/budget"),
    el("h2", {}, "Records"),
    seedForm(),
  ];
}

function inForce(rules, refresh) {
  if (!rules.length) return el("p", { className: "muted" }, "No trouble is made.");
  return table(["Kind", "Calls", "Left", "Hits", ""], rules.map((rule) => [
    rule.kind, `${rule.system === "*" ? "" : rule.system} ${rule.method} ${rule.path}`, rule.times === null ? "all" : String(rule.times), String(rule.hits),
    el("button", { type: "button", className: "quiet", onclick: () =>
      attempt("Ended.", () => call("DELETE", `/trouble/${rule.number}`)).then(refresh) }, "End"),
  ]));
}

function ruleForm(refresh, system) {
  const inputs = {
    kind: el("select", {}, ...KINDS.map((kind) => el("option", { value: kind }, kind))),
    system: el("select", {}, ...["pipedrive", "tc2", "google", "salesforce", "*"].map((name) => el("option", { value: name, selected: name === system }, name === "*" ? "all" : name))),
    method: el("input", { value: "*" }),
    path: el("input", { value: "*" }),
    times: el("input", { value: "1", placeholder: "empty: all" }),
    seconds: el("input", { value: "0" }),
    status: el("input", { value: "500" }),
    body: el("select", {}, ...["json", "html", "empty"].map((form) => el("option", { value: form }, form))),
    code: el("input", { placeholder: "UNABLE_TO_LOCK_ROW" }),
    retry_after: el("input", { value: "0", inputMode: "numeric" }),
    probability: el("input", { value: "1" }),
  };
  const add = (event) => {
    event.preventDefault();
    const body = Object.fromEntries(Object.entries(inputs).map(([name, input]) =>
      [name, ["kind", "system", "method", "path", "body", "code"].includes(name) ? input.value : typed(input.value)]));
    attempt("In force.", () => call("POST", "/trouble", body)).then(refresh);
  };
  return el("form", { onsubmit: add },
    ...Object.entries(inputs).map(([name, input]) => labelled(WORDS[name], input)),
    el("p", { className: "whole" }, el("button", { type: "submit" }, "Make trouble")));
}

export function settings(values, path) {
  const inputs = Object.fromEntries(Object.entries(values).map(([name, value]) => {
    const input = typeof value === "boolean"
      ? el("select", {}, ...["false", "true"].map((word) => el("option", { value: word, selected: word === String(value) }, word === "true" ? "yes" : "no")))
      : el("input", { value: String(value) });
    input.dataset.before = input.value;
    return [name, input];
  }));
  const save = (event) => {
    event.preventDefault();
    const changed = Object.entries(inputs).filter(([, input]) => input.value !== input.dataset.before);
    attempt("Set.", async () => {
      await call("POST", path, Object.fromEntries(changed.map(([name, input]) => [name, typed(input.value)])));
      changed.forEach(([, input]) => { input.dataset.before = input.value; });
    });
  };
  return el("form", { onsubmit: save },
    ...Object.entries(inputs).map(([name, input]) => labelled(name.replaceAll("_", " "), input)),
    el("p", { className: "whole" }, el("button", { type: "submit" }, "Set")));
}

function clockForm() {
  const seconds = el("input", { value: "3600", inputMode: "numeric" });
  const command = (text, body) => el("button", { type: "button", className: "quiet", onclick: () =>
    attempt("The clock is set.", () => call("POST", "/clock", body())) }, text);
  return el("div", { className: "row" }, labelled("Seconds", seconds),
    command("Advance", () => ({ advance: Number(seconds.value) })),
    command("Freeze", () => ({ freeze: true })),
    command("Let it run", () => ({ freeze: false })),
    command("Real time", () => ({ reset: true })));
}

function seedForm() {
  const inputs = { organizations: el("input", { value: "20" }), persons: el("input", { value: "40" }), deals: el("input", { value: "60" }) };
  const add = (event) => {
    event.preventDefault();
    const body = Object.fromEntries(Object.entries(inputs).map(([name, input]) => [name, Number(input.value)]));
    attempt("Added.", () => call("POST", "/seed", body));
  };
  return el("form", { onsubmit: add },
    ...Object.entries(inputs).map(([name, input]) => labelled(name, input)),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "Add so many")));
}
