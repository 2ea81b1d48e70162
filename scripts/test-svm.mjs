// test-svm.mjs: `npm run test:svm`: the tests on a second KVM, under QEMU. The work is in test/svm; this finds it compiled.
import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const compiled = join(project, "dist", "test", "svm", "main.js");

if (existsSync(compiled)) {
  const { main } = await import(compiled);
  process.exitCode = await main(project, process.argv.slice(2));
} else {
  console.error("svm: got no compiled tests, expected dist/test/svm/main.js\n→ npm run setup");
  process.exitCode = 1;
}
