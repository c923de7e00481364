// The page map: one canvas a run, or one for the difference of two.

/** What a map shows: colours of pages by number, the count of pages, and a page in words. */
class RunView {
  constructor(run, index) {
    this.run = run;
    this.frames = run.frames;
    this.label = run.label;
    this.runVariable = runColour(index);
    this.palette = PAGE_STATES.map((_, i) => "page-" + i);
  }

  get pages() {
    return this.frames.map.osPages;
  }

  kinds() {
    return this.frames.states;
  }

  spanNumber(osPage) {
    return this.frames.spanAt[osPage >> 1];
  }

  event() {
    return this.frames.frame < 0 ? "" : this.frames.map.events[this.frames.frame];
  }

  describe(osPage) {
    const state = PAGE_STATES[this.frames.states[osPage]];
    const span = this.frames.spanOf(osPage);
    const lines = [`${state.name}: ${state.says}`];
    if (span) {
      const pages = countText(span.npages) + (span.npages === 1 ? " page" : " pages");
      lines.push(`span of ${pages} (${bytesText(span.npages * OS_PAGES_PER_PAGE * OS_PAGE_BYTES)}): ${span.name}`);
      if (span.type) {
        lines.push("type " + span.type);
      }
    } else {
      lines.push("no span");
    }
    lines.push(`OS page ${countText(osPage)} at ${this.frames.addressText(osPage)}`);
    return lines;
  }

  tally() {
    const counts = this.frames.counts();
    const resident = CAUSES.reduce((sum, i) => sum + counts[i], 0);
    const text = `${bytesText(resident * OS_PAGE_BYTES)} resident` +
      CAUSES.filter((i) => counts[i]).map((i) => `, ${PAGE_STATES[i].name} ${bytesText(counts[i] * OS_PAGE_BYTES)}`).join("");
    return { parts: CAUSES.map((i) => ({ variable: "page-" + i, count: counts[i] })), whole: this.pages, text };
  }
}

/** Page by page, who has it resident: one run, the other, both, and for what cause. */
class DifferenceView {
  static KINDS = [
    { variable: "page-0", name: "resident in neither" },
    { variable: "same", name: "resident in both, same cause" },
    { variable: "other-cause", name: "resident in both, other cause" },
    { variable: "only-of" },
    { variable: "only-against" },
  ];

  constructor(of, against) {
    this.of = of;
    this.against = against;
    this.label = `${of.label} against ${against.label}`;
    this.runVariable = of.runVariable;
    this.pages = Math.max(of.pages, against.pages);
    this.palette = DifferenceView.KINDS.map((k) => k.variable);
  }

  kinds() {
    const a = this.of.frames.states;
    const b = this.against.frames.states;
    const kinds = new Uint8Array(this.pages);
    for (let i = 0; i < this.pages; i++) {
      const inA = i < a.length && PAGE_STATES[a[i]].resident;
      const inB = i < b.length && PAGE_STATES[b[i]].resident;
      kinds[i] = inA ? (inB ? (a[i] === b[i] ? 1 : 2) : 3) : inB ? 4 : 0;
    }
    return kinds;
  }

  spanNumber(osPage) {
    return osPage < this.of.pages ? this.of.spanNumber(osPage) : 0;
  }

  event() {
    return this.of.event();
  }

  describe(osPage) {
    return [this.of, this.against]
      .map((v) => v.label + ": " + (osPage < v.pages ? v.describe(osPage).slice(0, -1).join("; ") : "unmapped"))
      .concat(`OS page ${countText(osPage)} at ${this.of.frames.addressText(osPage)}`);
  }

  tally() {
    const counts = new Array(5).fill(0);
    for (const kind of this.kinds()) {
      counts[kind]++;
    }
    const text = `only ${this.of.label}: ${bytesText(counts[3] * OS_PAGE_BYTES)}, only ${this.against.label}: ` +
      `${bytesText(counts[4] * OS_PAGE_BYTES)}, other cause: ${bytesText(counts[2] * OS_PAGE_BYTES)}`;
    const parts = [3, 4, 2, 1].map((i) => ({ variable: DifferenceView.KINDS[i].variable, count: counts[i] }));
    return { parts, whole: this.pages, text };
  }
}

