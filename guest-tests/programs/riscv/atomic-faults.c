// An AMO faults as a store, an LR as a load. Both want alignment whatever the machine does for plain accesses (unprivileged manual,
// A extension; PMA without Zama16b), and a misaligned one leaves memory as it was.
#include "probe.h"

static volatile uint32_t buffer[4] __attribute__((aligned(16))) = {0x11111111, 0x22222222, 0x33333333, 0x44444444};

int main(void) {
    word base = (word)buffer;
    catch_traps();
    for (word offset = 1; offset < 4; offset++) {
        lr_w(base + offset);
        CHECK(1, caught.cause == LOAD_MISALIGNED);
        CHECK(2, caught.value == base + offset);
        amoadd_w(base + offset);
        CHECK(3, caught.cause == STORE_MISALIGNED);
        CHECK(4, caught.value == base + offset);
    }
    CHECK(5, buffer[0] == 0x11111111 && buffer[1] == 0x22222222);
    amoadd_w(base + 4);
    CHECK(6, caught.cause == NO_TRAP && buffer[1] == 0x22222223);
    amoadd_w(0x08000000);               // a hole in the map
    CHECK(7, caught.cause == STORE_ACCESS && caught.value == 0x08000000);
    return 0;
}
