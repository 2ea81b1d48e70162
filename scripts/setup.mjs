// setup.mjs: makes a fresh clone ready to run. Needs Node and npm only: no package, and no syntax that an old Node rejects.
//
// Silent when all is fresh. `npm start` and `npm test` call it first; --without-runtime spares those who build no functions
// the minutes that the JavaScript runtime takes.
import process from "node:process";

const needed = [20, 12];
const [major, minor] = process.versions.node.split(".").map(Number);

if (major < needed[0] || (major === needed[0] && minor < needed[1])) {
  console.error(`mayfly: Node.js: got ${process.versions.node}, expected ${needed.join(".")} or later`);
  console.error("→ install a current one: https://nodejs.org/en/download");
  process.exit(1);
}

// Imported only now: what it uses is missing from older Nodes, and they would say so in their own words.
const { setUp } = await import("./setup/recipe.mjs");
process.exitCode = (await setUp({ runtime: !process.argv.includes("--without-runtime") })) ? 0 : 1;
