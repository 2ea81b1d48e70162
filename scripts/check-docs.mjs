// check-docs.mjs: docs name only what exists: links, headings, commands and their options, paths, rooms. `check-docs.mjs [ROOT]`
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { runAsScript } from "./problems.mjs";
import { filesUnder } from "./setup/stale.mjs";

/** npm's own commands that docs may show. */
const npmCommands = ["start", "test", "install", "ci", "run", "exec", "pack"];

/** Every mistake in README.md and docs/, as `file:line: rule` and its mend. */
export function checkDocs(root, help = commandHelp(root)) {
  const files = [join(root, "README.md"), ...filesUnder(join(root, "docs"), ".md")].filter((file) =>
    existsSync(file),
  );
  const scripts = Object.keys(JSON.parse(readFileSync(join(root, "package.json"), "utf8")).scripts ?? {});
  return files
    .flatMap((file) => {
      const text = readFileSync(file, "utf8");
      const found = [...badLinks(file, text), ...badCommands(text, scripts, help)];
      return found.map(
        ({ line, problem, mend }) => `${relative(root, file)}:${line}: ${problem}\n  → ${mend}`,
      );
    })
    .concat(checkArchitecture(root));
}

function badLinks(file, text) {
  return proseLines(text).flatMap(({ line, text: prose }) =>
    [...prose.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [path, heading] = link.split("#");
      const target = path === "" ? file : join(dirname(file), path);
      const mend = "correct the link, or write what it names";
      if (!existsSync(target)) return [{ line, problem: `links to ${path}, which does not exist`, mend }];
      if (heading === undefined || headings(readFileSync(target, "utf8")).has(heading)) return [];
      return [{ line, problem: `links to the heading #${heading}, which does not exist`, mend }];
    }),
  );
}

/** The anchors that GitHub makes of a page's headings. */
function headings(text) {
  const titles = proseLines(text).flatMap(({ text: prose }) => /^#+\s+(.*)$/.exec(prose)?.[1] ?? []);
  const slug = (title) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, "")
      .trim()
      .replaceAll(" ", "-");
  return new Set(titles.map(slug));
}

function badCommands(text, scripts, help) {
  return shellLines(text).flatMap(({ line, text: shell }) => {
    const words = shell
      .replace(/\s#.*$/, "")
      .trim()
      .replace(/^(\$|sudo|npx)\s+/, "")
      .split(/\s+/);
    if (words[0] === "npm") return badNpm(words, scripts).map((problem) => ({ line, ...problem }));
    if (words[0] === "mayfly") return badMayfly(words, help).map((problem) => ({ line, ...problem }));
    return [];
  });
}

function badNpm([, command, script], scripts) {
  const mend = "name a command of npm, or a script of package.json";
  if (!npmCommands.includes(command)) return [{ problem: `npm has no command ${command}`, mend }];
  if (command === "run" && !scripts.includes(script))
    return [{ problem: `package.json has no script ${script}`, mend }];
  return [];
}

function badMayfly([, command, ...rest], help) {
  if (command === undefined || command.startsWith("-")) return [];
  const text = help(command);
  if (text === undefined) return [{ problem: `mayfly has no command ${command}`, mend: "see mayfly --help" }];
  // What follows `--` belongs to the guest.
  const ours = rest.includes("--") ? rest.slice(0, rest.indexOf("--")) : rest;
  const options = ours.flatMap((word) => /^--[a-z-]+/.exec(word)?.[0] ?? []);
  return options
    .filter((option) => !new RegExp(`${option}(?![a-z-])`).test(text))
    .map((option) => ({
      problem: `mayfly ${command} has no option ${option}`,
      mend: `see mayfly ${command} --help`,
    }));
}

/** The help of a command; undefined when there is none. */
function commandHelp(root) {
  const mayfly = (...args) =>
    spawnSync(process.execPath, [join(root, "bin", "mayfly.js"), ...args], { encoding: "utf8" });
  const names = new Set([...mayfly("--help").stdout.matchAll(/^ {2}([a-z]+) /gm)].map((match) => match[1]));
  const texts = new Map();
  return (command) => {
    if (!names.has(command)) return undefined;
    if (!texts.has(command)) texts.set(command, mayfly(command, "--help").stdout);
    return texts.get(command);
  };
}

/** docs/architecture.md has one line for each folder of src, and names no path that is absent. */
function checkArchitecture(root) {
  const page = join(root, "docs", "architecture.md");
  if (!existsSync(page))
    return ["docs/architecture.md:1: is missing\n  → write it: one line for each folder of src"];
  const lines = readFileSync(page, "utf8").split("\n");
  const problems = lines.flatMap((text, index) =>
    [...text.matchAll(/(?<![\w/.])(?:src|guest|test|bench|scripts|bin|examples|docs)\/[\w./-]*\w/g)]
      .filter(([path]) => !existsSync(join(root, path)))
      .map(
        ([path]) =>
          `docs/architecture.md:${index + 1}: names ${path}, which does not exist\n  → correct the path`,
      ),
  );
  const folders = readdirSync(join(root, "src"), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath ?? entry.path, entry.name)))
    .filter((folder) =>
      readdirSync(join(root, folder), { withFileTypes: true }).some((entry) => entry.isFile()),
    );
  for (const folder of folders) {
    const count = lines.filter((line) => line.startsWith(`| \`${folder}/\``)).length;
    if (count !== 1)
      problems.push(
        `docs/architecture.md:1: got ${count} lines for ${folder}/, expected 1\n  → | \`${folder}/\` | what it is |`,
      );
  }
  return problems;
}

/** Lines outside of fenced blocks, with their numbers. */
function proseLines(text) {
  return fenced(text).filter(({ fence }) => fence === undefined);
}

/** Lines of fenced blocks that hold shell commands; a backslash joins lines. */
function shellLines(text) {
  const joined = [];
  for (const entry of fenced(text).filter(({ fence }) => fence === "sh")) {
    const last = joined.at(-1);
    if (last?.text.endsWith("\\")) last.text = `${last.text.slice(0, -1)} ${entry.text.trim()}`;
    else joined.push({ ...entry });
  }
  return joined;
}

function fenced(text) {
  let fence;
  return text.split("\n").flatMap((line, index) => {
    const mark = /^\s*```(\w*)/.exec(line);
    if (mark === null) return [{ line: index + 1, text: line, fence }];
    fence = fence === undefined ? mark[1] : undefined;
    return [];
  });
}

runAsScript(import.meta.url, checkDocs);
