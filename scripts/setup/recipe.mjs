// recipe.mjs: the steps of the set-up, in their order. Each looks first and works only when something is stale.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { filesUnder, fingerprint, isNewer, orphans, readStamp } from "./stale.mjs";
import { runCommand, runStep, SetupError, say } from "./step.mjs";
import {
  installCommand,
  isRoot,
  kvmProblem,
  missingTools,
  optionalTools,
  packageManager,
} from "./system.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const stamp = join(root, "dist", ".stamp");

/**
 * Does what is needed. Says what went wrong and returns false when a step fails.
 *
 * @param {{ runtime: boolean }} wanted runtime: the JavaScript runtime, too, which takes long the first time
 */
export async function setUp({ runtime }) {
  try {
    // The system first: what needs the user's hand should not wait for a download.
    await installSystemPackages();
    await installNpmPackages();
    await compileTypeScript();
    await buildGuestImages();
    if (runtime) await buildRuntime();
    await warnAboutKvm();
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    return false;
  }
}

async function installSystemPackages() {
  const missing = missingTools();
  if (missing.length === 0) return;
  const manager = packageManager();
  const names = missing.map((tool) => tool.name).join(", ");
  if (manager?.name !== "apt-get" || !isRoot) {
    throw new SetupError(`setup: missing: ${names}\n→ ${installCommand(manager, missing)}`);
  }
  const packages = missing.map((tool) => tool.packages["apt-get"]);
  await runStep(`installing ${names}`, `installed ${names}`, () => installWithApt(packages));
  const still = missingTools().map((tool) => tool.name);
  if (still.length > 0)
    throw new SetupError(`setup: still missing after the installation: ${still.join(", ")}`);
}

async function installWithApt(packages) {
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = ["install", "-y", "--no-install-recommends", ...packages];
  // A machine whose package lists are absent or old fails at first; then they are fetched.
  const first = await runCommand("apt-get", install, { env: environment, mayFail: true });
  if (first.status === 0) return;
  await runCommand("apt-get", ["update"], { env: environment, mayFail: true });
  await runCommand("apt-get", install, { env: environment });
}

async function installNpmPackages() {
  // npm writes this file last, so it is missing or old after an install that was cut short.
  if (!isNewer(join(root, "package-lock.json"), join(root, "node_modules", ".package-lock.json"))) return;
  await runStep("installing npm packages", "installed npm packages", () =>
    runCommand("npm", ["ci", "--no-fund", "--no-audit"], { cwd: root }),
  );
}

async function compileTypeScript() {
  const sources = ["src", "test", "bench"].flatMap((folder) => filesUnder(join(root, folder), ".ts"));
  const now = fingerprint([join(root, "tsconfig.json"), join(root, "package-lock.json"), ...sources]);
  if (readStamp(stamp) === now) return;
  await runStep("compiling TypeScript", "compiled TypeScript", async () => {
    // A file whose source is gone would still be imported, and its tests still run.
    for (const file of orphans(join(root, "dist"), root)) rmSync(file);
    const tsc = join(root, "node_modules", ".bin", "tsc");
    await runCommand(tsc, ["--project", root, "--pretty", String(process.stdout.isTTY === true)]);
    mkdirSync(join(root, "dist"), { recursive: true });
    writeFileSync(stamp, now);
  });
}

async function buildGuestImages() {
  const builder = join(root, "scripts", "build-guests.mjs");
  const inputs = ["guest", "src/build", "src/abi"].flatMap((folder) => filesUnder(join(root, folder)));
  const outputs = join(root, "build", "apps");
  const vessel = join(root, "build", "vessel");
  const vessels = () => (existsSync(vessel) ? [vessel] : []);
  // The images count as well: one that was removed is made again.
  const now = () => fingerprint([builder, ...inputs, ...filesUnder(outputs, ".img"), ...vessels()]);
  const guestStamp = join(outputs, ".stamp");
  if (readStamp(guestStamp) === now()) return;
  await runStep("building guest images", "built guest images", async () => {
    const { output } = await runCommand(process.execPath, [builder], { cwd: root });
    mkdirSync(outputs, { recursive: true });
    writeFileSync(guestStamp, now());
    // The builder prints a line for each image that it made.
    return output !== "";
  });
}

/** The JavaScript runtime: a minute or two, once. Without what it needs, everything works but functions. */
async function buildRuntime() {
  const builder = join(root, "scripts", "build-runtime.mjs");
  const inputs = ["guest/base", "guest/js", "src/build"].flatMap((folder) => filesUnder(join(root, folder)));
  const now = fingerprint([builder, join(root, "package-lock.json"), ...inputs]);
  const runtimeStamp = join(root, "build", "runtime.stamp");
  if (readStamp(runtimeStamp) === now) return;
  const missing = missingTools(undefined, optionalTools);
  if (missing.length > 0 && !(await installOptional(missing))) return;
  await runStep("building the JavaScript runtime", "built the JavaScript runtime", async () => {
    const { status, output } = await runCommand(process.execPath, [builder], { cwd: root, mayFail: true });
    // What it built is this step's to tell. Anything else is a failure, or a warning.
    const said = output.split("\n").filter((line) => line !== "" && !line.startsWith("JavaScript runtime "));
    if (said.length > 0) say(said.join("\n"));
    if (status === 0) writeFileSync(runtimeStamp, now);
    return status === 0 && output !== "";
  });
}

/** Whether they are there now. */
async function installOptional(missing) {
  const manager = packageManager();
  const names = missing.map((tool) => tool.name).join(", ");
  if (manager?.name === "apt-get" && isRoot) {
    const packages = missing.map((tool) => tool.packages["apt-get"]);
    try {
      await runStep(`installing ${names}`, `installed ${names}`, () => installWithApt(packages));
      return true;
    } catch (error) {
      if (!(error instanceof SetupError)) throw error;
    }
  }
  say(`missing: ${names}: functions cannot be built\n→ ${installCommand(manager, missing)}`);
  return false;
}

/** Never an error of the set-up: what runs no guest, the doctor and the checks among it, works without any machine. */
async function warnAboutKvm() {
  const problem = kvmProblem();
  if (problem === undefined) return;
  const { openHost } = await import("../../dist/src/monitor/open-host.js");
  try {
    openHost("process").host.close();
    say(`${problem}: guests run on the process machine (npm run doctor tells the difference)`);
  } catch (error) {
    say(`${problem}, and ${error.message}: no guest can run here\n→ npm run doctor`);
  }
}
