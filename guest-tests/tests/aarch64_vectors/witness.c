// Runs instructions of A64, one by one, from many states each, and prints a digest of what they leave, and their words again.
// Words come on standard input, in hexadecimal. `main.rs` makes the same states. For Linux on AArch64, or its user-mode
// emulation.
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

typedef uint64_t u64;
typedef uint32_t u32;

enum { STATES = 24, WINDOW = 384 };
#define DATA 0x50008000ul

struct state {
    u64 x[32];
    u64 v[64];
    u64 nzcv, fpcr, fpsr;
};

static u64 seed;

static u64 bits(void) {
    seed += 0x9e3779b97f4a7c15;
    u64 mixed = seed;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

// A number of a format: half, single, double.
static u64 number(int format) {
    static const int EXPONENT[] = {5, 8, 11}, FRACTION[] = {10, 23, 52};
    int exponent_bits = EXPONENT[format], fraction_bits = FRACTION[format];
    u64 largest = ((u64)1 << exponent_bits) - 1, bias = largest >> 1, choice = bits(), fraction = bits(), exponent;
    switch (choice & 7) {
        case 0: exponent = 0; break;
        case 1: exponent = choice >> 8 & 3; break;
        case 2: exponent = largest - (choice >> 8 & 1); break;
        case 3: exponent = bias + (choice >> 8 & 31); break;
        default: exponent = bias + 2 - (choice >> 8 & 3); break;
    }
    if ((choice >> 4 & 3) == 0) fraction = 0;
    if ((choice >> 4 & 3) == 1) fraction <<= fraction_bits - 3;
    return (choice >> 40 & 1) << (exponent_bits + fraction_bits) | exponent << fraction_bits |
           (fraction & (((u64)1 << fraction_bits) - 1));
}

// Half a vector: bits, numbers of a format, or bytes at the ends of their range.
static u64 half(void) {
    static const unsigned char ENDS[] = {0, 1, 0x7f, 0x80, 0xff, 0, 2, 0xfe};
    u64 choice = bits(), v = 0;
    switch (choice % 5) {
        case 0: return bits();
        case 1:
            for (int i = 0; i < 4; i++) v |= number(0) << 16 * i;
            return v;
        case 2:
            for (int i = 0; i < 2; i++) v |= number(1) << 32 * i;
            return v;
        case 3: return number(2);
        default:
            choice = bits();
            for (int i = 0; i < 8; i++) v |= (u64)ENDS[choice >> 3 * i & 7] << 8 * i;
            return v;
    }
}

extern void run(struct state *state, void *code);
asm(".text\n.globl run\nrun:\n"
    "stp x29, x30, [sp, #-176]!\n stp x19, x20, [sp, #16]\n stp x21, x22, [sp, #32]\n stp x23, x24, [sp, #48]\n"
    "stp x25, x26, [sp, #64]\n stp x27, x28, [sp, #80]\n stp d8, d9, [sp, #96]\n stp d10, d11, [sp, #112]\n"
    "stp d12, d13, [sp, #128]\n stp d14, d15, [sp, #144]\n"
    "mov x28, x0\n mov x29, x1\n"
    "ldr x0, [x28, #768]\n msr nzcv, x0\n ldr x0, [x28, #776]\n msr fpcr, x0\n ldr x0, [x28, #784]\n msr fpsr, x0\n"
    "add x0, x28, #256\n"
    ".irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30\n ldr q\\n, [x0, #16 * \\n]\n .endr\n"
    ".irp n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31\n ldr q\\n, [x0, #16 * \\n]\n .endr\n"
    ".irp n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 0\n"
    " ldr x\\n, [x28, #8 * \\n]\n .endr\n"
    "blr x29\n"
    ".irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27\n"
    " str x\\n, [x28, #8 * \\n]\n .endr\n"
    "mrs x0, nzcv\n str x0, [x28, #768]\n mrs x0, fpsr\n str x0, [x28, #784]\n msr fpcr, xzr\n"
    "add x0, x28, #256\n"
    ".irp n, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30\n str q\\n, [x0, #16 * \\n]\n .endr\n"
    ".irp n, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31\n str q\\n, [x0, #16 * \\n]\n .endr\n"
    "ldp d8, d9, [sp, #96]\n ldp d10, d11, [sp, #112]\n ldp d12, d13, [sp, #128]\n ldp d14, d15, [sp, #144]\n"
    "ldp x19, x20, [sp, #16]\n ldp x21, x22, [sp, #32]\n ldp x23, x24, [sp, #48]\n ldp x25, x26, [sp, #64]\n"
    "ldp x27, x28, [sp, #80]\n ldp x29, x30, [sp], #176\n ret\n");

static sigjmp_buf back;
static void on_signal(int signal) { siglongjmp(back, signal); }

static u64 fold(u64 digest, u64 value) { return (digest ^ value) * 0x100000001b3; }

int main(int argc, char **argv) {
    mmap((void *)0x50000000, 0x10000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    u32 *code = mmap((void *)0x40000000, 1 << 20, PROT_READ | PROT_WRITE | PROT_EXEC,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_NODEFER};
    sigaction(SIGILL, &action, 0);
    sigaction(SIGSEGV, &action, 0);
    u64 *window = (u64 *)(DATA - 8 * WINDOW / 2);
    unsigned word;
    static u32 *at;
    at = code;
    while (scanf("%x", &word) == 1) {
        static struct state s;
        static u64 digest;
        static int k;
        int memory = (word >> 25 & 5) == 4;
        digest = 0xcbf29ce484222325;
        at[0] = word;
        at[1] = 0xd65f03c0;  // ret
        __builtin___clear_cache((char *)at, (char *)(at + 2));
        for (k = 0; k < STATES; k++) {
            seed = (u64)word << 16 | k;
            for (int i = 0; i < 28; i++) {
                u64 n = bits(), by = bits();
                s.x[i] = memory ? (i < 14 ? DATA + (n & 31) : n & 15) : n >> (by & 63);
            }
            for (int i = 0; i < 64; i++) s.v[i] = half();
            s.nzcv = (bits() & 15) << 28;
            u64 setting = bits();
            s.fpcr = (setting & 1) << 19 | (setting >> 1 & 31) << 22;
            if (k % 3 == 0) s.fpcr = 0;
            s.fpsr = 0;
            if (memory)
                for (int i = 0; i < WINDOW; i++) window[i] = bits();
            if (sigsetjmp(back, 1)) {
                asm volatile("msr fpcr, xzr");
                digest = fold(digest, 1);
                continue;
            }
            run(&s, at);
            for (int i = 0; i < 28; i++) digest = fold(digest, s.x[i]);
            for (int i = 0; i < 64; i++) digest = fold(digest, s.v[i]);
            digest = fold(digest, s.nzcv);
            digest = fold(digest, s.fpsr);
            if (memory)
                for (int i = 0; i < WINDOW; i++) digest = fold(digest, window[i]);
            if (argc > 1) {
                printf("%08x %d fpcr %llx nzcv %llx fpsr %llx", word, k, (unsigned long long)s.fpcr,
                       (unsigned long long)s.nzcv, (unsigned long long)s.fpsr);
                for (int i = 0; i < 32; i++) printf(" %016llx%016llx", (unsigned long long)s.v[2 * i + 1], (unsigned long long)s.v[2 * i]);
                printf("\n");
            }
        }
        printf("%08x %016llx\n", word, (unsigned long long)digest);
        at += 4;
        if (at == code + (1 << 18)) at = code;
    }
    return 0;
}