/** Draws a view on a canvas and answers to pointer and keys. */
class PageMapCanvas {
  static FIT_HEIGHT = 460;
  /** Rows hold a multiple of this many pages, 128 KiB, so that what is aligned looks so. */
  static COLUMN_STEP = 32;

  constructor(view, zoom, onDetail) {
    this.view = view;
    this.zoom = zoom;
    this.onDetail = onDetail;
    this.cursor = -1;
    this.canvas = make("canvas", {
      tabindex: 0,
      role: "application",
      "aria-roledescription": "page map",
      "aria-label": `Page map, ${view.label}. Arrow keys move from page to page, Page Up and Page Down by ten rows, Home and End to the ends.`,
      pointermove: (e) => this.#point(e),
      pointerdown: (e) => this.#point(e),
      pointerleave: () => this.select(-1),
      keydown: (e) => this.#key(e),
      focus: () => this.cursor < 0 && this.canvas.matches(":focus-visible") && this.select(this.#firstResident()),
      blur: () => this.select(-1),
    });
    this.eventLine = make("p", { class: "event" });
    this.bar = make("div", { class: "counts", "aria-hidden": "true" });
    this.tallyLine = make("p", { class: "counts-text" });
    this.scroller = make("div", { class: "scroller" }, this.canvas);
    this.element = make("div", { class: "map", style: `--run: var(--${view.runVariable})` },
      make("h3", {}, view.label), this.eventLine, this.scroller, this.bar, this.tallyLine);
    onWidthChange(this.scroller, () => this.draw());
  }

  #layout() {
    const width = Math.max(64, this.scroller.clientWidth);
    const pages = Math.max(1, this.view.pages);
    const step = PageMapCanvas.COLUMN_STEP;
    let columns = step;
    let cell;
    do {
      cell = Math.min(16, Math.max(1, Math.floor(width / columns)));
      columns += step;
    } while (cell > 2 && Math.ceil(pages / (columns - step)) * cell > PageMapCanvas.FIT_HEIGHT);
    this.cell = Math.max(1, Math.min(32, cell + this.zoom.steps));
    const room = Math.floor(width / this.cell);
    this.columns = Math.max(step / 4, room >= step ? room - (room % step) : room - (room % 4));
    this.rows = Math.ceil(pages / this.columns);
    this.canvas.dataset.columns = this.columns;
    this.ratio = Math.max(1, Math.round(window.devicePixelRatio || 1));
    const device = this.cell * this.ratio;
    if (this.canvas.width !== this.columns * device || this.canvas.height !== this.rows * device) {
      this.canvas.width = this.columns * device;
      this.canvas.height = this.rows * device;
      this.canvas.style.width = this.columns * this.cell + "px";
      this.canvas.style.height = this.rows * this.cell + "px";
    }
    return device;
  }

  draw() {
    if (!this.canvas.isConnected) {
      return;
    }
    const device = this.#layout();
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    context.imageSmoothingEnabled = false;
    context.drawImage(this.#pixels(), 0, 0, this.columns * device, this.rows * device);
    if (this.cell >= 5) {
      this.#grid(context, device);
    }
    if (this.cell >= 3) {
      this.#outlines(context, device);
    }
    this.#drawCursor(context, device);
    this.#captions();
  }

  /** One pixel a page. */
  #pixels() {
    const image = new ImageData(this.columns, this.rows);
    const words = new Uint32Array(image.data.buffer);
    const palette = this.view.palette.map((name) => packedColour(colour(name)));
    const kinds = this.view.kinds();
    for (let i = 0; i < kinds.length; i++) {
      words[i] = palette[kinds[i]];
    }
    const small = document.createElement("canvas");
    small.width = this.columns;
    small.height = this.rows;
    small.getContext("2d").putImageData(image, 0, 0);
    return small;
  }

