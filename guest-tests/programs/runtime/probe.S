# The catcher and the probes of probe.h. A probe stores where to go on in `caught`, does the one access, and the catcher comes back
# there, in M-mode, with sp as it was.

#if __riscv_xlen == 64
# define LOAD  ld
# define STORE sd
# define BYTES 8
#else
# define LOAD  lw
# define STORE sw
# define BYTES 4
#endif

    .text
    .balign 4
catcher:
    csrw    mscratch, t0
    la      t0, caught
    STORE   t1, 6*BYTES(t0)
    csrr    t1, mcause
    STORE   t1, (t0)
    csrr    t1, mtval
    STORE   t1, BYTES(t0)
    csrr    t1, mepc
    STORE   t1, 2*BYTES(t0)
    csrr    t1, mstatus
    STORE   t1, 3*BYTES(t0)
    LOAD    t1, 4*BYTES(t0)
    beqz    t1, unexpected
    csrw    mepc, t1
    LOAD    sp, 5*BYTES(t0)
    li      t1, 0x80                # MPIE: the program goes on with interrupts off, whatever they were
    csrc    mstatus, t1
    li      t1, 0x1800              # MPP
    csrs    mstatus, t1
    LOAD    t1, 6*BYTES(t0)
    csrr    t0, mscratch
    mret
unexpected:
    li      a0, 120
    j       finish

    .globl catch_traps
catch_traps:
    la      t0, catcher
    csrw    mtvec, t0
    li      t0, -1
    csrw    pmpaddr0, t0
    li      t0, 0x1f                # NAPOT, R, W, X
    csrw    pmpcfg0, t0
    ret

# Arms the catcher: a trap goes on at label 9. \status is a register with bits for mstatus.
.macro ARM status
    la      t0, caught
    li      t1, -1
    STORE   t1, (t0)
    la      t1, 9f
    STORE   t1, 4*BYTES(t0)
    STORE   sp, 5*BYTES(t0)
    li      t1, 0x1800
    csrc    mstatus, t1
    csrs    mstatus, \status
.endm

# Back to M-mode's own view of memory; the catcher is disarmed.
.macro DISARM
    li      t1, 0xe1800             # MXR, SUM, MPRV, MPP
    csrc    mstatus, t1
    la      t0, caught
    STORE   zero, 4*BYTES(t0)
.endm

.macro LOAD_PROBE name, instruction
    .globl \name
\name:
    ARM     a1
    mv      t2, a0
    li      a0, 0x5a5a
    \instruction a0, (t2)
    .balign 4
9:  DISARM
    ret
.endm

.macro STORE_PROBE name, instruction
    .globl \name
\name:
    ARM     a2
    \instruction a1, (a0)
    .balign 4
9:  DISARM
    ret
.endm

    LOAD_PROBE load8, lb
    LOAD_PROBE load16, lh
    LOAD_PROBE load32, lw
    STORE_PROBE store8, sb
    STORE_PROBE store16, sh
    STORE_PROBE store32, sw
#if __riscv_xlen == 64
    LOAD_PROBE load64, ld
    STORE_PROBE store64, sd
#endif

    .globl lr_w
lr_w:
    ARM     zero
    lr.w    t2, (a0)
    .balign 4
9:  DISARM
    ret

    .globl amoadd_w
amoadd_w:
    ARM     zero
    li      t3, 1
    amoadd.w t2, t3, (a0)
    .balign 4
9:  DISARM
    ret

    .globl fetch
fetch:
    ARM     a1
    csrw    mepc, a0
    mret
    .balign 4
9:  DISARM
    ret

    .globl execute
execute:
    la      t2, patch
    sw      a0, (t2)
    fence.i
    ARM     zero
    .balign 4
    .globl patch
patch:
    .word   0x00000013
    .balign 4
9:  DISARM
    ret

# run_in(mode, function, argument): everything that the function may clobber and a caller relies on is kept on the stack, because a
# trap in its middle never gives it back.
    .globl run_in
run_in:
    addi    sp, sp, -16*BYTES
    STORE   ra, 0*BYTES(sp)
    STORE   s0, 1*BYTES(sp)
    STORE   s1, 2*BYTES(sp)
    STORE   s2, 3*BYTES(sp)
    STORE   s3, 4*BYTES(sp)
    STORE   s4, 5*BYTES(sp)
    STORE   s5, 6*BYTES(sp)
    STORE   s6, 7*BYTES(sp)
    STORE   s7, 8*BYTES(sp)
    STORE   s8, 9*BYTES(sp)
    STORE   s9, 10*BYTES(sp)
    STORE   s10, 11*BYTES(sp)
    STORE   s11, 12*BYTES(sp)
    ARM     a0
    csrw    mepc, a1
    mv      a0, a2
    la      ra, give_back
    mret
    .balign 4
9:  DISARM
    LOAD    ra, 0*BYTES(sp)
    LOAD    s0, 1*BYTES(sp)
    LOAD    s1, 2*BYTES(sp)
    LOAD    s2, 3*BYTES(sp)
    LOAD    s3, 4*BYTES(sp)
    LOAD    s4, 5*BYTES(sp)
    LOAD    s5, 6*BYTES(sp)
    LOAD    s6, 7*BYTES(sp)
    LOAD    s7, 8*BYTES(sp)
    LOAD    s8, 9*BYTES(sp)
    LOAD    s9, 10*BYTES(sp)
    LOAD    s10, 11*BYTES(sp)
    LOAD    s11, 12*BYTES(sp)
    addi    sp, sp, 16*BYTES
    ret
    .balign 4
give_back:
    ecall

    .section .bss
    .balign 8
    .globl caught
caught:
    .zero   8*BYTES
