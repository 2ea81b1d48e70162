// layout.ts: where the JavaScript runtime's parts lie in guest memory. Constants only.
//
//   0x0010_0000  +--------------------------------+
//                | rodata of runtime and engine   |
//                +--------------------------------+
//                | absent                         |
//   0x0020_0000  +--------------------------------+
//                | text of runtime and engine, in |
//                | large pages of its own         |
//   0x0040_0000  +--------------------------------+
//                | absent: a native stack that    |
//                | overflows meets nothing        |
//   0x0041_4000  +--------------------------------+
//                | native stack                   |
//   0x0061_4000  +--------------------------------+
//                | data of runtime and base layer |
//                +--------------------------------+
//                | absent                         |
//   0x0080_0000  +--------------------------------+  the engine's memory starts
//                | the engine's own stack         |
//   0x0090_0000  +--------------------------------+
//                | its constants, read-only       |
//                +--------------------------------+
//                | its data, zeros                |
//   0x0092_0000  +--------------------------------+
//                | ada-url's constants, read-only |
//                +--------------------------------+
//                | data of ada-url and mbedTLS    |
//                +--------------------------------+
//                | the application, read-only     |
//                +--------------------------------+
//                | the engine's heap              |
//   mem_size     +--------------------------------+  nothing is mapped behind it

/** Text fills large pages, so that a machine may keep it once for all VMs and map it in one piece (AddressSpace.constants). */
export const TEXT = 0x200000;
export const TEXT_END = 0x400000;

/**
 * The native stack: the engine's recursion and all else. It ends in the middle of 32 KiB, and data begin there: KVM's shadow pages
 * (arch/x86/kvm/mmu/mmu.c, PTE_PREFETCH_NUM) come 8 at a time, each time for 30 µs where the CPU's help is missing.
 */
export const NATIVE_STACK = 0x414000;
export const NATIVE_STACK_BYTES = 0x200000;

/** Constant, so that it is an immediate operand of the engine's loads and stores. A multiple of 2 MiB, for large pages. */
export const LINEAR_BASE = 0x800000;

/** WebAssembly's page. */
export const LINEAR_PAGE = 65536;
