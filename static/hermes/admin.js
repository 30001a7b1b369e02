// The theme writes its icons as words ("apartment", "person"), which screen readers say aloud.
const nameIcons = (root) => {
  for (const icon of root.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
    icon.setAttribute("aria-hidden", "true");
  }
  // A record is chosen from a list behind an icon alone.
  for (const lookup of root.querySelectorAll("a.related-lookup:not([aria-label])")) {
    lookup.setAttribute("aria-label", "Choose from a list");
  }
  // On a phone, what can be done with a row stands behind an icon.
  for (const more of root.querySelectorAll('a[href="#"][x-on\\:click^="showActions"]')) {
    more.setAttribute("aria-label", "More");
  }
  // A list that is searched is named by what is chosen in it, which may be nothing.
  for (const shown of root.querySelectorAll(".select2-selection__rendered")) {
    const label = shown.closest(".select2-container").previousElementSibling?.labels?.[0];
    const name = label?.textContent.trim();
    if (name) shown.setAttribute("aria-label", `${name}: ${shown.title || "none"}`);
  }
};

document.addEventListener("DOMContentLoaded", () => {
  nameIcons(document);
  new MutationObserver(() => nameIcons(document)).observe(document.body, {
    childList: true,
    subtree: true,
  });
});
