// permissions.test.ts: what a guest may do with each part of its memory: read, write, execute; and nothing else.
import assert from "node:assert/strict";
import { BOOT_INFO, BOOT_PAGES_END } from "../../src/machine/memory-map.js";
import { TEXT_ADDRESS } from "../support/image-builder.js";
import { runGuest } from "./support/apps.js";
import { DATA_ADDRESS, GuestProgram } from "./support/guest-program.js";
import { machineTest } from "./support/machines.js";

const MIB = 1 << 20;

type Access = "read" | "write" | "execute";
const RODATA = 0x30_0000;
const MEMORY = 4 * MIB;

/** One access by the guest's own code, then a halt. */
function accessing(access: Access, address: number) {
  const program = new GuestProgram().load("rbx", address);
  if (access === "read")
    program.raw(0x8a, 0x03); // mov al, [rbx]
  else if (access === "write")
    program.raw(0x88, 0x03); // mov [rbx], al
  else program.raw(0xff, 0xd3); // call rbx
  return program.halt().image({ segments: [{ address: RODATA, bytes: Uint8Array.of(0xc3), flags: "r--" }] });
}

const places: readonly [what: string, address: number, allowed: readonly Access[]][] = [
  ["page zero", 0, []],
  ["the monitor's first page", 0x1000, []],
  ["the monitor's last page", 0x7_f000, []],
  ["boot info", BOOT_INFO, ["read"]],
  ["the last boot page", BOOT_PAGES_END - 4096, ["read"]],
  ["the gap below the image", BOOT_PAGES_END, []],
  ["the last page below the image", 0xf_f000, []],
  ["text", TEXT_ADDRESS, ["read", "execute"]],
  ["rodata", RODATA, ["read"]],
  ["the gap between segments", 0x2f_f000, []],
  ["data", DATA_ADDRESS, ["read", "write"]],
  ["the heap", 0x30_1000, ["read", "write"]],
  ["the stack", MEMORY - 4096, ["read", "write"]],
  ["the end of memory", MEMORY, []],
];

for (const [what, address, allowed] of places) {
  machineTest(`${what} allows ${allowed.join(" and ") || "nothing"}`, async (monitor) => {
    for (const access of ["read", "write", "execute"] as const) {
      // Executing the program's own text would start it again, for ever.
      if (access === "execute" && allowed.includes("execute")) continue;
      const { end } = await runGuest(monitor, accessing(access, address), { limits: { memoryMiB: 4 } });
      const isAllowed = allowed.includes(access);
      assert.equal(end.reason === "halt", isAllowed, `${access}: ${end.reason} ${end.message}`);
      if (!isAllowed) assert.equal(end.report?.address, BigInt(address), `${access}: ${end.message}`);
    }
  });
}
