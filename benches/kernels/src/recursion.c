// Calls and returns: Fibonacci numbers by double recursion. A unit: fib(20), 21,891 calls.
#include "kernel.h"

// Without the attribute the compiler turns one of the two calls into a loop and unrolls the other.
__attribute__((noinline, noclone, optimize("no-optimize-sibling-calls"))) static uint32_t fib(uint32_t n) {
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

uint32_t kernel(uint32_t scale) {
    uint32_t sum = 0;
    for (uint32_t round = 0; round < scale; round++) {
        sum = fold(sum, fib(20 + (sum & 1)));
    }
    return sum;
}
