// The theme writes its icons as words ("apartment", "person"), which screen readers say aloud.
const nameIcons = (root) => {
  for (const icon of root.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
    icon.setAttribute("aria-hidden", "true");
  }
  // A record is chosen from a list behind an icon alone.
  for (const lookup of root.querySelectorAll("a.related-lookup:not([aria-label])")) {
    lookup.setAttribute("aria-label", "Choose from a list");
  }
};

document.addEventListener("DOMContentLoaded", () => {
  nameIcons(document);
  new MutationObserver(() => nameIcons(document)).observe(document.body, {
    childList: true,
    subtree: true,
  });
});
