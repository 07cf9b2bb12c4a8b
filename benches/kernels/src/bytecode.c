// A byte-code interpreter with one switch, running a program that counts primes below 2,000 by trial division and mixes a
// checksum through memory. A unit: one run of that program.
#include "kernel.h"

enum op { HALT, CONST, MOVE, ADD, SUB, MUL, REM, XOR, SHR, LOAD, STORE, JUMP, JNZ, JLT, CALL, RET };

// Four bytes an instruction: op, a, b, c. Registers r0..r15; jumps go to instruction b | c << 8.
static const uint8_t code[] = {
    CONST, 0, 0, 0,      //  0  r0 = 0             primes found
    CONST, 1, 2, 0,      //  1  r1 = 2             candidate
    CONST, 2, 208, 7,    //  2  r2 = 2000          limit
    CONST, 9, 1, 0,      //  3  r9 = 1
    CONST, 10, 63, 0,    //  4  r10 = 63
    CONST, 3, 2, 0,      //  5  outer: r3 = 2      divisor
    MUL, 4, 3, 3,        //  6  inner: r4 = r3 * r3
    JLT, 1, 13, 4,       //  7  if r1 < r4 goto 13 (the operand after the target)
    REM, 4, 1, 3,        //  8  r4 = r1 % r3
    JNZ, 4, 11, 0,       //  9  if r4 goto 11
    JUMP, 0, 15, 0,      // 10  composite
    ADD, 3, 3, 9,        // 11  r3 += 1
    JUMP, 0, 6, 0,       // 12
    ADD, 0, 0, 9,        // 13  prime: r0 += 1
    CALL, 0, 18, 0,      // 14  mix
    ADD, 1, 1, 9,        // 15  next: r1 += 1
    JLT, 1, 5, 2,        // 16  if r1 < r2 goto 5
    HALT, 0, 0, 0,       // 17
    REM, 5, 0, 10,       // 18  mix: r5 = r0 % 63
    LOAD, 6, 5, 0,       // 19  r6 = memory[r5]
    MUL, 6, 6, 2,        // 20
    XOR, 6, 6, 1,        // 21
    SHR, 7, 6, 7,        // 22  r7 = r6 >> 7
    ADD, 6, 6, 7,        // 23
    STORE, 6, 5, 0,      // 24  memory[r5] = r6
    XOR, 8, 8, 6,        // 25
    SUB, 8, 8, 9,        // 26
    MOVE, 11, 8, 0,      // 27
    RET, 0, 0, 0,        // 28
};

static uint32_t memory[64];

static uint32_t run(const uint8_t *program, uint32_t seed) {
    uint32_t r[16] = {[8] = seed};
    uint32_t returns[8];
    uint32_t depth = 0;
    uint32_t pc = 0;
    for (;;) {
        const uint8_t *at = program + 4 * pc++;
        uint32_t a = at[1], b = at[2], c = at[3];
        switch (at[0]) {
            case CONST: r[a & 15] = b | c << 8; break;
            case MOVE: r[a & 15] = r[b & 15]; break;
            case ADD: r[a & 15] = r[b & 15] + r[c & 15]; break;
            case SUB: r[a & 15] = r[b & 15] - r[c & 15]; break;
            case MUL: r[a & 15] = r[b & 15] * r[c & 15]; break;
            case REM: r[a & 15] = r[b & 15] % r[c & 15]; break;
            case XOR: r[a & 15] = r[b & 15] ^ r[c & 15]; break;
            case SHR: r[a & 15] = r[b & 15] >> (c & 31); break;
            case LOAD: r[a & 15] = memory[r[b & 15] & 63]; break;
            case STORE: memory[r[b & 15] & 63] = r[a & 15]; break;
            case JUMP: pc = b | c << 8; break;
            case JNZ:
                if (r[a & 15]) {
                    pc = b | c << 8;
                }
                break;
            case JLT:
                if (r[a & 15] < r[c & 15]) {
                    pc = b;
                }
                break;
            case CALL:
                returns[depth++ & 7] = pc;
                pc = b | c << 8;
                break;
            case RET: pc = returns[--depth & 7]; break;
            default: return fold(r[0], r[11]);
        }
    }
}

uint32_t kernel(uint32_t scale) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        sum = fold(sum, run(code, sum));
    }
    return sum;
}
