// notes.ts: the ELF notes of an image and its interpreter, as assembler source: nothing of the program runs to make them.
import {
  ABI1_NOTE_TYPE,
  Abi1Info,
  HVT_ABI_TARGET,
  HVT_ABI_VERSION,
  MFT_DEV_BLOCK_BASIC,
  MFT_DEV_NET_BASIC,
  MFT_RESERVED_FIRST,
  MFT_VERSION,
  MFT1_NOTE_TYPE,
  Mft,
  MftEntry,
  SOLO5_NOTE_NAME,
} from "../abi/manifest.js";
import { roundUp } from "../abi/struct.js";
import { Nhdr } from "../image/elf.js";
import type { DeclaredDevice } from "./manifest-file.js";

const deviceTypes = { BLOCK_BASIC: MFT_DEV_BLOCK_BASIC, NET_BASIC: MFT_DEV_NET_BASIC } as const;

/** A path that no host has, so that a host's kernel refuses to run the image as a program. */
const INTERPRETER = "/nonexistent/mayfly/";

/** The assembler source of an image's notes. */
export function notesAssembly(devices: readonly DeclaredDevice[]): string {
  return [
    ...section(".note.solo5.manifest", "@note", note(MFT1_NOTE_TYPE, manifest(devices), 8)),
    ...section(".note.solo5.abi", "@note", note(ABI1_NOTE_TYPE, abi(), 4)),
    ...section(".interp", "@progbits", Buffer.from(`${INTERPRETER}\0`)),
    '.section .note.GNU-stack,"",@progbits',
    "",
  ].join("\n");
}

function section(name: string, type: string, content: Uint8Array): string[] {
  return [`.section ${name},"a",${type}`, ".balign 8", `.byte ${content.join(",")}`];
}

/**
 * One note. The descriptor starts at a multiple of `descriptorAlign`, counted from the note's start, and the padding before it
 * counts as part of it: that is how Solo5's structs lie.
 */
function note(type: number, descriptor: Uint8Array, descriptorAlign: number): Uint8Array {
  const name = Buffer.from(`${SOLO5_NOTE_NAME}\0`);
  const nameEnd = Nhdr.size + roundUp(name.length, 4);
  const start = roundUp(nameEnd, descriptorAlign);
  const bytes = new Uint8Array(start + descriptor.length);
  Nhdr.write(bytes, { n_namesz: name.length, n_descsz: bytes.length - nameEnd, n_type: type });
  bytes.set(name, Nhdr.size);
  bytes.set(descriptor, start);
  return bytes;
}

function abi(): Uint8Array {
  const bytes = new Uint8Array(Abi1Info.size);
  Abi1Info.write(bytes, { abi_target: HVT_ABI_TARGET, abi_version: HVT_ABI_VERSION });
  return bytes;
}

function manifest(devices: readonly DeclaredDevice[]): Uint8Array {
  const entries = [
    { name: "", type: MFT_RESERVED_FIRST },
    ...devices.map(({ name, type }) => ({ name, type: deviceTypes[type] })),
  ];
  const bytes = new Uint8Array(Mft.size + entries.length * MftEntry.size);
  Mft.write(bytes, { version: MFT_VERSION, entries: entries.length });
  entries.forEach(({ name, type }, index) => {
    MftEntry.write(bytes, { name: Buffer.from(name), type }, Mft.size + index * MftEntry.size);
  });
  return bytes;
}
