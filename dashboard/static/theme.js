// Runs before the first paint: remembers the reader's theme, and tells the style sheet that scripts run.
(function () {
  "use strict";
  var root = document.documentElement;
  root.classList.add("scripts");
  try {
    var theme = localStorage.getItem("layerledger-theme");
    if (theme === "light" || theme === "dark") root.setAttribute("data-theme", theme);
  } catch (refused) {
    // A browser may forbid storage (file://, private windows); the system's theme is used.
  }
})();
