// Search from any page: '/' or Ctrl-K opens it; the index is one static script, loaded once when it is first wanted.
(function () {
  "use strict";
  var root = document.documentElement, button = document.querySelector("button.find");
  if (!button || typeof HTMLDialogElement !== "function") { if (button) button.hidden = true; return; }
  var MOST = 12, dialog = null, input, list, told, index = null;

  function make(name, className, text) {
    var node = document.createElement(name);
    if (className) node.className = className;
    if (text) node.textContent = text;
    return node;
  }

  function build() {
    dialog = make("dialog", "search");
    dialog.setAttribute("aria-label", "Search companies, layers and metrics");
    input = make("input");
    input.type = "search";
    input.placeholder = "Company, layer, metric";
    input.setAttribute("aria-label", "Search");
    input.autocomplete = "off";
    input.spellcheck = false;
    list = make("ul");
    told = make("p", "told");
    told.setAttribute("role", "status");
    [input, told, list].forEach(function (part) { dialog.appendChild(part); });
    document.body.appendChild(dialog);
    input.addEventListener("input", update);
    dialog.addEventListener("keydown", move);
    dialog.addEventListener("click", function (event) { if (event.target === dialog) dialog.close(); });
    dialog.addEventListener("close", function () { button.focus(); });
  }

  function load() {
    if (index) return;
    told.textContent = "Loading the index";
    var script = make("script");
    script.src = root.getAttribute("data-root") + button.getAttribute("data-index");
    script.onload = function () {
      index = window.layerLedgerIndex.map(function (entry) { return { entry: entry, name: plain(entry[0]), words: plain(entry[3]) }; });
      update();
    };
    script.onerror = function () {
      told.textContent = location.protocol === "file:" ? "This browser does not let a page opened as a file load the index: run `layerledger serve`, or use the menus."
        : "The index could not be loaded.";
    };
    document.head.appendChild(script);
  }

  function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase(); }

  // A name that begins so, a word of it that begins so, the name anywhere, other words; shorter names first.
  function rank(one, wanted) {
    if (one.name.indexOf(wanted) === 0) return 0;
    if (one.name.indexOf(" " + wanted) >= 0) return 1;
    if ((" " + one.words).indexOf(" " + wanted) === 0) return 2;
    if (one.name.indexOf(wanted) >= 0) return 3;
    return one.words.indexOf(wanted) >= 0 ? 4 : 9;
  }

  function update() {
    var wanted = plain(input.value.trim());
    list.textContent = "";
    if (!index) return;
    var found = wanted ? index.map(function (one) { return { entry: one.entry, rank: rank(one, wanted) }; })
      .filter(function (one) { return one.rank < 9; })
      .sort(function (a, b) { return a.rank - b.rank || a.entry[0].length - b.entry[0].length || (a.entry[0] < b.entry[0] ? -1 : 1); }) : [];
    found.slice(0, MOST).forEach(function (one) {
      var item = make("li"), link = make("a", "", one.entry[0]);
      link.href = root.getAttribute("data-root") + one.entry[2];
      link.appendChild(make("small", "", one.entry[1]));
      item.appendChild(link);
      list.appendChild(item);
    });
    told.textContent = wanted ? found.length > MOST ? found.length + " found, the first " + MOST + " shown" : found.length + " found" : "";
  }

  // Up and down move between the field and what was found; Enter in the field opens the first; Escape closes at once,
  // where the field would only empty itself.
  function move(event) {
    if (event.key === "Escape") { dialog.close(); event.preventDefault(); return; }
    var links = Array.prototype.slice.call(list.querySelectorAll("a")), at = links.indexOf(document.activeElement);
    if (event.key === "Enter" && document.activeElement === input && links.length) { links[0].click(); event.preventDefault(); return; }
    var step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (!step) return;
    var to = at + step;
    if (to >= 0 && to < links.length) links[to].focus(); else if (to < 0) input.focus();
    event.preventDefault();
  }

  function open() {
    if (!dialog) build();
    if (dialog.open) return;
    dialog.showModal();
    input.value = "";
    update();
    load();
    input.focus();
  }

  button.addEventListener("click", open);
  document.addEventListener("keydown", function (event) {
    var writing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable]");
    if ((event.key === "/" && !writing && !event.ctrlKey && !event.metaKey && !event.altKey) || (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey))) {
      event.preventDefault();
      open();
    }
  });
})();
