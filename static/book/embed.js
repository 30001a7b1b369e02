// Shows the booking page inside of another site's page, as high as it is:
//   <script src="https://hermes.example.org/book/embed.js" data-plan="startup" async></script>
"use strict";

(() => {
  const script = document.currentScript;
  const home = new URL(script.src);
  const page = new URL(script.dataset.host ? `./${encodeURIComponent(script.dataset.host)}/` : "./", home);
  for (const name of ["plan", "country", "email", "name", "phone", "company_name", "website", "lang"]) {
    const value = script.dataset[name.replace(/_(.)/g, (_, letter) => letter.toUpperCase())];
    if (value) page.searchParams.set(name, value);
  }
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (["utm_source", "utm_campaign", "bdr_person_id"].includes(name)) page.searchParams.set(name, value);
  }
  const accent = /^#([0-9a-f]{6})$/i.exec(script.dataset.accent ?? "");
  if (accent) page.searchParams.set("accent", accent[1]);
  page.searchParams.set("site", location.origin);

  const frame = document.createElement("iframe");
  frame.src = page.href;
  frame.title = script.dataset.title || "Book a call";
  frame.style.cssText = "width: 100%; height: 640px; border: 0; color-scheme: light dark;";
  script.after(frame);

  let loads = 0;
  frame.addEventListener("load", () => {
    // Another step than the first begins at its top.
    if (loads++) frame.scrollIntoView({ block: "nearest" });
  });
  window.addEventListener("message", (event) => {
    if (event.source !== frame.contentWindow || event.origin !== home.origin) return;
    const height = Number(event.data?.hermesBooking?.height);
    if (height > 0) frame.style.height = `${height}px`;
  });
})();
