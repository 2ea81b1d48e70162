// mayfly.config.ts: what the folder's handlers may use, and where they listen.
import { defineConfig } from "mayfly";

export default defineConfig({
  listen: { port: 8080 },
  directory: ".",
  defaults: { limits: { cpuTime: "50ms" } },
  functions: {
    "files/[...rest]": { limits: { wallTime: "2s", bodyMiB: 1 } },
  },
});
