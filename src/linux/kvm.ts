// kvm.ts: KVM's ioctls and structs for x86-64 (include/uapi/linux/kvm.h, arch/x86/include/uapi/asm/kvm.h). No logic.
import { bytes, struct, u8, u16, u32, u64 } from "../abi/struct.js";
import { io, ior, iow, iowr } from "./ioctl.js";

const KVMIO = 0xae;
export const KVM_API_VERSION = 12;

export const UserspaceMemoryRegion = struct(
  "kvm_userspace_memory_region",
  { slot: u32, flags: u32, guest_phys_addr: u64, memory_size: u64 /* bytes */, userspace_addr: u64 },
  { size: 32 },
);

export const Regs = struct(
  "kvm_regs",
  {
    rax: u64,
    rbx: u64,
    rcx: u64,
    rdx: u64,
    rsi: u64,
    rdi: u64,
    rsp: u64,
    rbp: u64,
    r8: u64,
    r9: u64,
    r10: u64,
    r11: u64,
    r12: u64,
    r13: u64,
    r14: u64,
    r15: u64,
    rip: u64,
    rflags: u64,
  },
  { size: 144 },
);

export const Segment = struct(
  "kvm_segment",
  {
    base: u64,
    limit: u32,
    selector: u16,
    type: u8,
    present: u8,
    dpl: u8,
    db: u8,
    s: u8,
    l: u8,
    g: u8,
    avl: u8,
    unusable: u8,
    padding: u8,
  },
  { size: 24 },
);

const segment = { ...bytes(Segment.size), align: 8 };
const table = { ...bytes(16), align: 8 };

export const DescriptorTable = struct(
  "kvm_dtable",
  { base: u64, limit: u16, padding: bytes(6) },
  { size: 16 },
);

export const Sregs = struct(
  "kvm_sregs",
  {
    cs: segment,
    ds: segment,
    es: segment,
    fs: segment,
    gs: segment,
    ss: segment,
    tr: segment,
    ldt: segment,
    gdt: table,
    idt: table,
    cr0: u64,
    cr2: u64,
    cr3: u64,
    cr4: u64,
    cr8: u64,
    efer: u64,
    apic_base: u64,
    interrupt_bitmap: { ...bytes(32), align: 8 },
  },
  { size: 312 },
);

export const CpuidEntry = struct(
  "kvm_cpuid_entry2",
  { function: u32, index: u32, flags: u32, eax: u32, ebx: u32, ecx: u32, edx: u32, padding: bytes(12) },
  { size: 40 },
);

/** The head of struct kvm_cpuid2; the entries follow. */
export const Cpuid2 = struct("kvm_cpuid2", { nent: u32, padding: u32 }, { size: 8 });

/** XSAVE's legacy area, header and extended components: 4096 bytes suffice for what a guest can have without asking for more. */
export const XSAVE_BYTES = 4096;

/** How a vCPU's attributes are named; `addr` is where the value lies in this process. */
export const DeviceAttribute = struct(
  "kvm_device_attr",
  { flags: u32, group: u32, attr: u64, addr: u64 },
  { size: 24 },
);
export const KVM_VCPU_TSC_CTRL = 0;
export const KVM_VCPU_TSC_OFFSET = 0n;

/** struct kvm_signal_mask with the kernel's 8-byte set. */
export const SignalMask = struct("kvm_signal_mask", { len: u32, sigset: bytes(8) }, { size: 12 });

/** Offsets in struct kvm_run, bytes. `io` and `internal` are members of its union at 32. */
export const Run = {
  immediate_exit: 1,
  exit_reason: 8,
  hardware_exit_reason: 32,
  io_direction: 32,
  io_size: 33,
  io_port: 34,
  io_count: 36,
  io_data_offset: 40,
  internal_suberror: 32,
  mmio_phys_addr: 32,
  kvm_valid_regs: 288,
  kvm_dirty_regs: 296,
  sync_regs: 304,
  sync_sregs: 304 + Regs.size,
} as const;

export const KVM_SYNC_X86_REGS = 1;
export const KVM_SYNC_X86_SREGS = 2;

// Exit reasons.
export const KVM_EXIT_IO = 2;
export const KVM_EXIT_HLT = 5;
export const KVM_EXIT_MMIO = 6;
export const KVM_EXIT_SHUTDOWN = 8;
export const KVM_EXIT_FAIL_ENTRY = 9;
export const KVM_EXIT_INTR = 10;
export const KVM_EXIT_INTERNAL_ERROR = 17;

// Capabilities.
export const KVM_CAP_IMMEDIATE_EXIT = 136;
export const KVM_CAP_SYNC_REGS = 74;
export const KVM_CAP_READONLY_MEM = 81;
export const KVM_CAP_VCPU_ATTRIBUTES = 127;

// System ioctls.
export const KVM_GET_API_VERSION = io(KVMIO, 0x00);
export const KVM_CREATE_VM = io(KVMIO, 0x01);
export const KVM_CHECK_EXTENSION = io(KVMIO, 0x03);
export const KVM_GET_VCPU_MMAP_SIZE = io(KVMIO, 0x04);
export const KVM_GET_SUPPORTED_CPUID = iowr(KVMIO, 0x05, Cpuid2.size);

// VM ioctls.
export const KVM_CREATE_VCPU = io(KVMIO, 0x41);
/** A flag of a memory slot: the guest's writes do not reach it. Needs KVM_CAP_READONLY_MEM. */
export const KVM_MEM_READONLY = 1 << 1;
export const KVM_SET_USER_MEMORY_REGION = iow(KVMIO, 0x46, UserspaceMemoryRegion.size);

// vCPU ioctls.
export const KVM_RUN = io(KVMIO, 0x80);
export const KVM_GET_REGS = ior(KVMIO, 0x81, Regs.size);
export const KVM_SET_REGS = iow(KVMIO, 0x82, Regs.size);
export const KVM_GET_SREGS = ior(KVMIO, 0x83, Sregs.size);
export const KVM_SET_SREGS = iow(KVMIO, 0x84, Sregs.size);
export const KVM_SET_SIGNAL_MASK = iow(KVMIO, 0x8b, 4);
export const KVM_GET_XSAVE = ior(KVMIO, 0xa4, XSAVE_BYTES);
export const KVM_SET_DEVICE_ATTR = iow(KVMIO, 0xe1, DeviceAttribute.size);
export const KVM_GET_DEVICE_ATTR = iow(KVMIO, 0xe2, DeviceAttribute.size);
export const KVM_HAS_DEVICE_ATTR = iow(KVMIO, 0xe3, DeviceAttribute.size);
export const KVM_SET_CPUID2 = iow(KVMIO, 0x90, Cpuid2.size);
export const KVM_GET_TSC_KHZ = io(KVMIO, 0xa3);
