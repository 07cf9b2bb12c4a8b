// PSCI with two harts, by HVC: started, told, stopped, started again; and what both share: memory, a lock, translations that one takes
// away from the other.
#include "observe.h"

.macro PSCI function, first = xzr, second = xzr, third = xzr
    ldr x0, =\function
    mov x1, \first
    mov x2, \second
    mov x3, \third
    hvc #0
.endm

main:
    mov x29, x30
    PSCI 0x84000006             // MIGRATE_INFO_TYPE
    LINE x0
    mov x20, #1
    PSCI 0xc4000004, x20        // AFFINITY_INFO of the other: off
    LINE x0
    PSCI 0xc4000004, xzr
    LINE x0
    mov x20, #2
    PSCI 0xc4000004, x20
    LINE x0
    PSCI 0xc4000003, xzr        // CPU_ON: on already
    LINE x0
    PSCI 0xc4000003, x20        // nobody
    LINE x0
    PSCI 0x84000007             // not there
    LINE x0
    PSCI 0xc4000002             // CPU_OFF has no such form
    LINE x0
    PSCI 0x8400000a, x20
    LINE x0
    mov x20, #1
    adr x21, second
    ldr x22, =0x123456789abcdef0
    PSCI 0xc4000003, x20, x21, x22
    LINE x0
    // It tells what it found.
    ldr x24, =told
1:  ldr x0, [x24]
    cbz x0, 1b
    LINE x0
    ldr x0, [x24, #8]
    LINE x0
    ldr x0, [x24, #16]
    LINE x0
    ldr x0, [x24, #24]
    LINE x0
    // Both count under a lock.
    mov x25, #1000
    bl count
1:  ldr x0, [x24, #32]
    cbz x0, 1b
    ldr x0, [x24, #40]
    LINE x0
    // It goes off.
1:  PSCI 0xc4000004, x20
    cbz x0, 1b
    LINE x0
    // And on again, with arguments of 32 bits.
    str xzr, [x24]
    mov x22, #0x7fffffff
    PSCI 0x84000003, x20, x21, x22
    LINE x0
1:  ldr x0, [x24]
    cbz x0, 1b
    ldr x0, [x24]
    LINE x0
    ret x29

second:
    mrs x5, mpidr_el1
    mrs x6, currentel
    mrs x7, daif
    mrs x8, sctlr_el1
    ldr x9, =told
    str x5, [x9, #8]
    str x6, [x9, #16]
    str x7, [x9, #24]
    dmb sy
    str x0, [x9]
    mov x25, #1000
    bl count
    ldr x9, =told
    dmb sy
    mov x0, #1
    str x0, [x9, #32]
    ldr x0, =0x84000002
    hvc #0
    b .

// Adds 1 to told[5], x25 times, each under a lock.
count:
    ldr x9, =told
    add x10, x9, #48
1:  mov w11, #1
2:  ldaxr w12, [x10]
    cbnz w12, 2b
    stxr w12, w11, [x10]
    cbnz w12, 2b
    ldr x12, [x9, #40]
    add x12, x12, #1
    str x12, [x9, #40]
    stlr wzr, [x10]
    subs x25, x25, #1
    b.ne 1b
    ret

    .data
    .balign 64
told: .quad 0, 0, 0, 0, 0, 0, 0
