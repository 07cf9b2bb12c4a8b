// Zicbom and Zicboz: which modes may execute them (menvcfg and senvcfg: CBIE, CBCFE, CBZE), how they fault, and that CBO.ZERO clears
// exactly one block of 64 bytes. What CBO.CLEAN, FLUSH and INVAL do to a cache is not visible here: memory must stay as it is.
#include "paging.h"

enum { CBIE = 3 << 4, CBIE_FLUSH = 1 << 4, CBCFE = 1 << 6, CBZE = 1 << 7 };
enum { INVAL, CLEAN, FLUSH, ZERO };

static uint8_t block[4 * 64] __attribute__((aligned(4096)));

static void set_environment(word machine, word supervisor) {
    __asm__ volatile("csrc 0x30a, %0\n csrs 0x30a, %1" ::"r"(CBIE | CBCFE | CBZE), "r"(machine));     // menvcfg
    __asm__ volatile("csrw 0x10a, %0" ::"r"(supervisor));                                             // senvcfg
}

#define CBO(name, number)                                                                              \
    static word name(word address) {                                                                   \
        __asm__ volatile(".insn i 0x0f, 2, x0, %0, " #number ::"r"(address) : "memory");              \
        return address;                                                                                \
    }
CBO(cbo_inval, 0)
CBO(cbo_clean, 1)
CBO(cbo_flush, 2)
CBO(cbo_zero, 4)

static word (*const operations[])(word) = {cbo_inval, cbo_clean, cbo_flush, cbo_zero};
static const word enables[] = {CBIE_FLUSH, CBCFE, CBCFE, CBZE};

static word probe(int operation, enum mode mode, word address) {
    run_in(mode, operations[operation], address);
    return caught.cause;
}

int main(void) {
    catch_traps();
    for (unsigned i = 0; i < sizeof block; i++) {
        block[i] = (uint8_t)(i + 1);
    }
    word middle = (word)block + 64 + 17;    // any address in the block means the block

    for (int operation = INVAL; operation <= ZERO; operation++) {
        word bit = enables[operation];
        set_environment(0, 0);
        CHECK(1, probe(operation, MACHINE, middle) == ECALL_M);
        CHECK(2, probe(operation, SUPERVISOR, middle) == ILLEGAL && probe(operation, USER, middle) == ILLEGAL);
        set_environment(bit, 0);
        CHECK(3, probe(operation, SUPERVISOR, middle) == ECALL_S && probe(operation, USER, middle) == ILLEGAL);
        set_environment(0, bit);
        CHECK(4, probe(operation, USER, middle) == ILLEGAL);
        set_environment(bit, bit);
        CHECK(5, probe(operation, USER, middle) == ECALL_U);
        if (operation != ZERO) {
            for (unsigned i = 0; i < sizeof block; i++) {
                CHECK(6, block[i] == (uint8_t)(i + 1));
            }
        }
    }
    for (unsigned i = 0; i < sizeof block; i++) {
        CHECK(7, block[i] == (i / 64 == 1 ? 0 : (uint8_t)(i + 1)));
    }

    // Faults are a store's, whatever the operation.
    set_environment(CBIE_FLUSH | CBCFE | CBZE, CBIE_FLUSH | CBCFE | CBZE);
    for (int operation = INVAL; operation <= ZERO; operation++) {
        CHECK(10, probe(operation, MACHINE, 0x08000000) == STORE_ACCESS);
    }
    const struct scheme *scheme = &schemes[0];
    clear_tables();
    map(scheme, 0x80000000, 0x80000000, scheme->levels == 2 ? 1 : 2, PTE_ALL);     // this program, where it is
    map(scheme, 0x00400000, (word)block, 0, PTE_V | PTE_R | PTE_A | PTE_D);
    CHECK(11, turn_on(scheme));
    for (int operation = INVAL; operation <= ZERO; operation++) {
        CHECK(12, probe(operation, SUPERVISOR, 0x00401000) == STORE_PAGE && caught.value == 0x00401000);
    }
    CHECK(13, probe(CLEAN, SUPERVISOR, 0x00400040) == ECALL_S);        // reading is enough for these
    CHECK(14, probe(FLUSH, SUPERVISOR, 0x00400040) == ECALL_S);
    CHECK(15, probe(ZERO, SUPERVISOR, 0x00400040) == STORE_PAGE);
    CHECK(16, block[0] == 1);
    turn_off();
    return 0;
}
