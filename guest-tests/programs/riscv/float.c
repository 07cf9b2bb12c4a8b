// Floating point where implementations go wrong: results and exact flags in all five rounding modes, NaNs, boxing, conversions at
// their edges, the fields of fcsr, and mstatus.FS. Every expected value follows from IEEE 754 or the manual's F and D chapters.
#include "probe.h"

enum { NX = 1, UF = 2, OF = 4, DZ = 8, NV = 16 };
enum { RNE, RTZ, RDN, RUP, RMM };

#define FLAGS() CSR_READ(fflags)
#define CLEAR() CSR_WRITE(fflags, 0)

static inline float f32(uint32_t bits) { float f; __asm__ volatile("fmv.w.x %0, %1" : "=f"(f) : "r"(bits)); return f; }
static inline uint32_t bits32(float f) { word b; __asm__ volatile("fmv.x.w %0, %1" : "=r"(b) : "f"(f)); return (uint32_t)b; }

// Through memory, so that it works on RV32 too.
static inline double f64(uint64_t bits) { double d; __asm__ volatile("fld %0, %1" : "=f"(d) : "m"(bits)); return d; }
static inline uint64_t bits64(double d) { uint64_t b; __asm__ volatile("fsd %1, %0" : "=m"(b) : "f"(d)); return b; }

#define OP32(instruction, a, b) ({ float r_; __asm__ volatile(instruction " %0, %1, %2" : "=f"(r_) : "f"(f32(a)), "f"(f32(b))); bits32(r_); })
#define OP64(instruction, a, b) ({ double r_; __asm__ volatile(instruction " %0, %1, %2" : "=f"(r_) : "f"(f64(a)), "f"(f64(b))); bits64(r_); })
#define ONE32(instruction, a) ({ float r_; __asm__ volatile(instruction " %0, %1" : "=f"(r_) : "f"(f32(a))); bits32(r_); })
#define ONE64(instruction, a) ({ double r_; __asm__ volatile(instruction " %0, %1" : "=f"(r_) : "f"(f64(a))); bits64(r_); })
#define FMA64(instruction, a, b, c) ({ double r_; __asm__ volatile(instruction " %0, %1, %2, %3" : "=f"(r_) : "f"(f64(a)), "f"(f64(b)), "f"(f64(c))); bits64(r_); })
#define TO_INT32(instruction, a) ({ word r_; __asm__ volatile(instruction : "=r"(r_) : "f"(f32(a))); r_; })
#define TO_INT64(instruction, a) ({ word r_; __asm__ volatile(instruction : "=r"(r_) : "f"(f64(a))); r_; })
#define COMPARE64(instruction, a, b) ({ word r_; __asm__ volatile(instruction " %0, %1, %2" : "=r"(r_) : "f"(f64(a)), "f"(f64(b))); r_; })

// `expression` gives `value` and raises exactly `flags`.
#define IS(number, expression, value, flags)        \
    do {                                            \
        CLEAR();                                    \
        __typeof__(expression) found_ = (expression); \
        word raised_ = FLAGS();                     \
        CHECK(number, found_ == (value));           \
        CHECK(number, raised_ == (flags));          \
    } while (0)

#define ONE_S 0x3f800000u
#define THREE_S 0x40400000u
#define MAX_S 0x7f7fffffu
#define INF_S 0x7f800000u
#define QNAN_S 0x7fc00000u
#define SNAN_S 0x7f800001u
#define MIN_S 0x00800000u
#define ONE_D 0x3ff0000000000000ull
#define THREE_D 0x4008000000000000ull
#define MAX_D 0x7fefffffffffffffull
#define INF_D 0x7ff0000000000000ull
#define QNAN_D 0x7ff8000000000000ull
#define SNAN_D 0x7ff0000000000001ull
#define NEG_D 0x8000000000000000ull
#define NEG_S 0x80000000u

