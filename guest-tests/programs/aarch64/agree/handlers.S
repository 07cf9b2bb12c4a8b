// What is around random programs for the comparison of engines (guest_tests::agree::a64): how they begin, and their handlers, from
// the beginning of RAM on. What differs between programs stands one page higher, where SP_EL1 points: `world.rs` writes it.
//
// A page fault is mended by giving the page all rights, and with every fourth exception another page loses some. A fetch that leads
// nowhere goes on in the other view of the image, or at x18. SVC does what x17 says. Everything else is stepped over.

    .equ X9, 0
    .equ X11, 16
    // Exceptions and interrupts so far.
    .equ COUNT, 32
    // TTBR0_EL1 of the other address space.
    .equ OTHER, 40
    // Bits of a descriptor that are set and cleared where a page loses rights.
    .equ LOSES, 48
    // Ticks between interrupts of the physical timer, 0 without, and which bits of COUNT are added to them.
    .equ TIMER, 64
    .equ JITTER, 72
    .equ FLAGS, 80
    .equ PAGED, 0
    .equ ONE_ASID, 1
    .equ GIC_V3, 2
    // Registers at the beginning.
    .equ TTBR0, 88
    .equ TCR, 96
    .equ MAIR, 104
    .equ SCTLR, 112
    .equ SPSR, 120
    .equ ELR, 128
    // Pairs as LOSES, by number.
    .equ RIGHTS, 256

    // Bits of x17 in a call: an exception level plus one; exchange the address spaces; take the rights of a number from a page.
    .equ CALL_SPACE, 2
    .equ CALL_RIGHTS, 3
    .equ CALL_NUMBER, 4
    .equ CALL_PAGE, 16

    .equ ALIAS, 0x80000
    .equ RAM_BYTES, 0x104000
    .equ GICD, 0x08000000
    .equ GICC, 0x08010000
    .equ GICR, 0x080a0000
    .equ PHYSICAL_TIMER, 30
    .equ VIRTUAL_TIMER, 27
#define ICC_PMR_EL1 s3_0_c4_c6_0
#define ICC_IAR1_EL1 s3_0_c12_c12_0
#define ICC_EOIR1_EL1 s3_0_c12_c12_1
#define ICC_IGRPEN1_EL1 s3_0_c12_c12_7

    // Descriptors.
    .equ VALID, 1
    .equ READ_ONLY, 1 << 7
    .equ AF, 1 << 10
    .equ NEVER, 3 << 53

