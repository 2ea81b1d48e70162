// latency-script.ts: runs in the page: text helpers, and the distribution of answers' times as a picture that can also be read.

export const LATENCY_SCRIPT = `
/** An element with text. What is shown are others' words: nothing here ever parses HTML. */
function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Writes only what changed: a reader of screens hears no repetition, and a selection stays. */
function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const number = new Intl.NumberFormat("en");
const count = (value, one, many = one + "s") => number.format(value) + " " + (value === 1 ? one : many);

function duration(ms) {
  if (ms < 1) return Math.round(ms * 1000) + " µs";
  return ms < 1000 ? +ms.toPrecision(3) + " ms" : +(ms / 1000).toPrecision(3) + " s";
}

const NS = "http://www.w3.org/2000/svg";
function shape(parent, tag, attributes) {
  const element = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return parent.appendChild(element);
}

const BAR = 20, TOP = 4, HEIGHT = 56;
class LatencyPicture {
  constructor() {
    const bars = BOUNDS_MS.length + 1;
    this.element = document.createElementNS(NS, "svg");
    this.element.setAttribute("class", "latency");
    this.element.setAttribute("role", "img");
    this.element.setAttribute("viewBox", "0 0 " + bars * BAR + " " + (TOP + HEIGHT + 16));
    this.bars = Array.from({ length: bars }, (_, i) =>
      shape(this.element, "rect", { x: i * BAR + 1, width: BAR - 2, y: TOP + HEIGHT, height: 0 }));
    shape(this.element, "line", { x1: 0, x2: bars * BAR, y1: TOP + HEIGHT + 0.5, y2: TOP + HEIGHT + 0.5 });
    // Each bound stands below the border between two bars.
    for (const [i, bound] of BOUNDS_MS.entries())
      if (i % 3 === 1)
        shape(this.element, "text", { x: (i + 1) * BAR, y: TOP + HEIGHT + 13, "text-anchor": "middle" })
          .textContent = duration(bound);
  }

  show(counts) {
    const total = counts.reduce((sum, value) => sum + value, 0);
    const most = Math.max(1, ...counts);
    counts.forEach((value, i) => {
      // What happened at all is seen.
      const height = value === 0 ? 0 : Math.max(1.5, (value / most) * HEIGHT);
      this.bars[i].setAttribute("height", height);
      this.bars[i].setAttribute("y", TOP + HEIGHT - height);
    });
    this.words = total === 0 ? "no answer yet" :
      "half of " + count(total, "answer") + " " + within(counts, total, 0.5) + ", 99 % " + within(counts, total, 0.99);
    this.element.setAttribute("aria-label", "Time to answer: " + this.words);
  }
}

function within(counts, total, share) {
  let below = 0;
  const bucket = counts.findIndex((value) => (below += value) >= total * share);
  const bound = BOUNDS_MS[bucket];
  return bound === undefined ? "above " + duration(BOUNDS_MS.at(-1)) : "within " + duration(bound);
}
`;
