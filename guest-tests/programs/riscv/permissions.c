// Every combination of R, W, X and U in a leaf, of S and U mode, SUM and MXR, against the rules of the privileged manual (4.3.1 and
// 3.1.6.3) written down once more: 2 x 14 leaves x 2 modes x 4 settings x 3 accesses.
#include "paging.h"

static word data[4096 / sizeof(word)] __attribute__((aligned(4096)));

static int valid(word flags) {
    return !(flags & PTE_W) || flags & PTE_R;
}

static int allowed(word flags, int supervisor, int sum, int mxr, char access) {
    if (!valid(flags) || !(flags & (PTE_R | PTE_X))) {
        return 0;
    }
    if (supervisor && flags & PTE_U && (access == 'x' || !sum)) {
        return 0;
    }
    if (!supervisor && !(flags & PTE_U)) {
        return 0;
    }
    switch (access) {
        case 'r': return flags & PTE_R || (mxr && flags & PTE_X);
        case 'w': return !!(flags & PTE_W);
        default: return !!(flags & PTE_X);
    }
}

int main(void) {
    const struct scheme *scheme = &schemes[0];
    word base = 0x00400000;
    catch_traps();
    *(volatile uint32_t *)data = 0x00000073;            // ecall
    __asm__ volatile("fence.i");
    clear_tables();
    map(scheme, base, (word)data, 0, PTE_ALL);
    CHECK(1, turn_on(scheme));
    for (word flags = 0; flags < 32; flags += 2) {
        map(scheme, base, (word)data, 0, flags | PTE_V | PTE_A | PTE_D);
        if (!(flags & (PTE_R | PTE_W | PTE_X))) {
            continue;                                   // a pointer, not a leaf
        }
        flush();
        for (int setting = 0; setting < 8; setting++) {
            int supervisor = setting & 1, sum = setting >> 1 & 1, mxr = setting >> 2;
            word status = (supervisor ? SUPERVISOR : USER) | (sum ? MSTATUS_SUM : 0) | (mxr ? MSTATUS_MXR : 0);
            load32(base + 8, status | MSTATUS_MPRV);
            CHECK(2, (caught.cause == NO_TRAP) == allowed(flags, supervisor, sum, mxr, 'r'));
            CHECK(3, caught.cause == NO_TRAP || caught.cause == LOAD_PAGE);
            store32(base + 8, 5, status | MSTATUS_MPRV);
            CHECK(4, (caught.cause == NO_TRAP) == allowed(flags, supervisor, sum, mxr, 'w'));
            CHECK(5, caught.cause == NO_TRAP || caught.cause == STORE_PAGE);
            fetch(base, status);
            CHECK(6, (caught.cause != FETCH_PAGE) == allowed(flags, supervisor, sum, mxr, 'x'));
            CHECK(7, caught.cause == FETCH_PAGE || caught.cause == (supervisor ? ECALL_S : ECALL_U));
        }
    }
    turn_off();
    return 0;
}
