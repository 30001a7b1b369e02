// What is nicer with a script: the visitor's own zone, times without a new page, proof of work,
// and the height of the page and the colour for the site around it. Everything works without.
"use strict";

(() => {
  const form = document.getElementById("booking");
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  document.documentElement.classList.add("scripted");

  function tellHeight() {
    const site = document.body.dataset.site;
    if (site && window.parent !== window) {
      const height = document.documentElement.getBoundingClientRect().height;
      window.parent.postMessage({ hermesBooking: { height: Math.ceil(height) } }, site);
    }
  }
  new ResizeObserver(tellHeight).observe(document.documentElement);
  tellHeight();

  // The colour of the site around it, with black or white on it, whichever is read better.
  function luminance(colour) {
    const [red, green, blue] = colour.match(/../g).map((pair) => {
      const part = parseInt(pair, 16) / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  }
  const accent = document.body.dataset.accent;
  if (accent) {
    const look = document.documentElement.style;
    look.setProperty("--accent", `#${accent}`);
    look.setProperty("--on-accent", luminance(accent) > 0.179 ? "#000000" : "#ffffff");
  }

  document.getElementById("summary")?.focus();
  if (!form) return;

  // The times, fetched again with all that was typed: in another zone, or of other days. Only
  // the newest question counts, and a time that was chosen meanwhile stays chosen.
  let asking = new AbortController();
  async function showTimes(name, value) {
    asking.abort();
    const mine = (asking = new AbortController());
    const asked = new FormData(form);
    asked.set(name, value);
    document.getElementById("times").setAttribute("aria-busy", "true");
    const body = new URLSearchParams(asked);
    const answer = await fetch(location.href, { method: "POST", body, signal: mine.signal });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("times");
    if (!fresh) throw new Error("no times");
    mine.signal.throwIfAborted();
    const chosen = form.querySelector("input[name=time]:checked")?.value;
    document.getElementById("times").replaceWith(document.adoptNode(fresh));
    if (chosen && !form.querySelector("input[name=time]:checked")) {
      const same = [...form.querySelectorAll("input[name=time]")].find((each) => each.value === chosen);
      if (same) same.checked = true;
    }
    tellChosen();
  }
  // Where a script cannot have them, the form is sent as without one.
  function plainly(button) {
    return (error) => {
      if (error.name === "AbortError" || !button) return;
      button.dataset.plainly = "yes";
      form.requestSubmit(button);
    };
  }

  function tellChosen() {
    const chosen = form.querySelector("input[name=time]:checked");
    const place = document.getElementById("chosen");
    if (!place) return;
    const day = chosen?.closest("details")?.querySelector("summary span")?.textContent;
    const said = chosen?.closest(".chip").textContent.trim();
    place.textContent = chosen ? [day, said].filter(Boolean).join(", ") : "";
  }

  form.addEventListener("change", (event) => {
    if (event.target.name === "time") tellChosen();
    if (event.target.id !== "timezone") return;
    showTimes("go", "times").then(
      () => document.getElementById("timezone").focus(),
      plainly(form.querySelector("#times button[value=times]")),
    );
  });

  // These only lead to other times.
  function leadsOn(button) {
    return button?.closest("#times") && button.name && !button.dataset.plainly;
  }
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (leadsOn(button)) {
      event.preventDefault();
      showTimes(button.name, button.value).then(
        () => document.getElementById("times-heading").focus(),
        plainly(button),
      );
    } else if (form.dataset.sent) {
      event.preventDefault();
    } else {
      form.dataset.sent = "yes";
      button?.classList.contains("main") && sayBusy(button);
    }
  });
  function sayBusy(button) {
    button.dataset.said = button.textContent;
    button.setAttribute("aria-disabled", "true");
    button.textContent = form.dataset.busy;
  }
  // Coming back to this page, it can be sent again.
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[data-said]")) {
      button.textContent = button.dataset.said;
      button.removeAttribute("aria-disabled");
    }
  });

  const first = form.querySelector("input[data-zone]");
  if (first && !first.value) first.value = zone;
  const select = document.getElementById("timezone");
  const untouched = !document.getElementById("summary");
  if (select && untouched && select.value !== zone) {
    if (![...select.options].some((option) => option.value === zone)) {
      select.add(new Option(zone, zone));
    }
    select.value = zone;
    showTimes("go", "times").catch(() => {});
  }
  tellChosen();

  const proof = form.querySelector("input[name=altcha]");
  if (proof && window.Worker && window.isSecureContext) {
    const worker = new Worker(new URL("proof.js", document.querySelector("script[src*='book.js']").src));
    worker.onmessage = (message) => { proof.value = message.data; worker.terminate(); };
    worker.postMessage({ ...proof.dataset });
  }
})();
