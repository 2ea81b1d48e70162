/* hand-over.S: the vessel's last instructions. They run from a page of the guest's own, because by then no other is left. */

    .section .rodata, "a"
    .global hand_over_code, hand_over_code_end

    /*
     * In: rax, rdi, rsi: munmap of everything above guest memory. rdx: the sock_fprog. r12, r13: seccomp's number and operation.
     * Ends in a stop that the monitor sees: rax is 0, or the -errno of what failed.
     */
hand_over_code:
    syscall
    testq %rax, %rax
    jnz stop
    movq %r12, %rax
    movq %r13, %rdi
    xorl %esi, %esi
    syscall
stop:
    int3
    jmp stop
hand_over_code_end:

    .section .note.GNU-stack, "", @progbits
