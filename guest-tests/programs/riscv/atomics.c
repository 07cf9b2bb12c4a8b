// LR/SC and every AMO, 32 and 64 bits, against the plain meaning in C; what breaks a reservation and what must not succeed.
#include "probe.h"

static volatile uint32_t cell[16] __attribute__((aligned(64)));

#define AMO(instruction, address, value)                                                                                    \
    ({                                                                                                                      \
        word old_;                                                                                                          \
        __asm__ volatile(instruction " %0, %2, (%1)" : "=&r"(old_) : "r"(address), "r"(value) : "memory");                  \
        old_;                                                                                                               \
    })
#define LR(suffix, address) ({ word v_; __asm__ volatile("lr." suffix " %0, (%1)" : "=r"(v_) : "r"(address) : "memory"); v_; })
#define SC(suffix, address, value) AMO("sc." suffix, address, value)

static const int32_t values[] = {0, 1, -1, 5, 0x7fffffff, (int32_t)0x80000000, 0x12345678, -77777};
enum { VALUES = sizeof values / sizeof *values };

static int32_t smaller(int32_t a, int32_t b) { return a < b ? a : b; }
static int32_t larger(int32_t a, int32_t b) { return a > b ? a : b; }
static uint32_t smaller_u(uint32_t a, uint32_t b) { return a < b ? a : b; }
static uint32_t larger_u(uint32_t a, uint32_t b) { return a > b ? a : b; }

#define TRY(number, instruction, result)                                                        \
    cell[0] = (uint32_t)a;                                                                      \
    cell[1] = 0xdeadbeef;                                                                       \
    CHECK(number, AMO(instruction, cell, (word)b) == (word)a); /* sign-extended on RV64 */      \
    CHECK(number, cell[0] == (uint32_t)(result) && cell[1] == 0xdeadbeef)

static void words(void) {
    for (int i = 0; i < VALUES; i++) {
        for (int j = 0; j < VALUES; j++) {
            int32_t a = values[i], b = values[j];
            TRY(1, "amoswap.w", b);
            TRY(2, "amoadd.w", (uint32_t)a + (uint32_t)b);
            TRY(3, "amoand.w", a & b);
            TRY(4, "amoor.w.aq", a | b);
            TRY(5, "amoxor.w.rl", a ^ b);
            TRY(6, "amomin.w", smaller(a, b));
            TRY(7, "amomax.w.aqrl", larger(a, b));
            TRY(8, "amominu.w", smaller_u((uint32_t)a, (uint32_t)b));
            TRY(9, "amomaxu.w", larger_u((uint32_t)a, (uint32_t)b));
        }
    }
}

#if XLEN == 64
#define TRY64(number, instruction, result)                      \
    wide[0] = a;                                                \
    CHECK(number, AMO(instruction, wide, b) == (word)a);        \
    CHECK(number, wide[0] == (int64_t)(result))

static volatile int64_t wide[2];

static void doublewords(void) {
    for (int i = 0; i < VALUES; i++) {
        for (int j = 0; j < VALUES; j++) {
            int64_t a = values[i] * 0x100000001, b = values[j] * 0x1000003;
            TRY64(11, "amoswap.d", b);
            TRY64(12, "amoadd.d", (uint64_t)a + (uint64_t)b);
            TRY64(13, "amoand.d", a & b);
            TRY64(14, "amoor.d", a | b);
            TRY64(15, "amoxor.d", a ^ b);
            TRY64(16, "amomin.d", a < b ? a : b);
            TRY64(17, "amomax.d", a > b ? a : b);
            TRY64(18, "amominu.d", (uint64_t)a < (uint64_t)b ? a : b);
            TRY64(19, "amomaxu.d", (uint64_t)a > (uint64_t)b ? a : b);
        }
    }
    wide[0] = 7;
    CHECK(20, LR("d", wide) == 7 && SC("d", wide, 8) == 0 && wide[0] == 8);
    CHECK(21, SC("d", wide, 9) != 0 && wide[0] == 8);
}
#endif

static void reservations(void) {
    cell[0] = 0x80000001;
    CHECK(30, LR("w", cell) == (word)(int32_t)0x80000001);
    CHECK(31, SC("w", cell, 2) == 0 && cell[0] == 2);
    CHECK(32, SC("w", cell, 3) == 1 && cell[0] == 2);           // used up, also by its own success
    LR("w", cell);
    CHECK(33, SC("w", cell + 8, 3) == 1 && cell[8] == 0);       // another address
    CHECK(34, SC("w", cell, 3) == 1 && cell[0] == 2);           // and a failing SC uses it up too
    LR("w", cell);
    LR("w", cell + 8);                                          // the later reservation replaces the earlier
    CHECK(35, SC("w", cell, 3) == 1 && cell[0] == 2);
    LR("w.aqrl", cell + 8);
    CHECK(36, SC("w.rl", cell + 8, 4) == 0 && cell[8] == 4);

    // The loop that the manual promises will end.
    for (word n = 0; n < 100; n++) {
        word old, status;
        __asm__ volatile("1: lr.w %0, (%2)\n addi %1, %0, 1\n sc.w %1, %1, (%2)\n bnez %1, 1b"
                         : "=&r"(old), "=&r"(status)
                         : "r"(cell + 4)
                         : "memory");
        CHECK(37, old == n && cell[4] == n + 1);
    }
    // rd = x0, and rd equal to a source.
    cell[0] = 5;
    __asm__ volatile("amoadd.w zero, %1, (%0)" ::"r"(cell), "r"(6) : "memory");
    CHECK(38, cell[0] == 11);
    word both = 3;
    __asm__ volatile("amoadd.w %0, %0, (%1)" : "+r"(both) : "r"(cell) : "memory");
    CHECK(39, both == 11 && cell[0] == 14);
    word address = (word)cell;
    __asm__ volatile("amoor.w %0, %1, (%0)" : "+r"(address) : "r"(1) : "memory");
    CHECK(40, address == 14 && cell[0] == 15);
}

int main(void) {
    catch_traps();
    words();
#if XLEN == 64
    doublewords();
#endif
    reservations();
    return 0;
}