static void rounding(void) {
    static const uint32_t third[5] = {0x3eaaaaab, 0x3eaaaaaa, 0x3eaaaaaa, 0x3eaaaaab, 0x3eaaaaab};
    static const uint64_t third_d[5] = {0x3fd5555555555555, 0x3fd5555555555555, 0x3fd5555555555555, 0x3fd5555555555556, 0x3fd5555555555555};
    static const uint32_t over[5] = {INF_S, MAX_S, MAX_S, INF_S, INF_S};
    static const uint32_t under[5] = {0, 0, 0, 1, 0};
    static const word two_and_a_half[5] = {2, 2, 2, 3, 3};
    static const word minus[5] = {(word)-2, (word)-2, (word)-3, (word)-2, (word)-3};
    for (int mode = RNE; mode <= RMM; mode++) {
        CSR_WRITE(frm, mode);
        IS(1, OP32("fdiv.s", ONE_S, THREE_S), third[mode], NX);
        IS(2, OP64("fdiv.d", ONE_D, THREE_D), third_d[mode], NX);
        IS(3, OP32("fadd.s", MAX_S, MAX_S), over[mode], OF | NX);
        IS(4, OP32("fmul.s", 1, 0x3e800000), under[mode], UF | NX);            // a quarter of the smallest
        IS(5, TO_INT64("fcvt.w.d %0, %1", 0x4004000000000000), two_and_a_half[mode], NX);
        IS(6, TO_INT64("fcvt.w.d %0, %1", 0xc004000000000000), minus[mode], NX);
        // Exact zero: -0 only when rounding down.
        IS(7, OP64("fsub.d", ONE_D, ONE_D), mode == RDN ? NEG_D : 0, 0);
    }
    CSR_WRITE(frm, RUP);
    IS(8, TO_INT64("fcvt.w.d %0, %1, rtz", 0x4004000000000000), 2, NX);        // a static mode beats frm
    IS(9, TO_INT64("fcvt.w.d %0, %1, rmm", 0x4004000000000000), 3, NX);
    CSR_WRITE(frm, RNE);
}

static void special(void) {
    IS(10, OP32("fdiv.s", ONE_S, NEG_S), INF_S | NEG_S, DZ);
    IS(11, OP64("fdiv.d", 0, 0), QNAN_D, NV);
    IS(12, OP64("fsub.d", INF_D, INF_D), QNAN_D, NV);
    IS(13, OP64("fmul.d", INF_D, 0), QNAN_D, NV);
    IS(14, ONE32("fsqrt.s", ONE_S | NEG_S), QNAN_S, NV);
    IS(15, ONE64("fsqrt.d", NEG_D), NEG_D, 0);
    IS(16, ONE64("fsqrt.d", 0x4000000000000000), 0x3ff6a09e667f3bcd, NX);
    // NaNs come out canonical, payload and sign gone; a signaling one raises NV.
    IS(17, OP64("fadd.d", 0xfff8000000000123, ONE_D), QNAN_D, 0);
    IS(18, OP64("fadd.d", SNAN_D, ONE_D), QNAN_D, NV);
    IS(19, OP32("fadd.s", 0xffc12345, SNAN_S), QNAN_S, NV);
    // Minimum and maximum: the number wins over a NaN, -0 is below +0.
    IS(20, OP64("fmin.d", 0, NEG_D), NEG_D, 0);
    IS(21, OP64("fmax.d", NEG_D, 0), 0, 0);
    IS(22, OP64("fmin.d", QNAN_D, ONE_D), ONE_D, 0);
    IS(23, OP64("fmax.d", ONE_D, SNAN_D), ONE_D, NV);
    IS(24, OP32("fmin.s", QNAN_S, 0xffc00001), QNAN_S, 0);
    // Comparisons: feq is quiet, flt and fle are not.
    IS(25, COMPARE64("feq.d", QNAN_D, ONE_D), 0, 0);
    IS(26, COMPARE64("feq.d", SNAN_D, ONE_D), 0, NV);
    IS(27, COMPARE64("flt.d", QNAN_D, ONE_D), 0, NV);
    IS(28, COMPARE64("fle.d", NEG_D, 0), 1, 0);
    // Fused: one rounding; inf * 0 + quiet NaN is invalid.
    IS(29, FMA64("fmadd.d", 0x3ff0000000000001, 0x3ff0000000000001, 0xbff0000000000002), 0x3970000000000000, 0);
    IS(30, FMA64("fmadd.d", INF_D, 0, QNAN_D), QNAN_D, NV);
    IS(31, FMA64("fnmadd.d", ONE_D, ONE_D, ONE_D), 0xc000000000000000, 0);
    IS(32, FMA64("fnmsub.d", ONE_D, ONE_D, ONE_D), 0, 0);
    IS(33, FMA64("fmsub.d", ONE_D, ONE_D, ONE_D), 0, 0);
    // Tininess after rounding: just below the smallest normal, rounded up to it, is no underflow.
    IS(34, OP32("fmul.s", 0x3f7fffff, 0x00800000), 0x00800000, UF | NX);
    IS(35, OP32("fmul.s", 0x3f800001, 0x007fffff), 0x00800000, NX);
    // Subnormals are numbers like others.
    IS(36, OP32("fadd.s", 1, 1), 2, 0);
    IS(37, OP32("fsub.s", MIN_S, 1), 0x007fffff, 0);
    // Signs only, NaNs untouched.
    IS(38, OP32("fsgnj.s", SNAN_S, NEG_S), SNAN_S | NEG_S, 0);
    IS(39, OP64("fsgnjx.d", ONE_D | NEG_D, NEG_D), ONE_D, 0);
    IS(40, OP64("fsgnjn.d", SNAN_D, NEG_D), SNAN_D, 0);
}

