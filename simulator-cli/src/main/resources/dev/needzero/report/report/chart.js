// The time line: every run's measures over time, drawn as SVG.

const MEASURES = [
  { key: "rss", name: "resident (RSS)", width: 2.4, dash: null, shown: true },
  { key: "go", name: "Go's own view", width: 1.8, dash: "5 5", shown: true },
  { key: "mapped", name: "mapped", width: 1.2, dash: "7 4", shown: false },
  { key: "goal", name: "GC goal", width: 1.2, dash: "1 5", shown: false },
];

class TimeChart {
  constructor(data, onPick) {
    this.data = data;
    this.onPick = onPick;
    this.time = 0;
    this.measures = new Set(MEASURES.filter((m) => m.shown).map((m) => m.key));
    this.runs = new Set(data.runs.keys());
    this.end = Math.max(1, ...data.runs.map((r) => r.samples.time.at(-1) || 0));
    this.#buildControls();
    onWidthChange(byId("chart"), () => this.draw());
  }

  #buildControls() {
    for (const measure of MEASURES) {
      if (!this.data.runs.some((r) => r.samples[measure.key].some((v) => v > 0))) {
        this.measures.delete(measure.key);
        continue;
      }
      const line = makeSvg("svg", { width: 26, height: 6, "aria-hidden": "true" },
        makeSvg("line", { x1: 0, x2: 26, y1: 3, y2: 3, stroke: "currentColor", "stroke-width": measure.width, "stroke-dasharray": measure.dash }));
      byId("chart-measures").append(this.#checkbox(this.measures, measure.key, line, measure.name));
    }
    this.data.runs.forEach((run, i) =>
      byId("chart-runs").append(this.#checkbox(this.runs, i, swatch(runColour(i)), run.label)));
  }

  #checkbox(set, key, picture, name) {
    const box = make("input", { type: "checkbox", change: () => {
      box.checked ? set.add(key) : set.delete(key);
      this.draw();
    } });
    box.checked = set.has(key);
    return make("label", {}, box, picture, name);
  }

  draw() {
    const width = Math.max(280, byId("chart").clientWidth - 16);
    const height = Math.round(Math.min(380, Math.max(220, width * 0.36)));
    const shownRuns = [...this.runs].sort();
    const left = 66;
    const bottom = 24 + 9 * shownRuns.length;
    this.area = { left, right: width - 10, top: 10, bottom: height - bottom };
    const svg = makeSvg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": this.#summary() });
    this.#axes(svg, width, height);
    for (const i of shownRuns) {
      this.#ticks(svg, i, shownRuns.indexOf(i));
      for (const measure of MEASURES.filter((m) => this.measures.has(m.key))) {
        this.#line(svg, i, measure);
      }
    }
    this.cursor = makeSvg("line", { class: "cursor", y1: this.area.top, y2: height - 4 });
    svg.append(this.cursor);
    const pick = (event) => {
      const box = svg.getBoundingClientRect();
      const x = ((event.clientX - box.left) / box.width) * width;
      const share = (x - this.area.left) / (this.area.right - this.area.left);
      this.onPick(Math.min(1, Math.max(0, share)) * this.end);
    };
    svg.addEventListener("pointerdown", pick);
    svg.addEventListener("pointermove", (event) => event.buttons & 1 && pick(event));
    byId("chart").replaceChildren(svg);
    this.moveTo(this.time);
  }

  #summary() {
    return "Memory over time. " + this.data.runs.map((r) =>
      `${r.label}: resident ends at ${bytesText(r.samples.rss.at(-1) || 0)}, peaks at ${bytesText(Math.max(0, ...r.samples.rss))}.`).join(" ");
  }

  #axes(svg, width, height) {
    let most = 1;
    for (const i of this.runs) {
      for (const key of this.measures) {
        most = this.data.runs[i].samples[key].reduce((a, b) => Math.max(a, b), most);
      }
    }
    const step = niceStep(most / 4, 1024);
    this.most = Math.ceil(most / step) * step;
    for (let value = 0; value <= this.most + step / 2; value += step) {
      const y = this.y(value);
      svg.append(makeSvg("line", { class: "grid", x1: this.area.left, x2: this.area.right, y1: y, y2: y }));
      svg.append(makeSvg("text", { x: this.area.left - 8, y: y + 4, "text-anchor": "end" }, bytesText(value)));
    }
    const unit = this.data.hasClock ? 1e9 : 1;
    const timeStep = niceStep(this.end / unit / Math.max(2, width / 160), 10) * unit;
    for (let time = 0; time <= this.end; time += timeStep) {
      const text = this.data.hasClock ? Number((time / unit).toPrecision(6)) + " s" : countText(time);
      svg.append(makeSvg("text", { x: this.x(time), y: this.area.bottom + 16, "text-anchor": time === 0 ? "start" : "middle" }, text));
    }
  }

  #ticks(svg, i, row) {
    const y = this.area.bottom + 24 + 9 * row;
    const path = this.data.runs[i].gc.map((time) => `M${this.x(time).toFixed(1)} ${y}v6`).join("");
    svg.append(makeSvg("path", { d: path, stroke: `var(--${runColour(i)})`, "stroke-width": 1.5, fill: "none" }));
  }

  #line(svg, i, measure) {
    const { time } = this.data.runs[i].samples;
    const values = this.data.runs[i].samples[measure.key];
    let path = "";
    for (let k = 0; k < time.length; k++) {
      const x = this.x(time[k]).toFixed(1);
      path += k === 0 ? `M${x} ${this.y(values[k]).toFixed(1)}` : `H${x}V${this.y(values[k]).toFixed(1)}`;
    }
    svg.append(makeSvg("path", {
      class: "line", d: path, stroke: `var(--${runColour(i)})`, "stroke-width": measure.width, "stroke-dasharray": measure.dash,
      "stroke-dashoffset": 5 * i, // so that lines which coincide both show
    }));
  }

  x(time) {
    return this.area.left + (time / this.end) * (this.area.right - this.area.left);
  }

  y(value) {
    return this.area.bottom - (value / this.most) * (this.area.bottom - this.area.top);
  }

  moveTo(time) {
    this.time = time;
    if (!this.cursor) {
      return;
    }
    this.cursor.setAttribute("x1", this.x(time));
    this.cursor.setAttribute("x2", this.x(time));
    const reading = byId("chart-reading");
    reading.replaceChildren(make("b", {}, timeText(time, this.data.hasClock)));
    for (const i of [...this.runs].sort()) {
      const run = this.data.runs[i];
      const at = lastAtOrBefore(run.samples.time, time);
      const parts = MEASURES.filter((m) => this.measures.has(m.key))
        .map((m) => `${m.name} ${bytesText(at < 0 ? 0 : run.samples[m.key][at])}`);
      const who = make("span", { class: "who", style: `color: var(--${runColour(i)})` }, run.label);
      reading.append(" · ", who, " " + parts.join(", "));
    }
  }
}

/** The smallest 1, 2 or 5 times a power of ten, within its power of `unit`, that is not less. */
function niceStep(least, unit) {
  const scale = unit === 1024 ? 1024 ** Math.max(0, Math.floor(Math.log(least) / Math.log(1024))) : 1;
  const power = 10 ** Math.floor(Math.log10(least / scale));
  return [1, 2, 5, 10].map((n) => n * power * scale).find((step) => step >= least * 0.999);
}
