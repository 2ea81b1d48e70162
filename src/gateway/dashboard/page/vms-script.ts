// vms-script.ts: runs in the page: a function's VMs as cells that appear, run, are put back and vanish, and their changes as a table.

export const VMS_SCRIPT = `
const LETTERS = { starting: "S", running: "R", resetting: "P", idle: "i", closed: "×" };
const WORDS = { starting: "starting", running: "running", resetting: "being put back", idle: "idle", closed: "gone" };
/** As long as its animation lasts. */
const VANISH_MS = 900;
const MOST_CELLS = 256, MOST_GONE = 24, MOST_ROWS = 200;

class Vms {
  constructor() {
    // The cells say to the eye what the line below says in words.
    this.cells = make("div", "vms");
    this.cells.setAttribute("aria-hidden", "true");
    this.words = make("p", "quiet");
    this.byName = new Map();
    this.gone = 0;
  }

  show(vms, changes) {
    const now = new Map(vms);
    for (const { vm, state } of changes)
      // One may come and go between two updates; it is shown all the same.
      if (state === "closed" && !now.has(vm)) this.vanish(vm);
    for (const vm of this.byName.keys()) if (!now.has(vm)) this.vanish(vm);
    for (const [vm, state] of now) this.cell(vm, state);
    const states = Object.keys(WORDS)
      .map((state) => [vms.filter((entry) => entry[1] === state).length, WORDS[state]])
      .filter(([found]) => found > 0);
    setText(this.words, vms.length === 0 ? "no virtual machine" :
      count(vms.length, "virtual machine") + ": " + states.map((pair) => pair.join(" ")).join(", "));
  }

  cell(vm, state) {
    let cell = this.byName.get(vm);
    if (cell === undefined) {
      if (this.cells.childElementCount >= MOST_CELLS) return undefined;
      cell = this.cells.appendChild(make("span"));
      this.byName.set(vm, cell);
    }
    if (cell.dataset.state === state) return cell;
    cell.dataset.state = state;
    cell.dataset.vm = vm;
    cell.className = "vm " + state;
    cell.title = "VM " + vm + ": " + WORDS[state];
    cell.textContent = LETTERS[state];
    return cell;
  }

  vanish(vm) {
    const isShown = this.gone < MOST_GONE;
    const cell = isShown ? this.cell(vm, "closed") : this.byName.get(vm);
    this.byName.delete(vm);
    if (cell === undefined) return;
    if (!isShown) return cell.remove();
    this.gone++;
    setTimeout(() => { cell.remove(); this.gone--; }, VANISH_MS);
  }
}

/** Rows are made only while somebody looks. */
class Changes {
  constructor() {
    this.element = make("details");
    this.element.append(make("summary", "", "Last changes"));
    const scroll = make("div", "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", "Last changes of virtual machines");
    const table = make("table");
    const head = table.createTHead().insertRow();
    for (const title of ["Time", "VM", "State", "After", "Why"]) {
      const cell = head.appendChild(make("th", "", title));
      cell.scope = "col";
    }
    this.body = table.createTBody();
    scroll.append(table);
    this.element.append(scroll);
    this.last = [];
    this.element.addEventListener("toggle", () => this.draw());
  }

  add(changes, isWhole) {
    this.last = (isWhole ? changes : this.last.concat(changes)).slice(-MOST_ROWS);
    this.draw();
  }

  draw() {
    if (!this.element.open) return;
    this.body.replaceChildren(...this.last.toReversed().map(({ at, vm, state, ms, reason }) => {
      const row = make("tr");
      const time = new Date(at).toLocaleTimeString("en-GB") + "." + String(at % 1000).padStart(3, "0");
      for (const text of [time, vm, WORDS[state], ms === undefined ? "" : duration(ms), reason ?? ""])
        row.append(make("td", "", text));
      return row;
    }));
  }
}
`;