static void conversions(void) {
    // Out of range saturates with NV and no NX; NaN goes to the largest.
    IS(41, TO_INT32("fcvt.w.s %0, %1, rtz", 0x4f000000), (word)0x7fffffff, NV);                    // 2^31
    IS(42, TO_INT32("fcvt.w.s %0, %1, rtz", 0xcf000000), (word)(int32_t)0x80000000, 0);            // -2^31
    IS(43, TO_INT32("fcvt.w.s %0, %1, rtz", QNAN_S | NEG_S), (word)0x7fffffff, NV);
    IS(44, TO_INT32("fcvt.wu.s %0, %1, rtz", 0xbf800000), (word)0, NV);                            // -1
    IS(45, TO_INT32("fcvt.wu.s %0, %1, rtz", 0xbf000000), (word)0, NX);                            // -0.5
    IS(46, TO_INT32("fcvt.wu.s %0, %1, rtz", 0x4f800000), ~(word)0, NV);                           // 2^32, sign-extended
    IS(47, TO_INT32("fcvt.wu.s %0, %1, rtz", 0x4f000000), (word)(int32_t)0x80000000, 0);           // 2^31, sign-extended
#if XLEN == 64
    IS(48, TO_INT64("fcvt.l.d %0, %1, rtz", 0x43e0000000000000), (word)0x7fffffffffffffff, NV);
    IS(49, TO_INT64("fcvt.lu.d %0, %1, rtz", 0x43f0000000000000), ~(word)0, NV);
    IS(50, TO_INT64("fcvt.lu.d %0, %1, rtz", 0x43e0000000000000), (word)1 << 63, 0);
#endif
    // Between the precisions.
    IS(51, ({ float r; __asm__ volatile("fcvt.s.d %0, %1" : "=f"(r) : "f"(f64(0x3ff0000010000000))); bits32(r); }), ONE_S, NX);
    IS(52, ({ float r; __asm__ volatile("fcvt.s.d %0, %1" : "=f"(r) : "f"(f64(0x47f0000000000000))); bits32(r); }), INF_S, OF | NX);
    IS(53, ({ double r; __asm__ volatile("fcvt.d.s %0, %1" : "=f"(r) : "f"(f32(1))); bits64(r); }), 0x36a0000000000000, 0);
    IS(54, ({ double r; __asm__ volatile("fcvt.d.s %0, %1" : "=f"(r) : "f"(f32(SNAN_S))); bits64(r); }), QNAN_D, NV);
    IS(55, ({ float r; __asm__ volatile("fcvt.s.w %0, %1" : "=f"(r) : "r"(0x1000001)); bits32(r); }), 0x4b800000u, NX);
    IS(56, ({ double r; __asm__ volatile("fcvt.d.wu %0, %1" : "=f"(r) : "r"((word)-1)); bits64(r); }), 0x41efffffffe00000, 0);
    static const uint64_t classes[10] = {0xfff0000000000000, 0xc000000000000000, 0x8000000000000001, 0x8000000000000000, 0, 1,
                                         0x4000000000000000, INF_D, SNAN_D, QNAN_D};
    for (int i = 0; i < 10; i++) {
        IS(57, TO_INT64("fclass.d %0, %1", classes[i]), (word)1 << i, 0);
    }
}

