// data.js: JSON, arrays, maps, sets, dates, sorting and grouping: what a handler does with a request's data.

function order(i) {
  return {
    number: 1000 + i,
    customer: { name: `Customer ${i % 7}`, address: { street: `${i} Main Street`, zip: String(10000 + i) } },
    lines: Array.from({ length: 1 + (i % 4) }, (_, k) => ({
      sku: `sku-${k}`,
      amount: k + 1,
      price: (i + k) * 1.25,
    })),
    note: i % 5 === 0 ? null : `deliver to "back door" \u00fc\n${i}`,
    open: i % 2 === 1,
    weight: i % 3 === 0 ? i : i / 8,
  };
}

const priceOf = ({ lines }) => lines.reduce((sum, { amount, price }) => sum + amount * price, 0);

function groups(orders) {
  const byCustomer = {};
  for (const each of orders) {
    byCustomer[each.customer.name] ??= [];
    byCustomer[each.customer.name].push(each);
  }
  return Object.entries(byCustomer).map(([name, all]) => ({
    name,
    sum: all.map(priceOf).reduce((a, b) => a + b, 0),
  }));
}

/** What validators do: a schema, walked beside the value. */
const SCHEMA = {
  number: "number",
  customer: { name: "string", address: { street: "string", zip: "string" } },
  lines: [{ sku: "string", amount: "number", price: "number" }],
  open: "boolean",
};

function problems(value, schema, path, found) {
  if (typeof schema === "string") {
    if (typeof value !== schema) found.push(`${path}: got ${typeof value}, expected ${schema}`);
  } else if (Array.isArray(schema)) {
    if (!Array.isArray(value)) found.push(`${path}: expected a list`);
    else for (let i = 0; i < value.length; i++) problems(value[i], schema[0], `${path}[${i}]`, found);
  } else {
    for (const key in schema)
      problems(value?.[key], schema[key], path === "" ? key : `${path}.${key}`, found);
  }
  return found;
}

function copyOf(value) {
  if (Array.isArray(value)) return value.map(copyOf);
  if (value === null || typeof value !== "object") return value;
  const copy = {};
  for (const key of Object.keys(value)) copy[key] = copyOf(value[key]);
  return copy;
}

function quicksort(list) {
  if (list.length < 2) return list;
  const [pivot, ...rest] = list;
  return [...quicksort(rest.filter((x) => x < pivot)), pivot, ...quicksort(rest.filter((x) => x >= pivot))];
}

function lists() {
  let sum = 0;
  const values = Array.from({ length: 200 }, (_, i) => (i * 7919) % 211);
  sum += [...values].sort((a, b) => b - a)[3] + values.map(String).sort()[5].length + quicksort(values)[7];
  const queue = values.slice(0, 40);
  while (queue.length > 0) {
    const first = queue.shift();
    if (first > 150) queue.push(first - 100);
    sum += first;
  }
  const stack = [];
  for (const value of values) {
    while (stack.length > 0 && stack[stack.length - 1] > value) sum += stack.pop();
    stack.push(value);
  }
  sum += values.find((x) => x === 210) + values.indexOf(17) + values.findIndex((x) => x > 200);
  sum += values.some((x) => x > 209) && values.every((x) => x >= 0) && values.includes(5) ? 1 : 0;
  const pairs = values.flatMap((x, i) => (i % 4 ? [] : [[x, i]])).concat([[1, 2]]);
  const grid = Array.from({ length: 12 }, () => new Array(12).fill(0));
  for (let y = 0; y < 12; y++) for (let x = 0; x < 12; x++) grid[y][x] = x * y + (y > 0 ? grid[y - 1][x] : 0);
  const people = values.map((age, i) => ({ age, name: `n${(i * 31) % 97}` }));
  people.sort((a, b) => a.age - b.age || a.name.localeCompare(b.name));
  values.splice(3, 5, 1, 2);
  values.unshift(9);
  return sum + pairs.length + grid[11][11] + people[10].age + values.reverse().length;
}

function collections() {
  const map = new Map();
  const set = new Set();
  const byName = {};
  for (let i = 0; i < 300; i++) {
    map.set(`key${i % 50}`, i);
    map.set(i % 40, i);
    set.add(i % 60);
    byName[`k${i % 30}`] = (byName[`k${i % 30}`] ?? 0) + 1;
  }
  let sum = 0;
  for (const [key, value] of map) sum += value + (typeof key === "string" ? key.length : key);
  for (const value of set) sum += value;
  map.forEach((value) => {
    sum += value;
  });
  for (let i = 0; i < 50; i++) if (map.delete(`key${i}`) && set.has(i)) sum++;
  return sum + Object.values(byName).length + Object.keys({ ...byName, extra: 1 }).length;
}

function dates() {
  let sum = 0;
  for (let i = 0; i < 20; i++) {
    const date = new Date(Date.UTC(2024, i % 12, 1 + i, 12, 30));
    date.setUTCDate(date.getUTCDate() + 40);
    sum += date.getUTCMonth() + date.toISOString().length + (Date.parse("2024-05-06T07:08:09Z") % 7);
  }
  return sum;
}

function data() {
  const orders = Array.from({ length: 24 }, (_, i) => order(i));
  let sum = 0;
  for (let i = 0; i < 8; i++) {
    const text = JSON.stringify({ page: i, orders });
    const parsed = JSON.parse(text);
    sum +=
      text.length +
      groups(parsed.orders).length +
      parsed.orders.filter(({ open }) => open).map(priceOf).length;
  }
  sum += JSON.stringify(orders[3], null, 2).length + JSON.stringify(copyOf(orders)).length;
  sum += JSON.parse('[1, -2.5e3, true, null, "\\u00e9\\n", {"a": [[], {}]}]').length;
  for (const each of orders) sum += problems(each, SCHEMA, "", []).length;
  return sum + lists() + collections() + collections() + dates();
}

for (let round = 0; round < 30; round++) data();
