// Charts, controls, downloads. A classic script in a function, so that it runs from file:// beside the chart runtime.
(function () {
  "use strict";

  var holder = document.getElementById("charts");
  var payload = holder ? JSON.parse(holder.textContent) : { charts: {}, specs: [], data: [], config: {} };
  var COLOURS = { fill: true, stroke: true, dot: true };

  // ---- Tokens: "@ink" in a specification is the CSS variable --ink, so a chart follows the theme and prints in light.
  function resolve(node, tokens) {
    if (typeof node === "string") {
      if (node.charAt(0) !== "@") return node;
      if (Object.prototype.hasOwnProperty.call(tokens, node)) return resolve(tokens[node], {});
      return "var(--" + node.slice(1) + ")";
    }
    if (Array.isArray(node)) return node.map(function (one) { return resolve(one, tokens); });
    if (node && typeof node === "object") {
      var copy = {};
      Object.keys(node).forEach(function (key) { copy[key] = resolve(node[key], tokens); });
      return copy;
    }
    return node;
  }

  // Rows travel as columns ({c: names, r: rows}); only colour columns may hold tokens, so no name is taken for one.
  function rows(index) {
    var table = payload.data[index];
    return table.r.map(function (values) {
      var row = {};
      table.c.forEach(function (name, at) {
        var value = values[at];
        row[name] = COLOURS[name] && typeof value === "string" ? resolve(value, {}) : value;
      });
      return row;
    });
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
      var part = document.createElement(at ? "span" : "b");
      part.textContent = line;
      tip.appendChild(part);
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
  var drawn = new WeakMap();
  function choice(entry, width) { return entry.narrow && width < entry.break ? "narrow" : "wide"; }

  function draw(element) {
    var entry = payload.charts[element.getAttribute("data-chart")];
    var width = Math.floor(element.clientWidth);
    if (!entry || !width || typeof window.vegaEmbed !== "function") return Promise.resolve();
    var which = choice(entry, width), state = which + width;
    if (drawn.get(element) === state) return Promise.resolve();
    drawn.set(element, state);
    var part = entry[which], spec = resolve(payload.specs[part.s], part.t);
    spec.width = width;
    spec.config = resolve(payload.config, {});
    spec.datasets = {};
    Object.keys(part.d).forEach(function (name) { spec.datasets[name] = rows(part.d[name]); });
    // The runtime names the element that it draws into; the name that states the finding stays on the one around it.
    element.style.minHeight = part.h + "px";
    var inside = document.createElement("div");
    element.replaceChildren(inside);
    return window.vegaEmbed(inside, spec, {
      mode: "vega-lite", renderer: "svg", actions: false, ast: true, defaultStyle: false, tooltip: tooltip
    }).then(function () {
      element.setAttribute("data-drawn", which);
      element.style.minHeight = "";
    }, function (fault) {
      element.setAttribute("data-failed", "");
      element.textContent = "The picture could not be drawn; the table holds its figures.";
      console.error(fault);
    });
  }

  var charts = Array.prototype.slice.call(document.querySelectorAll("[data-chart]"));
  var watch = "IntersectionObserver" in window ? new IntersectionObserver(function (entries) {
    entries.forEach(function (entry) { if (entry.isIntersecting) draw(entry.target); });
  }, { rootMargin: "400px" }) : null;
  charts.forEach(function (element) { if (watch) watch.observe(element); else draw(element); });
  var waiting = 0;
  window.addEventListener("resize", function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () {
      charts.forEach(function (element) { if (element.hasAttribute("data-drawn")) draw(element); });
    }, 150);
  });
  function drawAll() { return Promise.all(charts.map(draw)); }
  window.addEventListener("beforeprint", drawAll);
  window.layerLedger = { drawAll: drawAll };

  // ---- Controls: a view for each setting; what differs from the first view is kept in the address.
  function keys(card) {
    return Array.prototype.map.call(card.querySelectorAll(".view[data-view]"), function (v) { return v.getAttribute("data-view"); });
  }
  function active(card) { return card.querySelector(".view:not([hidden])"); }

  function show(card, key) {
    if (keys(card).indexOf(key) < 0) return;
    Array.prototype.forEach.call(card.querySelectorAll(".view[data-view]"), function (view) {
      view.hidden = view.getAttribute("data-view") !== key;
    });
    var parts = key.split(".");
    Array.prototype.forEach.call(card.querySelectorAll("[data-control]"), function (group, at) {
      Array.prototype.forEach.call(group.querySelectorAll("button"), function (button) {
        var value = button.getAttribute("data-value");
        button.setAttribute("aria-pressed", String(parts.indexOf(value) >= 0));
        // A setting that no view has with the others (segments report no net income) is still offered: it moves the others.
        var other = parts.slice();
        other[position(card, group)] = value;
        button.classList.toggle("moves", keys(card).indexOf(other.join(".")) < 0);
      });
    });
    Array.prototype.forEach.call(active(card).querySelectorAll("[data-chart]"), draw);
  }

  // Which part of the key a control sets: the one that its values occur in.
  function position(card, group) {
    var values = Array.prototype.map.call(group.querySelectorAll("button"), function (b) { return b.getAttribute("data-value"); });
    var parts = keys(card)[0].split(".");
    for (var at = 0; at < parts.length; at += 1) if (values.indexOf(parts[at]) >= 0) return at;
    return 0;
  }

  function settings() {
    var found = {};
    location.hash.slice(1).split("&").forEach(function (pair) {
      var at = pair.indexOf("=");
      if (at > 0) found[decodeURIComponent(pair.slice(0, at))] = decodeURIComponent(pair.slice(at + 1));
    });
    return found;
  }

  function address(card) {
    var pairs = [];
    Array.prototype.forEach.call(document.querySelectorAll(".card"), function (one) {
      var all = keys(one), view = active(one);
      if (all.length > 1 && view.getAttribute("data-view") !== all[0]) pairs.push(one.id + "=" + view.getAttribute("data-view"));
    });
    return pairs.length ? "#at=" + card.id + "&" + pairs.join("&") : "#" + card.id;
  }

  function remember(card) {
    try { history.replaceState(null, "", address(card)); }
    catch (refused) { location.hash = address(card); }
  }

  function restore() {
    var wanted = settings();
    Array.prototype.forEach.call(document.querySelectorAll(".card"), function (card) {
      if (wanted[card.id]) show(card, wanted[card.id]);
      else if (location.hash.indexOf("=") > 0 && keys(card).length > 1) show(card, keys(card)[0]);
    });
    var target = wanted.at && document.getElementById(wanted.at);
    if (target) target.scrollIntoView();
  }

  document.addEventListener("click", function (event) {
    var button = event.target.closest("[data-control] button");
    if (button) {
      var card = button.closest(".card"), group = button.closest("[data-control]");
      var parts = active(card).getAttribute("data-view").split("."), at = position(card, group);
      parts[at] = button.getAttribute("data-value");
      var key = parts.join(".");
      if (keys(card).indexOf(key) < 0) {
        key = keys(card).filter(function (one) { return one.split(".")[at] === parts[at]; })[0];
      }
      show(card, key);
      remember(card);
      return;
    }
    var tool = event.target.closest("[data-do]");
    if (tool) TOOLS[tool.getAttribute("data-do")](tool.closest(".card"), tool, event);
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
    var all = Array.prototype.slice.call(button.parentNode.querySelectorAll("button"));
    all[(all.indexOf(button) + step + all.length) % all.length].focus();
    event.preventDefault();
  });

  // ---- Downloads.
  function save(name, blob) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    document.body.appendChild(link);
    link.click();
    link.remove();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 1000);
  }

  function fileName(card, ending) {
    var view = active(card), key = view && view.getAttribute("data-view");
    return "layer-ledger-" + card.id + (key && key !== "all" ? "-" + key.replace(/\./g, "-") : "") + "." + ending;
  }

  // Text that a spreadsheet would run as a formula gets an apostrophe; <data value> holds the unrounded figure.
  function field(cell) {
    var data = cell.querySelector("data"), text = data ? data.getAttribute("value") : cell.textContent.trim().replace(/\s+/g, " ");
    if (!data && /^[=+\-@\t]/.test(text) && !/^[+-]?[\d.,]+%?$/.test(text)) text = "'" + text;
    return /[",\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csv(card) {
    var lines = [];
    Array.prototype.forEach.call(card.querySelectorAll(".view"), function (view) {
      if (view.hidden) return;
      Array.prototype.forEach.call(view.querySelectorAll("tr, [role=row]"), function (row) {
        lines.push(Array.prototype.map.call(row.querySelectorAll("th, td, [role=columnheader], [role=rowheader], [role=cell]"), function (cell) {
          var chips = cell.querySelectorAll(".chip");
          if (!chips.length) return field(cell);
          var names = Array.prototype.map.call(chips, function (c) { return c.textContent; }).join("; ");
          return '"' + names.replace(/"/g, '""') + '"';
        }).join(","));
      });
    });
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }

  var NS = "http://www.w3.org/2000/svg";
  function add(parent, name, attributes, text) {
    var node = document.createElementNS(NS, name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

  var measure = document.createElement("canvas").getContext("2d");
  function wrap(text, width, font) {
    measure.font = font;
    var lines = [], line = "";
    text.split(/\s+/).forEach(function (word) {
      var longer = line ? line + " " + word : word;
      if (line && measure.measureText(longer).width > width) { lines.push(line); line = word; } else line = longer;
    });
    return line ? lines.concat(line) : lines;
  }

  // One picture that stands on its own: title, subtitle, the drawing as it is on the page, the source line.
  function compose(card) {
    var view = active(card), area = view.querySelector(".panels") || view.querySelector(".chart");
    var box = area.getBoundingClientRect(), pad = 24, width = Math.ceil(box.width) + 2 * pad, y = pad;
    var family = getComputedStyle(document.body).fontFamily;
    var picture = document.createElementNS(NS, "svg");
    add(picture, "defs", {}).innerHTML = document.querySelector("svg.defs defs").innerHTML;
    picture.querySelector(".hatch-line").setAttribute("fill", "var(--hatch)");
    var ground = add(picture, "rect", { width: "100%", height: "100%", fill: "var(--surface)" });
    function paragraph(text, size, weight, fill) {
      wrap(text, width - 2 * pad, weight + " " + size + "px " + family).forEach(function (line) {
        y += Math.round(size * 1.3);
        add(picture, "text", { x: pad, y: y, "font-size": size, "font-weight": weight, fill: fill }, line);
      });
    }
    paragraph(view.querySelector("h2").textContent, 20, 700, "var(--ink)");
    y += 4;
    paragraph(view.querySelector(".subtitle").textContent, 13, 400, "var(--muted)");
    y += 14;
    var top = y;
    Array.prototype.forEach.call(view.querySelectorAll(".panel"), function (panel) {
      var place = panel.getBoundingClientRect(), x = place.left - box.left + pad, at = place.top - box.top + top;
      var fill = getComputedStyle(panel).getPropertyValue("--c").trim();
      var head = panel.querySelectorAll(".panel-head > *");
      add(picture, "rect", { x: x, y: at, width: place.width, height: 3, fill: fill });
      add(picture, "text", { x: x, y: at + 22, "font-size": 12.5, "font-weight": 600, fill: "var(--ink)" }, head[0].textContent);
      add(picture, "text", { x: x + place.width, y: at + 22, "font-size": 12.5, "font-weight": 700, "text-anchor": "end", fill: "var(--ink)" }, head[1].textContent);
      var dark = panel.querySelector(".unknown");
      if (dark) {
        var d = dark.getBoundingClientRect();
        add(picture, "rect", { x: d.left - box.left + pad, y: d.top - box.top + top, width: d.width, height: d.height, fill: "url(#hatch)", stroke: "var(--hatch)", "stroke-dasharray": "3 3" });
        add(picture, "text", { x: d.left - box.left + pad + d.width / 2, y: d.top - box.top + top + d.height / 2 + 4, "font-size": 12.5, "text-anchor": "middle", fill: "var(--muted)" }, dark.textContent);
      }
    });
    Array.prototype.forEach.call(area.matches(".chart") ? [area] : area.querySelectorAll(".chart"), function (chart) {
      var svg = chart.querySelector("svg"), place = chart.getBoundingClientRect();
      if (!svg) return;
      var copy = svg.cloneNode(true);
      copy.setAttribute("x", place.left - box.left + pad);
      copy.setAttribute("y", place.top - box.top + top);
      copy.setAttribute("overflow", "visible");
      picture.appendChild(copy);
    });
    y = top + box.height + 14;
    paragraph(view.querySelector(".source").textContent, 11, 400, "var(--muted)");
    y += pad - 4;
    picture.setAttribute("xmlns", NS);
    picture.setAttribute("width", width);
    picture.setAttribute("height", Math.ceil(y));
    picture.setAttribute("viewBox", "0 0 " + width + " " + Math.ceil(y));
    picture.setAttribute("font-family", family);
    ground.setAttribute("height", Math.ceil(y));
    var text = new XMLSerializer().serializeToString(picture);
    return {
      width: width,
      height: Math.ceil(y),
      text: text.replace(/var\(--([\w-]+)\)/g, function (whole, name) { return colour(name) || "none"; })
    };
  }

  var TOOLS = {
    csv: function (card) { save(fileName(card, "csv"), new Blob([csv(card)], { type: "text/csv;charset=utf-8" })); },
    svg: function (card) { save(fileName(card, "svg"), new Blob([compose(card).text], { type: "image/svg+xml" })); },
    png: function (card) {
      var picture = compose(card), image = new Image();
      image.onload = function () {
        var canvas = document.createElement("canvas");
        canvas.width = picture.width * 2;
        canvas.height = picture.height * 2;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        canvas.toBlob(function (blob) { save(fileName(card, "png"), blob); }, "image/png");
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture.text);
    },
    table: function (card, button) {
      var twin = active(card).querySelector("details.twin");
      twin.open = !twin.open;
      button.setAttribute("aria-expanded", String(twin.open));
    },
    link: function (card, link, event) {
      event.preventDefault();
      remember(card);
      card.scrollIntoView();
      card.focus({ preventScroll: true });
      if (navigator.clipboard && window.isSecureContext) {
        navigator.clipboard.writeText(location.href).then(function () {
          link.textContent = "Copied";
          setTimeout(function () { link.textContent = "Link"; }, 1500);
        }, function () { /* The address bar holds it all the same. */ });
      }
    }
  };

  // ---- Theme.
  var toggle = document.querySelector("button.theme");
  if (toggle) toggle.addEventListener("click", function () {
    var root = document.documentElement, now = root.getAttribute("data-theme");
    if (!now) now = window.matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    var next = now === "dark" ? "light" : "dark";
    root.setAttribute("data-theme", next);
    try { localStorage.setItem("layerledger-theme", next); }
    catch (refused) { /* Storage may be forbidden; the choice then lasts as long as the page. */ }
  });

  window.addEventListener("hashchange", restore);
  if (location.hash.indexOf("=") > 0) restore();
})();
