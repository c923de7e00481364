// Unpacks what travels in this file, and plays page map frames forward and back.

async function unpack(id) {
  const element = byId(id);
  const binary = atob(element.textContent);
  element.remove();
  const packed = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) {
    packed[i] = binary.charCodeAt(i);
  }
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/**
 * One run's page map: `states` and `spanAt` are those of the frame last sought. A frame holds changes only, so every
 * 16th state is kept to go back from.
 */
class Frames {
  static KEPT_EVERY = 16;

  constructor(map, encoded) {
    this.map = map;
    this.times = map.times;
    this.encoded = encoded;
    this.offset = 0;
    this.frame = -1;
    this.states = new Uint8Array(map.osPages);
    /** Runtime page to the number of the span that covers it, plus one; 0 where there is none. */
    this.spanAt = new Int32Array(Math.ceil(map.osPages / OS_PAGES_PER_PAGE));
    /** All spans that were ever seen, four numbers each: first page, pages, name, type plus one. */
    this.spans = [];
    this.kept = [];
  }

  seek(frame) {
    if (frame === this.frame) {
      return;
    }
    if (frame < this.frame) {
      const index = Math.min(Math.floor(frame / Frames.KEPT_EVERY), this.kept.length - 1);
      const kept = this.kept[index];
      this.states.set(kept.states);
      this.spanAt.set(kept.spanAt);
      this.offset = kept.offset;
      this.frame = index * Frames.KEPT_EVERY;
    }
    while (this.frame < frame) {
      this.#apply();
      this.frame++;
      if (this.frame % Frames.KEPT_EVERY === 0 && this.kept.length === this.frame / Frames.KEPT_EVERY) {
        this.kept.push({ states: this.states.slice(), spanAt: this.spanAt.slice(), offset: this.offset });
      }
    }
  }

  #varint() {
    let value = 0;
    let shift = 0;
    let byte;
    do {
      byte = this.encoded[this.offset++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    return value;
  }

  #apply() {
    let page = 0;
    for (let runs = this.#varint(); runs > 0; runs--) {
      page += this.#varint();
      const length = this.#varint();
      this.states.fill(this.#varint(), page, page + length);
      page += length;
    }
    let start = 0;
    for (let gone = this.#varint(); gone > 0; gone--) {
      start += this.#varint();
      const span = this.spanAt[start] - 1;
      this.spanAt.fill(0, start, start + this.spans[4 * span + 1]);
    }
    start = 0;
    for (let come = this.#varint(); come > 0; come--) {
      start += this.#varint();
      const npages = this.#varint();
      const name = this.#varint();
      const type = this.#varint();
      this.spans.push(start, npages, name, type);
      this.spanAt.fill(this.spans.length / 4, start, start + npages);
    }
  }

  /** What covers an OS page, or null. */
  spanOf(osPage) {
    const number = this.spanAt[osPage >> 1] - 1;
    if (number < 0) {
      return null;
    }
    const [start, npages, name, type] = this.spans.slice(4 * number, 4 * number + 4);
    return { number, start, npages, name: this.map.strings[name], type: type ? this.map.strings[type - 1] : null };
  }

  /** Pages in each state. */
  counts() {
    const counts = new Array(PAGE_STATES.length).fill(0);
    for (const state of this.states) {
      counts[state]++;
    }
    return counts;
  }

  addressText(osPage) {
    return "0x" + (this.map.base + osPage * OS_PAGE_BYTES).toString(16);
  }
}
