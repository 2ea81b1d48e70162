// compute.ts: loads for a JavaScript engine, one of each kind. A handler, and a module with the same function to be called directly.

/** Each does its work `rounds` times and returns a number that depends on all of it: the same on every engine. */
const LOADS: Readonly<Record<string, (rounds: number) => number>> = {
  loop(rounds) {
    let sum = 0;
    for (let i = 0; i < rounds * 1000; i++) sum = (sum * 31 + (i ^ (sum >>> 3))) | 0;
    return sum;
  },

  JSON(rounds) {
    const order = (i: number) => ({
      id: i,
      name: `item ${i}`,
      tags: ["a", "b", "c"],
      price: i / 7,
      paid: i % 2 === 0,
    });
    const orders = Array.from({ length: 50 }, (_, i) => order(i));
    let length = 0;
    for (let i = 0; i < rounds; i++) {
      const text = JSON.stringify(orders);
      length += text.length + (JSON.parse(text) as unknown[]).length;
    }
    return length;
  },

  "regular expression"(rounds) {
    const log = Array.from(
      { length: 20 },
      (_, i) =>
        `10.0.${i}.${i * 7} - - "GET /path/${i}/index.html?q=${i * i} HTTP/1.1" ${200 + i} ${i * 1000}`,
    ).join("\n");
    const line = /^(\d+\.\d+\.\d+\.\d+) .* "([A-Z]+) ([^ ?]+)(?:\?(\S*))? HTTP\/[\d.]+" (\d{3}) (\d+)$/gm;
    let found = 0;
    for (let i = 0; i < rounds; i++)
      for (const match of log.matchAll(line)) found += match[3]!.length + Number(match[5]);
    return found;
  },

  sort(rounds) {
    let checksum = 0;
    for (let i = 0; i < rounds; i++) {
      let seed = i + 1;
      const numbers = Array.from({ length: 1000 }, () => {
        seed = (seed * 1103515245 + 12345) & 0x7fffffff;
        return seed;
      });
      numbers.sort((a, b) => a - b);
      checksum = (checksum + numbers[500]!) | 0;
    }
    return checksum;
  },

  "string building"(rounds) {
    let length = 0;
    for (let i = 0; i < rounds; i++) {
      let text = "";
      for (let k = 0; k < 500; k++) text += `<li class="${k % 3 === 0 ? "first" : "other"}">${k}</li>`;
      length += text.toUpperCase().replaceAll("LI", "p").split(">").length;
    }
    return length;
  },

  recursion(rounds) {
    const fibonacci = (n: number): number => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
    let sum = 0;
    for (let i = 0; i < rounds; i++) sum += fibonacci(16);
    return sum;
  },
};

export function compute(load: string, rounds: number): number {
  return LOADS[load]!(rounds);
}

export default {
  async fetch(request: Request): Promise<Response> {
    const { load, rounds } = (await request.json()) as { load: string; rounds: number };
    return new Response(String(compute(load, rounds)));
  },
};
