// The stack map: choosing a layer, colouring by a metric, showing deals; with the mouse or with the keyboard alone.
// Belongs here: the map's own state. Not here: sizes and the address (site.js), where things stand (charts/stack_map.py).
(function () {
  "use strict";
  var page = window.layerLedger, all = page.all;
  var grid = document.querySelector(".map-page"), card = document.getElementById("map");
  var panel = document.getElementById("layer"), chosen = grid.getAttribute("data-opens"), state = { colour: "layer", deals: "" };
  if (!card) return;

  function view() { return page.active(card); }
  function maps() { return all("svg.map", card); }
  // Only one of both drawings is shown at a width.
  function shown() { return all("svg.map", view()).filter(function (one) { return one.getBoundingClientRect().width > 0; })[0] || maps()[0]; }
  function nodes() { return all(".node", shown()); }
  function node(layer) { return nodes().filter(function (one) { return one.getAttribute("data-layer") === layer; })[0]; }

  // ---- What a choice shows, in every drawing of the card, those unfolded later too.
  function apply() {
    maps().forEach(function (map) {
      map.setAttribute("data-colour", state.colour);
      map.setAttribute("data-deals", state.deals);
      map.classList.add("chosen");
      all(".node", map).forEach(function (one) {
        var own = one.getAttribute("data-layer") === chosen;
        one.classList.toggle("own", own);
        one.setAttribute("tabindex", own ? "0" : "-1");
        one.setAttribute("role", "button");
        one.setAttribute("aria-pressed", String(own));
        one.setAttribute("aria-controls", "layer");
      });
      all(".flow, .deal", map).forEach(function (one) {
        one.classList.toggle("own", one.getAttribute("data-from") === chosen || one.getAttribute("data-to") === chosen);
      });
    });
    all(".about-layer", panel).forEach(function (one) { one.classList.toggle("chosen", one.getAttribute("data-about") === chosen); });
    all(".scale", card).forEach(function (one) { one.hidden = one.getAttribute("data-scale") !== state.colour; });
    all("[data-choice] button", card).forEach(function (button) {
      var name = button.parentNode.getAttribute("data-choice");
      button.setAttribute("aria-pressed", String(state[name] === button.getAttribute("data-value")));
    });
  }

  function choose(layer, open) {
    chosen = layer;
    if (open) panel.classList.add("open");
    apply();
    page.remember(card);
  }
  function close() {
    panel.classList.remove("open");
    var own = node(chosen);
    if (own) own.focus();
  }

  // ---- The next box in a direction: the nearest whose middle lies that way.
  function beside(from, key) {
    var a = from.getBoundingClientRect(), best = null, least = Infinity;
    nodes().forEach(function (one) {
      var b = one.getBoundingClientRect(), dx = (b.left + b.right - a.left - a.right) / 2, dy = (b.top + b.bottom - a.top - a.bottom) / 2;
      var way = { ArrowRight: dx, ArrowLeft: -dx, ArrowDown: dy, ArrowUp: -dy }[key];
      var across = key === "ArrowRight" || key === "ArrowLeft" ? Math.abs(dy) * 4 : Math.abs(dx) * 0.5;
      if (one !== from && way > 4 && way + across < least) { least = way + across; best = one; }
    });
    return best;
  }

  card.addEventListener("click", function (event) {
    var one = event.target.closest(".node"), button = event.target.closest("[data-choice] button");
    if (one && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      choose(one.getAttribute("data-layer"), true);
    } else if (button) {
      var name = button.parentNode.getAttribute("data-choice"), value = button.getAttribute("data-value");
      state[name] = name === "deals" && state.deals ? "" : value;
      apply();
      page.remember(card);
    } else if (event.target.closest("[data-control]")) apply();
  });

  card.addEventListener("keydown", function (event) {
    var one = event.target.closest && event.target.closest(".node");
    if (!one) return;
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(one.getAttribute("data-layer"), true);
      return;
    }
    if (event.key === "Escape") { panel.classList.remove("open"); return; }
    var list = nodes(), next = event.key === "Home" ? list[0] : event.key === "End" ? list[list.length - 1] : beside(one, event.key);
    if (!next || !/^(Arrow|Home|End)/.test(event.key)) return;
    event.preventDefault();
    list.forEach(function (other) { other.setAttribute("tabindex", other === next ? "0" : "-1"); });
    next.focus();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && panel.classList.contains("open")) close();
  });
  panel.querySelector(".close").addEventListener("click", close);

  // ---- Its part of the address: the layer, and the choices that are not the usual ones.
  function text() {
    var parts = [];
    if (chosen !== grid.getAttribute("data-opens")) parts.push(chosen);
    if (state.colour !== "layer") parts.push("colour." + state.colour);
    if (state.deals) parts.push("deals." + state.deals);
    return parts.join("~");
  }
  function take(written) {
    chosen = grid.getAttribute("data-opens");
    state = { colour: "layer", deals: "" };
    (written || "").split("~").forEach(function (part) {
      var pair = part.split(".");
      if (pair.length === 2 && Object.prototype.hasOwnProperty.call(state, pair[0])) state[pair[0]] = pair[1];
      else if (part && all("[data-about]", panel).some(function (one) { return one.getAttribute("data-about") === part; })) chosen = part;
    });
    apply();
  }

  page.keep("choice", text, take);
  window.addEventListener("resize", apply);
  apply();
})();
