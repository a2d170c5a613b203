// Claims by verdict: which are shown, and that part of the address. Nothing else.
(function () {
  "use strict";
  var page = window.layerLedger, all = page.all, group = document.querySelector("[data-choice=verdict]"), chosen = "";
  if (!group) return;
  function show() {
    all(".claim-row[data-verdict]").forEach(function (row) { row.hidden = Boolean(chosen) && row.getAttribute("data-verdict") !== chosen; });
    all(".claims-card").forEach(function (card) { card.hidden = !all(".claim-row[data-verdict]", card).some(function (row) { return !row.hidden; }); });
    all("button", group).forEach(function (button) { button.setAttribute("aria-pressed", String(button.getAttribute("data-value") === chosen)); });
  }
  group.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) return;
    chosen = button.getAttribute("data-value");
    show();
    page.remember(document.getElementById("verdicts"));
  });
  // A square leads to its claim, whatever is shown.
  document.addEventListener("click", function (event) {
    if (chosen && event.target.closest(".waffle a, .flips a")) { chosen = ""; show(); }
  });
  page.keep("verdict", function () { return chosen; }, function (text) {
    chosen = all("button", group).some(function (button) { return button.getAttribute("data-value") === text; }) ? text : "";
    show();
  });
})();
