// One kernel: fixed work of a size that the caller names, and a checksum over all of its results.
// The same source is built for the host and for RV32 and RV64, so the checksum must not depend on the width of a pointer, on the
// order of evaluation or on fused multiply-add.
#ifndef KERNEL_H
#define KERNEL_H

#include <stddef.h>
#include <stdint.h>

/// Does `scale` units of work; what a unit is, the kernel says.
uint32_t kernel(uint32_t scale);

/// Marsaglia's xorshift32: the same numbers everywhere. `state` must not be 0.
static inline uint32_t random32(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

/// Folds one word into a checksum; the order matters.
static inline uint32_t fold(uint32_t sum, uint32_t word) {
    return (sum << 5 | sum >> 27) * 0x9e3779b1u + word;
}

/// Folds the bits of a double, so that the last bit counts.
static inline uint32_t fold_double(uint32_t sum, double value) {
    union { double value; uint64_t bits; } both = {value};
    return fold(fold(sum, (uint32_t)both.bits), (uint32_t)(both.bits >> 32));
}

/// Folds the bits of a float.
static inline uint32_t fold_float(uint32_t sum, float value) {
    union { float value; uint32_t bits; } both = {value};
    return fold(sum, both.bits);
}

#endif
