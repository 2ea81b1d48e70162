// misdeeds.ts: what the misdeed image can do wrong, and how a VM must end for it. Its words: guest/apps/misdeed/misdeed.c.
import type { VmEndReason } from "../../../src/index.js";
import { qemu } from "../../support/emulation.js";

export interface Misdeed {
  /** The guest's command line. */
  readonly words: string;
  /** More than one where machines may differ: an instruction that one of them lacks, say. */
  readonly reasons: readonly VmEndReason[];
  /** Exit status when it may go on to its halt. */
  readonly status?: number;
  /** What the report must give, where that is the same for every build of the image. */
  readonly address?: bigint;
  /** The function that the report must name. */
  readonly symbol?: string;
  /** Where the CPU itself may forget which function it was. */
  readonly mayLosePlace?: boolean;
  /** Why this host's CPU cannot do it, or false. */
  readonly unfit?: string | false;
}

/** Memory of the VM that commits them. The guest's heap and stack end here, its net ring lies between. */
export const MEMORY_MIB = 16;

const WRAP = 2n ** 64n - 8n;
/** Addresses of the places that lie fixed; `end` reaches over the end of memory, wherever the access starts. */
const FIXED: Record<string, bigint> = { null: 0n, monitor: 0x1000n, boot: 0x8_0000n, high: 0xffff_fff8n };
/** Places that no guest may write, and those that it may not even read. */
const UNWRITABLE = ["null", "monitor", "boot", "text", "rodata", "end", "outside", "high"];
const UNREADABLE = ["null", "monitor", "end", "outside", "high"];
const READABLE = ["boot", "text", "rodata", "data", "stack"];
const WRITABLE = ["data", "stack"];

const refused = (words: string, symbol: string, address?: bigint): Misdeed => ({
  words,
  reasons: ["bad-pointer"],
  symbol,
  ...(address !== undefined && { address }),
});
const survives = (words: string, status = 0): Misdeed => ({ words, reasons: ["halt"], status });
const ends = (words: string, reason: VmEndReason, symbol?: string, address?: bigint): Misdeed => ({
  words,
  reasons: [reason],
  ...(symbol !== undefined && { symbol }),
  ...(address !== undefined && { address }),
});

const writing = ["walltime", "poll", "block-write", "block-read", "net-write", "net-read", "exchange"];
const badArguments: Misdeed[] = [
  ...writing.flatMap((call) =>
    [...UNWRITABLE, "huge", "wrap"].map((place) =>
      // A port is 32 bits wide: what lies above is cut off.
      refused(
        `argument ${call} ${place}`,
        "bad_argument",
        place === "huge" ? 0n : place === "wrap" ? FIXED.high : FIXED[place],
      ),
    ),
  ),
  ...["puts", "halt"].flatMap((call) =>
    UNREADABLE.map((place) => refused(`argument ${call} ${place}`, "bad_argument", FIXED[place])),
  ),
];

const badData: Misdeed[] = [
  ...["puts", "block-write", "net-write", "halt"].flatMap((call) => [
    ...UNREADABLE.filter((place) => call !== "halt" || place !== "null").map((place) =>
      refused(`data ${call} ${place}`, "bad_data", place === "end" ? undefined : FIXED[place]),
    ),
    ...READABLE.map((place) => survives(`data ${call} ${place}`)),
  ]),
  ...["block-read", "net-read"].flatMap((call) => [
    ...UNWRITABLE.map((place) => refused(`data ${call} ${place}`, "bad_data", FIXED[place])),
    // No frame waits: AGAIN, 1.
    ...WRITABLE.map((place) => survives(`data ${call} ${place}`, call === "net-read" ? 1 : 0)),
  ]),
  ...["puts", "block-write", "net-write", "halt", "block-read", "net-read"].flatMap((call) =>
    ["huge", "wrap"].map((place) => refused(`data ${call} ${place}`, "bad_data")),
  ),
];

/** A handle, a length or an offset that is wrong is a result, EINVAL, as in Solo5. */
const EINVAL = 2;
const AGAIN = 1;
const badNumbers: Misdeed[] = [
  ...["block-read", "block-write", "net-read", "net-write"].flatMap((call) =>
    ["0", "63", "64", "0xffffffffffffffff", call.startsWith("block") ? "2" : "1"].map((handle) =>
      survives(`handle ${call} ${handle}`, EINVAL),
    ),
  ),
  ...["1", "513", "0x100000", "0xffffffffffffffff"].flatMap((length) => [
    survives(`length block-read ${length}`, EINVAL),
    survives(`length block-write ${length}`, EINVAL),
  ]),
  ...["0", "1", "13", "1515", "0xffffffffffffffff"].map((length) =>
    survives(`length net-write ${length}`, EINVAL),
  ),
  survives("length net-read 0", AGAIN),
  survives("length puts 0"),
  ...["0x2000000", "0x100000000", "0xffffffffffffffff"].map((length) =>
    refused(`length puts ${length}`, "bad_length"),
  ),
  refused("length net-read 0xffffffffffffffff", "bad_length"),
  ...["1", "65536", "0x8000000000000000", "0xfffffffffffffe00", "0xffffffffffffffff"].flatMap((offset) => [
    survives(`offset block-read ${offset}`, EINVAL),
    survives(`offset block-write ${offset}`, EINVAL),
  ]),
  survives("timeout 0"),
  survives("timeout 1"),
];

