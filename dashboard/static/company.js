// Where a number comes from: a tree from the metric or item to the observations, drawn from the figures in the page.
(function () {
  "use strict";
  var holder = document.getElementById("explained");
  var dialog = document.querySelector("dialog.derivation");
  if (!holder || !dialog) return;
  var known = JSON.parse(holder.textContent);
  var ITEM = 0, START = 1, END = 2, QUARTER = 3, VALUE = 4, CURRENCY = 5, USD = 6, DERIVATION = 7, SOURCE = 8, CONCEPT = 9, AT = 10, IDS = 11;

  function number(value) {
    return (value < 0 ? "\u2212" : "") + Math.abs(value).toLocaleString("en-GB", { maximumFractionDigits: 0 });
  }
  function title(item) { return known.items[item] ? known.items[item][0] : item; }
  function node(label, detail, children) { return { label: label, detail: detail || "", children: children || [] }; }

  function observation(row, prefix) {
    var span = row[1] ? row[1] + " to " + row[2] : "at " + row[2];
    return node(prefix + row[0] + ", " + span + ": " + number(row[3]) + " " + row[4],
      (row[5] || "") + ", known " + row[6] + " (" + row[7] + ")");
  }

  function figure(at) {
    var f = known.figures[at], children = [];
    var span = f[START] ? f[START] + " to " + f[END] : "at " + f[END];
    var identity = f[CONCEPT].indexOf("computed:") === 0 ? known.identities[f[ITEM]] : null;
    if (identity) {
      identity.forEach(function (term) {
        known.figures.forEach(function (g, other) {
          if (g[ITEM] === term[0] && g[END] === f[END] && (g[DERIVATION] === "year_only") === (f[DERIVATION] === "year_only")) children.push(figure(other));
        });
      });
    } else {
      f[IDS].forEach(function (id, order) { children.push(observation(known.observations[id], order ? "less " : "")); });
    }
    known.others.forEach(function (o) {
      if (o[0] === f[ITEM] && o[1] === f[END]) children.push(node("not used: " + o[3] + ": " + number(o[2]), (known.sources[o[4]] || o[4]) + ", likely " + o[5]));
    });
    var dollars = f[CURRENCY] !== "USD" && f[USD] !== null && f[VALUE] ? "; " + number(f[USD]) + " USD at " + (f[USD] / f[VALUE]).toPrecision(6) + " USD per " + f[CURRENCY] : "";
    return node(title(f[ITEM]) + ", " + f[QUARTER] + " (" + span + "): " + number(f[VALUE]) + " " + f[CURRENCY],
      f[DERIVATION].replace(/_/g, " ") + ", " + f[CONCEPT] + ", " + (known.sources[f[SOURCE]] || f[SOURCE]) + ", known " + f[AT] + dollars, children);
  }

  function earlier(quarter) { return (Number(quarter.slice(0, 4)) - 1) + quarter.slice(4); }
  function days(a, b) { return Math.round((Date.parse(b) - Date.parse(a)) / 864e5); }

  // Four contiguous fiscal quarters to the calendar quarter, else the whole year that stands there; a balance at its end.
  function twelve(item, quarter) {
    var rows = [], whole = null;
    known.figures.forEach(function (f, at) {
      if (f[ITEM] !== item) return;
      if (f[DERIVATION] === "year_only") { if (f[QUARTER] === quarter) whole = at; } else rows.push(at);
    });
    var last = -1;
    rows.forEach(function (at, order) { if (known.figures[at][QUARTER] === quarter) last = order; });
    if (last >= 0 && known.items[item][1] === "stock") return [rows[last]];
    if (last >= 3) {
      var four = rows.slice(last - 3, last + 1), joint = true;
      four.forEach(function (at, order) {
        if (order && Math.abs(days(known.figures[four[order - 1]][END], known.figures[at][START]) - 1) > 7) joint = false;
      });
      var span = days(known.figures[four[0]][START], known.figures[four[3]][END]) + 1;
      if (joint && span >= 350 && span <= 380) return four;
    }
    return whole === null ? [] : [whole];
  }

  function term(item, quarter) {
    if (item === "nopat") return node("Net operating profit after tax, " + quarter, "operating income × (1 − income tax ÷ pre-tax income)", ["operating_income", "income_tax", "pretax_income"].map(function (i) { return term(i, quarter); }));
    if (item === "market_cap") return node("Market value, " + quarter, "close × shares of all classes, in core.prices");
    var parts = twelve(item, quarter);
    if (!parts.length) return node(title(item) + ", " + quarter, "not in the years shown here");
    if (parts.length === 1) return figure(parts[0]);
    var sum = parts.reduce(function (total, at) { return total + known.figures[at][VALUE]; }, 0);
    return node(title(item) + ", four quarters to " + quarter + ": " + number(sum) + " " + known.figures[parts[0]][CURRENCY], "sum", parts.map(figure));
  }

  function metric(id, quarter, text) {
    var m = known.metrics[id];
    return node(m[0] + ", twelve months to " + quarter + ": " + text, m[1], m[2].map(function (amount, order) {
      var at = amount[1] === "prior" ? [earlier(quarter)] : amount[1] === "average" || amount[1] === "change" ? [earlier(quarter), quarter] : [quarter];
      var children = [];
      at.forEach(function (when) { amount[2].forEach(function (t) { var one = term(t[0], when); if (t[1] < 0) one.label = "less " + one.label; children.push(one); }); });
      return node((order ? "÷ " : "") + amount[0], amount[1] === "average" ? "mean of opening and closing" : amount[1] === "change" ? "closing less opening" : "", children);
    }));
  }

  function draw(tree) {
    var item = document.createElement("li"), label = document.createElement("span");
    label.textContent = tree.label;
    item.appendChild(label);
    if (tree.detail) {
      var detail = document.createElement("small");
      detail.textContent = tree.detail;
      item.appendChild(detail);
    }
    if (tree.children.length) {
      var list = document.createElement("ul");
      tree.children.forEach(function (child) { list.appendChild(draw(child)); });
      item.appendChild(list);
    }
    return item;
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button.why") : null;
    if (!button) return;
    var why = button.getAttribute("data-why").split(" ");
    var root = document.createElement("ul");
    root.appendChild(draw(why.length === 2 ? metric(why[0], why[1], button.textContent) : figure(Number(why[0]))));
    var body = dialog.querySelector("div");
    body.textContent = "";
    body.appendChild(root);
    dialog.showModal();
  });
})();
