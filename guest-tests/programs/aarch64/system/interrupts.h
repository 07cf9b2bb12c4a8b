// Interrupts from end to end: timers, the UART, software; masked, waited for, at EL0, and as FIQ. GIC is the controller's version.
#define INTERRUPTS
#include "observe.h"

    .equ GICD, 0x08000000
    .equ GICC, 0x08010000
    .equ GICR, 0x080a0000
    .equ UART, 0x09000000

#if GIC == 3
#define ICC_PMR s3_0_c4_c6_0
#define ICC_IAR0 s3_0_c12_c8_0
#define ICC_EOIR0 s3_0_c12_c8_1
#define ICC_IAR1 s3_0_c12_c12_0
#define ICC_EOIR1 s3_0_c12_c12_1
#define ICC_SGI1R s3_0_c12_c11_5
#define ICC_IGRPEN0 s3_0_c12_c12_6
#define ICC_IGRPEN1 s3_0_c12_c12_7
#endif

// Writes a word.
.macro STORE address, value
    ldr x0, =\address
    ldr w1, =\value
    str w1, [x0]
.endm

// Enables interrupt \intid (below 32, or 33) of group \group with a priority.
.macro ENABLE intid, group, priority
#if GIC == 3
    .if \intid < 32
    ldr x0, =GICR + 0x10000
    .else
    ldr x0, =GICD
    .endif
#else
    ldr x0, =GICD
