// Physical memory protection (privileged manual, 3.7): NA4, NAPOT and TOR regions, the lowest entry decides, an access that a region
// covers in part fails, no match fails below M, locked entries bind M-mode and cannot be changed.
#include "probe.h"

enum { R = 1, W = 2, X = 4, TOR = 1 << 3, NA4 = 2 << 3, NAPOT = 3 << 3, LOCKED = 1 << 7 };
enum { AS_S = MSTATUS_MPRV | SUPERVISOR, AS_U = MSTATUS_MPRV | USER };

static uint32_t data[2048] __attribute__((aligned(4096)));

static void set_config(int entry, word config) {
    static word shadow[4];
    int at = entry % (int)sizeof(word) * 8;
    int index = entry / (int)sizeof(word);
    shadow[index] = (shadow[index] & ~((word)0xff << at)) | config << at;
    if (index == 0) {
        CSR_WRITE(pmpcfg0, shadow[0]);
#if XLEN == 32
    } else if (index == 1) {
        CSR_WRITE(pmpcfg1, shadow[1]);
    } else {
        CSR_WRITE(pmpcfg2, shadow[2]);
#else
    } else {
        CSR_WRITE(pmpcfg2, shadow[1]);
#endif
    }
    __asm__ volatile("sfence.vma" ::: "memory");
}

// pmpaddr for a naturally aligned region of `bytes` (a power of two, at least 8).
static word napot(word base, word bytes) {
    return base >> 2 | (bytes / 8 - 1);
}

static int can_read(word address, word status) {
    load32(address, status);
    CHECK(110, caught.cause == NO_TRAP || (caught.cause == LOAD_ACCESS && caught.value == address));
    return caught.cause == NO_TRAP;
}

static int can_write(word address, word status) {
    store32(address, 0x00000073, status);               // ecall, so that the place stays executable
    CHECK(111, caught.cause == NO_TRAP || (caught.cause == STORE_ACCESS && caught.value == address));
    return caught.cause == NO_TRAP;
}

static int can_execute(word address, word mode) {
    fetch(address, mode);
    CHECK(112, caught.cause == ECALL_S || caught.cause == ECALL_U || caught.cause == ECALL_M || caught.cause == FETCH_ACCESS);
    return caught.cause != FETCH_ACCESS;
}

