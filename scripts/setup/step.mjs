// step.mjs: runs one step of the set-up: a line when it did something, progress when it takes long, output when it fails.
import { spawn } from "node:child_process";

/** A failure that the user can mend; its message is all that is printed. */
export class SetupError extends Error {}

/** Prints one line of the set-up. */
export function say(line) {
  console.log(`setup: ${line}`);
}

const PROGRESS_AFTER_MS = 1000;

/**
 * Runs a step that has something to do.
 *
 * @param doing shown while it runs, when that takes over a second
 * @param done shown afterwards, with the time
 * @param work resolves to false when it turned out that there was nothing to do
 */
export async function runStep(doing, done, work) {
  const start = performance.now();
  const seconds = () => ((performance.now() - start) / 1000).toFixed(1);
  const live = process.stdout.isTTY === true;
  let announced = false;
  const timer = setInterval(() => {
    if (live) process.stdout.write(`\r\x1b[Ksetup: ${doing} … ${Math.round(seconds())} s`);
    else if (!announced) say(`${doing} …`);
    announced = true;
  }, PROGRESS_AFTER_MS);
  let worked;
  try {
    worked = await work();
  } finally {
    clearInterval(timer);
    if (live && announced) process.stdout.write("\r\x1b[K");
  }
  if (worked !== false) say(`${done} (${seconds()} s)`);
}

/** Runs a command without its noise; when it fails, its output is the error's message. */
export function runCommand(command, args, { mayFail = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8");
      stream.on("data", (text) => {
        output += text;
      });
    }
    const fail = (reason) =>
      reject(
        new SetupError(`${output.trimEnd()}\nsetup: ${[command, ...args].join(" ")}: ${reason}`.trimStart()),
      );
    child.on("error", (error) => fail(error.message));
    child.on("close", (status, signal) => {
      if (status === 0 || mayFail) resolve({ status, output });
      else fail(signal ? `ended by ${signal}` : `exit status ${status}`);
    });
  });
}
