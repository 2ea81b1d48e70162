// memory-map.ts: fixed guest addresses, the same for every machine. Constants only.
//
//   0x0000_0000  +--------------------------------+
//                | page zero: absent              |
//   0x0000_1000  +--------------------------------+
//                | a machine's own pages: absent  |   kvm: GDT, IDT, TSS, stubs, exception stack,
//                | for the guest                  |        page tables, two open pages (kvm/supervisor.ts)
//   0x0008_0000  +--------------------------------+
//                | boot info, manifest, command   |
//                | line, one behind the other     |   read-only for the guest; mostly one page
//   0x0008_4000  +--------------------------------+
//                | absent                         |
//   0x0010_0000  +--------------------------------+
//                | the image's segments           |   as their flags say
//   kernel_end   +--------------------------------+
//                | heap, then stack from above    |   read-write
//   mem_size     +--------------------------------+
//                | net ring, if devices want it   |   read-write
//   end          +--------------------------------+

/** First address that a machine may keep for itself. */
export const MACHINE_START = 0x1000;
export const MACHINE_END = 0x80000;

export const BOOT_INFO = 0x80000;
/** The manifest; the command line follows it. */
export const MANIFEST = BOOT_INFO + 0x40;
export const BOOT_PAGES_END = 0x84000;
