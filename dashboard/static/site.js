// Charts, views, controls and the address. A classic script in a function, so that it runs from file:// too.
// Belongs here: what every page does. Not here: downloads (tools.js), search (search.js), derivations (company.js).
(function () {
  "use strict";

  function all(selector, within) { return Array.prototype.slice.call((within || document).querySelectorAll(selector)); }
  function json(element) { return element ? JSON.parse(element.textContent) : null; }

  // ---- Tokens: "@ink" in a specification is the CSS variable --ink, so a chart follows the theme and prints in light.
  function resolve(node, tokens, paint) {
    if (typeof node === "string") {
      if (node.charAt(0) !== "@") return node;
      if (Object.prototype.hasOwnProperty.call(tokens, node)) return resolve(tokens[node], {}, paint);
      return paint(node.slice(1));
    }
    if (Array.isArray(node)) return node.map(function (one) { return resolve(one, tokens, paint); });
    if (node && typeof node === "object") {
      var copy = {};
      Object.keys(node).forEach(function (key) { copy[key] = resolve(node[key], tokens, paint); });
      return copy;
    }
    return node;
  }
  function variable(name) { return "var(--" + name + ")"; }

  // Rows travel as columns ({c: names, r: rows}); only colour columns may hold tokens, so no name is taken for one.
  var COLOURS = { fill: true, stroke: true, dot: true };
  function rows(table, paint) {
    return table.r.map(function (values) {
      var row = {};
      table.c.forEach(function (name, at) {
        row[name] = COLOURS[name] ? resolve(values[at], {}, paint) : values[at];
      });
      return row;
    });
  }

  // ---- What each view draws: read when its first chart is drawn, not before.
  var specs = null, held = new WeakMap();
  function holding(view) {
    if (!held.has(view)) held.set(view, json(view.querySelector("script.rows")) || { charts: {}, data: [] });
    return held.get(view);
  }
  // The chart of an element, at a width: {spec: index, tokens, rows: name -> columns, height, which}.
  function part(element, width) {
    var own = holding(element.closest(".view")), chart = own.charts[element.getAttribute("data-chart")];
    if (!chart) return null;
    var which = chart.narrow && width < chart["break"] ? "narrow" : "wide", found = chart[which], tables = {};
    Object.keys(found.d).forEach(function (name) { tables[name] = own.data[found.d[name]]; });
    return { spec: found.s, tokens: found.t, rows: tables, height: found.h, which: which };
  }

  // ---- Tooltip: our own, because the usual one writes style attributes, which the content policy forbids.
  var tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  document.body.appendChild(tip);
  function tooltip(handler, event, item, value) {
    if (value === null || value === undefined || value === "") { tip.hidden = true; return; }
    tip.textContent = "";
    String(value).split("\n").forEach(function (line, at) {
      var one = document.createElement(at ? "span" : "b");
      one.textContent = line;
      tip.appendChild(one);
    });
    tip.hidden = false;
    var box = tip.getBoundingClientRect();
    var left = event.clientX + 14, top = event.clientY + 14;
    if (left + box.width > window.innerWidth - 8) left = event.clientX - box.width - 14;
    if (top + box.height > window.innerHeight - 8) top = event.clientY - box.height - 14;
    tip.style.left = Math.max(8, left) + "px";
    tip.style.top = Math.max(8, top) + "px";
  }
  document.addEventListener("scroll", function () { tip.hidden = true; }, { passive: true });

  // ---- Drawing: when a chart comes near the window, and again when its width changes.
  var drawn = new WeakMap(), vega = window.layerLedgerVega;

  function failed(element, fault) {
    element.setAttribute("data-failed", "");
    element.textContent = "The picture could not be drawn; the table holds its figures.";
    console.error(fault);
  }

  function draw(element) {
    var width = Math.floor(element.clientWidth), chart = width && vega ? part(element, width) : null;
    if (!chart) return Promise.resolve();
    var state = chart.which + width;
    if (drawn.has(element) && drawn.get(element).state === state) return drawn.get(element).done;
    var tokens = Object.assign({ "@width": width }, chart.tokens);
    if (!specs) specs = json(document.getElementById("specs")).specs;
    var spec = resolve(specs[chart.spec], tokens, variable);
    spec.data.forEach(function (one) {
      if (chart.rows[one.name]) one.values = rows(chart.rows[one.name], variable);
    });
    // The runtime names the element that it draws into; the name that states the finding stays on the one around it.
    var inside = document.createElement("div");
    inside.setAttribute("aria-hidden", "true");
    element.style.minHeight = chart.height + "px";
    element.replaceChildren(inside);
    var done;
    try {
      done = new vega.View(vega.parse(spec, null, { ast: true }), {
        expr: vega.expressionInterpreter, renderer: "svg", container: inside, hover: true, tooltip: tooltip
      }).runAsync().then(function () {
        element.setAttribute("data-drawn", chart.which);
        element.style.minHeight = "";
      }).catch(function (fault) { failed(element, fault); });
    } catch (fault) {
      failed(element, fault);
      done = Promise.resolve();
    }
    drawn.set(element, { state: state, done: done });
    return done;
  }

  // One chart after another, with room for the browser in between, so that the page never stands still for long.
  var waiting = [], busy = false;
  function next() {
    var element = waiting.shift();
    busy = Boolean(element);
    if (element) draw(element).then(function () { setTimeout(next, 0); });
  }
  function later(element) {
    if (waiting.indexOf(element) < 0) waiting.push(element);
    if (!busy) next();
  }
  var watch = "IntersectionObserver" in window ? new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { if (entry.isIntersecting) later(entry.target); });
  }, { rootMargin: "400px" }) : null;
  function expect(element) { if (watch) watch.observe(element); else later(element); }

  var resizing = 0;
  window.addEventListener("resize", function () {
    clearTimeout(resizing);
    resizing = setTimeout(function () { all("[data-drawn]").forEach(later); }, 150);
  });
  function drawAll() { return Promise.all(all("[data-chart]").map(draw)); }
  window.addEventListener("beforeprint", drawAll);

  // ---- Views: a card shows one at a time. Those that do not open stand as JSON and become markup when first shown.
  function keys(card) { return all("[data-view]", card).map(function (one) { return one.getAttribute("data-view"); }); }
  function active(card) { return card.querySelector(".view:not([hidden])"); }

  function unfolded(card, key) {
    var found = all("[data-view]", card).filter(function (one) { return one.getAttribute("data-view") === key; })[0];
    if (!found || found.tagName !== "SCRIPT") return found;
    var view = document.createElement("div"), own = json(found);
    view.className = "view";
    view.setAttribute("data-view", key);
    view.innerHTML = own.html;
    view.hidden = true;
    held.set(view, own);
    found.replaceWith(view);
    all("[data-chart]", view).forEach(expect);
    return view;
  }

  // Which part of the key a control sets: the one that its values occur in.
  function position(card, group) {
    var values = all("[data-value]", group).map(function (one) { return one.getAttribute("data-value"); });
    var parts = keys(card)[0].split(".");
    for (var at = 0; at < parts.length; at += 1) if (values.indexOf(parts[at]) >= 0) return at;
    return 0;
  }

  function show(card, key) {
    var view = unfolded(card, key);
    if (!view) return;
    all(".view[data-view]", card).forEach(function (one) { one.hidden = one !== view; });
    var parts = key.split("."), known = keys(card);
    all("[data-control]", card).forEach(function (group) {
      var at = position(card, group);
      if (group.tagName === "SELECT") { group.value = parts[at]; return; }
      all("button", group).forEach(function (button) {
        var value = button.getAttribute("data-value"), other = parts.slice();
        other[at] = value;
        button.setAttribute("aria-pressed", String(parts[at] === value));
        // A setting that no view has with the others (segments report no net income) is still offered: it moves the others.
        button.classList.toggle("moves", known.indexOf(other.join(".")) < 0);
      });
    });
    all("[data-chart]", view).forEach(later);
  }

  // The view with that part of the key set to the value that keeps most of the other settings.
  function nearest(card, at, value) {
    var now = active(card).getAttribute("data-view").split("."), best = null, most = -1;
    now[at] = value;
    keys(card).forEach(function (key) {
      var parts = key.split("."), same = parts.filter(function (one, i) { return one === now[i]; }).length;
      if (parts[at] === value && same > most) { best = key; most = same; }
    });
    return best;
  }

  // ---- The address: #at=CARD&CARD=VIEW for every card that does not show the view it opens with.
  function settings() {
    var found = {};
    location.hash.slice(1).split("&").forEach(function (pair) {
      var at = pair.indexOf("=");
      if (at < 1) return;
      try { found[decodeURIComponent(pair.slice(0, at))] = decodeURIComponent(pair.slice(at + 1)); }
      catch (broken) { /* A link cut short in the middle of an escape: its other settings still hold. */ }
    });
    return found;
  }

  // What else a page's own script keeps there: read() gives its text, '' for the usual state; write(text) takes it up.
  var kept = {};
  function keep(name, read, write) {
    kept[name] = { read: read, write: write };
    if (settings()[name]) write(settings()[name]);
  }

  function address(card) {
    var pairs = all(".card").filter(function (one) {
      return keys(one).length > 1 && active(one).getAttribute("data-view") !== keys(one)[0];
    }).map(function (one) { return one.id + "=" + active(one).getAttribute("data-view"); });
    Object.keys(kept).forEach(function (name) {
      var value = kept[name].read();
      if (value) pairs.push(name + "=" + encodeURIComponent(value));
    });
    return pairs.length ? "#at=" + card.id + "&" + pairs.join("&") : "#" + card.id;
  }

  function remember(card) {
    try { history.replaceState(null, "", address(card)); }
    catch (refused) { location.hash = address(card); }
  }

  function restore() {
    var wanted = settings();
    all(".card").forEach(function (card) {
      // A link from before a control was added names the first settings only.
      var known = keys(card), key = wanted[card.id] && known.filter(function (one) {
        return one === wanted[card.id] || one.indexOf(wanted[card.id] + ".") === 0;
      })[0];
      if (key) show(card, key);
      else if (known.length > 1 && active(card).getAttribute("data-view") !== known[0]) show(card, known[0]);
    });
    Object.keys(kept).forEach(function (name) { kept[name].write(wanted[name] || ""); });
    var target = wanted.at && document.getElementById(wanted.at);
    if (target) target.scrollIntoView();
  }

  // A page that shows one card and nothing else, for a frame on another site: ?embed=CARD. Links leave the frame.
  var embedded = new URLSearchParams(location.search).get("embed");
  if (embedded) {
    var alone = document.getElementById(embedded);
    if (alone && alone.matches(".card")) alone.classList.add("alone");
    else document.documentElement.classList.remove("embed");
    all("a[href]").forEach(function (link) { if (link.getAttribute("href").charAt(0) !== "#") link.target = "_blank"; });
    all(".alone [data-do=link]").forEach(function (link) { link.textContent = "Layer Ledger"; link.target = "_blank"; });
  }

  function choose(group, value) {
    var card = group.closest(".card");
    show(card, nearest(card, position(card, group), value));
    remember(card);
  }
  document.addEventListener("change", function (event) {
    if (event.target.matches("select[data-control]")) choose(event.target, event.target.value);
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-control] button");
    if (button) {
      choose(button.closest("[data-control]"), button.getAttribute("data-value"));
      return;
    }
    // Another lens opens with the same views.
    var lens = event.target.closest(".menu a");
    if (lens && settings().at) lens.href = lens.getAttribute("href").split("#")[0] + location.hash;
    var menu = document.querySelector("details.menu[open]");
    if (menu && !menu.contains(event.target)) menu.removeAttribute("open");
  });

  // Arrow keys move between the buttons of a control, as in a tool bar.
  document.addEventListener("keydown", function (event) {
    var menu = document.querySelector("details.menu[open]");
    if (event.key === "Escape" && menu) { menu.removeAttribute("open"); menu.querySelector("summary").focus(); return; }
    var button = event.target.closest && event.target.closest("[data-control] button");
    var step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!button || !step) return;
    var row = all("button", button.parentNode);
    row[(row.indexOf(button) + step + row.length) % row.length].focus();
    event.preventDefault();
  });

  // ---- Theme.
  var toggle = document.querySelector("button.theme");
  if (toggle) toggle.addEventListener("click", function () {
    var root = document.documentElement, now = root.getAttribute("data-theme");
    if (!now) now = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    root.setAttribute("data-theme", now === "dark" ? "light" : "dark");
    try { localStorage.setItem("layerledger-theme", root.getAttribute("data-theme")); }
    catch (refused) { /* Storage may be forbidden; the choice then lasts as long as the page. */ }
  });

  window.layerLedger = {
    all: all, json: json, resolve: resolve, rows: rows, part: part, draw: draw, drawAll: drawAll, active: active,
    keys: keys, show: show, address: address, remember: remember, keep: keep
  };

  window.addEventListener("hashchange", restore);
  if (location.hash.indexOf("=") > 0) restore();
  // What the reader sees first is drawn at once; the rest follows as it comes near.
  var charts = all(embedded ? ".alone [data-chart]" : "[data-chart]");
  var first = charts.filter(function (one) { return one.clientWidth; })[0];
  if (first && first.getBoundingClientRect().top < window.innerHeight) draw(first);
  charts.forEach(expect);
})();