.macro ENTER
    stp x9, x10, [sp, #X9]
    stp x11, x12, [sp, #X11]
    ldr x9, [sp, #COUNT]
    add x9, x9, #1
    str x9, [sp, #COUNT]
.endm

// Where the descriptor of page x9 lies in the present tables.
.macro FIND entry
    mrs \entry, ttbr0_el1
    and \entry, \entry, #0xfffffffff000
    add \entry, \entry, #0x2000
    add \entry, \entry, x9, lsl #3
.endm

// Makes of address x9 what SPSR's exception level sees there.
.macro CONVERT
    ldr x10, [sp, #FLAGS]
    tbz x10, #PAGED, 776f
    bic x9, x9, #ALIAS
    mrs x10, spsr_el1
    tst x10, #0xf
    b.ne 776f
    orr x9, x9, #ALIAS
776:
.endm

    .text
vectors:
    b exception
    .org 0x080
    b interrupt
    // From a handler: its own mistake.
    .org 0x200
    b .
    .org 0x280
    b .
    .org 0x400
    b exception
    .org 0x480
    b interrupt

    .org 0x800
start:
    adr x9, vectors
    msr vbar_el1, x9
    add x10, x9, #0x1000
    mov sp, x10
    ldr x10, [sp, #TTBR0]
    msr ttbr0_el1, x10
    ldr x10, [sp, #TCR]
    msr tcr_el1, x10
    ldr x10, [sp, #MAIR]
    msr mair_el1, x10
    ldr x10, [sp, #SPSR]
    msr spsr_el1, x10
    ldr x18, [sp, #ELR]
    msr elr_el1, x18
    mov x10, #3 << 20           // CPACR_EL1.FPEN
    msr cpacr_el1, x10
    mov x10, #3                 // CNTKCTL_EL1: EL0 may read both counters
    msr cntkctl_el1, x10
    mov x10, #0xf               // PMUSERENR_EL0
    msr pmuserenr_el0, x10
    mov w11, #1 << PHYSICAL_TIMER | 1 << VIRTUAL_TIMER
    orr w11, w11, #0xff
    mov w12, #3
    mov x9, #GICD
    str w12, [x9]
    mov w12, #-1
    ldr x10, [sp, #FLAGS]
    tbnz x10, #GIC_V3, 1f
    str w12, [x9, #0x80]        // all of group 1
    str w11, [x9, #0x100]
    ldr x9, =GICC
    mov w12, #0xff
    str w12, [x9, #4]
    mov w12, #7                 // both groups, AckCtl
    str w12, [x9]
    b 2f
1:  ldr x9, =GICR
    str wzr, [x9, #0x14]
    add x9, x9, #0x10000
    str w12, [x9, #0x80]
    str w11, [x9, #0x100]
    mov x12, #0xff
    msr ICC_PMR_EL1, x12
    mov x12, #1
    msr ICC_IGRPEN1_EL1, x12
2:  ldr x10, [sp, #SCTLR]
    msr sctlr_el1, x10
    isb
    ldr x10, [sp, #TIMER]
    cbz x10, 3f
    msr cntp_tval_el0, x10
    mov x10, #1
    msr cntp_ctl_el0, x10
3:  eret

exception:
    ENTER
    mrs x9, esr_el1
    lsr x10, x9, #26
    cmp x10, #0x15              // SVC
    b.eq call
    and x11, x10, #0x3e
    cmp x11, #0x20              // a fetch
    b.eq page
    cmp x11, #0x24              // an access
    b.eq page
    cmp x10, #0x22              // a misaligned PC
    b.eq lost
step:
    mrs x9, elr_el1
    add x9, x9, #4
return:
    msr elr_el1, x9
exit:
    ldp x11, x12, [sp, #X11]
    ldp x9, x10, [sp, #X9]
    eret

page:
    ldr x11, [sp, #FLAGS]
    tbz x11, #PAGED, full
    // Translation, access flag, rights: 4, 8 and 12, with the level below.
    and x11, x9, #0x3c
    sub x11, x11, #4
    cmp x11, #8
    b.hi full
    mrs x9, far_el1
    adr x10, vectors
    sub x9, x9, x10
    bic x10, x9, #ALIAS
    ldr x11, =RAM_BYTES
    cmp x10, x11
    b.hs full
    lsr x9, x9, #12
    FIND x10
    ldr x11, [x10]
    cbz x11, full               // what nobody has mapped stays so
    orr x12, x11, #AF
    orr x12, x12, #VALID
    bic x12, x12, #READ_ONLY
    bic x12, x12, #NEVER
    cmp x12, x11
    b.eq full
    str x12, [x10]
    ldr x11, [sp, #COUNT]
    tst x11, #3
    b.ne mapped
    // One of the pages 8 to 15, in this view.
    and x11, x11, #0x1c
    and x10, x10, #~0xff
    add x10, x10, x11, lsl #1
    ldr x11, [x10, #64]
    cbz x11, mapped
    ldr x12, [sp, #LOSES]
    orr x11, x11, x12
    ldr x12, [sp, #LOSES + 8]
    bic x11, x11, x12
    str x11, [x10, #64]
mapped:
    dsb ish
    tlbi vmalle1
    dsb ish
    isb
    b exit
full:
    mrs x9, esr_el1
    lsr x10, x9, #26
    and x10, x10, #0x3e
    cmp x10, #0x20
    b.ne step
lost:
    mrs x9, elr_el1
    CONVERT
    mrs x10, elr_el1
    cmp x9, x10
    b.ne return
    mov x9, x18
    CONVERT
    b return

call:
    tbz x17, #CALL_SPACE, 1f
    ldr x9, [sp, #OTHER]
    mrs x10, ttbr0_el1
    msr ttbr0_el1, x9
    str x10, [sp, #OTHER]
    isb
    ldr x11, [sp, #FLAGS]
    tbz x11, #ONE_ASID, 1f
    tlbi vmalle1
    dsb ish
    isb
1:  tbz x17, #CALL_RIGHTS, 2f
    lsr x9, x17, #CALL_PAGE
    FIND x10
    ldr x12, [x10]
    cbz x12, 2f
    ubfx x11, x17, #CALL_NUMBER, #4
    add x11, sp, x11, lsl #4
    ldr x9, [x11, #RIGHTS]
    orr x12, x12, x9
    ldr x9, [x11, #RIGHTS + 8]
    bic x12, x12, x9
    str x12, [x10]
    dsb ish
    adr x9, vectors
    lsr x9, x9, #12
    add x9, x9, x17, lsr #CALL_PAGE
    tlbi vaae1, x9
    dsb ish
    isb
2:  ands x9, x17, #3
    b.eq exit
    sub x9, x9, #1
    lsl x9, x9, #2              // EL0t, EL1t
    mrs x10, spsr_el1
    bfi x10, x9, #0, #4
    msr spsr_el1, x10
    mrs x9, elr_el1
    CONVERT
    b return

interrupt:
    ENTER
    ldr x10, [sp, #FLAGS]
    tbnz x10, #GIC_V3, 1f
    ldr x10, =GICC
    ldr w9, [x10, #0xc]
    b 2f
1:  mrs x9, ICC_IAR1_EL1
2:  and x10, x9, #0x3ff
    cmp x10, #PHYSICAL_TIMER
    b.ne 3f
    ldr x10, [sp, #COUNT]
    ldr x11, [sp, #JITTER]
    and x10, x10, x11
    ldr x11, [sp, #TIMER]
    add x10, x10, x11
    msr cntp_tval_el0, x10
    b 4f
3:  cmp x10, #VIRTUAL_TIMER
    b.ne 4f
    msr cntv_ctl_el0, xzr
4:  ldr x10, [sp, #FLAGS]
    tbnz x10, #GIC_V3, 5f
    ldr x10, =GICC
    str w9, [x10, #0x10]
    b exit
5:  msr ICC_EOIR1_EL1, x9
    b exit
    .ltorg
    .org 0x1000