int main(void) {
    catch_traps();
    word base = (word)data;
    for (unsigned i = 0; i < sizeof data / sizeof *data; i++) {
        data[i] = 0x00000073;
    }
    __asm__ volatile("fence.i");

    // With no match, M may do all, S and U nothing. (Entry 8 is far away: with no entry at all, QEMU refuses MRET to S and U.)
    set_config(8, NA4);
    set_config(0, 0);
    CHECK(1, can_read(base, 0) && can_write(base, 0) && can_execute(base, MACHINE));
    CHECK(2, !can_read(base, AS_S) && !can_write(base, AS_S) && !can_execute(base, SUPERVISOR));
    CHECK(3, !can_read(base, AS_U) && !can_write(base, AS_U) && !can_execute(base, USER));

    // NAPOT, each legal combination of R, W, X.
    CSR_WRITE(pmpaddr1, napot(base, 4096));
    for (word permissions = 0; permissions < 8; permissions++) {
        if ((permissions & W) && !(permissions & R)) {
            continue;                                   // reserved
        }
        set_config(1, NAPOT | permissions);
        CHECK(4, can_read(base, AS_S) == !!(permissions & R));
        CHECK(5, can_write(base + 4092, AS_S) == !!(permissions & W));
        CHECK(6, can_execute(base + 64, SUPERVISOR) == !!(permissions & X));
        CHECK(7, can_read(base + 4, AS_U) == !!(permissions & R));
        CHECK(8, can_read(base, 0) && can_write(base, 0) && can_execute(base, MACHINE));
        CHECK(9, !can_read(base + 4096, AS_S) && !can_read(base - 4, AS_S));
    }

    // Small regions: NAPOT of 8 bytes, NA4.
    CSR_WRITE(pmpaddr1, napot(base + 16, 8));
    set_config(1, NAPOT | R);
    CHECK(10, can_read(base + 16, AS_S) && can_read(base + 20, AS_S));
    CHECK(11, !can_read(base + 12, AS_S) && !can_read(base + 24, AS_S));
    CSR_WRITE(pmpaddr1, (base + 32) >> 2);
    set_config(1, NA4 | R | W);
    CHECK(12, can_read(base + 32, AS_S) && can_write(base + 32, AS_S));
    CHECK(13, !can_read(base + 28, AS_S) && !can_read(base + 36, AS_S));
    CHECK(14, !can_execute(base + 32, SUPERVISOR));
#if XLEN == 64
    load64(base + 32, AS_S);                            // half inside: fails
    CHECK(15, caught.cause == LOAD_ACCESS);
    store64(base + 32, 0, AS_S);
    CHECK(16, caught.cause == STORE_ACCESS);
    load64(base + 32, 0);                               // for M-mode too, unlocked or not
    CHECK(17, caught.cause == LOAD_ACCESS);
#endif

    // TOR: from the previous entry's address, entry 0 from 0.
    set_config(1, 0);
    CSR_WRITE(pmpaddr1, (base + 64) >> 2);
    CSR_WRITE(pmpaddr2, (base + 128) >> 2);
    set_config(2, TOR | R);
    CHECK(20, can_read(base + 64, AS_S) && can_read(base + 124, AS_S));
    CHECK(21, !can_read(base + 60, AS_S) && !can_read(base + 128, AS_S));
    CSR_WRITE(pmpaddr2, (base + 64) >> 2);              // empty
    CHECK(22, !can_read(base + 64, AS_S) && !can_read(base + 60, AS_S));
    CSR_WRITE(pmpaddr0, (base + 64) >> 2);
    set_config(0, TOR | R);
    CHECK(23, can_read(base + 60, AS_S) && !can_read(base + 64, AS_S));
    set_config(0, 0);
    set_config(2, 0);

    // The lowest matching entry decides, whatever later ones allow.
    CSR_WRITE(pmpaddr1, napot(base, 64));
    CSR_WRITE(pmpaddr2, napot(base, 4096));
    set_config(1, NAPOT);
    set_config(2, NAPOT | R | W | X);
    CHECK(30, !can_read(base, AS_S) && can_read(base + 64, AS_S));
    CSR_WRITE(pmpaddr9, ~(word)0);                      // an entry of another configuration register
    set_config(9, NAPOT | R);
    CHECK(31, can_read(base + 4096, AS_S) && !can_write(base + 4096, AS_S) && can_write(base + 64, AS_S));
    set_config(9, 0);
    CHECK(32, !can_read(base + 4096, AS_S));

    // Locked: M-mode obeys, and neither configuration nor address can be written; a locked TOR entry holds its lower bound too.
    CSR_WRITE(pmpaddr3, (base + 512) >> 2);
    CSR_WRITE(pmpaddr4, (base + 1024) >> 2);
    set_config(2, 0);
    set_config(1, 0);
    set_config(4, TOR | R | LOCKED);
    CHECK(40, can_read(base + 512, 0) && !can_write(base + 512, 0) && !can_execute(base + 512, MACHINE));
    CHECK(41, can_write(base + 508, 0) && can_write(base + 1024, 0));
    CSR_WRITE(pmpaddr4, 0);
    CSR_WRITE(pmpaddr3, 0);
    CHECK(42, CSR_READ(pmpaddr4) == (base + 1024) >> 2 && CSR_READ(pmpaddr3) == (base + 512) >> 2);
    set_config(4, 0);
    CHECK(43, !can_write(base + 512, 0) && can_read(base + 512, AS_U));
    set_config(0, NAPOT | R | W);                       // an unlocked entry before it, though, decides first
    CSR_WRITE(pmpaddr0, napot(base + 512, 8));
    CHECK(44, can_write(base + 512, 0) && !can_write(base + 520, 0));
    return 0;
}
