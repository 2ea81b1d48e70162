// layout.ts: where the JavaScript runtime's parts lie in guest memory. Constants only.
//
//   0x0010_0000  +--------------------------------+
//                | text and rodata of runtime and |
//                | engine                         |
//                +--------------------------------+
//                | absent: a native stack that    |
//                | overflows meets nothing        |
//   0x0030_0000  +--------------------------------+
//                | native stack                   |
//   0x0050_0000  +--------------------------------+
//                | data of runtime and base layer |
//                +--------------------------------+
//                | absent                         |
//   0x0060_0000  +--------------------------------+  the engine's memory starts
//                | the engine's own stack         |
//   0x0070_0000  +--------------------------------+
//                | its constants, read-only       |
//                +--------------------------------+
//                | its data, zeros                |
//   0x0072_0000  +--------------------------------+
//                | ada-url's constants, read-only |
//                +--------------------------------+
//                | data of ada-url and mbedTLS    |
//                +--------------------------------+
//                | the application, read-only     |
//                +--------------------------------+
//                | the engine's heap              |
//   mem_size     +--------------------------------+  nothing is mapped behind it

/** The native stack: the engine's recursion and all else. */
export const NATIVE_STACK = 0x300000;
export const NATIVE_STACK_BYTES = 0x200000;

/** Constant, so that it is an immediate operand of the engine's loads and stores. A multiple of 2 MiB, for large pages. */
export const LINEAR_BASE = 0x600000;

/** WebAssembly's page. */
export const LINEAR_PAGE = 65536;
