// Small things that the other parts share: elements, numbers in words, colours.

const PAGE_STATES = [
  { name: "unmapped", says: "not mapped: no address space, no memory", resident: false },
  { name: "untouched", says: "mapped, never written: costs nothing", resident: false },
  { name: "zero page", says: "read but never written: the kernel's shared zero page", resident: false },
  { name: "program", says: "resident, the program wrote it", resident: true },
  { name: "zeroing", says: "resident, the allocator wrote zeros here", resident: true },
  { name: "runtime", says: "resident, written by the Go runtime itself", resident: true },
  { name: "huge page", says: "resident only as part of a huge page", resident: true },
];
const CAUSES = [3, 4, 5, 6];
const OS_PAGE_BYTES = 4096;
const OS_PAGES_PER_PAGE = 2;

function byId(id) {
  return document.getElementById(id);
}

/** Makes an element: attributes (functions become listeners), then children, strings or elements. */
function make(name, attributes, ...children) {
  const element = document.createElement(name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function makeSvg(name, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name);
  setAttributes(element, attributes);
  element.append(...children);
  return element;
}

function setAttributes(element, attributes) {
  for (const [key, value] of Object.entries(attributes || {})) {
    if (typeof value === "function") {
      element.addEventListener(key, value);
    } else if (value !== false && value !== null && value !== undefined) {
      element.setAttribute(key, value === true ? "" : value);
    }
  }
}

function bytesText(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return (unit === 0 || Math.abs(value) >= 100 ? value.toFixed(0) : value.toFixed(1)) + " " + units[unit];
}

function countText(n) {
  return n.toLocaleString("en-US");
}

function percentText(part, whole) {
  return whole ? ((100 * part) / whole).toFixed(1) + "%" : "–";
}

function timeText(time, hasClock) {
  if (!hasClock) {
    return "event " + countText(time);
  }
  const seconds = time / 1e9;
  if (seconds >= 10) {
    return seconds.toFixed(1) + " s";
  }
  return seconds >= 0.1 ? seconds.toFixed(3) + " s" : (seconds * 1000).toFixed(2) + " ms";
}

/** The index of the last value that is not greater, in an ascending array; -1 if all are greater. */
function lastAtOrBefore(values, limit) {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (values[middle] <= limit) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
}

function swatch(name) {
  return make("span", { class: "swatch", style: "background: var(--" + name + ")", "aria-hidden": "true" });
}

function runColour(index) {
  return "run-" + (index % 7);
}

/** Calls back after an element's width changed; not while the browser lays out, and not for its height. */
function onWidthChange(element, callback) {
  let width = -1;
  new ResizeObserver(() => requestAnimationFrame(() => {
    if (element.clientWidth !== width) {
      width = element.clientWidth;
      callback();
    }
  })).observe(element);
}