// A single in a double's register is boxed in ones; anything else reads as the canonical NaN, except to moves and stores.
static void boxing(void) {
    IS(60, ({ float r; __asm__ volatile("fmv.w.x %0, %1" : "=f"(r) : "r"(0x12345678)); double d; __asm__("" : "=f"(d) : "0"(r)); bits64(d); }),
       0xffffffff12345678ull, 0);
    IS(61, ({ float r; double d = f64(0x000000003f800000); __asm__ volatile("fadd.s %0, %1, %2" : "=f"(r) : "f"(d), "f"(f32(0))); bits32(r); }), QNAN_S, 0);
    IS(62, ({ word r; __asm__ volatile("fmv.x.w %0, %1" : "=r"(r) : "f"(f64(0x1234567880000001))); r; }), (word)(int32_t)0x80000001, 0);
    IS(63, ({ uint32_t r; __asm__ volatile("fsw %1, %0" : "=m"(r) : "f"(f64(0x1234567880000001))); r; }), 0x80000001u, 0);
    IS(64, ({ word r; __asm__ volatile("fclass.s %0, %1" : "=r"(r) : "f"(f64(0xfffffffe3f800000))); r; }), (word)1 << 9, 0);
    IS(65, ({ float r; __asm__ volatile("fsgnj.s %0, %1, %2" : "=f"(r) : "f"(f64(0x3f800000)), "f"(f32(NEG_S))); bits32(r); }), QNAN_S | NEG_S, 0);
    IS(66, ({ double r; uint32_t m = ONE_S; __asm__ volatile("flw %0, %1" : "=f"(r) : "m"(m)); bits64(r); }), 0xffffffff3f800000ull, 0);
}

static void control(void) {
    CSR_WRITE(fcsr, ~(word)0);
    CHECK(70, CSR_READ(fcsr) == 0xff && CSR_READ(frm) == 7 && CSR_READ(fflags) == 0x1f);
    CSR_WRITE(fflags, 0x0a);
    CHECK(71, CSR_READ(fcsr) == 0xea);
    CSR_WRITE(frm, 0xfa);
    CHECK(72, CSR_READ(fcsr) == 0x4a);
    for (word mode = 0; mode < 8; mode++) {
        CSR_WRITE(frm, mode);
        execute(0x00007053);            // fadd.s ft0, ft0, ft0 with the dynamic mode
        CHECK(73, caught.cause == (mode < 5 ? NO_TRAP : ILLEGAL));
        execute(0x20000053);            // fsgnj.s has no rounding mode
        CHECK(74, caught.cause == NO_TRAP);
    }
    CSR_WRITE(frm, 0);
    execute(0x00005053);                // static mode 5 is reserved
    CHECK(75, caught.cause == ILLEGAL);
    execute(0x00006053);
    CHECK(76, caught.cause == ILLEGAL);

    // FS: off makes everything of it illegal; a write makes it dirty; SD sums up.
    CSR_CLEAR(mstatus, MSTATUS_FS);
    execute(0x00007053);
    CHECK(80, caught.cause == ILLEGAL);
    execute(0x00012007);                // flw ft0, 0(sp)
    CHECK(81, caught.cause == ILLEGAL);
    execute(0x00302573);                // csrr a0, fcsr
    CHECK(82, caught.cause == ILLEGAL);
    CSR_SET(mstatus, 1 << 13);
    CHECK(83, !(CSR_READ(mstatus) >> (XLEN - 1)));
    execute(0xf0000053);                // fmv.w.x ft0, zero
    CHECK(84, (CSR_READ(mstatus) & MSTATUS_FS) == MSTATUS_FS && CSR_READ(mstatus) >> (XLEN - 1));
    CSR_CLEAR(mstatus, 2 << 13);
    CSR_WRITE(fflags, 1);
    CHECK(85, (CSR_READ(mstatus) & MSTATUS_FS) == MSTATUS_FS);
    CSR_CLEAR(mstatus, 2 << 13);
    execute(0x18007053);                // fdiv.s ft0, ft0, ft0: raises NV
    CHECK(86, (CSR_READ(mstatus) & MSTATUS_FS) == MSTATUS_FS);
}

int main(void) {
    catch_traps();
    rounding();
    special();
    conversions();
    boxing();
    control();
    return 0;
}
