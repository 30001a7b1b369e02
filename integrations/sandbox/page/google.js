import { attempt, call } from "/page/api.js";
import { el, isNew, labelled, shown, table } from "/page/dom.js";

const DAYS = 7;
const DAY_NAME = { weekday: "long", day: "numeric", month: "long", timeZone: "UTC" };
const REFUSALS = ["unauthorized_client", "invalid_grant", "invalid_client"];

const time = (text) => new Date(text).toISOString().slice(11, 16);
const day = (moment) => moment.toISOString().slice(0, 10);
const later = (from, days) => day(new Date(Date.parse(`${from}T00:00:00Z`) + days * 86_400_000));
const at = (event, end) => event[end].dateTime ?? `${event[end].date}T00:00:00Z`;
const button = (text, deed, className = "quiet") => el("button", { type: "button", className, onclick: deed }, text);

export async function calendars(main, id) {
  return id ? week(main, decodeURIComponent(id)) : list(main);
}

async function list(main) {
  const rows = el("div");
  const refresh = async () => {
    const { calendars: all } = await call("GET", "/google/calendars");
    if (isNew(rows, all)) rows.replaceChildren(table(["Calendar", "Events", "Can be read", ""], all.map((one) => [
      el("a", { href: `#google/${encodeURIComponent(one.id)}` }, one.id), String(one.events), one.readable ? "yes" : "no",
      button(one.readable ? `Hide ${one.id}` : `Show ${one.id}`, () => attempt("Set.", () =>
        call("PATCH", path(one.id), { readable: !one.readable })).then(refresh))])));
  };
  main.replaceChildren(el("h2", {}, "Calendars"), newCalendar(refresh), rows, ...tokens());
  await refresh();
  return refresh;
}

const path = (id) => `/google/calendars/${encodeURIComponent(id)}`;

function newCalendar(refresh) {
  const email = el("input", { type: "email", required: true });
  const add = (event) => {
    event.preventDefault();
    attempt("There it is.", () => call("POST", "/google/calendars", { email: email.value })).then(refresh);
  };
  return el("form", { onsubmit: add }, labelled("Whose? E-mail address", email),
    el("p", { className: "whole" }, el("button", { type: "submit", className: "quiet" }, "New calendar")));
}

function tokens() {
  const refusal = el("select", {}, ...["", ...REFUSALS].map((word) => el("option", { value: word }, word || "a token")));
  const set = () => attempt("Set.", () => call("POST", "/google/tokens", { error: refusal.value }));
  const forget = (done, place) => () => attempt(done, () => call("POST", place));
  return [el("h2", {}, "Tokens"), el("div", { className: "row" }, labelled("Who asks for one gets", refusal), button("Set", set),
    button("Make those given out invalid", forget("They are invalid.", "/google/tokens/forget")),
    button("Make sync tokens too old", forget("They are too old.", "/google/sync-tokens/forget")))];
}

// One calendar, seven days of it: what takes its owner's time, and forms that change it.
async function week(main, id) {
  const days = el("div");
  const from = el("input", { type: "date", value: day(new Date()) });
  const refresh = async () => {
    const answer = await call("GET", `${path(id)}?from=${from.value}`);
    if (days.contains(document.activeElement) && days.drawn) return;
    if (isNew(days, answer)) days.replaceChildren(...drawn(answer, id, fresh));
  };
  const fresh = async () => { days.drawn = null; document.activeElement?.blur(); await refresh(); };
  const step = (by) => async () => { from.value = later(from.value, by); await fresh(); };
  from.addEventListener("change", fresh);
  main.replaceChildren(
    el("p", {}, el("a", { href: "#google" }, "Back to the list")),
    el("h2", {}, id),
    el("div", { className: "row" }, labelled("Seven days from", from), button("A week earlier", step(-DAYS)), button("A week later", step(DAYS))),
    drawForm(id, from, fresh), days);
  await refresh();
  return refresh;
}

