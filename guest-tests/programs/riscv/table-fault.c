// A page table outside memory: an access fault of the kind of the access that wanted it, not a page fault.
#include "paging.h"

enum { AS_S = MSTATUS_MPRV | SUPERVISOR };

int main(void) {
    const struct scheme *scheme = &schemes[0];
    catch_traps();
    clear_tables();
    word base = 0x00400000;
    *entry_of(scheme, base, 1) = (word)0x08000000 >> 12 << 10 | PTE_V;
    CHECK(1, turn_on(scheme));
    CHECK(2, (load8(base, AS_S), caught.cause == LOAD_ACCESS && caught.value == base));
    CHECK(3, (store8(base, 1, AS_S), caught.cause == STORE_ACCESS && caught.value == base));
    CHECK(4, (fetch(base, SUPERVISOR), caught.cause == FETCH_ACCESS && caught.value == base));
    turn_off();
    return 0;
}
