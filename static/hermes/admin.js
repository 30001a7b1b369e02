// The theme writes its icons as words ("apartment", "person"), which screen readers say aloud.
const hideIcons = (root) => {
  for (const icon of root.querySelectorAll(".material-symbols-outlined:not([aria-hidden])")) {
    icon.setAttribute("aria-hidden", "true");
  }
};

document.addEventListener("DOMContentLoaded", () => {
  hideIcons(document);
  new MutationObserver(() => hideIcons(document)).observe(document.body, {
    childList: true,
    subtree: true,
  });
});
