// mstatus.MPRV: cleared by a return to a mode below M, kept by one to M; an access under it is the one of mode MPP, a fetch is not.
#include "probe.h"

static word does_ecall(word argument) {
    __asm__ volatile("ecall");
    return argument;
}

static word data[2];

int main(void) {
    catch_traps();
    fetch((word)does_ecall, SUPERVISOR | MSTATUS_MPRV);
    CHECK(1, caught.cause == ECALL_S && !(caught.status & MSTATUS_MPRV));
    fetch((word)does_ecall, USER | MSTATUS_MPRV);
    CHECK(2, caught.cause == ECALL_U && !(caught.status & MSTATUS_MPRV));
    fetch((word)does_ecall, MACHINE | MSTATUS_MPRV);
    CHECK(3, caught.cause == ECALL_M && caught.status & MSTATUS_MPRV);

    CSR_WRITE(pmpcfg0, 0);              // S and U may do nothing, M all
    CHECK(4, (load32((word)data, MSTATUS_MPRV | SUPERVISOR), caught.cause == LOAD_ACCESS));
    CHECK(5, (caught.status & MSTATUS_MPP) == MACHINE);    // the trap came from M-mode all the same
    CHECK(6, (store32((word)data, 1, MSTATUS_MPRV | USER), caught.cause == STORE_ACCESS));
    CHECK(7, (load32((word)data, MSTATUS_MPRV | MACHINE), caught.cause == NO_TRAP));
    CHECK(8, (load32((word)data, SUPERVISOR), caught.cause == NO_TRAP));
    return 0;
}
