// Runs every scalar floating-point operation of A64 that the library has over the operands that `arm.rs` makes too, under
// each setting of FPCR, and prints one line for each operation: its name, the number of cases and a digest of results
// and flags. `witness NAME FPCR` prints the cases themselves. For Linux on AArch64, or its user-mode emulation.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t u64;
typedef uint32_t u32;

static u64 state;

static u64 bits(void) {
    state += 0x9e3779b97f4a7c15;
    u64 mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return mixed ^ (mixed >> 31);
}

// A format: exponent and fraction bits. Index 3 is a plain integer.
static const int EXPONENT[] = {5, 8, 11};
static const int FRACTION[] = {10, 23, 52};

// A number of the format with a clustered exponent and a fraction near a place where rounding decides.
static u64 number(int format) {
    if (format == 3) {
        u64 n = bits(), choice = bits();
        n >>= choice & 63;
        if (choice & 64) n = ~n;
        if (choice & 128) n = ((u64)1 << (choice >> 8 & 63)) - (choice >> 14 & 1);
        return n;
    }
    int fraction_bits = FRACTION[format], exponent_bits = EXPONENT[format];
    u64 fraction_mask = ((u64)1 << fraction_bits) - 1, largest = ((u64)1 << exponent_bits) - 1, bias = largest >> 1;
    u64 choice = bits(), fraction = bits(), exponent;
    switch (choice & 7) {
        case 0: exponent = 0; break;
        case 1: exponent = choice >> 8 & 3; break;
        case 2: exponent = largest - (choice >> 8 & 3); break;
        case 3: exponent = bias + fraction_bits - (choice >> 8 & 127); break;
        case 4: exponent = bias + 2 - (choice >> 8 & 3); break;
        case 5: exponent = bias + (choice >> 8 & 127); break;
        default: exponent = choice >> 8; break;
    }
    exponent &= largest;
    u64 place = (choice >> 24 & 63) % fraction_bits;
    switch (choice >> 4 & 7) {
        case 0: fraction = 0; break;
        case 1: fraction = fraction_mask; break;
        case 2: fraction = (u64)1 << place; break;
        case 3: fraction <<= place; break;
        case 4: fraction &= fraction_mask >> place; break;
        default: break;
    }
    u64 sign = choice >> 40 & 1;
    return sign << (exponent_bits + fraction_bits) | exponent << fraction_bits | (fraction & fraction_mask);
}

struct result {
    u64 value;
    u64 flags;
};

typedef struct result (*function)(u64 fpcr, u64 a, u64 b, u64 c);

// Operands are in V0 to V2 and X0, results in V3 or X1.
#define OPERATION(name, asm_text, get)                                                                              \
    static struct result name(u64 fpcr, u64 a, u64 b, u64 c) {                                                      \
        register u64 x0 asm("x0") = a;                                                                              \
        register u64 x1 asm("x1") = b;                                                                              \
        register u64 x2 asm("x2") = c;                                                                              \
        u64 flags;                                                                                                  \
        asm volatile("fmov d0, x0\n fmov d1, x1\n fmov d2, x2\n movi v3.2d, #0\n mov x1, #0\n msr fpcr, %[fpcr]\n"  \
                     "msr fpsr, xzr\n" asm_text "\n mrs %[flags], fpsr\n msr fpcr, xzr\n" get                        \
                     : "+r"(x0), "+r"(x1), "+r"(x2), [flags] "=&r"(flags)                                           \
                     : [fpcr] "r"(fpcr)                                                                             \
                     : "v0", "v1", "v2", "v3", "cc");                                                               \
        return (struct result){x1, flags};                                                                          \
    }
#define V "fmov x1, d3"
#define X ""
#define NZCV "mrs x1, nzcv"
// QEMU 7.2 leaves the sign of a halfword above it, where the manual has zeros.
#define H "umov w1, v3.h[0]"

