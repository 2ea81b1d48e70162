// cpio.ts: writes an archive as the kernel's initramfs wants it ("newc", Documentation/driver-api/early-userspace/buffer-format.rst).

/** One entry: a folder, a file, or a character device. Parents come before their children. */
export type Entry =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "file"; readonly path: string; readonly bytes: Uint8Array }
  | { readonly kind: "character"; readonly path: string; readonly major: number; readonly minor: number };

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const S_IFCHR = 0o020000;

/** The archive's bytes. All files are executable and belong to root. */
export function writeCpio(entries: readonly Entry[]): Buffer {
  const pieces = entries.flatMap((entry, index) => {
    const device = entry.kind === "character" ? ([entry.major, entry.minor] as const) : ([0, 0] as const);
    const bytes = entry.kind === "file" ? entry.bytes : new Uint8Array();
    // An inode number of its own for each, or the kernel takes them for links.
    return record(index + 1, modeOf(entry), device, entry.path, bytes);
  });
  return Buffer.concat([...pieces, ...record(0, 0, [0, 0], "TRAILER!!!", new Uint8Array())]);
}

function modeOf(entry: Entry): number {
  switch (entry.kind) {
    case "folder":
      return S_IFDIR | 0o755;
    case "file":
      return S_IFREG | 0o755;
    case "character":
      return S_IFCHR | 0o600;
  }
}

function record(
  inode: number,
  mode: number,
  [major, minor]: readonly [number, number],
  path: string,
  bytes: Uint8Array,
): Buffer[] {
  const name = Buffer.from(`${path}\0`);
  const header = [
    inode,
    mode,
    0, // uid
    0, // gid
    1, // links
    0, // modified
    bytes.length,
    0, // device that holds the file: major,
    0, // minor
    major,
    minor,
    name.length,
    0, // checksum, unused in this form
  ];
  const head = Buffer.from(`070701${header.map((field) => field.toString(16).padStart(8, "0")).join("")}`);
  return [padded(Buffer.concat([head, name])), padded(Buffer.from(bytes))];
}

/** Header with name, and content, each end on a multiple of four. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
