// mtvec and stvec in vectored mode: interrupt n enters at base + 4 n, every exception at base.
#include "probe.h"

#define CLINT 0x02000000ul

enum { SSIP = 1 << 1, MSIP = 1 << 3, MTIP = 1 << 7 };

static volatile uint32_t *const msip = (volatile uint32_t *)CLINT;
static volatile uint32_t *const mtimecmp = (volatile uint32_t *)(CLINT + 0x4000);

// Each entry of a table writes its own number to `entered`, then masks all interrupts of its mode and steps over the instruction if
// it was an exception.
volatile word entered = 99;
extern char machine_table[], supervisor_table[];
__asm__(".macro entry prefix, n\n"
        "  j \\prefix\\()_\\n\n"
        ".endm\n"
        ".macro arrive prefix, n\n"
        "\\prefix\\()_\\n: csrw \\prefix\\()scratch, t0\n li t0, \\n\n j \\prefix\\()_common\n"
        ".endm\n"
        ".macro common prefix\n"
        "\\prefix\\()_common:\n"
        "  addi sp, sp, -16\n"
        "  " /* keeps t1 */
#if XLEN == 64
        "sd t1, (sp)\n la t1, entered\n sd t0, (t1)\n"
#else
        "sw t1, (sp)\n la t1, entered\n sw t0, (t1)\n"
#endif
        "  csrw \\prefix\\()ie, zero\n"
        "  csrr t1, \\prefix\\()cause\n"
        "  bltz t1, 1f\n"
        "  csrr t1, \\prefix\\()epc\n addi t1, t1, 4\n csrw \\prefix\\()epc, t1\n"
        "1:\n"
#if XLEN == 64
        "  ld t1, (sp)\n"
#else
        "  lw t1, (sp)\n"
#endif
        "  addi sp, sp, 16\n"
        "  csrr t0, \\prefix\\()scratch\n"
        "  \\prefix\\()ret\n"
        ".endm\n"
        ".macro table prefix, name\n"
        ".balign 256\n"
        ".option push\n .option norvc\n .option norelax\n"
        "\\name:\n"
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n entry \\prefix, \\n\n .endr\n"
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n arrive \\prefix, \\n\n .endr\n"
        "common \\prefix\n"
        ".option pop\n"
        ".endm\n"
        ".text\n"
        "table m, machine_table\n"
        "table s, supervisor_table\n");

static word in_supervisor(word argument) {
    CSR_WRITE(stvec, (word)supervisor_table | 1);
    CSR_SET(sie, SSIP);
    CSR_SET(sip, SSIP);
    CSR_SET(sstatus, MSTATUS_SIE);
    CSR_CLEAR(sstatus, MSTATUS_SIE);
    word interrupt = entered;
    CSR_CLEAR(sip, SSIP);
    __asm__ volatile(".option push\n .option norvc\n ebreak\n .option pop" ::: "memory");
    return argument + interrupt + entered;
}

int main(void) {
    CSR_WRITE(mie, 0);
    mtimecmp[0] = mtimecmp[1] = ~0u;
    CSR_WRITE(mtvec, (word)machine_table | 1);
    CHECK(1, CSR_READ(mtvec) == ((word)machine_table | 1));

    *msip = 1;
    CSR_WRITE(mie, MSIP);
    CSR_SET(mstatus, MSTATUS_MIE);
    while (entered == 99) {
    }
    CHECK(2, entered == 3);
    *msip = 0;
    mtimecmp[0] = mtimecmp[1] = 0;
    entered = 99;
    CSR_WRITE(mie, MTIP);
    while (entered == 99) {
    }
    CHECK(3, entered == 7);
    mtimecmp[1] = ~0u;
    CSR_CLEAR(mstatus, MSTATUS_MIE);

    entered = 99;
    __asm__ volatile(".option push\n .option norvc\n ebreak\n .option pop" ::: "memory");
    CHECK(4, entered == 0);
    entered = 99;
    __asm__ volatile("ecall" ::: "memory");
    CHECK(5, entered == 0);

    catch_traps();
    CSR_SET(mideleg, SSIP);
    CSR_SET(medeleg, 1 << BREAKPOINT);
    CHECK(6, run_in(SUPERVISOR, in_supervisor, 40) == 40 + 1 + 0);
    CHECK(7, caught.cause == ECALL_S);
    return 0;
}
