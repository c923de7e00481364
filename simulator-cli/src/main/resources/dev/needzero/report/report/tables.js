// Cards, bars and tables: what the runs came to.

function drawCards(data) {
  const base = data.runs[0].samples.rss.at(-1) || 0;
  data.runs.forEach((run, i) => {
    const end = run.samples.rss.at(-1) || 0;
    const change = i === 0 || !base ? "" : (end >= base ? "+" : "−") + percentText(Math.abs(end - base), base);
    const rows = [
      ["peak", bytesText(run.samples.rss.reduce((a, b) => Math.max(a, b), 0))],
      ["Go's own view", bytesText(run.samples.go.at(-1) || 0)],
      ["committed by zeroing", bytesText(run.committedBy[1])],
      ["collections", countText(run.gc.length)],
    ];
    byId("cards").append(make("li", { style: `--run: var(--${runColour(i)})` },
      make("h3", {}, run.label),
      make("p", { class: "big" }, bytesText(end), make("small", {}, "resident at the end" + (change && ", " + change))),
      make("dl", {}, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]))));
  });
}

/** A sentence is an item; the kernel's log line, indented, belongs to the sentence before. */
function drawVerdicts(data) {
  byId("limits").hidden = data.verdicts.length === 0;
  for (const line of data.verdicts) {
    if (line.startsWith(" ")) {
      byId("limits-list").lastElementChild.append(make("code", {}, line.trim()));
    } else {
      byId("limits-list").append(make("li", {}, line));
    }
  }
}

function drawCommittedBars(data) {
  const most = Math.max(1, ...data.runs.map((r) => r.committedBy.reduce((a, b) => a + b, 0)));
  for (const run of data.runs) {
    const whole = run.committedBy.reduce((a, b) => a + b, 0);
    const named = run.committedBy.map((bytes, k) => ({ bytes, state: CAUSES[k] })).filter((p) => p.bytes > 0);
    const spoken = named.map((p) => `${PAGE_STATES[p.state].name} ${bytesText(p.bytes)}`).join(", ");
    byId("committed-bars").append(make("div", {},
      make("div", { class: "bar-head" }, make("b", {}, run.label), make("span", {}, bytesText(whole))),
      make("div", { class: "bar", role: "img", "aria-label": `${run.label}: ${spoken}` }, ...named.map((p) =>
        make("span", { style: `width: ${(100 * p.bytes) / most}%; background: var(--page-${p.state})` }))),
      make("p", { class: "bar-parts" }, ...named.map((p) =>
        make("span", {}, swatch("page-" + p.state), `${PAGE_STATES[p.state].name} ${bytesText(p.bytes)} (${percentText(p.bytes, whole)})`)))));
  }
}

const CLASS_COLUMNS = [
  { name: "class", value: (r) => r[0] },
  { name: "slot", value: (r) => r[1], text: (v) => (v ? bytesText(v) : "–") },
  { name: "spans", value: (r) => r[2], text: countText },
  { name: "memory", value: (r) => r[3], text: bytesText },
  { name: "objects", value: (r) => r[4], text: countText },
  { name: "asked for", value: (r) => r[5], text: bytesText },
  { name: "free slots", value: (r) => (r[1] ? r[3] - r[1] * r[4] : 0), text: bytesText },
  { name: "rounding", value: (r) => (r[1] ? r[1] * r[4] : r[3]) - r[5], text: bytesText },
  { name: "waste", value: (r) => (r[3] ? (r[3] - r[5]) / r[3] : 0), text: (v) => percentText(v, 1), meter: true },
];

/** Without "asked for" and "rounding" where every object counts with its whole slot: they would say nothing. */
function classColumns(data) {
  const rounding = CLASS_COLUMNS[7].value;
  const told = data.runs.some((run) => run.spanClasses.some((row) => rounding(row) > 0));
  return CLASS_COLUMNS.filter((column, i) => told || (i !== 5 && i !== 7));
}

const TYPE_COLUMNS = [
  { name: "type", value: (r) => r[0] },
  { name: "objects", value: (r) => r[1], text: countText },
  { name: "memory", value: (r) => r[2], text: bytesText },
];

/** A table for each run, one shown at a time, sorted by the column clicked. */
function drawRunTables(data, id, columns, rowsOf, sortBy) {
  const show = (index) => {
    for (const [i, button] of [...byId(id + "-tabs").children].entries()) {
      button.setAttribute("aria-pressed", String(i === index));
    }
    const caption = `${byId(id + "-title").textContent}, ${data.runs[index].label}`;
    byId(id + "-table").replaceChildren(sortableTable(columns, rowsOf(data.runs[index]), sortBy, caption));
  };
  data.runs.forEach((run, i) => byId(id + "-tabs").append(make("button", { type: "button", click: () => show(i) }, run.label)));
  byId(id + "-tabs").hidden = data.runs.length < 2;
  show(data.runs.length - 1);
}

function sortableTable(columns, rows, sortBy, caption) {
  if (rows.length === 0) {
    return make("p", { class: "empty" }, "Nothing was recorded.");
  }
  const table = make("table", {}, make("caption", { class: "visually-hidden" }, caption));
  let sorted = sortBy;
  let descending = true;
  const fill = () => {
    const value = columns[sorted].value;
    const order = rows.slice().sort((a, b) => (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : 0) * (descending ? -1 : 1));
    const heads = columns.map((column, i) => make("th", { scope: "col", "aria-sort": i === sorted ? (descending ? "descending" : "ascending") : "none" },
      make("button", { type: "button", click: () => {
        descending = i === sorted ? !descending : i > 0;
        sorted = i;
        fill();
        table.tHead.rows[0].cells[i].firstChild.focus();
      } }, column.name + (i === sorted ? (descending ? " ▾" : " ▴") : ""))));
    const body = order.map((row) => make("tr", {}, ...columns.map((column, i) => cell(column, row, i))));
    table.replaceChildren(table.caption, make("thead", {}, make("tr", {}, ...heads)), make("tbody", {}, ...body));
  };
  fill();
  return table;
}

function cell(column, row, index) {
  const value = column.value(row);
  const text = column.text ? column.text(value) : String(value);
  if (index === 0) {
    return make("th", { scope: "row" }, text);
  }
  const meter = column.meter ? [make("span", { class: "meter", style: `width: ${Math.round(60 * value)}px`, "aria-hidden": "true" })] : [];
  return make("td", {}, text, ...meter);
}

function drawCheckpoints(data) {
  const names = [...new Set(data.runs.flatMap((r) => r.checkpoints.map((c) => c.name)))];
  byId("checkpoints").hidden = names.length === 0;
  const head = ["checkpoint", "time"].concat(data.runs.flatMap((r) => [r.label + " resident", r.label + " Go's view"]));
  const body = names.map((name) => {
    const found = data.runs.map((r) => r.checkpoints.find((c) => c.name === name));
    const time = found.find((c) => c).time;
    return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, timeText(time, data.hasClock)),
      ...found.flatMap((c) => [make("td", {}, c ? bytesText(c.rss) : "–"), make("td", {}, c ? bytesText(c.go) : "–")]));
  });
  byId("checkpoints-table").append(make("table", {},
    make("thead", {}, make("tr", {}, ...head.map((h) => make("th", { scope: "col", style: "padding: 6px 14px" }, h)))),
    make("tbody", {}, ...body)));
}
