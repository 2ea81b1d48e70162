// check-imports.mjs: keeps imports pointing one way, koffi in one folder, and files out of cycles. `check-imports.mjs [ROOT]`
import { readFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { runAsScript } from "./problems.mjs";
import { filesUnder } from "./setup/stale.mjs";

/** Which room of src may import which; what a room may import, the rooms above it may, too. */
export const rooms = {
  "errors.ts": [],
  "handler.ts": [], // users' programs take it in: no room of ours may come with it
  abi: ["errors.ts"],
  linux: ["abi"],
  machine: ["linux"],
  "machine/kvm": ["machine"],
  "machine/process": ["machine"],
  image: ["machine"],
  "source-map": ["image"],
  device: ["machine"], // never machine/kvm: a device does not know which machine it serves
  monitor: ["image", "device", "machine/kvm", "machine/process"],
  function: ["monitor", "source-map", "function/outbound", "build"],
  "function/outbound": ["device"], // what a guest asks the network for passes here and nowhere else
  gateway: ["function"],
  build: ["image", "source-map"],
  doctor: ["image", "machine/kvm", "machine/process"],
  "index.ts": ["gateway", "build", "doctor"],
  cli: ["gateway", "build", "doctor", "index.ts"],
};

/** Packages that only one room may import. */
const packageRooms = { koffi: "linux", undici: "function/outbound" };

/** Every mistake in the sources below `root`, as `file:line: rule` and its mend. */
export function checkImports(root, table = rooms) {
  const source = join(root, "src");
  const files = filesUnder(source, ".ts").map((file) => relative(source, file).split(sep).join("/"));
  const imports = new Map(
    files.map((file) => [file, importsOf(file, readFileSync(join(source, file), "utf8"))]),
  );
  const problems = files.flatMap((file) => imports.get(file).flatMap((found) => judge(file, found, table)));
  return [...problems, ...cycles(imports)];
}

/** Imports and re-exports of one file: the line, the target (a path below src, or a package), and whether it is only types. */
export function importsOf(file, text) {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, (comment) => comment.replace(/[^\n]/g, " "))
    .replace(/^[ \t]*\/\/.*$/gm, "");
  const statement =
    /^(?:import|export)\s+(type\s)?(?:[\w*{][^;"'`]*?\sfrom\s+)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']\s*\)/gm;
  return [...code.matchAll(statement)].map((match) => {
    const name = match[2] ?? match[3];
    const line = code.slice(0, match.index).split("\n").length;
    const target = name.startsWith(".") ? join(dirname(file), name).replace(/\.js$/, ".ts") : undefined;
    return {
      line,
      target,
      package: target === undefined ? name : undefined,
      typeOnly: match[1] !== undefined,
    };
  });
}

function judge(file, { line, target, package: name }, table) {
  const at = `src/${file}:${line}`;
  const from = roomOf(file, table);
  if (from === undefined)
    return [`${at}: is in no room of the table\n  → name its folder in scripts/check-imports.mjs`];
  if (name !== undefined) {
    const only = packageRooms[name];
    if (only === undefined || only === from) return [];
    return [
      `${at}: only src/${only} may import ${name}\n  → export a function from src/${only} and call that`,
    ];
  }
  if (isTest(target) && !isTest(file))
    return [`${at}: imports a test, ${target}\n  → move what both need to a file of its own`];
  const to = roomOf(target, table);
  // A test may set its scene with whatever it needs.
  if (isTest(file) || to === from || reachable(from, table).has(to)) return [];
  const allowed = [...reachable(from, table)].join(", ") || "nothing";
  return [
    `${at}: src/${from} may not import ${join("src", target)} (may: ${allowed})\n  → pass it in as an argument, or move it to a room below both`,
  ];
}

/** The most specific room of the table that holds the file. */
function roomOf(file, table) {
  return Object.keys(table)
    .filter((room) => file === room || file.startsWith(`${room}/`))
    .sort((a, b) => b.length - a.length)[0];
}

function reachable(room, table, seen = new Set()) {
  for (const next of table[room]) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachable(next, table, seen);
  }
  return seen;
}

/** Files that need each other when they load. Imports of types alone are gone by then. */
function cycles(imports) {
  const problems = [];
  const state = new Map();
  const visit = (file, path) => {
    if (state.get(file) === "done") return;
    if (state.get(file) === "open") {
      const ring = [...path.slice(path.indexOf(file)), file].map((name) => `src/${name}`);
      problems.push(
        `${ring[0]}: imports itself: ${ring.join(" → ")}\n  → move what both need to a file of its own`,
      );
      return;
    }
    state.set(file, "open");
    for (const { target, typeOnly } of imports.get(file) ?? [])
      if (target && !typeOnly) visit(target, [...path, file]);
    state.set(file, "done");
  };
  for (const file of imports.keys()) visit(file, []);
  return problems;
}

function isTest(file) {
  return /\.(test|cases|fixture)\.ts$/.test(file);
}

runAsScript(import.meta.url, checkImports);
