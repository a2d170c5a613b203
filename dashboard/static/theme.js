// Runs before the first paint: the reader's theme, that scripts run, and whether one card stands alone in a frame.
(function () {
  "use strict";
  var root = document.documentElement, asked = new URLSearchParams(location.search), theme = asked.get("theme");
  root.classList.add("scripts");
  if (asked.get("embed")) root.classList.add("embed");
  try {
    theme = theme || localStorage.getItem("layerledger-theme");
  } catch (refused) {
    // A browser may forbid storage (file://, private windows); the system's theme is used.
  }
  if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
})();
