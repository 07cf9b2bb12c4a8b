# "Hello" by semihosting: SYS_WRITE0, SYS_WRITEC, then SYS_EXIT with ADP_Stopped_ApplicationExit, which is exit code 0.
# No finisher, no tohost: only a machine with semihosting ends this.

# The three instructions must not be compressed and must lie in one page (RISC-V semihosting, section 3).
.macro SEMIHOST
    .balign 16
    .option push
    .option norvc
    slli    x0, x0, 0x1f
    ebreak
    srai    x0, x0, 7
    .option pop
.endm

    .globl main
main:
    li      a0, 0x04                # SYS_WRITE0
    la      a1, text
    SEMIHOST
    li      a0, 0x03                # SYS_WRITEC
    la      a1, exclamation
    SEMIHOST
    li      a0, 0x18                # SYS_EXIT; on RV32 the parameter is the reason, on RV64 a block: reason, code
#if __riscv_xlen == 64
    la      a1, block
#else
    li      a1, 0x20026
#endif
    SEMIHOST
    li      a0, 1                   # not reached
    ret

    .section .rodata
text:
    .asciz  "Hello by semihosting"
exclamation:
    .ascii  "\n"
    .balign 8
block:
    .dword  0x20026, 0