#define BINARY(n) \
    OPERATION(n##_h, #n " h3, h0, h1", V) OPERATION(n##_s, #n " s3, s0, s1", V) OPERATION(n##_d, #n " d3, d0, d1", V)
#define UNARY(n) OPERATION(n##_h, #n " h3, h0", V) OPERATION(n##_s, #n " s3, s0", V) OPERATION(n##_d, #n " d3, d0", V)
#define TO_INT(n)                                                                                               \
    OPERATION(n##_w_h, #n " w1, h0", X)                                                                         \
    OPERATION(n##_x_h, #n " x1, h0", X)                                                                         \
    OPERATION(n##_w_s, #n " w1, s0", X)                                                                         \
    OPERATION(n##_x_s, #n " x1, s0", X)                                                                         \
    OPERATION(n##_w_d, #n " w1, d0", X)                                                                         \
    OPERATION(n##_x_d, #n " x1, d0", X)
#define FROM_INT(n)                                                                                             \
    OPERATION(n##_h_w, #n " h3, w0", V)                                                                         \
    OPERATION(n##_h_x, #n " h3, x0", V)                                                                         \
    OPERATION(n##_s_w, #n " s3, w0", V)                                                                         \
    OPERATION(n##_s_x, #n " s3, x0", V)                                                                         \
    OPERATION(n##_d_w, #n " d3, w0", V)                                                                         \
    OPERATION(n##_d_x, #n " d3, x0", V)
#define FIXED(n, f, t, bits, get) OPERATION(n##_##f##_##t##_##bits, #n " " #t ", " #f ", #" #bits, get)

BINARY(fadd) BINARY(fsub) BINARY(fmul) BINARY(fdiv) BINARY(fmin) BINARY(fmax) BINARY(fminnm) BINARY(fmaxnm)
BINARY(fmulx) BINARY(frecps) BINARY(frsqrts)
UNARY(fsqrt) UNARY(frintn) UNARY(frintp) UNARY(frintm) UNARY(frintz) UNARY(frinta) UNARY(frintx) UNARY(frinti)
UNARY(frecpe) UNARY(frsqrte) UNARY(frecpx)
OPERATION(fmadd_h, "fmadd h3, h0, h1, h2", V)
OPERATION(fmadd_s, "fmadd s3, s0, s1, s2", V)
OPERATION(fmadd_d, "fmadd d3, d0, d1, d2", V)
OPERATION(fcmp_h, "fcmp h0, h1", NZCV)
OPERATION(fcmp_s, "fcmp s0, s1", NZCV)
OPERATION(fcmp_d, "fcmp d0, d1", NZCV)
OPERATION(fcmpe_h, "fcmpe h0, h1", NZCV)
OPERATION(fcmpe_s, "fcmpe s0, s1", NZCV)
OPERATION(fcmpe_d, "fcmpe d0, d1", NZCV)
OPERATION(fcvt_s_h, "fcvt s3, h0", V)
OPERATION(fcvt_d_h, "fcvt d3, h0", V)
OPERATION(fcvt_h_s, "fcvt h3, s0", V)
OPERATION(fcvt_d_s, "fcvt d3, s0", V)
OPERATION(fcvt_h_d, "fcvt h3, d0", V)
OPERATION(fcvt_s_d, "fcvt s3, d0", V)
OPERATION(fcvtxn, "fcvtxn s3, d0", V)
TO_INT(fcvtns) TO_INT(fcvtnu) TO_INT(fcvtps) TO_INT(fcvtpu) TO_INT(fcvtms) TO_INT(fcvtmu) TO_INT(fcvtzs) TO_INT(fcvtzu)
TO_INT(fcvtas) TO_INT(fcvtau) FROM_INT(scvtf) FROM_INT(ucvtf)
FIXED(fcvtzs, h0, w1, 5, X) FIXED(fcvtzs, s0, w1, 32, X) FIXED(fcvtzs, d0, x1, 64, X) FIXED(fcvtzs, s0, x1, 40, X)
FIXED(fcvtzu, h0, x1, 64, X) FIXED(fcvtzu, s0, w1, 1, X) FIXED(fcvtzu, d0, x1, 33, X) FIXED(fcvtzu, d0, w1, 7, X)
FIXED(fcvtzs, h0, h3, 3, H) FIXED(fcvtzu, h0, h3, 16, H) FIXED(scvtf, h0, h3, 16, V) FIXED(ucvtf, h0, h3, 1, V)
FIXED(scvtf, w0, h3, 32, V) FIXED(scvtf, x0, h3, 64, V) FIXED(scvtf, w0, s3, 9, V) FIXED(scvtf, x0, d3, 64, V)
FIXED(ucvtf, x0, h3, 50, V) FIXED(ucvtf, x0, s3, 64, V) FIXED(ucvtf, w0, d3, 32, V) FIXED(ucvtf, x0, d3, 11, V)
OPERATION(fjcvtzs, "fjcvtzs w1, d0\n cset x0, eq\n orr x1, x1, x0, lsl #32", X)
OPERATION(urecpe, "urecpe v3.2s, v0.2s", V)
OPERATION(ursqrte, "ursqrte v3.2s, v0.2s", V)

struct operation {
    const char *name;
    function run;
    int format, operands;
};

#define FORMATS(n, operands) {#n ".h", n##_h, 0, operands}, {#n ".s", n##_s, 1, operands}, {#n ".d", n##_d, 2, operands}
#define TO_INTS(n)                                                                                                    \
    {#n ".w.h", n##_w_h, 0, 1}, {#n ".x.h", n##_x_h, 0, 1}, {#n ".w.s", n##_w_s, 1, 1}, {#n ".x.s", n##_x_s, 1, 1},   \
        {#n ".w.d", n##_w_d, 2, 1}, {#n ".x.d", n##_x_d, 2, 1}
#define FROM_INTS(n)                                                                                                  \
    {#n ".h.w", n##_h_w, 3, 1}, {#n ".h.x", n##_h_x, 3, 1}, {#n ".s.w", n##_s_w, 3, 1}, {#n ".s.x", n##_s_x, 3, 1},   \
        {#n ".d.w", n##_d_w, 3, 1}, {#n ".d.x", n##_d_x, 3, 1}
#define FIXEDS(n, f, t, bits, format) {#n "." #f "." #t "." #bits, n##_##f##_##t##_##bits, format, 1}

static const struct operation OPERATIONS[] = {
    FORMATS(fadd, 2), FORMATS(fsub, 2), FORMATS(fmul, 2), FORMATS(fdiv, 2), FORMATS(fmin, 2), FORMATS(fmax, 2),
    FORMATS(fminnm, 2), FORMATS(fmaxnm, 2), FORMATS(fmulx, 2), FORMATS(frecps, 2), FORMATS(frsqrts, 2),
    FORMATS(fcmp, 2), FORMATS(fcmpe, 2), FORMATS(fmadd, 3), FORMATS(fsqrt, 1), FORMATS(frintn, 1), FORMATS(frintp, 1),
    FORMATS(frintm, 1), FORMATS(frintz, 1), FORMATS(frinta, 1), FORMATS(frintx, 1), FORMATS(frinti, 1),
    FORMATS(frecpe, 1), FORMATS(frsqrte, 1), FORMATS(frecpx, 1),
    {"fcvt.s.h", fcvt_s_h, 0, 1}, {"fcvt.d.h", fcvt_d_h, 0, 1}, {"fcvt.h.s", fcvt_h_s, 1, 1},
    {"fcvt.d.s", fcvt_d_s, 1, 1}, {"fcvt.h.d", fcvt_h_d, 2, 1}, {"fcvt.s.d", fcvt_s_d, 2, 1}, {"fcvtxn", fcvtxn, 2, 1},
    TO_INTS(fcvtns), TO_INTS(fcvtnu), TO_INTS(fcvtps), TO_INTS(fcvtpu), TO_INTS(fcvtms), TO_INTS(fcvtmu),
    TO_INTS(fcvtzs), TO_INTS(fcvtzu), TO_INTS(fcvtas), TO_INTS(fcvtau), FROM_INTS(scvtf), FROM_INTS(ucvtf),
    FIXEDS(fcvtzs, h0, w1, 5, 0), FIXEDS(fcvtzs, s0, w1, 32, 1), FIXEDS(fcvtzs, d0, x1, 64, 2),
    FIXEDS(fcvtzs, s0, x1, 40, 1), FIXEDS(fcvtzu, h0, x1, 64, 0), FIXEDS(fcvtzu, s0, w1, 1, 1),
    FIXEDS(fcvtzu, d0, x1, 33, 2), FIXEDS(fcvtzu, d0, w1, 7, 2), FIXEDS(fcvtzs, h0, h3, 3, 0),
    FIXEDS(fcvtzu, h0, h3, 16, 0), FIXEDS(scvtf, h0, h3, 16, 3), FIXEDS(ucvtf, h0, h3, 1, 3),
    FIXEDS(scvtf, w0, h3, 32, 3), FIXEDS(scvtf, x0, h3, 64, 3), FIXEDS(scvtf, w0, s3, 9, 3),
    FIXEDS(scvtf, x0, d3, 64, 3), FIXEDS(ucvtf, x0, h3, 50, 3), FIXEDS(ucvtf, x0, s3, 64, 3),
    FIXEDS(ucvtf, w0, d3, 32, 3), FIXEDS(ucvtf, x0, d3, 11, 3),
    {"fjcvtzs", fjcvtzs, 2, 1}, {"urecpe", urecpe, 3, 1}, {"ursqrte", ursqrte, 3, 1},
};

enum { CASES = 1000 };

// AHP, DN, FZ, RMode and FZ16: every combination.
static u64 setting(int n) {
    return (u64)(n & 1) << 19 | (u64)(n >> 1 & 31) << 22;
}

int main(int argc, char **argv) {
    for (size_t i = 0; i < sizeof OPERATIONS / sizeof *OPERATIONS; i++) {
        const struct operation *o = &OPERATIONS[i];
        if (argc > 1 && strcmp(argv[1], o->name) != 0) continue;
        u64 digest = 0xcbf29ce484222325, count = 0;
        for (int n = 0; n < 64; n++) {
            u64 fpcr = setting(n);
            state = (u64)n << 32;
            for (const char *c = o->name; *c; c++) state = (state ^ (unsigned char)*c) * 0x100000001b3;
            for (int k = 0; k < CASES; k++) {
                u64 operands[3] = {0, 0, 0};
                for (int j = 0; j < o->operands; j++) operands[j] = number(o->format);
                struct result r = o->run(fpcr, operands[0], operands[1], operands[2]);
                digest = (digest ^ r.value) * 0x100000001b3;
                digest = (digest ^ r.flags) * 0x100000001b3;
                count++;
                if (argc > 2 && strtoull(argv[2], 0, 0) == fpcr)
                    printf("%016llx %016llx %016llx %016llx %02llx\n", (unsigned long long)operands[0],
                           (unsigned long long)operands[1], (unsigned long long)operands[2], (unsigned long long)r.value,
                           (unsigned long long)r.flags);
            }
        }
        if (argc <= 2) printf("%s %llu %016llx\n", o->name, (unsigned long long)count, (unsigned long long)digest);
    }
    return 0;
}
