// Every floating-point operation in single and double precision, in every rounding mode, over special, borderline and random
// numbers: prints a hash of all results and flags for each. Each operation has a loop of its own, so that a translator translates it,
// and runs with the inexact flag clear and raised before, because translators take another way then.
#include "probe.h"

#ifndef ROUNDS
#define ROUNDS 1
#endif

/// Numbers that are tried together: results, then the flags that all of them have raised.
enum { BATCH = 8 };

static uint64_t hash, random_state = 88172645463325252;

static void mix(uint64_t v) {
    hash = (hash ^ v) * 0x100000001b3;
    hash ^= hash >> 29;
}

static uint64_t random_bits(void) {
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    return random_state ^= random_state << 17;
}

/// A number whose exponent has `bits` bits and stands at bit `at`: any bits, or one near a border, or a small one.
static uint64_t number(int at, int bits) {
    const uint64_t mantissa = ((uint64_t)1 << at) - 1, ones = ((uint64_t)1 << bits) - 1;
    const uint64_t r = random_bits(), fraction = random_bits() & mantissa;
    uint64_t exponent;
    switch (r & 15) {
        case 0: exponent = 0; break;
        case 1: exponent = ones; break;
        case 2: exponent = 1 + (r >> 8 & 1); break;
        case 3: exponent = ones - 1 - (r >> 8 & 1); break;
        case 4: exponent = r >> 8 & ones; break;
        // Sums of two of these have all kinds of results.
        case 5: case 6: exponent = ones / 2 + (r >> 8 & 63); break;
        case 7: exponent = ones / 4 + (r >> 8 & 3); break;
        case 8: exponent = ones / 4 * 3 - (r >> 8 & 3); break;
        default: exponent = ones / 2 - 2 + (r >> 8 & 3);
    }
    uint64_t low = fraction;
    switch (r >> 4 & 15) {
        case 0: case 1: low = 0; break;
        case 2: low = mantissa; break;
        case 3: low = 1; break;
        case 4: low = (mantissa + 1) >> 1; break;
        case 5: low = fraction & ~(mantissa >> 8); break;
    }
    return (r >> 63) << (at + bits) | exponent << at | low;
}

static double doubles[3][BATCH];
static float singles[3][BATCH];
static uint64_t integers[BATCH];
static union { uint64_t bits[BATCH]; double d[BATCH]; float s[2 * BATCH]; } results;

static void fill(void) {
    for (int i = 0; i < BATCH; i++) {
        for (int operand = 0; operand < 3; operand++) {
            union { uint64_t bits; double number; } d = {number(52, 11)};
            union { uint32_t bits; float number; } s = {(uint32_t)number(23, 8)};
            doubles[operand][i] = d.number;
            singles[operand][i] = s.number;
        }
        integers[i] = random_bits() >> (random_bits() & 63);
    }
}

// One loop for each operation; the operands are %1 to %3.
#define LOOP(name, result, output, type, operands, code)                                                        \
    static __attribute__((noinline)) void name(void) {                                                          \
        for (int i = 0; i < BATCH; i++) {                                                                       \
            type r;                                                                                             \
            __asm__ volatile(code : output(r) : "f"(operands[0][i]), "f"(operands[1][i]), "f"(operands[2][i])); \
            result = r;                                                                                         \
        }                                                                                                       \
    }
#define FROM(name, result, type, code)                                       \
    static __attribute__((noinline)) void name(void) {                       \
        for (int i = 0; i < BATCH; i++) {                                    \
            type r;                                                          \
            __asm__ volatile(code : "=f"(r) : "r"((word)integers[i]));       \
            result = r;                                                      \
        }                                                                    \
    }
#define D(name, code) LOOP(d_##name, results.d[i], "=f", double, doubles, code)
#define S(name, code) LOOP(s_##name, results.s[i], "=f", float, singles, code)
#define DX(name, code) LOOP(d_##name, results.bits[i], "=r", word, doubles, code)
#define SX(name, code) LOOP(s_##name, results.bits[i], "=r", word, singles, code)

