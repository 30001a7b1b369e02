// Filters and "Load more" of a timeline work in place; without this they are pages of their own.
"use strict";

document.addEventListener("click", async (event) => {
  const link = event.target.closest(".hermes-timeline nav a, .hermes-timeline a[data-more]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  const timeline = link.closest(".hermes-timeline");
  const isMore = "more" in link.dataset;
  const fresh = await part(link.href);
  if (!fresh) {
    window.location = link.href;
    return;
  }
  if (isMore) append(timeline, fresh, link);
  else replace(timeline, fresh);
});

async function part(address) {
  try {
    const response = await fetch(`${address}&part=1`, { credentials: "same-origin" });
    if (!response.ok || response.redirected) return null;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector(".hermes-timeline");
  } catch {
    return null;
  }
}

function replace(timeline, fresh) {
  timeline.replaceWith(fresh);
  fresh.querySelector("nav [aria-current]").focus();
}

function append(timeline, fresh, link) {
  const items = [...fresh.querySelectorAll(".hermes-history > li")];
  timeline.querySelector(".hermes-history").append(...items);
  const more = fresh.querySelector("a[data-more]");
  if (more) link.replaceWith(more);
  else link.parentElement.remove();
  items[0].tabIndex = -1;
  items[0].focus();
}
