// Puts the parts together: unpack, draw, and keep chart, slider and maps at one time.

async function main() {
  if (!("DecompressionStream" in window)) {
    throw new Error("This browser is too old to unpack the data: it has no DecompressionStream.");
  }
  const data = JSON.parse(new TextDecoder().decode(await unpack("data")));
  await Promise.all(data.runs.map(async (run, i) => {
    run.frames = run.map ? new Frames(run.map, await unpack("map-" + i)) : null;
  }));
  drawCards(data);
  const player = new Player(data);
  drawCommittedBars(data);
  drawRunTables(data, "classes", classColumns(data), (r) => r.spanClasses, 3);
  drawRunTables(data, "types", TYPE_COLUMNS, (r) => r.types, 2);
  drawCheckpoints(data);
  drawVerdicts(data);
  byId("assumption-list").append(...data.assumptions.map((a) => make("li", {}, a)));
  player.show(player.positions.length - 1);
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

/** Owns the moment that is shown: a position is one of the frames' times, of all runs together. */
class Player {
  constructor(data) {
    this.data = data;
    this.mapped = data.runs.flatMap((run, i) => (run.frames ? [new RunView(run, i)] : []));
    const times = this.mapped.flatMap((view) => view.frames.times);
    this.positions = [...new Set(times)].sort((a, b) => a - b);
    this.zoom = { steps: 0 };
    this.chart = new TimeChart(data, (time) => this.showTime(time));
    byId("pages").hidden = this.positions.length === 0;
    byId("time").max = Math.max(0, this.positions.length - 1);
    this.#buildControls();
    this.#buildMaps();
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
  }

  #buildControls() {
    byId("time").addEventListener("input", () => this.show(Number(byId("time").value)));
    byId("step-back").addEventListener("click", () => this.show(this.position - 1));
    byId("step-forward").addEventListener("click", () => this.show(this.position + 1));
    byId("play").addEventListener("click", () => this.#play(!this.timer));
    byId("zoom-in").addEventListener("click", () => this.#zoomBy(this.maps[0].cell >= 32 ? 0 : 1));
    byId("zoom-out").addEventListener("click", () => this.#zoomBy(this.maps[0].cell <= 1 ? 0 : -1));
    const choices = () => this.mapped.map((view, i) => make("option", { value: i }, view.label));
    byId("difference-of").append(...choices());
    byId("difference-against").append(...choices());
    byId("difference-of").value = String(this.mapped.length - 1);
    byId("difference-against").value = "0";
    byId("view-modes").hidden = this.mapped.length < 2;
    for (const input of document.querySelectorAll("input[name=view], #difference-runs select")) {
      input.addEventListener("change", () => this.#buildMaps());
    }
  }

  #zoomBy(steps) {
    this.zoom.steps += steps;
    this.redraw();
  }

  #buildMaps() {
    const difference = document.querySelector("input[name=view]:checked").value === "difference";
    byId("difference-runs").hidden = !difference;
    const views = difference
      ? [new DifferenceView(this.mapped[byId("difference-of").value], this.mapped[byId("difference-against").value])]
      : this.mapped;
    showDetail(null);
    this.maps = views.map((view) => new PageMapCanvas(view, this.zoom, showDetail));
    byId("maps").replaceChildren(...this.maps.map((m) => m.element));
    byId("legend").replaceChildren(...(difference ? differenceLegend(views[0]) : stateLegend()));
    this.redraw();
  }

  redraw() {
    this.maps.forEach((map) => {
      map.draw();
      map.refreshDetail();
    });
  }

  showTime(time) {
    this.show(Math.max(0, lastAtOrBefore(this.positions, time)), time);
  }

  /** @param time where the chart's line stands, when that is not the frame's own time */
  show(position, time) {
    if (this.positions.length === 0) {
      this.chart.moveTo(time === undefined ? this.chart.end : time);
      return;
    }
    this.position = Math.min(this.positions.length - 1, Math.max(0, position));
    const moment = this.positions[this.position];
    for (const view of this.mapped) {
      view.frames.seek(Math.max(0, lastAtOrBefore(view.frames.times, moment)));
    }
    const words = `${timeText(moment, this.data.hasClock)}: ${this.mapped[0].event()}`;
    byId("time").value = this.position;
    byId("time").setAttribute("aria-valuetext", words);
    byId("now").textContent = words;
    byId("now").title = words;
    this.chart.moveTo(time === undefined ? moment : time);
    this.redraw();
  }

  #play(on) {
    clearInterval(this.timer);
    this.timer = 0;
    if (on) {
      if (this.position === this.positions.length - 1) {
        this.show(0);
      }
      this.timer = setInterval(() => {
        this.show(this.position + 1);
        if (this.position === this.positions.length - 1) {
          this.#play(false);
        }
      }, Math.max(40, 8000 / this.positions.length));
    }
    byId("play").setAttribute("aria-pressed", String(on));
    byId("play").firstElementChild.textContent = on ? "❚❚" : "▶";
  }
}

function stateLegend() {
  return PAGE_STATES.map((state, i) => make("li", { title: state.says }, swatch("page-" + i), state.name));
}

function differenceLegend(view) {
  const names = ["", "", "", `resident only in ${view.of.label}`, `resident only in ${view.against.label}`];
  return DifferenceView.KINDS.map((kind, i) => make("li", {}, swatch(kind.variable), kind.name || names[i]));
}

function showDetail(lines, x, y) {
  const tooltip = byId("tooltip");
  tooltip.hidden = !lines;
  if (!lines) {
    return;
  }
  tooltip.replaceChildren(...lines.map((line) => make("div", {}, line)));
  byId("page-detail").textContent = lines.join(" · ");
  const box = tooltip.getBoundingClientRect();
  tooltip.style.left = Math.max(4, Math.min(x + 14, innerWidth - box.width - 8)) + "px";
  tooltip.style.top = (y + 18 + box.height > innerHeight ? y - box.height - 12 : y + 18) + "px";
}

main().catch((error) => {
  byId("failure").hidden = false;
  byId("failure").textContent = error.message;
  throw error;
});
