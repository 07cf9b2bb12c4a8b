// The order in which pending interrupts are taken (privileged manual, 3.1.9: MEI, MSI, MTI, SEI, SSI, STI), and what can never be
// delegated.
#include "probe.h"

#define CLINT 0x02000000ul

enum { SSIP = 1 << 1, MSIP = 1 << 3, STIP = 1 << 5, MTIP = 1 << 7, SEIP = 1 << 9 };

static volatile uint32_t *const msip = (volatile uint32_t *)CLINT;
static volatile uint32_t *const mtimecmp = (volatile uint32_t *)(CLINT + 0x4000);

static volatile word causes[8];
static volatile int taken;

// Takes each pending interrupt once, by switching its enable off.
__attribute__((interrupt("machine"), aligned(4))) static void on_interrupt(void) {
    word cause = CSR_READ(mcause);
    causes[taken++ & 7] = cause;
    CSR_CLEAR(mie, (word)1 << (cause & 31));
}

int main(void) {
    CSR_WRITE(mie, 0);
    CSR_WRITE(mideleg, 0);
    CSR_WRITE(mtvec, on_interrupt);
    *msip = 1;
    mtimecmp[0] = mtimecmp[1] = 0;
    CSR_SET(mip, SSIP | STIP | SEIP);
    word all = SSIP | MSIP | STIP | MTIP | SEIP;
    while ((CSR_READ(mip) & all) != all) {
    }
    CSR_SET(mie, all);
    CSR_SET(mstatus, MSTATUS_MIE);
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CHECK(1, taken == 5);
    CHECK(2, causes[0] == (INTERRUPT | 3));
    CHECK(3, causes[1] == (INTERRUPT | 7));
    CHECK(4, causes[2] == (INTERRUPT | 9));
    CHECK(5, causes[3] == (INTERRUPT | 1));
    CHECK(6, causes[4] == (INTERRUPT | 5));

    CSR_WRITE(medeleg, ~(word)0);
    CHECK(7, !(CSR_READ(medeleg) >> ECALL_M & 1));     // read-only 0: nothing above M calls
    CSR_WRITE(mideleg, ~(word)0);
    CHECK(8, !(CSR_READ(mideleg) & (MSIP | MTIP | 1 << 11)));
    return 0;
}
