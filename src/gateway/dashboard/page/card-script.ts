// card-script.ts: runs in the page: one function as a card: name, rate, VMs, latency, last changes.

export const CARD_SCRIPT = `
class Card {
  constructor(name) {
    this.name = name;
    this.element = make("article", "card");
    this.element.setAttribute("aria-label", name);
    const header = make("header");
    this.rate = make("span", "quiet");
    header.append(make("h3", "", name), this.rate);
    this.vms = new Vms();
    this.picture = new LatencyPicture();
    this.latency = make("p", "quiet");
    this.sums = make("p", "quiet");
    this.changes = new Changes();
    this.element.append(header, this.vms.cells, this.vms.words, this.picture.element, this.latency, this.sums,
      this.changes.element);
    this.calls = 0;
    this.callsBefore = undefined;
    this.bytes = 0;
  }

  show(state, isWhole) {
    this.vms.show(state.vms, isWhole ? [] : state.changes);
    this.changes.add(state.changes, isWhole);
    this.picture.show(state.latency);
    setText(this.latency, this.picture.words);
    const failed = state.failedCalls > 0 ? ", " + number.format(state.failedCalls) + " failed" : "";
    setText(this.sums, count(state.calls, "call") + failed + ", " + duration(state.cpuMs) + " of CPU time");
    this.sums.classList.toggle("bad", state.failedCalls > 0);
    this.calls = state.calls;
    this.count = state.vms.length;
    this.bytes = state.vms.length * state.vmBytes;
    // What was before this page looked is no rate.
    this.callsBefore ??= state.calls;
  }

  /** Called once a second. */
  tick() {
    // A process that was replaced begins to count again.
    this.perSecond = Math.max(0, this.calls - this.callsBefore);
    this.callsBefore = this.calls;
    setText(this.rate, number.format(this.perSecond) + " calls/s");
    return this.perSecond;
  }

  matches(words) {
    this.element.hidden = !this.name.toLowerCase().includes(words);
  }
}
`;
