// Regions of interest: two that nest, one of them in itself, and one without an end.
#include "roi.h"
#include "runtime.h"

static volatile int sink;

// Three instructions a turn, and so many turns.
__attribute__((noipa)) static void turns(int n) {
#if defined(__aarch64__)
    __asm__ volatile("1: subs %w0, %w0, #1\n\tnop\n\tb.ne 1b" : "+r"(n) : : "cc");
#else
    __asm__ volatile("1: addi %0, %0, -1\n\tnop\n\tbnez %0, 1b" : "+r"(n));
#endif
}

__attribute__((noipa)) static void nested(int depth) {
    roi_begin(2);
    turns(10);
    if (depth > 0) {
        nested(depth - 1);
    }
    roi_end(2);
}

int main(void) {
    turns(100);
    roi_begin(1);
    turns(1000);
    for (int i = 0; i < 3; i++) {
        nested(2);
    }
    roi_end(1);
    sink = 1;
    roi_begin(2047);
    turns(5);
    return 0;
}
