// Code that a program writes is executed after FENCE.I: fresh code, code that ran before, one instruction of a loop that runs, code
// across a page boundary, and the same through a second mapping of the page.
#include "paging.h"

static uint32_t room[2048] __attribute__((aligned(4096)));

// addi a0, a0, n
static uint32_t addi(unsigned n) {
    return (uint32_t)n << 20 | 10 << 15 | 10 << 7 | 0x13;
}

enum { RET = 0x00008067 };

static word call(const uint32_t *code, word argument) {
    return ((word(*)(word))(word)code)(argument);
}

static void fence_i(void) {
    __asm__ volatile("fence.i" ::: "memory");
}

int main(void) {
    catch_traps();
    // The same place, a thousand times.
    for (unsigned n = 0; n < 1000; n++) {
        room[0] = addi(n);
        room[1] = RET;
        fence_i();
        CHECK(1, call(room, 5) == 5 + n);
    }
    // Only the second instruction changes, then only the first, by halfwords.
    room[0] = addi(1);
    room[1] = addi(2);
    room[2] = RET;
    fence_i();
    CHECK(2, call(room, 0) == 3);
    room[1] = addi(20);
    fence_i();
    CHECK(3, call(room, 0) == 21);
    ((volatile uint16_t *)room)[1] = (uint16_t)(addi(300) >> 16);
    fence_i();
    CHECK(4, call(room, 0) == 320);
    ((volatile uint8_t *)room)[7] = 0x02;       // the immediate's upper byte: 0x014 becomes 0x024
    fence_i();
    CHECK(5, call(room, 0) == 300 + 0x24);

    // Across the page boundary: the instruction's halves lie in two pages; each half changes alone.
    volatile uint16_t *at = (volatile uint16_t *)room + 2047;
    uint32_t first = addi(7), last = RET;
    at[0] = (uint16_t)first;
    at[1] = (uint16_t)(first >> 16);
    at[2] = (uint16_t)last;
    at[3] = (uint16_t)(last >> 16);
    fence_i();
    CHECK(6, call((const uint32_t *)at, 1) == 8);
    at[1] = (uint16_t)(addi(9) >> 16);
    fence_i();
    CHECK(7, call((const uint32_t *)at, 1) == 10);
    at[0] = (uint16_t)(addi(9) ^ 0x2000);       // funct3 000 becomes 010: slti
    fence_i();
    CHECK(8, call((const uint32_t *)at, 1) == 1);
    CHECK(9, call((const uint32_t *)at, 100) == 0);

    // A loop rewrites the instruction that it runs next: the counter is a0, the step grows each time.
    word sum = 0;
    for (unsigned n = 0; n < 50; n++) {
        room[16] = addi(n);
        room[17] = RET;
        fence_i();
        sum = call(room + 16, sum);
        room[16] = addi(n + 1);
        fence_i();
        sum = call(room + 16, sum);
    }
    CHECK(10, sum == 49 * 50 / 2 + 50 * 51 / 2);

    // Written through one address, executed through another, in S-mode.
    const struct scheme *scheme = &schemes[0];
    word base = 0x00400000;
    clear_tables();
    map(scheme, base, (word)room, 0, PTE_ALL);
    map(scheme, base + 4096, (word)room, 0, PTE_ALL);
    CHECK(11, turn_on(scheme));
    for (unsigned n = 0; n < 4; n++) {
        store32(base + 256, n & 1 ? 0x00100073 : 0x00000073, MSTATUS_MPRV | SUPERVISOR);
        fence_i();
        fetch(base + 4096 + 256, SUPERVISOR);
        CHECK(12, caught.cause == (n & 1 ? BREAKPOINT : ECALL_S));
    }
    turn_off();
    return 0;
}