  #grid(context, device) {
    context.fillStyle = colour("gap");
    for (let column = 1; column < this.columns; column++) {
      context.fillRect(column * device, 0, 1, this.canvas.height);
    }
    for (let row = 1; row < this.rows; row++) {
      context.fillRect(0, row * device, this.canvas.width, 1);
    }
  }

  /** A line wherever one page's span differs from its neighbour's. */
  #outlines(context, device) {
    context.fillStyle = colour("outline");
    const spans = new Int32Array(this.view.pages);
    for (let i = 0; i < spans.length; i++) {
      spans[i] = this.view.spanNumber(i);
    }
    for (let i = 0; i < spans.length; i++) {
      const x = (i % this.columns) * device;
      const y = Math.floor(i / this.columns) * device;
      const left = i > 0 ? spans[i - 1] : 0;
      const above = i >= this.columns ? spans[i - this.columns] : 0;
      if (left !== spans[i]) {
        context.fillRect(x, y, 1, device);
      }
      if (above !== spans[i]) {
        context.fillRect(x, y, device, 1);
      }
    }
  }

  #drawCursor(context, device) {
    if (this.cursor < 0) {
      return;
    }
    const x = (this.cursor % this.columns) * device;
    const y = Math.floor(this.cursor / this.columns) * device;
    context.lineWidth = 2 * this.ratio;
    context.strokeStyle = colour("paper");
    context.strokeRect(x - 2, y - 2, device + 4, device + 4);
    context.strokeStyle = colour("ink");
    context.strokeRect(x, y, device, device);
  }

  #captions() {
    this.eventLine.textContent = this.view.event() || "not begun";
    const tally = this.view.tally();
    this.bar.replaceChildren(...tally.parts.map((p) =>
      make("span", { style: `width: ${(100 * p.count) / Math.max(1, tally.whole)}%; background: var(--${p.variable})` })));
    this.tallyLine.textContent = tally.text;
  }

  #point(event) {
    const box = this.canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.cell);
    const row = Math.floor((event.clientY - box.top) / this.cell);
    const page = row * this.columns + column;
    const inside = column >= 0 && column < this.columns && page >= 0 && page < this.view.pages;
    this.select(inside ? page : -1, event.clientX, event.clientY);
  }

  #firstResident() {
    return Math.max(0, this.view.kinds().findIndex((kind) => kind >= 3));
  }

  #key(event) {
    const moves = {
      ArrowLeft: -1, ArrowRight: 1, ArrowUp: -this.columns, ArrowDown: this.columns, PageUp: -10 * this.columns, PageDown: 10 * this.columns,
      Home: -Infinity, End: Infinity,
    };
    if (!(event.key in moves)) {
      return;
    }
    event.preventDefault();
    const from = this.cursor < 0 ? this.#firstResident() : this.cursor;
    this.select(Math.min(this.view.pages - 1, Math.max(0, from + moves[event.key])));
  }

  /** Page -1 is none; without a place on the screen the tooltip stands beside the page. */
  select(page, clientX, clientY) {
    this.pointer = clientX === undefined ? null : { x: clientX, y: clientY };
    if (page !== this.cursor) {
      this.cursor = page;
      this.draw();
    }
    if (page < 0) {
      this.onDetail(null);
    } else {
      this.refreshDetail();
    }
  }

  /** Says anew what the page under the cursor is, for another moment. */
  refreshDetail() {
    if (this.cursor < 0) {
      return;
    }
    const box = this.canvas.getBoundingClientRect();
    const beside = {
      x: box.left + ((this.cursor % this.columns) + 1) * this.cell,
      y: box.top + (Math.floor(this.cursor / this.columns) + 1) * this.cell,
    };
    const at = this.pointer || beside;
    this.onDetail(this.view.describe(this.cursor), at.x, at.y);
  }
}

/** "#rrggbb" as ImageData has it, on a little-endian machine. */
function packedColour(hex) {
  const n = parseInt(hex.slice(1), 16);
  return ((0xff << 24) | ((n & 0xff) << 16) | (n & 0xff00) | (n >> 16)) >>> 0;
}
