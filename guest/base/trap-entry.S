/* trap-entry.S: where the CPU enters on an exception: one entry each 16 bytes. They do not return. */

    .section .text.trap_entries, "ax"
    .p2align 4
    .global trap_entries
trap_entries:
    .set vector, 0
    .rept 32
    .p2align 4
    /* The vectors that bring an error code (Intel SDM volume 3, table 6-1); the others get a zero in its place. */
    .if vector != 8 && vector != 10 && vector != 11 && vector != 12 && vector != 13 && vector != 14 && vector != 17 && vector != 21
    pushq $0
    .endif
    pushq $vector
    jmp enter
    .set vector, vector + 1
    .endr

enter:
    cld
    movq %rsp, %rdi
    andq $-16, %rsp
    call trap_report

    .section .note.GNU-stack, "", @progbits
