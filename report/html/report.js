// The report's script adds sorting, filtering, zoom, theme and download to a
// page that is whole without it. It sends and loads nothing.
(function () {
  "use strict";
  var root = document.documentElement;
  var byID = function (id) { return document.getElementById(id); };
  var make = function (tag, text, parent) {
    var e = document.createElement(tag);
    if (text) e.textContent = text;
    if (parent) parent.appendChild(e);
    return e;
  };

  // Theme: light, dark, then as the system says.
  var key = "breakeven-theme";
  var themes = ["", "light", "dark"];
  var remember = function (v) { try { localStorage.setItem(key, v); } catch (e) { /* files may have no storage */ } };
  var recall = function () { try { return localStorage.getItem(key) || ""; } catch (e) { return ""; } };
  var setTheme = function (v) {
    if (v) root.setAttribute("data-theme", v); else root.removeAttribute("data-theme");
    byID("theme").textContent = "Theme: " + (v || "auto");
    if (chart) draw();
  };
  var theme = recall();

  // Data and download.
  var data = JSON.parse(byID("data").textContent);
  var save = function (name, type, text) {
    var a = make("a");
    a.href = URL.createObjectURL(new Blob([text], { type: type }));
    a.download = name;
    a.click();
    setTimeout(function () { URL.revokeObjectURL(a.href); }, 1000);
  };

  // Tables: a button in each head sorts, a field filters, a button copies.
  // What is printed is what is sorted by: "$1,234.50 (1,200.00-1,300.00)",
  // "~$3.10", "<0.01 %", "10.2 s"; a dash is below every number.
  var scale = { s: 1e3, min: 6e4, k: 1e3, M: 1e6, G: 1e9, T: 1e12 };
  var cellKey = function (row, i) {
    var c = row.cells[i], text = c.textContent.trim();
    if (c.tagName === "TH" || c.className) return text.toLowerCase();
    var m = /^([~<]*)(-?)\$?([0-9][0-9,.]*(?:e[-+]?[0-9]+)?) ?(s|min|k|M|G|T)?(?![A-Za-z])/.exec(text);
    if (!m) return -Infinity;
    var v = parseFloat(m[3].replace(/,/g, "")) * (scale[m[4]] || 1);
    return (m[2] ? -v : v) - (m[1].indexOf("<") >= 0 ? v / 2 : 0);
  };
  var sortBy = function (table, i) {
    var heads = table.tHead.rows[0].cells;
    var body = table.tBodies[0];
    var first = body.rows[0].cells[i];
    var numeric = first.tagName === "TD" && !first.className;
    var was = heads[i].getAttribute("aria-sort");
    var up = was ? was === "descending" : !numeric;
    for (var h = 0; h < heads.length; h++) heads[h].removeAttribute("aria-sort");
    heads[i].setAttribute("aria-sort", up ? "ascending" : "descending");
    Array.from(body.rows)
      .map(function (r, n) { return { row: r, key: cellKey(r, i), n: n }; })
      .sort(function (a, b) {
        var d = a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
        return (up ? d : -d) || a.n - b.n;
      })
      .forEach(function (r) { body.appendChild(r.row); });
  };
  var quote = function (s) {
    s = s.trim();
    if (/^[=+\-@]/.test(s) && isNaN(Number(s))) s = "'" + s;
    return '"' + s.replace(/"/g, '""') + '"';
  };
  var csv = function (table) {
    return Array.from(table.rows).filter(function (r) { return !r.hidden; }).map(function (r) {
      return Array.from(r.cells).map(function (c) { return quote(c.textContent); }).join(",");
    }).join("\n") + "\n";
  };
  var addBar = function (box, table) {
    var bar = make("div");
    bar.className = "filterbar";
    var rows = Array.from(table.tBodies[0].rows);
    var label = make("label", "Filter ", bar);
    var input = make("input", "", label);
    input.type = "search";
    var shown = make("span", rows.length + " rows", bar);
    shown.setAttribute("role", "status");
    input.addEventListener("input", function () {
      var want = input.value.toLowerCase(), n = 0;
      rows.forEach(function (r) {
        r.hidden = r.textContent.toLowerCase().indexOf(want) < 0;
        if (!r.hidden) n++;
      });
      shown.textContent = n + "/" + rows.length + " rows";
    });
    var copy = make("button", "Save as CSV", bar);
    copy.type = "button";
    copy.addEventListener("click", function () { save(box.id + ".csv", "text/csv", csv(table)); });
    box.insertBefore(bar, box.firstChild);
  };
  document.querySelectorAll(".tablebox").forEach(function (box) {
    var table = box.querySelector("table");
    if (!table || table.tBodies[0].rows.length < 2) return;
    Array.from(table.tHead.rows[0].cells).forEach(function (th, i) {
      var text = th.textContent;
      th.textContent = "";
      var b = make("button", text, th);
      b.type = "button";
      b.addEventListener("click", function () { sortBy(table, i); });
    });
    if (table.tBodies[0].rows.length > 6) addBar(box, table);
  });

  // Deep links open the section they name.
  var reveal = function () {
    var target = location.hash.length > 1 && byID(decodeURIComponent(location.hash.slice(1)));
    if (target && target.tagName === "DETAILS") { target.open = true; target.scrollIntoView(); }
  };
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (d) { d.open = true; d.setAttribute("data-shut", ""); });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-shut]").forEach(function (d) { d.open = false; d.removeAttribute("data-shut"); });
  });

  // The account's hours, to zoom into.
  var chart = null, metric = 0;
  var missing = {};
  (data.hours_missing || []).forEach(function (i) { missing[i] = true; });
  var hours = data.hours_invocations || [];
  var series = function (f) { return hours.map(function (_, i) { return missing[i] ? null : f(i); }); };
  var metrics = [
    ["Invocations", function (i) { return hours[i]; }],
    ["Errors", function (i) { return data.hours_errors[i]; }],
    ["Mean duration, ms", function (i) { return hours[i] ? data.hours_duration_sum_ms[i] / hours[i] : null; }],
    ["Cold starts", function (i) { return data.hours_cold_starts[i]; }]
  ];
  var colour = function (name) {
    var probe = make("span", "", document.body);
    probe.style.color = "var(" + name + ")";
    var c = getComputedStyle(probe).color;
    probe.remove();
    return c;
  };
  var two = function (n) { return (n < 10 ? "0" : "") + n; };
  var months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  var dayText = function (ts) { var d = new Date(ts * 1e3); return d.getUTCDate() + " " + months[d.getUTCMonth()]; };
  var hourText = function (ts) { return two(new Date(ts * 1e3).getUTCHours()) + ":00"; };
  var draw = function () {
    var place = byID("plot");
    if (chart) chart.destroy();
    var ink = colour("--muted"), grid = { stroke: colour("--line"), width: 1 }, line = colour("--bar");
    var times = hours.map(function (_, i) { return data.hours_from_unix_s + 3600 * i; });
    chart = new uPlot({
      width: Math.max(280, place.clientWidth), height: 240,
      tzDate: function (ts) { return uPlot.tzDate(new Date(ts * 1e3), "Etc/UTC"); },
      axes: [{ stroke: ink, grid: grid, ticks: grid, space: 64, incrs: [1, 2, 3, 6, 12, 24, 48, 168, 336, 672].map(function (h) { return h * 3600; }), values: function (u, at, axis, space, step) {
        return at.map(function (ts) { return step < 86400 && ts % 86400 ? hourText(ts) : dayText(ts); });
      } }, { stroke: ink, grid: grid, ticks: grid, size: 70 }],
      scales: { y: { range: function (u, lo, hi) { return [0, hi > 0 ? hi * 1.05 : 1]; } } },
      series: [{ label: "UTC", value: function (u, ts) { return ts === null ? "--" : dayText(ts) + " " + hourText(ts); } }, { label: metrics[metric][0], stroke: line, width: 1.5, points: { show: false } }]
    }, [times, series(metrics[metric][1])], place);
  };
  if (hours.length > 1) {
    byID("zoom").hidden = false;
    metrics.forEach(function (m, i) {
      var b = make("button", m[0], byID("metrics"));
      b.type = "button";
      b.setAttribute("aria-pressed", String(i === 0));
      b.addEventListener("click", function () {
        metric = i;
        Array.from(byID("metrics").children).forEach(function (c, n) { c.setAttribute("aria-pressed", String(n === i)); });
        draw();
      });
    });
    draw();
    var timer = 0;
    window.addEventListener("resize", function () { clearTimeout(timer); timer = setTimeout(draw, 150); });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  }

  byID("theme").addEventListener("click", function () {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length];
    remember(theme);
    setTheme(theme);
  });
  byID("download").addEventListener("click", function () { save("breakeven.json", "application/json", JSON.stringify(data, null, 1)); });
  byID("print").addEventListener("click", function () { window.print(); });
  document.querySelector(".tools").hidden = false;
  setTheme(theme);
  reveal();
})();
