// programs.js: control and structure: classes, closures, generators, exceptions, promises, recursion over trees and grammars.

class Shape {
  #name;
  constructor(name) {
    this.#name = name;
  }
  get name() {
    return this.#name;
  }
  describe() {
    return `${this.name}: ${this.area().toFixed(2)}`;
  }
}
class Circle extends Shape {
  constructor(radius) {
    super("circle");
    this.radius = radius;
  }
  area() {
    return Math.PI * this.radius ** 2;
  }
}
class Rectangle extends Shape {
  static made = 0;
  constructor(width, height) {
    super("rectangle");
    Object.assign(this, { width, height });
    Rectangle.made++;
  }
  area() {
    return this.width * this.height;
  }
}

class Emitter {
  listeners = {};
  on(event, listener) {
    this.listeners[event] ||= [];
    this.listeners[event].push(listener);
    return this;
  }
  emit(event, ...values) {
    for (const listener of this.listeners[event] ?? []) listener.apply(this, values);
  }
}

/** A binary tree, searched by calls of itself. */
function insert(tree, value) {
  if (tree === null) return { value, left: null, right: null };
  if (value < tree.value) tree.left = insert(tree.left, value);
  else if (value > tree.value) tree.right = insert(tree.right, value);
  return tree;
}
const height = (tree) => (tree === null ? 0 : 1 + Math.max(height(tree.left), height(tree.right)));
function* inOrder(tree) {
  if (tree === null) return;
  yield* inOrder(tree.left);
  yield tree.value;
  yield* inOrder(tree.right);
}

/** Ackermann, towers, queens: calls and little else. */
const ackermann = (m, n) => (m === 0 ? n + 1 : ackermann(m - 1, n === 0 ? 1 : ackermann(m, n - 1)));
function hanoi(disks, from, to, over) {
  return disks === 0 ? 0 : hanoi(disks - 1, from, over, to) + 1 + hanoi(disks - 1, over, to, from);
}
function queens(size, row = 0, columns = 0, left = 0, right = 0) {
  if (row === size) return 1;
  let count = 0;
  for (let free = ~(columns | left | right) & ((1 << size) - 1); free !== 0; free &= free - 1) {
    const bit = free & -free;
    count += queens(size, row + 1, columns | bit, (left | bit) << 1, (right | bit) >> 1);
  }
  return count;
}

/** Arithmetic by recursive descent. */
function evaluate(source) {
  let at = 0;
  const peek = () => source[at];
  function factor() {
    if (peek() === "(") {
      at++;
      const value = sum();
      at++;
      return value;
    }
    const start = at;
    while (peek() >= "0" && peek() <= "9") at++;
    if (start === at) throw new SyntaxError(`unexpected ${peek()} at ${at}`);
    return Number(source.slice(start, at));
  }
  function product() {
    let value = factor();
    for (;;) {
      switch (peek()) {
        case "*":
          at++;
          value *= factor();
          break;
        case "/":
          at++;
          value /= factor();
          break;
        default:
          return value;
      }
    }
  }
  function sum() {
    let value = product();
    while (peek() === "+" || peek() === "-")
      value = source[at++] === "+" ? value + product() : value - product();
    return value;
  }
  return sum();
}

/** Small functions on one another: what middleware is. */
const compose = (layers) => (context) => {
  const dispatch = (i) => (i === layers.length ? context : layers[i](context, () => dispatch(i + 1)));
  return dispatch(0);
};

function router(routes) {
  return (path) => {
    const parts = path.split("/");
    outer: for (const [pattern, handler] of routes) {
      if (pattern.length !== parts.length) continue;
      const parameters = {};
      for (let i = 0; i < parts.length; i++) {
        if (pattern[i].startsWith(":")) parameters[pattern[i].slice(1)] = parts[i];
        else if (pattern[i] !== parts[i]) continue outer;
      }
      return handler(parameters);
    }
    return undefined;
  };
}

function memoized(work) {
  const known = new Map();
  return (n) => {
    if (!known.has(n)) known.set(n, work(n));
    return known.get(n);
  };
}

async function asynchronous() {
  const wait = async (value) => {
    await null;
    return value;
  };
  let sum = 0;
  for (let i = 0; i < 30; i++) sum += await wait(i);
  const all = await Promise.all(Array.from({ length: 20 }, (_, i) => wait(i).then((x) => x * 2)));
  try {
    await Promise.reject(new TypeError("expected"));
  } catch (error) {
    sum += error.message.length;
  } finally {
    sum++;
  }
  async function* pieces() {
    for (let i = 0; i < 10; i++) yield wait(i);
  }
  for await (const piece of pieces()) sum += piece;
  return sum + all.length;
}

function failures() {
  let caught = 0;
  for (let i = 0; i < 20; i++)
    try {
      if (i % 2) evaluate("1+");
      else undefined.missing;
    } catch (error) {
      if (error instanceof SyntaxError || error instanceof TypeError) caught++;
    }
  return caught;
}

function programs() {
  let sum = 0;
  for (let i = 1; i < 40; i++)
    sum += [new Circle(i), new Rectangle(i, 2)].map((shape) => shape.describe()).join().length;
  const emitter = new Emitter()
    .on("add", (a, b) => (sum += a + b))
    .on("add", function count() {
      this.count = (this.count ?? 0) + 1;
    });
  for (let i = 0; i < 60; i++) emitter.emit("add", i, 1);
  let tree = null;
  for (let i = 0; i < 150; i++) tree = insert(tree, (i * 7919) % 1009);
  for (const value of inOrder(tree)) sum += value;
  sum += height(tree) + ackermann(2, 6) + hanoi(8, "a", "b", "c") + queens(5);
  for (let i = 0; i < 15; i++) sum += evaluate(`(1+${i})*3-8/(2+${i})`);
  const run = compose([
    (context, next) => ({ ...next(), first: context.n }),
    (_, next) => next(),
    (_, next) => Object.assign(next(), { last: true }),
  ]);
  for (let i = 0; i < 30; i++) sum += run({ n: i }).first;
  const route = router([
    [["", "users", ":id"], ({ id }) => Number(id)],
    [["", "users", ":id", "posts", ":post"], ({ id, post }) => id + post],
    [["", "health"], () => 0],
  ]);
  for (let i = 0; i < 30; i++)
    sum += Number(route(`/users/${i}`)) + Number(route(`/users/${i}/posts/7`)) + route("/health");
  const steps = memoized((n) => (n < 2 ? 1 : steps(n - 1) + steps(n - 2)));
  sum += steps(60) % 1000;
  for (const key of Reflect.ownKeys(new Proxy({ a: 1, b: 2 }, { get: () => 3 }))) sum += key.length;
  const weak = new WeakMap([[emitter, 1]]);
  const { a, ...others } = { a: 1, b: 2, c: [3, 4] };
  const [x, , y = 5, ...z] = [1, 2, undefined, 4, 5];
  sum += weak.get(emitter) + a + others.c[1] + x + y + z.length + Symbol.iterator.toString().length;
  const arrows = [1, 2, 3].map((n) => () => n * sum).map((f) => f.call(null));
  sum += ((...all) => all.length)(...arrows) + Function.prototype.bind.call(Math.max, null, 3)(2);
  return sum + failures();
}

for (let round = 0; round < 30; round++) {
  programs();
  await asynchronous();
}