#endif
    ldr w1, [x0, #0x80 + \intid / 32 * 4]
    bic w1, w1, #1 << (\intid & 31)
    .if \group
    orr w1, w1, #1 << (\intid & 31)
    .endif
    str w1, [x0, #0x80 + \intid / 32 * 4]
    mov w1, #1 << (\intid & 31)
    str w1, [x0, #0x100 + \intid / 32 * 4]
    mov w1, #\priority
    strb w1, [x0, #0x400 + \intid]
.endm

// Waits until an interrupt has been served.
.macro AWAIT
777:
    msr daifset, #3
    ldr x0, =served
    ldr x1, [x0]
    cbnz x1, 778f
    wfi
    msr daifclr, #3
    isb
    b 777b
778:
    str xzr, [x0]
    msr daifclr, #3
.endm

main:
    mov x29, x30
#if GIC == 3
    STORE GICD, 3
    STORE GICR + 0x14, 0
    mov x0, #0xff
    msr ICC_PMR, x0
    mov x0, #1
    msr ICC_IGRPEN0, x0
    msr ICC_IGRPEN1, x0
    isb
#else
    STORE GICD, 3
    STORE GICC, 0xf
    STORE GICC + 4, 0xff
#endif
    ENABLE 30, 1, 0x80
    ENABLE 27, 1, 0x80
    ENABLE 33, 1, 0x80
    ENABLE 3, 1, 0x80
    ENABLE 5, 0, 0x40

    // The physical timer, waited for.
    msr daifclr, #3
    mov x0, #2000
    msr cntp_tval_el0, x0
    mov x0, #1
    msr cntp_ctl_el0, x0
    AWAIT
    mrs x0, cntp_ctl_el0
    LINE x0
    // The virtual timer, by its comparator.
    mrs x0, cntvct_el0
    add x0, x0, #2000
    msr cntv_cval_el0, x0
    mrs x1, cntv_cval_el0
    sub x1, x1, x0
    LINE x1
    mov x0, #1
    msr cntv_ctl_el0, x0
    AWAIT
    // Masked in the timer: nothing comes, and the status tells.
    mov x0, #3
    msr cntp_ctl_el0, x0
    isb
    mrs x0, cntp_ctl_el0
    LINE x0
    mrs x0, isr_el1
    LINE x0
    // Masked in PSTATE: it is seen, wakes, and is taken when it may be.
    msr daifset, #3
    mov x0, #1
    msr cntp_ctl_el0, x0
    isb
    wfi
    mrs x0, isr_el1
    LINE x0
    PRINT 'M'
    msr daifclr, #3
    isb
    ldr x0, =served
    ldr x1, [x0]
    LINE x1
    str xzr, [x0]
    // A comparator in the future takes it back.
    msr daifset, #3
    mov x0, #-1
    msr cntp_cval_el0, x0
    mov x0, #1
    msr cntp_ctl_el0, x0
    isb
    mrs x0, isr_el1
    LINE x0
    mrs x0, cntp_ctl_el0
    LINE x0
    msr cntp_cval_el0, xzr
    isb
    mrs x0, isr_el1
    LINE x0
    msr cntp_ctl_el0, xzr
    isb
    mrs x0, isr_el1
    LINE x0
    mrs x0, cntp_ctl_el0
    LINE x0
    msr daifclr, #3
    // The UART has sent, to itself where it can.
    STORE UART + 0x30, 0x381
    STORE UART + 0x38, 0x20
    STORE UART, 0x21
    AWAIT
    // Software, to itself: IRQ and FIQ.
#if GIC == 3
    ldr x0, =0x03000001
    msr ICC_SGI1R, x0
    isb
#else
    STORE GICD + 0xf00, 0x02000003
    dsb sy
#endif
    isb
    nop
#if GIC == 3
    ldr x0, =0x05000001
    msr s3_0_c12_c11_7, x0
    isb
#else
    STORE GICD + 0xf00, 0x02000005
    dsb sy
#endif
    isb
    nop
    ldr x0, =served
    ldr x1, [x0]
    LINE x1
    str xzr, [x0]
    // FIQ and IRQ at once: the one that is not masked, then the other.
    msr daifset, #3
#if GIC == 3
    ldr x0, =0x05000001
    msr s3_0_c12_c11_7, x0
    isb
#else
    STORE GICD + 0xf00, 0x02000005
    dsb sy
#endif
    mov x0, #1
    msr cntp_ctl_el0, x0
    isb
    mrs x0, isr_el1
    LINE x0
    msr daifclr, #1
    isb
    nop
    mrs x0, isr_el1
    LINE x0
    msr daifclr, #2
    isb
    nop
    ldr x0, =served
    str xzr, [x0]
    // At EL0, in a loop; the masks are those of EL0.
    mov x0, #0x3ff
    msr cntkctl_el1, x0
    mov x0, sp
    msr sp_el0, x0
    msr spsr_el1, xzr
    adr x0, 1f
    msr elr_el1, x0
    ldr x5, =served
    eret
1:  mov x0, #1000
    msr cntp_tval_el0, x0
    mov x0, #1
    msr cntp_ctl_el0, x0
1:  ldr x6, [x5]
    cbz x6, 1b
    svc #0xffff
    LINE x6
    // Between two tables of vectors: with the stack of EL0.
    str xzr, [x5]
    msr daifset, #3
    mov x0, #1
    msr cntp_ctl_el0, x0
    mov x0, sp
    msr spsel, #0
    mov sp, x0
    msr daifclr, #3
    isb
    nop
    msr spsel, #1
    LINE x5
    // The counters are one.
    mrs x0, cntpct_el0
    isb
    mrs x1, cntvct_el0
    isb
    mrs x2, cntpct_el0
    cmp x0, x1
    cset x3, ls
    cmp x1, x2
    cinc x3, x3, ls
    LINE x3
    mrs x0, cntfrq_el0
    LINE x0
    ret x29

// Prints where it came and which it is; takes its cause away.
    .globl interrupt
interrupt:
    str x30, [sp, #-16]!
    PRINT 'I'
    SHOW x27
    // From IRQ's vector, or FIQ's.
    tst x27, #0x80
#if GIC == 3
    b.eq 1f
    mrs x2, ICC_IAR1
    b 2f
1:  mrs x2, ICC_IAR0
2:
#else
    ldr x3, =GICC
    ldr w2, [x3, #0x0c]
#endif
    LINE x2
    cmp x2, #30
    b.ne 3f
    msr cntp_ctl_el0, xzr
3:  cmp x2, #27
    b.ne 3f
    msr cntv_ctl_el0, xzr
3:  cmp x2, #33
    b.ne 3f
    ldr x3, =UART
    str wzr, [x3, #0x38]
3:  isb
#if GIC == 3
    tst x27, #0x80
    b.eq 1f
    msr ICC_EOIR1, x2
    b 2f
1:  msr ICC_EOIR0, x2
2:  isb
#else
    ldr x3, =GICC
    str w2, [x3, #0x10]
#endif
    ldr x3, =served
    ldr x4, [x3]
    add x4, x4, #1
    str x4, [x3]
    ldr x30, [sp], #16
    ret

    .data
    .balign 8
served: .quad 0
