// device-options.ts: --block:NAME=PATH and its kin, as solo5-hvt spells them: taken from the command line and checked. No I/O.
import type { Option } from "commander";
import { MayflyError } from "../../errors.js";
import type { ManifestDevice } from "../../image/image.js";

/** A device that the user asks for, by its name in the manifest. */
export interface DeviceRequest {
  readonly type: ManifestDevice["type"];
  readonly name: string;
  /** A path, or an interface's name or @FD. */
  readonly source: string;
  /** Bytes. */
  readonly sectorSize?: number;
  readonly readOnly?: true;
  readonly mac?: string;
}

/** Spelling and meaning of each: for the help. */
export const DEVICE_OPTIONS: readonly (readonly [flags: string, meaning: string])[] = [
  ["--block:NAME=PATH", "attach a file or a block device as block device NAME"],
  ["--block-sector-size:NAME=BYTES", "its sector size, a power of two from 512 to 32768 (default: 512)"],
  ["--block-read-only:NAME", "refuse the guest's writes to it"],
  ["--net:NAME=IFACE", "attach a TAP interface, by its name or as @FD, as network device NAME"],
  ["--net-mac:NAME=MAC", "its address, like 02:00:00:00:00:01 (default: random)"],
];

const DEVICE_WORD = /^--(block|block-sector-size|block-read-only|net|net-mac):/;

/** A command line with the device options taken out. */
export interface SplitWords {
  readonly deviceWords: readonly string[];
  /** For commander. */
  readonly words: string[];
  /** Whether a `--` ended the options before the image: then everything behind the image is the guest's, `--` included. */
  readonly ended: boolean;
}

/**
 * Takes the device options out. Commander cannot read them: what is an option's name to it must be known beforehand.
 *
 * @param words what follows `mayfly run`
 * @param options those that commander knows, to tell an option's value from the image
 */
export function splitDeviceWords(words: readonly string[], options: readonly Option[]): SplitWords {
  const deviceWords: string[] = [];
  const rest: string[] = [];
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at]!;
    if (DEVICE_WORD.test(word)) {
      deviceWords.push(word);
      continue;
    }
    if (!word.startsWith("-") || word === "--") break;
    rest.push(word);
    const takesValue = options.some(
      (option) => option.required && [option.long, option.short].includes(word),
    );
    if (takesValue && at + 1 < words.length) rest.push(words[++at]!);
  }
  return { deviceWords, words: [...rest, ...words.slice(at)], ended: words[at] === "--" };
}

/**
 * Puts the options of each device together.
 *
 * @throws MayflyError OPTION_INVALID naming the option
 */
export function parseDeviceWords(deviceWords: readonly string[]): DeviceRequest[] {
  const values = new Map<string, string>();
  for (const word of deviceWords) {
    const kind = DEVICE_WORD.exec(word)![1]!;
    const syntax = DEVICE_OPTIONS.map(([flags]) => flags).find((flags) => flags.startsWith(`--${kind}:`))!;
    const pattern = syntax.includes("=") ? /:([A-Za-z0-9]{1,67})=(.+)$/s : /:([A-Za-z0-9]{1,67})()$/;
    const match = pattern.exec(word);
    if (match === null) throw invalid(`got ${word}, expected ${syntax} with letters and digits for NAME`);
    const key = `${kind}:${match[1]}`;
    if (values.has(key)) throw invalid(`got --${key} twice, expected it once`);
    values.set(key, match[2]!);
  }
  const requests: DeviceRequest[] = [];
  for (const [key, source] of values) {
    const [kind, name] = key.split(":") as [string, string];
    if (kind !== "block" && kind !== "net") {
      const attach = kind === "net-mac" ? "net" : "block";
      if (!values.has(`${attach}:${name}`)) throw invalid(`got --${key} without --${attach}:${name}=…`);
      continue;
    }
    const sectorSize = values.get(`block-sector-size:${name}`);
    const mac = values.get(`net-mac:${name}`);
    requests.push({
      type: kind,
      name,
      source,
      ...(kind === "block" && sectorSize !== undefined && { sectorSize: parseSectorSize(name, sectorSize) }),
      ...(kind === "block" && values.has(`block-read-only:${name}`) && { readOnly: true }),
      ...(kind === "net" && mac !== undefined && { mac }),
    });
  }
  return requests;
}

/** The back-end checks which sizes there are. */
function parseSectorSize(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalid(`--block-sector-size:${name}: got ${JSON.stringify(text)}, expected a number of bytes`);
}

/**
 * Refuses what the image does not declare, before anything is opened.
 *
 * @throws MayflyError DEVICE_UNKNOWN or DEVICE_INVALID
 */
export function checkDeclared(
  requests: readonly DeviceRequest[],
  image: { readonly name: string; readonly devices: readonly ManifestDevice[] },
): void {
  for (const { type, name } of requests) {
    const device = image.devices.find((each) => each.name === name);
    if (device?.type === type) continue;
    const declared = image.devices.map((each) => `${each.type} ${each.name}`).join(", ") || "no devices";
    throw new MayflyError(
      device === undefined ? "DEVICE_UNKNOWN" : "DEVICE_INVALID",
      `--${type}:${name}: got a device that ${image.name} does not declare, expected one of its manifest (${declared})`,
      { mend: `mayfly inspect ${image.name}` },
    );
  }
}

function invalid(message: string): MayflyError {
  return new MayflyError("OPTION_INVALID", message, { mend: "see mayfly run --help" });
}
