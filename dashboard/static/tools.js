// What a reader takes away from a card: its figures, its picture, its specification, its address.
// Belongs here: files made in the browser from what the page holds. Not here: the files in data/, which are published.
(function () {
  "use strict";
  var page = window.layerLedger, all = page.all, active = page.active;

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
    var key = active(card).getAttribute("data-view");
    return "layer-ledger-" + card.id + (key && key !== "all" ? "-" + key.replace(/\./g, "-") : "") + "." + ending;
  }

  // ---- CSV: <data value> holds the unrounded figure, any other number is written as a number. Text that a spreadsheet
  // would run as a formula (it begins with = + - @ or a tab) gets an apostrophe before it.
  function field(cell) {
    var data = cell.querySelector("data"), chips = all(".chip", cell);
    var text = data ? data.getAttribute("value") : chips.length ? chips.map(function (c) { return c.textContent; }).join("; ")
      : cell.textContent.trim().replace(/\s+/g, " ");
    if (!data && cell.classList.contains("num") && /^\u2212?[\d,]+(\.\d+)?$/.test(text)) text = text.replace("\u2212", "-").replace(/,/g, "");
    else if (!data && /^[=+\-@\t]/.test(text)) text = "'" + text;
    return /[",\r\n]/.test(text) ? '"' + text.replace(/"/g, '""') + '"' : text;
  }

  function csv(card) {
    var lines = all(".view:not([hidden])", card).map(function (view) {
      return all("tr, [role=row]", view).map(function (row) {
        return all("th, td, [role=columnheader], [role=rowheader], [role=cell]", row).map(field).join(",");
      }).join("\r\n");
    });
    return "\ufeff" + lines.join("\r\n") + "\r\n";
  }

  // ---- A picture that stands on its own: title, subtitle, the drawing as it is on the page, the source line.
  var NS = "http://www.w3.org/2000/svg", CLEAR = "rgba(0, 0, 0, 0)";
  var measure = document.createElement("canvas").getContext("2d");

  function add(parent, name, attributes, text) {
    var node = document.createElementNS(NS, name);
    Object.keys(attributes).forEach(function (key) { node.setAttribute(key, attributes[key]); });
    if (text !== undefined) node.textContent = text;
    parent.appendChild(node);
    return node;
  }

  function wrap(text, width, font) {
    measure.font = font;
    var lines = [], line = "";
    text.split(/\s+/).forEach(function (word) {
      var longer = line ? line + " " + word : word;
      if (line && measure.measureText(longer).width > width) { lines.push(line); line = word; } else line = longer;
    });
    return line ? lines.concat(line) : lines;
  }

  // Everything in an element as the browser has laid it out: grounds, rules, texts, drawings; from x, y on.
  function paint(picture, area, x, y) {
    var origin = area.getBoundingClientRect();
    function rectangle(left, top, width, height, attributes) {
      attributes.x = left - origin.left + x; attributes.y = top - origin.top + y;
      attributes.width = width; attributes.height = height;
      add(picture, "rect", attributes);
    }
    function ground(element, style, box) {
      var shape = { rx: parseFloat(style.borderTopLeftRadius) || 0, fill: "none" }, hatched = style.backgroundImage.indexOf("gradient") >= 0;
      var edge = parseFloat(style.borderTopWidth), whole = edge && parseFloat(style.borderLeftWidth);
      if (style.backgroundColor !== CLEAR) shape.fill = style.backgroundColor;
      if (whole && style.borderTopColor !== CLEAR) {
        shape.stroke = style.borderTopColor;
        if (style.borderTopStyle === "dashed") shape["stroke-dasharray"] = "3 3";
      }
      if (shape.fill !== "none" || shape.stroke) rectangle(box.left, box.top, box.width, box.height, shape);
      if (hatched) rectangle(box.left, box.top, box.width, box.height, { rx: shape.rx, fill: "url(#hatch)" });
      if (edge && !whole) rectangle(box.left, box.top, box.width, edge, { fill: style.borderTopColor });
      var foot = parseFloat(style.borderBottomWidth);
      if (foot && !whole) rectangle(box.left, box.bottom - foot, box.width, foot, { fill: style.borderBottomColor });
      var bar = getComputedStyle(element, "::before");
      if (bar.content !== "none" && bar.position === "absolute" && bar.backgroundColor !== CLEAR) {
        rectangle(box.left + parseFloat(bar.left), box.top + parseFloat(bar.top), parseFloat(bar.width), parseFloat(bar.height), { fill: bar.backgroundColor });
      }
    }
    function drawing(svg, box) {
      var copy = svg.cloneNode(true);
      if (!svg.closest("[data-chart]")) all("*", svg).forEach(function (one, at) {
        var style = getComputedStyle(one), target = copy.querySelectorAll("*")[at];
        ["fill", "stroke", "stroke-dasharray"].forEach(function (name) { target.setAttribute(name, style.getPropertyValue(name).replace(/"/g, "")); });
      });
      copy.setAttribute("x", box.left - origin.left + x);
      copy.setAttribute("y", box.top - origin.top + y);
      copy.setAttribute("overflow", "visible");
      picture.appendChild(copy);
    }
    function line(words, style) {
      var font = style.fontWeight + " " + style.fontSize + " " + style.fontFamily, box = words[0].box;
      measure.font = font;
      var size = measure.measureText("x"), ascent = size.fontBoundingBoxAscent, descent = size.fontBoundingBoxDescent;
      add(picture, "text", {
        x: box.left - origin.left + x, y: box.top - origin.top + y + (box.height - ascent - descent) / 2 + ascent,
        "font-size": parseFloat(style.fontSize), "font-weight": style.fontWeight, fill: style.color
      }, words.map(function (word) { return word.text; }).join(" "));
    }
    function write(node) {
      var range = document.createRange(), words = [], style = getComputedStyle(node.parentNode);
      node.textContent.replace(/\S+/g, function (text, at) {
        range.setStart(node, at);
        range.setEnd(node, at + text.length);
        var box = range.getBoundingClientRect();
        if (words.length && Math.abs(words[0].box.top - box.top) > 2) { line(words, style); words = []; }
        if (box.width) words.push({ text: text, box: box });
      });
      if (words.length) line(words, style);
    }
    (function walk(element) {
      var style = getComputedStyle(element), box = element.getBoundingClientRect();
      if (style.display === "none" || style.visibility === "hidden" || !box.width) return;
      if (element.tagName === "svg") { if (!element.classList.contains("room")) drawing(element, box); return; }
      ground(element, style, box);
      Array.prototype.forEach.call(element.childNodes, function (child) {
        if (child.nodeType === 1) walk(child);
        else if (child.nodeType === 3) write(child);
      });
    })(area);
  }

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim(); }

  function compose(card) {
    var view = active(card), area = view.querySelector(".drawing, .panels, .chart");
    var box = area.getBoundingClientRect(), pad = 24, width = Math.ceil(box.width) + 2 * pad, y = pad;
    var family = getComputedStyle(document.body).fontFamily;
    var picture = document.createElementNS(NS, "svg");
    add(picture, "defs", {}).innerHTML = document.querySelector("svg.defs defs").innerHTML;
    picture.querySelector(".hatch-line").setAttribute("fill", "var(--hatch)");
    var ground = add(picture, "rect", { width: "100%", fill: "var(--surface)" });
    function paragraph(text, size, weight, fill) {
      wrap(text, width - 2 * pad, weight + " " + size + "px " + family).forEach(function (words) {
        y += Math.round(size * 1.3);
        add(picture, "text", { x: pad, y: y, "font-size": size, "font-weight": weight, fill: fill }, words);
      });
    }
    paragraph(view.querySelector("h2").textContent, 20, 700, "var(--ink)");
    y += 4;
    paragraph(view.querySelector(".subtitle").textContent, 13, 400, "var(--muted)");
    y += 14;
    paint(picture, area, pad, y);
    y += box.height + 14;
    var source = card.querySelector(".view:not([hidden]) .source");
    if (source) paragraph(source.textContent, 11, 400, "var(--muted)");
    var height = Math.ceil(y + pad - 4);
    picture.setAttribute("xmlns", NS);
    picture.setAttribute("width", width);
    picture.setAttribute("height", height);
    picture.setAttribute("viewBox", "0 0 " + width + " " + height);
    picture.setAttribute("font-family", family);
    ground.setAttribute("height", height);
    var text = new XMLSerializer().serializeToString(picture);
    return {
      width: width,
      height: height,
      text: text.replace(/var\(--([\w-]+)\)/g, function (whole, name) { return colour(name) || "none"; })
    };
  }

  // Only a whole specification may hold parameters and data: those of a panel move up, under names of their own.
  function hoist(panel, at, whole) {
    var names = (panel.params || []).map(function (one) {
      whole.params.push({ name: one.name + "_" + at, value: one.value });
      return one.name;
    });
    Object.assign(whole.datasets, panel.datasets);
    ["$schema", "autosize", "datasets", "params"].forEach(function (key) { delete panel[key]; });
    if (names.length) panel.layer.forEach(function (layer) {
      (layer.transform || []).forEach(function (step) {
        ["filter", "calculate"].forEach(function (key) {
          if (typeof step[key] === "string") step[key] = step[key].replace(new RegExp("(^|[^.\\w'])(" + names.join("|") + ")\\b", "g"), "$1$2_" + at);
        });
      });
    });
  }

  // ---- The Vega-Lite specification with its data, in the colours of the theme; panels side by side.
  function specification(card) {
    var view = active(card), held = page.json(document.getElementById("sources"));
    var whole = all("[data-chart]", view).map(function (element) {
      var width = Math.floor(element.clientWidth), chart = page.part(element, width);
      var spec = page.resolve(held.sources[chart.spec], chart.tokens, colour), panel = element.closest(".panel");
      spec.width = width;
      spec.datasets = {};
      Object.keys(chart.rows).forEach(function (name) { spec.datasets[name] = page.rows(chart.rows[name], colour); });
      if (panel) spec.title = all(".panel-head > *", panel).map(function (one) { return one.textContent; }).join("  ");
      return spec;
    });
    var subtitle = wrap(view.querySelector(".subtitle").textContent, 640, "400 12px sans-serif");
    var title = { text: view.querySelector("h2").textContent, subtitle: subtitle, anchor: "start" };
    var config = page.resolve(held.config, {}, colour);
    config.title = { color: colour("ink"), subtitleColor: colour("muted"), subtitlePadding: 4, offset: 12 };
    var spec = whole[0];
    if (whole.length > 1) {
      spec = { columns: 4, datasets: {}, params: [], concat: whole };
      whole.forEach(function (one, at) { hoist(one, at, spec); });
    }
    return Object.assign({ $schema: "https://vega.github.io/schema/vega-lite/v6.json", title: title }, spec, {
      config: config, background: colour("surface"), padding: 20,
      usermeta: { source: view.querySelector(".source").textContent, address: location.href }
    });
  }

  // Some browsers forbid a page that is opened as a file to make files; then the card says so.
  function refused(card) {
    var view = active(card), told = view.querySelector(".refused") || document.createElement("p");
    told.className = "note refused";
    told.setAttribute("role", "status");
    told.textContent = location.protocol === "file:" ? "This browser does not let a page opened as a file make this download: run `layerledger serve`, or take the file from the folder data/."
      : "The download could not be made.";
    view.appendChild(told);
  }

  var TOOLS = {
    csv: function (card) { save(fileName(card, "csv"), new Blob([csv(card)], { type: "text/csv;charset=utf-8" })); },
    svg: function (card) { save(fileName(card, "svg"), new Blob([compose(card).text], { type: "image/svg+xml" })); },
    png: function (card) {
      var picture = compose(card), image = new Image();
      image.onerror = function () { refused(card); };
      image.onload = function () {
        var canvas = document.createElement("canvas");
        canvas.width = picture.width * 2;
        canvas.height = picture.height * 2;
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        try { canvas.toBlob(function (blob) { save(fileName(card, "png"), blob); }, "image/png"); }
        catch (forbidden) { refused(card); }
      };
      image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(picture.text);
    },
    json: function (card) { save(fileName(card, "json"), new Blob([JSON.stringify(specification(card), null, 1)], { type: "application/json" })); },
    table: function (card, button) {
      var twin = active(card).querySelector("details.twin");
      twin.open = !twin.open;
      button.setAttribute("aria-expanded", String(twin.open));
    },
    embed: function (card, link) { link.href = "?embed=" + card.id + page.address(card); },
    link: function (card, link, event) {
      if (link.target) { link.href = location.pathname + page.address(card); return; } // out of a frame, to the whole page
      event.preventDefault();
      page.remember(card);
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

  document.addEventListener("click", function (event) {
    var tool = event.target.closest("[data-do]");
    if (!tool) return;
    var card = tool.closest(".card"), what = tool.getAttribute("data-do");
    function use() {
      try { TOOLS[what](card, tool, event); }
      catch (fault) { console.error(fault); refused(card); }
    }
    // A picture is taken of what is drawn, so all of the card is drawn first.
    if (what === "svg" || what === "png") Promise.all(all("[data-chart]", active(card)).map(page.draw)).then(use);
    else use();
  });
})();
