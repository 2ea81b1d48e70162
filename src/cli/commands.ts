// commands.ts: the commands as data: name, one line, examples, and how to load each. Loads nothing by itself, so that
// `mayfly run` starts without the gateway's libraries and `mayfly --version` without any.
import type { Command } from "commander";

export interface CommandEntry {
  readonly name: string;
  /** Its line in `mayfly --help`. */
  readonly summary: string;
  /** Shown at the end of its own help: a command line and what it does. */
  readonly examples: readonly (readonly [line: string, meaning: string])[];
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: "run",
    summary: "run a unikernel image in a virtual machine",
    examples: [
      ["mayfly run app.img", "run it with 512 MiB, the console on stdout"],
      ["mayfly run --mem=32 --stats app.img hello", "32 MiB, one argument, and a table of what it took"],
      [
        "mayfly run --block:storage=disk.raw --net:service=tap0 app.img",
        "attach the devices that its manifest names",
      ],
    ],
    load: async () => (await import("./run.js")).runCommand(),
  },
  {
    name: "serve",
    summary: "answer HTTP requests, each in a virtual machine of its own",
    examples: [
      ["mayfly serve hello.ts", "answer every path with one handler; Ctrl-C drains"],
      ["mayfly serve routes/", "… each path with the handler of that name: users/[id].ts, index.ts"],
      ["mayfly serve mayfly.config.ts", "… as a configuration says: routes, hosts, limits"],
    ],
    load: async () => (await import("./serve.js")).serveCommand(),
  },
  {
    name: "build",
    summary: "make an image of C files or of a function in TypeScript",
    examples: [
      ["mayfly build handler.ts -o handler.img", "make an image of a fetch handler and all that it imports"],
      ["mayfly build handler.ts -o handler.img --check", "check its types, too"],
      [
        "mayfly build app.c -o app.img --manifest manifest.json",
        "compile and link one file with the base layer",
      ],
    ],
    load: async () => (await import("./build.js")).buildCommand(),
  },
  {
    name: "invoke",
    summary: "send a function one request and print the response",
    examples: [
      ['mayfly invoke handler.ts --data \'{"name":"Ephemera"}\'', "build it and POST to it"],
      ["mayfly invoke handler.img --path /hello --stats", "… an image; where the time went, on stderr"],
      ["mayfly invoke handler.ts --env REGION=eu --secret API_TOKEN", "… with variables, one of them secret"],
      ["mayfly invoke handler.img --repeat 1000", "percentiles of a thousand calls, each in fresh state"],
    ],
    load: async () => (await import("./invoke.js")).invokeCommand(),
  },
  {
    name: "inspect",
    summary: "print what is in an image: target, entry, segments, manifest, function",
    examples: [
      ["mayfly inspect app.img", "tables, for people"],
      ["mayfly inspect --json app.img", "one JSON object, for programs"],
    ],
    load: async () => (await import("./inspect.js")).inspectCommand(),
  },
  {
    name: "doctor",
    summary: "check whether virtual machines can run here, and how well",
    examples: [
      ["mayfly doctor", "a table of checks, with the mend for each that failed"],
      ["mayfly doctor --json", "the same as one JSON array"],
    ],
    load: async () => (await import("./doctor.js")).doctorCommand(),
  },
  {
    name: "completion",
    summary: "print a completion script for a shell",
    examples: [
      ["source <(mayfly completion bash)", "complete in this bash"],
      ["mayfly completion zsh > ~/.zfunc/_mayfly", "… in every zsh that has ~/.zfunc in its fpath"],
      ["mayfly completion fish > ~/.config/fish/completions/mayfly.fish", "… in every fish"],
    ],
    load: async () => (await import("./completion.js")).completionCommand(loadAll),
  },
];

/** Loads every command but the one that asks: for completion scripts. */
function loadAll(): Promise<Command[]> {
  return Promise.all(commands.filter(({ name }) => name !== "completion").map((entry) => entry.load()));
}
