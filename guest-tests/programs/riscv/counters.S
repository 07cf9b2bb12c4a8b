# minstret and mcycle, instruction by instruction: what counts, what a write does, mcountinhibit, mcounteren and scounteren, and the
# upper halves on RV32. Ends with the number of the failed check. On QEMU only with -icount.
# The rules: an instruction counts when it retires, one that traps does not; a reading does not include itself; a write to a counter
# takes the place of that instruction's own increment (Zicsr: "any CSR write takes effect after the instruction").

# Fails with \number unless \register holds \value.
.macro CHECK number, register, value
    li      t6, \value
    li      s11, \number
    bne     \register, t6, failed
.endm

    .globl main
main:
    mv      s10, ra
    la      t0, catcher
    csrw    mtvec, t0
    li      t0, -1
    csrw    pmpaddr0, t0
    li      t0, 0x1f
    csrw    pmpcfg0, t0
    csrw    mcountinhibit, zero

    # Two readings in a row differ by one; n instructions between them make n + 1, whatever they are.
    csrr    t0, minstret
    csrr    t1, minstret
    sub     t2, t1, t0
    CHECK   1, t2, 1

    csrr    t0, minstret
    nop
    c.nop
    mul     t3, t0, t0
    lw      t3, (sp)
    sw      t3, (sp)
    fence
    csrr    t1, minstret
    sub     t2, t1, t0
    CHECK   2, t2, 7

    # Branches taken and not, jumps, calls.
    csrr    t0, minstret
    beqz    zero, 1f
    nop
1:  bnez    zero, 1b
    j       2f
    nop
2:  call    leaf                    # auipc and jalr, or jal: one relaxed instruction; then leaf's two
    csrr    t1, minstret
    sub     t2, t1, t0
    CHECK   3, t2, 7

    # A loop: 2 instructions a turn.
    li      t3, 1000
    csrr    t0, minstret
1:  addi    t3, t3, -1
    bnez    t3, 1b
    csrr    t1, minstret
    sub     t2, t1, t0
    CHECK   4, t2, 2001

    # An instruction that traps does not count; the five of the handler do.
    la      s1, 1f
    csrr    t0, minstret
    ecall
1:  csrr    t1, minstret
    sub     t2, t1, t0
    CHECK   5, t2, 1 + 5

    la      s1, 1f
    csrr    t0, minstret
    .word   0                       # illegal
1:  csrr    t1, minstret
    sub     t2, t1, t0
    CHECK   6, t2, 1 + 5

    # Writes: the value written is what the next instruction reads.
    li      t0, 1000
    csrw    minstret, t0
    csrr    t1, minstret
    csrr    t2, minstret
    CHECK   10, t1, 1000
    CHECK   11, t2, 1001

    li      t0, 5000
    csrw    mcycle, t0
    csrr    t1, mcycle
    CHECK   12, t1, 5000

    # A read-write in one: csrrs with x0 does not write.
    csrr    t0, minstret
    csrrs   t1, minstret, zero
    csrrci  t2, minstret, 0
    sub     t1, t1, t0
    sub     t2, t2, t0
    CHECK   13, t1, 1
    CHECK   14, t2, 2

#if __riscv_xlen == 32
    # The carry into the upper half, and the upper half alone.
    csrw    minstreth, zero
    li      t0, -2
    csrw    minstret, t0
    nop                             # reads -2
    nop                             # reads -1
    csrr    t1, minstret            # 0
    csrr    t2, minstreth
    CHECK   15, t1, 0
    CHECK   16, t2, 1
    li      t0, 7
    csrw    minstreth, t0
    csrr    t1, minstreth
    CHECK   17, t1, 7
    csrr    t1, instreth
    CHECK   18, t1, 7
    csrw    minstreth, zero
#endif

    # mcountinhibit: bit 2 stops minstret, bit 0 mcycle, each alone; bit 1 does not exist.
    li      t0, -1
    csrw    mcountinhibit, t0
    csrr    t1, mcountinhibit
    andi    t1, t1, 7
    CHECK   20, t1, 5
    csrr    t0, minstret
    csrr    t3, mcycle
    nop
    nop
    csrr    t1, minstret
    csrr    t4, mcycle
    sub     t2, t1, t0
    sub     t5, t4, t3
    CHECK   21, t2, 0
    CHECK   22, t5, 0
    li      t0, 4
    csrw    mcountinhibit, t0
    csrr    t0, minstret
    csrr    t3, mcycle
    nop
    csrr    t1, minstret
    csrr    t4, mcycle
    sub     t2, t1, t0
    CHECK   23, t2, 0
    beq     t3, t4, failed
    csrw    mcountinhibit, zero

    # U mode reads cycle, time and instret only if mcounteren and scounteren both allow.
    li      s2, 0
1:  csrw    mcounteren, s2
    li      s3, 0
2:  csrw    scounteren, s3
    and     s4, s2, s3
    li      s5, 0
3:  la      s6, readers
    slli    s7, s5, 3
    add     s6, s6, s7
    li      t0, 0x1800
    csrc    mstatus, t0             # MPP = U
    csrw    mepc, s6
    la      s1, 4f
    mret
    .balign 4
4:  csrr    t0, mcause
    srl     t1, s4, s5
    andi    t1, t1, 1
    li      t6, 2                   # illegal
    beqz    t1, 5f
    li      t6, 8                   # ecall from U
5:  li      s11, 30
    bne     t0, t6, failed
    addi    s5, s5, 1
    li      t0, 3
    bne     s5, t0, 3b
    addi    s3, s3, 1
    li      t0, 8
    bne     s3, t0, 2b
    addi    s2, s2, 1
    bne     s2, t0, 1b

    # The unprivileged counters are read-only and the same numbers.
    csrr    t0, minstret
    csrr    t1, instret
    sub     t2, t1, t0
    CHECK   40, t2, 1
    li      s11, 41
    la      s1, 1f
    csrw    mcause, zero
    csrw    0xc02, t0               # instret
1:  csrr    t1, mcause
    CHECK   41, t1, 2

    li      a0, 0
    jr      s10

failed:
    mv      a0, s11
    tail    finish

leaf:
    nop
    ret

# Goes on at s1, in M-mode; 5 instructions.
    .balign 4
catcher:
    csrw    mepc, s1
    li      t5, 0x1800
    csrs    mstatus, t5
    mret

# 8 bytes each: reads one counter in U mode, then calls out.
    .balign 8
    .option push
    .option norvc
readers:
    csrr    a1, cycle
    ecall
    csrr    a1, time
    ecall
    csrr    a1, instret
    ecall
    .option pop