const CALL_PORTS = ["0x501", "0x502", "0x508", "0x600", "0x700"];
const OTHER_PORTS = ["0x60", "0x80", "0xfe", "0x3f8", "0x500", "0x509", "0x50a", "0x604", "0x701", "0xffff"];
const badPorts: Misdeed[] = [
  ...CALL_PORTS.flatMap((port) => [
    ...[1, 2].map((bytes) => ends(`out ${port} ${bytes}`, "bad-hypercall", "out")),
    ...[1, 2, 4].flatMap((bytes) => [
      ends(`in ${port} ${bytes}`, "bad-hypercall", "in"),
      ends(`ins ${port} ${bytes}`, "bad-hypercall", "ins"),
    ]),
    ...[1, 2].map((bytes) => ends(`outs ${port} ${bytes}`, "bad-hypercall", "outs")),
  ]),
  ...OTHER_PORTS.flatMap((port) =>
    [1, 2, 4].flatMap((bytes) =>
      ["out", "in", "outs", "ins"].map((how) => ends(`${how} ${port} ${bytes}`, "bad-hypercall", how)),
    ),
  ),
];

const memory: Misdeed[] = [
  ...["null", "monitor", "high"].map((place) =>
    ends(`read ${place}`, "exception", "read_there", FIXED[place]),
  ),
  ends("read wrap", "exception", "read_there", WRAP),
  ends("read huge", "exception", "read_there"),
  ...READABLE.map((place) => survives(`read ${place}`)),
  ...["null", "monitor", "boot", "text", "rodata", "high"].map((place) =>
    ends(`write ${place}`, "exception", "write_there", FIXED[place]),
  ),
  ends("write wrap", "exception", "write_there", WRAP),
  ends("write huge", "exception", "write_there"),
  ...WRITABLE.map((place) => survives(`write ${place}`)),
  ...["read", "write"].flatMap((how) =>
    ["end", "outside"].map((place) => ends(`${how} ${place}`, "memory-limit", `${how}_there`)),
  ),
  ...["null", "monitor", "boot", "high"].map((place) =>
    ends(`jump ${place}`, "exception", undefined, FIXED[place]),
  ),
  ends("jump wrap", "exception", undefined, WRAP),
  ends("jump huge", "exception"),
  ...["rodata", "data", "stack", "end", "outside"].map((place) => ends(`jump ${place}`, "exception")),
  survives("jump text"),
  ends("overflow-stack", "exception", "recurse"),
  ends("no-stack", "exception", "no_stack", 0n),
  ends("modify-itself", "exception", "modify_itself"),
  survives("smash-stack", 255),
  survives("touch-memory"),
];

const either = (words: string, symbol: string): Misdeed => ({
  words,
  reasons: ["halt", "exception"],
  status: 0,
  symbol,
});
const instructions: Misdeed[] = [
  ...["ud2", "int3", "int-0x80", "divide", "mov-dr7", "wrmsr", "wrmsr-efer", "wrmsr-lstar", "wrmsr-odd-base"],
  ...["rdmsr", "syscall", "clts", "xsetbv", "rdpmc", "icebp", "single-step"],
  ...["unaligned-vector", "x87-exception"],
]
  .map((name) => ends(`run ${name}`, "exception", `run_${name.replaceAll("-", "_")}`))
  .concat(
    ["hlt", "mov-cr0", "mov-cr3", "mov-cr4"].map((name) =>
      ends(`run ${name}`, "privileged-instruction", `run_${name.replaceAll("-", "_")}`),
    ),
    ["cli", "sti", "lgdt", "lldt", "ltr", "invlpg", "wbinvd", "swapgs", "popf-iopl"].map((name) =>
      survives(`run ${name}`),
    ),
    // KVM answers its own hypercalls with an error; a lock across lines and AVX are as the host's CPU has them.
    ["vmcall", "vmmcall", "split-lock", "avx"].map((name) =>
      either(`run ${name}`, `run_${name.replaceAll("-", "_")}`),
    ),
    ["iretq", "lretq"].map((name) => ends(`run ${name}`, "exception", undefined, 0n)),
    // Intel's CPUs execute it in long mode, and forget where it was when a host's kernel answers; AMD's raise #UD in place.
    { ...ends("run sysenter", "exception", "run_sysenter"), mayLosePlace: true },
    { ...ends("run unaligned", "exception", "run_unaligned"), unfit: qemu.noAlignmentCheck },
    { ...ends("run sse-exception", "exception", "run_sse_exception"), unfit: qemu.noSimdError },
  );

const handlers: Misdeed[] = [
  survives("handled"),
  ends("triple-fault", "triple-fault", "triple_fault"),
  ends("table-outside", "triple-fault", "table_outside"),
  ends("table-monitor", "triple-fault", "table_monitor"),
  ends("handler-no-stack", "triple-fault", "handler_no_stack"),
];

/** Ended by the clock: the wall time of the test's VM. A handler that faults itself does so until the stack is full: longer than that. */
const endless: Misdeed[] = [
  "loop",
  "loop-calls",
  "loop-console",
  "loop-poll",
  "loop-faults",
  "handler-faults",
  "handler-nowhere",
  "sleep-forever",
].map((words) => ends(words, "wall-time-limit"));

export const misdeeds: readonly Misdeed[] = [
  ...badArguments,
  ...badData,
  ...badNumbers,
  ...badPorts,
  ...memory,
  ...instructions,
  ...handlers,
  ...endless,
];
