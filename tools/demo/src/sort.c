// Sorts random words, checks the order, and tells what that took: the same number on every machine, every day.
#include "kernel.h"
#include "quicksort.h"
#include "runtime.h"

enum { COUNT = 20000 };

static uint32_t words[COUNT];

int main(void) {
    uint32_t state = 2463534242u;
    uint32_t before = 0;
    for (int i = 0; i < COUNT; i++) {
        words[i] = random32(&state);
        before += words[i];
    }
    unsigned long start = retired();
    quicksort(words, words + COUNT - 1);
    unsigned long took = retired() - start;
    uint32_t after = words[0];
    for (int i = 1; i < COUNT; i++) {
        if (words[i - 1] > words[i]) {
            put_text("not sorted\n");
            return 1;
        }
        after += words[i];
    }
    if (before != after) {
        put_text("not the same words\n");
        return 2;
    }
    put_unsigned(COUNT);
    put_text(" words sorted by quicksort in ");
    put_unsigned(took);
    put_text(" instructions, ");
    put_unsigned(took / COUNT);
    put_text(" a word.\n");
    return 0;
}