function drawForm(id, from, fresh) {
  const inputs = { on: el("input", { type: "date", required: true, value: from.value }),
    start: el("input", { type: "time", required: true, value: "09:00" }), end: el("input", { type: "time", required: true, value: "10:00" }) };
  const draw = (event) => {
    event.preventDefault();
    attempt("Busy then.", () => call("POST", `${path(id)}/busy`, span(inputs))).then(fresh);
  };
  return el("form", { onsubmit: draw }, labelled("Busy on", inputs.on), labelled("from (UTC)", inputs.start), labelled("to (UTC)", inputs.end),
    el("p", { className: "whole" }, el("button", { type: "submit" }, "Draw a busy time")));
}

const span = ({ on, start, end }) => ({ start: `${on.value}T${start.value}:00Z`, end: `${on.value}T${end.value}:00Z` });

function drawn(answer, id, fresh) {
  const entries = [
    ...answer.busy.map((one) => [one.start, one.end, "Busy", [button("Erase", () =>
      attempt("Erased.", () => call("DELETE", `${path(id)}/busy/${one.id}`)).then(fresh))]]),
    ...answer.events.map((one) => [at(one, "start"), at(one, "end"), one, deeds(one, id, fresh)]),
  ].sort((one, other) => Date.parse(one[0]) - Date.parse(other[0]));
  return Array.from({ length: DAYS }, (_, number) => oneDay(later(answer.from, number), entries));
}

function oneDay(date, entries) {
  const own = entries.filter(([start, end]) => Date.parse(start) < Date.parse(`${later(date, 1)}T00:00:00Z`) && Date.parse(end) > Date.parse(`${date}T00:00:00Z`));
  const rows = own.map(([start, end, what, buttons]) => [`${time(start)}–${time(end)}`, typeof what === "string" ? what : title(what), el("div", {}, ...buttons)]);
  return el("section", {}, el("h3", {}, new Date(`${date}T00:00:00Z`).toLocaleDateString("en-GB", DAY_NAME)),
    rows.length ? table(["UTC", "What", ""], rows) : el("p", { className: "muted" }, "Nothing."));
}

function title(event) {
  const guests = (event.attendees ?? []).map((one) => one.email).join(", ");
  const facts = Object.entries(event.extendedProperties?.private ?? {}).map(([key, value]) => `${key}: ${value}`);
  const summary = `${event.status === "cancelled" ? "(cancelled) " : ""}${shown(event.summary)}`;
  return el("details", {}, el("summary", {}, summary), el("p", {}, `Guests: ${guests || "–"}`), el("p", {}, `Room: ${shown(event.hangoutLink)}`),
    el("p", {}, shown(event.description)), el("p", { className: "muted" }, facts.join(" · ")));
}

function deeds(event, id, fresh) {
  const place = `${path(id)}/events/${event.id}`;
  if (event.status === "cancelled") return [button("Restore", () => attempt("It is back.", () => call("POST", `${place}/restore`)).then(fresh))];
  const inputs = { on: el("input", { type: "date", value: day(new Date(at(event, "start"))), ariaLabel: "New day" }),
    start: el("input", { type: "time", value: time(at(event, "start")), ariaLabel: "New start (UTC)" }),
    end: el("input", { type: "time", value: time(at(event, "end")), ariaLabel: "New end (UTC)" }) };
  return [
    el("details", {}, el("summary", {}, "Move"), el("div", { className: "row" }, ...Object.values(inputs),
      button("Move it there", () => attempt("Moved.", () => call("POST", `${place}/move`, span(inputs))).then(fresh)))),
    button("Cancel this event", () => attempt("Cancelled.", () => call("POST", `${place}/cancel`)).then(fresh), "danger"),
  ];
}

export async function mails(main) {
  const rows = el("div");
  const refresh = async () => {
    const { mails: all } = await call("GET", "/google/mails");
    if (!isNew(rows, all)) return;
    rows.replaceChildren(all.length
      ? table(["Time", "Mail", "To", "About"], all.reverse().map((one) => [one.at.slice(0, 19).replace("T", " "), one.kind, one.to, `${one.event} of ${one.calendar}`]))
      : el("p", { className: "muted" }, "No guest would have got any mail."));
  };
  main.replaceChildren(el("h2", {}, "Mails to guests"), rows);
  await refresh();
  return refresh;
}
