// Elements are made from data by textContent only: nothing that a record says is markup.

export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== "list") element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

export function table(headings, rows) {
  const head = el("tr", {}, ...headings.map((text) => el("th", { scope: "col" }, text)));
  const body = rows.map((cells) => el("tr", {}, ...cells.map(valueCell)));
  return el("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: headings.join(", ") },
    el("table", {}, el("thead", {}, head), el("tbody", {}, ...body)));
}

const LONGEST = 300;

// What is longer is whole in the record's form.
export function cut(value) {
  const isLong = typeof value === "string" && value.length > LONGEST;
  return isLong ? `${value.slice(0, LONGEST)}… (${value.length} characters)` : value;
}

// A number stays on one line, however narrow its column: half of an id is another id.
function valueCell(value) {
  const cell = el("td", { className: "value" }, cut(value));
  if (/^\d+$/.test(cell.textContent)) cell.classList.add("number");
  return cell;
}

export function labelled(text, input) {
  return el("label", {}, text, input);
}

export function pretty(value) {
  return el("pre", {}, JSON.stringify(value, null, 2));
}

export function shown(value) {
  if (value === null || value === undefined || value === "") return "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

// What was typed: JSON when it reads as JSON, otherwise the text itself; empty is null.
export function typed(text) {
  if (text.trim() === "") return null;
  try { return JSON.parse(text); } catch { return text; }
}

// Whether there is anything new to draw: drawing again would take the focus away.
export function isNew(container, data) {
  const text = JSON.stringify(data);
  if (container.drawn === text) return false;
  container.drawn = text;
  return true;
}
