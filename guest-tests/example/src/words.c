// An example of a program whose cost a build watches: counts words of a text that it makes itself.
// With -DSLOWER one function takes about 1 % more instructions: the change that `emu bench --check` has to find.
#include "runtime.h"

#define WORDS 2000
#define BUCKETS 4096

struct entry {
    uint32_t hash;
    uint32_t count;
};

static struct entry table[BUCKETS];
static char word[64];

// xorshift: the same text on every machine.
__attribute__((noipa)) static uint32_t next(uint32_t *state) {
    uint32_t x = *state;
    x ^= x << 13;
    x ^= x >> 17;
    x ^= x << 5;
    return *state = x;
}

__attribute__((noipa)) static int make_word(uint32_t *state) {
    int letters = 20 + next(state) % 30;
    for (int i = 0; i < letters; i++) {
        word[i] = "etaoinsr"[next(state) % 8];
    }
    word[letters] = 0;
    return letters;
}

__attribute__((noipa)) static uint32_t hash_word(const char *text, int letters) {
    uint32_t hash = 2166136261u;
    for (int i = 0; i < letters; i++) {
        hash = (hash ^ (unsigned char)text[i]) * 16777619u;
    }
#ifdef SLOWER
    __asm__ volatile("nop\n\tnop");
#endif
    return hash;
}

__attribute__((noipa)) static void count_word(uint32_t hash) {
    uint32_t at = hash % BUCKETS;
    while (table[at].count != 0 && table[at].hash != hash && at + 1 < BUCKETS) {
        at++;
    }
    table[at].hash = hash;
    table[at].count++;
}

int main(void) {
    uint32_t state = 1;
    for (int i = 0; i < WORDS; i++) {
        int letters = make_word(&state);
        count_word(hash_word(word, letters));
    }
    uint32_t total = 0;
    for (int i = 0; i < BUCKETS; i++) {
        total += table[i].count;
    }
    return total == WORDS ? 0 : 1;
}