// name, code behind the name and its format, for both formats
#define ARITHMETIC(X)                                                                                           \
    X(add, "fadd", "%0, %1, %2") X(sub, "fsub", "%0, %1, %2") X(mul, "fmul", "%0, %1, %2")                      \
    X(div, "fdiv", "%0, %1, %2") X(sqrt, "fsqrt", "%0, %1") X(madd, "fmadd", "%0, %1, %2, %3")                  \
    X(msub, "fmsub", "%0, %1, %2, %3") X(nmsub, "fnmsub", "%0, %1, %2, %3")                                     \
    X(nmadd, "fnmadd", "%0, %1, %2, %3") X(min, "fmin", "%0, %1, %2") X(max, "fmax", "%0, %1, %2")
#define COMPARISONS(X)                                                                                          \
    X(eq, "feq", "%0, %1, %2") X(lt, "flt", "%0, %1, %2") X(le, "fle", "%0, %1, %2") X(class, "fclass", "%0, %1")
#if XLEN == 64
#define INTEGERS(X) X(w) X(wu) X(l) X(lu)
#else
#define INTEGERS(X) X(w) X(wu)
#endif

#define DEFINE(name, code, operands) D(name, code ".d " operands) S(name, code ".s " operands)
#define DEFINE_X(name, code, operands) DX(name, code ".d " operands) SX(name, code ".s " operands)
#define DEFINE_INTEGER(to)                       \
    DX(to_##to, "fcvt." #to ".d %0, %1")         \
    SX(to_##to, "fcvt." #to ".s %0, %1")         \
    FROM(d_from_##to, results.d[i], double, "fcvt.d." #to " %0, %1") \
    FROM(s_from_##to, results.s[i], float, "fcvt.s." #to " %0, %1")
ARITHMETIC(DEFINE)
COMPARISONS(DEFINE_X)
INTEGERS(DEFINE_INTEGER)
LOOP(d_to_s, results.s[i], "=f", float, doubles, "fcvt.s.d %0, %1")
LOOP(s_to_d, results.d[i], "=f", double, singles, "fcvt.d.s %0, %1")

#define ENTRY(name, code, operands) {"d " #name, d_##name}, {"s " #name, s_##name},
#define ENTRY_INTEGER(to) \
    {"d to_" #to, d_to_##to}, {"s to_" #to, s_to_##to}, {"d from_" #to, d_from_##to}, {"s from_" #to, s_from_##to},
static const struct { const char *name; void (*run)(void); } operations[] = {
    ARITHMETIC(ENTRY) COMPARISONS(ENTRY) INTEGERS(ENTRY_INTEGER){"d to_s", d_to_s}, {"s to_d", s_to_d},
};

static void put_hexadecimal(uint64_t v) {
    char text[17] = {0};
    for (int i = 0; i < 16; i++) {
        text[i] = "0123456789abcdef"[v >> (60 - 4 * i) & 15];
    }
    put_text(text);
}

int main(void) {
    for (unsigned n = 0; n < sizeof operations / sizeof *operations; n++) {
        hash = 0xcbf29ce484222325;
        for (int round = 0; round < 10 * ROUNDS; round++) {
            // Five rounding modes, each with the inexact flag clear and raised before the same numbers.
            CSR_WRITE(frm, round / 2 % 5);
            if (round % 2 == 0) {
                fill();
            }
            for (int i = 0; i < BATCH; i++) {
                results.bits[i] = 0;
            }
            CSR_WRITE(fflags, round & 1);
            operations[n].run();
            word flags = CSR_READ(fflags);
            for (int i = 0; i < BATCH; i++) {
                mix(results.bits[i]);
            }
            mix(flags);
        }
        put_text(operations[n].name);
        put_text(" ");
        put_hexadecimal(hash);
        put_text("\n");
    }
    return 0;
}
