// A linked list in random order through 64 KiB: each load's address is the previous load's value. A unit: one way round the list.
#include "kernel.h"

enum { NODES = 2048, NODE_BYTES = 32 };

struct node {
    struct node *next;
    uint32_t value;
} __attribute__((aligned(NODE_BYTES)));

static struct node nodes[NODES];
static uint16_t order[NODES];

uint32_t kernel(uint32_t scale) {
    uint32_t state = 6;
    for (int i = 0; i < NODES; i++) {
        order[i] = (uint16_t)i;
    }
    for (uint32_t i = NODES - 1; i > 0; i--) {
        uint32_t j = random32(&state) % (i + 1);
        uint16_t index = order[i];
        order[i] = order[j];
        order[j] = index;
    }
    for (int i = 0; i < NODES; i++) {
        nodes[order[i]].next = &nodes[order[(i + 1) % NODES]];
        nodes[order[i]].value = random32(&state);
    }
    uint32_t sum = 0;
    const struct node *at = nodes;
    for (uint32_t round = 0; round < scale; round++) {
        for (int i = 0; i < NODES; i++) {
            sum ^= at->value + (uint32_t)i;
            at = at->next;
        }
        sum = fold(sum, round);
    }
    return sum;
}
