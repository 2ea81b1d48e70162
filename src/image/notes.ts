// notes.ts: finds Solo5's two notes, ABI1 and MFT1, in the PT_NOTE headers (gABI chapter 5, Solo5 include/elf_abi.h). No I/O.
import {
  ABI1_NOTE_TYPE,
  Abi1Info,
  HVT_ABI_TARGET,
  HVT_ABI_VERSION,
  MFT_MAX_ENTRIES,
  MFT1_NOTE_TYPE,
  Mft,
  MftEntry,
  SOLO5_NOTE_NAME,
} from "../abi/manifest.js";
import { roundUp } from "../abi/struct.js";
import { fileBytesOf, Nhdr, type ProgramHeader, PT_NOTE } from "./elf.js";
import { type ImageFile, invalid } from "./image-file.js";

/** The head of a Solo5 note: Elf64_Nhdr and the name, padded to 4 bytes. */
const SOLO5_NOTE_HEAD_SIZE = Nhdr.size + roundUp(SOLO5_NOTE_NAME.length + 1, 4);
/** Far above a manifest of 64 entries; bounds the walk through a hostile file. */
const NOTE_SEGMENT_MAX = 65536;

const NOTE_KINDS = [
  { label: "ABI1", type: ABI1_NOTE_TYPE, align: Abi1Info.align, min: Abi1Info.size, max: Abi1Info.size },
  // struct mft ends in its entries, so it takes their alignment.
  {
    label: "MFT1",
    type: MFT1_NOTE_TYPE,
    align: MftEntry.align,
    min: Mft.size,
    max: Mft.size + MFT_MAX_ENTRIES * MftEntry.size,
  },
] as const;

type NoteKind = (typeof NOTE_KINDS)[number];
type Label = NoteKind["label"];

const TARGETS = ["", "hvt", "spt", "virtio", "muen", "genode", "xen"];

export interface Solo5Notes {
  readonly target: "hvt";
  readonly abiVersion: number;
  /** `struct mft` as the file has it: a view of at least its head, not yet checked. */
  readonly manifest: Uint8Array;
}

/** Exactly one note of each kind; a note that several PT_NOTEs cover counts once. */
export function readNotes(file: ImageFile, headers: readonly ProgramHeader[]): Solo5Notes {
  const found = new Map<Label, { at: number; content: Uint8Array }>();
  for (const header of headers) {
    if (header.p_type !== PT_NOTE) continue;
    for (const { at, kind, content } of solo5NotesIn(file, header)) {
      const earlier = found.get(kind.label);
      if (earlier !== undefined && earlier.at !== at) {
        throw invalid(file, `note ${kind.label}`, `a second one, in phdr[${header.index}]`, "exactly one");
      }
      found.set(kind.label, { at, content });
    }
  }
  const content = (label: Label): Uint8Array => {
    const note = found.get(label);
    if (note === undefined) throw invalid(file, `note ${label}`, "none", "exactly one", NOT_SOLO5);
    return note.content;
  };
  return { ...readAbi(file, content("ABI1")), manifest: content("MFT1") };
}

const NOT_SOLO5 = "Link the program with Mayfly's base layer (mayfly build) or with Solo5's hvt bindings.";

/** Notes of other owners are skipped; where one runs out of its segment, the rest of that segment says nothing. */
function* solo5NotesIn(file: ImageFile, header: ProgramHeader) {
  const segment = fileBytesOf(file, header);
  const size = `phdr[${header.index}].p_filesz`;
  if (segment.length < Nhdr.size || segment.length > NOTE_SEGMENT_MAX) {
    throw invalid(file, size, segment.length, `${Nhdr.size} to ${NOTE_SEGMENT_MAX} bytes in a PT_NOTE`);
  }
  const align = header.p_align === 8n ? 8 : 4;
  let at = 0;
  while (at + Nhdr.size <= segment.length) {
    const { n_namesz, n_descsz, n_type } = Nhdr.read(segment, at);
    const own = isSolo5Name(segment, at, n_namesz);
    // Solo5 fixes its layout whatever the segment's alignment is.
    const head = own ? SOLO5_NOTE_HEAD_SIZE : roundUp(Nhdr.size + n_namesz, align);
    const end = at + head + n_descsz;
    const kind = own ? NOTE_KINDS.find(({ type }) => type === n_type) : undefined;
    if (kind !== undefined) {
      const content = contentOf(file, kind, segment.subarray(at, Math.min(end, segment.length)), n_descsz);
      yield { at: segment.byteOffset + at, kind, content };
    }
    at = roundUp(end, align);
  }
}

function isSolo5Name(segment: Uint8Array, at: number, n_namesz: number): boolean {
  if (n_namesz !== SOLO5_NOTE_NAME.length + 1) return false;
  const name = segment.subarray(at + Nhdr.size, at + Nhdr.size + n_namesz);
  return Buffer.from(name).toString("latin1") === `${SOLO5_NOTE_NAME}\0`;
}

/** The struct behind a note's head. The descriptor's size counts the padding that aligns the struct within the note. */
function contentOf(file: ImageFile, kind: NoteKind, note: Uint8Array, n_descsz: number): Uint8Array {
  const { label } = kind;
  const padding = roundUp(SOLO5_NOTE_HEAD_SIZE, kind.align) - SOLO5_NOTE_HEAD_SIZE;
  const min = padding + kind.min;
  const max = padding + kind.max;
  if (n_descsz < min || n_descsz > max) {
    throw invalid(
      file,
      `note ${label} n_descsz`,
      n_descsz,
      min === max ? `${min} bytes` : `${min} to ${max} bytes`,
    );
  }
  const present = note.length - SOLO5_NOTE_HEAD_SIZE;
  if (n_descsz > present) {
    throw invalid(
      file,
      `note ${label} n_descsz`,
      n_descsz,
      `at most ${present}, the bytes left in its PT_NOTE`,
    );
  }
  return note.subarray(SOLO5_NOTE_HEAD_SIZE + padding);
}

function readAbi(file: ImageFile, content: Uint8Array): Pick<Solo5Notes, "target" | "abiVersion"> {
  const { abi_target, abi_version } = Abi1Info.read(content);
  if (abi_target !== HVT_ABI_TARGET) {
    const got = `${abi_target} (${TARGETS[abi_target] || "unknown"})`;
    throw invalid(
      file,
      "note ABI1 abi_target",
      got,
      `${HVT_ABI_TARGET} (hvt)`,
      "Build the image for the target hvt.",
    );
  }
  if (abi_version !== HVT_ABI_VERSION)
    throw invalid(file, "note ABI1 abi_version", abi_version, HVT_ABI_VERSION);
  return { target: "hvt", abiVersion: abi_version };
}
