// HTIF beyond the exit: the host's `write` and `exit` through the block that `tohost` points to (the protocol of riscv-pk: number,
// then arguments, eight doublewords; the result comes back in the first), and on RV64 the console of device 1.
#include "runtime.h"

// As doublewords: of anything less aligned the compiler may make two stores.
extern volatile uint64_t tohost, fromhost;

enum { SYS_WRITE = 64, SYS_EXIT = 93 };

static volatile uint64_t block[8] __attribute__((aligned(64)));

// The low word goes last: the machine looks at the word as a whole when it is stored.
static void send(uint64_t value) {
#if __riscv_xlen == 64
    tohost = value;
#else
    ((volatile uint32_t *)&tohost)[1] = (uint32_t)(value >> 32);
    ((volatile uint32_t *)&tohost)[0] = (uint32_t)value;
#endif
}

static uint64_t call(uint64_t number, uint64_t a, uint64_t b, uint64_t c) {
    block[0] = number;
    block[1] = a;
    block[2] = b;
    block[3] = c;
    __asm__ volatile("fence" ::: "memory");
    send((uintptr_t)block);
    while (fromhost == 0) {
    }
    fromhost = 0;
    __asm__ volatile("fence" ::: "memory");
    return block[0];
}

int main(void) {
    static const char text[] = "Hello through HTIF\n";
    if (call(SYS_WRITE, 1, (uintptr_t)text, sizeof text - 1) != sizeof text - 1) {
        finish(1);
    }
    if (call(SYS_WRITE, 99, (uintptr_t)text, 1) != (uint64_t)-9) {  // EBADF
        finish(2);
    }
#if __riscv_xlen == 64
    for (const char *c = "and its console\n"; *c; c++) {
        send((uint64_t)1 << 56 | (uint64_t)1 << 48 | (uint8_t)*c);
        while (tohost) {
        }
    }
#endif
    call(SYS_EXIT, 5, 0, 0);
    for (;;) {
    }
}
