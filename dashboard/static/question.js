// The central question: what the capital asks for under the reader's assumptions, reckoned here by the formula of
// analytics/justification.py (a browser test holds one against the other).
// Belongs here: the formula, the sliders, their part of the address. Not here: the published series, which is drawn with the defaults.
(function () {
  "use strict";
  var page = window.layerLedger, all = page.all, card = document.getElementById("explorer");
  var known = page.json(document.getElementById("justification"));
  var BUYERS = { together: "Hyperscalers and neoclouds together", hyperscalers: "Hyperscalers", neoclouds: "Neoclouds", example: "Each $100" };
  var CAPITAL = { all: "all capex", above_base_rate: "capex above the old rate of hyperscalers" };
  var choice = { buyers: "together", capital: "all" };

  function index(quarter) { return Number(quarter.slice(0, 4)) * 4 + Number(quarter.slice(5)) - 1; }
  function annuity(years, rate) { return rate / (1 - Math.pow(1 + rate, -years)); }

  // spent: dollars by calendar quarter. Of each quarter equipment is charged for its life, the shell for its own.
  function answer(spent, quarter, terms) {
    var at = index(quarter), capital = 0, equipment = 0, shell = 0;
    Object.keys(spent).forEach(function (name) {
      var age = at - index(name), dollars = spent[name] * terms.ai_share;
      if (age < 0) return;
      capital += dollars;
      if (age < 4 * terms.equipment_life) equipment += dollars * terms.equipment_share;
      if (age < 4 * terms.shell_life) shell += dollars * (1 - terms.equipment_share);
    });
    var found = {
      capital: capital, equipment: equipment, shell: shell, running: capital * terms.operating_cost,
      equipment_charge: equipment * annuity(terms.equipment_life, terms.cost_of_capital),
      shell_charge: shell * annuity(terms.shell_life, terms.cost_of_capital)
    };
    found.charge = found.equipment_charge + found.shell_charge;
    found.required = (found.charge + found.running) / terms.downstream_gross_margin;
    return found;
  }

  // As formats.dollars writes them.
  function dollars(value) {
    if (value === null || value === undefined) return "n/a";
    var sign = value < 0 ? "\u2212" : "", size = Math.abs(value), scales = [[1e12, "tn"], [1e9, "bn"], [1e6, "mn"]];
    for (var at = 0; at < scales.length; at += 1) {
      if (size < scales[at][0] && !(scales[at][1] === "mn" && size >= 5e4)) continue;
      var shown = size / scales[at][0], text = shown >= 9.95 ? shown.toFixed(0) : shown.toFixed(1).replace(/\.0$/, "");
      if (text === "1000" && at) return sign + "$1\u00a0" + scales[at - 1][1];
      return sign + "$" + text + "\u00a0" + scales[at][1];
    }
    return (Math.round(size) ? sign : "") + "$" + size.toFixed(size < 1000 && size % 1 ? 1 : 0);
  }

  function terms() {
    var found = {};
    all("input[data-id]", card).forEach(function (input) { found[input.getAttribute("data-id")] = Number(input.value); });
    return found;
  }

  function put(name, text) { all('[data-value="' + name + '"]', card).forEach(function (one) { if (one.tagName !== "BUTTON") one.textContent = text; }); }

  function widths(row, parts, scale) {
    var x = 0;
    all("rect[data-part]", card.querySelector('[data-bar="' + row + '"]')).forEach(function (rect) {
      var width = Math.max(parts[rect.getAttribute("data-part")] || 0, 0) / scale * 100;
      rect.setAttribute("x", x + "%");
      rect.setAttribute("width", width + "%");
      x += width;
    });
  }

  function show() {
    var set = terms(), example = choice.buyers === "example", hundred = {};
    hundred[known.quarter] = 100;
    var spent = example ? hundred : known.groups[choice.buyers + "." + choice.capital];
    var now = answer(spent, known.quarter, set), by = answer(hundred, known.quarter, set), seen = example ? {} : known.measures;
    ["capital", "equipment", "shell", "equipment_charge", "shell_charge", "running", "required"].forEach(function (name) { put(name, dollars(now[name])); });
    put("headline", dollars(now.required));
    put("whose", example ? "Each $100 spent this quarter" : BUYERS[choice.buyers] + ", " + CAPITAL[choice.capital]);
    ["measured", "growth", "rule"].forEach(function (name) { put(name, dollars(seen[name])); });
    var top = Math.max(now.required, seen.measured || 0, seen.growth || 0, seen.rule || 0);
    widths("required", { equipment: now.equipment_charge, shell: now.shell_charge, running: now.running, kept: now.required - now.charge - now.running }, top);
    ["measured", "growth", "rule"].forEach(function (name) { var part = {}; part[name] = seen[name]; if (card.querySelector('[data-bar="' + name + '"]')) widths(name, part, top); });
    var texts = { equipment: 1, shell: 1, charge: 2, running: 1, required: 1 };
    all("[data-example]", card).forEach(function (one) {
      var name = one.getAttribute("data-example"), text = by[name].toFixed(texts[name]);
      one.textContent = name === "equipment" || name === "shell" ? text.replace(/\.0$/, "") : text;
    });
    all("[data-shown]", card).forEach(function (one) {
      var id = one.getAttribute("data-shown"), value = set[id], moved = value !== known.defaults[id];
      one.textContent = known.units[id] === "fraction" ? Number((value * 100).toFixed(1)) + "%" : value + " " + known.units[id];
      one.classList.toggle("moved", moved);
    });
    all("[data-choice] button", card).forEach(function (button) {
      var name = button.parentNode.getAttribute("data-choice");
      button.setAttribute("aria-pressed", String(choice[name] === button.getAttribute("data-value")));
    });
  }

  // Its part of the address: what is not as it stands at first, "neoclouds,equipment_life:4".
  function text() {
    var parts = [], set = terms();
    if (choice.buyers !== "together") parts.push(choice.buyers);
    if (choice.capital !== "all") parts.push(choice.capital);
    Object.keys(known.defaults).forEach(function (id) { if (set[id] !== known.defaults[id]) parts.push(id + ":" + set[id]); });
    return parts.join(",");
  }
  function take(written) {
    choice = { buyers: "together", capital: "all" };
    all("input[data-id]", card).forEach(function (input) { input.value = known.defaults[input.getAttribute("data-id")]; });
    (written || "").split(",").forEach(function (part) {
      var pair = part.split(":"), input = pair.length === 2 && document.getElementById("a-" + pair[0]);
      if (input && isFinite(Number(pair[1]))) input.value = pair[1];
      else if (Object.prototype.hasOwnProperty.call(BUYERS, part)) choice.buyers = part;
      else if (Object.prototype.hasOwnProperty.call(CAPITAL, part)) choice.capital = part;
    });
    show();
  }

  card.addEventListener("input", show);
  card.addEventListener("change", function () { page.remember(card); });
  card.addEventListener("click", function (event) {
    var button = event.target.closest("[data-choice] button");
    if (button) choice[button.parentNode.getAttribute("data-choice")] = button.getAttribute("data-value");
    else if (event.target.closest("[data-reset]")) { take(""); page.remember(card); return; }
    else return;
    show();
    page.remember(card);
  });
  page.required = function (spent, quarter, set) { return answer(spent, quarter, set).required; };
  page.keep("assume", text, take);
  show();
})();
