// MSIP in the CLINT raises the machine software interrupt; SSIP in mip raises the supervisor's. Enables in mie and
// mstatus.MIE. (The order of several is interrupt-order.c.)
#include "probe.h"

#define CLINT 0x02000000ul

enum { SSIP = 1 << 1, MSIP = 1 << 3 };

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
    mtimecmp[0] = mtimecmp[1] = ~0u;
    CSR_WRITE(mtvec, on_interrupt);
    CHECK(1, *msip == 0);
    *msip = 1;
    CHECK(2, *msip == 1);
    while (!(CSR_READ(mip) & MSIP)) {
    }
    CSR_SET(mstatus, MSTATUS_MIE);
    CHECK(3, taken == 0);               // not enabled in mie
    CSR_CLEAR(mstatus, MSTATUS_MIE);
    CSR_SET(mie, MSIP);
    CHECK(4, taken == 0);               // not enabled in mstatus
    CSR_SET(mstatus, MSTATUS_MIE);
    CHECK(5, taken == 1 && causes[0] == (INTERRUPT | 3));
    *msip = 0xfffffffe;                 // only bit 0 exists
    CHECK(6, *msip == 0);
    while (CSR_READ(mip) & MSIP) {
    }
    CSR_SET(mip, SSIP);
    CHECK(7, CSR_READ(mip) & SSIP);
    CSR_SET(mie, SSIP);
    CHECK(8, taken == 2 && causes[1] == (INTERRUPT | 1));
    CSR_CLEAR(mip, SSIP);
    return 0;
}
