// live-script.ts: runs in the page: takes events, shows them, and says when there are none because the connection is lost.

export const LIVE_SCRIPT = `
const cards = new Map();
const failures = new Failures();
const list = document.getElementById("functions");
const find = document.getElementById("find");
const connection = document.getElementById("connection");

function show(state, isWhole) {
  if (isWhole) {
    const names = new Set(state.functions.map(({ name }) => name));
    for (const [name, card] of cards) if (!names.has(name)) { card.element.remove(); cards.delete(name); }
  }
  for (const each of state.functions) {
    let card = cards.get(each.name);
    if (card === undefined) {
      card = new Card(each.name);
      cards.set(each.name, card);
      card.matches(find.value.toLowerCase());
      list.append(card.element);
    }
    card.show(each, isWhole);
  }
  document.getElementById("no-functions").hidden = cards.size > 0;
  failures.show(state.failures);
}

const totals = ["functions", "virtual machines", "guest memory", "calls per second"].map((title) => {
  const pair = make("div");
  const value = make("dd", "", "–");
  pair.append(make("dt", "", title), value);
  document.getElementById("totals").append(pair);
  return value;
});

function tick() {
  let vms = 0, bytes = 0, perSecond = 0;
  for (const card of cards.values()) { vms += card.count; bytes += card.bytes; perSecond += card.tick(); }
  const values = [cards.size, vms, Math.round(bytes / 2 ** 20), perSecond].map((value) => number.format(value));
  values[2] += " MiB";
  values.forEach((value, i) => setText(totals[i], value));
}
setInterval(tick, 1000);

find.addEventListener("input", () => {
  for (const card of cards.values()) card.matches(find.value.toLowerCase());
});

/** @param isLost said aloud by readers of screens, since the element is a status */
function connected(text, isLost) {
  setText(connection, text);
  connection.classList.toggle("lost", isLost);
}

function listen() {
  const events = new EventSource("events");
  events.addEventListener("state", ({ data }) => { connected("live", false); show(JSON.parse(data), true); });
  events.addEventListener("update", ({ data }) => show(JSON.parse(data), false));
  events.onerror = () => {
    connected("connection lost, trying again …", true);
    // The browser tries again by itself, unless it was refused.
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  };
}
listen();
`;
