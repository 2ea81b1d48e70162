// check.mjs: the gate: format and lint, types, import directions, files, docs, ABI layouts. One line per check.
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { filesUnder } from "./setup/stale.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));
const node = process.execPath;
const local = (name) => join(root, "node_modules", ".bin", name);

const checks = [
  { name: "format and lint", command: [local("biome"), "check", "--error-on-warnings"] },
  { name: "types", command: [local("tsc"), "--project", ".", "--noEmit", "--incremental", "false"] },
  { name: "the prelude's types", command: [local("tsc"), "--project", "guest/js/prelude"] },
  { name: "imports", command: [node, "scripts/check-imports.mjs"] },
  { name: "files", command: [node, "scripts/check-files.mjs"] },
  { name: "docs", command: [node, "scripts/check-docs.mjs"] },
  {
    name: "ABI layouts",
    command: [node, "--test", ...layoutTests()],
  },
];

const results = await Promise.all(checks.map(run));
if (results.includes(false)) process.exitCode = 1;

/** Without a file `node --test` would search for tests itself; a name that does not exist makes it fail instead. */
function layoutTests() {
  const files = filesUnder(join(root, "dist", "test"), "abi-layout.test.js");
  return files.length > 0 ? files : ["test/build/abi-layout.test.ts"];
}

/** Runs one check; its output is shown only when it finds something. */
function run({ name, command: [program, ...args] }) {
  const start = performance.now();
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    const output = [];
    child.stdout.on("data", (piece) => output.push(piece));
    child.stderr.on("data", (piece) => output.push(piece));
    const end = (passed) => {
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      console.log(`check: ${passed ? "✔" : "✖"} ${name} (${seconds} s)`);
      if (!passed) console.log(Buffer.concat(output).toString().trimEnd());
      resolve(passed);
    };
    child.on("error", (error) => {
      output.push(Buffer.from(`${error.message}\n→ npm run setup`));
      end(false);
    });
    child.on("close", (status) => end(status === 0));
  });
}
