# Start and end of a bare-metal program, RV32 and RV64, M-mode, hart 0 (the others sleep).
#
# The end is written so that one image stops on three machines:
#   1. a store to `tohost` (HTIF): Spike and emu stop here. Spike looks at the word only now and then, so it runs on for a
#      while and must not come to harm: `mtvec` points at the final loop before the next store, which faults there;
#   2. a store to the test finisher at 0x10_0000: QEMU's `virt` stops here.
#
# The number of retired instructions counts `_start`'s first instruction and the store to `tohost`. It is printed if the word
# `report_retired` is not 0; the image holds 0, and the tool that counts patches that one word in a copy.

#if __riscv_xlen == 64
# define LOAD  ld
# define STORE sd
# define BYTES 8
#else
# define LOAD  lw
# define STORE sw
# define BYTES 4
#endif

# Instructions from the second reading of minstret to the store to `tohost`, both included, when nothing is reported.
# The counting tool checks this number against Spike's own log.
#define TAIL 14

    .section .text.start, "ax", @progbits
    .globl _start
_start:
    csrr    s1, minstret
    csrr    t0, mhartid
    bnez    t0, sleep
    .option push
    .option norelax
    la      gp, __global_pointer$
    .option pop
    la      sp, __stack_top
    la      t0, minstret_at_start
    STORE   s1, (t0)
    la      t0, unexpected_trap
    csrw    mtvec, t0
    li      t0, 0x2000              # mstatus.FS = Initial
    csrs    mstatus, t0
    call    main

    .globl finish
finish:
    .option push
    .option norvc                   # the same tail for every program: see TAIL
    .option norelax
    csrr    s1, minstret
    la      t0, report_retired
    lw      t0, (t0)
    bnez    t0, report
end:
    la      t0, spin
    csrw    mtvec, t0
    slli    t0, a0, 1
    ori     t0, t0, 1
    li      t2, 0x100000
    la      t1, tohost
    sw      t0, (t1)
    .option pop
    li      t1, 0x5555
    beqz    a0, 1f
    slli    t1, a0, 16
    li      t0, 0x3333
    or      t1, t1, t0
1:  sw      t1, (t2)
    .balign 4
spin:
    j       spin

sleep:
    wfi
    j       sleep

    .globl retired
retired:
    csrr    a0, minstret
    la      t0, minstret_at_start
    LOAD    t0, (t0)
    sub     a0, a0, t0
    ret

# A trap that the program did not ask for: ends it with 120 (no check has that number).
    .balign 4
unexpected_trap:
    li      a0, 120
    j       finish

# Prints "retired N\n" in decimal, then ends. a0 is the exit code.
report:
    la      t0, minstret_at_start
    LOAD    t0, (t0)
    sub     s1, s1, t0
    addi    s1, s1, TAIL
    addi    sp, sp, -48
    mv      s2, sp
    li      t1, 10
    li      t2, '\n'
    sb      zero, 31(sp)
    sb      t2, 30(sp)
    addi    s3, sp, 30
1:  remu    t2, s1, t1
    divu    s1, s1, t1
    addi    t2, t2, '0'
    addi    s3, s3, -1
    sb      t2, (s3)
    bnez    s1, 1b
    la      s4, report_text
2:  lbu     t2, (s4)
    beqz    t2, 3f
    li      t3, 0x10000000
    sb      t2, (t3)
    addi    s4, s4, 1
    j       2b
3:  lbu     t2, (s3)
    beqz    t2, end
    li      t3, 0x10000000
    sb      t2, (t3)
    addi    s3, s3, 1
    j       3b

    .section .rodata
report_text:
    .asciz  "retired "

    .section .data
    .globl  report_retired
    .balign 8
report_retired:
    .word   0, 0
minstret_at_start:
    .zero   8
