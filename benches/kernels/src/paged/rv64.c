// Runs main() in S-mode behind Sv39, RAM mapped where it lies by 4 KiB pages: what translation costs. Linked in with
// -Wl,--wrap=main; crt0's part before and behind main stays in M-mode.
#include <stdint.h>

enum { PAGE = 4096, ENTRIES = 512, LEAVES = 16 };

// V, R, W, X, A, D: allowed to S-mode, and nothing has to be updated.
#define LEAF 0xcf
#define TABLE 1

static uint64_t tables[2 + LEAVES][ENTRIES] __attribute__((aligned(PAGE)));

int __real_main(void);

// Where S-mode's ecall goes back to.
static void *stack __attribute__((used)), *back __attribute__((used));

static uint64_t entry(const void *at, uint64_t flags) {
    return (uint64_t)at >> 12 << 10 | flags;
}

// The first 32 MiB of RAM: crt0 and main use no more.
static void map(void) {
    const uint64_t base = 0x80000000;
    tables[0][base >> 30] = entry(tables[1], TABLE);
    for (int leaf = 0; leaf < LEAVES; leaf++) {
        tables[1][leaf] = entry(tables[2 + leaf], TABLE);
        for (int page = 0; page < ENTRIES; page++) {
            tables[2 + leaf][page] = entry((void *)(base + ((uint64_t)leaf * ENTRIES + page) * PAGE), LEAF);
        }
    }
}

static void end_of_s_mode(void) {
    __asm__ volatile("ecall");
    __builtin_unreachable();
}

// Any trap but that ecall is an error: the kernel's result is not 0 then.
__asm__(".text\n.balign 4\nleft_s_mode:\n"
        "  csrr t0, mcause\n  li t1, 9\n  beq t0, t1, 1f\n  li a0, 99\n"
        "1: la t0, stack\n  ld sp, (t0)\n  la t0, back\n  ld t0, (t0)\n  jr t0\n");
void left_s_mode(void);

// Stays in M-mode before and behind `main`; a0 is its result.
__attribute__((naked)) static int in_s_mode(void *start __attribute__((unused)), void *then __attribute__((unused))) {
    __asm__("addi sp, sp, -112\n"
            "sd ra, 0(sp)\nsd s0, 8(sp)\nsd s1, 16(sp)\nsd s2, 24(sp)\nsd s3, 32(sp)\nsd s4, 40(sp)\nsd s5, 48(sp)\n"
            "sd s6, 56(sp)\nsd s7, 64(sp)\nsd s8, 72(sp)\nsd s9, 80(sp)\nsd s10, 88(sp)\nsd s11, 96(sp)\n"
            "la t0, stack\nsd sp, (t0)\nla t0, back\nla t1, 1f\nsd t1, (t0)\n"
            "csrw mepc, a0\nmv ra, a1\nmret\n"
            "1: ld ra, 0(sp)\nld s0, 8(sp)\nld s1, 16(sp)\nld s2, 24(sp)\nld s3, 32(sp)\nld s4, 40(sp)\nld s5, 48(sp)\n"
            "ld s6, 56(sp)\nld s7, 64(sp)\nld s8, 72(sp)\nld s9, 80(sp)\nld s10, 88(sp)\nld s11, 96(sp)\n"
            "addi sp, sp, 112\nret");
}

int __wrap_main(void) {
    map();
    uint64_t old_mtvec;
    __asm__ volatile("csrrw %0, mtvec, %1" : "=r"(old_mtvec) : "r"(left_s_mode));
    // All of memory is open to S-mode; mret goes there.
    __asm__ volatile("csrw pmpaddr0, %0\ncsrw pmpcfg0, %1" ::"r"(~0ull >> 10), "r"(0x1full));
    __asm__ volatile("csrc mstatus, %0\ncsrs mstatus, %1" ::"r"(0x1800ull), "r"(0x0800ull));
    __asm__ volatile("csrw satp, %0\nsfence.vma" ::"r"(8ull << 60 | (uint64_t)tables[0] >> 12) : "memory");
    int result = in_s_mode((void *)__real_main, (void *)end_of_s_mode);
    __asm__ volatile("csrw satp, zero\nsfence.vma\ncsrw mtvec, %0" ::"r"(old_mtvec) : "memory");
    return result;
}
